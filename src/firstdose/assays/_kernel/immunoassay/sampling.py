"""From wells to reportable values: replicates together, dilutions together, censored at the range's ends."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.immunoassay.calibrating import (
    Calibrated,
    names_of,
    number_limits,
    printed_before_dilution,
    rule,
)
from firstdose.catalogue.assay import Finding, Measured, judge
from firstdose.values.units import NoSuchUnit, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.assays._kernel.immunoassay.curves import Floats
    from firstdose.assays._kernel.immunoassay.plates import Plate
    from firstdose.catalogue.assay import Comparator, Request

UNIT = "pg/mL"
CONCENTRATION = "concentration"
PRINTED = "instrument_concentration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diluted:
    """One sample at one dilution: its wells, and its value before the dilution is applied."""

    sample: str
    wells: tuple[int, ...]
    dilution: float
    told: bool
    value: float
    comparator: Comparator
    spread: float
    reason: str
    findings: tuple[Finding, ...]

    @property
    def result(self) -> float:
        return self.value * self.dilution


def measured(
    plate: Plate, one: Calibrated, shared: tuple[Finding, ...], request: Request
) -> Iterator[Measured]:
    """The values of every sample of a plate for one analyte: ours, and beside it what the instrument printed."""
    groups: dict[str, dict[float, list[int]]] = {}
    for i in np.flatnonzero(plate.used("sample", "unknown", "reanalysis", "spiked")):
        if plate.samples[i]:
            groups.setdefault(plate.samples[i], {}).setdefault(_told(plate, int(i)), []).append(int(i))
    back, side = printed_before_dilution(plate, one.analyte)
    for sample, by_dilution in groups.items():
        every = [_diluted(plate, one, sample, wells, request) for wells in by_dilution.values()]
        chosen = _reported(every)
        printed = _printed(one, chosen, back, side) if one.analyte.printed is not None else None
        findings = (*shared, *chosen.findings, *_across(every, request))
        if printed is not None:
            findings += tuple(_agreement(one, chosen, printed, request))
        yield _value(plate, one, chosen, findings, request)
        if printed is not None:
            yield _value(plate, one, printed, shared, request, PRINTED)


def _told(plate: Plate, i: int) -> float:
    factor = float(plate.dilution[i])
    return -1.0 if math.isnan(factor) else factor  # NaN is no key: it is not even itself


def _diluted(plate: Plate, one: Calibrated, sample: str, wells: Sequence[int], request: Request) -> Diluted:
    chosen = list(wells)
    dilution = float(plate.dilution[chosen[0]])
    value, comparator, spread, reason = _combined(one, chosen)
    findings = [*_beads(plate, one, chosen, request), *_replicates(one, chosen, value, spread, request)]
    if math.isnan(dilution):
        words = f"{sample}: no dilution is told, 1 is taken"
        findings.append(judge(rule("dilution_known"), 0.0, words, request=request, place=sample))
    return Diluted(
        sample=sample,
        wells=tuple(chosen),
        dilution=1.0 if math.isnan(dilution) else dilution,
        told=not math.isnan(dilution),
        value=value,
        comparator=comparator,
        spread=spread,
        reason=reason,
        findings=tuple(findings),
    )


def _combined(one: Calibrated, wells: list[int]) -> tuple[float, Comparator, float, str]:
    """Value before dilution, comparator, SD and the reason of a missing one; never beyond the range."""
    missing = _why_none(one, wells)
    if missing:
        return math.nan, "", math.nan, missing
    signs = [_sign(one, i) for i in wells if not _empty(one, i)]
    values = one.concentration[[i for i in wells if not _empty(one, i)]]
    if set(signs) == {"="}:
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
        return float(np.mean(values)), "=", spread, ""
    if set(signs) == {"<"}:
        return one.range.lloq, "<", math.nan, ""
    if set(signs) == {">"}:
        return one.range.uloq, ">", math.nan, ""
    return _straddling(one, wells, set(signs))


def _why_none(one: Calibrated, wells: list[int]) -> str:
    if math.isnan(one.range.lloq):
        return "the standards carry no range of quantification"
    if all(_empty(one, i) for i in wells):
        return "no well has a signal that can be read"
    return ""


def _empty(one: Calibrated, i: int) -> bool:
    return bool(np.isnan(one.concentration[i]) and one.side[i] == 0)


def _sign(one: Calibrated, i: int) -> str:
    if one.side[i]:
        return "<" if one.side[i] < 0 else ">"
    return one.within(float(one.concentration[i]))


def _straddling(one: Calibrated, wells: list[int], signs: set[str]) -> tuple[float, Comparator, float, str]:
    """Replicates on both sides of a limit: their mean signal decides, read back once."""
    if {"<", ">"} <= signs:
        return math.nan, "", math.nan, "replicates lie below and above the range"
    if one.curve is None:
        return math.nan, "", math.nan, "replicates lie on both sides of a limit"
    mean = np.nanmean(one.signal[wells])
    x, side = float(one.curve.curve.concentration(mean)), float(one.curve.curve.side(mean))
    sign = one.within(x) if side == 0 else "<" if side < 0 else ">"
    if sign == "=":
        return x, "=", math.nan, ""
    return (one.range.lloq, "<", math.nan, "") if sign == "<" else (one.range.uloq, ">", math.nan, "")


def _beads(plate: Plate, one: Calibrated, wells: list[int], request: Request) -> Iterator[Finding]:
    if one.analyte.beads is None:
        return
    beads = one.analyte.beads
    i = min(wells, key=lambda i: _or_zero(float(beads[i])))
    count, place = float(beads[i]), plate.signals.wells[i].name
    words = f"{count:g} beads of {one.analyte.analyte} in {place}"
    least = judge(rule("beads"), count, words, request=request, place=place)
    few = judge(rule("beads_few"), count, words, request=request, place=place)
    yield least if least.verdict != "pass" else few
    share = 100 * count / one.analyte.beads_wanted
    if share < number_limits("beads_of_file", request)[0]:
        words += f", the file asks for {one.analyte.beads_wanted:g}"
        yield judge(rule("beads_of_file"), share, words, request=request, place=place)


def _or_zero(count: float) -> float:
    return 0.0 if math.isnan(count) else float(count)


def _replicates(
    one: Calibrated, wells: list[int], value: float, spread: float, request: Request
) -> Iterator[Finding]:
    if math.isnan(spread):
        return
    cv = 100 * spread / value
    near = value < 2 * one.range.lloq
    name = "replicate_cv_near_lloq" if near else "replicate_cv"
    yield judge(rule(name), cv, f"CV {cv:.1f} % over {len(wells)} wells", request=request)


def _reported(every: list[Diluted]) -> Diluted:
    """The least diluted value inside the range; else the lowest '<', else the highest '>', else a missing one."""
    ranked = sorted(every, key=lambda each: each.dilution)
    for sign in ("=", "<"):
        if found := next((each for each in ranked if each.comparator == sign), None):
            return found
    return next((each for each in reversed(ranked) if each.comparator == ">"), ranked[0])


def _across(every: list[Diluted], request: Request) -> Iterator[Finding]:
    """Dilution linearity against the least diluted result, and parallelism over three dilutions or more."""
    inside = sorted((each for each in every if each.comparator == "="), key=lambda each: each.dilution)
    for other in inside[1:]:
        linear = 100 * other.result / inside[0].result
        words = f"{other.sample} diluted {other.dilution:g} times gives {linear:.0f} % of the least diluted result"
        if linear > number_limits("dilution_linearity", request)[1]:
            words += ": a hook effect is possible"
        yield judge(rule("dilution_linearity"), linear, words, request=request, place=other.sample)
    if len(inside) >= 3:
        results = [each.result for each in inside]
        cv = 100 * float(np.std(results, ddof=1) / np.mean(results))
        words = f"{inside[0].sample}: CV {cv:.0f} % over {len(inside)} dilutions"
        yield judge(rule("parallelism"), cv, words, request=request, place=inside[0].sample)


def _printed(one: Calibrated, chosen: Diluted, back: Floats, side: Floats) -> Diluted:
    """The instrument's numbers for the same wells, as it prints them: no range of ours is held against them."""
    wells = list(chosen.wells)
    exact, signs = back[wells][np.isfinite(back[wells])], {float(s) for s in side[wells]}
    value, reason = math.nan, "the instrument printed no number"
    comparator: Comparator = ""
    if len(exact) == len(wells):
        value, comparator, reason = float(np.mean(exact)), "=", ""
    elif not len(exact) and signs in ({-1.0}, {1.0}) and one.analyte.printed is not None:
        value, comparator, reason = float(one.analyte.printed[wells[0]]), "<" if -1.0 in signs else ">", ""
    elif len(exact):
        reason = "the instrument printed numbers for some of the wells only"
    spread = float(np.std(exact, ddof=1)) if len(exact) > 1 and comparator else math.nan
    return replace(chosen, value=value, comparator=comparator, reason=reason, spread=spread, findings=())


def _agreement(one: Calibrated, ours: Diluted, printed: Diluted, request: Request) -> Iterator[Finding]:
    if ours.comparator != "=" or printed.comparator != "=" or one.curve is None:
        return
    away = 100 * abs(ours.value - printed.value) / printed.value if printed.value else math.inf
    words = f"{ours.sample}: ours {ours.result:.4g}, printed {printed.result:.4g}, {away:.0f} % apart"
    yield judge(rule("printed_agrees"), away, words, request=request, place=ours.sample)


def _value(
    plate: Plate,
    one: Calibrated,
    each: Diluted,
    findings: tuple[Finding, ...],
    request: Request,
    quantity: str = CONCENTRATION,
) -> Measured:
    unit, factor = _unit_of(one, request)
    factor *= each.dilution
    own = quantity == CONCENTRATION and math.isfinite(one.range.lloq)
    return Measured(
        sample=each.sample,
        quantity=quantity,
        analyte=one.analyte.analyte,
        value=each.value * factor,
        unit=unit,
        comparator=each.comparator,
        reason=each.reason,
        lloq=one.range.lloq * factor if own else None,
        uloq=one.range.uloq * factor if own else None,
        replicates=len(each.wells),
        spread=each.spread * factor,
        dilution=each.dilution,
        file=plate.file,
        place=names_of(plate, each.wells),
        findings=findings,
    )


def _unit_of(one: Calibrated, request: Request) -> tuple[str, float]:
    """pg/mL and the factor to it; a unit of another kind stays as the file has it."""
    asked = request.words.get("unit", "file")
    told = one.analyte.unit or ("" if asked == "file" else asked)
    try:
        unit, wanted = read_unit(told), read_unit(UNIT)
    except NoSuchUnit:
        return told, 1.0
    return (UNIT, float(unit.factor / wanted.factor)) if unit.same_dimension(wanted) else (told, 1.0)
