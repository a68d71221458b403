"""What a name means in this protocol: the form behind an activity, the variables behind a measure, names for rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.protocol.names_of_forms import (
    Form,
    activity_names,
    find_instrument,
    forms,
    once,
    resolve_activity,
    variants_of,
)
from firstdose.protocol.rule import Name, read_rule
from firstdose.values.issue import Place, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from firstdose.catalogue import Item, Score
    from firstdose.catalogue.entries import Kind, Per
    from firstdose.protocol.model import Derivation, Endpoint, Protocol
    from firstdose.protocol.rule import Kind as RuleKind
    from firstdose.protocol.rule import Rule

__all__ = [
    "ADMINISTRATION",
    "CONSENT",
    "END",
    "EVENTS",
    "NUMERIC",
    "Form",
    "PlaceKind",
    "Variable",
    "activity_names",
    "derived_names",
    "find_instrument",
    "forms",
    "is_early_phase",
    "is_misspelt",
    "measured_by",
    "measures",
    "names_in_sight",
    "resolve_activity",
    "times_of",
    "variants_of",
]

PlaceKind = Literal[
    "dlt", "where", "counts", "eligibility", "derivation", "check", "branching", "analysis_set"
]

# Activities that the package knows by their role in a trial; everything else is known by its items alone.
CONSENT, ADMINISTRATION, EVENTS, END = "informed_consent", "injection", "adverse_events", "end_of_study"

NUMERIC: frozenset[Kind] = frozenset({"integer", "number", "ordinal", "quantity", "truth"})

_RULE_KINDS: dict[Kind, RuleKind] = {
    "ordinal": "ordinal",
    "code": "code",
    "text": "text",
    "date": "date",
    "truth": "truth",
}
_NOWHERE = Place("")
# Labels are short: the read-back of a rule puts them between its own words.
_COUNTS = {
    "dlt": "DLT count",
    "treated": "treated count",
    "evaluable": "evaluable count",
    "deaths": "death count",
    "related_serious": "related serious event count",
}
_EVENT = {
    "day": Name(kind="number", label="day"),
    "related": Name(kind="truth", label="related"),
    "serious": Name(kind="truth", label="serious"),
    "systemic": Name(kind="truth", label="systemic"),
    "lesion": Name(kind="text", label="lesion"),
}
_FACTS = {
    "all": Name(kind="truth", label="every participant"),
    "treated": Name(kind="truth", label="treated"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One number that an endpoint can be about: an item, a score or a derivation (then `activity` is empty)."""

    name: str
    label: str
    activity: str
    per: Per
    kind: Kind
    unit: str = ""
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    lloq: Decimal | None = None
    direction: Literal["lower is better", "higher is better", "neither"] = "neither"
    item: Item | None = None
    score: Score | None = None
    derivation: Derivation | None = None

    @property
    def item_or_score(self) -> str:
        """The column of the form, or the derivation."""
        return self.name.partition(".")[2] or self.name

    @property
    def item_name(self) -> str:
        return self.item.name if self.item else ""


def measures(protocol: Protocol, measure: str) -> tuple[Variable, ...]:
    """The variables of a measure; none where the text names nothing.

    A measure is an activity (all its scores, else all its numeric items), `activity.item` or `activity.score`,
    an item's name alone, or a derivation.
    """
    step = next((step for step in protocol.derivations if step.variable == measure), None)
    if step:
        return (_of_derivation(step, protocol),)
    activity, _, column = measure.partition(".")
    form = forms(protocol).get(activity)
    if form and not column:
        return tuple(_of_form(form))
    if form:
        return tuple(_of_column(form, column))
    owners = [form for form in forms(protocol).values() if form.item(measure)]
    return tuple(_of_column(owners[0], measure)) if len(owners) == 1 else ()


def measured_by(protocol: Protocol, measure: str) -> Form | None:
    """The form a measure is recorded on; None for a derivation or an unknown name."""
    found = measures(protocol, measure)
    activity = found[0].activity if found else measure.partition(".")[0]
    return forms(protocol).get(activity)


@once
def derived_names(protocol: Protocol) -> dict[str, Name]:
    """Each derivation as a name: what its rule yields, found once all that it stands on is known.

    A derivation that cannot be read, or stands on itself, counts as a number; its mistake is told by the checks.
    """
    visits = [visit.visit for visit in protocol.visits]
    known: dict[str, Name] = {}
    pending = list(protocol.derivations)
    names = _names_of(forms(protocol).values())
    while pending:
        read = [
            (step, read_rule(step.rule, names | known, _NOWHERE, visits, unit=step.unit or None)[0])
            for step in pending
        ]
        found = {step.variable: _derived(step, rule) for step, rule in read if rule is not None}
        if not found:
            break
        known |= found
        pending = [step for step in pending if step.variable not in found]
    rest = {step.variable: Name(kind="number", unit=step.unit, label=step.label) for step in pending}
    return {step.variable: (known | rest)[step.variable] for step in protocol.derivations}


def names_in_sight(protocol: Protocol, place: PlaceKind, activity: str = "") -> dict[str, Name]:
    """What a rule may speak of at this place. `activity`: of an edit check or branch, or of the endpoint behind a `where`."""
    if place == "counts":
        return {name: Name(kind="number", label=label) for name, label in _COUNTS.items()}
    known = forms(protocol)
    everything = _names_of(known.values())
    derived = derived_names(protocol)
    if place in {"dlt", "where"}:
        # Where adverse events are not scheduled, that alone is the mistake: their words are known all the same.
        own = known.get(activity) if place == "where" else None
        own = own or known.get(EVENTS) or resolve_activity(protocol, EVENTS)
        event = _EVENT if own is None or own.name == EVENTS else {}
        return _names_of([own] if own else []) | event
    if place == "eligibility":
        return derived | _names_of(form for form in known.values() if _before_treatment(protocol, form.name))
    if place in {"check", "branching"}:
        own = known.get(activity)
        return everything | derived | _names_of([own] if own else [])
    return derived | everything | (_FACTS if place == "analysis_set" else {})


def is_misspelt(protocol: Protocol, activity: str) -> bool:
    """Whether the schedule holds an unknown name that was probably meant to be this activity."""
    unknown = [row.activity for row in protocol.schedule if row.activity not in forms(protocol)]
    meant = (activity, activity.partition("_")[0])
    return any(did_you_mean(name, meant) for name in unknown)


def times_of(endpoint: Endpoint) -> int:
    """How many values of one variable a method sees of one participant."""
    if endpoint.kind in {"change", "percent change", "worst change"}:
        return 2
    if endpoint.kind == "profile":
        return len({*endpoint.at, *filter(None, [endpoint.reference])})
    return 1


def is_early_phase(protocol: Protocol) -> bool:
    """Phase I, alone or with II: the trials for which dose, harm and stopping rules are mandatory."""
    words = protocol.trial.phase.upper().replace("PHASE", "").replace("/", " ").replace("-", " ").split()
    return bool(words) and words[0] in {"0", "I", "IA", "IB", "1", "1A", "1B", "EARLY"}


def _of_form(form: Form) -> Iterator[Variable]:
    if form.scores:
        for score in form.scores:
            yield _of_score(form, score)
        return
    for item in form.items:
        if item.kind in NUMERIC:
            yield _of_item(form, item)


def _of_column(form: Form, column: str) -> Iterator[Variable]:
    score, item = form.score(column), form.item(column)
    if score:
        yield _of_score(form, score)
    elif item:
        yield _of_item(form, item)


def _of_score(form: Form, score: Score) -> Variable:
    return Variable(
        name=f"{form.name}.{score.name}" if score.name != form.name else form.name,
        label=score.label,
        activity=form.name,
        per=form.per,
        kind="number",
        unit=score.unit,
        decimals=score.decimals,
        low=score.low,
        high=score.high,
        direction=score.direction,
        score=score,
    )


def _of_item(form: Form, item: Item) -> Variable:
    return Variable(
        name=f"{form.name}.{item.name}" if item.name != form.name else form.name,
        label=item.label,
        activity=form.name,
        per=form.per,
        kind=item.kind,
        unit=item.unit,
        decimals=0 if item.kind in {"integer", "truth"} else item.decimals,
        low=None if item.low is None else float(item.low),
        high=None if item.high is None else float(item.high),
        lloq=item.lloq,
        item=item,
    )


def _of_derivation(step: Derivation, protocol: Protocol) -> Variable:
    truth = derived_names(protocol)[step.variable].kind == "truth"
    return Variable(
        name=step.variable,
        label=step.label,
        activity="",
        per=step.per,
        kind="truth" if truth else "number",
        unit=step.unit,
        decimals=0 if truth else step.decimals,
        derivation=step,
    )


def _names_of(known: Iterable[Form]) -> dict[str, Name]:
    """Names of items, and of scores where no item bears the name; one that two forms share must not be guessed."""
    found = list(known)
    seen = Counter(item.name for form in found for item in form.items)
    items = {item.name: _name_of_item(item) for form in found for item in form.items if seen[item.name] == 1}
    scores = {score.name: _name_of_score(score) for form in found for score in form.scores}
    return scores | items


def _name_of_item(item: Item) -> Name:
    return Name(
        kind=_RULE_KINDS.get(item.kind, "number"), unit=item.unit, codes=item.code_names, label=item.label
    )


def _name_of_score(score: Score) -> Name:
    return Name(kind="number", unit=score.unit, label=score.label)


def _derived(step: Derivation, rule: Rule) -> Name:
    return Name(kind=rule.kind, unit=step.unit or rule.unit, label=step.label)


def _before_treatment(protocol: Protocol, activity: str) -> bool:
    row = protocol.activity(activity)
    visits = (protocol.visit(name) for name in row.at) if row else ()
    return any(visit is not None and visit.day < 0 for visit in visits)
