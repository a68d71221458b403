"""The part of the design appendix on stopping rules: the boundary, its price at other levels, the best there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.designs._kernel.boundary import characteristics, told
from firstdose.escalation.calibrating import MOST, RATES
from firstdose.report import figures
from firstdose.report.content.pieces import text
from firstdose.report.design_words import alike, percent
from firstdose.report.tree import Column, Figure, Paragraph, Section, Table, Text
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.designs._kernel.boundary import Bounds
    from firstdose.escalation.appendix import Appendix, StopPlan
    from firstdose.report.tree import Block, Cell


def boundary_sections(appendix: Appendix, *, drawn: bool) -> Iterator[Section]:
    """One section a stopping rule."""
    for place, stop in enumerate(appendix.stops):
        blocks: list[Block] = [
            Paragraph((Text(_said(stop)),)),
            *([_figure(stop, place)] if drawn else []),
            _table(stop, place),
            *_best(stop, place, most=len(stop.bounds) - 1),
        ]
        yield Section(f"stop-{place}", f"Stopping rule {stop.planned.stop}", tuple(blocks))


def _said(stop: StopPlan) -> str:
    label = load("designs.stopping")[stop.planned.rule].label
    where = "over all levels" if stop.pooled else "at each level by itself"
    return (
        f"{label[:1].upper()}{label[1:]}, events counted {where}: dosing rests at {told(stop.bounds)}. The numbers here are"
        " those of the boundary alone, looked at after each participant under one true rate; with the design around it, and"
        " looked at after cohorts, it halts as often as the operating characteristics say."
    )


def _figure(stop: StopPlan, place: int) -> Figure:
    most = len(stop.bounds) - 1
    line = figures.BoundaryLine(f"boundary of {stop.planned.stop}", stop.bounds[1:])
    return Figure(
        f"f-stop-{place}",
        f"Boundary of {stop.planned.stop}",
        f"Fewest events that halt by number of participants: {told(stop.bounds)}.",
        figures.draw_boundary([line], most=most),
    )


def _table(stop: StopPlan, place: int) -> Table:
    rows = [_row("as declared", stop.bounds)]
    rows += [_row(f"alpha {each.alpha:g}", each.bounds) for each in stop.calibrated]
    columns = (
        Column("level"),
        Column("boundary"),
        *(Column(rate, over="true rate: probability of stopping, %", numeric=True) for rate in alike(RATES)),
    )
    body = tuple(tuple(text(word) for word in row) for row in rows)
    return Table(f"t-stop-{place}", f"Calibration of {stop.planned.stop}", "", columns, body, row_heads=1)


def _row(name: str, bounds: Bounds) -> tuple[str, ...]:
    return (name, told(bounds), *(percent(characteristics(bounds, rate).stop) for rate in RATES))


def _best(stop: StopPlan, place: int, most: int) -> Iterator[Block]:
    if most > MOST:
        yield Paragraph(
            (Text(f"The best of all boundaries is searched up to {MOST} participants; here are {most}."),)
        )
        return
    if stop.surest is None or stop.acceptable is None or stop.toxic is None or stop.alpha is None:
        return
    named = [("as declared", stop.bounds), ("stops most surely", stop.surest.bounds)]
    if stop.quickest is not None:
        named.append(("fewest participants", stop.quickest.bounds))
    body = tuple(_best_row(name, bounds, stop.acceptable, stop.toxic) for name, bounds in named)
    ours = " (ours: the acceptable rate and 0.2; none is declared)" if stop.ours else ""
    yield Table(
        f"t-best-{place}",
        f"The best of all boundaries that never fall, for at most {percent(stop.alpha)} % at {stop.acceptable:g}",
        "",
        (
            Column("boundary"),
            Column("events"),
            Column(f"{stop.acceptable:g}", over="stops, %, at a true rate of", numeric=True),
            Column(f"{stop.toxic:g}", over="stops, %, at a true rate of", numeric=True),
            Column(f"participants at {stop.toxic:g}", numeric=True),
        ),
        body,
        (
            (
                f"{stop.surest.considered:,} boundaries that differ in what they do keep the level; all were compared, exactly."
                f" Toxic rate: {stop.toxic:g}{ours}."
            ),
            "Fewest participants: expected at the toxic rate, among those that stop there as surely as the declared one.",
        ),
    )


def _best_row(name: str, bounds: Bounds, acceptable: float, toxic: float) -> tuple[Cell, ...]:
    low, high = characteristics(bounds, acceptable), characteristics(bounds, toxic)
    words = (name, told(bounds), percent(low.stop), percent(high.stop), printed(high.participants, 2))
    return tuple(text(word) for word in words)
