"""Caveats of counts, rates and tables of yes and no: codes FD-A160 and further."""

from __future__ import annotations

from firstdose.catalogue.result import Caveat


def events_cluster(index: float, p: float) -> Caveat:
    """Counts of participants vary more than a Poisson rate allows."""
    return Caveat(
        "FD-A160",
        f"The counts of participants vary {index:.3g} times as much as one common Poisson rate allows"
        f" (p {p:.2g}): events cluster in participants, and the interval is too narrow.",
    )


def denominator_inside_participants(per: str) -> Caveat:
    """The denominator counts what lies in participants."""
    return Caveat(
        "FD-A161",
        f"The denominator counts {per}s: those of one participant share its risk, so the interval, which takes"
        " them for independent chances, is too narrow.",
    )


def no_exposure(count: int) -> Caveat:
    """Participants without exposure cannot be part of a rate."""
    return Caveat(
        "FD-A162",
        f"{count} {'exposure is' if count == 1 else 'exposures are'} missing, zero or negative: a rate needs"
        " the exposure of every participant.",
    )


def not_counts(count: int) -> Caveat:
    """Events are counted in whole numbers."""
    return Caveat("FD-A163", f"{count} {'value is' if count == 1 else 'values are'} no count of events.")


def no_events_in(exposure: float, bound: float, level: float, per: str) -> Caveat:
    """No event: the rate that this excludes."""
    return Caveat(
        "FD-A164",
        f"0 events in an exposure of {exposure:.6g}: rates above {bound:.4g} per {per} are excluded with"
        f" one-sided {100 * level:.6g}% confidence. No event seen is not the same as no risk.",
    )


def no_finite_ratio(name: str) -> Caveat:
    """A ratio whose denominator is zero."""
    return Caveat(
        "FD-A165",
        f"The {name} is infinite or undefined here: it has no estimate and no upper limit; its exact lower limit"
        " is among the further numbers.",
    )


def two_groups_only(groups: int) -> Caveat:
    """The comparison is made for two groups."""
    return Caveat("FD-A166", f"This compares two groups, here are {groups}: no comparison was made.")


def mid_p_is_not_exact() -> Caveat:
    """Mid-p may reject slightly too often."""
    return Caveat(
        "FD-A167",
        "The p value is a mid-p value: less cautious than the exact one, and its level is not guaranteed.",
    )
