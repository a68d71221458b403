"""A rehearsed study walked through the pages, day by day, everybody by their own role.

`Walk(study=..., tables=..., ...).go()` adds the participants of the rehearsed tables, enters every record on its date, has the
board decide and two people override where the dose gate asks for it, signs, closes the queries, judges deviations and
locks. A soft fault is kept with a reason. `desks(role)` is where somebody of that role works: a client, or a browser.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from firstdose.protocol.names import ADMINISTRATION, CONSENT, EVENTS
from firstdose.records.due import LESIONS
from firstdose.records.visits import PARTICIPANTS, VISITS
from firstdose.web.capture.sheet import right_of
from firstdose.web.safety.sheet import COMPUTED, TYPED
from tests.web.entering import REFUSED, SAVED, enter_sheet, faults_of
from tests.web.sheets import Desk, links_of, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from firstdose.web.audit.study import Study

KEEP = "as it stands in the source"
KEYS = ("participant", "visit", "lesion")
ROLES = {"enter": "coordinator", "rate": "evaluator", "enter laboratory": "laboratory"}
BOARD_ASKED = "FD-W104"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Task:
    """What is entered on one page: the records of a form at a visit, lesion > item > text."""

    day: date
    place: int
    participant: str
    visit: str
    form: str
    records: Mapping[str, Mapping[str, str]] = field(compare=False)


def named_here(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The rehearsed tables with the participants called as capture numbers them, in the order of entry: P-001, P-002 ..."""
    dated = pl.concat(
        [table.select("participant", "date") for table in tables.values() if "date" in table.columns]
    )
    first = dict(dated.filter(pl.col("date") != "").group_by("participant").agg(pl.col("date").min()).rows())
    people = sorted(tables[PARTICIPANTS]["participant"].to_list(), key=lambda name: first[name])
    names = {name: f"P-{number:03d}" for number, name in enumerate(people, start=1)}
    return {name: table.with_columns(pl.col("participant").replace(names)) for name, table in tables.items()}


def only(tables: Mapping[str, pl.DataFrame], participants: int) -> dict[str, pl.DataFrame]:
    """The tables of the first participants."""
    kept = tables[PARTICIPANTS]["participant"].head(participants).to_list()
    return {name: table.filter(pl.col("participant").is_in(kept)) for name, table in tables.items()}


def at_home(study: Study, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Records that are kept once and name no visit (who was lost came to none) under the visit where capture keeps them."""
    return {
        name: table.with_columns(pl.col("visit").fill_null(_home(study, name)))
        if "visit" in table.columns and not study.forms[name].repeats
        else table
        for name, table in tables.items()
    }


def tasks_of(study: Study, tables: Mapping[str, pl.DataFrame]) -> list[Task]:
    """Every page that is to be filled, in the order of days; on one day consent first, then the visit, then as scheduled."""
    order = [CONSENT, VISITS, *(row.activity for row in study.protocol.schedule)]
    found: dict[tuple[Any, ...], dict[str, dict[str, str]]] = {}
    for form, table in tables.items():
        for number, row in enumerate(table.iter_rows(named=True)) if form != PARTICIPANTS else ():
            repeats = study.forms[form].repeats
            visit = "" if repeats else row.get("visit") or _home(study, form)
            key = (
                _day(row, tables),
                order.index(form),
                row["participant"],
                visit,
                form,
                number if repeats else 0,
            )
            lesion = "new" if repeats else row.get("lesion") or ""
            left_out = KEYS[:2] if repeats else KEYS
            found.setdefault(key, {})[lesion] = {
                name: text for name, text in row.items() if text and name not in left_out
            }
    return [
        Task(day=day, place=place, participant=who, visit=visit, form=form, records=records)
        for (day, place, who, visit, form, _), records in sorted(found.items(), key=lambda each: each[0])
    ]


def _home(study: Study, form: str) -> str:
    scheduled = study.protocol.activity(form)
    return scheduled.at[0] if scheduled and scheduled.at else ""


def _day(row: Mapping[str, str | None], tables: Mapping[str, pl.DataFrame]) -> date:
    """The date of the record; of a missed visit the day before the next visit."""
    if row.get("date"):
        return date.fromisoformat(str(row["date"]))
    rows = tables[VISITS].filter(pl.col("participant") == row["participant"])
    at = rows["visit"].to_list().index(row["visit"])
    later = [text for text in rows["date"].to_list()[at:] if text]
    earlier = [text for text in rows["date"].to_list()[:at] if text]
    return date.fromisoformat(later[0] if later else earlier[-1])


@dataclass(slots=True, kw_only=True)
class Walk:
    """`done`: what happened, counted. `email_of`: role > address of who confirms sheets; all have one `password`."""

    study: Study
    tables: Mapping[str, pl.DataFrame]
    desks: Callable[[str], Desk]
    set_clock: Callable[[datetime], None]
    email_of: Callable[[str], str]
    password: str
    done: Counter[str] = field(default_factory=Counter)

    def go(self) -> Counter[str]:
        """The whole walk."""
        tasks = tasks_of(self.study, self.tables)
        first_of = {task.participant: task for task in reversed(tasks)}
        last_of = {task.participant: task for task in tasks}
        today = None
        for task in tasks:
            if task.day != today:
                today = task.day
                self.set_clock(datetime(today.year, today.month, today.day, 9, tzinfo=UTC))
            if first_of[task.participant] is task:
                self._add(task.participant)
            self.enter(task)
            if last_of[task.participant] is task:
                self._finish(task.participant)
        return self.done

    def _add(self, participant: str) -> None:
        answer = send(self.desks("coordinator"), "/participants/", {})
        assert answer.url == f"/participants/{participant}/", answer.url
        self.done["participants"] += 1

    def enter(self, task: Task) -> None:
        if task.form == ADMINISTRATION:
            self._inject(task)
        elif task.form == LESIONS:
            for number, values in task.records.items():
                self._save(task, {"new": values}, "new", number)
        else:
            repeat = "new" if task.form == EVENTS else ""
            self._save(task, task.records, repeat)

    def _save(
        self, task: Task, records: Mapping[str, Mapping[str, str]], repeat: str, number: str = ""
    ) -> None:
        """One page; what is not complete (a value is missing without a reason) is saved all the same."""
        desk = self.desks(ROLES[right_of(self.study, task.form)])
        told = (task.participant, task.visit, task.form, records)
        answer = enter_sheet(desk, *told, repeat=repeat, keep=KEEP)
        if answer.status_code == REFUSED and all("FD-W041" in each for each in faults_of(answer)):
            answer = enter_sheet(desk, *told, repeat=repeat, keep=KEEP, do="save")
            self.done["saved, not complete"] += 1
        assert answer.status_code == SAVED, (task, number, answer.status_code, faults_of(answer))
        self.done["pages"] += 1
        self.done["records"] += len(records)

    # ---------------------------------------------------------------------------------------------- day of injection

    def _inject(self, task: Task) -> None:
        page = f"/participants/{task.participant}/injection-day/"
        desk = self.desks("coordinator")
        for lesion, row in task.records.items():
            self._propose(desk, page, task, lesion, {name: row[name] for name in TYPED if name in row})
        told = {"second_email": self.email_of("investigator"), "second_password": self.password}
        answer = send(desk, page, told, ("act", "confirm"))
        assert answer.status_code == SAVED, faults_of(answer)
        for lesion, row in task.records.items():
            carried = {name: text for name, text in row.items() if name not in {*TYPED, *COMPUTED}}
            answer = send(desk, page, carried, ("act", "record"), {"lesion": lesion})
            assert answer.status_code == SAVED, (task, lesion, faults_of(answer))
            self.done["injections"] += 1

    def _propose(self, desk: Desk, page: str, task: Task, lesion: str, values: Mapping[str, str]) -> None:
        """The sheet is computed; where the gate is closed, the board decides, and if it is closed still, two override."""
        for way in (self._decide, self._override, None):
            answer = send(desk, page, values, ("act", "propose"), {"lesion": lesion})
            if answer.status_code == SAVED:
                return
            if way is not None:
                way(task, answer)
        raise AssertionError((task, lesion, faults_of(answer)))

    def _decide(self, task: Task, refused: Any) -> None:
        """The board decides as the rule says, where it is the board that is waited for."""
        if any(BOARD_ASKED in told for told in faults_of(refused)):
            told = {"decision": "follow", "voters": "A. Invented\nB. Invented", "password": self.password}
            answer = send(self.desks("board"), "/escalation/", told)
            self.done["decisions of the board"] += answer.status_code == SAVED

    def _override(self, task: Task, refused: Any) -> None:
        """Two people release a dose that the rule forbids; each for a level and a day."""
        at = f"/participants/{task.participant}/override/"
        level = next(iter(task.records.values()))["dose_level"]
        why = {"reason": "the rehearsed trial gave it", "password": self.password}
        page = self.desks("investigator").get(f"{at}?level={level}")
        answer = send(self.desks("investigator"), at, why, ("act", "ask"), on=page)
        assert answer.status_code == SAVED, (faults_of(refused), faults_of(answer))
        answer = send(self.desks("board"), at, why, ("act", "release"))
        assert answer.status_code == SAVED, faults_of(answer)
        self.done["overrides"] += 1

    # ------------------------------------------------------------------------------------------------------- the end

    def _finish(self, participant: str) -> None:
        """Queries are answered and closed, signed visits signed, all signed at the end, the participant locked."""
        self.close_queries(participant)
        seen = set(self.tables[VISITS].filter(pl.col("participant") == participant)["visit"])
        for visit in (visit for visit in self.study.capture.signed if visit in seen):
            self._sign(participant, visit, "reviewed")
        self._sign(participant, "all", "end")
        self._lock(participant)

    def close_queries(self, participant: str) -> None:
        listed = f"/queries/?status=open&participant={participant}"
        asker, answerer = self.desks("data manager"), self.desks("coordinator")
        while links := list(links_of(asker.get(listed), "/queries/")):
            numbered = [each for each in links if each.strip("/").split("/")[-1].isdigit()]
            if not numbered:
                return
            for each in numbered:
                answer = send(answerer, each, {"text": "It stands so in the source."}, ("act", "answered"))
                assert answer.status_code == SAVED, faults_of(answer)
                answer = send(asker, each, {"text": "Seen."}, ("act", "closed"))
                assert answer.status_code == SAVED, faults_of(answer)
                self.done["queries closed"] += 1

    def _sign(self, participant: str, visit: str, meaning: str) -> None:
        told = {"meaning": meaning, "password": self.password}
        answer = send(self.desks("investigator"), f"/sign/{participant}/{visit}/", told)
        assert answer.status_code == SAVED, faults_of(answer)
        self.done["signatures"] += 1

    def _lock(self, participant: str) -> None:
        hidden = {"participant": participant, "visit": ""}
        answer = send(self.desks("data manager"), "/locks/", {}, ("level", "locked"), hidden)
        assert answer.status_code == SAVED, faults_of(answer)
        self.done["locks"] += 1

    def judge_deviations(self) -> None:
        """Every deviation that the rules propose is confirmed as minor by the investigator."""
        desk = self.desks("investigator")
        for each in self._deviations(desk):
            told = {"weight": "minor", "reason": "invented"}
            answer = send(desk, each, told, ("act", "confirmed"))
            assert answer.status_code == SAVED, faults_of(answer)
            self.done["deviations confirmed"] += 1

    @staticmethod
    def _deviations(desk: Desk) -> Iterator[str]:
        yield from (
            each for each in links_of(desk.get("/deviations/"), "/deviations/") if each != "/deviations/"
        )
