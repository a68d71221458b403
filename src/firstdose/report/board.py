"""The packet of the safety board: who was exposed to what, what happened, what the rule says, what can follow, the vote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.catalogue import End
from firstdose.escalation.conduct import counts_of
from firstdose.escalation.deciding import due, evaluable_state
from firstdose.escalation.following import told
from firstdose.escalation.length import waits_of
from firstdose.escalation.telling import counted_words
from firstdose.escalation.words import rule_text
from firstdose.protocol.names import names_in_sight
from firstdose.protocol.telling_words import rule
from firstdose.report import figures
from firstdose.report.board_lesions import lesions_section
from firstdose.report.board_records import events_section, exposure_section
from firstdose.report.content.pieces import plain_table, text
from firstdose.report.tree import (
    Block,
    Bullets,
    Column,
    Figure,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    ToWrite,
)
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from firstdose.catalogue import Step, Stop
    from firstdose.escalation.deciding import Decision
    from firstdose.escalation.foreseeing import Forecast, Foreseen
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.report.tree import Cell
    from firstdose.values.issue import Issue

LEFT_THE_RULE = "The trial has left its rule: what the rule says of counts that it never leads to is for the board to judge."
RESTS = {False: "dosing pauses", True: "the trial stops"}
MEMBERS = 5  # lines of the ballot
QUESTIONS = (
    ("go on", "Dosing goes on with the step that the rule says."),
    ("stay", "Dosing goes on, but not above the level of the last participant."),
    ("halt", "Dosing rests until what the board asks for has been seen."),
    ("stop", "The trial ends; participants are followed as planned."),
)


def build_board_packet(
    protocol: Protocol,
    snapshot: Snapshot,
    decision: Decision,
    foreseen: Foreseen,
    issues: Iterable[Issue] = (),
) -> Report:
    """The tree that every renderer draws; everything as known at the decision's data cut."""
    trial = protocol.trial
    open_ = sorted({*issues, *decision.issues})
    sections = (
        _decision(decision),
        exposure_section(protocol, snapshot, decision),
        events_section(protocol, snapshot, decision),
        lesions_section(protocol, snapshot, decision),
        _trace(decision),
        _following(decision, foreseen),
        _forecasts(decision, foreseen),
        *_boundaries(protocol, decision),
        Section("rule", "The rule", (_bullets(rule_text(decision.conduct.rule, waits_of(protocol))),)),
        _vote(decision),
        _open(open_),
    )
    return Report(
        title="Safety board packet",
        trial=trial.id,
        snapshot=snapshot.digest,
        protocol=snapshot.protocol_identity,
        software=f"firstdose {__version__}",
        invented=snapshot.invented or trial.invented,
        facts=(
            ("Trial", trial.title),
            ("Protocol version", trial.version),
            ("Protocol identity", snapshot.protocol_identity[:16]),
            ("Data cut", str(decision.cut or "no date on record")),
            ("Snapshot", snapshot.digest),
            ("Treated", f"{len(decision.watched)} of at most {trial.participants} participants"),
            ("Review", decision.conduct.review or "not described by the protocol"),
        ),
        blocks=tuple(section for section in sections if section is not None),
    )


def _bullets(said: Iterable[str]) -> Bullets:
    return Bullets(tuple((Text(each),) for each in said))


def _said(words: str, kind: str = "plain", *, strong: bool = False) -> Paragraph:
    return Paragraph((Text(words, strong=strong),), kind)


def _decision(decision: Decision) -> Section:
    kind = "key" if decision.standing in {"treat", "complete"} else "caution"
    blocks: list[Block] = [
        _said(f"What the rule says: {due(decision)}.", kind, strong=True),
        _said(f"Because: {decision.reason}."),
        *(_said(each) for each in _dates(decision)),
    ]
    if decision.standing == "complete":
        level = decision.selected
        blocks.append(
            _said(f"Recommended: {'no level' if level is None else decision.conduct.level(level)}.", "key")
        )
    if decision.departures:
        rows = [(each.participant, each.due, each.done) for each in decision.departures]
        blocks.append(
            plain_table("t-departures", "Not by the rule", ("participant", "due was", "done was"), rows)
        )
        blocks.append(_said(LEFT_THE_RULE, "caution"))
    return Section("decision", "Decision", tuple(blocks))


def _dates(decision: Decision) -> Iterator[str]:
    if decision.earliest is not None:
        why = f" ({decision.why_then})" if decision.why_then else ""
        what = "A new decision is possible" if decision.standing == "wait" else "The next administration"
        yield f"{what} from {decision.earliest} on{why}."
    for halt in decision.lifted:
        yield f"Halted by {halt.reason}; resumed after the review of {decision.resumed_after}."


def _trace(decision: Decision) -> Section:
    """Every treated participant: counted or not, why, and the records behind it."""
    rows = [
        (
            row.participant,
            row.level_words or "–",
            str(row.given or "–"),
            str(row.until or "–"),
            row.dlt,
            "; ".join((row.reason, *counted_words(row), *row.notes)),
            ", ".join(str(event.place) for event in row.events) or "–",
        )
        for row in decision.watched
    ]
    heads = (
        "participant",
        "level",
        "treated on",
        "watched to",
        "toxicity",
        "because",
        "adverse event records",
    )
    table = plain_table(
        "t-trace", "Who counts, and from which records", heads, rows, unit="participants treated"
    )
    return Section("trace-decision", "From the records to the decision", (table,))


def _following(decision: Decision, foreseen: Foreseen) -> Section | None:
    if not foreseen.next_steps:
        return None
    of = foreseen.next_steps[0].of
    awaited = "1 participant is awaited" if of == 1 else f"{of} participants are awaited"
    rows = [
        (each.words or f"{each.toxic} of {each.of}", _step(decision, each.step), each.step.reason)
        for each in foreseen.next_steps
    ]
    table = plain_table("t-next", f"What follows: {awaited}", (_outcome(foreseen), "then", "because"), rows)
    return Section("next", "What is possible next", (table,))


def _outcome(foreseen: Foreseen) -> str:
    return "what is seen" if foreseen.next_steps[0].words else "with dose-limiting toxicity"


def _step(decision: Decision, step: Step) -> str:
    if isinstance(step, End):
        return told(step)
    return f"{told(step).rsplit(' at ', 1)[0]} at {decision.conduct.level(step.dose)}"


def _forecasts(decision: Decision, foreseen: Foreseen) -> Section | None:
    if not foreseen.forecasts:
        return None
    levels = decision.conduct.levels
    columns = (
        Column("assumed true rates"),
        *(
            Column(level, over="ends with a recommendation of, %", numeric=True)
            for level in (*levels, "none")
        ),
        Column("further participants", numeric=True),
        Column("halted, %", numeric=True),
    )
    rows = tuple(_forecast(decision, each) for each in foreseen.forecasts)
    notes = tuple(_forecast_notes(foreseen))
    table = Table("t-forecast", "How the trial would end from here", "", columns, rows, notes)
    chances = [
        figures.ChancePanel(
            each.name.replace("_", " "),
            (*levels, "none"),
            tuple(each.selected.get(level, 0.0) for level in (*range(len(levels)), None)),
        )
        for each in foreseen.forecasts
    ]
    drawing = Figure(
        "f-forecast",
        "Level recommended at the end, %",
        "Bars of the probability of each level or none under each assumption; the table above holds the numbers.",
        figures.draw_chances(chances, x_label="dose level"),
    )
    return Section("forecast", "How it would end", (table, drawing))


def _forecast_notes(foreseen: Foreseen) -> Iterator[str]:
    drawn = max(each.trials for each in foreseen.forecasts)
    if drawn:
        error = printed(50 / drawn**0.5, 1)
        yield (
            f"From {drawn:,} drawn trials where the ways are too many to follow, standard error at most {error} points; the"
            " lesions of one participant are drawn with the stated correlation."
        )
    else:
        yield (
            "Exact: every way the trial can go on from here by its rule, no random number. Participants still watched have"
            " either outcome, with its probability."
        )
    if any(each.averaged for each in foreseen.forecasts):
        yield (
            "As seen so far: averaged over independent Beta distributions, flat before the first participant; with so few it"
            " says little."
        )


def _forecast(decision: Decision, found: Forecast) -> tuple[Cell, ...]:
    rates = ", ".join(printed(rate, 2) for rate in found.rates)
    levels = (*range(len(decision.conduct.levels)), None)
    return (
        text(f"{found.name.replace('_', ' ')}: {rates}"),
        *(text(printed(100 * found.selected.get(level, 0.0), 1)) for level in levels),
        text(printed(found.expected, 1)),
        text(printed(100 * found.causes.get("stopping rule", 0.0), 1)),
    )


def _boundaries(protocol: Protocol, decision: Decision) -> Iterator[Section]:
    """The stopping rules with where the trial stands: evaluable participants only."""
    conduct = decision.conduct
    blocks: list[Block] = []
    pooled = [stop for stop in conduct.rule.stops if stop.pooled]
    most = conduct.rule.most or len(decision.watched)
    if pooled:
        blocks.append(_drawn(decision, pooled, most))
    rows = [*_stands(decision), *_rests(protocol, decision)]
    if rows:
        heads = ("rule", "over", "seen so far", "halts at")
        blocks.append(plain_table("t-stands", "Where the trial stands", heads, rows))
    if blocks:
        yield Section("boundaries", "Stopping rules", tuple(blocks))


def _drawn(decision: Decision, pooled: Sequence[Stop], most: int) -> Figure:
    lines = [
        figures.BoundaryLine(f"stopping rule {place}", tuple(stop.boundary(n) for n in range(1, most + 1)))
        for place, stop in enumerate(pooled, start=1)
    ]
    stand = [(0, 0)]
    for row in decision.watched:
        if row.counts:
            stand.append((stand[-1][0] + 1, stand[-1][1] + (row.dlt == "yes")))
    return Figure(
        "f-boundary",
        "Stopping boundary over all levels, and this trial",
        f"The trial stands at {stand[-1][1]} of {stand[-1][0]} evaluable participants with a dose-limiting toxicity.",
        figures.draw_boundary(lines, stand, most=most),
    )


def _stands(decision: Decision) -> Iterator[tuple[str, str, str, str]]:
    conduct = decision.conduct
    state = evaluable_state(conduct, decision.watched)
    for place, stop in enumerate(conduct.rule.stops, start=1):
        name = f"stopping rule {place}"
        if stop.pooled:
            yield (name, "all levels", f"{state.events} of {state.total}", _halts_at(stop, state.total))
            continue
        for level, n, y in zip(conduct.levels, state.participants, state.dlts, strict=True):
            yield (name, level, f"{y} of {n}", _halts_at(stop, n))


def _rests(protocol: Protocol, decision: Decision) -> Iterator[tuple[str, str, str, str]]:
    """The rules over counts of everybody treated, in words."""
    counts, names = counts_of(decision.watched), names_in_sight(protocol, "counts")
    for rest in decision.conduct.rests:
        seen = ", ".join(
            f"{names[name].label} {low if low == high else f'{low} to {high}'}"
            for name in sorted(rest.rule.names)
            for low, high in [counts[name]]
        )
        yield (RESTS[rest.final], "all levels", seen, rule(protocol, rest.rule.text, names))


def _halts_at(stop: Stop, n: int) -> str:
    """The boundary now, and after one participant more."""
    here, then = (stop.boundary(k) if k else None for k in (n, n + 1))
    words = ["–" if each is None else str(each) for each in (here, then)]
    return f"{words[0]} of {n}; {words[1]} of {n + 1}"


def _vote(decision: Decision) -> Section:
    said = [f"{name}: {meaning}" for name, meaning in QUESTIONS]
    columns = (
        Column("member"),
        *(Column(name) for name, _ in QUESTIONS),
        Column("conditions"),
        Column("date, signature"),
    )
    rows = tuple(
        (
            (ToWrite("name", f"member {place}"),),
            *(text("[  ]") for _ in QUESTIONS),
            (ToWrite("if any", f"member {place}"),),
            (ToWrite("date, signature", f"member {place}"),),
        )
        for place in range(1, MEMBERS + 1)
    )
    blocks: tuple[Block, ...] = (
        _said(f"To be decided: {due(decision)}. The rule proposes; the board decides."),
        _bullets(said),
        Table(
            "t-vote", "Vote", "", columns, rows, ("One mark in each line; lines not needed are struck out.",)
        ),
        Paragraph((ToWrite("the board's decision, its date, and what it asks for", "the chair"),)),
    )
    return Section("vote", "Questions to vote on", blocks)


def _open(issues: Sequence[Issue]) -> Section | None:
    if not issues:
        return None
    rows = [(str(each.place), each.code, each.message) for each in issues]
    note = ("Of the whole snapshot, also where the data cut is earlier.",)
    heads = ("place", "code", "message")
    table = plain_table("t-open", "Records that somebody has to look at", heads, rows, footnotes=note)
    return Section("open", "Open Issues", (table,))
