"""The parts of the safety board's packet that count records: exposure and adverse events, by level, participant and lesion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstdose.derived.dose import derive_doses, doses_cells, millions
from firstdose.derived.events import derive_events
from firstdose.escalation.telling import level_counts
from firstdose.report.content.pieces import plain_table, text
from firstdose.report.tree import Column, Listing, Paragraph, Section, Table, Text
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from decimal import Decimal

    from firstdose.derived.dose_plan import LesionDose
    from firstdose.escalation.deciding import Decision
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.report.tree import Block

Row = dict[str, Any]
SEVERE = 3  # grade from which an event is counted as severe
KINDS: tuple[tuple[str, Callable[[Row], bool]], ...] = (
    ("any", lambda _: True),
    (f"grade {SEVERE} or more", lambda row: (row["grade"] or 0) >= SEVERE),
    ("related", lambda row: row["related"] is True),
    ("serious", lambda row: row["serious"] is True),
    ("dose-limiting", lambda row: row["dlt"] is True),
    ("dose-limiting or not is open", lambda row: row["dlt"] is None),
)


def exposure_section(protocol: Protocol, snapshot: Snapshot, decision: Decision) -> Section:
    """Participants at each level, then each administration to a participant or lesion."""
    blocks: list[Block] = [_levels(decision)]
    doses = [
        dose
        for dose in derive_doses(protocol, snapshot)
        if dose.given is not None
        and (dose.given.date is None or decision.cut is None or dose.given.date <= decision.cut)
    ]
    if doses and doses_cells(protocol.intervention):
        blocks += [_lesions(protocol, doses), _totals(doses)]
    return Section("exposure", "Exposure", tuple(blocks))


def _levels(decision: Decision) -> Table:
    conduct = decision.conduct
    heads = ("treated", "evaluable", "with toxicity", "still watched", "not evaluable", "undecided")
    rows = tuple(
        (
            text(conduct.level(number)),
            *(text(str(count)) for count in level_counts(decision, number).values()),
        )
        for number in range(conduct.rule.doses)
    )
    columns = (Column("dose level"), *(Column(head, numeric=True) for head in heads))
    return Table("t-levels", "Participants by dose level", "participants", columns, rows)


def _lesions(protocol: Protocol, doses: Sequence[LesionDose]) -> Table:
    word = protocol.lesion_word
    rows = [
        (
            dose.participant,
            dose.lesion or "–",
            dose.level or "–",
            str(dose.given.date or "–") if dose.given else "–",
            "–" if dose.plan is None else _cells(dose.plan.cells.value),
            "–" if dose.given is None or dose.given.cells is None else _cells(dose.given.cells.value),
            "–" if dose.delivery is None else printed(100 * dose.delivery, 1),
            "–" if dose.density_given is None else _cells(dose.density_given.to("cells/cm2").value),
        )
        for dose in doses
    ]
    heads = ("participant", word, "level", "given on")
    numeric = ("planned, 10^6", "given, 10^6", "given/planned, %", "given, 10^6/cm2")
    columns = (*map(Column, heads), *(Column(head, numeric=True) for head in numeric))
    body = tuple(tuple(text(cell) for cell in row) for row in rows)
    return Table("t-exposure", f"Dose of each {word}", f"{word}s", columns, body, row_heads=2)


def _cells(number: Decimal) -> str:
    return printed(number / 1_000_000, 2)


def _totals(doses: Sequence[LesionDose]) -> Table:
    people: dict[str, list[LesionDose]] = {}
    for dose in doses:
        people.setdefault(dose.participant, []).append(dose)
    rows = [(name, str(len(own)), _given(own)) for name, own in people.items()]
    heads = ("participant", "administrations", "cells given")
    return plain_table("t-totals", "Total dose of each participant", heads, rows, unit="participants")


def _given(doses: Sequence[LesionDose]) -> str:
    known = [dose.given.cells for dose in doses if dose.given and dose.given.cells]
    if not known:
        return "not computable from the records"
    total = known[0]
    for cells in known[1:]:
        total = type(total)(total.value + cells.value, total.unit)
    lacks = len(doses) - len(known)
    return f"{millions(total)}{f'; {lacks} not known' if lacks else ''}"


def events_section(protocol: Protocol, snapshot: Snapshot, decision: Decision) -> Section:
    """Events after the first administration, by level, by participant and by lesion; then every one of them."""
    levels = decision.conduct.levels
    level = {
        row.participant: "not known" if row.level is None else levels[row.level] for row in decision.watched
    }
    known = {event.place.line for row in decision.watched for event in row.events}
    events = [
        row
        for row in derive_events(protocol, snapshot).to_dicts()
        if row["participant"] in level and row["emergent"] is not False and _is_known(row, decision, known)
    ]
    if not events:
        said = "Nobody has been treated."
        if level:
            treated = "treated participant" if len(level) == 1 else f"{len(level)} treated participants"
            said = f"No adverse event of the {treated} is on record after the first administration."
        return Section("events", "Adverse events", (Paragraph((Text(said),)),))
    blocks: list[Block] = [
        _by(
            tuple(dict.fromkeys((*levels, *level.values()))),
            events,
            lambda row: level[row["participant"]],
            "level",
            "dose level",
        ),
        _by(tuple(level), events, lambda row: row["participant"], "participant", "participant"),
        *_local(protocol, events),
        _listing(protocol, events, level),
    ]
    return Section("events", "Adverse events", tuple(blocks))


def _is_known(row: Row, decision: Decision, known: set[int]) -> bool:
    """On record at the data cut: by its day, or because the decision looked at it."""
    day = row.get("date") or row["onset"]
    if decision.cut is None or not day or row.get("_row") in known:
        return True
    return str(day) <= str(decision.cut)


def _by(
    groups: Sequence[str], events: Sequence[Row], of: Callable[[Row], str], table_id: str, head: str
) -> Table:
    """For each group and kind `participants (events)`."""
    rows = []
    for group in groups:
        own = [row for row in events if of(row) == group]
        cells = [_counted([row for row in own if is_kind(row)]) for _, is_kind in KINDS]
        rows.append((text(group), *map(text, cells)))
    columns = (Column(head), *(Column(name, numeric=True) for name, _ in KINDS))
    return Table(
        f"t-events-{table_id}",
        f"Adverse events by {head}",
        "participants (events)",
        columns,
        tuple(rows),
        ("After the first administration, as known at the data cut.",),
    )


def _counted(rows: Sequence[Row]) -> str:
    return f"{len({row['participant'] for row in rows})} ({len(rows)})" if rows else "0"


def _local(protocol: Protocol, events: Sequence[Row]) -> Iterator[Table]:
    local = [row for row in events if row["lesion"]]
    if local:
        names = tuple(dict.fromkeys(f"{row['participant']} / {row['lesion']}" for row in local))
        word = protocol.lesion_word
        yield _by(names, local, lambda row: f"{row['participant']} / {row['lesion']}", "lesion", word)


def _listing(protocol: Protocol, events: Sequence[Row], level: dict[str, str]) -> Listing:
    heads = (
        "participant",
        "level",
        "term",
        "grade",
        "day",
        protocol.lesion_word,
        "related",
        "serious",
        "dose-limiting",
        "outcome",
    )
    rows = tuple(
        (
            row["participant"],
            level[row["participant"]],
            row["preferred"] or "–",
            _number(row["grade"]),
            _number(row["day"]),
            row["lesion"] or "–",
            _word(row["related"]),
            _word(row["serious"]),
            _word(row["dlt"]),
            row["outcome"] or "–",
        )
        for row in events
    )
    return Listing("l-events", "Every adverse event", heads, rows, len(rows))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _word(value: object) -> str:
    return "not known" if value is None else "yes" if value else "no"
