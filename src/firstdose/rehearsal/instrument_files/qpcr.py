"""Invented RT-qPCR: plates with chosen relative quantities, as a QuantStudio text export or as RDML 1.2."""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

INVENTED = "INVENTED for a rehearsal, not measured"
DERMAL_TARGETS, BLOOD_TARGETS, REFERENCE = ("IL17A", "TNF", "IFNG"), ("FOXP3",), "GAPDH"
REFERENCE_CQ = 20.0
AMOUNTS = (1e5, 1e4, 1e3, 1e2, 1e1)
ROWS, COLUMNS = 16, 24
_LETTERS = "ABCDEFGHIJKLMNOP"
_AT_CQ, _BACKGROUND = 0.05, 0.6  # share of the plateau reached at the Cq; fluorescence before the first cycle
_TASKS = {"sample": "UNKNOWN", "standard": "STANDARD", "ntc": "NTC"}
_TYPES = {"sample": "unkn", "standard": "std", "ntc": "ntc"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PcrWell:
    """An invented reaction. `cq` None: nothing is amplified. `role`: sample, standard (of `amount` copies) or ntc."""

    well: str
    sample: str
    target: str
    cq: float | None
    role: str = "sample"
    amount: float | None = None


def expression_plate(
    quantities: Mapping[str, Mapping[str, float]],
    *,
    reference: str = REFERENCE,
    cycles: int = 40,
    noise: float = 0.08,
    seed: int = 1,
) -> tuple[PcrWell, ...]:
    """A 384-well plate: sample > target > true quantity relative to the reference gene, 0 for none.

    Every sample in triplicate, of each target two empty controls and a dilution series of five amounts in duplicate.

    Raises:
        ValueError: more reactions than wells.
    """
    rng = np.random.default_rng(seed)
    targets = (*dict.fromkeys(name for each in quantities.values() for name in each), reference)
    planned = list(_planned(quantities, targets, reference))
    if len(planned) > ROWS * COLUMNS:
        raise ValueError(f"{len(planned)} reactions do not fit on a plate of {ROWS * COLUMNS} wells")
    wells = []
    for number, (sample, target, cq, role, amount) in enumerate(planned):
        drawn = None if cq is None else round(cq + float(rng.normal(0, noise)), 3)
        found = None if drawn is None or drawn > cycles else max(drawn, 1.0)
        name = f"{_LETTERS[number // COLUMNS]}{number % COLUMNS + 1}"
        wells.append(PcrWell(well=name, sample=sample, target=target, cq=found, role=role, amount=amount))
    return tuple(wells)


_Planned = tuple[str, str, float | None, str, float | None]


def _planned(
    quantities: Mapping[str, Mapping[str, float]], targets: Sequence[str], reference: str
) -> Iterator[_Planned]:
    for sample, own in quantities.items():
        for target in targets:
            quantity = 1.0 if target == reference else own.get(target, 0.0)
            cq = REFERENCE_CQ - math.log2(quantity) if quantity > 0 else None
            yield from [(sample, target, cq, "sample", None)] * 3
    for target in targets:
        yield from [("NTC", target, None, "ntc", None)] * 2
        for amount in AMOUNTS:
            cq = REFERENCE_CQ - 2 + math.log2(AMOUNTS[0] / amount)
            yield from [(f"STD {amount:g}", target, cq, "standard", amount)] * 2


def amplification_curve(
    cq: float | None, cycles: int, *, noise: float = 0.0005, seed: int = 1
) -> NDArray[np.float64]:
    """Raw fluorescence, shape (cycles,): doubling that levels off, on a constant background."""
    rng = np.random.default_rng(seed)
    if cq is None:
        signal = np.zeros(cycles)
    else:
        product = _AT_CQ * 2.0 ** (np.arange(1, cycles + 1) - cq)
        signal = 4 * product / (1 + product)
    return np.asarray(_BACKGROUND + signal + rng.normal(0, noise, cycles))


def write_quantstudio(
    wells: Sequence[PcrWell], *, name: str, ended: str, cycles: int = 40, seed: int = 1
) -> bytes:
    """The text export of a plate with results and curves; the comment of every row says that it is invented."""
    lines = [
        f"* Block Type = {ROWS * COLUMNS}-Well Block",
        "* Chemistry = TAQMAN",
        f"* Experiment Comments = {INVENTED}",
        f"* Experiment Name = {name}",
        f"* Experiment Run End Time = {ended}",
        "* Experiment Type = Comparative Cт (ΔΔCт)",
        "* Instrument Type = QuantStudio(TM) 7 Flex System",
        "* Passive Reference = ROX",
        "* Quantification Cycle Method = Ct",
        "* Signal Smoothing On = true",
        "",
        "[Amplification Data]",
        "Well\tCycle\tTarget Name\tRn\tDelta Rn",
    ]
    for number, well in enumerate(wells, start=1):
        curve = amplification_curve(well.cq, cycles, seed=seed + number)
        lines += [
            f"{number}\t{cycle}\t{well.target}\t{level:.4f}\t{level - _BACKGROUND:.4f}"
            for cycle, level in enumerate(curve, start=1)
        ]
    lines += [
        "",
        "[Results]",
        "Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tQuencher\tQuantity\tCT\tBaseline End\tComments",
    ]
    lines += [_result(number, well) for number, well in enumerate(wells, start=1)]
    lines += ["", f"Endogenous Control\t{REFERENCE}", ""]
    return "\r\n".join(lines).encode("utf-8")


def _result(number: int, well: PcrWell) -> str:
    cq = "Undetermined" if well.cq is None else f"{well.cq:.3f}"
    amount = "" if well.amount is None else f"{well.amount:g}"
    end = "39" if well.cq is None else str(max(4, int(well.cq) - 4))
    cells = (str(number), well.well, "false", well.sample, well.target, _TASKS[well.role], "FAM", "NFQ-MGB")
    return "\t".join((*cells, amount, cq, end, INVENTED))


def write_rdml(
    wells: Sequence[PcrWell], *, name: str, run_date: str, cycles: int = 40, seed: int = 1
) -> bytes:
    """The same plate as RDML 1.2: an archive whose bytes depend on nothing but what is given."""
    text = "\n".join(_document(wells, name, run_date, (cycles, seed)))
    opened = io.BytesIO()
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo("rdml_data.xml", date_time=(1980, 1, 1, 0, 0, 0))
        member.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(member, text)
    return opened.getvalue()


def _document(wells: Sequence[PcrWell], name: str, run_date: str, curves: tuple[int, int]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<rdml version="1.2" xmlns="http://www.rdml.org">'
    yield f'<documentation id="origin"><text>{INVENTED}</text></documentation><dye id="FAM"/>'
    samples = {well.sample: well for well in wells}
    for sample, well in samples.items():
        amount = (
            ""
            if well.amount is None
            else f"<quantity><value>{well.amount:g}</value><unit>cop</unit></quantity>"
        )
        yield f"<sample id={quoteattr(sample)}><type>{_TYPES[well.role]}</type>{amount}</sample>"
    for target in dict.fromkeys(well.target for well in wells):
        kind = "ref" if target == REFERENCE else "toi"
        yield f'<target id={quoteattr(target)}><type>{kind}</type><dyeId id="FAM"/></target>'
    yield f"<experiment id={quoteattr(name)}><run id={quoteattr(name)}>"
    yield f"<instrument>{INVENTED}</instrument>"
    yield f"<pcrFormat><rows>{ROWS}</rows><columns>{COLUMNS}</columns><rowLabel>ABC</rowLabel>"
    yield f"<columnLabel>123</columnLabel></pcrFormat><runDate>{escape(run_date)}</runDate>"
    for number, well in enumerate(wells, start=1):
        yield from _reaction(number, well, *curves)
    yield "</run></experiment></rdml>"


def _reaction(number: int, well: PcrWell, cycles: int, seed: int) -> Iterator[str]:
    react = _LETTERS.index(well.well[0]) * COLUMNS + int(well.well[1:])
    yield f'<react id="{react}"><sample id={quoteattr(well.sample)}/><data><tar id={quoteattr(well.target)}/>'
    if well.cq is not None:
        yield f"<cq>{well.cq:.3f}</cq>"
    curve = amplification_curve(well.cq, cycles, seed=seed + number)
    for cycle, level in enumerate(curve, start=1):
        yield f"<adp><cyc>{cycle}</cyc><fluor>{level:.4f}</fluor></adp>"
    yield "</data></react>"
