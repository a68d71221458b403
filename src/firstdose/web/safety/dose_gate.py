"""The dose gate: whether one dose may be given to one participant on one day, clause by clause.

`gate` asks the core (consent, eligibility, release, escalation, cap) and adds what only the log knows: the board's decisions.
Everything that forbids is named; nothing is forgiven here. An override of two persons is judged in `overriding`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from firstdose.catalogue.rule import Treat
from firstdose.escalation.conduct import counts_of
from firstdose.escalation.deciding import decide_watched, evaluable_state, forbids
from firstdose.escalation.evaluable import UNDATED, watched_at
from firstdose.web.audit.sayings import say_part
from firstdose.web.safety import issues
from firstdose.web.safety.facts import facts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from firstdose.escalation.deciding import Decision
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue
    from firstdose.web.safety.facts import Facts

# What two signatures cannot release: it is stopped before the syringe is filled.
HARD = frozenset({"FD-W100", "FD-W103", "FD-W107", "FD-R206"})
FOLLOW, RESUME, OTHER, HALT, STOP = "follow", "resume", "other", "halt", "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardDecision:
    """What the board decided, from the log. `basis`: the outcomes it looked at, as `basis_of` tells them."""

    seq: int
    day: date
    decision: str
    level: str
    basis: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One thing that is asked: its name, the sentence that answers it, and the Issue where it is not met."""

    name: str
    sentence: str
    issue: Issue | None = None

    @property
    def met(self) -> bool:
        return self.issue is None

    @property
    def hard(self) -> bool:
        """Whether no override releases it."""
        return self.issue is not None and self.issue.code in HARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The answer for one participant, level and day. `decision`: what the rule says of everybody else, where one decides."""

    participant: str
    day: date
    level: str
    clauses: tuple[Clause, ...]
    decision: Decision | None = None

    @property
    def open(self) -> bool:
        return all(each.met for each in self.clauses)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Everything that forbids, in the order in which it is asked."""
        return tuple(each.issue for each in self.clauses if each.issue is not None)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(each.code for each in self.issues)

    @property
    def hard(self) -> bool:
        """Whether something forbids that no override releases."""
        return any(each.hard for each in self.clauses)

    @property
    def sentence(self) -> str:
        """Why it is closed, or the clause that opens it."""
        told = [each.issue.message if each.issue else each.sentence for each in self.clauses]
        return " ".join(t for t, c in zip(told, self.clauses, strict=True) if self.open or not c.met)


def gate(
    protocol: Protocol,
    snapshot: Snapshot,
    participant: str,
    today: date,
    *,
    level: str = "",
    lesion: str = "",
    lot: str = "",
    ahead: Snapshot | None = None,
    board: Sequence[BoardDecision] = (),
) -> Gate:
    """The gate from the records. `level` '': the one that is due; `lesion`, `lot` '': not asked yet.

    `ahead`: the records as they would be with the dose that is meant, for the cap.
    """
    facts = facts_of(protocol, snapshot, participant, today, lesion=lesion, lot=lot, ahead=ahead)
    return judge(facts, level, board)


def judge(facts: Facts, level: str, board: Sequence[BoardDecision] = ()) -> Gate:
    """The gate from facts. Its level is the one asked for, or the one due."""
    decision = decision_of(facts, board)
    asked = level or due_level(facts, decision)
    clauses = (
        *_consent(facts),
        *_eligibility(facts),
        *_level(facts, asked),
        *_rule(facts, asked, decision),
        *_board(facts, asked, decision, board),
        *_lot(facts),
        *_again(facts),
        *_cap(facts),
    )
    return Gate(participant=facts.participant, day=facts.day, level=asked, clauses=clauses, decision=decision)


def decision_of(facts: Facts, board: Sequence[BoardDecision] = ()) -> Decision | None:
    """What the rule says on the day from everybody but this participant; None where no rule decides."""
    if facts.conduct is None:
        return None
    others = [course for course in facts.courses if course.participant != facts.participant]
    if facts.earlier is not None:
        others = list(facts.courses)
    if facts.last is None:
        return decide_watched(facts.conduct, watched_at(others, UNDATED))
    cut = min(facts.last, facts.day)
    resumed = max((each.day for each in board if each.decision == RESUME), default=None)
    reviewed = None if resumed is None else watched_at(others, min(resumed, cut))
    return decide_watched(facts.conduct, watched_at(others, cut), cut, reviewed, resumed)


def due_level(facts: Facts, decision: Decision | None) -> str:
    """The level due: the one given before, else that of the rule, else the only one there is."""
    if facts.earlier is not None:
        return facts.earlier
    if decision is None:
        return facts.levels[0] if len(facts.levels) == 1 else ""
    step = decision.step
    return decision.conduct.levels[step.dose] if isinstance(step, Treat) else ""


def basis_of(decision: Decision) -> str:
    """The outcomes a decision rests on, in one line: equal while nothing that counts has changed."""
    state = evaluable_state(decision.conduct, decision.watched)
    levels = zip(decision.conduct.levels, state.dlts, state.participants, strict=True)
    counts = counts_of(decision.watched)
    told = [f"{name} {toxic}/{seen}" for name, toxic, seen in levels]
    told += [
        f"{name} {counts[name][0]}..{counts[name][1]}" for name in ("treated", "deaths", "related_serious")
    ]
    return "; ".join(told)


def needs_board(decision: Decision) -> bool:
    """Whether the review of the protocol has to decide before the next dose: at each new cohort but the first."""
    step = decision.step
    if not decision.conduct.review or not decision.watched or not isinstance(step, Treat):
        return False
    last = decision.watched[-1].level
    return step.opens or step.dose != last


def _consent(facts: Facts) -> Iterator[Clause]:
    if facts.asks_consent:
        given = facts.consent is not None and facts.consent <= facts.day
        issue = None if given else issues.no_consent(facts.participant, facts.day)
        sentence = _("Consent is dated %(day)s.") % {"day": facts.consent}
        yield Clause(name=_("Consent"), sentence=sentence, issue=issue)


def _eligibility(facts: Facts) -> Iterator[Clause]:
    if facts.verdicts:
        failed = [f"{each.criterion} ({each.sentence})" for each in facts.verdicts if each.met is False]
        unknown = [f"{each.criterion} ({each.sentence})" for each in facts.verdicts if each.met is None]
        issue = issues.not_eligible(failed, unknown) if failed or unknown else None
        yield Clause(name=_("Eligibility"), sentence=_("Every criterion is met."), issue=issue)


def _level(facts: Facts, asked: str) -> Iterator[Clause]:
    if facts.levels and asked and asked not in facts.levels:
        known = ", ".join(facts.levels)
        yield Clause(name=_("Dose level"), sentence="", issue=issues.no_such_level(asked, known))


def _rule(facts: Facts, asked: str, decision: Decision | None) -> Iterator[Clause]:
    """The escalation rule, its waits and halts; of somebody treated before only halts and the same level."""
    name = _("Escalation rule")
    if facts.unruled is not None:
        yield Clause(name=name, sentence="", issue=facts.unruled)
    if decision is None:
        return
    if facts.earlier is not None:
        yield from _next_administration(facts, asked, decision, name)
        return
    # Where nobody is due, or the level is unknown, the rule answers with its own reason whatever is asked.
    levels = decision.conduct.levels
    number = levels.index(asked) if asked in levels else 0
    issue = forbids(decision, number, facts.day)
    yield Clause(name=name, sentence=_rule_words(decision, number), issue=issue)


def _rule_words(decision: Decision, number: int) -> str:
    said = _("The rule says %(level)s: %(reason)s.")
    level, reason = decision.conduct.level(number), decision.reason
    return said % {"level": say_part("level", level), "reason": say_part("reason", reason)}


def _next_administration(facts: Facts, asked: str, decision: Decision, name: str) -> Iterator[Clause]:
    issue = None
    if decision.standing in {"halted", "stopped"}:
        issue = forbids(decision, 0, facts.day)
    elif asked != facts.earlier:
        issue = issues.other_level_before(asked, facts.earlier or "")
    yield Clause(name=name, sentence=_("The same level as before, and dosing does not rest."), issue=issue)


def _board(
    facts: Facts, asked: str, decision: Decision | None, board: Sequence[BoardDecision]
) -> Iterator[Clause]:
    """The board's last word; and at a new cohort its decision for this level on these very outcomes."""
    last = board[-1] if board else None
    name = _("Decision of the board")
    if last is not None and last.decision in {HALT, STOP}:
        words = _("dosing rests") if last.decision == HALT else _("the trial stops")
        yield Clause(name=name, sentence="", issue=issues.board_refused(words))
        return
    if decision is None or facts.earlier is not None or not needs_board(decision):
        return
    if last is not None and last.decision == OTHER and last.basis == basis_of(decision):
        words = _("another level than the rule's, %(level)s") % {"level": last.level}
        yield Clause(name=name, sentence="", issue=issues.board_refused(words))
        return
    decided = (
        last is not None
        and last.decision in {FOLLOW, RESUME}
        and last.level == asked
        and last.day <= facts.day
        and last.basis == basis_of(decision)
    )
    sentence = _("The board decided on it on %(day)s.") % {"day": last.day if last else ""}
    yield Clause(name=name, sentence=sentence, issue=None if decided else issues.board_needed(asked))


def _lot(facts: Facts) -> Iterator[Clause]:
    if facts.lot_asked:
        why = say_part("why", facts.lot_why)
        issue = issues.lot_not_released(facts.lot, why) if why else None
        sentence = _("Lot %(lot)s is released.") % {"lot": facts.lot}
        yield Clause(name=_("Release of the lot"), sentence=sentence, issue=issue)


def _again(facts: Facts) -> Iterator[Clause]:
    if facts.most_administrations is not None and facts.lesion_asked:
        most, times = facts.most_administrations, facts.administrations
        whose = " ".join(filter(None, [facts.participant, facts.lesion]))
        issue = issues.given_already(whose, times, most) if times >= most else None
        sentence = _("%(times)d of %(most)d administrations are on record.") % {"times": times, "most": most}
        yield Clause(name=_("Number of administrations"), sentence=sentence, issue=issue)


def _cap(facts: Facts) -> Iterator[Clause]:
    if facts.cap_words:
        sentence = _("The total stays within the cap of %(cap)s.") % {"cap": say_part("cap", facts.cap_words)}
        yield Clause(name=_("Cap"), sentence=sentence, issue=facts.over_cap)
