"""Identity of mesenchymal stromal cells by surface markers, against the limits of the ISCT."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from firstdose.assays._kernel.flow.counting import wilson_interval
from firstdose.assays._kernel.flow.identity import PANEL, Marker, Positive, by_control, by_gates
from firstdose.assays._kernel.flow.pictures import panels_of
from firstdose.assays._kernel.flow.tubes import name_tubes, tubes_of
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
)
from firstdose.catalogue.entries import Option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.assays._kernel.flow.tubes import Tube

_ISCT = "Dominici et al., Cytotherapy 2006;8:315, table 1"
_PERCENTILE = 99.0
RULES = (
    QualityRule(
        name="marker_present",
        label="cells positive for CD73, CD90, CD105",
        breach="reject",
        source=_ISCT,
        low=Decimal(95),
        unit="%",
    ),
    QualityRule(
        name="marker_absent",
        label="cells positive for CD45, CD34, CD14 or CD11b, CD79a or CD19, HLA-DR",
        breach="reject",
        source=_ISCT,
        high=Decimal(2),
        unit="%",
    ),
    QualityRule(
        name="events",
        label="events looked at for a marker",
        breach="flag",
        source="Wilson's bound of 2 % is within 0.3 points from 10000 events on; the protocol decides",
        low=Decimal(10000),
    ),
    QualityRule(
        name="panel_complete",
        label="markers of the panel that were not measured",
        breach="reject",
        source=f"{_ISCT}; a marker that was not measured is not a pass",
        high=Decimal(0),
    ),
)
_BY_NAME = {rule.name: rule for rule in RULES}


def measure(readings: Sequence[Any], request: Request) -> Run:
    """Percent positive of every marker of the panel with its bound; markers that are not there are missing, and told."""
    tubes = tubes_of(readings, _data_set(request), binned=True)
    name_tubes(tubes, request.samples)
    roles = {each.file: each.role for each in request.samples}
    controls = [tube for tube in tubes if roles.get(tube.file, "sample") == "control"]
    stained = [tube for tube in tubes if roles.get(tube.file, "sample") == "sample"]
    measured: list[Measured] = []
    missing: list[str] = []
    for marker in PANEL:
        found = list(_positives(marker, stained, controls, request))
        measured += [value for each in found for value in _values(marker, each, request)]
        if len(found) != 1:
            told = (
                "not measured"
                if not found
                else f"measured {len(found)} times: {', '.join(each.place for each in found)}"
            )
            missing.append(f"{marker.name} {told}")
            measured += [] if found else [_nothing(marker, told)]
    return Run(
        measured=tuple(each for each in measured if not request.analytes or each.analyte in request.analytes),
        findings=tuple(_complete(missing, request)),
        panels=tuple(panel for tube in stained for panel in panels_of(tube)),
        facts=(("release by", request.words.get("release_by", "estimate")),),
    )


def _data_set(request: Request) -> int:
    text = request.words.get("data_set", "")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _positives(
    marker: Marker, stained: Sequence[Tube], controls: Sequence[Tube], request: Request
) -> Iterator[Positive]:
    """By the operator's gates; where none bears the marker's name, by the control tube."""
    gated = by_gates(marker, stained)
    if gated or len(controls) != 1:
        yield from gated
        return
    for tube in stained:
        found = by_control(marker, tube, controls[0], _percentile(request))
        if found is not None:
            yield found


def _percentile(request: Request) -> float:
    try:
        value = float(request.words.get("control_percentile", ""))
    except ValueError:
        return _PERCENTILE
    return value if 50.0 < value < 100.0 else _PERCENTILE


def _values(marker: Marker, found: Positive, request: Request) -> Iterator[Measured]:
    bound = found.bound(marker)
    judged = bound if request.words.get("release_by", "estimate") == "bound" else found.percent
    rule = _BY_NAME["marker_present" if marker.wanted else "marker_absent"]
    side = "lower" if marker.wanted else "upper"
    message = (
        f"{marker.name}: {found.inside} of {found.total} events positive, {found.percent:.2f} %, "
        f"{side} 95 % bound {bound:.2f} %"
    )
    findings = (
        judge(rule, judged, message, request=request, place=found.place),
        judge(_BY_NAME["events"], found.total, f"{found.total} events", request=request, place=found.place),
    )
    for quantity, value in (("percent_positive", found.percent), ("bound", bound)):
        yield Measured(
            sample=found.sample,
            quantity=quantity,
            analyte=marker.name,
            value=value,
            unit="%",
            file=found.file,
            place=found.place,
            findings=findings,
        )


def _nothing(marker: Marker, told: str) -> Measured:
    return Measured(
        sample="",
        quantity="percent_positive",
        analyte=marker.name,
        value=float("nan"),
        unit="%",
        comparator="",
        reason=told,
    )


def _complete(missing: list[str], request: Request) -> Iterator[Finding]:
    message = "; ".join(missing) if missing else "every marker of the panel was measured once"
    yield judge(_BY_NAME["panel_complete"], float(len(missing)), message, request=request)


ENTRY = Assay(
    name="msc_identity",
    label="identity of mesenchymal stromal cells",
    source=_ISCT,
    takes=("Events", "GateSet", "PopulationCounts"),
    yields=(
        Yield(name="percent_positive", label="cells positive", unit="%", decimals=1, of="markers"),
        Yield(name="bound", label="95 % bound of cells positive", unit="%", decimals=1, of="markers"),
    ),
    rules=RULES,
    measure=measure,
    sentence=(
        "Surface markers were held against the limits of the ISCT: at least 95 % of cells positive for CD73, CD90 and "
        "CD105, at most 2 % for CD45, CD34, CD14 or CD11b, CD79a or CD19, and HLA-DR."
    ),
    sdtm="BS",
    options=(
        Option(
            name="release_by",
            values=("estimate", "bound"),
            default="estimate",
            meaning="what is held against the limits: the percentage, or Wilson's 95 % bound on the harmful side",
        ),
        Option(
            name="control_percentile",
            default="99",
            meaning="where there are no gates: positive is above this percentile of the control tube",
        ),
        Option(name="data_set", meaning="number of the data set that is meant in files with several"),
    ),
    examples=(
        Example(
            given="9600 of 10000 cells positive for CD73: lower 95 % bound, percent",
            compute=lambda: wilson_interval(9600, 10000)[0],
            value=95.5979,
            tolerance=5e-5,
            source="Own arithmetic by Wilson's formula in exact decimals",
        ),
    ),
)
