"""Flow cytometry: percent of parent and of lymphocytes, cells per uL and events, by the operator's own gates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from firstdose.assays._kernel.flow import naming
from firstdose.assays._kernel.flow.counting import (
    cells_by_beads,
    cells_by_two_platforms,
    percent_of,
    wilson_interval,
)
from firstdose.assays._kernel.flow.judging import judge_population, judge_tube, read_twice
from firstdose.assays._kernel.flow.pictures import panels_of
from firstdose.assays._kernel.flow.rules import BY_NAME, RULES
from firstdose.assays._kernel.flow.tubes import name_tubes, tubes_of, unnamed_data_sets
from firstdose.catalogue.assay import Assay, Example, Finding, Measured, Request, Run, Yield, judge
from firstdose.catalogue.entries import Option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.assays._kernel.flow.tubes import Counted, Tube
    from firstdose.catalogue.assay import Sample

_UNITS = {
    "events": "1",
    "percent_of_parent": "%",
    "percent_of_denominator": "%",
    "cells_per_uL": "cells/uL",
    "automatic_percent": "%",
}
_NUMBERS = ("beads_per_tube", "blood_volume", "white_cells", "lymphocyte_percent")


def measure(readings: Sequence[Any], request: Request) -> Run:
    """Every population of every tube, with the findings of its tube; an automatic second reader beside the gates."""
    data_set = int(_number(request.words.get("data_set", "")) or 0)
    binned = request.words.get("binning", "as drawn") != "exact"
    measured: list[Measured] = []
    findings = list(_unnamed(readings, data_set, request))
    tubes = tubes_of(readings, data_set, binned=binned)
    name_tubes(tubes, request.samples)
    for tube in tubes:
        if not _is_wanted(tube, request):
            continue
        values, told = _of_tube(tube, request)
        measured += values
        findings += told
    findings += _versions(tubes, request)
    return Run(
        measured=tuple(measured),
        findings=tuple(findings),
        panels=tuple(panel for tube in tubes for panel in panels_of(tube)),
        facts=tuple(fact for tube in tubes for fact in _facts(tube)),
    )


def _unnamed(readings: Sequence[Any], data_set: int, request: Request) -> Iterator[Finding]:
    for file, found in unnamed_data_sets(readings, data_set):
        told = ", ".join(f"{each.dataset} ({each.version}, {len(each)} events)" for each in found)
        message = f"the file holds {len(found)} data sets, name the one that is meant: {told}"
        yield judge(BY_NAME["data_set"], float(len(found)), message, request=request, place=file)


def _is_wanted(tube: Tube, request: Request) -> bool:
    listed = _listed(tube, request)
    return listed is None or listed.role == "sample"


def _listed(tube: Tube, request: Request) -> Sample | None:
    """The row of the list of samples that speaks of this tube."""
    rows = [each for each in request.samples if not each.file or each.file == tube.file]
    return next((each for each in rows if each.sample in {"", tube.sample}), None)


def _of_tube(tube: Tube, request: Request) -> tuple[list[Measured], list[Finding]]:
    if tube.trouble:
        findings = [judge(BY_NAME["gates"], 1.0, tube.trouble, request=request, place=tube.sample)]
        automatic, _ = read_twice(tube, request)
        return [_automatic(tube, name, share, ()) for name, share in automatic.items()], findings
    whole = tuple(judge_tube(tube, request))
    automatic, twice = read_twice(tube, request)
    values: list[Measured] = []
    for counted in tube.populations:
        analyte = _analyte(tube, counted, request)
        if analyte is not None:
            own = (*judge_population(tube, counted, request), *twice.get(counted.meaning, ()))
            values += _of_population(tube, counted, analyte, (*whole, *own), request)
    values += [_automatic(tube, name, share, twice.get(name, ())) for name, share in automatic.items()]
    return values, [] if values else list(whole)


def _analyte(tube: Tube, counted: Counted, request: Request) -> str | None:
    """The name under which a population is reported: the protocol's where it asks for it, None where it does not."""
    own = tube.name_of(counted)
    if not request.analytes:
        return own
    names = {own.casefold(), "/".join(counted.path).casefold()}
    for asked in request.analytes:
        if asked.casefold() in names:
            return asked
    for asked in request.analytes:
        alike = [
            each for each in tube.populations if each.meaning and each.meaning == naming.meaning_of(asked)
        ]
        if alike and alike[0] is counted and not any(_is_named(each, asked) for each in tube.populations):
            return asked
    return None


def _is_named(counted: Counted, name: str) -> bool:
    return name.casefold() in {counted.name.casefold(), "/".join(counted.path).casefold()}


def _of_population(
    tube: Tube, counted: Counted, analyte: str, findings: tuple[Finding, ...], request: Request
) -> Iterator[Measured]:
    if counted.inside is None:
        yield _missing(tube, counted, analyte, "events", counted.reason or "no count", findings)
        yield _missing(tube, counted, analyte, "percent_of_parent", counted.reason or "no count", findings)
        return
    yield _value(tube, counted, analyte, "events", float(counted.inside), findings)
    if counted.parent:
        share = percent_of(counted.inside, counted.parent)
        yield _value(tube, counted, analyte, "percent_of_parent", share, findings)
    else:
        reason = "the parent has no event" if counted.parent == 0 else "the parent has no count"
        yield _missing(tube, counted, analyte, "percent_of_parent", reason, findings)
    share, reason = _of_denominator(tube, counted, request)
    if not reason or "denominator" in request.words:
        yield _either(tube, counted, analyte, "percent_of_denominator", share, reason, findings)
    cells, reason = _absolute(tube, counted, request)
    if not math.isnan(cells) or reason:
        yield _either(tube, counted, analyte, "cells_per_uL", cells, reason, findings)


def _of_denominator(tube: Tube, counted: Counted, request: Request) -> tuple[float, str]:
    wanted = request.words.get("denominator", naming.LYMPHOCYTES)
    if wanted == "all events":
        total = tube.total
    else:
        found = tube.base() if wanted == naming.LYMPHOCYTES else tube.of_meaning(wanted)
        if found is not None and counted.path[: len(found.path)] != found.path:
            return float("nan"), f"{counted.name} is no part of {found.name}"
        total = found.inside if found else None
    if not total:
        return float("nan"), f"there is no population of {wanted}"
    return percent_of(counted.inside or 0, total), ""


def _absolute(tube: Tube, counted: Counted, request: Request) -> tuple[float, str]:
    """Cells per uL by the platform that the protocol names; (NaN, '') where it names none."""
    platform = request.words.get("platform", "none")
    numbers = {name: _fact(tube, name, request) for name in _NUMBERS}
    if platform == "beads":
        beads = tube.of_meaning(naming.BEADS)
        if beads is None or not beads.inside:
            return float("nan"), "there is no gate of beads with events"
        if missing := _lacking(numbers, "beads_per_tube", "blood_volume"):
            return float("nan"), missing
        per_tube, volume = numbers["beads_per_tube"], numbers["blood_volume"]
        return cells_by_beads(counted.inside or 0, beads.inside, per_tube, volume), ""
    if platform == "two platforms":
        if missing := _lacking(numbers, "white_cells", "lymphocyte_percent"):
            return float("nan"), missing
        base = tube.base()
        if base is None or not base.inside:
            return float("nan"), "there is no population of lymphocytes"
        share = percent_of(counted.inside or 0, base.inside)
        return cells_by_two_platforms(numbers["white_cells"], numbers["lymphocyte_percent"], share), ""
    return float("nan"), ""


def _lacking(numbers: dict[str, float], *names: str) -> str:
    missing = [name for name in names if not numbers[name] > 0]
    return f"the list of samples does not say {' and '.join(missing)}" if missing else ""


def _fact(tube: Tube, name: str, request: Request) -> float:
    """A number that goes with the sample: from the list of samples, else from the protocol; NaN where neither says."""
    listed = _listed(tube, request)
    told = (listed.facts.get(name, "") if listed else "") or request.words.get(name, "")
    value = _number(told)
    return float("nan") if value is None else value


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _either(
    tube: Tube,
    counted: Counted,
    analyte: str,
    quantity: str,
    value: float,
    reason: str,
    findings: tuple[Finding, ...],
) -> Measured:
    if reason or math.isnan(value):
        return _missing(tube, counted, analyte, quantity, reason, findings)
    return _value(tube, counted, analyte, quantity, value, findings)


def _value(
    tube: Tube, counted: Counted, analyte: str, quantity: str, value: float, findings: tuple[Finding, ...]
) -> Measured:
    return Measured(
        sample=tube.sample,
        quantity=quantity,
        analyte=analyte,
        value=value,
        unit=_UNITS[quantity],
        file=tube.file,
        place="/".join(counted.path),
        findings=findings,
    )


def _missing(
    tube: Tube, counted: Counted, analyte: str, quantity: str, reason: str, findings: tuple[Finding, ...]
) -> Measured:
    return Measured(
        sample=tube.sample,
        quantity=quantity,
        analyte=analyte,
        value=float("nan"),
        unit=_UNITS[quantity],
        comparator="",
        reason=reason,
        file=tube.file,
        place="/".join(counted.path),
        findings=findings,
    )


def _automatic(tube: Tube, name: str, share: float, findings: tuple[Finding, ...]) -> Measured:
    nothing = math.isnan(share)
    return Measured(
        sample=tube.sample,
        quantity="automatic_percent",
        analyte=name,
        value=share,
        unit="%",
        comparator="" if nothing else "=",
        reason="the automatic reader found no lymphocytes" if nothing else "",
        file=tube.file,
        place="automatic reader",
        findings=findings,
    )


def _versions(tubes: Sequence[Tube], request: Request) -> Iterator[Finding]:
    digests = {tube.gates.digest for tube in tubes if tube.gates is not None}
    if len(digests) > 1:
        message = f"the tubes of this run were gated with {len(digests)} versions of gates"
        yield judge(BY_NAME["one_version"], float(len(digests)), message, request=request)


def _facts(tube: Tube) -> Iterator[tuple[str, str]]:
    if tube.events is not None:
        stained = [f"{each.name} {each.label}".strip() for each in tube.events.channels]
        yield f"{tube.sample}: events", f"{len(tube.events)} of {tube.events.version}"
        yield f"{tube.sample}: channels", ", ".join(stained)
    if tube.gates is not None:
        yield (
            f"{tube.sample}: gates",
            f"{len(tube.gates.gates)} of {tube.gates.program}, version {tube.gates.digest}",
        )
    elif tube.recorded is not None:
        yield f"{tube.sample}: counts", f"recorded by {tube.recorded.program}, not gated again"


ENTRY = Assay(
    name="flow_cytometry",
    label="flow cytometry",
    source="ISAC FCS 3.1 and Gating-ML 2.0; Wilson, J Am Stat Assoc 1927;22:209",
    takes=("Events", "GateSet", "PopulationCounts"),
    yields=(
        Yield(name="percent_of_parent", label="percent of parent", unit="%", decimals=2, of="populations"),
        Yield(
            name="percent_of_denominator",
            label="percent of denominator",
            unit="%",
            decimals=2,
            of="populations",
        ),
        Yield(name="cells_per_uL", label="absolute count", unit="cells/uL", decimals=0, of="populations"),
        Yield(name="events", label="events", unit="1", decimals=0, of="populations"),
        Yield(
            name="automatic_percent",
            label="percent by the automatic reader",
            unit="%",
            decimals=2,
            of="populations",
        ),
    ),
    rules=RULES,
    measure=measure,
    sentence=(
        "Populations were counted with the operator's own gates, compensation and scales; an automatic second reader "
        "stood beside them, flagged what differed, and replaced nothing."
    ),
    sdtm="CP",
    options=(
        Option(
            name="denominator",
            values=(naming.LYMPHOCYTES, naming.T, naming.CD4, naming.VIABLE, naming.SINGLETS, "all events"),
            default=naming.LYMPHOCYTES,
            meaning="what percent_of_denominator is a percentage of",
        ),
        Option(
            name="platform",
            values=("none", "beads", "two platforms"),
            default="none",
            meaning="where cells per uL come from: beads in the tube, or a blood count beside it",
        ),
        Option(name="beads_per_tube", meaning="beads in a tube, where the list of samples does not say it"),
        Option(
            name="blood_volume", meaning="uL of blood in a tube, where the list of samples does not say it"
        ),
        Option(name="white_cells", meaning="white cells, 10^9/L; usually in the list of samples"),
        Option(
            name="lymphocyte_percent", meaning="lymphocytes of white cells, %; usually in the list of samples"
        ),
        Option(name="data_set", meaning="number of the data set that is meant in files with several"),
        Option(
            name="binning",
            values=("as drawn", "exact"),
            default="as drawn",
            meaning="FlowJo gates the cells of its display; exact gates the events' own values",
        ),
    ),
    examples=(
        Example(
            given="2000 T cells, 10000 beads of 50000 in the tube, 50 uL of blood: cells per uL",
            compute=lambda: cells_by_beads(2000, 10000, 50000.0, 50.0),
            value=200.0,
            tolerance=1e-12,
            source="Own arithmetic: 2000 / 10000 x 50000 / 50",
        ),
        Example(
            given="6.0 x 10^9/L white cells, 30 % lymphocytes, 12 % of them B cells: cells per uL",
            compute=lambda: cells_by_two_platforms(6.0, 30.0, 12.0),
            value=216.0,
            tolerance=1e-9,
            source="Own arithmetic: 6000 x 0.30 x 0.12",
        ),
        Example(
            given="10 of 100 events: lower end of Wilson's 95 % interval, percent",
            compute=lambda: wilson_interval(10, 100)[0],
            value=5.5229,
            tolerance=5e-5,
            source="Own arithmetic by Wilson's formula in exact decimals: 5.522914",
        ),
    ),
)
