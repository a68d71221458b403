"""Hochberg 1988: from the largest p downwards, for tests that do not depend negatively on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Procedure
from firstdose.methods._kernel import multiplicity

if TYPE_CHECKING:
    from collections.abc import Sequence


def adjust(p: Sequence[float], *, alpha: float = 0.05) -> list[float]:  # noqa: ARG001, the same call for every one
    """Adjusted p in the order of p."""
    return multiplicity.hochberg(multiplicity.p_values(p))


ENTRY = Procedure(
    name="hochberg",
    label="Hochberg",
    source="Hochberg 1988; Sarkar 1998",
    adjust=adjust,
    sentence=(
        "The p values of the family were adjusted by Hochberg's step-up procedure, which assumes that its "
        "tests are independent or positively dependent."
    ),
    reference="tests/reference/methods/test_multiplicity.py",
)
