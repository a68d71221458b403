"""The shelf of procedures: how the tests of one family are judged together.

One module per procedure, each with one `ENTRY`, found by `firstdose.catalogue.loading.load("methods.multiplicity")`.
The two functions here are for families of families, and for the check of a plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["gated", "reason_against"]


def gated(adjusted: Sequence[float], earlier: Sequence[float]) -> list[float]:
    """Serial gatekeeping (Westfall & Krishen 2001): adjusted p of a family that opens once all of `earlier` has fallen.

    `earlier`: adjusted p of every hypothesis of the families before it.
    """
    from firstdose.methods._kernel import multiplicity

    return multiplicity.gated(adjusted, earlier)


def reason_against(
    weights: Sequence[float] | None, graph: Sequence[Sequence[float]] | None, members: int
) -> str:
    """Why these weights (None: even) and this graph (None: the order) do not fit so many members; empty: they do."""
    import numpy as np

    from firstdose.methods._kernel import multiplicity

    held = multiplicity.even(members) if weights is None else weights
    return multiplicity.reason_against(held, np.eye(members, k=1) if graph is None else graph, members)
