"""Pictures of the records and results: each with words for who cannot see it and the numbers where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.measurements import derive_change, derive_measurements
from firstdose.derived.participants import derive_dose_levels
from firstdose.protocol.names import measures
from firstdose.report import figures
from firstdose.report.content.reactions import local_figures
from firstdose.report.tree import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.results import ResultRow
    from firstdose.protocol.model import Endpoint
    from firstdose.protocol.names import Variable
    from firstdose.report.content.pieces import Material

MOST_LINES = 60


def flow_figure(material: Material) -> Figure:
    """Participant flow, losses with reasons beside the step."""
    flow, numbers = material.basis.flow, material.numbers
    left = tuple(f"{each.participant}: {each.reason or each.status}" for each in flow.left[:8])
    more = (f"and {len(flow.left) - 8} more",) if len(flow.left) > 8 else ()
    names = ["enrolled", "treated"] + (
        ["completed"] if material.basis.protocol.activity("end_of_study") else []
    )
    steps = tuple(
        figures.FlowStep(
            name,
            _text(numbers.find("flow", "participants", variable=name)),
            (*left, *more) if name == "treated" else (),
        )
        for name in names
    )
    words = "; ".join(f"{step.label} {step.count}" for step in steps)
    return Figure("f-flow", "Participant flow", f"Flow of participants: {words}.", figures.draw_flow(steps))


def _text(row: ResultRow | None) -> str:
    return "–" if row is None else row.text


def trajectory_figures(material: Material, variable: Variable) -> Iterator[Figure]:
    """Every participant's course, or every lesion's by dose level; none where the lines would hide each other."""
    found = derive_measurements(material.basis.protocol, material.basis.snapshot, variable)
    if not 0 < found.select("participant", "lesion").n_unique() <= MOST_LINES:
        return
    lines = _lines(material, variable, found)
    visits = [
        visit for visit in material.basis.protocol.visits if visit.visit in set(found["visit"].to_list())
    ]
    if len(visits) < 2:
        return
    unit = f" ({variable.unit})" if variable.unit else ""
    word = material.basis.protocol.lesion_word if variable.per == "lesion" else "participant"
    svg = figures.draw_trajectories(
        lines,
        x_ticks=tuple((float(position), visit.visit) for position, visit in enumerate(visits)),
        y_label=f"{variable.label}{unit}",
        x_label="visit",
        counted=f"{word}s",
    )
    title = f"{variable.label}: every {word}"
    alternative = (
        f"Lines of {variable.label} for {len(lines)} {word}s over {len(visits)} visits, from {visits[0].visit} to "
        f"{visits[-1].visit}. The table by visit below holds the summaries."
    )
    yield Figure(f"f-{variable.name}".replace(".", "-"), title, alternative, svg, footnotes=_notes(variable))


def _notes(variable: Variable) -> tuple[str, ...]:
    if variable.lloq is None:
        return ()
    return (
        f"Values below the limit of quantification ({variable.lloq} {variable.unit}) are drawn at the limit, open.",
    )


def _lines(material: Material, variable: Variable, found: pl.DataFrame) -> tuple[figures.Line, ...]:
    order = {visit.visit: position for position, visit in enumerate(material.basis.protocol.visits)}
    seen = [name for name in order if name in set(found["visit"].to_list())]
    place = {name: position for position, name in enumerate(seen)}
    levels = {(row[0], row[1]): row[2] for row in derive_dose_levels(material.basis.snapshot).iter_rows()}
    lines = []
    for (participant, lesion), part in found.group_by("participant", "lesion", maintain_order=True):
        rows = sorted((place[visit], value, mark) for visit, value, mark in _points(part) if visit in place)
        label = f"{participant}" if lesion is None else f"{participant} / {lesion}"
        group = str(levels.get((participant, lesion), "")) if variable.per == "lesion" else ""
        lines.append(
            figures.Line(
                label=label,
                group=group,
                x=tuple(float(row[0]) for row in rows),
                y=tuple(row[1] for row in rows),
                censored=tuple(bool(row[2]) for row in rows),
            )
        )
    return tuple(sorted(lines, key=lambda line: (line.group, line.label)))


def _points(part: pl.DataFrame) -> Iterator[tuple[str, float | None, bool]]:
    for row in part.iter_rows(named=True):
        yield row["visit"], row["value"], row["comparator"] is not None


def change_figure(material: Material, endpoint: Endpoint, analyses: list[str]) -> tuple[Figure, ...]:
    """Change with its interval by each analysis, every participant's own change as a ring."""
    if endpoint.kind != "change":
        return ()
    rows = []
    for variable in measures(material.basis.protocol, endpoint.measure):
        own = _own_changes(material, endpoint, variable)
        for analysis in analyses:
            row = _forest_row(material, endpoint, variable, analysis, own)
            if row is not None:
                rows.append(row)
    if not rows:
        return ()
    svg = figures.draw_change_forest(rows, x_label=f"change from {endpoint.reference} to {endpoint.at[-1]}")
    words = "; ".join(f"{row.label}: {row.text}" for row in rows)
    title = f"{endpoint.endpoint}: change by analysis"
    alternative = f"Estimates with intervals and the single participants' changes. {words}."
    return (Figure(f"f-change-{endpoint.endpoint}", title, alternative, svg),)


def _forest_row(
    material: Material, endpoint: Endpoint, variable: Variable, analysis: str, own: tuple[float, ...]
) -> figures.ForestRow | None:
    where = {"variable": variable.name, "visit": endpoint.at[-1]}
    found = {
        name: material.numbers.find(analysis, name, **where) for name in ("estimate", "ci_low", "ci_high")
    }
    estimate = found["estimate"]
    if estimate is None or estimate.value is None:
        return None
    low, high = (_value(found[name]) for name in ("ci_low", "ci_high"))
    interval = f" ({_text(found['ci_low'])} to {_text(found['ci_high'])})" if low is not None else ""
    several = len(measures(material.basis.protocol, endpoint.measure)) > 1
    label = f"{variable.label}, {analysis}" if several else analysis
    return figures.ForestRow(label, estimate.value, low, high, own, f"{estimate.text}{interval}")


def _value(row: ResultRow | None) -> float | None:
    return None if row is None else row.value


def _own_changes(material: Material, endpoint: Endpoint, variable: Variable) -> tuple[float, ...]:
    found = derive_measurements(material.basis.protocol, material.basis.snapshot, variable)
    changed = derive_change(found, endpoint.reference).filter(
        (pl.col("visit") == endpoint.at[-1]) & pl.col("change").is_not_null() & pl.col("comparator").is_null()
    )
    means = changed.group_by("participant", maintain_order=True).agg(pl.col("change").mean())
    return tuple(means["change"].to_list()) if means.height <= MOST_LINES else ()


def local_reaction_figures(material: Material) -> Iterator[Figure]:
    """Heat maps of local reactions by lesion and visit."""
    yield from local_figures(material)
