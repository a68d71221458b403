"""Sites, branching and capture in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.names import forms, names_in_sight
from firstdose.protocol.telling_words import capital, counted, listed, rule, spaced, visits
from firstdose.values.number import plain

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_capture import Branch, Site, Usual


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
    if capture.twice:
        told["twice"] = f"Numbers and dates are typed twice: {_all(protocol, capture.twice)}."
    if capture.entered_within is not None:
        told["entered_within"] = (
            f"A visit is entered within {counted(capture.entered_within, 'day')}; what is entered later is asked about."
        )
    told |= {f"usual {row.item}": _usual(protocol, row) for row in capture.usual}
    return told


def _usual(protocol: Protocol, row: Usual) -> str:
    """'Asked about where it is not usual: creatinine (screening), 0.3 to 2 mg/dL, from a visit to the next ...'."""
    form = forms(protocol).get(row.activity)
    item = form.item(row.name) if form else None
    is_date = item is not None and item.kind == "date"
    unit = f" {item.unit}" if item and item.unit else ""
    said = []
    if row.values is not None:
        low, high = map(plain, row.values)
        said.append(
            f"{low} to {high} days from the day of the record" if is_date else f"{low} to {high}{unit}"
        )
    if row.times is not None:
        said.append(f"at most {plain(row.times)} times as much or as little as at the visit before")
    if row.by is not None:
        said.append(f"at most {plain(row.by)}{' days' if is_date else unit} from the visit before")
    usual = ", ".join(said) or "whatever the form takes"
    return f"Usual of {_of(protocol, row.item)} is {usual}; the rest is asked about."


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
