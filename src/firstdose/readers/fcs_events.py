"""DATA of an FCS file: one view of the bytes wherever all parameters are stored alike."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.flow import Channel, Events, Spillover
from firstdose.readers.fcs_segments import NotRead, decimal_at, number_at, whole_number
from firstdose.readers.plain_text import number_of
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from firstdose.readers.fcs_segments import Segments
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_AMPLIFIER = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*,\s*([0-9]*\.?[0-9]+)\s*")
_ORDERS = {"1,2,3,4": "<", "1,2": "<", "1": "<", "4,3,2,1": ">", "2,1": ">"}
_SAVE = "Save it as FCS 3.1 list mode from the instrument's own program."
_WHICH = "Ask the instrument's maker; then read it with the offsets of HEADER or of TEXT, named in writing."


def read_events(
    source: Source, segments: Segments, trust: str, number: tuple[int, int], issues: list[Issue]
) -> Events:
    """The events of one data set; what was mended on the way is added to `issues`.

    Raises:
        NotRead: DATA is not what HEADER and TEXT say.
    """
    keywords = segments.keywords
    stored = _layout(source, keywords)
    channels = tuple(_channel(source, keywords, i, each, issues) for i, each in enumerate(stored, start=1))
    values = _values(source, segments, trust, stored, [each.mask for each in channels], issues)
    if values.dtype.kind == "f":  # bits that do not count are gone already
        channels = tuple(replace(each, mask=None) for each in channels)
    name = keywords.get("$FIL", "").strip() or source.name
    step = number_of(keywords.get("$TIMESTEP", ""))
    return Events(
        name=name,
        channels=channels,
        values=values,
        keywords=keywords,
        spillover=_spillover(source, keywords, issues),
        dataset=number[0],
        datasets=number[1],
        version=segments.version,
        time_step=float("nan") if step is None else step,
    )


def _layout(source: Source, keywords: Mapping[str, str]) -> list[np.dtype[Any]]:
    """How each parameter is stored."""
    if (mode := keywords.get("$MODE", "L").strip().upper()) != "L":
        raise NotRead(
            refusals.variant_not_read(source.place, f"$MODE {quoted(mode)} is not list mode", _SAVE)
        )
    order = keywords["$BYTEORD"].replace(" ", "")
    if order not in _ORDERS:
        raise NotRead(refusals.variant_not_read(source.place, f"$BYTEORD {quoted(order)}", _SAVE))
    if (count := number_at(source, keywords, "$PAR")) == 0:
        raise NotRead(refusals.damaged(source.place, "$PAR is 0: there is no parameter"))
    return [_stored(source, keywords, i, _ORDERS[order]) for i in range(1, count + 1)]


def _stored(source: Source, keywords: Mapping[str, str], i: int, order: str) -> np.dtype[Any]:
    kind = keywords.get(f"$P{i}DATATYPE", keywords["$DATATYPE"]).strip().upper()
    bits = number_at(source, keywords, f"$P{i}B") if keywords.get(f"$P{i}B", "").strip() != "*" else 0
    if kind == "I" and bits in {8, 16, 32, 64}:
        return np.dtype(f"{order}u{bits // 8}")
    if (kind, bits) in {("F", 32), ("D", 64)}:
        return np.dtype(f"{order}f{bits // 8}")
    what = f"parameter {i} is stored as $DATATYPE {quoted(kind)} in {bits} bits"
    raise NotRead(refusals.variant_not_read(source.place, what, _SAVE))


def _channel(
    source: Source, keywords: Mapping[str, str], i: int, stored: np.dtype[Any], issues: list[Issue]
) -> Channel:
    whole = stored.kind == "u"
    most = decimal_at(source, keywords, f"$P{i}R")
    if f"$P{i}N" not in keywords or (whole and most is None):
        lacks = f"$P{i}N" if f"$P{i}N" not in keywords else f"$P{i}R"
        raise NotRead(refusals.missing_part(source.place, [lacks], "keyword"))
    if whole and (most is None or most < 1):
        raise NotRead(refusals.damaged(source.place, f"$P{i}R is {most:g}, no range of whole numbers"))
    decades, least = _amplifier(source, keywords, i, whole=whole, issues=issues)
    gain = decimal_at(source, keywords, f"$P{i}G")
    return Channel(
        name=keywords[f"$P{i}N"].strip(),
        label=keywords.get(f"$P{i}S", "").strip(),
        range=float("nan") if most is None else most,
        gain=gain or 1.0,
        decades=decades,
        least=least,
        mask=_mask(most, stored) if whole and most else None,
    )


def _mask(most: float, stored: np.dtype[Any]) -> int | None:
    bits = (int(min(most, 2.0**64)) - 1).bit_length()
    return None if bits >= 8 * stored.itemsize else (1 << bits) - 1


def _amplifier(
    source: Source, keywords: Mapping[str, str], i: int, *, whole: bool, issues: list[Issue]
) -> tuple[float, float]:
    text = keywords.get(f"$P{i}E", "" if whole else "0,0")
    told = _AMPLIFIER.fullmatch(text)
    if told is None:
        raise NotRead(refusals.damaged(source.place, f"$P{i}E is {quoted(text)}, not two numbers"))
    decades, least = float(told[1]), float(told[2])
    if decades and not whole:
        what = f"$P{i}E is {quoted(text)} for numbers of floating point, which FCS wants to be 0,0: read as linear"
        issues.append(refusals.closed_for_you(source.place, what))
        return 0.0, 1.0
    return decades, least or 1.0


def _values(
    source: Source,
    segments: Segments,
    trust: str,
    stored: list[np.dtype[Any]],
    masks: list[int | None],
    issues: list[Issue],
) -> NDArray[Any]:
    begin, end = _extent(source, segments, trust, issues)
    width = sum(each.itemsize for each in stored)
    there = min(end + 1, len(source.content) - segments.base) - begin
    rows = _rows(source, segments, (end + 1 - begin, there), width, issues, asked=bool(trust))
    start = segments.base + begin
    if all(each == stored[0] for each in stored):
        flat = np.frombuffer(source.content, stored[0], rows * len(stored), start if rows else 0)
        return flat.reshape(rows, len(stored))
    mixed = np.dtype([(f"p{i}", each) for i, each in enumerate(stored)])
    table = np.frombuffer(source.content, mixed, rows, start if rows else 0)
    return np.stack([_masked(table[f"p{i}"], mask) for i, mask in enumerate(masks)], axis=1)


def _masked(column: NDArray[Any], mask: int | None) -> NDArray[np.float64]:
    return (column if mask is None else column & column.dtype.type(mask)).astype(np.float64)


def _extent(source: Source, segments: Segments, trust: str, issues: list[Issue]) -> tuple[int, int]:
    """First and last byte of DATA, counted from the data set's begin."""
    said = segments.begin, segments.end
    told = tuple(whole_number(segments.keywords.get(key, "0")) or 0 for key in ("$BEGINDATA", "$ENDDATA"))
    if told[1] and said[1] and told != said:
        what = f"HEADER puts DATA at bytes {said[0]} to {said[1]}, TEXT at {told[0]} to {told[1]}"
        if trust not in {"header", "text"}:
            raise NotRead(refusals.contradiction(source.place, what, _WHICH))
        issues.append(
            refusals.closed_for_you(source.place, f"{what}; read as {trust.upper()} says, as was asked")
        )
    begin, end = (told if trust == "text" or not said[1] else said) if told[1] else said
    if begin < 1 or end + 1 < begin:
        raise NotRead(refusals.damaged(source.place, f"DATA goes from byte {begin} to byte {end}"))
    return begin, end


def _rows(
    source: Source,
    segments: Segments,
    extent: tuple[int, int],
    width: int,
    issues: list[Issue],
    *,
    asked: bool,
) -> int:
    """Number of events, checked against what the file really holds; one byte too many is a usual slip.

    `asked`: somebody named where DATA begins; then bytes after the last event are nobody's.
    """
    declared, there = extent
    if "$TOT" not in segments.keywords and segments.version == "FCS2.0":
        rows, rest = divmod(declared, width)
    else:
        rows, rest = number_at(source, segments.keywords, "$TOT"), 0
    need = rows * width
    if there < need or rest > 1:
        what = f"DATA holds {max(there, 0)} bytes, $TOT x bytes per event is {rows} x {width} = {need}"
        raise NotRead(refusals.damaged(source.place, what))
    if declared - need not in {0, 1} and not asked:
        what = f"DATA is said to have {declared} bytes, $TOT x bytes per event is {rows} x {width} = {need}"
        raise NotRead(refusals.contradiction(source.place, what))
    if declared - need == 1:
        what = f"The end of DATA is one byte too far: {declared} bytes for {rows} x {width} = {need}"
        issues.append(refusals.closed_for_you(source.place, what))
    return rows


def _spillover(source: Source, keywords: Mapping[str, str], issues: list[Issue]) -> Spillover | None:
    key = next((each for each in ("$SPILLOVER", "SPILL", "SPILLOVER") if keywords.get(each, "").strip()), "")
    if not key:
        return None
    parts = [part.strip() for part in keywords[key].split(",")]
    count = whole_number(parts[0]) or 0
    names, numbers = tuple(parts[1 : count + 1]), [number_of(part) for part in parts[count + 1 :]]
    if not count or len(numbers) != count * count or None in numbers:
        issues.append(refusals.unreadable_value(source.place, keywords[key], f"a spillover matrix ({key})"))
        return None
    matrix = np.array(numbers, dtype=np.float64).reshape(count, count)
    return Spillover(key, names, names, matrix)
