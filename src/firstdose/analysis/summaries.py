"""Descriptions: every measured variable by visit, and every baseline fact, without a test."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.analysis.formatting import Format, rows_of
from firstdose.analysis.results import ResultRow, Source
from firstdose.analysis.shaping import sources_of
from firstdose.catalogue import load
from firstdose.derived.measurements import derive_change, derive_measurements
from firstdose.protocol.names import Variable, forms, measures
from firstdose.values.rounding import printed, printed_share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.basis import Basis
    from firstdose.catalogue import Item
    from firstdose.protocol.names import Form

STATISTICS = ("mean", "sd", "median", "q1", "q3", "min", "max")
AVERAGES = frozenset({"mean", "sd"})
CHANGE = "change"


def summarise_by_visit(basis: Basis, activity: str) -> Iterator[ResultRow]:
    """n, mean, SD (n-1), median, quartiles, range of each variable of a form at each visit, and of its change.

    The unit is the participant; a form kept per lesion is described per lesion too, under its own unit. Grades of an
    ordinal scale have no mean and no SD, and a participant's value is the median of the lesions.
    """
    form = forms(basis.protocol)[activity]
    for variable in measures(basis.protocol, activity):
        if variable.kind == "truth":
            continue
        found = derive_measurements(basis.protocol, basis.snapshot, variable)
        reference = first_visit(basis, activity)
        changed = derive_change(found, reference) if reference else found
        units = ("participant", "lesion") if form.per == "lesion" else ("participant",)
        for unit in units:
            for visit in _visits(basis, activity):
                at = changed.filter(pl.col("visit") == visit)
                yield from _describe(basis, variable, at, (visit,), unit, "value")
                if reference and visit != reference:
                    yield from _describe(basis, variable, at, (reference, visit), unit, CHANGE)


def first_visit(basis: Basis, activity: str) -> str:
    """The visit that changes refer to: the last one scheduled before day 0, else the first."""
    row = basis.protocol.activity(activity)
    if row is None or len(row.at) < 2:
        return ""
    before = [name for name in row.at if (visit := basis.protocol.visit(name)) and visit.day < 0]
    return before[-1] if before else row.at[0]


def _visits(basis: Basis, activity: str) -> tuple[str, ...]:
    row = basis.protocol.activity(activity)
    return row.at if row else ()


def _describe(
    basis: Basis, variable: Variable, at: pl.DataFrame, visits: tuple[str, ...], unit: str, column: str
) -> Iterator[ResultRow]:
    """`visits`: the visit itself, last; before it the one that changes refer to."""
    rows = at.filter(pl.col(column).is_not_null())
    censored = rows.filter(pl.col("comparator").is_not_null()).height
    if column == CHANGE and censored == 0 and "before_comparator" in rows.columns:
        censored = rows.filter(pl.col("before_comparator").is_not_null()).height
    lesions = rows.height if variable.per == "lesion" else None
    if unit == "participant":
        middle = pl.col(column).median() if is_ordinal(basis, variable) else pl.col(column).mean()
        rows = rows.group_by("participant", maintain_order=True).agg(middle)
    row = ResultRow(
        analysis=f"by_visit.{column}",
        statistic="",
        value=None,
        text="",
        unit=unit,
        variable=variable.name,
        visit=visits[-1],
        measure_unit=variable.unit,
        purpose="description",
        n_participants=rows["participant"].n_unique(),
        n_lesions=lesions,
        method="descriptive",
        sources=sources_of(basis, variable, visits, ()),
    )
    values = rows[column].to_numpy()
    style = Format(variable.decimals, basis.rounding)
    if censored:
        yield from _describe_censored(row, at, censored, column, style)
        return
    numbers = {"n": float(values.size), **describe(values)}
    yield from rows_of(row, _said(numbers, ordinal=is_ordinal(basis, variable)), style)


def is_ordinal(basis: Basis, variable: Variable) -> bool:
    """A grade, or a score that is the grade itself."""
    item = forms(basis.protocol)[variable.activity].item(variable.item_or_score)
    return item is not None and item.kind == "ordinal"


def _said(numbers: dict[str, float | None], *, ordinal: bool) -> dict[str, float | None]:
    """Grades are ordered, not measured: nothing is averaged."""
    return {name: value for name, value in numbers.items() if not (ordinal and name in AVERAGES)}


def describe(values: np.ndarray) -> dict[str, float | None]:
    """The named statistics of the method `descriptive`; all None for no values."""
    if values.size == 0:
        return dict.fromkeys(STATISTICS)
    result = load("methods")["descriptive"].estimate(values.astype(float))
    numbers = {"mean": result.estimate, **dict(result.more)}
    return {name: numbers.get(name) for name in STATISTICS}


def _describe_censored(
    row: ResultRow, at: pl.DataFrame, censored: int, column: str, style: Format
) -> Iterator[ResultRow]:
    """With values outside quantification: counts, and median and range as ranks; no mean is made up."""
    row = replace(row, caveats=(_outside(censored, at.height),))
    numbers: dict[str, float | None] = {"n": float(row.n_participants or 0), "n_below": float(censored)}
    yield from rows_of(row, {**numbers, "mean": None, "sd": None}, style)
    reduced = row.unit == "participant" and row.n_lesions is not None
    if column == CHANGE or reduced or not _is_ordered(at):
        yield from rows_of(row, dict.fromkeys(("median", "min", "max")), style)
        return
    for name, position in (("min", 0.0), ("median", 0.5), ("max", 1.0)):
        value, text = _ranked(at, position, style, name)
        yield replace(row, statistic=name, value=value, text=text)


def _outside(count: int, of: int) -> str:
    return f"FD-A201 {count} of {of} values are outside the range of quantification; no mean is computed."


def _is_ordered(at: pl.DataFrame) -> bool:
    """Whether every number lies above each `<x` and below each `>x`, so that all have their rank."""
    sides = {side: at.filter(pl.col("comparator").eq_missing(side))["value"] for side in (None, "<", ">")}
    exact = sides[None].drop_nulls()
    low, high = sides["<"].max(), sides[">"].min()
    return bool((low is None or (exact >= low).all()) and (high is None or (exact <= high).all()))


def _ranked(at: pl.DataFrame, position: float, style: Format, name: str) -> tuple[float | None, str]:
    """The value at a rank position, where `<x` ranks below and `>x` above every number.

    Half way between a number and `<x` lies something below the middle of both.
    """
    ranked = (
        at.filter(pl.col("value").is_not_null())
        .with_columns(
            pl.when(pl.col("comparator") == "<")
            .then(-1)
            .when(pl.col("comparator") == ">")
            .then(1)
            .otherwise(0)
            .alias("side")
        )
        .sort("side", "value")
    )
    low = ranked.row(int(np.floor(position * (ranked.height - 1))), named=True)
    high = ranked.row(int(np.ceil(position * (ranked.height - 1))), named=True)
    middle = (low["value"] + high["value"]) / 2
    marks = {low["comparator"], high["comparator"]} - {None}
    if not marks:
        return middle, style.text(name, middle)
    decimals = (style.decimals or 0) + (0 if low["value"] == high["value"] else 1)
    return None, f"{marks.pop()}{printed(middle, decimals, style.mode)}" if len(marks) == 1 else "NC"


def summarise_facts(basis: Basis, form: Form, members: tuple[str, ...]) -> Iterator[ResultRow]:
    """Baseline facts of a form kept once a participant: numbers described, codes counted."""
    table = basis.snapshot.table(form.name)
    if table is None:
        return
    known = table.filter(pl.col("participant").is_in(list(members))).unique(
        "participant", keep="first", maintain_order=True
    )
    for item in form.items:
        if item.kind in {"integer", "number", "quantity", "ordinal"}:
            yield from _numbers(basis, form, item, known)
        elif item.kind in {"code", "truth"}:
            yield from _codes(basis, form, item, known)


def _fact(form: Form, item: Item, known: pl.DataFrame) -> ResultRow:
    return ResultRow(
        analysis="facts",
        statistic="",
        value=None,
        text="",
        unit="participant",
        variable=f"{form.name}.{item.name}",
        measure_unit=item.unit,
        purpose="description",
        n_participants=known.height,
        method="descriptive",
        sources=(Source(form.name, (item.name,)),),
    )


def _numbers(basis: Basis, form: Form, item: Item, known: pl.DataFrame) -> Iterator[ResultRow]:
    values = known[item.name].cast(pl.Float64).drop_nulls().to_numpy()
    if values.size == 0:
        return
    fact, numbers = _fact(form, item, known), {"n": float(values.size), **describe(values)}
    numbers["sd_population"] = float(np.std(values))
    beside = f"{item.name}__comparator"
    if beside in known.columns and (outside := known[beside].drop_nulls().len()):
        fact = replace(fact, caveats=(_outside(outside, values.size),))
        numbers = {
            "n": float(values.size),
            "n_below": float(outside),
            **dict.fromkeys(name for name in numbers if name != "n"),
        }
    decimals = 0 if item.kind == "integer" else item.decimals
    if decimals is None:
        decimals = recorded_decimals(values)
    yield from rows_of(fact, numbers, Format(decimals, basis.rounding))


def _codes(basis: Basis, form: Form, item: Item, known: pl.DataFrame) -> Iterator[ResultRow]:
    column = known[item.name]
    texts = column.cast(pl.String) if column.dtype != pl.Boolean else column.replace_strict(
        {True: "yes", False: "no"}, return_dtype=pl.String
    )  # fmt: skip
    of = texts.drop_nulls().len()
    codes = item.code_names or ("yes", "no") if item.kind == "truth" else item.code_names
    for code in codes or tuple(texts.drop_nulls().unique().sort().to_list()):
        count = int((texts == code).sum())
        text = printed_share(count, of, mode=basis.rounding) if of else "0/0"
        row = replace(_fact(form, item, known), group=item.name, level=code)
        yield replace(row, statistic="count", value=float(count), text=text)


def recorded_decimals(values: np.ndarray) -> int:
    """The most decimals that any recorded value has; used where the protocol declares no precision."""
    return max(
        (max(0, -int(Decimal(repr(float(each))).normalize().as_tuple().exponent)) for each in values),
        default=0,
    )
