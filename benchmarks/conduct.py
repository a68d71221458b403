"""Simulated escalations walked through the live decision: `python benchmarks/conduct.py [TRIALS]`.

Faithful trials give what is due, on its day: decision, drawn trial and enumerated path must end alike. Tempted trials
propose levels and days at random: what is forbidden is given only with an override, and the check of the records must find
exactly these administrations, and none once their overrides are on record.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.catalogue.rule import End, Treat
from firstdose.escalation._random import uniform
from firstdose.escalation.conduct import Conduct
from firstdose.escalation.courses import Course, Event
from firstdose.escalation.deciding import Decision, decide_watched, forbids
from firstdose.escalation.evaluable import watched_at
from firstdose.escalation.on_record import check_courses
from firstdose.escalation.paths import enumerate_paths
from firstdose.escalation.planned import words_of
from firstdose.escalation.rule import Rule
from firstdose.escalation.simulate import simulate
from firstdose.protocol.model import Sentinel
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN = date(2030, 1, 1)
DAYS, ONSET = 28, 3  # of the watch; of a toxicity after the administration
RATES = (0.10, 0.25, 0.45)
TEMPTED, OVERRIDDEN = 0.3, 0.2  # how often something else is proposed, and how often it is given all the same
_PROPOSALS = 1 << 40  # the stream of random numbers beside that of the outcomes


def conduct(design: str, most: int, *, sentinel: bool = True, stop: bool = True, **words: str) -> Conduct:
    """Three levels under a design of the shelf, with a Pocock-type stop."""
    entry, pocock = load("designs")[design], load("designs.stopping")["pocock"]
    made = entry.make(words_of(entry.keys, words), 3)
    rule = Rule(
        design=made,
        most=most,
        alone=1 if sentinel else 0,
        stops=(pocock.make(words_of(pocock.keys, {"p0": "0.15"}), most),) if stop else (),
    )
    return Conduct(
        rule=rule,
        levels=("DL1", "DL2", "DL3"),
        days=DAYS,
        sentinel=Sentinel(14, "cohort") if sentinel else None,
        overlap=False,
        rests=(),
        review="",
        scenarios=(),
        design=design,
    )


@dataclass
class Trial:
    """One trial on its way: courses on record, who was treated under an override, and the day."""

    conduct: Conduct
    number: int
    seed: int = 1
    courses: list[Course] = field(default_factory=list)
    overridden: set[str] = field(default_factory=set)
    today: date = BEGIN

    def decide(self) -> Decision:
        return decide_watched(self.conduct, watched_at(self.courses, self.today), self.today)

    def give(self, level: int) -> str:
        """Records an administration today; its toxicity, if there is one, is seen some days later."""
        number = len(self.courses)
        toxic = float(uniform(self.seed, self.number, number)) < RATES[level]
        name, place = f"P{number + 1}", Place("records/injection.csv", number + 2, 1)
        event = Event(place=place, term="event", day=ONSET, known=self.today + timedelta(ONSET), dlt=True)
        self.courses.append(
            Course(
                participant=name,
                place=place,
                days=DAYS,
                given=((self.today, level, self.conduct.levels[level]),),
                events=(event,) if toxic else (),
                visits=(self.today + timedelta(DAYS),),
            )
        )
        return name

    def goes_on(self, decision: Decision) -> bool:
        """Waits where the decision says so; False once nobody is due any more."""
        if decision.standing not in {"treat", "wait"}:
            return False
        if decision.earliest is not None and decision.earliest > self.today:
            self.today = decision.earliest
        return True


def walk_faithfully(trial: Trial) -> Decision:
    """The last decision of a trial in which everybody receives what is due."""
    while trial.goes_on(decision := trial.decide()):
        decision = trial.decide()
        if decision.standing != "treat" or forbids(decision, decision.level or 0, trial.today):
            continue
        assert isinstance(decision.step, Treat)
        for _ in range(decision.step.participants):
            now = trial.decide()
            assert forbids(now, decision.step.dose, trial.today) is None
            trial.give(decision.step.dose)
    return decision


def walk_tempted(trial: Trial) -> Decision:
    """The last decision of a trial in which other levels and earlier days are proposed now and then."""
    draws = _draws(trial)
    while True:
        decision = trial.decide()
        level, on = decision.level or 0, trial.today
        if next(draws) < TEMPTED:
            level = int(next(draws) * len(RATES))
        elif not trial.goes_on(decision):
            return decision
        elif on != trial.today or decision.level is None:
            continue
        refused = forbids(decision, level, on)
        if refused is not None and next(draws) >= OVERRIDDEN:
            continue
        name = trial.give(level)
        if refused is not None:
            trial.overridden.add(name)


def _draws(trial: Trial) -> Iterator[float]:
    number = 0
    while True:
        yield float(uniform(trial.seed, trial.number, _PROPOSALS + number))
        number += 1


def forbidden_on_record(trial: Trial) -> set[str]:
    """Participants that the check of the records names, where no override is on record."""
    return {issue.message.partition(" ")[0] for issue in check_courses(trial.conduct, trial.courses)}


def compare_faithful(chosen: Conduct, trials: int, seed: int = 1) -> int:
    """Trials whose last state, cause and selection differ between decision, drawn trial and enumerated path."""
    drawn = simulate(chosen.rule, RATES, trials, seed)
    ends = {
        (each.state.participants, each.state.dlts): (each.end.cause, each.selected)
        for each in enumerate_paths(chosen.rule).endings
    }
    differ = 0
    for number in range(trials):
        trial = Trial(chosen, number, seed)
        decision = walk_faithfully(trial)
        state, cause = decision.state, _cause(decision)
        counts = (state.participants, state.dlts)
        selected = chosen.rule.select(state)
        same_draw = (
            tuple(drawn.participants[number]) == state.participants
            and tuple(drawn.dlts[number]) == state.dlts
            and drawn.cause[number] == cause
            and int(drawn.selected[number]) == (-1 if selected is None else selected)
        )
        differ += not (same_draw and ends.get(counts) == (cause, selected) and not forbidden_on_record(trial))
    return differ


def _cause(decision: Decision) -> str:
    if decision.halts:
        return decision.halts[0].cause
    return decision.step.cause if isinstance(decision.step, End) else ""


def compare_tempted(chosen: Conduct, trials: int, seed: int = 2) -> tuple[int, int]:
    """(trials in which the check of the records differs from the overrides, overrides in all)."""
    differ = given = 0
    for number in range(trials):
        trial = Trial(chosen, number, seed)
        walk_tempted(trial)
        given += len(trial.overridden)
        complete = dict.fromkeys(trial.overridden, "")
        differ += forbidden_on_record(trial) != trial.overridden
        differ += any(True for _ in check_courses(chosen, trial.courses, complete))
    return differ, given


DESIGNS = {
    "3+3": lambda: conduct("three_plus_three", 18, stop=False),
    "BOIN": lambda: conduct("boin", 18, target="0.25"),
    "Keyboard, no sentinel": lambda: conduct("keyboard", 18, sentinel=False, target="0.25"),
}


def main(trials: int) -> None:
    """So many trials over the designs, half of them tempted."""
    each = trials // (2 * len(DESIGNS)) + 1
    for name, make in DESIGNS.items():
        start = time.perf_counter()
        differ = compare_faithful(make(), each)
        wrong, given = compare_tempted(make(), each)
        seconds = time.perf_counter() - start
        print(
            f"{name}: {each} faithful trials, {differ} differ; {each} tempted trials with {given} overrides,"
            f" {wrong} differ; {seconds:.0f} s"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
