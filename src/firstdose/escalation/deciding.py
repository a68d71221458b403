"""What is due now: the rule's step from the counts on record, when it may be given, and why nothing may be.

Asked in this order: whether dosing rests (stopping rules, pause_when, stop_when), whether a fact is missing, then the rule,
then whether the last cohort is evaluable, then the dates. A participant still watched counts as without toxicity within
the own cohort, and stopping rules look at the evaluable alone as well, so that nobody pending hides a boundary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from firstdose.catalogue.rule import End, State, Step, Treat, start_state
from firstdose.designs.gboin import Gboin
from firstdose.escalation import issues
from firstdose.escalation.conduct import UNDECIDED, Conduct, counts_of, live_conduct_of
from firstdose.escalation.counted import Seen, counts_of_design
from firstdose.escalation.courses import Watched
from firstdose.escalation.evaluable import UNDATED, derive_courses, last_known, watched_at
from firstdose.escalation.following import Followed, follow_outcomes, told
from firstdose.escalation.notation import Cohort, NotOutcomes, read_outcomes
from firstdose.values.issue import Issue, Place, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot

# treat: somebody is due; wait: outcomes are awaited; halted: a review is due; stopped: for good; complete: all done.
Standing = Literal["treat", "wait", "halted", "stopped", "complete", "undecided"]
NOW = Place("decision")


@dataclass(frozen=True, slots=True)
class Halt:
    """Why dosing rests; `final`: no review resumes it."""

    cause: str
    reason: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Departed:
    """A participant treated otherwise than the rule said."""

    participant: str
    due: str
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What may be done from the data cut on, and why.

    `step`: what the rule says of these counts (None where it was not asked); `earliest`: first day of the next
    administration, where dates are known; `state`: counts with those still watched as without toxicity so far;
    `lifted`: halts that a review on `resumed_after` has ended.
    """

    conduct: Conduct
    cut: date | None
    standing: Standing
    reason: str
    step: Step | None
    state: State
    watched: tuple[Watched, ...]
    earliest: date | None = None
    why_then: str = ""
    departures: tuple[Departed, ...] = ()
    issues: tuple[Issue, ...] = ()
    halts: tuple[Halt, ...] = ()
    lifted: tuple[Halt, ...] = ()
    resumed_after: date | None = None

    @property
    def level(self) -> int | None:
        """The level that is due; None where nobody is."""
        return self.step.dose if self.standing == "treat" and isinstance(self.step, Treat) else None

    @property
    def selected(self) -> int | None:
        """The level recommended, once escalation is complete."""
        return self.conduct.rule.select(self.state) if self.standing == "complete" else None


def decide(
    protocol: Protocol, snapshot: Snapshot, cut: date | None = None, *, resumed_after: date | None = None
) -> Decision:
    """The decision from the records, as known at the end of the data cut: the last day on record, or an earlier one.

    `resumed_after`: the day on which a review let dosing go on; what had happened by then halts no more.

    Raises:
        UserError: nothing escalates, or the protocol does not say who is evaluable (exit code 15).
    """
    conduct = live_conduct_of(protocol)
    courses = derive_courses(protocol, snapshot)
    last = last_known(snapshot, courses)
    if last is None:
        return decide_watched(conduct, watched_at(courses, UNDATED))
    day = last if cut is None else min(cut, last)
    reviewed = None if resumed_after is None else watched_at(courses, min(resumed_after, day))
    return decide_watched(conduct, watched_at(courses, day), day, reviewed, resumed_after)


def decide_line(protocol: Protocol, text: str) -> Decision:
    """The decision from a line such as `1NNN 2NTN`, without dates: every participant is evaluable.

    Raises:
        UserError: nothing escalates, or the text is no line of outcomes.
    """
    conduct = live_conduct_of(protocol, from_records=False)
    try:
        cohorts = read_outcomes(text, conduct.rule.doses, counts_of_design(conduct.rule))
    except NotOutcomes as why:
        raise UserError([issues.no_outcomes(str(why))], UNDECIDED) from None
    seen = [(each.dose, one) for each in cohorts for one in each.people]
    rows = [_typed(conduct, i, dose, one) for i, (dose, one) in enumerate(seen, start=1)]
    return decide_watched(conduct, rows)


def _typed(conduct: Conduct, number: int, dose: int, one: Seen) -> Watched:
    design, counts = conduct.rule.design, counts_of_design(conduct.rule)
    toxic = one.units >= design.scale.dlt_from if isinstance(design, Gboin) else one.toxic
    answer: Literal["yes", "no"] = "yes" if one.responded else "no"
    return Watched(
        participant=str(number),
        level=dose,
        level_words=conduct.levels[dose],
        given=None,
        until=None,
        dlt="yes" if toxic else "no",
        reason="as typed",
        grades=(("", one.units),) if counts == "scores" else (),
        response=answer if counts == "responses" else "",
    )


def decide_watched(
    conduct: Conduct,
    rows: Sequence[Watched],
    cut: date | None = None,
    reviewed: Sequence[Watched] | None = None,
    resumed_after: date | None = None,
) -> Decision:
    """The decision from participants in order of treatment. `reviewed`: what a review that resumed dosing knew."""
    followed = _follow(conduct, rows)
    halts, unjudged = _halts(conduct, rows, followed.step)
    lifted: tuple[Halt, ...] = ()
    if halts and reviewed is not None and _is_known(conduct, rows, reviewed):
        lifted = tuple(each for each in halts if not each.final)
        halts = tuple(each for each in halts if each.final)
    if lifted and not halts:
        conduct = replace(conduct, rule=replace(conduct.rule, stops=()))
        followed = _follow(conduct, rows)
    missing = (*(issue for row in rows for issue in row.missing), *unjudged)
    counted = [row for row in rows if row.counts or row.waits]
    known = Decision(
        conduct=conduct,
        cut=cut,
        standing="undecided",
        reason="facts are missing",
        step=None,
        state=followed.state,
        watched=tuple(rows),
        departures=tuple(
            Departed(counted[each.participant - 1].participant, each.due, each.done)
            for each in followed.departures
        ),
        issues=missing,
        lifted=lifted,
        resumed_after=resumed_after if lifted else None,
    )
    if halts:
        standing: Standing = "stopped" if any(each.final for each in halts) else "halted"
        reason = "; ".join(each.reason for each in halts)
        return replace(known, standing=standing, reason=reason, halts=halts)
    if missing:
        return known
    return _asked(known, _in_time(conduct, followed, rows, cut))


def _follow(conduct: Conduct, rows: Sequence[Watched]) -> Followed:
    """The trial so far; who is not evaluable is replaced and does not count, who is undecided is left out for now."""
    return follow_outcomes(
        conduct.rule,
        [
            Cohort(row.level, (row.dlt == "yes",), (seen_of(conduct, row),))
            for row in rows
            if row.level is not None and (row.counts or row.waits or row.lesions)
        ],
    )


def seen_of(conduct: Conduct, row: Watched) -> Seen:
    """A participant as the design counts one; what is awaited counts as not there so far."""
    design = conduct.rule.design
    return Seen(
        row.dlt == "yes",
        units=design.scale.units_of([grade for _, grade in row.grades]) if isinstance(design, Gboin) else 0,
        responded=row.response == "yes",
        lesions=tuple(
            (each.level, each.dlt == "yes")
            for _, each in row.lesions
            if (each.counts or each.waits) and each.level is not None
        ),
        person=row.counts or row.waits,
    )


def _halts(
    conduct: Conduct, rows: Sequence[Watched], step: Step
) -> tuple[tuple[Halt, ...], tuple[Issue, ...]]:
    """(what makes dosing rest, rules that cannot be judged)."""
    counts = counts_of(rows)
    seen = evaluable_state(conduct, rows)
    found = [Halt("stopping rule", why) for stop in conduct.rule.stops if (why := stop.holds(seen))]
    if not found and isinstance(step, End) and step.kind == "halt":
        found.append(Halt(step.cause, step.reason))
    unjudged = []
    for each in conduct.rests:
        holds = each.holds(counts)
        if holds:
            found.append(Halt(each.name, each.why(counts), each.final))
        elif holds is None:
            unsure = [(name, *counts[name]) for name in sorted(each.rule.names) if len(set(counts[name])) > 1]
            unjudged.append(issues.unjudged(each.name, unsure))
    return tuple(found), tuple(unjudged)


def evaluable_state(conduct: Conduct, rows: Sequence[Watched]) -> State:
    """Counts of the evaluable alone."""
    state = start_state(conduct.rule.doses)
    for row in rows:
        if row.counts and row.level is not None:
            state = state.after(row.level, 1, int(row.dlt == "yes"), 0)
    return state


def _is_known(conduct: Conduct, rows: Sequence[Watched], reviewed: Sequence[Watched]) -> bool:
    """Whether the review knew a reason to halt, and nothing of its kind has happened since."""
    then = _halts(conduct, reviewed, _follow(conduct, reviewed).step)[0]
    now, before = counts_of(rows), counts_of(reviewed)
    return bool(then) and all(now[name] <= before[name] for name in ("dlt", "deaths", "related_serious"))


def _in_time(conduct: Conduct, followed: Followed, rows: Sequence[Watched], cut: date | None) -> Step:
    """The step that is due; a design that decides from partial follow-up is asked with the follow-up of this day."""
    rule, days = conduct.rule, conduct.days
    if cut is None or not days or not hasattr(rule.design, "move_in_time"):
        return followed.step
    if not any(row.waits for row in rows):
        return followed.step
    from firstdose.designs._kernel.weights import follow_up
    from firstdose.escalation.in_time import decide_in_time

    seen = [
        follow_up(row.level, (cut - row.given).days if row.waits else days, days, toxic=row.dlt == "yes")
        for row in rows
        if (row.counts or row.waits) and row.level is not None and row.given is not None
    ]
    return decide_in_time(rule, followed.state, seen)


def _asked(known: Decision, step: Step) -> Decision:
    """The decision once nothing halts and no fact is missing."""
    conduct, waiting = known.conduct, [row for row in known.watched if row.awaited]
    in_time = hasattr(conduct.rule.design, "move_in_time")
    awaited = _awaited(waiting)
    earliest, why = _earliest(known)
    over = max((row.last_day for row in waiting if row.last_day is not None), default=None)
    later = None if over is None else max(over + timedelta(days=1), earliest or over)
    if isinstance(step, End):
        standing: Standing = "wait" if waiting else "complete"
        reason = f"{step.reason}; {awaited}" if waiting else step.reason
        return replace(known, standing=standing, step=step, reason=reason, earliest=later)
    if waiting and step.opens and not conduct.overlap and not in_time:
        return replace(
            known,
            standing="wait",
            step=step,
            reason=f"no cohort begins before the last one is evaluable: {awaited}",
            earliest=later,
            why_then="if no toxicity is seen until then",
        )
    return replace(known, standing="treat", step=step, reason=step.reason, earliest=earliest, why_then=why)


def _awaited(waiting: Sequence[Watched]) -> str:
    return ", ".join(
        f"{row.participant} is watched to {row.last_day}"
        if row.response != "not yet" or row.waits
        else f"the response of {row.participant} is due by {row.last_day}"
        for row in waiting
    )


def _earliest(known: Decision) -> tuple[date | None, str]:
    """The first day of the next administration and what sets it; None where no dates are known."""
    days = [row.given for row in known.watched if row.given is not None]
    if not days:
        return None, ""
    found = [(max(days), "")]
    sentinel = known.conduct.sentinel
    if sentinel is not None:
        if sentinel.between is not None:
            gap = timedelta(days=sentinel.between)
            found.append((max(days) + gap, f"{sentinel.between} days after the last participant"))
        found += [
            (first + timedelta(days=sentinel.days), f"{sentinel.days} days after {name}, who came first")
            for name, first in _firsts(known, max(days) - timedelta(days=sentinel.days))
        ]
    if known.resumed_after is not None:
        found.append((known.resumed_after + timedelta(days=1), "the review let dosing go on"))
    return max(found)


def _firsts(known: Decision, after: date) -> Iterator[tuple[str, date]]:
    """Participants watched alone, among those treated after a day: first of the level, the cohort or the trial."""
    assert known.conduct.sentinel is not None
    of = known.conduct.sentinel.of
    for i, row in enumerate(known.watched):
        if row.given is None or row.given <= after:
            continue
        before = [each for each in known.watched[:i] if each.counts or each.waits]
        if of == "trial":
            is_first = not before
        elif of == "dose level":
            is_first = all(each.level != row.level for each in before)
        else:
            step = _follow(known.conduct, before).step
            is_first = isinstance(step, End) or step.opens or step.dose != row.level
        if is_first:
            yield row.participant, row.given


def forbids(decision: Decision, level: int, on: date | None, place: Place = NOW) -> Issue | None:
    """Why one participant may not receive a level (from 0) on a day, in one sentence; None where it is due."""
    if decision.standing in {"halted", "stopped"}:
        return issues.halted(place, decision.reason)
    if decision.standing == "undecided":
        why = decision.issues[0].message.removesuffix(".") if decision.issues else decision.reason
        return issues.not_decided(place, why)
    if decision.standing == "complete":
        return issues.ended(place, decision.reason)
    if decision.standing == "wait" or not isinstance(decision.step, Treat):
        return issues.not_decided(place, decision.reason)
    if level != decision.step.dose:
        given, due = (decision.conduct.level(each) for each in (level, decision.step.dose))
        return issues.another_level(place, given[:1].upper() + given[1:], due, decision.step.reason)
    if on is not None and decision.earliest is not None and on < decision.earliest:
        return issues.too_early(place, on, decision.earliest)
    return None


def due(decision: Decision) -> str:
    """What the decision says in a few words."""
    if decision.standing == "treat" and isinstance(decision.step, Treat):
        words = told(decision.step).removesuffix(f"level {decision.step.dose + 1}")
        return words + decision.conduct.level(decision.step.dose)
    return {
        "wait": "nobody yet",
        "halted": "nobody: dosing rests until a review",
        "stopped": "nobody: the trial stops",
        "complete": "nobody: escalation is complete",
        "undecided": "no decision",
    }[decision.standing]
