"""What an entry of a shelf must say of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from firstdose.catalogue.result import Need, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from firstdose.catalogue.rule import Escalation, Stop

Kind = Literal["integer", "number", "ordinal", "quantity", "code", "text", "date", "truth"]
Per = Literal["participant", "lesion", "event"]
Design = Literal["summary", "proportion", "paired", "within", "between"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing recorded: kind, limits (closed), unit, codes and declared precision.

    `quantity` is a number that may carry `<` or `>` before it (below or above quantification).
    """

    name: str
    label: str
    kind: Kind
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    codes: tuple[tuple[str, str], ...] = ()
    decimals: int | None = None
    lloq: Decimal | None = None
    uloq: Decimal | None = None
    required: bool = True

    @property
    def code_names(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A number computed from the items of one record.

    `compute` takes item name -> float array (NaN where missing) and returns a float array; a missing input
    gives NaN, never a number. `direction`: which way is better, for words and colours only.
    """

    name: str
    label: str
    compute: Callable[[Mapping[str, Any]], Any]
    low: float
    high: float
    decimals: int
    unit: str = ""
    direction: Literal["lower is better", "higher is better", "neither"] = "lower is better"


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """A rule between the items of one record; `broken` returns a boolean array, missing items never break it.

    A broken rule is a query: somebody has to look at the source.

    Numbers, ordinals and truths arrive as float arrays (NaN missing), codes and texts as object arrays (None missing).
    """

    code: str
    broken: Callable[[Mapping[str, Any]], Any]
    message: str
    remedy: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What people rate or record: a form of one activity, with its items, limits, scores and integrity rules.

    `variants`: the entry then answers only to NAME_VARIANT. `examples`: items in, score out (its own test).
    `repeats`: several records for the same participant and visit are expected (adverse events, injections).
    `by_visit`: records belong to a planned visit. `verb`: what `tell` says of it ("is rated").
    `grade(now, before, variant)`: severity 0 to 4 of the change from the lesion's own earlier state.
    """

    name: str
    label: str
    source: str
    items: tuple[Item, ...]
    per: Per = "participant"
    variants: tuple[str, ...] = ()
    scores: tuple[Score, ...] = ()
    integrity: tuple[Integrity, ...] = ()
    examples: tuple[tuple[Mapping[str, float], float], ...] = ()
    repeats: bool = False
    by_visit: bool = True
    verb: str = "is recorded"
    licence: str = ""
    mapping: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    variant_notes: tuple[tuple[str, str], ...] = ()
    grade: Callable[[Mapping[str, Any], Mapping[str, Any], str], Any] | None = None

    def item(self, name: str) -> Item | None:
        return next((item for item in self.items if item.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One adverse event term: own-words grades 1 to 5 (empty: the term has no such grade)."""

    name: str
    soc: str
    grades: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """A list of adverse event terms with version and source."""

    name: str
    label: str
    version: str
    source: str
    licence: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A word that an analysis may say to a method: closed list of values, or a number where `values` is empty."""

    name: str
    values: tuple[str, ...] = ()
    default: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How an estimand becomes numbers.

    `estimate(y, *, groups=None, level=.95, alternative="two-sided", decimals=None, **options) -> Result`
    with y of shape (n,) for summary, proportion (0/1) and between (groups: int codes, (n,)), (n, 2) for paired,
    (n, k) for within. One row a participant; complete rows only: who is left out is decided and named before.
    `smallest_p(n, k=2, alternative="two-sided", sizes=())`: smallest attainable p. `detectable(n, power, level)`: smallest
    standardised effect found with that power; None where the method has no such number.
    """

    name: str
    label: str
    source: str
    design: Design
    estimate: Callable[..., Result]
    summaries: tuple[str, ...]
    units: tuple[str, ...] = ("participant",)
    need: Need = Need()
    tests: bool = True
    exact: bool = False
    options: tuple[Option, ...] = ()
    refuses: tuple[str, ...] = ()
    smallest_p: Callable[..., float] | None = None
    detectable: Callable[[int, float, float], float | None] | None = None
    sentence: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationDesign:
    """How the next dose is chosen: name and the keys it declares.

    `make(words, doses)`: the design with these keys (text as in the protocol file, defaults filled in) for that many
    dose levels; None where nothing escalates.

    Raises (make):
        ValueError: words that do not go together, in one sentence.
    """

    name: str
    label: str
    source: str
    keys: tuple[Option, ...] = ()
    sentence: str = ""
    make: Callable[[Mapping[str, str], int], Escalation] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """When dosing rests. `make(words, most)`: the rule for at most so many participants (`rule.Stop`).

    Raises (make):
        ValueError: words that do not go together, in one sentence.
    """

    name: str
    label: str
    source: str
    keys: tuple[Option, ...]
    make: Callable[[Mapping[str, str], int], Stop]


Entry = Instrument | Dictionary | Method | EscalationDesign | StoppingRule
