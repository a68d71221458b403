"""Goal G14: forbidden doses are never recorded as given without an override of two persons.

`python -m benchmarks.capture_drills.forbidden_doses [TRIALS] [--write]`. Simulated escalations with random outcomes, in which
somebody tries again and again what is forbidden: another level, too early, without the board, a lot that is not released,
without consent, not eligible, a second administration; with overrides that lack a signature, bear one name twice, or are for
another day or level. The gate decides as in the application; afterwards the core's check of the records, which knows nothing of
the gate, looks at every administration.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstdose.web.project.settings")
os.environ.setdefault("FIRSTDOSE_STUDY", tempfile.mkdtemp(prefix="firstdose-drill-"))

import django
import numpy as np

django.setup()

from benchmarks.capture_drills.page import table, write_section, written_by  # noqa: E402
from benchmarks.conduct import BEGIN, DAYS, ONSET, conduct  # noqa: E402

from firstdose.catalogue.rule import Treat  # noqa: E402
from firstdose.derived.participants import Verdict  # noqa: E402
from firstdose.escalation.courses import Course, Event  # noqa: E402
from firstdose.escalation.on_record import check_courses  # noqa: E402
from firstdose.values.issue import Place  # noqa: E402
from firstdose.web.safety.dose_gate import FOLLOW, BoardDecision, Gate, basis_of, decision_of, judge  # noqa: E402
from firstdose.web.safety.facts import Facts  # noqa: E402
from firstdose.web.safety.on_record import Override  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.escalation.conduct import Conduct

T = TypeVar("T")

TRIALS, ATTEMPTS, SEED = 10_000, 24, 20261122
RATES = (0.10, 0.25, 0.45)
DESIGNS = ("three_plus_three", "boin")
# What is tried, and how often beside what is due.
TEMPTATIONS = ("level", "early", "lot", "consent", "eligibility", "again", "no board")
OVERRIDES = ("none", "one signature", "one name twice", "another day", "another level", "complete")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody wants to give a dose. `why`: what makes it forbidden beside the rule, as the simulation knows."""

    facts: Facts
    level: str
    why: str


@dataclass(slots=True)
class Walk:
    """One simulated trial: what was given, under which signatures, and what must not have been."""

    conduct: Conduct
    rng: np.random.Generator
    courses: list[Course] = field(default_factory=list)
    board: list[BoardDecision] = field(default_factory=list)
    overridden: set[str] = field(default_factory=set)
    today: date = BEGIN
    counts: Counter[str] = field(default_factory=Counter)

    def run(self) -> Counter[str]:
        """What happened, counted; `forbidden without override` must stay 0."""
        for _ in range(ATTEMPTS):
            self.step()
        lacking = dict.fromkeys(self.overridden, "")
        rule = replace(self.conduct, review="")
        self.counts["forbidden without override"] += sum(
            1 for _ in check_courses(rule, self.courses, lacking)
        )
        self.counts["trials"] += 1
        return self.counts

    def _pick(self, among: Sequence[T]) -> T:
        return among[int(self.rng.integers(len(among)))]

    def step(self) -> None:
        """One attempt, with or without an override; days go by in between."""
        temptation = self._pick((*TEMPTATIONS, *["due"] * 5))
        attempt = self.attempt(temptation)
        gate = judge(attempt.facts, attempt.level, self.board)
        self.counts["attempts"] += 1
        self.counts[f"tried: {temptation}"] += 1
        released = self._released(gate)
        if gate.open or released:
            self._record(attempt, overridden=not gate.open)
        else:
            self.counts[f"refused: {temptation}"] += 1
        self.today += timedelta(self._pick((0, 1, 3, 7, 14, 28)))

    def attempt(self, temptation: str) -> Attempt:
        """What is tried: what is due but for one thing."""
        name = f"P{len(self.courses) + 1}"
        if temptation == "again" and self.courses:
            name = self._pick(self.courses).participant
        facts = self._facts(name, temptation)
        decision = decision_of(facts, self.board)
        assert decision is not None
        step = decision.step
        due = step.dose if isinstance(step, Treat) else 0
        if (
            temptation not in {"early", "again"}
            and decision.earliest is not None
            and decision.earliest > self.today
        ):
            self.today = decision.earliest
            facts = self._facts(name, temptation)
            decision = decision_of(facts, self.board)
            assert decision is not None
        if temptation != "no board" and decision.level is not None:
            levels = self.conduct.levels
            self._let_the_board_decide(levels[decision.level], basis_of(decision))
        level = due if temptation != "level" else int(self.rng.integers(len(self.conduct.levels)))
        why = temptation if temptation in {"lot", "consent", "eligibility"} else ""
        if temptation == "again" and any(each.participant == name for each in self.courses):
            why = "again"
        return Attempt(facts, self.conduct.levels[level], why)

    def _facts(self, name: str, temptation: str) -> Facts:
        failed = Verdict(name, "E1", "out", "fails", met=self._pick((False, None)))
        met = Verdict(name, "E1", "out", "is met", met=True)
        own = next((each for each in self.courses if each.participant == name), None)
        earlier = own.given[0][2] if own and own.first and own.first < self.today else None
        return Facts(
            participant=name,
            day=self.today,
            levels=self.conduct.levels,
            conduct=self.conduct,
            courses=tuple(self.courses),
            last=self.today if self.courses else None,
            earlier=earlier,
            asks_consent=True,
            consent=None if temptation == "consent" else BEGIN - timedelta(7),
            verdicts=(failed if temptation == "eligibility" else met,),
            lesion="L1",
            lesion_asked=True,
            administrations=int(own is not None),
            most_administrations=1,
            lot="LOT",
            lot_asked=True,
            lot_why="sterility has no result" if temptation == "lot" else "",
        )

    def _let_the_board_decide(self, level: str, basis: str) -> None:
        decided = BoardDecision(
            seq=len(self.board) + 1, day=self.today, decision=FOLLOW, level=level, basis=basis
        )
        self.board.append(decided)

    def _released(self, gate: Gate) -> bool:
        """Whether an override that somebody brings covers the gate; all but one kind of them is defective."""
        kind = self._pick(OVERRIDES)
        if gate.open or kind == "none":
            return False
        override = Override(
            seq=1,
            participant=gate.participant,
            level=gate.level if kind != "another level" else "another",
            day=gate.day if kind != "another day" else gate.day - timedelta(1),
            codes=gate.codes,
            text="",
            reason="for the drill",
            first="one",
            second={"one signature": "", "one name twice": "one"}.get(kind, "two"),
        )
        covers = override.covers(gate)
        self.counts[f"override brought: {kind}"] += 1
        if covers and kind != "complete":
            self.counts["forbidden without override"] += 1
        return covers

    def _record(self, attempt: Attempt, *, overridden: bool) -> None:
        name, number = attempt.facts.participant, len(self.courses)
        self.counts["given under an override" if overridden else "given by the rule"] += 1
        if attempt.why and not overridden:
            self.counts["forbidden without override"] += 1
        if attempt.why in {"consent", "again"}:
            self.counts["never to be given, given"] += 1
        level = self.conduct.levels.index(attempt.level)
        if overridden:
            self.overridden.add(name)
        toxic = self.rng.random() < RATES[level]
        place = Place("records/injection.csv", number + 2, 1)
        harm = Event(place=place, term="event", day=ONSET, known=self.today + timedelta(ONSET), dlt=True)
        self.courses.append(
            Course(
                participant=name, place=place, days=DAYS, given=((self.today, level, attempt.level),),
                events=(harm,) if toxic else (), visits=(self.today + timedelta(DAYS),),
            )
        )  # fmt: skip


def drill(trials: int, seed: int = SEED) -> Counter[str]:
    """All trials together, over designs with and without a review by the board."""
    kinds = [
        replace(conduct(design, 12), review=review) for design in DESIGNS for review in ("", "safety board")
    ]
    found: Counter[str] = Counter()
    for number in range(trials):
        rng = np.random.default_rng([seed, number])
        found += Walk(kinds[number % len(kinds)], rng).run()
    return found


def section(found: Counter[str], seconds: float) -> str:
    """The section of the page."""
    leaked = found["forbidden without override"] + found["never to be given, given"]
    rows: list[tuple[str, ...]] = [
        ("escalations simulated", f"{found['trials']:,}", "10,000"),
        ("attempts to give a dose", f"{found['attempts']:,}", ""),
    ]
    rows += [
        (f"tried: {name}", f"{found[f'tried: {name}']:,}; refused {found[f'refused: {name}']:,}", "")
        for name in ("due", *TEMPTATIONS)
    ]
    rows += [
        ("given by the rule", f"{found['given by the rule']:,}", ""),
        ("given under an override of two", f"{found['given under an override']:,}", ""),
        (
            "overrides brought that lack something",
            f"{sum(found[f'override brought: {kind}'] for kind in OVERRIDES[1:-1]):,}",
            "",
        ),
        ("**forbidden and recorded without an override**", f"**{leaked:,}**", "0"),
    ]
    return f"""## Forbidden doses (goal G14)

{written_by("python -m benchmarks.capture_drills.forbidden_doses --write")} {seconds:.0f} s.

Designs {" and ".join(DESIGNS)} with a sentinel of 14 days, a stopping boundary, with and without a review by the board, up to 12
participants; outcomes are random, and seven of twelve attempts are made so that one thing is wrong. Refused among what is due:
somebody is still watched, dosing rests, or everybody planned was treated. The gate is the application's own function on facts in
memory; that the pages and actions record nothing past it is shown on a database by the tests (`tests/web/safety`). Every
administration was then looked at by the core's check of the records, which shares nothing with the gate but the rule.

{table(("", "count", "goal"), rows)}
"""


def main() -> None:
    """Runs the drill and prints, or with --write records, what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="?", type=int, default=TRIALS)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    begun = time.monotonic()
    text = section(drill(asked.trials), time.monotonic() - begun)
    if asked.write:
        write_section("forbidden-doses", text)
    print(text)


if __name__ == "__main__":
    main()
