"""What cell counters and counting forms say of their samples, as printed: nothing is computed and nothing judged."""

from __future__ import annotations

from dataclasses import dataclass

PER_ML, MILLION_PER_ML, PERCENT = "cells/mL", "10^6 cells/mL", "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A number as it was printed: `text`, and what it is in `unit`.

    `value` is None where the cell holds no number; `reason` then says why in the words of the file. `remark`: what
    the counter wrote beside the number. `line` from 1, 0 where the file prints no such thing.
    """

    text: str = ""
    value: float | None = None
    unit: str = ""
    reason: str = ""
    remark: str = ""
    line: int = 0

    @property
    def is_printed(self) -> bool:
        """Whether the file has a place for it at all."""
        return self.line > 0


ABSENT = Printed(reason="not printed")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCount:
    """One count of one sample. Cells are objects counted, concentrations of the suspension, viability in percent.

    `images`: pictures, `clusters`: clumps seen in them, `aggregates`: share of cells in clumps, in percent; diameters in um.
    `squares` and `dilution`: of a counting chamber, whose concentrations follow from them. `complaint`: what the counter
    said of this count as a whole.
    """

    sample: str
    line: int
    viable_cells: Printed = ABSENT
    dead_cells: Printed = ABSENT
    total_cells: Printed = ABSENT
    viable_concentration: Printed = ABSENT
    dead_concentration: Printed = ABSENT
    total_concentration: Printed = ABSENT
    viability: Printed = ABSENT
    images: Printed = ABSENT
    clusters: Printed = ABSENT
    aggregates: Printed = ABSENT
    squares: Printed = ABSENT
    dilution: Printed = ABSENT
    diameter: Printed = ABSENT
    viable_diameter: Printed = ABSENT
    dead_diameter: Printed = ABSENT
    circularity: Printed = ABSENT
    viable_circularity: Printed = ABSENT
    time: str = ""
    complaint: str = ""

    def printed(self, name: str) -> Printed:
        """One of its values by name, such as 'viability'."""
        found = getattr(self, name)
        assert isinstance(found, Printed)
        return found


NUMBERS = (
    "viable_cells", "dead_cells", "total_cells", "viable_concentration", "dead_concentration", "total_concentration",
    "viability", "images", "clusters", "aggregates", "squares", "dilution", "diameter",
    "viable_diameter", "dead_diameter", "circularity", "viable_circularity",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCounts:
    """The counts of one file in its order. `chamber`: counted by eye in a chamber, not by an instrument."""

    counts: tuple[CellCount, ...]
    chamber: bool = False
