"""The findings on a tube and on its populations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.flow import naming
from firstdose.assays._kernel.flow.counting import counting_error, percent_of, wilson_interval
from firstdose.assays._kernel.flow.quality import (
    saturated_percent,
    second_reading,
    stains_gated,
    time_drift,
    worst_condition,
)
from firstdose.assays._kernel.flow.rules import BY_NAME
from firstdose.catalogue.assay import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.assays._kernel.flow.tubes import Counted, Tube
    from firstdose.catalogue.assay import Finding, Request

_READ_TWICE = (naming.B, naming.T, naming.CD4, naming.CD8, naming.NK, naming.GD)


def judge_tube(tube: Tube, request: Request) -> Iterator[Finding]:
    """Findings on the tube as a whole; they hold for every value of it."""
    yield from _of_stains(tube, request)
    yield from _of_run(tube, request)
    yield from _of_viability(tube, request)
    yield from _of_sums(tube, request)


def judge_population(tube: Tube, counted: Counted, request: Request) -> Iterator[Finding]:
    """Findings on one population that has a count."""
    if counted.inside is None:
        return
    place = "/".join(counted.path)
    for name in ("events_least", "events_good"):
        message = _counting(counted.inside, counted.parent)
        yield judge(BY_NAME[name], counted.inside, message, request=request, place=place)
    if counted.meaning == naming.TREG and counted.parent is not None:
        message = f"{counted.parent} events in the parent of regulatory T cells"
        yield judge(BY_NAME["treg_parent"], counted.parent, message, request=request, place=place)
    if tube.events is not None and tube.recorded is not None and (told := tube.recorded.count(counted.path)):
        apart = 100.0 * abs(counted.inside - told) / told
        message = f"{counted.inside} events; the program recorded {told}"
        yield judge(BY_NAME["recorded"], apart, message, request=request, place=place)


def _counting(inside: int, parent: int | None) -> str:
    told = "no event" if not inside else f"{inside} events, counting error {counting_error(inside):.1f} %"
    if not parent:
        return told
    low, high = wilson_interval(min(inside, parent), parent)
    return f"{told}, {percent_of(inside, parent):.2f} % of the parent (95 % interval {low:.2f} to {high:.2f})"


def _of_stains(tube: Tube, request: Request) -> Iterator[Finding]:
    stains = stains_gated(tube)
    if len(stains) < 2:
        return
    bare = [axis.channel for axis in stains if not axis.compensation]
    condition = worst_condition(tube)
    lacking = len(bare) == len(stains) or math.isnan(condition)
    message = f"{len(stains)} fluorochromes are gated, {0 if lacking else len(stains) - len(bare)} of them compensated"
    yield judge(BY_NAME["compensation"], float(lacking), message, request=request)
    if not lacking:
        message = f"the condition number of the compensation is {condition:.1f}"
        yield judge(BY_NAME["condition"], condition, message, request=request)


def _of_run(tube: Tube, request: Request) -> Iterator[Finding]:
    if tube.events is None or not tube.inside:
        return
    share, channel = saturated_percent(tube)
    message = f"{share:.2f} % of events at the end of the range{f' of {channel}' if channel else ''}"
    yield judge(BY_NAME["saturation"], share, message, request=request, place=channel)
    drift, channel = time_drift(tube)
    if not math.isnan(drift):
        message = f"{channel or 'no channel'} wanders by {drift:.1f} % of its range over the run"
        yield judge(BY_NAME["time_drift"], drift, message, request=request, place=channel)


def _of_viability(tube: Tube, request: Request) -> Iterator[Finding]:
    living = tube.of_meaning(naming.VIABLE)
    if living is None or living.inside is None or not living.parent:
        return
    share = percent_of(living.inside, living.parent)
    for name in ("viability", "viability_limit"):
        message = f"{share:.1f} % of the parent are viable"
        yield judge(BY_NAME[name], share, message, request=request, place="/".join(living.path))


def _of_sums(tube: Tube, request: Request) -> Iterator[Finding]:
    base = tube.base()
    if base is None or not base.inside:
        return
    found = {name: _share(tube, name, base.inside) for name in _READ_TWICE}
    main = [found[name] for name in (naming.T, naming.B, naming.NK)]
    if not any(math.isnan(share) for share in main):
        total = sum(main)
        for name in ("lymphosum", "lymphosum_limit"):
            message = f"T, B and NK cells together are {total:.1f} % of lymphocytes"
            yield judge(BY_NAME[name], total, message, request=request, place="/".join(base.path))
    if not any(math.isnan(found[name]) for name in (naming.T, naming.CD4, naming.CD8)):
        gamma_delta = 0.0 if math.isnan(found[naming.GD]) else found[naming.GD]
        rest = found[naming.T] - found[naming.CD4] - found[naming.CD8] - gamma_delta
        message = f"T cells exceed their subsets by {rest:.1f} points of lymphocytes"
        yield judge(BY_NAME["t_sum"], rest, message, request=request, place="/".join(base.path))


def _share(tube: Tube, meaning: str, base: int) -> float:
    counted = tube.of_meaning(meaning)
    return (
        percent_of(counted.inside, base)
        if counted is not None and counted.inside is not None
        else float("nan")
    )


def read_twice(tube: Tube, request: Request) -> tuple[dict[str, float], dict[str, tuple[Finding, ...]]]:
    """Percent of lymphocytes by the automatic reader, and the findings where it differs from the operator's gates."""
    found = second_reading(tube)
    total = int(np.count_nonzero(found[naming.LYMPHOCYTES])) if found else 0
    shares = {
        name: percent_of(int(np.count_nonzero(found[name])), total) for name in found if name in _READ_TWICE
    }
    base = tube.base()
    findings: dict[str, tuple[Finding, ...]] = {}
    if base is not None and base.inside:
        for name, share in shares.items():
            by_gates = _share(tube, name, base.inside)
            if not math.isnan(by_gates) and not math.isnan(share):
                findings[name] = tuple(_compared(name, by_gates, share, request))
    return shares, findings


def _compared(name: str, by_gates: float, share: float, request: Request) -> Iterator[Finding]:
    message = f"{name}: {by_gates:.2f} % of lymphocytes by the gates, {share:.2f} % by the automatic reader"
    apart = abs(by_gates - share)
    yield judge(BY_NAME["second_reader"], apart, message, request=request, place=name)
    relative = 100.0 * apart / by_gates if by_gates else (0.0 if share == 0 else float("inf"))
    yield judge(BY_NAME["second_reader_relative"], relative, message, request=request, place=name)
