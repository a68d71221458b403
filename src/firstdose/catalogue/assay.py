"""What an assay must say of itself, and what it answers: results as they are reported, with verdicts."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from numpy.typing import NDArray

    from firstdose.catalogue.entries import Option

Verdict = Literal["pass", "flag", "reject"]
Comparator = Literal["=", "<", ">", ""]
_WORST: dict[Verdict, int] = {"pass": 0, "flag": 1, "reject": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule:
    """One limit of quality: the closed interval that is good, and what a breach leads to.

    A protocol may set other limits under the rule's name, in writing. `reject`: no endpoint value comes of it.
    """

    name: str
    label: str
    breach: Literal["flag", "reject"]
    source: str
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """A kind of quantity that an assay yields, for one analyte or several (`of`: what its analytes are)."""

    name: str
    label: str
    unit: str
    decimals: int
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a quality rule found: `place` is a well, gate, lot or section, '' for the run as a whole."""

    rule: str
    verdict: Verdict
    message: str
    place: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One reportable value of one sample. Never a bare number.

    `comparator`: '=' value; '<' below `lloq`, '>' above `uloq` (value is then the limit); '' missing, see `reason`.
    `spread`: standard deviation over `replicates`, in `unit` (NaN: unknown). `dilution` is already applied.
    `place`: where in the file (well, gate, annotation). `findings`: rules that this value met or broke.
    """

    sample: str
    quantity: str
    analyte: str
    value: float
    unit: str
    comparator: Comparator = "="
    reason: str = ""
    lloq: float | None = None
    uloq: float | None = None
    replicates: int = 1
    spread: float = float("nan")
    dilution: float = 1.0
    file: str = ""
    place: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of its findings."""
        return worst(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Points, a line, a filled outline or a guide of a panel. x and y of shape (n,); a guide has one of them."""

    kind: Literal["points", "line", "outline", "guide"]
    x: NDArray[Any]
    y: NDArray[Any]
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture of a run as plain numbers; the report draws it. `alt` says in words what is to be seen."""

    title: str
    x_label: str
    y_label: str
    layers: tuple[Layer, ...]
    alt: str
    x_log: bool = False
    y_log: bool = False
    equal: bool = False
    words: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of an assay yields: values, findings on the run as a whole, pictures, facts in words."""

    measured: tuple[Measured, ...]
    findings: tuple[Finding, ...] = ()
    panels: tuple[Panel, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of the run's own findings; a rejected run yields no endpoint value."""
        return worst(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A row of the activity's list of samples: what the laboratory's name of a sample stands for.

    `role`: 'sample', or what the assay says of others (standard, calibrator, blank, gates, control ...).
    """

    file: str
    sample: str = ""
    role: str = "sample"
    participant: str = ""
    visit: str = ""
    lesion: str = ""
    nominal: float | None = None
    dilution: float | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the protocol and the list of samples ask of a run.

    `words`: the assay's options as the protocol says them; `limits`: rule > (low, high) where they differ from the
    rule's own; `analytes`: those wanted (empty: all that the files hold).
    """

    words: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    analytes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A printed example: what is given in words, the computation, the value of the source and its tolerance."""

    given: str
    compute: Callable[[], float]
    value: float
    tolerance: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assay:
    """What a laboratory measures: how the contents of instrument files become reportable values.

    `takes`: names of the contents that it understands (see `firstdose.readers.contents`). `measure(readings, request)`
    never raises for a file that was read: what cannot be measured is a Measured without value, a broken rule a Finding.
    `sdtm`: the domain that its results go to.
    """

    name: str
    label: str
    source: str
    takes: tuple[str, ...]
    yields: tuple[Yield, ...]
    rules: tuple[QualityRule, ...]
    measure: Callable[[Sequence[Any], Request], Run]
    sentence: str
    sdtm: str
    options: tuple[Option, ...] = ()
    examples: tuple[Example, ...] = ()
    version: str = "1"

    def rule(self, name: str) -> QualityRule | None:
        return next((rule for rule in self.rules if rule.name == name), None)


def worst(findings: Sequence[Finding]) -> Verdict:
    """The gravest verdict; `pass` where there is none."""
    return max((finding.verdict for finding in findings), key=_WORST.__getitem__, default="pass")


def judge(
    rule: QualityRule, value: float, message: str, *, request: Request | None = None, place: str = ""
) -> Finding:
    """The Finding of a value held against the rule's limits, or those of the protocol. NaN is a breach."""
    low, high = limits_of(rule, request)
    good = (low is None or value >= low) and (high is None or value <= high) and not math.isnan(value)
    verdict: Verdict = "pass" if good else rule.breach
    return Finding(rule=rule.name, verdict=verdict, message=message, place=place, value=value)


def limits_of(rule: QualityRule, request: Request | None = None) -> tuple[float | None, float | None]:
    """The limits in force: the protocol's, else the rule's own."""
    own = tuple(None if limit is None else float(limit) for limit in (rule.low, rule.high))
    asked = request.limits.get(rule.name) if request else None
    return asked if asked is not None else (own[0], own[1])
