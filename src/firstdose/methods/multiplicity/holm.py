"""Holm 1979: from the smallest p upwards, without any assumption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Procedure
from firstdose.methods._kernel import multiplicity

if TYPE_CHECKING:
    from collections.abc import Sequence


def adjust(p: Sequence[float], *, alpha: float = 0.05) -> list[float]:  # noqa: ARG001, the same call for every one
    """Adjusted p in the order of p."""
    return multiplicity.holm(multiplicity.p_values(p))


ENTRY = Procedure(
    name="holm",
    label="Holm",
    source="Holm 1979",
    adjust=adjust,
    sentence=(
        "The p values of the family were adjusted by Holm's step-down procedure, which holds whatever the "
        "dependence between its tests."
    ),
    reference="tests/reference/methods/test_multiplicity.py",
)
