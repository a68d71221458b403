"""Fixed sequence: each in its turn at the full level, as long as all before it fell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Procedure
from firstdose.methods._kernel import multiplicity

if TYPE_CHECKING:
    from collections.abc import Sequence


def adjust(p: Sequence[float], *, alpha: float = 0.05) -> list[float]:  # noqa: ARG001, the same call for every one
    """Adjusted p in the order of p."""
    return multiplicity.fixed_sequence(multiplicity.p_values(p))


ENTRY = Procedure(
    name="fixed_sequence",
    label="Fixed sequence",
    source="Maurer, Hothorn & Lehmacher 1995; Westfall & Krishen 2001",
    adjust=adjust,
    ordered=True,
    sentence=(
        "The hypotheses of the family were tested in the declared order, each at the full level as long "
        "as all before it were rejected."
    ),
    reference="tests/reference/methods/test_multiplicity.py",
)
