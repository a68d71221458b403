"""The trial's registration as ICTRP XML (WHO Trial Registration Data Set), and its difference from a registered one.

Field names follow the XML that the registry IRCT publishes. A field without a value says `N/A:` and the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from firstdose.protocol.model import Protocol

DECLARED = (
    "utrn", "reg_name", "date_registration", "public_title", "acronym", "scientific_acronym", "date_enrolment",
    "type_enrolment", "recruitment_status", "url", "study_type", "study_design", "hc_freetext", "contacts",
    "countries", "agemin", "agemax", "gender", "hc_code", "hc_keyword", "i_code", "i_keyword", "secondary_sponsors",
    "secondary_ids", "source_support", "ethics_reviews", "results_actual_enrolment", "results_date_completed",
    "results_url_link", "results_summary", "results_date_posted", "results_date_first_publication",
    "results_baseline_char", "results_participant_flow", "results_adverse_events", "results_outcome_measures",
    "results_url_protocol", "results_ipd_plan", "results_ipd_description",
)  # fmt: skip
NOT_DECLARED = "N/A: the protocol file does not declare it"


def _criteria(direction: str) -> Callable[[Protocol], str]:
    def told(protocol: Protocol) -> str:
        return "; ".join(each.sentence for each in protocol.eligibility if each.direction == direction)

    return told


def _outcomes(level: str) -> Callable[[Protocol], str]:
    def told(protocol: Protocol) -> str:
        registered = [
            each.outcome for each in protocol.outcomes if each.source == "registry" and each.level == level
        ]
        planned = [f"{each.measure}, {each.kind}" for each in protocol.endpoints if each.level == level]
        return "; ".join(registered or planned)

    return told


def _interventions(protocol: Protocol) -> str:
    given = protocol.intervention
    if given is None:
        return ""
    doses = "; ".join(f"{level.level} {level.dose}" for level in given.dose_levels)
    return f"{given.product}, {given.route}{f': {doses}' if doses else ''}"


FOLLOWS: dict[str, Callable[[Protocol], str]] = {
    "trial_id": lambda protocol: protocol.trial.registry,
    "primary_sponsor": lambda protocol: protocol.trial.sponsor,
    "scientific_title": lambda protocol: protocol.trial.title,
    "target_size": lambda protocol: str(protocol.trial.participants),
    "phase": lambda protocol: protocol.trial.phase,
    "i_freetext": _interventions,
    "inclusion_criteria": _criteria("in"),
    "exclusion_criteria": _criteria("out"),
    "primary_outcome": _outcomes("primary"),
    "secondary_outcome": _outcomes("secondary"),
}
FIELDS = (*FOLLOWS, *DECLARED)


def registration_fields(protocol: Protocol) -> dict[str, str]:
    """Every field of the record: what `registration` declares, else what the protocol says elsewhere, else N/A."""
    declared = dict(protocol.registration)
    follows = {name: tell(protocol) for name, tell in FOLLOWS.items()}
    return {name: declared.get(name) or follows.get(name) or NOT_DECLARED for name in FIELDS}


def undeclared_fields(protocol: Protocol) -> tuple[str, ...]:
    """Fields with neither a value nor a reason of the trial's own."""
    return tuple(name for name, value in registration_fields(protocol).items() if value == NOT_DECLARED)


def render_registration(protocol: Protocol) -> str:
    """The record as ICTRP XML, one element a field, in fixed order."""
    trial = ElementTree.Element("trial")
    for name, value in registration_fields(protocol).items():
        ElementTree.SubElement(trial, name).text = value
    ElementTree.indent(trial)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(trial, encoding="unicode")}\n'


def compare_registration(protocol: Protocol, registered: Path) -> tuple[list[str], list[Issue]]:
    """Each field in which protocol and registered record differ, as a sentence; an unreadable file is an Issue."""
    try:
        text = registered.read_text(encoding="utf-8")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            return [], [_unreadable(registered, "it declares a document type, which a record has not")]
        tree = ElementTree.fromstring(text)  # noqa: S314, document types are refused above
    except (OSError, UnicodeDecodeError, ElementTree.ParseError) as refusal:
        return [], [_unreadable(registered, str(refusal))]
    theirs = {element.tag: " ".join((element.text or "").split()) for element in tree.iter()}
    ours = registration_fields(protocol)
    return [
        f"{name}: the protocol says '{value}', the registry says '{theirs.get(name, 'nothing')}'."
        for name, value in ours.items()
        if " ".join(value.split()) != theirs.get(name, "")
    ], []


def _unreadable(path: Path, why: str) -> Issue:
    return Issue(
        Place(path.name),
        "FD-D001",
        f"this is not an ICTRP record: {why}.",
        "Save the registered record as XML.",
    )
