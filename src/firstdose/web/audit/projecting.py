"""Projections: the current tables, brought up to date in the transaction of a save, or folded anew from the log."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import fields
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
from firstdose.web.audit.rows import upsert_rows, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firstdose.records.log.event import Event, Key
    from firstdose.web.audit.folding import RecordKey, ValueKey

PLACE: Final = ("participant", "visit", "form", "repeat")
_RECORD, _VALUE, _QUERY = (
    tuple(each.name for each in fields(row)) for row in (RecordNow, ValueNow, QueryNow)
)
_COLUMNS: Final[Mapping[Any, tuple[str, ...]]] = {
    models.CurrentRecord: (*PLACE, *_RECORD),
    models.CurrentValue: (*PLACE, "item", *_VALUE),
    models.CurrentQuery: ("query", *PLACE, *_QUERY[1:]),
    models.CurrentLock: ("participant", "visit", "level", "seq"),
}
PROJECTIONS: Final[tuple[Any, ...]] = tuple(_COLUMNS)
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
    _upsert(models.CurrentRecord, PLACE, _records(now, touched.records))
    _upsert(models.CurrentValue, (*PLACE, "item"), _values(now, touched.values))
    _upsert(models.CurrentQuery, ("query",), _queries(now, touched.queries))
    for participant, visit in touched.locks:
        there = models.CurrentLock.objects.filter(participant=participant, visit=visit)
        if lock := now.locks.get((participant, visit)):
            there.update_or_create(
                participant=participant, visit=visit, defaults={"level": lock.level, "seq": lock.seq}
            )
        else:
            there.delete()


def _upsert(model: Any, unique: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    upsert_rows(model._meta.db_table, _COLUMNS[model], unique, tuple(rows))  # noqa: SLF001, Django's public name for it


# ------------------------------------------------------------------------------------------------------- from the log


def folded() -> Now:
    """What holds by the log alone."""
    now = Now()
    with uncollected():
        now.apply(rows_happened(whole_log(_HAPPENED), _kept()))
    return now


def rebuild() -> Now:
    """Drop what the current tables say and write the fold of the log; nobody writes meanwhile."""
    with writing(), _roomy(), uncollected():
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
    rows: dict[Any, Any] = {
        models.CurrentRecord: _records(now, now.records),
        models.CurrentValue: _values(now, now.values),
        models.CurrentQuery: _queries(now, now.queries),
        models.CurrentLock: ((*key, row.level, row.seq) for key, row in now.locks.items()),
    }
    return iter(rows[model])


_cells_of_record, _cells_of_value, _cells_of_query = (
    attrgetter(*names) for names in (_RECORD, _VALUE, _QUERY)
)


def _records(now: Now, keys: Iterable[RecordKey]) -> Iterator[tuple[Any, ...]]:
    return ((*key, *_cells_of_record(now.records[key])) for key in keys)


def _values(now: Now, keys: Iterable[ValueKey]) -> Iterator[tuple[Any, ...]]:
    return ((*key, *_cells_of_value(now.values[key])) for key in keys)


def _queries(now: Now, numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    for number in numbers:
        record, *rest = _cells_of_query(now.queries[number])
        yield (number, *record, *rest)


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


def _chunks(seqs: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (seqs[start : start + size] for start in range(0, len(seqs), size))
