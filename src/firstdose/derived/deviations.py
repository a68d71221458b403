"""Deviations that follow from windows, order, eligibility and doses: listed one by one, never only counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.deviation import Deviation
from firstdose.derived.dose import derive_dose_deviations
from firstdose.derived.participants import derive_eligibility, derive_participants
from firstdose.derived.timing import ADMINISTRATION, derive_visit_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot


def derive_deviations(protocol: Protocol, snapshot: Snapshot) -> tuple[Deviation, ...]:
    """All deviations that the records show, ordered by participant and kind."""
    found = [
        *_windows(protocol, snapshot),
        *_missed(protocol, snapshot),
        *_before_consent(snapshot),
        *_ineligible_treated(protocol, snapshot),
        *_given_again(protocol, snapshot),
        *derive_dose_deviations(protocol, snapshot),
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


def _before_consent(snapshot: Snapshot) -> Iterator[Deviation]:
    consent = snapshot.table("informed_consent")
    if consent is None:
        return
    dates = consent.select(
        "participant", pl.col("consent_date").str.to_date("%Y-%m-%d", strict=False).alias("consent")
    ).drop_nulls()
    early = snapshot.tables["visits"].join(dates, on="participant").filter(pl.col("date") < pl.col("consent"))
    for row in early.iter_rows(named=True):
        sentence = f"{row['visit']} took place on {row['date']}, before consent on {row['consent']}."
        yield Deviation(row["participant"], "before consent", row["visit"], "", sentence)


def _ineligible_treated(protocol: Protocol, snapshot: Snapshot) -> Iterator[Deviation]:
    participants = derive_participants(protocol, snapshot)
    treated = set(participants.filter(pl.col("treated"))["participant"].to_list())
    for verdict in derive_eligibility(protocol, participants):
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
