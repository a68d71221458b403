"""Values that follow by a rule of the protocol, row by row, unknown staying unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.scores import known_values, score_column
from firstdose.derived.timing import read_dates
from firstdose.protocol.names import forms, names_in_sight
from firstdose.protocol.names_of_forms import once
from firstdose.protocol.rule import expression, read_rule
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.protocol.model import Derivation, Protocol
    from firstdose.protocol.names import Form, PlaceKind
    from firstdose.protocol.rule import Rule
    from firstdose.records.snapshot import Snapshot

PLAN = Place("protocol.yaml")
KEYS = ("participant", "lesion", "visit")


def derive_derivation(protocol: Protocol, snapshot: Snapshot, variable: str) -> pl.DataFrame:
    """participant, lesion, visit > value (truths as 0 and 1), comparator (null)."""
    frame = derive_names(protocol, snapshot, [variable])
    value = pl.col(variable).cast(pl.Float64).alias("value")
    found = frame.select(*KEYS, value, pl.lit(None, dtype=pl.String).alias("comparator"))
    steps = _steps(protocol, [variable])
    if steps[-1].per == "lesion" or not any(_rule_of_step(protocol, step).aggregates for step in steps):
        return found
    once = found.unique(["participant", "visit"], keep="first", maintain_order=True)
    return once.with_columns(pl.lit(None, dtype=pl.String).alias("lesion"))


def derive_names(
    protocol: Protocol, snapshot: Snapshot, names: Iterable[str], activity: str = ""
) -> pl.DataFrame:
    """Items, scores and derivations of these names side by side, in the rows of `gather_items`.

    A derivation that looks at several records looks at those of one participant and visit, or of one lesion and visit.
    """
    wanted = set(names)
    steps = _steps(protocol, wanted)
    rules = {step.variable: _rule_of_step(protocol, step) for step in steps}
    recorded = wanted.union(*(names_of(rule) for rule in rules.values())) - rules.keys()
    frame = gather_items(protocol, snapshot, recorded, activity)
    for step in steps:
        rule = rules[step.variable]
        value = expression(rule)
        if rule.aggregates:
            value = value.over("participant", "visit", *(["lesion"] if step.per == "lesion" else []))
        frame = with_lags(protocol, snapshot, frame, rule).with_columns(value.alias(step.variable))
    return frame


def _rule_of_step(protocol: Protocol, step: Derivation) -> Rule:
    return rule_of(protocol, step.rule, "derivation")


def _steps(protocol: Protocol, wanted: Iterable[str]) -> list[Derivation]:
    """The derivations wanted and those they use, in an order that can be computed."""
    known = {step.variable: step for step in protocol.derivations}
    ordered: dict[str, Derivation] = {}

    def visit(name: str) -> None:
        if name in ordered or name not in known:
            return
        rule = _rule_of_step(protocol, known[name])
        for used in sorted(names_of(rule) - {name}):
            visit(used)
        ordered[name] = known[name]

    for name in sorted(wanted):
        visit(name)
    return list(ordered.values())


def names_of(rule: Rule) -> frozenset[str]:
    """Everything a rule looks at, here and at other visits."""
    return rule.names | {name for name, _ in rule.lags}


def items_behind(protocol: Protocol, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Activity > items that these names stand on: items themselves, those of scores, those of derivations."""
    used = set(names)
    for step in _steps(protocol, used):
        used |= names_of(_rule_of_step(protocol, step))
    found = {}
    for form in forms(protocol).values():
        scored = any(form.score(name) for name in used)
        items = tuple(item.name for item in form.items if scored or item.name in used)
        if items:
            found[form.name] = items
    return found


def rule_of(protocol: Protocol, text: str, where: PlaceKind, activity: str = "") -> Rule:
    """A rule already checked with the protocol, read once more for use."""
    known = _rules_read(protocol)
    if (text, where, activity) not in known:
        known[text, where, activity] = _read_again(protocol, text, where, activity)
    return known[text, where, activity]


@once
def _rules_read(protocol: Protocol) -> dict[tuple[str, str, str], Rule]:  # noqa: ARG001
    """What was read before, for each of the last protocols."""
    return {}


def _read_again(protocol: Protocol, text: str, where: PlaceKind, activity: str) -> Rule:
    visits = [visit.visit for visit in protocol.visits]
    rule, issues = read_rule(text, names_in_sight(protocol, where, activity), PLAN, visits)
    if rule is None:
        raise ValueError(f"an unchecked rule reached the derivation: {text}: {issues}")
    return rule


def gather_items(
    protocol: Protocol, snapshot: Snapshot, names: Iterable[str], activity: str = ""
) -> pl.DataFrame:
    """participant, lesion, visit > items and scores of several forms; a name nobody recorded is null everywhere.

    Rows are the records of `activity`, else of the finest form: per lesion before per participant, seen again before
    seen once. What is recorded more coarsely stands in each row it belongs to.
    """
    wanted, own = set(names), None
    levels: dict[tuple[bool, bool], pl.DataFrame] = {}
    known = forms(protocol)
    if activity:
        own = _recorded(protocol, snapshot, known[activity], wanted)
        wanted -= {item.name for item in known[activity].items}
    for form in known.values():
        part = None if form.repeats or form.name == activity else _recorded(protocol, snapshot, form, wanted)
        if part is None or part.width == len(KEYS):
            continue
        level = (is_once(protocol, form), form.per != "lesion")
        part = part.unique(_keys(level), keep="first", maintain_order=True)
        levels[level] = _beside(levels[level], part, _keys(level)) if level in levels else part
    frame = own if activity else levels.pop(min(levels), None) if levels else _everybody(snapshot)
    if frame is None:
        frame = pl.DataFrame(schema=dict.fromkeys(KEYS, pl.String))
    for level in sorted(levels):
        frame = _with_coarser(frame, levels[level], _keys(level))
    absent = sorted(set(names) - set(frame.columns))
    return frame.with_columns(pl.lit(None).alias(name) for name in absent)


def _recorded(protocol: Protocol, snapshot: Snapshot, form: Form, wanted: set[str]) -> pl.DataFrame | None:
    """The records of a form with the wanted items and scores; an item's name hides a score's."""
    table = snapshot.table(form.name)
    if table is None:
        return None
    items = [item for item in form.items if item.name in wanted and item.name in table.columns]
    hidden = {item.name for each in forms(protocol).values() for item in each.items}
    scores = [score for score in form.scores if score.name in wanted - hidden]
    dates = [item.name for item in items if item.kind == "date"]
    found = known_values(table, (item.name for item in items))
    part = read_dates(found.select(*KEYS, *(item.name for item in items if item.name not in KEYS)), dates)
    return part.with_columns(score_column(table, score.compute).alias(score.name) for score in scores)


def _everybody(snapshot: Snapshot) -> pl.DataFrame:
    everybody = snapshot.tables["participants"].select("participant")
    return everybody.with_columns(pl.lit(None, dtype=pl.String).alias(key) for key in ("lesion", "visit"))


def is_once(protocol: Protocol, form: Form) -> bool:
    """Whether the schedule asks for one record a participant or lesion."""
    row = protocol.activity(form.name)
    return not form.by_visit or row is None or len(row.at) <= 1


def _keys(level: tuple[bool, bool]) -> list[str]:
    """What tells the records of a form apart. `level`: seen once, per participant."""
    once, per_participant = level
    return ["participant", *([] if per_participant else ["lesion"]), *([] if once else ["visit"])]


def _beside(left: pl.DataFrame, right: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Records of two forms of one kind; a record that only one of them has keeps its row."""
    both = left.join(right, on=keys, how="full", coalesce=True, nulls_equal=True, maintain_order="left_right")
    others = [key for key in KEYS if key not in keys]
    return both.with_columns(pl.coalesce(key, f"{key}_right").alias(key) for key in others).drop(
        f"{key}_right" for key in others
    )


def _with_coarser(frame: pl.DataFrame, part: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The frame with what stands in `part`; lesions come with it where the frame has none."""
    if "lesion" in keys and frame.height and frame["lesion"].null_count() == frame.height:
        frame, keys = frame.drop("lesion"), [key for key in keys if key != "lesion"]
        part = part.drop(key for key in KEYS if key not in {"lesion", *keys})
    else:
        part = part.drop(key for key in KEYS if key not in keys)
    return frame.join(part, on=keys, how="left", nulls_equal=True, maintain_order="left_right")


def with_lags(protocol: Protocol, snapshot: Snapshot, frame: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The frame with a column `name@VISIT` for each value of another visit that the rule looks at."""
    for name, visit in sorted(rule.lags):
        column = f"{name}@{visit}"
        if column in frame.columns:
            continue
        lag = derive_names(protocol, snapshot, [name]).filter(pl.col("visit") == visit)
        keys = ["participant", *(["lesion"] if lag["lesion"].null_count() < lag.height else [])]
        lag = lag.select(*keys, pl.col(name).alias(column)).unique(keys, keep="first", maintain_order=True)
        frame = frame.join(lag, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return frame
