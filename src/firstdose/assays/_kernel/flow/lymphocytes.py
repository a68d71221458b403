"""A second reader for lymphocytes that knows no operator's gate: valley cuts from marker to marker.

Its rules were found on one labelled tube of mouse spleen; on any other they are a second opinion, no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.flow.naming import CD4, CD8, GD, LYMPHOCYTES, NK, B, T
from firstdose.assays._kernel.flow.shapes import all_of
from firstdose.assays._kernel.flow.valleys import find_cut, marker_scale, near_median

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from firstdose.readers.contents.flow import Channel

    Floats = NDArray[np.float64]
    Truths = NDArray[np.bool_]

_SINGLET, _SCATTER, _DIM = 8.0, 5.0, 5.0  # robust standard deviations: pulse shape, scatter, dim NK marker
_MARKERS = (
    ("CD3", r"\bCD3E?\b"),
    ("CD4", r"\bCD4\b"),
    ("CD8", r"\bCD8[AB]?\b"),
    ("CD19", r"\bCD(19|20)\b|\bB220\b"),
    ("NK", r"\bNK1[./]?1\b|\bCD56\b|\bCD16\b"),
    ("TCRgd", r"\bTCR ?-?(GD|YD|\u0393\u0394|G/?D)\b"),
    ("TCRab", r"\bTCR ?-?(B|AB|\u0391\u0392|A/?B)\b"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Stained:
    """What the second reader looks at: compensated markers and scatter by our names for them, (events,) each."""

    markers: Mapping[str, Floats]
    pulses: Sequence[Floats]
    scatter: Sequence[Floats]


def markers_of(channels: Sequence[Channel]) -> dict[str, int]:
    """Our name of a marker > its channel: by $PnS, then by $PnN; an area signal before a height."""
    found: dict[str, int] = {}
    for marker, pattern in _MARKERS:
        hits = [i for i, each in enumerate(channels) if re.search(pattern, _told(each.label))]
        hits = hits or [i for i, each in enumerate(channels) if re.search(pattern, _told(each.name))]
        areas = [i for i in hits if channels[i].name.upper().endswith("-A")]
        if hits:
            found[marker] = (areas or hits)[0]
    return found


def _told(text: str) -> str:
    return text.upper().replace("_", " ").replace("+", " ")


def read_lymphocytes(tube: Stained) -> dict[str, Truths]:
    """Population > (events,) truth values; empty without CD3 and a B cell marker."""
    if not {"CD3", "CD19"} <= tube.markers.keys():
        return {}
    scaled = {name: marker_scale(column) for name, column in tube.markers.items()}
    events = len(scaled["CD3"])
    single = _singlets(tube.pulses, events)
    t_cut = find_cut(scaled["CD3"][single]).at
    negative = single & (scaled["CD3"] < t_cut)
    b_cut = find_cut(scaled["CD19"][negative]).at
    lymphoid = single & _like_lymphocytes(
        tube.scatter, single & ((scaled["CD3"] > t_cut) | (scaled["CD19"] > b_cut))
    )
    killer = _natural_killers(scaled, lymphoid, t_cut, b_cut)
    b_cells = lymphoid & (scaled["CD19"] > b_cut) & (scaled["CD3"] < t_cut) & ~killer.positive
    t_cells = lymphoid & (scaled["CD3"] > t_cut) & (scaled["CD19"] < b_cut) & ~killer.positive
    if "NK" in tube.markers:
        b_cells = b_cells & near_median(tube.markers["NK"], b_cells, _DIM)
        t_cells = t_cells & near_median(tube.markers["NK"], t_cells, _DIM)
    found = {LYMPHOCYTES: lymphoid, B: b_cells, T: t_cells}
    if "NK" in tube.markers:
        found[NK] = killer.cells
    return found | _t_subsets(scaled, t_cells)


def _singlets(pulses: Sequence[Floats], events: int) -> Truths:
    """Pulses neither higher nor wider than nearly all."""
    whole = np.ones(events, dtype=np.bool_)
    return all_of([whole, *(near_median(x, whole, _SINGLET, above_only=True) for x in pulses)])


def _like_lymphocytes(scatter: Sequence[Floats], sure: Truths) -> Truths:
    """Events that scatter as the sure lymphocytes do (gated back from CD3 and CD19)."""
    whole = np.ones(sure.shape, dtype=np.bool_)
    return all_of([whole, *(near_median(x, sure, _SCATTER) for x in scatter)])


@dataclass(frozen=True, slots=True, eq=False)
class _Killers:
    positive: Truths
    cells: Truths


def _natural_killers(scaled: Mapping[str, Floats], inside: Truths, t_cut: float, b_cut: float) -> _Killers:
    """The marker is cut among events without CD3 and CD19, CD3 once more among those that bear it."""
    if "NK" not in scaled:
        none = np.zeros(inside.shape, dtype=np.bool_)
        return _Killers(none, none)
    rest = inside & (scaled["CD3"] < t_cut) & ~(scaled["CD19"] > b_cut)
    positive = scaled["NK"] > find_cut(scaled["NK"][rest]).at
    bearing = inside & positive & (scaled["CD19"] < b_cut)
    own = find_cut(scaled["CD3"][bearing]).at
    return _Killers(positive, bearing & (scaled["CD3"] < min(own, t_cut)))


def _t_subsets(scaled: Mapping[str, Floats], t_cells: Truths) -> dict[str, Truths]:
    found: dict[str, Truths] = {}
    rest, gamma_delta = t_cells, np.zeros(t_cells.shape, dtype=np.bool_)
    if "TCRgd" in scaled:
        against = scaled["TCRgd"] - scaled["TCRab"] if "TCRab" in scaled else scaled["TCRgd"]
        gamma_delta = t_cells & (against > find_cut(against[t_cells]).at)
        rest = t_cells & ~gamma_delta
    cuts = {name: find_cut(scaled[name][rest]).at for name in ("CD4", "CD8") if name in scaled}
    if "CD4" in cuts:
        gamma_delta = gamma_delta & (scaled["CD4"] < cuts["CD4"])
    if len(cuts) == 2:
        four, eight = scaled["CD4"] > cuts["CD4"], scaled["CD8"] > cuts["CD8"]
        found |= {CD4: rest & four & ~eight, CD8: rest & eight & ~four}
    if "TCRgd" in scaled:
        found[GD] = gamma_delta
    return found
