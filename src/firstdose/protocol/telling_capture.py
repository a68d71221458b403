"""Sites, branching and capture in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.names import forms, names_in_sight
from firstdose.protocol.telling_words import capital, counted, listed, rule, spaced, visits

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_capture import Branch, Site


def tell_site(row: Site) -> str:
    """A place and its clock."""
    return f"Site {row.site} is {row.label}; its times are those of {row.time_zone}."


def tell_branch(protocol: Protocol, row: Branch) -> str:
    """When the item is asked, the rule in words."""
    names = names_in_sight(protocol, "branching", row.activity)
    when = rule(protocol, row.rule, names)
    return f"{capital(_of(protocol, row.named))} is asked when {when}, or where that is not known."


def tell_capture(protocol: Protocol) -> dict[str, str]:
    """A sentence for every duty of capture."""
    capture = protocol.capture
    if capture is None:
        return {}
    told = {}
    if capture.blind:
        told["blind"] = f"An evaluator who does not know the dose rates {_all(protocol, capture.blind)}."
    if capture.critical:
        told["critical"] = f"Compared with the source value by value: {_all(protocol, capture.critical)}."
    if capture.signed:
        told["signed"] = f"The investigator signs {visits(protocol, capture.signed)}."
    locked = {"visit": "each visit of a participant", "participant": "each participant as a whole"}
    told["unit_of_lock"] = f"Values are frozen and locked by {locked[capture.unit_of_lock]}."
    told["idle"] = f"A login ends after {counted(capture.idle, 'minute')} without use."
    return told


def _all(protocol: Protocol, names: tuple[str, ...]) -> str:
    """Semicolons where a label has a comma of its own."""
    labels = [_of(protocol, name) for name in names]
    return "; ".join(labels) if any("," in label for label in labels) else listed(labels)


def _of(protocol: Protocol, name: str) -> str:
    """'PASI (Fredriksson)'; 'serious criterion (adverse events)': the form and its item by their labels."""
    activity, _, wanted = name.partition(".")
    form = forms(protocol).get(activity)
    if form is None:
        return spaced(name)
    item = form.item(wanted)
    return f"{item.label} ({form.label})" if item else f"{form.label}{f' {wanted}' if wanted else ''}"
