"""The picture of a run of counts: living and all cells of every sample."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.assay import Layer, Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.catalogue.assay import Measured


def picture_of(measured: Sequence[Measured]) -> tuple[Panel, ...]:
    """One panel, samples side by side, concentrations on a logarithmic axis; none where nothing was measured."""
    samples = list(dict.fromkeys(each.sample for each in measured))
    layers = [
        layer
        for quantity, label in (("viable_concentration", "living"), ("total_concentration", "all"))
        if (layer := _layer(quantity, label, samples, measured)) is not None
    ]
    if not layers:
        return ()
    lowest = min(float(layer.y.min()) for layer in layers)
    words = tuple((float(place), lowest, name) for place, name in enumerate(samples, start=1))
    rejected = sorted({each.sample for each in measured if each.verdict == "reject"})
    said = f"; rejected: {', '.join(rejected)}" if rejected else ""
    alt = f"Living and all cells per mL of {len(samples)} sample{'s' if len(samples) != 1 else ''}{said}."
    return (
        Panel(
            title="Cell counts",
            x_label="sample",
            y_label="cells/mL",
            layers=tuple(layers),
            alt=alt,
            y_log=True,
            words=words,
        ),
    )


def _layer(quantity: str, label: str, samples: Sequence[str], measured: Sequence[Measured]) -> Layer | None:
    shown = [
        (samples.index(each.sample) + 1, each.value)
        for each in measured
        if each.quantity == quantity and not math.isnan(each.value) and each.value > 0
    ]
    if not shown:
        return None
    x, y = np.array(shown, dtype=float).T
    return Layer(kind="points", x=x, y=y, label=label)
