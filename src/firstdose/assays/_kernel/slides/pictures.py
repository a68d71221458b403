"""Densities and thicknesses of slides as points side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.slides.tally import grouped
from firstdose.catalogue.assay import Layer, Panel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.catalogue.assay import Measured

_DRAWN = {
    "density": ("Cells per area of tissue", "cells/mm2"),
    "positive_percent": ("Positive cells", "%"),
    "epidermal_thickness": ("Epidermal thickness", "um"),
}
_NAMED_MOST, _LAYERS_MOST = 24, 8


def draw(measured: Sequence[Measured]) -> Iterator[Panel]:
    """One panel a quantity: a column of points a slide, a layer an analyte."""
    for quantity, (title, unit) in _DRAWN.items():
        known = [value for value in measured if value.quantity == quantity and value.comparator == "="]
        if known:
            yield _panel(title, unit, known)


def _panel(title: str, unit: str, values: list[Measured]) -> Panel:
    places = {slide: place for place, slide in enumerate(dict.fromkeys(value.sample for value in values))}
    layers = [
        Layer(
            kind="points",
            x=np.array([float(places[value.sample]) for value in own]),
            y=np.array([value.value for value in own]),
            label=analyte,
        )
        for analyte, own in list(grouped(values, lambda value: value.analyte).items())[:_LAYERS_MOST]
    ]
    lowest, highest = min(value.value for value in values), max(value.value for value in values)
    names = (
        tuple((float(place), 0.0, slide) for slide, place in places.items())
        if len(places) <= _NAMED_MOST
        else ()
    )
    return Panel(
        title=title,
        x_label="slide",
        y_label=unit,
        layers=tuple(layers),
        alt=f"{title} of {len(places)} slide{'s' if len(places) > 1 else ''}, from {lowest:.4g} to {highest:.4g} {unit}.",
        words=names,
    )
