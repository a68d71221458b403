"""Caveats about values that are missing or outside the range of quantification, one maker per code."""

from __future__ import annotations

from firstdose.catalogue.result import Caveat


def nobody_missing() -> Caveat:
    """A tipping point without a missing value."""
    return Caveat(
        "FD-A175", "Nobody's change is missing: delta changes nothing, and there is no tipping point."
    )


def never_tips(first: float, last: float) -> Caveat:
    """No delta of the declared range changes the conclusion."""
    return Caveat(
        "FD-A176",
        f"No delta from {first:.6g} to {last:.6g} changes the conclusion: the tipping point lies outside the declared range.",
    )


def nothing_to_tip(p: float, alpha: float) -> Caveat:
    """Without any delta the test does not reject."""
    return Caveat(
        "FD-A177",
        f"Without delta p is {p:.4g}, above {alpha:.4g}: there is no conclusion that missing values could change.",
    )


def rubin_needs_four(observed: int) -> Caveat:
    """The variance between imputations does not exist for so few observed changes."""
    return Caveat(
        "FD-A178",
        f"{observed} observed {'change' if observed == 1 else 'changes'}: the variance between imputations needs at least"
        " 4, so only the estimates are given.",
    )


def whole_time_outside(time: str, limit: str) -> Caveat:
    """All values of one time lie beyond quantification on the same side."""
    return Caveat(
        "FD-A179",
        f"Every value {time} lies {limit} quantification: the difference has no finite estimate. The test stands.",
    )


def nothing_to_compare() -> Caveat:
    """Values outside quantification leave no participant in whom the two times differ for certain."""
    return Caveat(
        "FD-A180",
        "In no participant can before and after be told apart: all pairs are equal or outside quantification.",
    )


def open_limit(side: str) -> Caveat:
    """The test rejects no shift on that side."""
    return Caveat(
        "FD-A181",
        f"The interval has no {side} limit: values outside quantification leave every shift on that side possible.",
    )


def not_determined(reason: str) -> Caveat:
    """The likelihood has no maximum inside: too few values were quantified."""
    return Caveat(
        "FD-A182",
        f"The likelihood has no inner maximum ({reason}): there is no estimate. The test stands.",
    )
