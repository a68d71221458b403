"""Adverse events counted three ways that are never mixed: participants, lesions and events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from firstdose.analysis.origins import merged, of_day_zero, of_grouping, of_set
from firstdose.analysis.results import ResultRow, Source
from firstdose.derived.events import EVENTS, derive_events
from firstdose.methods import upper_bound_zero
from firstdose.records.due import LESIONS
from firstdose.values.rounding import printed, printed_share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.basis import Basis

MISSING = "missing"
TERMS = "different terms"
SEVERE = 3
# The four relations are asked apart: what looks related to the needle may not be related to the cells.
RELATIONS = {
    "relation": "related_cells",
    "relation_procedure": "related_procedure",
    "relation_biopsy": "related_biopsy",
    "relation_disease": "related_disease",
}
CLASSES = ("soc", "preferred")
BOUNDED = frozenset(
    {"any event", "serious", "serious and related", "grade 3 or more", "fatal", "dose-limiting toxicity"}
)


# What is judged by days, and so by the day of the first administration.
DAYS = frozenset({"dose-limiting toxicity", "ends before it starts"})


def count_events(basis: Basis, by: str, analysis_set: str) -> Iterator[ResultRow]:
    """Overall, by class, by term, by grade, by relation and by special interest; each per level and in all."""
    events = derive_events(basis.protocol, basis.snapshot)
    if events.height == 0 and basis.snapshot.table(EVENTS) is None:
        return
    members = basis.sets[analysis_set]
    events = events.filter(pl.col("participant").is_in(list(members)))
    who = merged(of_set(basis.protocol, analysis_set), of_grouping(basis.protocol, by))
    for row in _count_levels(basis, by, members, events):
        yield replace(row, sources=merged(row.sources, who))


def _count_levels(
    basis: Basis, by: str, members: tuple[str, ...], events: pl.DataFrame
) -> Iterator[ResultRow]:
    for level, those, part in _levels(basis, by, members, events):
        yield from _overall(basis, by, level, those, part)
        for column in (*CLASSES, "grade", *RELATIONS, "special_interest", *_severity(part)):
            yield from _by_column(basis, by, level, those, part, column)
        yield from _terms_by_grade(basis, by, level, those, part)


def _severity(events: pl.DataFrame) -> tuple[str, ...]:
    return ("severity",) if "severity" in events.columns else ()


def _levels(
    basis: Basis, by: str, members: tuple[str, ...], events: pl.DataFrame
) -> Iterator[tuple[str, tuple[str, ...], pl.DataFrame]]:
    """All together first, then each level: of the participant, or of the event where the item is the event's."""
    events = events.with_columns(pl.col(column).alias(name) for name, column in RELATIONS.items())
    yield "", members, events
    if not by:
        return
    if by in events.columns:
        levels = events[by].cast(pl.String).fill_null(MISSING).unique().sort().to_list()
        for level in levels:
            part = events.filter(pl.col(by).cast(pl.String).fill_null(MISSING) == level)
            yield level, tuple(part["participant"].unique(maintain_order=True).to_list()), part
        return
    for level, those in basis.levels(by, members).items():
        yield level, those, events.filter(pl.col("participant").is_in(list(those)))


def _row(by: str, level: str, those: tuple[str, ...], display: str) -> ResultRow:
    return ResultRow(
        analysis=f"events.{display}",
        statistic="",
        value=None,
        text="",
        unit="participant",
        group=by,
        level=level,
        purpose="description",
        n_participants=len(those),
        method="count",
        exact=True,
        sources=(Source(EVENTS, (), (), those),),
    )


def _counts(basis: Basis, row: ResultRow, part: pl.DataFrame, of: int, variable: str) -> Iterator[ResultRow]:
    """Participants with the event, lesions with it, and the events themselves."""
    affected = part["participant"].n_unique()
    share = printed_share(affected, of, mode=basis.rounding) if of else f"{affected}"
    yield replace(row, variable=variable, statistic="participants", value=float(affected), text=share)
    yield replace(
        row,
        variable=variable,
        statistic="events",
        unit="event",
        value=float(part.height),
        text=str(part.height),
    )
    if basis.protocol.intervention and basis.protocol.lesion_word != "lesion":
        local = part.filter(pl.col("lesion").is_not_null()).select("participant", "lesion").n_unique()
        total = lesions_of(basis, row)
        text = printed_share(min(local, total), total, mode=basis.rounding) if total else str(local)
        yield replace(
            row,
            variable=variable,
            statistic="lesions",
            unit="lesion",
            value=float(local),
            text=text,
            n_lesions=total,
            sources=(*row.sources, Source(LESIONS, ("lesion",))),
        )


def lesions_of(basis: Basis, row: ResultRow) -> int:
    """Lesions on the map of the participants counted."""
    table = basis.snapshot.table(LESIONS)
    if table is None:
        return 0
    those = list(row.sources[0].participants)
    return table.filter(pl.col("participant").is_in(those)).select("participant", "lesion").n_unique()


def _overall(
    basis: Basis, by: str, level: str, those: tuple[str, ...], part: pl.DataFrame
) -> Iterator[ResultRow]:
    """Each kind of event; where a fact is missing the kind is not counted as absent."""
    plain = _row(by, level, those, "overall")
    for kind, truth in _kinds().items():
        days = of_day_zero(basis.protocol) if kind in DAYS else ()
        row = replace(plain, sources=(*plain.sources, *days))
        judged = part.with_columns(truth.alias("_is"))
        unknown = judged["_is"].null_count()
        if unknown == judged.height and unknown:
            yield replace(
                row,
                variable=kind,
                statistic="participants",
                value=None,
                text="NC",
                caveats=(_unknown(kind, unknown),),
            )
            continue
        rows = judged.filter(pl.col("_is"))
        open_row = replace(row, caveats=(_unknown(kind, unknown),)) if unknown else row
        yield from _counts(basis, open_row, rows, len(those), kind)
        if rows.height == 0 and those and not unknown and kind in BOUNDED:
            yield _zero_bound(basis, replace(row, variable=kind), len(those))
    terms = part["preferred"].n_unique()
    yield replace(plain, variable=TERMS, statistic="count", unit="event", value=float(terms), text=str(terms))


def _kinds() -> dict[str, pl.Expr]:
    serious, related = pl.col("serious"), pl.col("related")
    return {
        "any event": pl.lit(value=True),
        "serious": serious,
        "related to the intervention": related,
        "serious and related": serious & related,
        "grade 3 or more": pl.col("grade") >= SEVERE,
        "fatal": pl.col("outcome").replace_strict({"unknown": None}, default=pl.col("outcome")) == "fatal",
        "dose-limiting toxicity": pl.col("dlt"),
        "ends before it starts": pl.col("last_day") < pl.col("day"),
    }


def _unknown(kind: str, count: int) -> str:
    return f"FD-A203 For {count} event{'s' if count != 1 else ''} a missing fact leaves open: {kind}."


def _zero_bound(basis: Basis, row: ResultRow, n: int) -> ResultRow:
    bound = upper_bound_zero(n, 0.95)
    text = f"{printed(100 * bound, 1, basis.rounding)}%"
    return replace(row, statistic="upper_one_sided", value=bound, text=text, method="exact_binomial")


def _by_column(
    basis: Basis, by: str, level: str, those: tuple[str, ...], part: pl.DataFrame, column: str
) -> Iterator[ResultRow]:
    """One line a value of the column; a missing value is a line of its own, never left out."""
    if column not in part.columns or part[column].null_count() == part.height:
        return
    words = _words(part[column])
    for word in words.unique().sort().to_list():
        row = _row(by, level, those, _DISPLAY.get(column, column))
        yield from _counts(basis, row, part.filter(words == word), len(those), word)


_DISPLAY = {"preferred": "term"}


def _words(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Float64:
        return column.cast(pl.Int64).cast(pl.String).fill_null(MISSING)
    return column.cast(pl.String).fill_null(MISSING)


def _terms_by_grade(
    basis: Basis, by: str, level: str, those: tuple[str, ...], part: pl.DataFrame
) -> Iterator[ResultRow]:
    """Each participant once per term, at the worst grade."""
    if part["grade"].null_count() == part.height:
        return
    worst = part.group_by("soc", "preferred", "participant", maintain_order=True).agg(pl.col("grade").max())
    table = (
        worst.group_by("soc", "preferred", "grade").len().sort("soc", "preferred", "grade", nulls_last=True)
    )
    row = _row(by, level, those, "term_by_grade")
    for line in table.iter_rows(named=True):
        grade = MISSING if line["grade"] is None else f"{line['grade']:.0f}"
        name = f"{line['soc'] or MISSING} / {line['preferred']} / {grade}"
        text = printed_share(line["len"], len(those), mode=basis.rounding)
        yield replace(row, variable=name, statistic="participants", value=float(line["len"]), text=text)
