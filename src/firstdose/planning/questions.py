"""The tests that a protocol declares, each with what its invented outcomes must look like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from firstdose.analysis.estimating import ALTERNATIVE, options_of
from firstdose.analysis.plan import declared_decimals, plans
from firstdose.protocol.feasibility import alpha_of
from firstdose.protocol.names import measures
from firstdose.protocol.planned import levels_of, visits_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.plan import Plan
    from firstdose.catalogue import Alternative, Method
    from firstdose.protocol.model import Endpoint, Protocol
    from firstdose.protocol.names import Variable

SHARES = frozenset({"proportion", "rate"})  # known by exact sums
SIMULATED = frozenset(
    {"paired", "paired proportion", "within", "longitudinal", "between", "nested", "association"}
)
SIXTH = 6.0
STEPS = 1000  # a range without ends: its standard deviation in steps of the declared precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is measured of a participant. `sd`: of one value, in its unit; `places`: decimals it is recorded with.

    `visits` in order, by which missed visits and common factors are shared between endpoints; `days` of them.
    """

    name: str
    variable: str
    kind: str
    visits: tuple[str, ...]
    days: tuple[int, ...]
    per_lesion: bool
    nested: str
    sd: float
    places: int | None
    binary: bool
    variables: int


@dataclass(frozen=True, slots=True)
class Divided:
    """A factor beside time, with its levels."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One declared test. `between` divides participants, `within` their lesions; `instead`: by a declared fallback.

    `judged`: comparisons of it that a family names.
    """

    plan: Plan
    outcome: Outcome
    decimals: int | None
    alpha: float
    between: Divided | None = None
    within: Divided | None = None
    judged: tuple[str, ...] = ()
    in_family: bool = False
    instead: bool = False

    @property
    def test(self) -> str:
        return self.plan.name

    @property
    def method(self) -> Method:
        return self.plan.method

    @property
    def options(self) -> dict[str, str]:
        return options_of(self.plan)

    @property
    def level(self) -> float:
        return float(self.plan.analysis.ci or 0.95)

    @property
    def alternative(self) -> Alternative:
        return cast("Alternative", ALTERNATIVE[self.plan.analysis.direction])

    @property
    def sign(self) -> float:
        """The direction in which an effect is sought."""
        return -1.0 if self.alternative == "less" else 1.0

    @property
    def logarithmic(self) -> bool:
        """Whether ratios are asked for: values are then positive."""
        return self.options.get("scale") == "log"

    @property
    def compared(self) -> Divided | None:
        """The groups whose difference is the answer; None where it is the change of all."""
        if self.method.design == "between":
            return self.between
        return (self.within or self.between) if self.method.design == "nested" else None

    @property
    def outcome_at_one_time(self) -> bool:
        """Whether groups are compared at one time, so that there is no change."""
        return self.method.design == "between" and self.outcome.kind not in {"change", "percent change"}

    @property
    def times(self) -> int:
        return max(len(self.outcome.visits), 1)


def questions_of(protocol: Protocol) -> tuple[Question, ...]:
    """Every test and every interval of a share that the protocol declares, sensitivity analyses after their endpoint."""
    return tuple(
        question
        for endpoint in protocol.endpoints
        for plan in plans(protocol, endpoint)
        for question in _questions(protocol, plan)
    )


def _questions(protocol: Protocol, plan: Plan) -> Iterator[Question]:
    """None where the method neither tests nor estimates a share.

    The variables of one measure behave alike by assumption: the first stands for all, unless a family counts them.
    """
    share = plan.method.design in SHARES
    if not (share or (plan.method.tests and plan.method.design in SIMULATED)):
        return
    variables, judged = measures(protocol, plan.endpoint.measure), _judged(protocol, plan)
    for variable in variables if judged else variables[:1]:
        yield Question(
            plan=plan,
            outcome=_outcome(protocol, plan, variable, len(variables)),
            decimals=declared_decimals(plan, variable),
            alpha=alpha_of(protocol, plan.endpoint.endpoint)[0],
            judged=tuple(name for name in judged if name != plan.name),
            in_family=bool(judged),
            between=_between(protocol, plan),
            within=_within(protocol, plan),
        )


def _judged(protocol: Protocol, plan: Plan) -> tuple[str, ...]:
    """The endpoint and its comparisons, as far as a family names them."""
    if plan.attacks:
        return ()
    names = {member for family in protocol.families for member in family.members}
    return tuple(
        name for name in (plan.name, *(each.contrast for each in plan.analysis.contrasts)) if name in names
    )


def _outcome(protocol: Protocol, plan: Plan, variable: Variable, variables: int) -> Outcome:
    visits = _visits(plan.endpoint)
    return Outcome(
        name=f"{plan.endpoint.endpoint} {variable.name}",
        variable=variable.name,
        kind=plan.endpoint.kind,
        visits=visits,
        days=tuple(visit.day for name in visits if (visit := protocol.visit(name))),
        per_lesion=variable.per == "lesion",
        nested=plan.analysis.nested,
        sd=_spread(variable),
        places=variable.decimals,
        binary=variable.kind == "truth" or plan.method.need.binary,
        variables=variables,
    )


def _visits(endpoint: Endpoint) -> tuple[str, ...]:
    """The times of one run: all of a profile, else the reference and the last."""
    every = visits_of(endpoint)
    if endpoint.kind == "profile":
        return every
    return tuple(dict.fromkeys([*filter(None, [endpoint.reference]), *every[-1:]]))


def _spread(variable: Variable) -> float:
    """A sixth of the declared range; many steps of the precision where the range is open or of no use."""
    step = 10.0 ** -(variable.decimals or 0)
    if variable.low is None or variable.high is None:
        return STEPS * step
    return (variable.high - variable.low) / SIXTH or STEPS * step


def _between(protocol: Protocol, plan: Plan) -> Divided | None:
    """The declared factor between participants, for a method that can look at one; the first of several."""
    if plan.method.design == "between":
        return _divided(protocol, plan.analysis.by)
    names = plan.factors("between participant")
    return _divided(protocol, names[0]) if names else None


def _within(protocol: Protocol, plan: Plan) -> Divided | None:
    """The declared factor between the lesions of a participant, for a method that can look at one."""
    names = [name for name in plan.factors("within participant") if name != "time"]
    return _divided(protocol, names[0]) if names else None


def _divided(protocol: Protocol, name: str) -> Divided:
    """Two nameless levels where the protocol does not know them."""
    return Divided(name or "group", levels_of(protocol, name) or ("1", "2"))


def carried_out(question: Question, n: int) -> Question | None:
    """The question as it would be answered with n participants, by a declared fallback if need be; None: not at all."""
    if not refusal(question, n):
        return question
    for plan in question.plan.instead("rank below times"):
        other = replace(question, plan=plan, instead=True)
        if not refusal(other, n):
            return other
    return None


def refusal(question: Question, n: int) -> str:
    """Why the method cannot be carried out with n participants; empty where it can."""
    if question.method.cannot is None:
        return ""
    groups = len(question.between.levels) if question.between else 1
    return question.method.cannot(n, question.times, groups, question.options)
