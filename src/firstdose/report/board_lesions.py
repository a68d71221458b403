"""The part of the safety board's packet on lesions: local toxicity of each lesion and density, and who is not evaluable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.escalation.lesions_on_record import evaluable_lesions
from firstdose.report.content.pieces import plain_table, text
from firstdose.report.tree import Column, Paragraph, Section, Table, Text
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from firstdose.escalation.deciding import Decision
    from firstdose.escalation.lesions_on_record import LesionsSeen, WatchedLesion
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.report.tree import Block


def lesions_section(protocol: Protocol, snapshot: Snapshot, decision: Decision) -> Section | None:
    """Local toxicity by density and by lesion; None where the protocol has no local rule or nobody was treated."""
    found = evaluable_lesions(protocol, snapshot, decision.cut)
    if not found.lesions:
        return None
    word = protocol.lesion_word
    blocks: list[Block] = [_densities(found, word), _each(found, word)]
    if found.elsewhere:
        rows = [(who, event.term, _day(event.day), str(event.place)) for who, event in found.elsewhere]
        heads = ("participant", "term", "day", "record")
        title = f"Local events at a {word} that was not treated: counted nowhere"
        blocks.append(plain_table("t-elsewhere", title, heads, rows))
    if found.unplaced:
        said = f"The dose level of {found.unplaced} {word}s is not known; they stand in no row of the first table."
        blocks.append(Paragraph((Text(said),), "caution"))
    return Section("lesions", f"Local toxicity of the {word}s", tuple(blocks))


def _densities(found: LesionsSeen, word: str) -> Table:
    alike = [correlation for correlation, _ in found.rows[0].effective] if found.rows else []
    heads = ("treated", "evaluable", "with local toxicity", "at most", "of participants", "with one")
    columns = (
        Column("dose level"),
        *(Column(head, numeric=True) for head in heads),
        *(Column(f"{each:g}", over="independent ones at a correlation of", numeric=True) for each in alike),
    )
    rows = tuple(
        tuple(
            map(
                text,
                (
                    row.name,
                    *map(
                        str,
                        (
                            row.treated,
                            row.evaluable,
                            row.toxic,
                            row.most_toxic,
                            row.participants,
                            row.participants_toxic,
                        ),
                    ),
                    *(printed(worth, 1) for _, worth in row.effective),
                ),
            )
        )
        for row in found.rows
    )
    notes = (
        f"At most: if every {word} that is undecided had one too. Of participants: those of the evaluable {word}s.",
        f"Independent ones: what the evaluable {word}s are worth, since those of one participant resemble each other.",
    )
    return Table(
        "t-densities", f"Local toxicity by dose level of the {word}", f"{word}s", columns, rows, notes
    )


def _each(found: LesionsSeen, word: str) -> Table:
    rows = [_row(each) for each in found.lesions]
    heads = ("participant", word, "level", "treated on", "watched to", "local toxicity", "because", "records")
    return plain_table("t-lesions", f"Each treated {word}", heads, rows, unit=f"{word}s treated")


def _row(each: WatchedLesion) -> tuple[str, ...]:
    seen = each.watched
    return (
        each.participant,
        each.lesion or "–",
        seen.level_words or "–",
        str(seen.given or "–"),
        str(seen.until or "–"),
        seen.dlt,
        "; ".join((seen.reason, *seen.notes)),
        ", ".join(str(event.place) for event in seen.events) or "–",
    )


def _day(day: float | None) -> str:
    return "–" if day is None else f"{day:g}"
