"""Cells counted by an instrument or in a chamber: concentration and viability, judged by their own consistency."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from firstdose.assays._kernel.cells import compute_chamber, counting_error, viability_error
from firstdose.assays._kernel.count_consistency import checks_of, plain_value
from firstdose.assays._kernel.count_picture import picture_of
from firstdose.catalogue.assay import (
    Assay,
    Example,
    Finding,
    Measured,
    QualityRule,
    Request,
    Run,
    Yield,
    judge,
    limits_of,
)
from firstdose.readers.contents.cell_counts import PER_ML, PERCENT, CellCount, CellCounts, Printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PRACTICE = "Laboratory practice; the protocol decides"
OWN = "The printed numbers of one count must agree with each other; rounding is allowed for"
_UNITS = {"viability": "%", "viable_concentration": "cells/mL", "total_concentration": "cells/mL"}


def _rule(name: str, label: str, breach: Any, source: str, **limits: Any) -> QualityRule:
    return QualityRule(name=name, label=label, breach=breach, source=source, **limits)


RULES = (
    _rule("viable_within_total", "living cells over all cells", "reject", OWN, high=Decimal(1)),
    _rule(
        "viability_recomputed",
        "viability printed against recomputed, points",
        "reject",
        OWN,
        high=Decimal(1),
        unit="%",
    ),
    _rule("live_and_dead", "living and dead against the total", "reject", OWN, high=Decimal(2), unit="%"),
    _rule("numbers_present", "numbers that the counter could not give", "reject", OWN, high=Decimal(0)),
    _rule(
        "cells_counted",
        "living cells counted",
        "flag",
        "A Poisson count of 100 has an error of 10 %",
        low=Decimal(100),
    ),
    _rule("images", "images of the count", "flag", PRACTICE, low=Decimal(20)),
    _rule("clusters", "clusters per image", "flag", PRACTICE, high=Decimal("0.1")),
    _rule("aggregates", "cells in aggregates", "flag", PRACTICE, high=Decimal(10), unit="%"),
    _rule("remarks", "remarks of the counter", "flag", "The instrument's own words", high=Decimal(0)),
    _rule("two_counts", "counts of one sample apart", "flag", PRACTICE, high=Decimal(20), unit="%"),
)
_BY_NAME = {rule.name: rule for rule in RULES}
_JUDGED = (
    "viable_cells",
    "dead_cells",
    "total_cells",
    "viable_concentration",
    "total_concentration",
    "viability",
)


def measure(readings: Sequence[Any], request: Request) -> Run:
    """Viability and concentrations of every sample; several counts of one sample are averaged and compared."""
    measured: list[Measured] = []
    facts: list[tuple[str, str]] = []
    for reading in readings:
        for contents in reading.contents:
            if isinstance(contents, CellCounts):
                measured += _of_file(contents, reading.file, request)
                facts += [("counter", reading.instrument), ("counts", str(len(contents.counts)))]
    return Run(
        measured=tuple(measured), panels=picture_of(measured), facts=tuple(pair for pair in facts if pair[1])
    )


def _of_file(contents: CellCounts, file: str, request: Request) -> Iterator[Measured]:
    counts = [_completed(count) if contents.chamber else count for count in contents.counts]
    named = {count.sample: place for place, count in reversed(list(enumerate(counts)))}
    ordered = sorted(counts, key=lambda count: named[count.sample])
    for sample, group in groupby(ordered, key=lambda count: count.sample):
        role = next((each.role for each in request.samples if _is(each, file, sample)), "sample")
        if role == "sample":
            yield from _of_sample(sample, list(group), file, request)


def _is(listed: Any, file: str, sample: str) -> bool:
    return (not listed.file or listed.file == file) and listed.sample in {"", sample}


def _dilution(request: Request, file: str, sample: str) -> float:
    """A dilution made before the counter, which the counter does not know of."""
    return next(
        (each.dilution for each in request.samples if each.dilution is not None and _is(each, file, sample)),
        1.0,
    )


def _completed(count: CellCount) -> CellCount:
    """A chamber's count with the concentrations that follow from it; the form's own dilution is in them."""
    numbers = [
        plain_value(count.printed(name)) for name in ("viable_cells", "dead_cells", "squares", "dilution")
    ]
    why = _why_not(numbers)
    if why:
        gap = Printed(reason=why, unit=PER_ML)
        return replace(count, viable_concentration=gap, total_concentration=gap, viability=gap)
    live, dead = int(numbers[0]), int(numbers[1])
    found = compute_chamber(live, dead, Decimal(repr(numbers[2])), Decimal(repr(numbers[3])))
    viability = found.viability
    return replace(
        count,
        total_cells=Printed(text=str(live + dead), value=live + dead),
        viable_concentration=Printed(value=float(found.viable), unit=PER_ML),
        total_concentration=Printed(value=float(found.total), unit=PER_ML),
        viability=Printed(unit=PERCENT, reason="no cell was seen")
        if viability is None
        else Printed(value=float(viability), unit=PERCENT),
    )


def _why_not(numbers: Sequence[float]) -> str:
    live, dead, squares, dilution = numbers
    if any(map(math.isnan, numbers)):
        return "live, dead, squares or dilution is missing"
    if not (live.is_integer() and dead.is_integer()):
        return "cells are counted in whole numbers"
    return "" if squares > 0 and dilution > 0 else "squares and dilution are above 0"


def _of_sample(sample: str, counts: Sequence[CellCount], file: str, request: Request) -> Iterator[Measured]:
    findings = tuple(found for count in counts for found in _findings(count, request))
    factor = _dilution(request, file, sample)
    for quantity, unit in _UNITS.items():
        scale = factor if unit == "cells/mL" else 1.0
        values = [scale * plain_value(count.printed(quantity)) for count in counts]
        good = [value for value in values if not math.isnan(value)]
        place = (
            f"line {counts[0].line}"
            if len(counts) == 1
            else f"lines {', '.join(str(c.line) for c in counts)}"
        )
        missing = next(
            (count.printed(quantity).reason for count in counts if count.printed(quantity).reason), ""
        )
        told = (*findings, *_apart(quantity, values, request, place))
        yield Measured(
            sample=sample,
            quantity=quantity,
            analyte="",
            value=math.fsum(good) / len(good) if len(good) == len(values) else math.nan,
            unit=unit,
            comparator="=" if len(good) == len(values) else "",
            reason="" if len(good) == len(values) else missing or "not printed",
            replicates=len(values),
            spread=_spread(quantity, counts, values),
            dilution=factor,
            file=file,
            place=place,
            findings=told,
        )


def _spread(quantity: str, counts: Sequence[CellCount], values: Sequence[float]) -> float:
    """Standard error by counting alone, of one count or the mean of several; NaN where no cells are told."""
    live = [plain_value(count.viable_cells) for count in counts]
    total = [plain_value(count.total_cells) for count in counts]
    if any(map(math.isnan, [*values, *live, *total])):
        return math.nan
    if quantity == "viability":
        error = viability_error(sum(live), sum(total))
    else:
        share = counting_error(sum(live if quantity == "viable_concentration" else total))
        error = None if share is None else share * math.fsum(values) / len(values)
    return math.nan if error is None else error


def _findings(count: CellCount, request: Request) -> Iterator[Finding]:
    place = f"line {count.line}"
    for check in checks_of(count):
        yield judge(
            _BY_NAME[check.rule],
            check.value,
            f"{count.sample}: {check.message}",
            request=request,
            place=place,
        )
    gone = [name for name in _JUDGED if count.printed(name).is_printed and count.printed(name).value is None]
    words = ", ".join(f"{name.replace('_', ' ')} '{count.printed(name).text}'" for name in gone)
    message = f"{count.sample}: {words or 'every number is there'}"
    yield judge(_BY_NAME["numbers_present"], float(len(gone)), message, request=request, place=place)
    remarks = [count.complaint, *(count.printed(name).remark for name in _JUDGED)]
    said = ", ".join(filter(None, remarks))
    if said:
        yield judge(
            _BY_NAME["remarks"], float(len(said) > 0), f"{count.sample}: {said}", request=request, place=place
        )
    yield from _limits(count, request, place)


def _limits(count: CellCount, request: Request, place: str) -> Iterator[Finding]:
    """Rules about one number each, where the file has it."""
    images = plain_value(count.images)
    per_image = plain_value(count.clusters) / images if images > 0 else math.nan
    numbers = {
        "cells_counted": (plain_value(count.viable_cells), "living cells counted"),
        "images": (images, "images"),
        "clusters": (per_image, "clusters per image"),
        "aggregates": (plain_value(count.aggregates), "% of the cells in aggregates"),
    }
    for name, (value, words) in numbers.items():
        if not math.isnan(value):
            message = f"{count.sample}: {value:g} {words}"
            yield judge(_BY_NAME[name], value, message, request=request, place=place)


def _apart(quantity: str, values: Sequence[float], request: Request, place: str) -> Iterator[Finding]:
    """Two counts of one suspension, by their concentrations."""
    good = [value for value in values if not math.isnan(value)]
    if quantity == "viability" or len(good) < 2 or min(good) <= 0:
        return
    apart = 100 * (max(good) / min(good) - 1)
    most = limits_of(_BY_NAME["two_counts"], request)[1]
    message = f"{len(good)} counts are {apart:.0f} % apart" + (
        f"; {most:g} % are good" if most is not None else ""
    )
    yield judge(_BY_NAME["two_counts"], apart, message, request=request, place=place)


ENTRY = Assay(
    name="cell_count",
    label="cell count and viability",
    source="Counting chamber: 0.1 uL a square of 1 mm2; counters as their makers print",
    takes=("CellCounts",),
    yields=(
        Yield(name="viability", label="viability", unit="%", decimals=1),
        Yield(name="viable_concentration", label="living cells", unit="cells/mL", decimals=0),
        Yield(name="total_concentration", label="all cells", unit="cells/mL", decimals=0),
    ),
    rules=RULES,
    measure=measure,
    sentence=(
        "Cells were counted and their viability taken as the counter printed it, after its numbers were held against "
        "each other; a count whose numbers contradict each other gave no value."
    ),
    sdtm="BS",
    examples=(
        Example(
            given="180 living and 12 dead cells in 4 squares, diluted 2 times: living cells per mL",
            compute=lambda: float(compute_chamber(180, 12, Decimal(4), Decimal(2)).viable),
            value=900_000.0,
            tolerance=0.0,
            source="Own arithmetic: 180 / 4 x 2 x 1e4",
        ),
        Example(
            given="the same count: viability in percent",
            compute=lambda: float(compute_chamber(180, 12, Decimal(4), Decimal(2)).viability or 0),
            value=93.75,
            tolerance=0.0,
            source="Own arithmetic: 100 x 180 / 192",
        ),
    ),
)
