"""What shall be done: the protocol as frozen values. Meaning only; how it is written stands in `grammar` and `reading`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

# The safety section's parts have a file of their own; they are names of the model like all others.
from firstdose.protocol.model_of_safety import LATER
from firstdose.protocol.model_of_safety import GradedScenario as GradedScenario
from firstdose.protocol.model_of_safety import LocalScenario as LocalScenario
from firstdose.protocol.model_of_safety import PlannedStop as PlannedStop
from firstdose.protocol.model_of_safety import Safety as Safety
from firstdose.protocol.model_of_safety import Scenario as Scenario
from firstdose.protocol.model_of_safety import Sentinel as Sentinel

if TYPE_CHECKING:
    from decimal import Decimal

    from firstdose.catalogue import Item
    from firstdose.protocol.model_of_capture import Branch, Capture, Site
    from firstdose.protocol.model_of_laboratory import PlannedAssay
    from firstdose.protocol.model_of_product import CellProduct
    from firstdose.values.quantity import Quantity
    from firstdose.values.window import Window


Level = Literal["primary", "secondary", "exploratory"]
Measure = Literal[
    "value", "any event", "change", "percent change", "worst change", "profile", "response"
]  # `response`: improvement of at least `cut` percent
Judging = Literal[
    "holm", "hochberg", "hommel", "fixed sequence", "fallback", "graph", "joint sign flip", "none"
]
Exposure = Literal["", "participant", "participant month", "injection", "lesion"]
Strategy = Literal[
    "treatment policy", "hypothetical", "composite worst", "while on treatment", "principal stratum"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Title page. `dropouts`: how many the plan allows; every feasibility number is shown for each count up to it."""

    id: str
    version: str
    title: str
    phase: str
    participants: int
    registry: str = ""
    dropouts: int = 0
    design: str = ""
    follow_up: str = ""
    month: str = "30 days"
    rounding: Literal["half up", "half even"] = "half up"
    sponsor: str = ""
    rationale: str = ""
    background: str = ""
    invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A detail nobody published, with what we put in its place and why."""

    about: str
    we_assume: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLevel:
    level: str
    dose: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """What is given. Dose levels are densities (cells per area) when the unit of dosing is a lesion.

    `unit_of_dosing` is the trial's own word for the lesion; `administrations` the number per unit (1: single dose).
    Percentages are shares: a tolerance of 90 .. 110 % is (0.9, 1.1).
    """

    product: str
    route: str
    unit_of_dosing: str = "participant"
    administrations: int = 1
    dose_levels: tuple[DoseLevel, ...] = ()
    cap: Quantity | None = None
    tolerance: tuple[Decimal, Decimal] | None = None
    area_limits: tuple[Quantity, Quantity] | None = None
    concentration_limit: Quantity | None = None
    volume_per_point: Quantity | None = None
    volume_per_point_limits: tuple[Quantity, Quantity] | None = None
    point_spacing: Quantity | None = None
    dead_volume: Quantity | None = None
    syringe_graduation: Quantity | None = None
    uncertainty_area: Decimal | None = None
    uncertainty_count: Decimal | None = None
    uncertainty_volume: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A planned visit: day from the first administration (day 0) and its closed window of days."""

    visit: str
    day: int
    window: Window
    epoch: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A row of the Schedule of Activities. `per`: participant or lesion; `at`: visits in order."""

    activity: str
    per: Literal["participant", "lesion"]
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A local ordinal scale with its anchors; its only item and score bear its name."""

    name: str
    label: str
    low: int
    high: int
    anchors: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalItem:
    """An item declared in the protocol file, for an activity of its own or beside a shelf form's items."""

    activity: str
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A value that follows from recorded ones by a rule; truth or number by the rule's own type."""

    variable: str
    label: str
    rule: str
    unit: str = ""
    decimals: int | None = None
    per: Literal["participant", "lesion"] = "participant"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCheck:
    """A rule that must hold for each record of its activity; unknown is silent."""

    check: str
    activity: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    criterion: str
    direction: Literal["in", "out"]
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSet:
    """Who is analysed: a rule over participant facts (`all`, `treated`, items and derivations)."""

    name: str
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    objective: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What is measured. `measure`: activity (all its scores or items), `activity.item`, item or derivation.

    `kind` with `reference` (the visit compared with) and `cut` (percent, for responses); `at` in visit order.
    """

    endpoint: str
    level: Level
    measure: str
    kind: Measure
    at: tuple[str, ...]
    method: str
    objective: str = ""
    reference: str = ""
    cut: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimand:
    """Five attributes (ICH E9(R1)): population, treatment, endpoint (the variable), intercurrent events, summary."""

    name: str
    endpoints: tuple[str, ...]
    population: str
    treatment: str
    summary: str
    intercurrent_events: tuple[tuple[str, str], ...] = ()
    objective: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFactor:
    """What divides the values beside time: an item of the participant, or of the lesion for a factor within."""

    factor: str
    lies: Literal["within participant", "between participant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedContrast:
    """A comparison: `compares` is `M6 - BL`, `DL2 - DL1`, `DL2 - DL1 at M6`, or `trend` over a factor or time."""

    contrast: str
    compares: str
    test: Literal["main", "descriptive"] = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """What is done where the model cannot be fitted, in order, declared beforehand."""

    case: Literal["not converged", "rank below times"]
    use: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """How an endpoint is analysed. `unit` is never omitted; `options` are words of the method.

    `against`: the second measure of an association; `carry_over`: what is assumed of a treatment's reach to other
    lesions where doses differ within participants; `exposure`: what a rate counts by.
    """

    endpoint: str
    unit: Literal["participant", "lesion in participant", "event"]
    analysis_set: str
    missing: str = ""
    nested: str = ""
    ci: Decimal | None = None
    direction: Literal["two sided", "greater", "less"] = "two sided"
    by: str = ""
    responders: tuple[Decimal, ...] = ()
    responders_missing: str = ""
    decimals: int | None = None
    factors: tuple[PlannedFactor, ...] = field(default=(), metadata=LATER)
    contrasts: tuple[PlannedContrast, ...] = field(default=(), metadata=LATER)
    fallback: tuple[Fallback, ...] = field(default=(), metadata=LATER)
    against: str = field(default="", metadata=LATER)
    carry_over: str = field(default="", metadata=LATER)
    exposure: Exposure = field(default="", metadata=LATER)
    options: tuple[tuple[str, str], ...] = ()
    reason: Literal["protocol", "later"] = "protocol"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The same endpoint by another method; `attacks` names the assumption in doubt."""

    check: str
    endpoint: str
    attacks: str
    method: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Tests judged together. A member is an endpoint or a contrast of its analysis.

    `weights`: of the members; `after`: families whose hypotheses must all be rejected before (gatekeeping).
    """

    family: str
    method: Judging
    alpha: Decimal
    members: tuple[str, ...]
    weights: tuple[Decimal, ...] = field(default=(), metadata=LATER)
    after: tuple[str, ...] = field(default=(), metadata=LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Which share of a rejected hypothesis's level goes to which other (graphical procedure)."""

    edge: str
    family: str
    source: str
    target: str
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A printed summary to be checked: `value` keeps its text, so its decimals are known."""

    result: str
    source: str
    variable: str
    statistic: Literal["n", "mean", "sd", "count", "percent", "total"]
    value: str
    n: int
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An outcome as named by a source (registry, paper), and where this protocol measures it (`.`: nowhere)."""

    row: str
    source: str
    level: Level
    outcome: str
    measured_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Rates for invented participants; shares from 0 to 1, lesions as a closed range."""

    lesions: tuple[int, int] = (1, 3)
    dropout: Decimal | None = None
    missed_visit: Decimal | None = None
    outside_window: Decimal | None = None
    missing_value: Decimal | None = None
    adverse_events: Decimal | None = None
    icc: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One version of one protocol."""

    trial: Trial
    intervention: Intervention | None = None
    visits: tuple[Visit, ...] = ()
    schedule: tuple[Activity, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    estimands: tuple[Estimand, ...] = ()
    analyses: tuple[Analysis, ...] = ()
    safety: Safety | None = None
    assumptions: tuple[Assumption, ...] = ()
    registration: tuple[tuple[str, str], ...] = ()
    scales: tuple[Scale, ...] = ()
    items: tuple[LocalItem, ...] = ()
    laboratory: tuple[PlannedAssay, ...] = field(default=(), metadata=LATER)
    product: CellProduct | None = field(default=None, metadata=LATER)
    sites: tuple[Site, ...] = field(default=(), metadata=LATER)
    branching: tuple[Branch, ...] = field(default=(), metadata=LATER)
    capture: Capture | None = field(default=None, metadata=LATER)
    derivations: tuple[Derivation, ...] = ()
    checks: tuple[EditCheck, ...] = ()
    eligibility: tuple[Criterion, ...] = ()
    analysis_sets: tuple[AnalysisSet, ...] = ()
    objectives: tuple[Objective, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    families: tuple[Family, ...] = ()
    graph: tuple[Edge, ...] = field(default=(), metadata=LATER)
    published: tuple[Published, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    rehearsal: Rehearsal = field(default_factory=Rehearsal)

    @property
    def lesion_word(self) -> str:
        """The trial's own word for a lesion, or `lesion`."""
        word = self.intervention.unit_of_dosing if self.intervention else "participant"
        return "lesion" if word == "participant" else word

    def visit(self, name: str) -> Visit | None:
        return next((visit for visit in self.visits if visit.visit == name), None)

    def activity(self, name: str) -> Activity | None:
        return next((row for row in self.schedule if row.activity == name), None)

    def analysis(self, endpoint: str) -> Analysis | None:
        return next((analysis for analysis in self.analyses if analysis.endpoint == endpoint), None)

    def estimand(self, endpoint: str) -> Estimand | None:
        return next((estimand for estimand in self.estimands if endpoint in estimand.endpoints), None)
