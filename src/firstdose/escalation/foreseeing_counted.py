"""What can follow where a design counts more than toxicities: the next step for each outcome, and how the trial ends."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from firstdose.catalogue.rule import State, Treat
from firstdose.designs.bop2 import Bop2
from firstdose.designs.gboin import Gboin
from firstdose.escalation.comparing import what
from firstdose.escalation.counted import Seen, counts_of_design
from firstdose.escalation.counted_paths import endings_of
from firstdose.escalation.deciding import seen_of
from firstdose.escalation.following import follow_outcomes
from firstdose.escalation.notation import Cohort
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.catalogue.rule import Step
    from firstdose.escalation.counted_paths import Endings
    from firstdose.escalation.deciding import Decision
    from firstdose.escalation.rule import Rule
    from firstdose.escalation.truths import Truth

MOST_WAYS = 5_000  # in which those on record can still turn out
MOST_ROWS = 400  # outcomes of the awaited that are looked at
TRIALS = 2_000  # drawn where the states are too many


@dataclass(frozen=True, slots=True)
class Row:
    """One line: outcomes in words, toxicities of so many participants awaited, and the step that follows."""

    words: str
    toxic: int
    of: int
    step: Step


# --------------------------------------------------------------------------------------------------- the next step


def rows_of(decision: Decision, lesion: str = "lesion") -> list[Row]:
    """For each outcome of those awaited, neighbouring outcomes with one step together; empty where they are too many."""
    group = _group(decision)
    if group is None:
        return []
    level, size, before, known = group
    outcomes = list(_outcomes(decision, level, known, size))
    if len(outcomes) > MOST_ROWS:
        return []
    found: list[tuple[tuple[int, ...], tuple[float, ...], Step]] = []
    for fixed, place, people in outcomes:
        cohort = Cohort(level, tuple(each.toxic for each in people), people)
        step = follow_outcomes(decision.conduct.rule, [*before, cohort]).step
        found.append((fixed, place, step))
    return [_row(decision, run, size, lesion) for run in _runs(found)]


def _group(decision: Decision) -> tuple[int, int, list[Cohort], list[Seen]] | None:
    """Level and number of those awaited at one level, everybody before them, and what is known of the awaited."""
    step, conduct = decision.step, decision.conduct
    due = step.participants if decision.standing == "treat" and isinstance(step, Treat) else 0
    awaited = [row for row in decision.watched if row.awaited and row.level is not None]
    if due and isinstance(step, Treat) and any(row.level != step.dose for row in awaited):
        awaited = []
    levels = {row.level for row in awaited} | ({step.dose} if due and isinstance(step, Treat) else set())
    if len(levels) != 1:
        return None
    before = [
        Cohort(row.level, (row.dlt == "yes",), (seen_of(conduct, row),))
        for row in decision.watched
        if row.level is not None and row not in awaited and (row.counts or row.waits or row.lesions)
    ]
    known = [seen_of(conduct, row) for row in awaited]
    return int(levels.pop() or 0), len(awaited) + due, before, known


def _outcomes(
    decision: Decision, level: int, known: Sequence[Seen], size: int
) -> Iterator[tuple[tuple[int, ...], tuple[float, ...], tuple[Seen, ...]]]:
    """(what is fixed in a run, what runs in it, the participants): the first ones have what there is to have."""
    design, counts = decision.conduct.rule.design, counts_of_design(decision.conduct.rule)
    people = [*known, *(Seen(toxic=False) for _ in range(size - len(known)))]
    least = sum(each.toxic for each in people)
    if counts == "lesions":
        yield from _of_lesions(decision, level, known, size)
    elif isinstance(design, Gboin):
        most = design.scale.most
        begun = sum(each.units for each in people)
        for toxic in range(least, size + 1) if decision.conduct.rule.stops else (least,):
            for units in range(begun, most * size + 1):
                first = Seen(toxic > 0, units=units)
                rest = (Seen(place < toxic) for place in range(1, size))
                yield (toxic,), (units / most / size,), (first, *rest)
    else:
        already = sum(each.responded for each in people)
        for toxic in (least,) if _is_blind(decision.conduct.rule) else range(least, size + 1):
            for responses in range(already, size + 1):
                yield (
                    (toxic,),
                    (responses,),
                    tuple(Seen(i < toxic, responded=i < responses) for i in range(size)),
                )


def _of_lesions(
    decision: Decision, level: int, known: Sequence[Seen], size: int
) -> Iterator[tuple[tuple[int, ...], tuple[float, ...], tuple[Seen, ...]]]:
    """Each number of lesions with toxicity at each level; systemic toxicities beside them are left out."""
    plan = decision.conduct.plan
    if plan is None:
        return
    due = [plan.levels_of(level, plan.most)] * (size - len(known))
    levels = [*(tuple(at for at, _ in each.lesions) for each in known), *due]
    places = sorted({at for own in levels for at in own})
    counts = [sum(own.count(at) for own in levels) for at in places]
    seen = [sum(toxic and at == place for each in known for at, toxic in each.lesions) for place in places]
    for hurt in product(*(range(low, high + 1) for low, high in zip(seen, counts, strict=True))):
        left = dict(zip(places, hurt, strict=True))
        people = []
        for i, own in enumerate(levels):
            lesions = []
            for at in own:
                lesions.append((at, left[at] > 0))
                left[at] -= left[at] > 0
            local = sum(toxic for _, toxic in lesions) >= plan.least
            people.append(Seen((i < len(known) and known[i].toxic) or local, lesions=tuple(lesions)))
        yield tuple(hurt[:-1]), (hurt[-1],), tuple(people)


Run = list[tuple[tuple[int, ...], tuple[float, ...], "Step"]]


def _runs(found: Sequence[tuple[tuple[int, ...], tuple[float, ...], Step]]) -> list[Run]:
    runs: list[Run] = []
    for each in found:
        last = runs[-1][-1] if runs else None
        if last is not None and last[0] == each[0] and what(last[2]) == what(each[2]):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _row(decision: Decision, run: Run, size: int, lesion: str) -> Row:
    fixed, (low,), step = run[0]
    (high,) = run[-1][1]
    rule = decision.conduct.rule
    counts = counts_of_design(rule)
    if counts == "scores":
        between = printed(low, 2) if low == high else f"{printed(low, 2)} to {printed(high, 2)}"
        toxic = f"{fixed[0]} of {size} with toxicity, " if rule.stops else ""
        return Row(f"{toxic}mean score {between}", fixed[0], size, step)
    number = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    if counts == "lesions":
        several = f"{', '.join(map(str, fixed))} and " if fixed else ""
        by = " (lowest level first)" if fixed else ""
        many = "" if (fixed, low, high) == ((), 1, 1) else "s"
        return Row(f"{several}{number} {lesion}{many} with local toxicity{by}", 0, size, step)
    toxic = "" if _is_blind(rule) else f"{fixed[0]} of {size} with toxicity, "
    return Row(f"{toxic}{number} of {size} with response", fixed[0], size, step)


def _is_blind(rule: Rule) -> bool:
    """Whether no toxicity changes what this rule says."""
    return isinstance(rule.design, Bop2) and not rule.stops


# ------------------------------------------------------------------------------------------------------ the endings


def endings_under(decision: Decision, truth: Truth) -> Endings | None:
    """How the trial ends if this is true; None where those awaited can turn out in too many ways."""
    rule = decision.conduct.rule
    begin = _begun(decision, truth)
    if begin is None or rule.most is None:
        return None
    return endings_of(rule, begin, [truth.one(dose) for dose in range(rule.doses)], trials=TRIALS)


def _begun(decision: Decision, truth: Truth) -> dict[State, float] | None:
    """Where the trial stands once everybody on record is through, with the probability."""
    rows = [
        row for row in decision.watched if row.level is not None and (row.counts or row.waits or row.lesions)
    ]
    ways: list[list[tuple[Cohort, float]]] = []
    number = 1
    for row in rows:
        seen = seen_of(decision.conduct, row)
        each = truth.rest(row, seen) if row.awaited else {seen: 1.0}
        number *= len(each)
        ways.append([(Cohort(row.level or 0, (one.toxic,), (one,)), p) for one, p in each.items()])
    if number > MOST_WAYS:
        return None
    found: dict[State, float] = {}
    for chosen in product(*ways):
        state = follow_outcomes(decision.conduct.rule, [cohort for cohort, _ in chosen]).state
        chance = 1.0
        for _, p in chosen:
            chance *= p
        found[state] = found.get(state, 0.0) + chance
    return found
