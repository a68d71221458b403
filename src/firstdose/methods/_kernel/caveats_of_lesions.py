"""Caveats of lesions nested in participants, one maker per code."""

from __future__ import annotations

from firstdose.catalogue.result import Caveat


def lesions_left_out(missing: int, lesions: int, gone: int) -> Caveat:
    """Lesions without a value, and participants who have none left."""
    whom = f"; {_participants(gone)} had no other lesion" if gone else ""
    verb = "has a missing value and is" if missing == 1 else "have a missing value and are"
    return Caveat("FD-A150", f"{missing} of {_lesions(lesions)} {verb} left out{whom}.")


def carry_over() -> Caveat:
    """Doses that vary within participants may reach the other lesions."""
    return Caveat(
        "FD-A151",
        "Lesions of one participant got different doses: if a dose also acts on the other lesions (carry-over, a"
        " systemic effect), the difference between doses is biased towards zero. That it does not is an"
        " assumption the protocol must declare.",
    )


def mixed_doses(several: int, one: int) -> Caveat:
    """Some participants got several doses, others one: nobody said which comparison is meant."""
    return Caveat(
        "FD-A152",
        f"{_participants(several)} got several doses and {_participants(one)} only one: dose varies both within and"
        " between participants, and nothing was compared. Say dose within to compare lesions of the former.",
    )


def dose_not_as_declared(declared: str, found: str) -> Caveat:
    """The doses given contradict the declaration."""
    return Caveat(
        "FD-A153",
        f"Dose was declared to vary {declared} participants, but it varies {found} them: nothing was compared.",
    )


def one_dose_only(count: int) -> Caveat:
    """Who got one dose says nothing about doses within participants."""
    got = "participant got one dose and does" if count == 1 else "participants got one dose each and do"
    return Caveat("FD-A154", f"{count} {got} not contribute to the comparison of doses within participants.")


def bootstrap_of_few(n: int) -> Caveat:
    """What a bootstrap interval is worth with so few participants."""
    return Caveat(
        "FD-A155",
        f"The interval comes from resampling {_participants(n)}: with few participants bootstrap intervals are too"
        " narrow and hold the true value clearly less often than their level says, most of all with skewed values.",
    )


def unequal_lesions() -> Caveat:
    """The F interval is exact for equal numbers of lesions only."""
    return Caveat(
        "FD-A156",
        "Participants have different numbers of lesions: the interval of the intraclass correlation is an"
        " approximation.",
    )


def negative_icc(icc: float) -> Caveat:
    """Lesions of one participant differ more than lesions of different participants."""
    return Caveat(
        "FD-A157",
        f"The estimated intraclass correlation is negative ({icc:.3g}), as happens by chance with few participants:"
        " the design effect and the effective number were computed with 0, their most favourable values.",
    )


def readings_of_nested_lesions() -> Caveat:
    """The interval of agreement takes lesions as independent."""
    return Caveat(
        "FD-A158",
        "The interval of the agreement between readings takes lesions as independent; lesions of one participant are"
        " not, so it may be too narrow.",
    )


def small_df(df: float) -> Caveat:
    """Satterthwaite's approximation is poor below 4 degrees of freedom (Tipton 2015)."""
    return Caveat(
        "FD-A159",
        f"The cluster-robust test has {df:.3g} degrees of freedom: below 4 its p value and interval are not to be"
        " relied upon where participants weigh unequally.",
    )


def _participants(n: int) -> str:
    return f"{n} participant" if n == 1 else f"{n} participants"


def _lesions(n: int) -> str:
    return f"{n} lesion" if n == 1 else f"{n} lesions"
