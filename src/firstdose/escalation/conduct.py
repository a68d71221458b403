"""What a protocol says about the conduct of escalation, read once: rule, levels, watch, intervals, when dosing rests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from firstdose.derived.rules import rule_of as rule_of_text
from firstdose.escalation import issues
from firstdose.escalation.counted import counts_of_design
from firstdose.escalation.lesion_rule import LesionRule
from firstdose.escalation.lesions import lesion_plan_of
from firstdose.escalation.planned import NoRule, rule_of
from firstdose.escalation.truths import truths_of
from firstdose.protocol.rule import evaluate
from firstdose.values.issue import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.escalation.courses import Watched
    from firstdose.escalation.lesions import LesionPlan
    from firstdose.escalation.rule import Rule
    from firstdose.escalation.truths import Truth
    from firstdose.protocol.model import Protocol, Scenario, Sentinel
    from firstdose.protocol.rule import Rule as CountRule

UNDECIDED = 15  # exit code: no decision, because facts are missing or nothing escalates

Range = tuple[int, int]  # at least, at most


@dataclass(frozen=True, slots=True)
class Rest:
    """A rule over counts that makes dosing rest; `final`: no review resumes it."""

    name: str
    rule: CountRule
    final: bool

    def holds(self, counts: Mapping[str, Range]) -> bool | None:
        """Whether it holds; None where the counts are not known well enough."""
        names = sorted(self.rule.names)
        between = [range(counts[name][0], counts[name][1] + 1) for name in names]
        answers = {
            evaluate(self.rule, dict(zip(names, map(float, numbers), strict=True)))
            for numbers in product(*between)
        }
        return bool(answers.pop()) if len(answers) == 1 and None not in answers else None

    def why(self, counts: Mapping[str, Range]) -> str:
        """The rule and what it looked at."""
        seen = ", ".join(f"{name} {counts[name][0]}" for name in sorted(self.rule.names))
        return f"{self.name}: {self.rule.text} ({seen})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """`levels`: names of the dose levels; `days`: last day of the watch (None: only outcomes are typed).

    `truths`: scenarios where the design counts more than toxicities; `plan`: lesions of a participant, called `lesion`.
    """

    rule: Rule
    levels: tuple[str, ...]
    days: int | None
    sentinel: Sentinel | None
    overlap: bool
    rests: tuple[Rest, ...]
    review: str
    scenarios: tuple[Scenario, ...]
    design: str
    truths: tuple[Truth, ...] = ()
    plan: LesionPlan | None = None
    lesion: str = "lesion"

    def level(self, number: int) -> str:
        """`level 2 (DL2)`."""
        return f"level {number + 1} ({self.levels[number]})"


def conduct_of(protocol: Protocol, *, from_records: bool = True) -> Conduct:
    """The conduct of a checked protocol.

    Raises:
        UserError: nothing escalates, or from records nobody could be evaluable.
    """
    try:
        rule = rule_of(protocol)
    except NoRule as why:
        raise UserError([issues.no_rule(str(why))], UNDECIDED) from None
    safety, given = protocol.safety, protocol.intervention
    assert safety is not None
    assert given is not None
    if from_records and not safety.dlt:
        remedy = "Write dlt under safety, such as dlt: grade >= 3 and related and day <= 28."
        raise UserError([issues.no_watch("what a dose-limiting toxicity is", remedy)], UNDECIDED)
    if from_records and safety.dlt_until is None:
        remedy = "Write dlt_until under safety, such as dlt_until: 28."
        raise UserError([issues.no_watch("to which day a participant is watched", remedy)], UNDECIDED)
    rests = (("pause_when", safety.pause_when, False), ("stop_when", safety.stop_when, True))
    return Conduct(
        rule=rule,
        levels=tuple(each.level for each in given.dose_levels),
        days=safety.dlt_until,
        sentinel=safety.sentinel,
        overlap=safety.overlap,
        rests=tuple(
            Rest(name, rule_of_text(protocol, text, "counts"), final) for name, text, final in rests if text
        ),
        review=safety.review,
        scenarios=safety.scenarios,
        design=safety.design,
    )


def live_conduct_of(protocol: Protocol, *, from_records: bool = True) -> Conduct:
    """The same, with the rule over lesions where the design counts them.

    Raises:
        UserError: as `conduct_of`; where the design counts lesions and cannot; from records, where the protocol does not
            say which grades or responses the design counts.
    """
    conduct = conduct_of(protocol, from_records=from_records)
    safety = protocol.safety
    if safety is not None and safety.design_counts == "lesion":
        try:
            rule = LesionRule(conduct.rule).joint
        except ValueError as why:
            raise UserError([issues.no_rule(str(why))], UNDECIDED) from None
        return _with_truths(protocol, replace(conduct, rule=rule))
    counts = counts_of_design(conduct.rule)
    if from_records and counts == "scores" and not (safety and safety.graded):
        remedy = "Write graded under safety, such as graded: related and day <= 28."
        raise UserError([issues.no_watch("which events' grades the design counts", remedy)], UNDECIDED)
    if from_records and counts == "responses" and not (safety and safety.response):
        remedy = "Write response under safety: the endpoint it is measured by."
        raise UserError([issues.no_watch("what a response is", remedy)], UNDECIDED)
    return _with_truths(protocol, conduct)


def _with_truths(protocol: Protocol, conduct: Conduct) -> Conduct:
    return replace(
        conduct,
        truths=truths_of(protocol, conduct.rule),
        plan=lesion_plan_of(protocol),
        lesion=protocol.lesion_word,
    )


def counts_of(rows: Sequence[Watched]) -> dict[str, Range]:
    """Every name that a pause or stop rule may use, at least and at most."""
    yes = sum(row.dlt == "yes" for row in rows)
    open_ = sum(row.dlt == "undecided" for row in rows)
    evaluable = sum(row.counts for row in rows)
    deaths, grave = ([getattr(row, name) for row in rows] for name in ("deaths", "grave"))
    return {
        "dlt": (yes, yes + open_),
        "treated": (len(rows), len(rows)),
        "evaluable": (evaluable, evaluable + open_),
        "deaths": (sum(low for low, _ in deaths), sum(high for _, high in deaths)),
        "related_serious": (sum(low for low, _ in grave), sum(high for _, high in grave)),
    }
