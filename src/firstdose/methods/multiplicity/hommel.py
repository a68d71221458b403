"""Hommel 1988: all that Simes' test can give, for tests that do not depend negatively on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Procedure
from firstdose.methods._kernel import multiplicity

if TYPE_CHECKING:
    from collections.abc import Sequence


def adjust(p: Sequence[float], *, alpha: float = 0.05) -> list[float]:  # noqa: ARG001, the same call for every one
    """Adjusted p in the order of p."""
    return multiplicity.hommel(multiplicity.p_values(p))


ENTRY = Procedure(
    name="hommel",
    label="Hommel",
    source="Hommel 1988; Simes 1986; Meijer, Krebs & Goeman 2019",
    adjust=adjust,
    sentence=(
        "The p values of the family were adjusted by Hommel's procedure, the closure of Simes' test, "
        "which assumes that its tests are independent or positively dependent."
    ),
    reference="tests/reference/methods/test_multiplicity.py",
)
