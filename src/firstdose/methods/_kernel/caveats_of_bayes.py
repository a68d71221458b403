"""Caveats of the Bayesian methods, one maker per code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.result import Caveat

if TYPE_CHECKING:
    from collections.abc import Sequence


def no_prior(reason: str) -> Caveat:
    """Numbers that make no prior distribution."""
    return Caveat("FD-A170", f"This is no prior distribution: {reason}. Nothing was computed.")


def prior_decides(names: Sequence[str]) -> Caveat:
    """Under another prior shown, the answer is another one."""
    return Caveat(
        "FD-A171",
        f"The answer depends on the prior: it is another one under {', '.join(names)}.",
    )


def default_prior(prior: str) -> Caveat:
    """A prior whose numbers should have the unit of the variable, and were not chosen for it."""
    return Caveat(
        "FD-A172",
        f"The prior is the default one ({prior}): it was not made for this variable and does not know its unit.",
    )


def icc_from_prior(reason: str) -> Caveat:
    """What the values cannot say of lesions within participants comes from the prior."""
    return Caveat(
        "FD-A173",
        f"{reason}: the split of the variation between participants and lesions comes from the prior.",
    )


def undecided(bayes_factor: float) -> Caveat:
    """A Bayes factor between 1/3 and 3."""
    return Caveat(
        "FD-A174",
        f"A Bayes factor of {bayes_factor:.3g} lies between 1/3 and 3: these values hardly tell a change from none.",
    )
