"""Facts of each participant, membership of analysis sets, eligibility and the way through the trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.rules import derive_names, is_once, names_of, rule_of, with_lags
from firstdose.derived.scores import known_values
from firstdose.derived.timing import ADMINISTRATION, derive_treated, read_dates
from firstdose.protocol.names import forms
from firstdose.protocol.rule import expression

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.rule import Rule
    from firstdose.records.snapshot import Snapshot

EVERYBODY = "all"


def derive_participants(protocol: Protocol, snapshot: Snapshot) -> pl.DataFrame:
    """One row a participant: all, treated, and the first record of every form kept per participant.

    Items of a form without any record are null.
    """
    frame = derive_treated(protocol, snapshot).with_columns(pl.lit(value=True).alias(EVERYBODY))
    for form in forms(protocol).values():
        if form.per != "participant" or form.repeats:
            continue
        columns = [item.name for item in form.items if item.name not in frame.columns]
        table = snapshot.table(form.name)
        if table is None:
            frame = frame.with_columns(pl.lit(None).alias(name) for name in columns)
            continue
        dates = [item.name for item in form.items if item.kind == "date"]
        table = known_values(table, columns)
        first = read_dates(table, dates).group_by("participant", maintain_order=True).first()
        frame = frame.join(
            first.select("participant", *columns), on="participant", how="left", maintain_order="left"
        )
    return frame


def derive_sets(
    protocol: Protocol, snapshot: Snapshot, participants: pl.DataFrame
) -> dict[str, tuple[str, ...]]:
    """Analysis set > participants in it. `all` and `treated` always exist; unknown is not a member."""
    rules = {EVERYBODY: EVERYBODY, "treated": "treated"}
    rules |= {each.name: each.rule for each in protocol.analysis_sets}
    sets = {}
    for name, text in rules.items():
        member = _judge(protocol, snapshot, participants, rule_of(protocol, text, "analysis_set"))
        sets[name] = tuple(participants.filter(member.fill_null(value=False))["participant"].to_list())
    return sets


def _judge(
    protocol: Protocol,
    snapshot: Snapshot,
    participants: pl.DataFrame,
    rule: Rule,
    visits: frozenset[str] | None = None,
) -> pl.Series:
    """Truth of a rule for each participant, from the first known values, or over all records where it looks at several.

    `visits`: only records of these, or of no visit, are looked at.
    """
    facts = participants
    names = names_of(rule) - {EVERYBODY, "treated"}
    if rule.lags or rule.aggregates or not names <= _recorded_once(protocol):
        facts = participants.select("participant", EVERYBODY, "treated")
        rows = with_lags(protocol, snapshot, derive_names(protocol, snapshot, names), rule)
        if visits is not None:
            rows = rows.filter(pl.col("visit").is_null() | pl.col("visit").is_in(visits))
        if not rule.aggregates:
            rows = rows.group_by("participant", maintain_order=True).agg(pl.all().drop_nulls().first())
        facts = facts.join(rows, on="participant", how="left", maintain_order="left")
    if not rule.aggregates:
        return facts.select(expression(rule).alias("truth"))["truth"]
    answers = facts.group_by("participant", maintain_order=True).agg(expression(rule).alias("truth"))
    return answers["truth"]


def _recorded_once(protocol: Protocol) -> set[str]:
    """Items that a participant has one record of: their first known value is the only one."""
    once = (
        form for form in forms(protocol).values() if form.per == "participant" and is_once(protocol, form)
    )
    return {item.name for form in once for item in form.items if not form.repeats}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One criterion for one participant. `met` None: not known yet, a query."""

    participant: str
    criterion: str
    direction: str
    sentence: str
    met: bool | None


def derive_eligibility(
    protocol: Protocol, snapshot: Snapshot, participants: pl.DataFrame
) -> tuple[Verdict, ...]:
    """Every criterion for every participant, from what was recorded before treatment.

    `met` is true where the criterion speaks for taking part.
    """
    early = frozenset(visit.visit for visit in protocol.visits if visit.day < 0)
    verdicts = []
    for each in protocol.eligibility:
        truth = _judge(protocol, snapshot, participants, rule_of(protocol, each.rule, "eligibility"), early)
        met = truth if each.direction == "in" else ~truth
        verdicts.append(
            [
                Verdict(name, each.criterion, each.direction, each.sentence, answer)
                for name, answer in zip(participants["participant"], met, strict=True)
            ]
        )
    return tuple(verdict for of_one in zip(*verdicts, strict=True) for verdict in of_one)


def eligible(verdicts: tuple[Verdict, ...]) -> dict[str, bool | None]:
    """Participant > may take part: false if any criterion fails, unknown if any is unknown."""
    answer: dict[str, bool | None] = {}
    for verdict in verdicts:
        so_far = answer.get(verdict.participant, True)
        if so_far is False or verdict.met is False:
            answer[verdict.participant] = False
        else:
            answer[verdict.participant] = None if verdict.met is None else so_far
    return answer


@dataclass(frozen=True, slots=True)
class Left:
    """A participant who left early, with the status and reason on record."""

    participant: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Participant flow, each step as names."""

    enrolled: tuple[str, ...]
    ineligible: tuple[str, ...]
    treated: tuple[str, ...]
    completed: tuple[str, ...]
    left: tuple[Left, ...]
    ongoing: tuple[str, ...]


def derive_flow(protocol: Protocol, snapshot: Snapshot, participants: pl.DataFrame) -> Flow:
    """Who entered, was treated, completed, left early and why; nobody is counted twice or lost."""
    everybody = tuple(participants["participant"].to_list())
    verdict = eligible(derive_eligibility(protocol, snapshot, participants))
    treated = tuple(participants.filter(pl.col("treated"))["participant"].to_list())
    ends = _ends(snapshot)
    completed = tuple(name for name in treated if ends.get(name, ("", ""))[0] == "completed")
    left = tuple(
        Left(name, *ends[name]) for name in everybody if name in ends and ends[name][0] != "completed"
    )
    gone = {*completed, *(each.participant for each in left)}
    return Flow(
        enrolled=everybody,
        ineligible=tuple(name for name in everybody if verdict.get(name) is False),
        treated=treated,
        completed=completed,
        left=left,
        ongoing=tuple(name for name in treated if name not in gone),
    )


def _ends(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    table = snapshot.table("end_of_study")
    if table is None:
        return {}
    rows = table.filter(pl.col("status").is_not_null()).iter_rows(named=True)
    return {row["participant"]: (row["status"], row.get("reason") or "") for row in rows}


def derive_dose_levels(snapshot: Snapshot) -> pl.DataFrame:
    """participant, lesion > dose_level as given, or as planned in the lesion map where nothing was given."""
    frames = [
        table.select("participant", "lesion", "dose_level")
        for table in (snapshot.table(ADMINISTRATION), snapshot.table("lesion_map"))
        if table is not None and "dose_level" in table.columns
    ]
    if not frames:
        return pl.DataFrame(schema={"participant": pl.String, "lesion": pl.String, "dose_level": pl.String})
    known = pl.concat(frames).filter(pl.col("dose_level").is_not_null())
    return known.unique(["participant", "lesion"], keep="first", maintain_order=True)
