"""A study with a product section: the base study of the pages of Issues, with release and custody."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from tests.shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot

PRODUCT = """
product:
  release: |
    attribute   limit           method         breach  floor
    viability   >= 80 %         trypan blue    reject  >= 70 %
    identity    >= 95 %         flow           reject  .
    sterility   no growth       culture, 14 d  reject  .
    endotoxin   <= 5 EU/kg/h    LAL            reject  .
    mycoplasma  negative        PCR            reject  .
    passage     <= 5            record         flag    .
    expiry      in date         record         reject  .
  custody: donor bank lot vial thaw syringe plaque
  stability: 6 h
"""
TESTS = (
    ("viability", "95", "%"),
    ("identity", "97.5", "%"),
    ("sterility", "no growth", ""),
    ("endotoxin", "< 0.5", "EU/kg/h"),
    ("mycoplasma", "negative", ""),
    ("passage", "3", ""),
)
HEADER = "lot,attribute,result,unit,method,person,time,override_by_1,override_by_2,override_reason"
LINKS = """id,kind,parent,time,person,participant,lesion
D3,donor,,2023-11-02,QA,,
B3,bank,D3,2023-11-20,QA,,
A17,lot,B3,2024-01-15,QA,,
V17,vial,A17,2024-01-15,QA,,
T17,thaw,V17,2024-03-04T08:00,LR,,
S1,syringe,T17,2024-03-04T09:30,LR,P1,L1
S2,syringe,T17,2024-03-04T09:40,LR,P1,L2
G1,plaque,S1,2024-03-04T10:10,MK,P1,L1
G2,plaque,S2,2024-03-04T10:30,MK,P1,L2
A18,lot,B3,2024-02-10,QA,,
V18,vial,A18,2024-02-10,QA,,
T18,thaw,V18,2024-04-02T08:00,LR,,
S3,syringe,T18,2024-04-02T09:30,LR,P2,L1
G3,plaque,S3,2024-04-02T10:00,MK,P2,L1
"""


def release_table(expiries: tuple[str, str] = ("2024-03-05", "2024-04-03")) -> str:
    """Both lots with passing results."""
    rows = [HEADER]
    for lot, day, expiry in (("A17", "2024-03-01", expiries[0]), ("A18", "2024-03-29", expiries[1])):
        rows += [f"{lot},{name},{result},{unit},as planned,QA,{day},,," for name, result, unit in TESTS]
        rows.append(f"{lot},expiry,{expiry},,record,QA,{day},,,")
    return "\n".join(rows) + "\n"


def write_product_study(
    folder: Path, *, product: str = PRODUCT, release: str | None = None, custody: str = LINKS
) -> Path:
    """The study in a folder; '' leaves a table out."""
    study = folder / "study"
    shutil.copytree(ROOT / "docs" / "issues" / "base", study)
    protocol = study / "protocol.yaml"
    protocol.write_text(protocol.read_text("utf-8") + product, "utf-8")
    tables = {"product_release": release_table() if release is None else release, "custody": custody}
    for name, text in tables.items():
        if text:
            (study / "records" / f"{name}.csv").write_text(text, "utf-8")
    return study


def read_product_study(study: Path) -> tuple[Protocol, Snapshot]:
    reading = read_protocol(study / "protocol.yaml")
    assert reading.protocol is not None
    assert reading.issues == ()
    return reading.protocol, read_study(study, reading.protocol).snapshot
