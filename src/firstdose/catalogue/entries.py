"""What an entry of a shelf must say of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from firstdose.catalogue.result import Need, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from firstdose.catalogue.many import Many
    from firstdose.catalogue.rule import Escalation, Stop

Kind = Literal["integer", "number", "ordinal", "quantity", "code", "text", "date", "truth"]
Per = Literal["participant", "lesion", "event"]
Design = Literal[
    "summary",
    "proportion",
    "rate",
    "paired",
    "paired proportion",
    "within",
    "longitudinal",
    "between",
    "nested",
    "association",
]
Takes = Literal["layout", "contrasts", "exposure", "sides", "units", "names"]


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
    """A word that an analysis may say to a method: of a closed list, a number, several words of the list, or a range.

    Closed list where `values` are given, else a number; `kind` "words": one or more of the list, or any where it is empty;
    "range": `first .. last by step`.
    """

    name: str
    values: tuple[str, ...] = ()
    default: str = ""
    meaning: str = ""
    kind: Literal["", "words", "range"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How an estimand becomes numbers.

    `estimate(y, *, groups=None, level=.95, alternative="two-sided", decimals=None, **options) -> Result`
    y by design, one row a participant unless said otherwise:
    summary, proportion (0/1), rate (counts, with `exposure`), between (`groups`: int codes, (n,)): (n,);
    paired, paired proportion: (n, 2); within: (n, k), complete rows only; longitudinal: (n, k), NaN where missing;
    nested: (N, k), one row a lesion, with `units`, NaN where missing; association: (n, k, 2), NaN where missing.
    Who is left out is decided and named before.

    `groups` of a nested design: a code a lesion. `takes`: further keywords the method understands: `layout` (Layout), `contrasts` (tuple of Contrast), `exposure` (n,)
    person-time, `sides` (-1 below, 1 above quantification, 0 the value itself, shape of y), `units` (N,) participant
    number of each row, `names` (participants' names, for whom a caveat speaks of).
    `many(y, ...) -> Many`: the same on y with one more axis in front.
    `smallest_p(n, k=2, alternative="two-sided", sizes=())`: smallest attainable p.
    `detectable(n, power, level, k=2)`: smallest standardised effect over k times found with that power; None: no such
    number. Designs with two values: mean change over the sd of the changes; within: Cohen's f at a correlation of 0.5.
    `cannot(n, times, groups, options)`: one sentence why it cannot be carried out at that size; empty where it can.
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
    takes: tuple[Takes, ...] = ()
    options: tuple[Option, ...] = ()
    refuses: tuple[str, ...] = ()
    many: Callable[..., Many] | None = None
    smallest_p: Callable[..., float] | None = None
    detectable: Callable[..., float | None] | None = None
    cannot: Callable[[int, int, int, Mapping[str, str]], str] | None = None
    sentence: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """How tests of one family are judged together.

    `adjust(p, *, alpha=.05, **options) -> list[float]`: adjusted p in the order of p, at most 1; a hypothesis is
    rejected at alpha where its adjusted p is at most alpha. `needs` "changes": `adjust(changes, ...)` takes instead an
    array (n, m) of each participant's change in each endpoint, NaN where missing. Options: `weights` and `graph` as
    numbers and rows of numbers (see the module), None where not said.
    """

    name: str
    label: str
    source: str
    adjust: Callable[..., list[float]]
    needs: Literal["p", "changes"] = "p"
    takes: tuple[Literal["weights", "graph", "gates"], ...] = ()
    ordered: bool = False
    exact: bool = False
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


Entry = Instrument | Dictionary | Method | Procedure | EscalationDesign | StoppingRule
