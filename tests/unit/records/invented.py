"""A clean invented study of the seed's protocol as tables of text; tests plant one fault each and write it down."""

from __future__ import annotations

import csv
import datetime as dt
import io
from functools import cache
from pathlib import Path

from firstdose.catalogue import Item
from firstdose.protocol.model import Protocol
from firstdose.protocol.names import Form, forms
from firstdose.protocol.reading import read_protocol, read_protocol_text
from firstdose.records.checking import check_records
from firstdose.records.study import StudyReading, read_study
from firstdose.values.issue import Issue
from tests.shared import ROOT

SEED = ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml"
DAY_ZERO = dt.date(2023, 3, 1)
SITES = ("elbow", "knee", "back", "thigh", "forearm", "hand", "foot", "neck")
FITTING = {
    "long_diameter": "8", "short_diameter": "5", "volume_drawn": "2", "residual_volume": "0.1", "role": "treated",
    "consent_date": (DAY_ZERO - dt.timedelta(days=20)).isoformat(), "ongoing": "no", "outcome": "recovered", "serious_criterion": "",
    "systemic_last": "NA: never", "topical_last": "NA: never", "reason": "",
}  # fmt: skip

Table = list[dict[str, str]]

# Texts of a cell that are right somewhere and wrong elsewhere.
ODD = (
    "",
    "0",
    "1",
    "50",
    "999",
    "-1",
    "yes",
    "missed",
    "x",
    "ND: lost",
    "2019-01-01",
    "2023-06",
    "2031-01-01",
)


@cache
def seed_protocol() -> Protocol:
    reading = read_protocol(SEED)
    assert reading.issues == ()
    assert reading.protocol is not None
    return reading.protocol


def protocol_of(text: str) -> Protocol:
    reading = read_protocol_text(text)
    assert reading.issues == ()
    assert reading.protocol is not None
    return reading.protocol


def fitting(item: Item) -> str:
    """A text that this item takes without a word."""
    if item.name == "date":
        return day(180)
    if item.name in FITTING:
        return FITTING[item.name]
    if item.kind in {"integer", "ordinal", "number", "quantity"}:
        low = max(item.low or 0, item.lloq or 0)
        return f"{max(low, min(2, item.high if item.high is not None else 2)):f}"
    if item.kind == "code":
        return item.code_names[0]
    return {"truth": "no", "date": "2023-01-02", "text": "words"}[item.kind]


def clean_study(
    participants: int = 3, lesions: int = 2, protocol: Protocol | None = None
) -> dict[str, Table]:
    """Activity > rows, visits and roster among them."""
    plan = protocol or seed_protocol()
    names = [f"P{number}" for number in range(1, participants + 1)]
    spots = [f"L{number}" for number in range(1, lesions + 1)]
    tables = {row.activity: _rows(forms(plan)[row.activity], row.at, names, spots) for row in plan.schedule}
    tables["participants"] = [{"participant": name} for name in names]
    tables["visits"] = [
        {"participant": name, "visit": each.visit, "date": day(each.day), "status": "done", "reason": ""}
        for name in names
        for each in plan.visits
    ]
    return tables


def day(number: int) -> str:
    return (DAY_ZERO + dt.timedelta(days=number)).isoformat()


def _rows(form: Form, at: tuple[str, ...], names: list[str], spots: list[str]) -> Table:
    items = {item.name: fitting(item) for item in form.items if item.required or form.repeats}
    if form.repeats:
        extra = {"lesion": "L1", "onset": day(3), "end": day(4), "onset_day": "3", "end_day": "4"}
        return [
            {"participant": name, **items, **{k: v for k, v in extra.items() if k in items}} for name in names
        ]
    visits = at if form.by_visit else at[:1]
    rows = []
    for name in names:
        for visit in visits:
            for number, spot in enumerate(spots if form.per == "lesion" else [""]):
                row = {"participant": name, "visit": visit} | ({"lesion": spot} if spot else {}) | items
                rows.append(row | ({"site": SITES[number]} if "site" in items else {}))
    return rows


def write_study(folder: Path, tables: dict[str, Table]) -> Path:
    """`folder/records/*.csv`."""
    records = folder / "records"
    records.mkdir(parents=True, exist_ok=True)
    for activity, rows in tables.items():
        (records / f"{activity}.csv").write_text(as_csv(rows), encoding="utf-8")
    return folder


def as_csv(rows: Table) -> str:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names or ["participant", "visit"], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def judged(folder: Path, tables: dict[str, Table], protocol: Protocol | None = None) -> list[Issue]:
    """Every Issue of reading and checking."""
    plan = protocol or seed_protocol()
    reading = read(folder, tables, plan)
    return sorted([*reading.issues, *check_records(plan, reading.snapshot)])


def read(folder: Path, tables: dict[str, Table], protocol: Protocol | None = None) -> StudyReading:
    return read_study(write_study(folder, tables), protocol or seed_protocol())
