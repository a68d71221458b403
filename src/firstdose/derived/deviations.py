"""Deviations that follow from windows, order, eligibility and doses: listed one by one, never only counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.deviation import Deviation
from firstdose.derived.dose import derive_dose_deviations
from firstdose.derived.participants import derive_eligibility, derive_participants
from firstdose.derived.timing import ADMINISTRATION, derive_visit_days, read_dates
from firstdose.protocol.names import CONSENT
from firstdose.records.visits import PARTICIPANTS, VISITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.derived.dose_plan import LesionDose
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot


def derive_deviations(
    protocol: Protocol, snapshot: Snapshot, doses: Sequence[LesionDose] | None = None
) -> tuple[Deviation, ...]:
    """All deviations that the records show, ordered by participant and kind; `doses` where they are at hand already."""
    found = [
        *_windows(protocol, snapshot),
        *_missed(protocol, snapshot),
        *_before_consent(protocol, snapshot),
        *_ineligible_treated(protocol, snapshot),
        *_given_again(protocol, snapshot),
        *derive_dose_deviations(protocol, snapshot, doses),
    ]
    return tuple(sorted(found))


def _windows(protocol: Protocol, snapshot: Snapshot) -> Iterator[Deviation]:
    off = derive_visit_days(protocol, snapshot).filter(pl.col("off") != 0)
    for row in off.iter_rows(named=True):
        side = "after" if row["off"] > 0 else "before"
        days = abs(row["off"])
        sentence = (
            f"{row['visit']} took place on day {row['day']}, {days} day{'s' if days != 1 else ''} {side} "
            f"its window (day {row['first']} to {row['last']})."
        )
        yield Deviation(row["participant"], "visit outside its window", row["visit"], "", sentence)


def _missed(protocol: Protocol, snapshot: Snapshot) -> Iterator[Deviation]:
    planned = [visit.visit for visit in protocol.visits]
    missed = snapshot.tables["visits"].filter((pl.col("status") == "missed") & pl.col("visit").is_in(planned))
    for row in missed.iter_rows(named=True):
        reason = f": {row['reason']}" if row["reason"] else ", without a reason on record"
        yield Deviation(
            row["participant"], "visit missed", row["visit"], "", f"{row['visit']} was missed{reason}."
        )


def _before_consent(protocol: Protocol, snapshot: Snapshot) -> Iterator[Deviation]:
    """Visits and records before the first consent, and participants who took part without a dated one."""
    if protocol.activity(CONSENT) is None:
        return
    signed = _consents(snapshot)
    told: set[tuple[object, ...]] = set()
    for activity in sorted(snapshot.tables.keys() - {CONSENT, PARTICIPANTS}, key=lambda name: name != VISITS):
        dated = snapshot.tables[activity].filter(pl.col("date").is_not_null())
        for row in dated.join(signed, on="participant").filter(pl.col("date") < pl.col("consent")).to_dicts():
            of_visit = (row["participant"], row["visit"], row["date"])
            if of_visit in told:  # a record on the visit's own day is told with the visit
                continue
            if activity == VISITS:
                told.add(of_visit)
            what = f"{row['visit']} took place" if activity == VISITS else f"A record of {activity} was made"
            sentence = f"{what} on {row['date']}, before consent on {row['consent']}."
            yield Deviation(
                row["participant"], "before consent", row["visit"] or "", row["lesion"] or "", sentence
            )
    done = snapshot.tables[VISITS].filter(pl.col("status") == "done")["participant"].unique()
    for name in sorted(set(done.to_list()) - set(signed["participant"].to_list())):
        yield Deviation(name, "consent missing", "", "", "Visits took place; no dated consent is on record.")


def _consents(snapshot: Snapshot) -> pl.DataFrame:
    """participant > consent, the first dated one."""
    table = snapshot.table(CONSENT)
    if table is None:
        return pl.DataFrame(schema={"participant": pl.String, "consent": pl.Date})
    dated = read_dates(table, ["consent_date"]).select("participant", pl.col("consent_date").alias("consent"))
    return dated.drop_nulls().group_by("participant", maintain_order=True).agg(pl.col("consent").min())


def _ineligible_treated(protocol: Protocol, snapshot: Snapshot) -> Iterator[Deviation]:
    participants = derive_participants(protocol, snapshot)
    treated = set(participants.filter(pl.col("treated"))["participant"].to_list())
    for verdict in derive_eligibility(protocol, snapshot, participants):
        if verdict.participant not in treated or verdict.met:
            continue
        word = "fails" if verdict.met is False else "leaves open"
        sentence = f"Treated although the record {word} criterion {verdict.criterion}: {verdict.sentence}."
        yield Deviation(verdict.participant, "eligibility", "", "", sentence)


def _given_again(protocol: Protocol, snapshot: Snapshot) -> Iterator[Deviation]:
    given = snapshot.table(ADMINISTRATION)
    if given is None or protocol.intervention is None:
        return
    most = protocol.intervention.administrations
    again = given.group_by("participant", "lesion", maintain_order=True).len().filter(pl.col("len") > most)
    for row in again.iter_rows(named=True):
        sentence = f"{row['len']} administrations are on record; the protocol allows {most}."
        yield Deviation(row["participant"], "given again", "", row["lesion"] or "", sentence)
