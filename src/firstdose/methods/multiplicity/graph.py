"""Graph: every hypothesis holds a share of the level and passes it on, as drawn, once it is rejected."""

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
    graph: Sequence[Sequence[float]] | None = None,
) -> list[float]:
    """Adjusted p in the order of p.

    `weights`: shares of alpha, even where not said. `graph[i][j]`: the share of i's level that goes to j once i is
    rejected; a graph that is left out has no default.

    Raises:
        ValueError: no graph, or one that gives away more than there is.
    """
    if graph is None:
        raise ValueError("a graph needs its transitions: which share of whose level goes where")
    return multiplicity.graph(multiplicity.p_values(p), weights, graph)


ENTRY = Procedure(
    name="graph",
    label="Graph of weighted hypotheses",
    source="Bretz et al. 2009",
    adjust=adjust,
    takes=("weights", "graph"),
    sentence=(
        "The hypotheses of the family were tested by the declared graph: each holds a share of the level, and what a"
        " rejected one held moves on along its arrows."
    ),
    reference="tests/reference/methods/test_multiplicity.py",
)
