"""The protocol read back in sentences, under the headings of ICH M11 (final template of 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstdose.protocol import telling_capture as capture
from firstdose.protocol import telling_conduct as conduct
from firstdose.protocol import telling_laboratory as laboratory
from firstdose.protocol import telling_plan as plan
from firstdose.protocol import telling_product as product
from firstdose.protocol.feasibility import compute_feasibility
from firstdose.protocol.names import forms
from firstdose.protocol.telling_words import capital, counted, ended, listed, spaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from firstdose.protocol.comparing import Difference
    from firstdose.protocol.model import Endpoint, Protocol

TITLES = {
    "": "Title page",
    "1.3": "Schedule of Activities",
    "2": "Introduction",
    "3": "Trial Objectives and Associated Estimands",
    "4.1": "Description of Trial Design",
    "4.3": "Trial Stopping Rules",
    "5.2": "Inclusion Criteria",
    "5.3": "Exclusion Criteria",
    "6.1": "Description of Investigational Trial Intervention",
    "6.3": "Investigational Trial Intervention Administration",
    "8": "Trial Assessments and Procedures",
    "9": "Adverse Events",
    "10.1": "General Considerations",
    "10.2": "Analysis Sets",
    "10.4": "Analyses Associated with the Primary Objectives",
    "10.5": "Analyses Associated with the Secondary Objectives",
    "10.6": "Analyses Associated with the Exploratory Objectives",
    "10.8": "Other Analyses",
    "10.10": "Multiplicity Adjustments",
    "10.11": "Sample Size Determination: what so few participants can and cannot show",
    "11.1": "Regulatory and Ethical Considerations: registration",
    "12": "Appendix: Supporting Details",
}
ANALYSES = {"primary": "10.4", "secondary": "10.5", "exploratory": "10.6"}


def _alone(teller: Callable[[Any], str]) -> Callable[[Protocol, Any], str]:
    """A teller of rows that need nothing else of the protocol."""
    return lambda _, row: teller(row)


# Section of the file -> (tuple of the model, attribute that names a row, its teller)
_ROWS: dict[str, tuple[str, Callable[[Any], str], Callable[[Protocol, Any], str]]] = {
    "assumptions": ("assumptions", lambda row: row.about, _alone(conduct.tell_assumption)),
    "visits": ("visits", lambda row: row.visit, _alone(conduct.tell_visit)),
    "schedule": ("schedule", lambda row: row.activity, conduct.tell_activity),
    "scales": ("scales", lambda row: row.name, _alone(conduct.tell_scale)),
    "laboratory": ("laboratory", lambda row: row.activity, laboratory.tell_assay),
    "sites": ("sites", lambda row: row.site, _alone(capture.tell_site)),
    "branching": ("branching", lambda row: row.named, capture.tell_branch),
    "items": ("items", lambda row: row.item.name, _alone(conduct.tell_item)),
    "derivations": ("derivations", lambda row: row.variable, conduct.tell_derivation),
    "checks": ("checks", lambda row: row.check, conduct.tell_check),
    "eligibility": ("eligibility", lambda row: row.criterion, conduct.tell_criterion),
    "analysis_sets": ("analysis_sets", lambda row: row.name, conduct.tell_set),
    "objectives": ("objectives", lambda row: row.objective, _alone(plan.tell_objective)),
    "endpoints": ("endpoints", lambda row: row.endpoint, plan.tell_endpoint),
    "estimands": ("estimands", lambda row: row.name, plan.tell_estimand),
    "analyses": ("analyses", lambda row: row.endpoint, plan.tell_analysis),
    "sensitivity": ("sensitivity", lambda row: row.check, _alone(plan.tell_sensitivity)),
    "families": ("families", lambda row: row.family, _alone(plan.tell_family)),
    "graph": ("graph", lambda row: row.edge, _alone(plan.tell_edge)),
    "published": ("published", lambda row: row.result, _alone(plan.tell_published)),
    "outcomes": ("outcomes", lambda row: row.row, plan.tell_outcome),
}
_KEYS: dict[str, Callable[[Protocol], dict[str, str]]] = {
    "trial": conduct.tell_trial,
    "intervention": conduct.tell_intervention,
    "safety": conduct.tell_safety,
    "product": product.tell_product,
    "capture": capture.tell_capture,
    "rehearsal": plan.tell_rehearsal,
    "registration": lambda protocol: {
        key: f"{capital(spaced(key))}: {ended(value)}" for key, value in protocol.registration
    },
}
_HOME = {
    "trial": "", "assumptions": "12", "visits": "1.3", "schedule": "1.3", "scales": "8", "items": "8", "laboratory": "8",
    "branching": "8", "derivations": "8", "checks": "8", "eligibility": "5.2", "analysis_sets": "10.2",
    "objectives": "3", "sites": "12", "capture": "12",
    "endpoints": "3", "estimands": "3", "analyses": "10.8", "sensitivity": "10.8", "families": "10.10",
    "graph": "10.10",
    "published": "12", "outcomes": "3", "intervention": "6.1", "product": "6.1", "safety": "4.3", "rehearsal": "12",
    "registration": "11.1",
}  # fmt: skip
_HOME_OF_KEY = {
    ("trial", "rationale"): "2", ("trial", "background"): "2", ("trial", "design"): "4.1",
    ("trial", "follow_up"): "4.1", ("trial", "participants"): "4.1", ("trial", "dropouts"): "4.1",
    ("trial", "month"): "1.3", ("trial", "rounding"): "10.1",
    ("intervention", "product"): "6.1", ("intervention", "administrations"): "6.1",
    ("safety", "dictionary"): "9", ("safety", "special_interest"): "9",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of ICH M11 with what the protocol says under it; the title page has no number."""

    number: str
    title: str
    sentences: tuple[str, ...]


def tell_protocol(protocol: Protocol) -> tuple[Heading, ...]:
    """Everything in the file, once, in the order of ICH M11; feasibility stands under sample size."""
    told: dict[str, list[str]] = {number: [] for number in TITLES}
    told["1.3"].append(f"{capital(counted(len(protocol.visits), 'visit'))}.")
    for section in _HOME:
        for name, sentence in _sentences(protocol, section):
            told[heading_of(protocol, section, name)].append(sentence)
    known = [form for form in forms(protocol).values() if form.instrument is not None]
    told["8"] = [*(conduct.tell_form(form) for form in known), *told["8"]]
    told["10.11"] += compute_feasibility(protocol).sentences
    return tuple(Heading(number, TITLES[number], tuple(told[number])) for number in TITLES if told[number])


def render_telling(headings: Iterable[Heading], footer: str = "") -> str:
    """The read-back as plain text, one sentence a line; `footer`: the identity."""
    lines: list[str] = []
    for heading in headings:
        lines.append(f"{heading.number:<6}{heading.title}" if heading.number else heading.title)
        lines += [f"      {sentence}" for sentence in heading.sentences]
    return "\n".join([*lines, *filter(None, [footer])]) + "\n"


def tell_part(protocol: Protocol, section: str, part: str = "") -> str:
    """The sentence of one row or key, of the whole section without `part`; empty where there is none."""
    sentences = dict(_sentences(protocol, section))
    if not part:
        return " ".join(sentences.values())
    if part in sentences:
        return sentences[part]
    inside = [sentence for name, sentence in sentences.items() if name.split(" ")[-1] == part]
    return inside[0] if inside else ""


def heading_of(protocol: Protocol, section: str, part: str) -> str:
    """The number of the heading under which a row or key is told."""
    if section == "eligibility":
        out = {row.criterion for row in protocol.eligibility if row.direction == "out"}
        return "5.3" if part in out else "5.2"
    if section in {"analyses", "sensitivity"}:
        checks = {row.check: row.endpoint for row in protocol.sensitivity}
        endpoint = _endpoint(protocol, checks.get(part, part) if section == "sensitivity" else part)
        return ANALYSES[endpoint.level] if endpoint else "10.8"
    if section == "intervention":
        of_level = part.startswith("dose_levels")
        return "6.1" if of_level else _HOME_OF_KEY.get((section, part), "6.3")
    return _HOME_OF_KEY.get((section, part), _HOME.get(section, "12"))


def tell_differences(old: Protocol, new: Protocol, differences: Iterable[Difference]) -> str:
    """An amendment: each difference under its heading, before and after in the sentences of the read-back."""
    told: dict[str, list[str]] = {number: [] for number in TITLES}
    for one in differences:
        for name in _parts_of(old, new, one):
            known = new if tell_part(new, one.section, name) else old
            told[heading_of(known, one.section, name)] += _change(old, new, one, name)
    headings = tuple(Heading(number, TITLES[number], tuple(lines)) for number, lines in told.items() if lines)
    return render_telling(headings) if headings else "The two protocols say the same.\n"


def _parts_of(old: Protocol, new: Protocol, one: Difference) -> list[str]:
    """The row itself; of a section of keys, or of a new order, every sentence that changes."""
    if one.name:
        return [one.name]
    if one.fields == ("order",):
        return [""]
    before, after = dict(_sentences(old, one.section)), dict(_sentences(new, one.section))
    return [
        name
        for name in [*before, *(name for name in after if name not in before)]
        if before.get(name) != after.get(name)
    ]


def _change(old: Protocol, new: Protocol, one: Difference, name: str) -> Iterator[str]:
    if one.fields == ("order",):
        yield f"Order of {one.section}, before: {listed(one.before)}."
        yield f"Order of {one.section}, after:  {listed(one.after)}."
        return
    before, after = tell_part(old, one.section, name), tell_part(new, one.section, name)
    what = f"{one.section} {name}"
    if not before or not after:
        yield f"{'Removed' if before else 'Added'}, {what}: {before or after}"
    else:
        yield f"Changed, {what}, before: {before}"
        yield f"Changed, {what}, after:  {after}"


def _endpoint(protocol: Protocol, name: str) -> Endpoint | None:
    return next((row for row in protocol.endpoints if row.endpoint == name), None)


def _sentences(protocol: Protocol, section: str) -> Iterator[tuple[str, str]]:
    """(name of row or key, sentence) of one section, in the order of the file."""
    if section in _KEYS:
        yield from _KEYS[section](protocol).items()
    elif section in _ROWS:
        attribute, name_of, teller = _ROWS[section]
        for row in getattr(protocol, attribute):
            yield name_of(row), teller(protocol, row)
