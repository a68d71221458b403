"""Projections: the current tables, brought up to date in the transaction of a save, or folded anew from the log."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import astuple, fields
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.db.models import Q

from firstdose.records.log.state import uncollected
from firstdose.web.audit import models
from firstdose.web.audit.folding import (
    FOLDED,
    Happened,
    LockNow,
    Now,
    QueryNow,
    RecordNow,
    ValueNow,
    erased,
    happened,
    rows_happened,
    shown,
)
from firstdose.web.audit.head import writing
from firstdose.web.audit.reading import events, whole_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firstdose.records.log.event import Event, Key

PLACE: Final = ("participant", "visit", "form", "repeat")
_RECORD: Final = tuple(each.name for each in fields(RecordNow))
_VALUE: Final = tuple(each.name for each in fields(ValueNow))
_QUERY: Final = tuple(each.name for each in fields(QueryNow))[1:]
_COLUMNS: Final[Mapping[Any, tuple[str, ...]]] = {
    models.CurrentRecord: (*PLACE, *_RECORD),
    models.CurrentValue: (*PLACE, "item", *_VALUE),
    models.CurrentQuery: ("query", *PLACE, *_QUERY),
    models.CurrentLock: ("participant", "visit", "level", "seq"),
}
PROJECTIONS: Final[tuple[Any, ...]] = tuple(_COLUMNS)
_CHUNK = 20_000
_HAPPENED = "e.seq, e.kind, e.site, e.participant, e.visit, e.form, e.repeat, e.item, e.at, e.actor, p.text"
_CACHE = -200_000  # SQLite's memory for the indexes while a whole table is written, in kibibytes


def place_of(key: Key) -> dict[str, str]:
    """A record's key as conditions on a table."""
    return {"participant": key.participant, "visit": key.visit, "form": key.form, "repeat": key.repeat}


# ------------------------------------------------------------------------------------------------------------ a save


def load(keys: Iterable[Key]) -> Now:
    """What holds for these values and records: three queries, however many there are."""
    now = Now()
    keys = set(keys)
    if not keys:
        return now
    participants = {key.participant for key in keys}
    narrow = {
        "participant__in": participants,
        "visit__in": {key.visit for key in keys},
        "form__in": {key.form for key in keys},
    }
    people = Q(participant__in=participants, form="participants")
    if items := {key.item for key in keys if key.item}:
        _load_values(now, models.CurrentValue.objects.filter(**narrow, item__in=items))
    wanted = models.CurrentRecord.objects.filter(Q(**narrow) | people)
    for row in wanted.values_list(*_COLUMNS[models.CurrentRecord]):
        now.records[row[:4]] = RecordNow(*row[4:])
    locks = models.CurrentLock.objects.filter(participant__in={"", *participants})
    for participant, visit, level, seq in locks.values_list("participant", "visit", "level", "seq"):
        now.locks[participant, visit] = LockNow(level, seq)
    return now


def _load_values(now: Now, rows: Any) -> None:
    for row in rows.values_list(*_COLUMNS[models.CurrentValue]):
        now.values[row[:5]] = value = ValueNow(*row[5:])
        now.by_seq[value.seq] = row[:5]


def project(events: Sequence[Event], now: Now | None = None) -> None:
    """Bring the current tables up to these events. `now`: what holds for their keys, loaded where it is not given."""
    now = load(event.key for event in events if event.kind in FOLDED) if now is None else now
    more = [happened(event) for event in events if event.kind in FOLDED]
    _load_seqs(now, more)
    now.apply(more)
    _save(now)


def _load_seqs(now: Now, events: Sequence[Happened]) -> None:
    """Rows that events name by number: what a signature was put under, what a redaction erased, queries."""
    seqs = {seq for event in events if event.kind == "sign.made" for seq in shown(event.payload)}
    seqs |= {erased(event.payload) for event in events if event.kind == "redacted"}
    for chunk in _chunks(sorted(seqs - set(now.by_seq)), 500):
        _load_values(now, models.CurrentValue.objects.filter(seq__in=chunk))
    numbers = {
        int((event.payload or {}).get("seq" if event.kind == "redacted" else "query", 0))
        for event in events
        if event.kind == "redacted" or event.kind.startswith("query.")
    }
    if numbers - {0}:
        queries = models.CurrentQuery.objects.filter(query__in=numbers)
        for number, *row in queries.values_list(*_COLUMNS[models.CurrentQuery]):
            now.queries[number] = QueryNow(tuple(row[:4]), *row[4:])


def _save(now: Now) -> None:
    touched = now.touched
    records = [
        models.CurrentRecord(**_named(models.CurrentRecord, (*key, *astuple(now.records[key]))))
        for key in touched.records
    ]
    values = [
        models.CurrentValue(**_named(models.CurrentValue, (*key, *astuple(now.values[key]))))
        for key in touched.values
    ]
    queries = [
        models.CurrentQuery(**_named(models.CurrentQuery, _query_row(number, now.queries[number])))
        for number in touched.queries
    ]
    _upsert(records, PLACE)
    _upsert(values, (*PLACE, "item"))
    _upsert(queries, ("query",))
    for participant, visit in touched.locks:
        there = models.CurrentLock.objects.filter(participant=participant, visit=visit)
        if lock := now.locks.get((participant, visit)):
            there.update_or_create(
                participant=participant, visit=visit, defaults={"level": lock.level, "seq": lock.seq}
            )
        else:
            there.delete()


def _named(model: Any, row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(_COLUMNS[model], row, strict=True))


def _query_row(number: int, query: QueryNow) -> tuple[Any, ...]:
    record, *rest = astuple(query)
    return (number, *record, *rest)


def _upsert(rows: Sequence[Any], unique: Sequence[str]) -> None:
    if rows:
        model = type(rows[0])
        change = [name for name in _COLUMNS[model] if name not in unique]
        model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=unique, update_fields=change, batch_size=500
        )


# ------------------------------------------------------------------------------------------------------- from the log


def folded() -> Now:
    """What holds by the log alone."""
    now = Now()
    with uncollected():
        now.apply(rows_happened(whole_log(_HAPPENED), _kept()))
    return now


def rebuild() -> Now:
    """Drop what the current tables say and write the fold of the log; nobody writes meanwhile."""
    with writing(), _roomy():
        now = folded()
        for model in PROJECTIONS:
            model.objects.all().delete()
            write_rows(model._meta.db_table, _COLUMNS[model], _table(now, model))  # noqa: SLF001
    return now


def differences() -> list[str]:
    """How the current tables differ from the fold of the log, a line for each row; none: they are equal."""
    with transaction.atomic():
        now = folded()
        return [line for model in PROJECTIONS for line in _differ(now, model)]


def _differ(now: Now, model: Any) -> Iterator[str]:
    wanted, there = set(_table(now, model)), set(model.objects.values_list(*_COLUMNS[model]))
    name = model._meta.db_table  # noqa: SLF001, Django's public name for it
    yield from (f"{name}: {row} is missing" for row in sorted(wanted - there))
    yield from (f"{name}: {row} is not what the log says" for row in sorted(there - wanted))


def _table(now: Now, model: Any) -> Iterator[tuple[Any, ...]]:
    record, value, query = attrgetter(*_RECORD), attrgetter(*_VALUE), attrgetter(*_QUERY)
    rows: dict[Any, Any] = {
        models.CurrentRecord: ((*key, *record(row)) for key, row in now.records.items()),
        models.CurrentValue: ((*key, *value(row)) for key, row in now.values.items()),
        models.CurrentQuery: ((number, *row.record, *query(row)) for number, row in now.queries.items()),
        models.CurrentLock: ((*key, row.level, row.seq) for key, row in now.locks.items()),
    }
    return iter(rows[model])


@contextmanager
def _roomy() -> Iterator[None]:
    """Room for the indexes in memory: SQLite's own two megabytes would be written out again and again."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        [before] = cursor.fetchone()
        cursor.execute(f"PRAGMA cache_size={_CACHE}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size={before:d}")


def _kept() -> dict[int, Any]:
    told = [each.payload or {} for each in events(kind="redacted")]
    return {erased(each): each.get("kept") or None for each in told}


def write_rows(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """As many rows as there are, past no trigger: COPY on PostgreSQL, one prepared statement on SQLite."""
    names, rows = ", ".join(columns), iter(rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        while chunk := list(islice(rows, _CHUNK)):
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", chunk)  # noqa: S608


def _chunks(seqs: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (seqs[start : start + size] for start in range(0, len(seqs), size))
