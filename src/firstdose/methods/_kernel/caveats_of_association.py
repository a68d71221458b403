"""Caveats of ordinal scores and of correlations, one maker per code."""

from __future__ import annotations

from firstdose.catalogue.result import Caveat


def few_pairs(n: int) -> Caveat:
    """The t approximation of the paired Brunner-Munzel test needs about ten participants."""
    return Caveat(
        "FD-A190",
        f"{_participants(n)}: below 10 the t approximation of the win probability is crude;"
        " p and interval are descriptive, an exact paired test is not.",
    )


def at_the_boundary(share: float) -> Caveat:
    """Every comparison comes out alike, or all participants move together: no variance."""
    return Caveat(
        "FD-A191",
        f"The win probability is {share:.3g} and its estimated variance is zero: p and interval do not exist.",
    )


def too_few_for_odds(n: int, needed: int) -> Caveat:
    """A cumulative link model is refused for few participants."""
    return Caveat(
        "FD-A192",
        f"{_participants(n)}: a proportional odds model is not fitted below {needed}, where its estimates are biased"
        " away from zero and its tests unreliable. Use an exact test of ranks.",
    )


def too_many_categories(found: int, most: int) -> Caveat:
    """More different values than a score has."""
    return Caveat(
        "FD-A193",
        f"{found} different values: this is a measurement, not a score of at most {most} categories.",
    )


def separated() -> Caveat:
    """The odds ratio has no finite estimate."""
    return Caveat(
        "FD-A194",
        "All scores of one group lie at or beyond those of the other: the odds ratio has no finite estimate."
        " An exact test of ranks does not need one.",
    )


def one_pair_only(count: int) -> Caveat:
    """Participants with fewer than two pairs of values say nothing about association within them."""
    has = "participant has" if count == 1 else "participants have"
    say = "says" if count == 1 else "say"
    return Caveat(
        "FD-A195",
        f"{count} {has} fewer than two complete pairs and {say} nothing about the association within participants.",
    )


def nothing_varies(where: str) -> Caveat:
    """A correlation needs two quantities that vary."""
    return Caveat("FD-A196", f"One of the two quantities does not vary {where}: there is no correlation.")


def perfect(r: float) -> Caveat:
    """All points on a line: check the entry."""
    return Caveat(
        "FD-A197",
        f"The correlation is exactly {r:.0f}: t and the interval do not exist. Check whether one quantity was computed"
        " from the other.",
    )


def no_correlation_interval(df: float) -> Caveat:
    """Fisher's z needs more than one degree of freedom."""
    return Caveat(
        "FD-A198", f"No interval: Fisher's z needs more than 1 degree of freedom, and there is {df:.3g}."
    )


def pairs_left_out(count: int) -> Caveat:
    """Who has no complete pair of values is not among those correlated."""
    has = "participant has" if count == 1 else "participants have"
    return Caveat("FD-A199", f"{count} {has} no complete pair of values and could not be used.")


def _participants(n: int) -> str:
    return f"{n} participant" if n == 1 else f"{n} participants"
