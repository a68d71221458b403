"""Fallback: each in its turn at its own share of the level, and at what its forerunner left where that one fell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Procedure
from firstdose.methods._kernel import multiplicity

if TYPE_CHECKING:
    from collections.abc import Sequence


def adjust(
    p: Sequence[float],
    *,
    alpha: float = 0.05,  # noqa: ARG001, the same call for every procedure
    weights: Sequence[float] | None = None,
) -> list[float]:
    """Adjusted p in the order of p. `weights`: shares of alpha in that order, even where not said.

    Raises:
        ValueError: weights that are negative, of another number, or more than 1 together.
    """
    return multiplicity.fallback(multiplicity.p_values(p), weights)


ENTRY = Procedure(
    name="fallback",
    label="Fallback",
    source="Wiens 2003; Bretz et al. 2009",
    adjust=adjust,
    takes=("weights",),
    ordered=True,
    sentence=(
        "The hypotheses of the family were tested in the declared order, each at its own share of the level, to which"
        " the level of the one before is added where that one was rejected."
    ),
    reference="tests/reference/methods/test_multiplicity.py",
)
