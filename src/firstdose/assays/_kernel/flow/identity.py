"""The identity panel of mesenchymal stromal cells: which marker must be there and which must not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from firstdose.assays._kernel.flow.counting import percent_of, wilson_interval
from firstdose.assays._kernel.flow.gates import Columns
from firstdose.assays._kernel.flow.quality import is_stain
from firstdose.readers.contents.flow import Axis, GateSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.assays._kernel.flow.tubes import Counted, Tube
    from firstdose.readers.contents.flow import Events


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker of the panel: `wanted` or not; one of the names in `pattern` is enough."""

    name: str
    pattern: str
    wanted: bool


PANEL = (
    Marker("CD73", r"\bCD73\b", wanted=True),
    Marker("CD90", r"\bCD90\b", wanted=True),
    Marker("CD105", r"\bCD105\b", wanted=True),
    Marker("CD45", r"\bCD45\b", wanted=False),
    Marker("CD34", r"\bCD34\b", wanted=False),
    Marker("CD14 or CD11b", r"\bCD14\b|\bCD11B\b", wanted=False),
    Marker("CD79a or CD19", r"\bCD79A?\b|\bCD19\b", wanted=False),
    Marker("HLA-DR", r"\bHLA[- ]?DR\b", wanted=False),
)
Bound = Literal["estimate", "bound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Positive:
    """Events positive for a marker, of all that were looked at, and where that stands."""

    inside: int
    total: int
    file: str
    place: str
    sample: str

    @property
    def percent(self) -> float:
        return percent_of(self.inside, self.total)

    def bound(self, marker: Marker) -> float:
        """Wilson's 95 % bound on the side that could do harm: the lower of a wanted marker, the upper of another."""
        low, high = wilson_interval(self.inside, self.total)
        return low if marker.wanted else high


def by_gates(marker: Marker, tubes: Sequence[Tube]) -> list[Positive]:
    """The gates whose name is this marker and nothing else, 'CD73', 'CD73+' or 'CD73 positive'."""
    return [
        Positive(
            inside=each.inside,
            total=each.parent,
            file=tube.file,
            place="/".join(each.path),
            sample=tube.sample,
        )
        for tube in tubes
        for each in tube.populations
        if each.inside is not None and each.parent and _is_positive_gate(marker, each)
    ]


def _is_positive_gate(marker: Marker, counted: Counted) -> bool:
    told = counted.name.upper().replace("_", " ").strip()
    found = re.match(marker.pattern, told)
    return bool(found) and told[found.end() if found else 0 :].strip() in {
        "",
        "+",
        "POS",
        "POSITIVE",
        "+ CELLS",
    }


def by_control(marker: Marker, tube: Tube, control: Tube, percentile: float) -> Positive | None:
    """Events above the control's percentile in the marker's channel; None where a tube lacks that channel."""
    stained, bare = _column(marker, tube.events), _column(marker, control.events)
    if stained is None or bare is None or not bare[0].size:
        return None
    limit = float(np.quantile(bare[0], percentile / 100.0))
    inside = int(np.count_nonzero(stained[0] > limit))
    place = f"{stained[1]} above {limit:.6g}, the {percentile:g} % point of {control.sample}"
    return Positive(inside=inside, total=stained[0].size, file=tube.file, place=place, sample=tube.sample)


def _column(
    marker: Marker, events: Events | None
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], str] | None:
    if events is None:
        return None
    for index, channel in enumerate(events.channels):
        told = f"{channel.label} {channel.name}".upper().replace("_", " ")
        if re.search(marker.pattern, told) and is_stain(channel.name):
            columns = Columns(events, GateSet(gates=()))
            return columns.untransformed(
                Axis(channel=events.channels[index].name, compensation="FCS")
            ), channel.name
    return None
