"""Every caveat of the methods, one maker per code; the code is stable, the sentence goes into the report."""

from __future__ import annotations

from firstdose.catalogue.result import Caveat


def too_few(n: int, needed: int) -> Caveat:
    """Too few participants for this method, or for a part of it."""
    return Caveat("FD-A101", f"{_participants(n)}: this needs at least {needed}.")


def not_finite(count: int) -> Caveat:
    """Values that are missing or no plausible numbers, for example a percent change from a baseline of zero."""
    return Caveat(
        "FD-A102",
        f"{count} {'value is' if count == 1 else 'values are'} missing, infinite or beyond any measurement"
        " (a percent change from zero, a logarithm of zero): nothing was computed.",
    )


def cannot_reach(smallest: float, alpha: float, alternative: str) -> Caveat:
    """The smallest attainable p lies above the level of significance."""
    return Caveat(
        "FD-A103",
        f"The smallest {_sided(alternative)} p that this test can give here is {smallest:.4g}: it cannot"
        f" reach {alpha:.4g}, whatever the effect.",
    )


def one_sided(alternative: str) -> Caveat:
    """A one-sided p beside a two-sided interval."""
    return Caveat(
        "FD-A104",
        f"The p value is one-sided ({alternative}), as declared; the interval is two-sided."
        " It must not be quoted as a two-sided p.",
    )


def no_direction(alternative: str) -> Caveat:
    """A direction was declared for a test that has none."""
    return Caveat("FD-A105", f"This test has no direction: {alternative!r} was declared and is not used.")


def precision_undeclared(places: int) -> Caveat:
    """Ties were judged without the variable's declared precision."""
    return Caveat(
        "FD-A106",
        f"No precision is declared for these values: ties were judged after rounding at {places} decimals.",
    )


def constant(value: float) -> Caveat:
    """All differences are equal: no standard deviation, no t, no interval."""
    return Caveat(
        "FD-A107",
        f"Every difference equals {value:.6g}: t, its interval and its p are undefined."
        " Check the entry of these values.",
    )


def all_zero() -> Caveat:
    """Every difference is zero."""
    return Caveat("FD-A108", "Every difference is zero: there is nothing to rank, and the exact p is 1.")


def no_interval(level: float, n: int) -> Caveat:
    """No interval of this level exists at this n by inversion of the exact test."""
    return Caveat(
        "FD-A109", f"No {_percent(level)} interval exists for {_participants(n)} with this exact test."
    )


def not_positive(count: int) -> Caveat:
    """Zero or negative values where a logarithm is needed."""
    return Caveat(
        "FD-A110",
        f"{count} {'value is' if count == 1 else 'values are'} zero or negative: logarithms, and with them"
        " geometric means and their ratio, are undefined.",
    )


def singular_error(contrasts: int, rank: int) -> Caveat:
    """The error matrix is singular: Mauchly's test and Huynh-Feldt do not exist."""
    return Caveat(
        "FD-A111",
        f"The error matrix of the {contrasts} contrasts has rank {rank}: Mauchly's W and the Huynh-Feldt"
        " epsilon do not exist. The Greenhouse-Geisser epsilon does, and is used.",
    )


def hf_capped(epsilon: float) -> Caveat:
    """Huynh-Feldt above 1 was capped."""
    return Caveat("FD-A112", f"The Huynh-Feldt epsilon (Lecoutre) is {epsilon:.4g} and was capped at 1.")


def no_hotelling(n: int, times: int) -> Caveat:
    """Hotelling's T2 needs more participants than contrasts."""
    return Caveat(
        "FD-A113",
        f"Hotelling's T2 does not exist for {_participants(n)} at {times} times: it needs more participants than"
        " times less one, and an error matrix of full rank.",
    )


def uncorrected() -> Caveat:
    """Sphericity is assumed, by declaration."""
    return Caveat("FD-A114", "The p value is not corrected for departures from sphericity, as declared.")


def asymptotic(reason: str) -> Caveat:
    """The p value is an approximation for large samples."""
    return Caveat("FD-A115", f"The p value is an approximation for large samples: {reason}.")


def monte_carlo(draws: int, seed: int, asked: int) -> Caveat:
    """The p value was drawn at random, with this seed; perhaps from fewer arrangements than were asked for."""
    fewer = f" {asked} were asked for, which for so many participants is too many." if asked > draws else ""
    return Caveat(
        "FD-A116",
        f"The p value comes from {draws} random arrangements (seed {seed}), counted as (b + 1) / (m + 1);"
        f" all of them are too many.{fewer}",
    )


def no_events(n: int, bound: float, level: float) -> Caveat:
    """0 of n: the bound that this excludes."""
    return Caveat(
        "FD-A117",
        f"0 of {n}: rates above {100 * bound:.1f}% are excluded with one-sided {_percent(level)} confidence."
        " No event seen is not the same as no risk.",
    )


def all_events(n: int, bound: float, level: float) -> Caveat:
    """n of n: the bound that this excludes."""
    return Caveat(
        "FD-A118",
        f"{n} of {n}: rates below {100 * bound:.1f}% are excluded with one-sided {_percent(level)} confidence.",
    )


def not_binary(count: int) -> Caveat:
    """A proportion needs 0 and 1."""
    return Caveat("FD-A119", f"{count} {'value is' if count == 1 else 'values are'} neither 0 nor 1.")


def no_comparison(reason: str) -> Caveat:
    """Groups or times that leave nothing to compare."""
    return Caveat("FD-A120", f"There is nothing to compare: {reason}.")


def no_error_variation() -> Caveat:
    """Without residual variation no F ratio exists."""
    return Caveat(
        "FD-A121", "There is no residual variation, so F is undefined. Check the entry of these values."
    )


def no_dz_interval() -> Caveat:
    """The noncentral t interval of dz could not be computed."""
    return Caveat("FD-A122", "The interval of dz is not available: the differences hardly vary.")


def two_times() -> Caveat:
    """Sphericity is no question between two times."""
    return Caveat("FD-A123", "With two times sphericity holds by itself: Mauchly's test does not exist.")


def conservative_epsilon() -> Caveat:
    """What Greenhouse-Geisser costs in small samples."""
    return Caveat(
        "FD-A124",
        "In small samples the Greenhouse-Geisser correction is cautious: under sphericity it rejects less"
        " often than the level says.",
    )


def no_variation(value: float) -> Caveat:
    """All values are equal: no interval."""
    return Caveat("FD-A125", f"Every value equals {value:.6g}: without variation there is no interval.")


def _participants(n: int) -> str:
    return f"{n} participant" if n == 1 else f"{n} participants"


def _sided(alternative: str) -> str:
    return "two-sided" if alternative == "two-sided" else "one-sided"


def _percent(level: float) -> str:
    return f"{100 * level:.6g}%"
