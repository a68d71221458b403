"""What was given: planned and given cells per lesion, participant and dose level (ICH E3 12.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.report import figures
from firstdose.report.content.pieces import Material, left_out, sentence, text
from firstdose.report.tree import Block, Column, Figure, Number, Section, Table, Text
from firstdose.values.rounding import grouped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.report.tree import Cell

MOST_BARS = 40
COLUMNS = (
    ("area", "area, cm2"),
    ("planned_cells", "planned, 10^6 cells"),
    ("given_cells", "given, 10^6 cells"),
    ("delivery", "given/planned, %"),
    ("density_given", "density given, 10^6 cells/cm2"),
    ("volume_given", "volume, mL"),
)


def exposure_section(material: Material) -> Section | None:
    """Section 12.1 of ICH E3; None where no dose is on record."""
    if not material.numbers.of_analysis("dose"):
        return None
    blocks: list[Block] = [
        *_uncertainty(material),
        *_figure(material),
        *([_lesions(material), _participants(material)] if _names(material, "lesion") else []),
        _levels(material),
    ]
    return Section("exposure", "Exposure", tuple(blocks), e3="12.1")


def _uncertainty(material: Material) -> Iterator[Block]:
    row = material.numbers.find("dose", "value", variable="uncertainty", unit="lesion")
    if row is not None:
        yield sentence(
            "The area, the count and the volume are known with the uncertainties of the protocol; together the relative "
            "standard uncertainty of a given density is ", row, " %.",
        )  # fmt: skip
    ends = [
        material.numbers.find("dose", end, variable="uncertainty_measured", unit="lesion")
        for end in ("min", "max")
    ]
    if all(ends):
        word = material.basis.protocol.lesion_word
        yield sentence(
            f"Where the error of a {word}'s area was measured with it, this takes the place of the protocol's; there the "
            "uncertainty is ", ends[0], " to ", ends[1], " %.",
        )  # fmt: skip


def _names(material: Material, group: str) -> list[str]:
    return material.numbers.words("dose", "level", group=group)


def _lesions(material: Material) -> Table:
    word = material.basis.protocol.lesion_word
    numbers = material.numbers
    index = {(row.variable, row.level): row for row in numbers.of_analysis("dose") if row.group == "lesion"}
    rows = tuple(
        (
            text(name),
            *(
                (Number(row),) if (row := index.get((variable, name))) else text("–")
                for variable, _ in COLUMNS
            ),
        )
        for name in _names(material, "lesion")
    )
    columns = (Column(f"participant / {word}"), *(Column(title, numeric=True) for _, title in COLUMNS))
    notes = (
        "Planned: density of the dose level times the area on the lesion map. Given: volume given times viable concentration.",
    )
    rows_said = [row for row in numbers.of_analysis("dose") if row.level == "" and row.excluded]
    return Table(
        "t-dose-lesions", f"Dose of each {word}", f"{word}s", columns, rows, (*notes, *left_out(rows_said))
    )


def _participants(material: Material) -> Table:
    numbers = material.numbers
    rows = tuple(
        (
            text(name),
            numbers.cell("dose", "sum", variable="planned_cells", level=name),
            numbers.cell("dose", "sum", variable="given_cells", level=name),
        )
        for name in _names(material, "participant")
    )
    columns = (
        Column("participant"),
        Column("planned, 10^6 cells", numeric=True),
        Column("given, 10^6 cells", numeric=True),
    )
    limits = material.basis.protocol.intervention
    cap = (
        (f"Cap of the protocol: {grouped(limits.cap.value)} {limits.cap.unit.symbol} a participant.",)
        if limits and limits.cap
        else ()
    )
    return Table("t-dose-participants", "Total dose of each participant", "participants", columns, rows, cap)


def _levels(material: Material) -> Table:
    word = material.basis.protocol.lesion_word
    rows = tuple(_level_row(material, level) for level in (*_names(material, "dose_level"), ""))
    columns = (
        Column("dose level"),
        Column("participants", numeric=True),
        Column(f"{word}s", numeric=True),
        Column("cells given, 10^6", numeric=True),
        Column("mean delivery, %", numeric=True),
        Column("range of delivery, %", numeric=True),
        Column("mean density, 10^6/cm2", numeric=True),
    )
    return Table("t-dose-levels", "Dose by dose level", f"participants and {word}s", columns, rows)


def _level_row(material: Material, level: str) -> tuple[Cell, ...]:
    numbers = material.numbers
    lesion = {"level": level, "unit": "lesion"}
    low, high = (numbers.find("dose", name, variable="delivery", **lesion) for name in ("min", "max"))
    return (
        text(level or "all"),
        numbers.cell("dose", "participants", variable="injected", level=level),
        numbers.cell("dose", "lesions", variable="injected", **lesion),
        numbers.cell("dose", "sum", variable="given_cells", **lesion),
        numbers.cell("dose", "mean", variable="delivery", **lesion),
        (Number(low), Text(" to "), Number(high)) if low and high else text("–"),
        numbers.cell("dose", "mean", variable="density_given", **lesion),
    )


def _figure(material: Material) -> Iterator[Block]:
    """Given against planned cells with the tolerated range, one bar a lesion."""
    names = _names(material, "lesion")
    if not 0 < len(names) <= MOST_BARS:
        return
    index = {
        (row.variable, row.level): row
        for row in material.numbers.of_analysis("dose")
        if row.group == "lesion"
    }
    limits = material.basis.protocol.intervention
    low, high = map(float, limits.tolerance) if limits and limits.tolerance else (None, None)
    bars = []
    for name in names:
        planned, given = (
            row.value if (row := index.get((v, name))) else None for v in ("planned_cells", "given_cells")
        )
        bars.append(
            figures.DoseBar(
                name,
                planned,
                given,
                low=planned * low if planned is not None and low is not None else None,
                high=planned * high if planned is not None and high is not None else None,
            )
        )
    svg = figures.draw_dose_bars(bars, x_label="million cells")
    words = f"Planned and given cells of {len(bars)} {material.basis.protocol.lesion_word}s; the table below holds the numbers."
    yield Figure("f-dose", "Planned and given cells", words, svg)
