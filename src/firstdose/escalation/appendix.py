"""Everything a design appendix says, as numbers: decisions, behaviour under scenarios, length, coverage, boundaries, worst case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.escalation import issues
from firstdose.escalation.appendix_decisions import decision_table, early_steps
from firstdose.escalation.calibrating import MOST, RATES, best_boundary, bounds_of, calibrate, key_of
from firstdose.escalation.certify import MOST_LEVELS, certify
from firstdose.escalation.characteristics import (
    MEMORY,
    behave,
    characterise,
    polynomial_of,
    without_halts,
)
from firstdose.escalation.conduct import UNDECIDED, live_conduct_of
from firstdose.escalation.counted import counts_of_design
from firstdose.escalation.counted_behaviour import characterise_counted
from firstdose.escalation.coverage import INTERVALS, compute_coverage, exclude_without_event
from firstdose.escalation.exact import predict_size
from firstdose.escalation.length import compute_lengths, waits_of, windows_of
from firstdose.escalation.lesion_behaviour import lesion_behaviour
from firstdose.escalation.tables import compile_rule
from firstdose.escalation.truths import truths_of
from firstdose.escalation.words import rule_text
from firstdose.values.issue import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstdose.designs._kernel.boundary import Bounds
    from firstdose.escalation.appendix_decisions import DecisionRow, NextStep
    from firstdose.escalation.calibrating import Best, Calibrated
    from firstdose.escalation.certify import Certificate
    from firstdose.escalation.characteristics import Behaviour
    from firstdose.escalation.counted_behaviour import Beside
    from firstdose.escalation.coverage import Coverage, NoEvent
    from firstdose.escalation.exact import Polynomial, Size
    from firstdose.escalation.length import Lengths, Windows
    from firstdose.escalation.lesion_behaviour import LesionBehaviour
    from firstdose.escalation.rule import Rule
    from firstdose.protocol.model import PlannedStop, Protocol

LONG = 500_000  # states from which a run is told beforehand
TOLERANCE = 0.02  # between the worst case and its bound
_USUAL_TARGET = 0.3  # where the design itself names none
_DECLARE = {
    "scores": "Write graded_scenarios under safety: the rates of each grade, one a dose level.",
    "responses": "Give the scenarios under safety the column response: a rate a dose level.",
    "lesions": "Write local_scenarios under safety: the rates of local and systemic toxicity, one a dose level.",
}
_STRONGER = 0.2  # added to the acceptable rate where no toxic one is declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """True toxicity rates under which the rule is judged; `ours`: not declared by the protocol."""

    name: str
    rates: tuple[float, ...]
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlan:
    """A stopping rule with what it costs at other levels and the best boundaries under its own limits.

    `surest`: stops most surely at `toxic`; `quickest`: fewest expected participants there, stopping as surely as the
    planned one. `ours`: the toxic rate is not declared.
    """

    planned: PlannedStop
    pooled: bool
    bounds: Bounds
    calibrated: tuple[Calibrated, ...]
    acceptable: float | None = None
    alpha: float | None = None
    toxic: float | None = None
    ours: bool = False
    surest: Best | None = None
    quickest: Best | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """What `firstdose design` says. `no_length`: in words why the length does not follow; empty where it does.

    `beside`: what the design counts beside toxicities; `lesions`: the rule under the scenarios of local toxicity.
    """

    rule: Rule
    words: tuple[str, ...]
    levels: tuple[str, ...]
    curves: tuple[Curve, ...]
    size: Size | None
    behaviour: Behaviour
    table: tuple[DecisionRow, ...]
    steps: tuple[NextStep, ...]
    steps_left_out: int
    lengths: Lengths | None
    no_length: str
    coverage: tuple[Coverage, ...]
    no_event: tuple[NoEvent, ...]
    stops: tuple[StopPlan, ...]
    certificate: Certificate | None
    remarks: tuple[str, ...]
    beside: Beside | None = None
    lesions: LesionBehaviour | None = None

    @property
    def are_ours(self) -> bool:
        """Whether the scenarios are ours: the protocol declares none."""
        return any(curve.ours for curve in self.curves)


def compute_appendix(
    protocol: Protocol,
    *,
    trials: int = 10_000,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Appendix:
    """The appendix of a checked protocol; `trials`: drawn where the endings cannot be held.

    Raises:
        UserError: nothing escalates here, or the design cannot be judged by toxicity alone (exit code 15).
    """
    rule = judged_rule(protocol)
    lesions = lesion_behaviour(protocol, trials=trials, seed=seed)
    judged = _judge(protocol, rule, lesions, trials, seed, progress)
    curves, behaviour, polynomial = judged.curves, judged.behaviour, judged.polynomial
    rates = [curve.rates for curve in curves]
    windows = _windows(protocol, rule)
    is_known = not isinstance(windows, str)
    table = decision_table(rule, lesions)
    steps, left_out = ((), 0) if table else early_steps(rule)
    return Appendix(
        rule=rule,
        words=rule_text(rule, waits_of(protocol)),
        levels=tuple(level.level for level in _levels(protocol)),
        curves=curves,
        size=foresee_size(rule),
        behaviour=behaviour,
        table=table,
        steps=steps,
        steps_left_out=left_out,
        lengths=compute_lengths(rule, windows, rates, seed=seed, progress=progress)  # type: ignore[arg-type]
        if is_known
        else None,
        no_length="" if is_known else str(windows),
        coverage=tuple(compute_coverage(method, n) for n in counts_of(rule) for method in INTERVALS),
        no_event=tuple(exclude_without_event(n) for n in counts_of(rule)),
        stops=tuple(_stop_plan(protocol, planned) for planned in _stopping(protocol)),
        certificate=_certificate(rule, polynomial),
        remarks=tuple(_remarks(protocol)),
        beside=judged.beside,
        lesions=lesions,
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """Scenarios with the behaviour under them; `polynomial`: all endings, where a design of toxicities holds them."""

    curves: tuple[Curve, ...]
    behaviour: Behaviour
    polynomial: Polynomial | None = None
    beside: Beside | None = None


def _judge(
    protocol: Protocol,
    rule: Rule,
    lesions: LesionBehaviour | None,
    trials: int,
    seed: int,
    progress: Callable[[float], None] | None,
) -> _Judged:
    counts = counts_of_design(rule)
    if counts == "lesions" and lesions is not None:
        names = [truth.name for truth in lesions.truths]
        rates = [tuple(map(float, row)) for row in lesions.people.rates]
        own = tuple(Curve(name=name, rates=row) for name, row in zip(names, rates, strict=True))
        return _Judged(own, lesions.people)
    if counts != "toxicities":
        truths = truths_of(protocol, rule)
        behaviour, beside = characterise_counted(rule, truths, trials=trials, seed=seed, progress=progress)
        own = tuple(Curve(name=truth.name, rates=truth.rates) for truth in truths)
        return _Judged(own, behaviour, beside=beside)
    curves = curves_of(protocol, rule)
    shapes = [curve.rates for curve in curves]
    polynomial = polynomial_of(rule)
    if polynomial is None:
        return _Judged(curves, characterise(rule, shapes, trials=trials, seed=seed, progress=progress))
    return _Judged(curves, behave(rule, polynomial, shapes), polynomial)


def _windows(protocol: Protocol, rule: Rule) -> Windows | str:
    if counts_of_design(rule) != "toxicities":
        return "it is followed for designs of toxicities of participants only"
    if hasattr(rule.design, "move_in_time"):
        return "the design decides while participants are watched, so the length depends on when participants arrive"
    return windows_of(protocol)


def judged_rule(protocol: Protocol) -> Rule:
    """The whole rule, if the protocol declares what it is judged under.

    Raises:
        UserError: nothing escalates here, or the design counts more than toxicities of participants and no scenario says
            how often that occurs (exit code 15).
    """
    rule = live_conduct_of(protocol, from_records=False).rule
    counts = counts_of_design(rule)
    if counts != "toxicities" and not truths_of(protocol, rule):
        why = f"this design counts {counts}, and no scenario holds rates of them"
        raise UserError([issues.no_appendix(why, _DECLARE[counts])], UNDECIDED)
    return rule


def foresee_size(rule: Rule) -> Size | None:
    """How large the enumeration will be; None for rules that are no tables of counts, which are walked step by step."""
    tables = compile_rule(rule)
    return predict_size(tables) if tables is not None and tables.fits else None


def tell_size(protocol: Protocol) -> str:
    """How large an enumeration of some seconds will be, told before it is run; empty for a short one.

    Raises:
        UserError: as `compute_appendix`.
    """
    size = foresee_size(judged_rule(protocol))
    if size is None or size.states < LONG:
        return ""
    megabytes = size.bytes / 1e6
    about = f"{'' if size.counted else 'About '}{size.states:,} states"
    if size.bytes > MEMORY:
        return f"{about} need {megabytes:,.0f} MB: too many, trials are drawn."
    return f"{about}, at most {megabytes:,.1f} MB, are enumerated."


def curves_of(protocol: Protocol, rule: Rule) -> tuple[Curve, ...]:
    """The declared scenarios, or three of ours: all rates low, the target in the middle, too toxic from the first level."""
    declared = protocol.safety.scenarios if protocol.safety else ()
    if declared:
        return tuple(
            Curve(name=each.scenario, rates=tuple(float(rate) for rate in each.rates)) for each in declared
        )
    target, doses = target_of(rule), rule.doses
    middle = (doses - 1) // 2
    rising = [target * (0.5 ** (middle - d) if d <= middle else 1.5 ** (d - middle)) for d in range(doses)]
    toxic = [1.5 * target * 1.25**d for d in range(doses)]
    shapes = {
        "low_everywhere": [target / 5] * doses,
        "target_in_the_middle": rising,
        "toxic_from_the_first": toxic,
    }
    return tuple(
        Curve(name=name, rates=tuple(round(min(0.9, rate), 2) for rate in shape), ours=True)
        for name, shape in shapes.items()
    )


def target_of(rule: Rule) -> float:
    """The design's target rate, or a usual one where it has none."""
    return float(getattr(rule.design, "target", _USUAL_TARGET))


def counts_of(rule: Rule) -> tuple[int, ...]:
    """Numbers of participants that an interval is shown for: a cohort, two, and all."""
    size = rule.design.size
    most = rule.most or 4 * size
    return tuple(sorted({n for n in (size, 2 * size, most) if n <= most}))


def _stop_plan(protocol: Protocol, planned: PlannedStop) -> StopPlan:
    most = protocol.trial.participants
    options = dict(planned.options)
    acceptable, alpha = key_of(planned, "p0"), key_of(planned, "alpha")
    declared = key_of(planned, "p1")
    toxic = declared if declared or acceptable is None else min(0.95, round(acceptable + _STRONGER, 2))
    plan = StopPlan(
        planned=planned,
        pooled=options.get("counts", "all") == "all",
        bounds=bounds_of(planned, most),
        calibrated=calibrate(planned, most, RATES),
        acceptable=acceptable,
        alpha=alpha or None,
        toxic=toxic,
        ours=declared is None,
    )
    return plan if most > MOST else _with_best(plan, most)


def _with_best(plan: StopPlan, most: int) -> StopPlan:
    """The best boundaries at the level that the planned one is calibrated to, or else spends."""
    from dataclasses import replace

    from firstdose.designs._kernel.boundary import characteristics

    if plan.acceptable is None or plan.toxic is None or not plan.acceptable < plan.toxic:
        return plan
    alpha = plan.alpha or characteristics(plan.bounds, plan.acceptable).stop
    if not 0 < alpha < 1:
        return plan
    power = characteristics(plan.bounds, plan.toxic).stop
    return replace(
        plan,
        alpha=alpha,
        surest=best_boundary(most, plan.acceptable, alpha, plan.toxic),
        quickest=best_boundary(most, plan.acceptable, alpha, plan.toxic, power, "participants"),
    )


def _certificate(rule: Rule, polynomial: Polynomial | None) -> Certificate | None:
    if polynomial is None or rule.doses > MOST_LEVELS:
        return None
    return certify(without_halts(polynomial), round(min(0.9, 1.8 * target_of(rule)), 2), tolerance=TOLERANCE)


def _levels(protocol: Protocol):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return protocol.intervention.dose_levels if protocol.intervention else ()


def _stopping(protocol: Protocol) -> tuple[PlannedStop, ...]:
    return protocol.safety.stopping if protocol.safety else ()


def _remarks(protocol: Protocol) -> Iterator[str]:
    """What these characteristics leave out."""
    safety = protocol.safety
    if safety and (safety.pause_when or safety.stop_when):
        yield (
            "The rules pause_when and stop_when look at recorded events; they can halt dosing earlier than is counted here."
        )
    if safety and safety.sentinel:
        yield (
            "A toxicity of a participant watched alone is taken as seen before the rest of the cohort is treated, also where"
            " it begins after the watch."
        )
    yield (
        "Exact is the rule, not the world: rates are constant in time, participants independent, and nobody leaves before"
        " the end of the watch."
    )
