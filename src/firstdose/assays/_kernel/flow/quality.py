"""What is computed of a tube before its numbers are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.flow.compensation import condition_number
from firstdose.assays._kernel.flow.gates import Columns, spillover_of
from firstdose.assays._kernel.flow.lymphocytes import Stained, markers_of, read_lymphocytes
from firstdose.assays._kernel.flow.valleys import marker_scale
from firstdose.readers.contents.flow import Axis, BooleanGate, GateSet, QuadrantGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from firstdose.assays._kernel.flow.tubes import Tube
    from firstdose.readers.contents.flow import Events, Gate

    Floats = NDArray[np.float64]
    Truths = NDArray[np.bool_]

_BINS = 10
_SCATTER = ("FSC", "SSC", "FS", "SS", "TIME", "EVENT", "WIDTH")


def axes_of(gate: Gate) -> tuple[Axis, ...]:
    """The axes a gate is drawn on."""
    if isinstance(gate, BooleanGate):
        return ()
    if isinstance(gate, QuadrantGate):
        return tuple(divider.axis for divider, _ in gate.positions)
    return gate.axes


def is_stain(name: str) -> bool:
    """Whether a channel measures a fluorochrome: neither scatter nor time."""
    return not name.upper().startswith(_SCATTER)


def stains_gated(tube: Tube) -> list[Axis]:
    """One axis for each fluorochrome that the tube's gates use."""
    found = {
        axis.channel: axis
        for gate in (tube.gates.gates if tube.gates else ())
        for axis in axes_of(gate)
        if not axis.ratio and is_stain(axis.channel)
    }
    return list(found.values())


def worst_condition(tube: Tube) -> float:
    """The largest condition number of the compensations that gates use; NaN where they use none."""
    if tube.events is None or tube.gates is None:
        return float("nan")
    names = {axis.compensation for axis in stains_gated(tube)} - {""}
    used = [spillover_of(tube.events, tube.gates, name) for name in sorted(names)]
    return max((condition_number(each.matrix) for each in used if each is not None), default=float("nan"))


def saturated_percent(tube: Tube) -> tuple[float, str]:
    """Largest share of events at the end of a gated channel's range, in percent, and that channel."""
    worst = (0.0, "")
    for index, name in _gated_channels(tube):
        events = tube.events
        if events is None or not len(events) or not np.isfinite(events.channels[index].range):
            continue
        share = 100.0 * float(np.mean(events.stored(index) >= events.channels[index].range - 1.0))
        worst = max(worst, (share, name))
    return worst


def time_drift(tube: Tube) -> tuple[float, str]:
    """Largest wander of a gated channel over ten spans of equal events, in percent of its 5 to 95 % range.

    Compared are means of asinh(x / 150) held within that range: a median would jump between two populations.
    NaN without a time channel or with under 1000 events.
    """
    events = tube.events
    clock = _time_channel(events) if events else None
    if events is None or clock is None or len(events) < 100 * _BINS:
        return float("nan"), ""
    order = np.argsort(events.stored(clock), kind="stable")
    spans = np.array_split(order, _BINS)
    worst = (0.0, "")
    for index, name in _gated_channels(tube):
        column = marker_scale(events.scaled(index))
        low, high = np.quantile(column, (0.05, 0.95))
        means = [float(np.mean(np.clip(column[span], low, high))) for span in spans]
        if high > low:
            worst = max(worst, (100.0 * (max(means) - min(means)) / float(high - low), name))
    return worst


def _gated_channels(tube: Tube) -> Iterator[tuple[int, str]]:
    names = {axis.channel for gate in (tube.gates.gates if tube.gates else ()) for axis in axes_of(gate)}
    for name in sorted(names):
        index = tube.events.index(name) if tube.events else None
        if index is not None and not name.upper().startswith("TIME"):
            yield index, name


def _time_channel(events: Events) -> int | None:
    return next((i for i, each in enumerate(events.channels) if each.name.upper().startswith("TIME")), None)


def second_reading(tube: Tube) -> dict[str, Truths]:
    """Populations of the automatic second reader, empty where the tube lacks the markers."""
    events = tube.events
    if events is None or len(events) < 200:
        return {}
    found = {name: _marker(tube, events, index) for name, index in markers_of(events.channels).items()}
    scatter = [_logarithm(events.scaled(i)) for i in _scatter(events)]
    pulses = [events.scaled(i) for i in _named(events, ("FSC-H", "FSC-W", "SSC-H", "SSC-W"))]
    return read_lymphocytes(Stained(found, pulses if len(pulses) > 2 else [], scatter))


def _marker(tube: Tube, events: Events, index: int) -> Floats:
    """The marker compensated as the gates say, else by the file's own matrix."""
    used = [axis.compensation for axis in stains_gated(tube) if axis.compensation] if tube.columns else []
    columns = tube.columns or Columns(events, GateSet(gates=()))
    return columns.untransformed(
        Axis(channel=events.channels[index].name, compensation=used[0] if used else "FCS")
    )


def _named(events: Events, wanted: tuple[str, ...]) -> list[int]:
    return [index for name in wanted if (index := events.index(name)) is not None]


def _scatter(events: Events) -> Iterator[int]:
    """Forward and side scatter, the area before the height."""
    for prefix in ("FS", "SS"):
        hits = [i for i, each in enumerate(events.channels) if each.name.upper().startswith(prefix)]
        areas = [i for i in hits if events.channels[i].name.upper().endswith("-A")]
        yield from (areas or hits)[:1]


def _logarithm(column: Floats) -> Floats:
    return np.log(np.maximum(column, 1.0))
