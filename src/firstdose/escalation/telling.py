"""A decision in lines for people, and as one JSON object for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstdose.catalogue.rule import End
from firstdose.escalation.deciding import due
from firstdose.escalation.following import told
from firstdose.escalation.foreseeing import HALTED
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.catalogue.rule import Step
    from firstdose.escalation.courses import Watched
    from firstdose.escalation.deciding import Decision
    from firstdose.escalation.foreseeing import Forecast, Foreseen
    from firstdose.escalation.lesions_on_record import LesionsSeen

FEWEST = 0.0005  # smaller probabilities are summed under `other`


def tell_decision(decision: Decision, foreseen: Foreseen) -> list[str]:
    """Decision, reason, dates, counts, trace, departures and what can follow; Issues are told by themselves."""
    return [
        *_verdict(decision),
        *_counts(decision),
        *_participants(decision),
        *_lesions(decision),
        *_departures(decision),
        *_following(decision, foreseen),
    ]


def _verdict(decision: Decision) -> Iterator[str]:
    at = f" on {decision.cut}, the data cut" if decision.cut else ""
    yield f"Decision{at}: {due(decision)}."
    yield f"Reason: {decision.reason}."
    if decision.earliest is not None:
        why = f" ({decision.why_then})" if decision.why_then else ""
        then = "A new decision is possible" if decision.standing == "wait" else "The next administration"
        yield f"{then} from {decision.earliest} on{why}."
    if decision.standing == "halted":
        review = f" Review: {decision.conduct.review}." if decision.conduct.review else ""
        yield f"Dosing goes on only after a review: --resumed-after its day.{review}"
    for halt in decision.lifted:
        yield f"Halted by {halt.reason}; resumed after the review of {decision.resumed_after}."
    if decision.standing == "complete":
        level = decision.selected
        yield f"Recommended: {'no level' if level is None else decision.conduct.level(level)}."


def _counts(decision: Decision) -> Iterator[str]:
    yield ""
    yield from _table(
        ("level", "treated", "evaluable", "dlt", "watched", "not evaluable", "undecided"),
        [
            (
                decision.conduct.level(number),
                *(str(count) for count in level_counts(decision, number).values()),
            )
            for number in range(decision.conduct.rule.doses)
        ],
    )


def level_counts(decision: Decision, level: int) -> dict[str, int]:
    """Participants of one level: treated, evaluable, with toxicity, still watched, not evaluable, undecided."""
    rows = [row for row in decision.watched if row.level == level]
    return {
        "treated": len(rows),
        "evaluable": sum(row.counts for row in rows),
        "dlt": sum(row.dlt == "yes" for row in rows),
        "watched": sum(row.waits for row in rows),
        "not_evaluable": sum(row.dlt == "not evaluable" for row in rows),
        "undecided": sum(row.dlt == "undecided" for row in rows),
    }


def _participants(decision: Decision) -> Iterator[str]:
    if not any(row.given for row in decision.watched):
        return
    yield ""
    rows = []
    for row in decision.watched:
        notes = "".join(f"; {note}" for note in (*counted_words(row), *row.notes))
        rows.append((row.participant, str(row.given or ""), row.level_words, row.dlt, row.reason + notes))
    yield from _table(("participant", "treated on", "level", "dlt", "because"), rows)


def counted_words(row: Watched) -> Iterator[str]:
    """Grades and response of a participant, where the design counts them."""
    if row.grades:
        named = [f"{lesion} {grade}" if lesion else str(grade) for lesion, grade in row.grades]
        places = ", ".join(str(event.place) for event in row.graded)
        least = "at least " if any(event.grade is None for event in row.graded) else ""
        yield f"worst grade {least}{', '.join(named)}{f' ({places})' if places else ''}"
    if row.response:
        yield f"response {row.response}"


def _lesions(decision: Decision) -> Iterator[str]:
    """A row a lesion, where the design counts them."""
    rows = [
        (row.participant, name, str(each.given or ""), each.level_words, each.dlt, each.reason)
        for row in decision.watched
        for name, each in row.lesions
    ]
    if rows:
        yield ""
        head = ("participant", decision.conduct.lesion, "treated on", "level", "local dlt", "because")
        yield from _table(head, rows)
        yield ""
        yield from _table(
            ("level", f"{decision.conduct.lesion}s counted", "with local dlt"), lesion_counts(decision)
        )


def lesion_counts(decision: Decision) -> list[tuple[str, str, str]]:
    """Level, lesions that count with those still watched, and those with a local toxicity."""
    seen = [each for row in decision.watched for _, each in row.lesions if each.counts or each.waits]
    return [
        (
            decision.conduct.level(level),
            str(sum(each.level == level for each in seen)),
            str(sum(each.level == level and each.dlt == "yes" for each in seen)),
        )
        for level in range(decision.conduct.rule.doses)
    ]


def _departures(decision: Decision) -> Iterator[str]:
    if decision.departures:
        yield ""
        yield "The trial has left its rule: what the rule says of such counts is for a review to judge."
    for each in decision.departures:
        who = f"participant {each.participant}" if each.participant.isdecimal() else each.participant
        yield f"Not by the rule: {who}, {each.done}; due was {each.due}."


def _following(decision: Decision, foreseen: Foreseen) -> Iterator[str]:
    if foreseen.next_steps:
        yield ""
        yield "What can follow"
    for each in foreseen.next_steps:
        yield f"  {each.told}: {_next(each.step)}"
    for forecast in foreseen.forecasts:
        yield ""
        yield from _forecast(decision, forecast)


def _next(step: Step) -> str:
    return f"{told(step)} ({step.reason})" if isinstance(step, End) else told(step)


def _forecast(decision: Decision, forecast: Forecast) -> Iterator[str]:
    rates = " ".join(printed(rate, 2) for rate in forecast.rates)
    named = "averaged over" if forecast.averaged else "at"
    drawn = f", {forecast.trials:,} drawn trials" if forecast.trials else ""
    yield f"If {forecast.name} ({named} rates {rates}{drawn})"
    levels = [*range(decision.conduct.rule.doses), None]
    chosen = [(_level(decision, level), forecast.selected.get(level, 0.0)) for level in levels]
    chosen.append(("left to a review", forecast.causes.get(HALTED, 0.0)))
    yield f"  recommended: {_shares(chosen)}"
    yield f"  further participants: {_shares([(str(k), p) for k, p in sorted(forecast.remaining.items())])}"
    ends = sorted(forecast.causes.items(), key=lambda each: -each[1])
    yield f"  end: {_shares(ends)}"


def _level(decision: Decision, level: int | None) -> str:
    return "none" if level is None else decision.conduct.levels[level]


def _shares(shares: Sequence[tuple[str, float]]) -> str:
    shown = [(word, p) for word, p in shares if p >= FEWEST]
    rest = sum(p for _, p in shares) - sum(p for _, p in shown)
    more = [("other", rest)] if rest >= FEWEST else []
    return ", ".join(f"{word} {printed(100 * p, 1)} %" for word, p in [*shown, *more])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def decision_as_json(decision: Decision, foreseen: Foreseen) -> dict[str, Any]:
    """The same as plain values; days as ISO text, levels by name."""
    conduct = decision.conduct
    level, selected = decision.level, decision.selected
    return {
        "cut": _day(decision.cut),
        "standing": decision.standing,
        "due": due(decision),
        "reason": decision.reason,
        "level": None if level is None else conduct.levels[level],
        "participants": 0 if level is None else getattr(decision.step, "participants", 0),
        "earliest": _day(decision.earliest),
        "selected": None if selected is None else conduct.levels[selected],
        "halts": [
            {"cause": each.cause, "reason": each.reason, "final": each.final} for each in decision.halts
        ],
        "resumed_after": _day(decision.resumed_after),
        "levels": [
            {"level": name} | level_counts(decision, number) for number, name in enumerate(conduct.levels)
        ],
        "participants_watched": [_watched(decision, row) for row in decision.watched],
        "departures": [
            {"participant": each.participant, "due": each.due, "done": each.done}
            for each in decision.departures
        ],
        "issues": [issue.as_json() for issue in decision.issues],
        "next_steps": [
            {"toxic": each.toxic, "of": each.of, "next": told(each.step), "reason": each.step.reason}
            | ({"outcome": each.words} if each.words else {})
            for each in foreseen.next_steps
        ],
        "forecasts": [_forecast_as_json(decision, each) for each in foreseen.forecasts],
    }


def _watched(decision: Decision, row: Watched) -> dict[str, Any]:
    return {
        "participant": row.participant,
        "level": None if row.level is None else decision.conduct.levels[row.level],
        "given": _day(row.given),
        "until": _day(row.until),
        "dlt": row.dlt,
        "reason": row.reason,
        "notes": list(row.notes),
        "events": [{"term": each.term, "place": str(each.place), "dlt": each.dlt} for each in row.events],
    } | _counted(decision, row)


def _counted(decision: Decision, row: Watched) -> dict[str, Any]:
    """What the design counts beside toxicities of participants."""
    found: dict[str, Any] = {}
    if row.lesions:
        found["lesions"] = [{"lesion": name} | _watched(decision, each) for name, each in row.lesions]
    if row.grades:
        found["grades"] = dict(row.grades)
        found["graded"] = [
            {"term": each.term, "place": str(each.place), "lesion": each.lesion, "grade": each.grade}
            for each in row.graded
        ]
    if row.response:
        found["response"] = row.response
    return found


def _forecast_as_json(decision: Decision, forecast: Forecast) -> dict[str, Any]:
    return {
        "scenario": forecast.name,
        "averaged": forecast.averaged,
        "rates": list(forecast.rates),
        "selected": {_level(decision, level): p for level, p in forecast.selected.items()},
        "remaining": {str(number): p for number, p in sorted(forecast.remaining.items())},
        "causes": dict(forecast.causes),
        "expected_remaining": forecast.expected,
    } | ({"trials": forecast.trials} if forecast.trials else {})


def lesions_seen_as_json(found: LesionsSeen) -> dict[str, Any]:
    """Local toxicity by density and by lesion, as the board sees it."""
    return {
        "densities": [
            {
                "level": row.name,
                "treated": row.treated,
                "evaluable": row.evaluable,
                "with_local_toxicity": row.toxic,
                "at_most": row.most_toxic,
                "participants": row.participants,
                "participants_with_one": row.participants_toxic,
                "worth": [{"correlation": alike, "independent": worth} for alike, worth in row.effective],
            }
            for row in found.rows
        ],
        "lesions": [
            {
                "participant": each.participant,
                "lesion": each.lesion,
                "level": each.watched.level_words,
                "given": _day(each.watched.given),
                "until": _day(each.watched.until),
                "dlt": each.watched.dlt,
                "reason": each.watched.reason,
                "records": [str(event.place) for event in each.watched.events],
            }
            for each in found.lesions
        ],
        "elsewhere": [
            {"participant": who, "term": event.term, "place": str(event.place)}
            for who, event in found.elsewhere
        ],
    }


def _day(day: object) -> str | None:
    return None if day is None else str(day)
