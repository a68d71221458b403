"""The ground of seeded errors: rehearsed trials, and what the checks say of a participant's records up to a visit."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from benchmarks.capture_drills.entry_errors import OPTIONS, Cell

from firstdose.derived.dose_slips import check_doses
from firstdose.protocol.model_of_capture import Capture
from firstdose.protocol.names import ADMINISTRATION
from firstdose.protocol.reading import read_protocol, read_protocol_text
from firstdose.records.checking import check_records
from firstdose.records.log.tables import known_forms
from firstdose.records.snapshot import SourceFile
from firstdose.records.sources import Sources
from firstdose.records.study import frozen_of, reading_of_part
from firstdose.records.tables import Part, TableReading
from firstdose.rehearsal import rehearse
from firstdose.values.missing import read_missing_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form

    Tables = dict[str, pl.DataFrame]

PROTOCOL = Path(__file__).parents[2] / "trials" / "adsc_psoriasis" / "protocol.yaml"
SEED, TRIALS, PARTICIPANTS = 20261122, 8, 5


@dataclass(slots=True)
class Ground:
    """Rehearsed trials, and what the checks say of each participant up to a visit before anything is changed."""

    protocol: Protocol
    trials: list[Tables]
    before: dict[tuple[int, str, int], Counter[tuple[str, str]]] = field(default_factory=dict)
    read: dict[tuple[str, str], TableReading] = field(default_factory=dict)

    def place(self, form: str, visit: str | None) -> int:
        """Number of the visit; forms without one are entered at the first visit that asks for them."""
        visits = [each.visit for each in self.protocol.visits]
        if visit is None:
            row = next((row for row in self.protocol.schedule if row.activity == form), None)
            visit = row.at[0] if row and form != "adverse_events" else visits[-1]
        return visits.index(visit) if visit in visits else len(visits) - 1

    def as_entered(self, tables: Tables, participant: str, at: int) -> Tables:
        """The participant's records up to this visit."""
        kept = {}
        for form, frame in tables.items():
            own = frame.filter(pl.col("participant") == participant)
            if "visit" in frame.columns:
                own = own.filter([self.place(form, visit) <= at for visit in own["visit"].to_list()])
            elif form != "participants" and self.place(form, None) > at and form != "adverse_events":
                continue
            kept[form] = own
        return kept

    def judged(self, tables: Tables) -> Counter[tuple[str, str]]:
        """(code, message) of everything that reading and checks say."""
        sources, known = Sources(), known_forms(self.protocol)
        sources.files["log"] = SourceFile("log", "0" * 64, 1)
        parts = [self._read(known[form], frame) for form, frame in tables.items()]
        reading = frozen_of(self.protocol, known, sources, parts, passing=True)
        given = reading.snapshot.table(ADMINISTRATION)
        doses = () if given is None or not given.height else check_doses(self.protocol, reading.snapshot)
        found = [*reading.issues, *check_records(self.protocol, reading.snapshot), *doses]
        return Counter((issue.code, issue.message) for issue in found)

    @property
    def capture(self) -> Capture:
        return self.protocol.capture or Capture()

    def news(self, trial: int, changed: Tables, participant: str, at: int) -> set[str]:
        """Codes of what the checks say now and did not say before."""
        now = self.judged(self.as_entered(changed, participant, at))
        return {code for code, _ in now - self.stood(trial, participant, at)}

    def _read(self, form: Form, frame: pl.DataFrame) -> TableReading:
        """One table read; the same text is read once."""
        key = (form.name, frame.write_csv())
        if key not in self.read:
            lines = pl.int_range(2, frame.height + 2, dtype=pl.Int64, eager=True).alias("_row")
            columns = {name: number for number, name in enumerate(frame.columns, start=1)}
            filled = frame.fill_null("").with_columns(lines)
            part = Part(activity=form.name, file=form.name, frame=filled, columns=columns)
            self.read[key] = reading_of_part(self.protocol, part, form)
        return self.read[key]

    def stood(self, trial: int, participant: str, at: int) -> Counter[tuple[str, str]]:
        """What is said of a participant's records at a visit before anything is changed; computed once."""
        key = (trial, participant, at)
        if key not in self.before:
            self.before[key] = self.judged(self.as_entered(self.trials[trial], participant, at))
        return self.before[key]


def ground() -> Ground:
    reading = read_protocol(PROTOCOL)
    assert reading.protocol is not None, reading.issues
    trials = [dict(rehearse(reading.protocol, PARTICIPANTS, SEED + n).tables) for n in range(TRIALS)]
    return Ground(reading.protocol, trials)


def with_options(on: Ground) -> Ground:
    """The same trials under the seed's protocol with the options."""
    before, key, after = PROTOCOL.read_text("utf-8").partition("  idle: 30\n")
    reading = read_protocol_text(before + key + OPTIONS + after)
    assert reading.protocol is not None, reading.issues
    assert not reading.issues, reading.issues
    return Ground(reading.protocol, on.trials, read=on.read)  # neither items nor branches differ


def cells(on: Ground) -> Iterator[Cell]:
    """Every value that is recorded, missing values left out."""
    known = known_forms(on.protocol)
    for trial, tables in enumerate(on.trials):
        visits = {
            (who, visit): day
            for who, visit, day in tables["visits"].select("participant", "visit", "date").iter_rows()
        }
        for form, frame in tables.items():
            days = [_day_of(row, visits) for row in frame.iter_rows(named=True)]
            for item in known[form].items:
                if item.name in {"participant", "visit", "lesion"} or item.name not in frame.columns:
                    continue
                for row, text in enumerate(frame[item.name].to_list()):
                    if text is not None and not (item.kind != "code" and read_missing_reason(text)):
                        visit = frame["visit"][row] if "visit" in frame.columns else None
                        who, at = frame["participant"][row], on.place(form, visit)
                        yield Cell(trial, form, row, item, text, who, at, days[row])


def _day_of(row: dict[str, str | None], visits: dict[tuple[str, str], str | None]) -> dt.date | None:
    """The day on which a record was made: its own, that of its visit, of an event the last one it tells of."""
    own = row.get("date") or visits.get((row["participant"] or "", row.get("visit") or ""))
    told = [row.get(name) or "" for name in ("onset", "end", "sponsor_aware")]
    days = [day for day in (own or "", *told) if len(day) == 10 and day[:4].isdigit()]
    return dt.date.fromisoformat(max(days)) if days else None
