"""A small format and a small assay of the tests' own, so that the room is tested without any instrument."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from firstdose.catalogue import (
    Assay,
    Finding,
    Layer,
    Measured,
    Option,
    Panel,
    QualityRule,
    Request,
    Run,
    Yield,
    judge,
)
from firstdose.catalogue import loading as catalogue_loading
from firstdose.laboratory import activity, reading
from firstdose.readers import refusals
from firstdose.readers.reader import Reader, Reading, Source, refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAGIC = b"SMALL\n"
SPREAD = QualityRule(
    name="spread", label="spread of duplicates", breach="reject", source="a test", high=Decimal(20), unit="%"
)
BLANK = QualityRule(name="blank", label="the blank is low", breach="flag", source="a test", high=Decimal(1))


class Lines(tuple[list[str], ...]):
    """The contents of a small file: words of each line."""

    __slots__ = ()


def read_small(source: Source) -> Reading:
    lines = source.content.decode().splitlines()[1:]
    if "broken" in lines:
        return refused(refusals.damaged(source.at(1 + lines.index("broken") + 1), "it is broken here"))
    return Reading(contents=(Lines(line.split() for line in lines),), instrument="Small One", software="1.0")


SMALL = Reader(
    name="small",
    label="a small file",
    source="a test",
    yields=("Lines",),
    extensions=("small",),
    recognises=lambda source: source.start.startswith(MAGIC),
    read=read_small,
    why_not=lambda source: refusals.damaged(source.place, "it does not begin with SMALL"),
)


def measure_small(readings: Sequence[Reading], request: Request) -> Run:
    """Lines: sample analyte value spread; `<` or `>` before a value: outside of what can be quantified."""
    found = []
    for each in readings:
        for sample, analyte, text, spread in each.contents[0]:
            found.append(_measured(each.file, sample, analyte, text, float(spread), request))
    blank = sum(one.sample == "blank" for one in found)
    finding = judge(BLANK, float(blank), f"{blank} blanks", request=request)
    panel = Panel(
        title="Line",
        x_label="x",
        y_label="y",
        layers=(Layer(kind="line", x=np.array([0.0, 1.0]), y=np.array([0.0, 1.0])),),
        alt="a line",
    )
    return Run(
        measured=tuple(found),
        findings=(finding,),
        panels=(panel,),
        facts=(("asked", str(dict(request.words))),),
    )


def _measured(file: str, sample: str, analyte: str, text: str, spread: float, request: Request) -> Measured:
    sign, lost = text[0] if text[0] in "<>" else "=", text == "lost"
    finding: Finding = judge(SPREAD, spread, f"spread {spread} %", request=request, place=sample)
    return Measured(
        sample=sample,
        quantity="amount",
        analyte=analyte,
        value=float("nan") if lost else float(text.lstrip("<>")),
        unit="ng/mL",
        comparator="" if lost else sign,  # type: ignore[arg-type]
        reason="tube lost" if lost else "",
        lloq=1.0,
        spread=spread,
        file=file,
        place=f"well {sample}",
        findings=(finding,),
    )


ASSAY = Assay(
    name="small_assay",
    label="a small assay",
    source="a test",
    takes=("Lines",),
    yields=(Yield(name="amount", label="amount", unit="ng/mL", decimals=1, of="analyte"),),
    rules=(SPREAD, BLANK),
    measure=measure_small,
    sentence="Amounts were measured by the small assay.",
    sdtm="LB",
    options=(Option(name="mode", values=("plain", "odd"), default="plain", meaning="how"),),
)


@pytest.fixture(autouse=True)
def small_shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The shelf `assays` and the formats hold the small ones alone, and nothing is kept outside the test."""
    shelves: dict[str, Any] = {"assays": {"small_assay": ASSAY}, "readers.formats": {"small": SMALL}}
    original = catalogue_loading.load

    def load(shelf: str) -> Any:
        return shelves.get(shelf) or original(shelf)

    monkeypatch.setattr(activity, "load", load)
    monkeypatch.setattr(reading, "load", load)
    monkeypatch.setenv("FIRSTDOSE_CACHE", str(tmp_path / "cache"))
