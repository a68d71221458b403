"""The values of a run for each listed sample: matched by name, in the item's unit and precision, with their verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from firstdose.catalogue import worst
from firstdose.laboratory.measuring import Origin
from firstdose.laboratory.reportable import Reportable
from firstdose.values.missing import read_missing
from firstdose.values.number import plain
from firstdose.values.quantity import DifferentDimension, Quantity
from firstdose.values.rounding import RoundingMode, rounded
from firstdose.values.units import read_unit
from firstdose.values.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.catalogue import Assay, Finding, Item, Measured, Verdict
    from firstdose.laboratory.measuring import MeasuredRun
    from firstdose.laboratory.samples import Listed, SampleList
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_laboratory import MeasuredItem, PlannedAssay
    from firstdose.protocol.names import Form

REFUSED, ABSENT, NOT_NAMED, SEVERAL = (
    "file refused",
    "not in the run",
    "analyte not in the run",
    "several values",
)
UNLIKE = "units do not fit"
Index = dict[tuple[str, str, str], list["Measured"]]
# Below a limit is also below a higher one; above a limit is also above a lower one.
_OUTWARD = {"<": ROUND_CEILING, ">": ROUND_FLOOR}


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a value goes: the item, its line in the protocol, and how it is rounded."""

    item: Item
    row: MeasuredItem
    mode: RoundingMode


def find_values(
    run: MeasuredRun,
    listed: SampleList,
    protocol: Protocol,
    planned: PlannedAssay,
    form: Form,
    assay: Assay,
) -> Iterator[Reportable]:
    """One Reportable a participant's sample and item, found or not; then the run's other values are left aside."""
    mode: RoundingMode = "half_even" if protocol.trial.rounding == "half even" else "half_up"
    index = _by_name(run.run.measured)
    for listing in listed.rows:
        if listing.run != run.name or not listing.is_participants:
            continue
        for row in planned.quantities:
            item = form.item(row.item)
            if item is not None:
                found = _meant(index, listing, row)
                yield _value(run, listing, _Target(item, row, mode), planned, assay, found)


def _value(
    run: MeasuredRun,
    listing: Listed,
    target: _Target,
    planned: PlannedAssay,
    assay: Assay,
    found: Sequence[Measured],
) -> Reportable:
    measured = found[0] if len(found) == 1 else None
    findings = (*run.run.findings, *(measured.findings if measured else ()))
    verdict = worst(findings)
    if said := typed_missing(listing, target.item.name):
        text, missing = said, said
    elif measured:
        text, missing = _text(measured, target, verdict, findings)
    else:
        missing = _why_none(run, listing, found)
        text = f"ND: {missing}"
    origin_file = _file_of(run, listing, measured)
    origin = run.origins.get(origin_file, Origin(sha256=""))
    return Reportable(
        activity=planned.activity,
        participant=listing.sample.participant,
        visit=listing.sample.visit,
        lesion=listing.sample.lesion,
        date=listing.date,
        item=target.item.name,
        text=text,
        assay=assay.name,
        quantity=target.row.quantity,
        analyte=measured.analyte if measured else target.row.analyte,
        value=measured.value if measured and measured.comparator else None,
        comparator=measured.comparator if measured else "",
        reason=missing or (measured.reason if measured else ""),
        unit=measured.unit if measured else "",
        lloq=measured.lloq if measured else None,
        uloq=measured.uloq if measured else None,
        replicates=measured.replicates if measured else 0,
        spread=None if measured is None or math.isnan(measured.spread) else measured.spread,
        dilution=measured.dilution if measured else 1.0,
        verdict=verdict,
        own_verdict=measured.verdict if measured else "pass",
        rules=_rules(findings),
        findings="; ".join(_told(each) for each in findings if each.verdict != "pass"),
        run=run.name,
        repeat_of=listing.repeat_of,
        repeat_reason=listing.reason,
        reported=False,
        sample=listing.sample.sample,
        file=origin_file,
        sha256=origin.sha256,
        place=measured.place if measured else "",
        reader=origin.reader,
        instrument=origin.instrument,
        software=origin.software,
        run_date=origin.run_date,
        assay_version=f"{assay.name} {assay.version}",
        list_file=listing.place.file,
        row=listing.place.line,
        own_findings=measured.findings if measured else (),
    )


def typed_missing(listing: Listed, item: str) -> str:
    """What a person wrote in the list in place of a value: why it is missing. A value is never typed there."""
    cell = listing.cells.get(item, "")
    return cell if read_missing(cell) else ""


def _by_name(measured: Sequence[Measured]) -> Index:
    """The values by (quantity, analyte, sample); an empty analyte or sample stands for all of them."""
    index: Index = {}
    for each in measured:
        for analyte in {"", each.analyte.casefold()}:
            for sample in {"", each.sample}:
                index.setdefault((each.quantity, analyte, sample), []).append(each)
    return index


def _meant(index: Index, listing: Listed, row: MeasuredItem) -> list[Measured]:
    """The values of this sample, quantity and analyte; a sample without a name is its whole file."""
    wanted = listing.sample
    alike = index.get((row.quantity, row.analyte.casefold(), wanted.sample), ())
    return [
        each
        for each in alike
        if not each.file or each.file == wanted.file or each.file.endswith(f"/{wanted.file}")
    ]


def _why_none(run: MeasuredRun, listing: Listed, found: Sequence[Measured]) -> str:
    if run.refused:
        return REFUSED
    if not listing.sample.file:
        return listing.reason
    if found:
        return SEVERAL
    known = {each.sample for each in run.run.measured}
    return NOT_NAMED if listing.sample.sample in known or not listing.sample.sample else ABSENT


def _file_of(run: MeasuredRun, listing: Listed, measured: Measured | None) -> str:
    """The raw file under its full name: the value's own, else the one that the list names."""
    if measured and measured.file in run.origins:
        return measured.file
    return next(
        (name for name in run.origins if name.endswith(f"/{listing.sample.file}")), listing.sample.file
    )


def _text(
    measured: Measured, target: _Target, verdict: Verdict, findings: Sequence[Finding]
) -> tuple[str, str]:
    """(the cell of the record, why it is missing)."""
    if verdict == "reject":
        broken = ", ".join(dict.fromkeys(each.rule for each in findings if each.verdict == "reject"))
        reason = f"quality control: {broken}"
        return f"ND: {reason}", reason
    if not measured.comparator:
        return f"ND: {measured.reason}", measured.reason
    try:
        number = _in_item_unit(measured, target)
    except (Unreadable, DifferentDimension):
        return f"ND: {UNLIKE}", UNLIKE
    sign = measured.comparator if measured.comparator in "<>" else ""
    return f"{sign}{number}", ""


def _in_item_unit(measured: Measured, target: _Target) -> str:
    """The number in the item's unit with the item's decimals; a limit is rounded to the side on which it stays true.

    Raises:
        Unreadable: the units do not fit.
    """
    exact = Decimal(f"{measured.value:.13g}")
    if measured.unit and measured.unit != target.item.unit:
        exact = Quantity(exact, read_unit(measured.unit)).to(target.item.unit).value
    if target.item.decimals is None:
        return plain(exact)
    if measured.comparator in _OUTWARD:
        step = Decimal(1).scaleb(-target.item.decimals)
        return f"{exact.quantize(step, rounding=_OUTWARD[measured.comparator]):f}"
    return f"{rounded(exact, target.item.decimals, target.mode):f}"


def _rules(findings: Sequence[Finding]) -> str:
    broken = [each.rule for each in findings if each.verdict != "pass"]
    return " ".join(dict.fromkeys(broken or [each.rule for each in findings]))


def _told(finding: Finding) -> str:
    where = f"{finding.place}: " if finding.place else ""
    return f"{finding.verdict} {finding.rule}: {where}{finding.message}"
