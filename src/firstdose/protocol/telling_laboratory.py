"""The laboratory section in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.names import forms
from firstdose.protocol.telling_words import listed, spaced
from firstdose.values.number import plain

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_laboratory import MeasuredItem, PlannedAssay


def tell_assay(protocol: Protocol, row: PlannedAssay) -> str:
    """Which assay measures the activity, what goes into which item, and the rules and words that were changed."""
    entry = load("assays").get(row.assay)
    label = entry.label if entry else row.assay
    values = listed([_value(protocol, row.activity, each) for each in row.quantities])
    said = [f"{spaced(row.activity)} is measured by {label} from the files of the instrument: {values}"]
    said += [
        f"{spaced(each.rule)} is good from {plain(each.limits[0])} to {plain(each.limits[1])}"
        for each in row.limits
    ]
    said += [f"{spaced(key)} is {value}" for key, value in row.options]
    return f"{'; '.join(said)}."


def _value(protocol: Protocol, activity: str, planned: MeasuredItem) -> str:
    form = forms(protocol).get(activity)
    found = form.item(planned.item) if form else None
    of = f" of {planned.analyte}" if planned.analyte else ""
    return f"{found.label if found else planned.item} is the {spaced(planned.quantity)}{of}"
