"""Records under fire: no value changes silently, two ways of reading agree, no text ends in a traceback."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.catalogue import Item
from firstdose.protocol.names import forms
from firstdose.records.cells import TRUTHS, read_cell, same_unit
from firstdose.records.checking import check_records
from firstdose.records.fields import read_column
from firstdose.records.mapping import mapping_of
from firstdose.records.study import read_study
from firstdose.values.missing import read_missing_reason
from tests.unit.records.invented import clean_study, read, write_study
from tests.unit.records.test_mapping import MAPPING, PROTOCOL, WIDE, protocol_of

ITEMS = {
    "integer": Item(name="x", label="x", kind="integer", low=Decimal(0), high=Decimal(10)),
    "ordinal": Item(name="x", label="x", kind="ordinal", low=Decimal(0), high=Decimal(4)),
    "number": Item(name="x", label="x", kind="number", low=Decimal(-5), high=Decimal("99.5"), decimals=2),
    "quantity": Item(
        name="x", label="x", kind="quantity", unit="pg/mL", low=Decimal(0), lloq=Decimal("0.5"), uloq=Decimal(400),
        decimals=1,
    ),
    "code": Item(name="x", label="x", kind="code", codes=(("elbow", ""), ("lower leg", ""), ("UNK", ""))),
    "text": Item(name="x", label="x", kind="text", required=False),
    "date": Item(name="x", label="x", kind="date"),
    "truth": Item(name="x", label="x", kind="truth"),
}  # fmt: skip

NASTY = (
    "", " ", "1_000", "１２", "1,5", "NaN", "inf", "-0", "+3", "007", "1e400", "1e-400", "0x10", "1e5", "1E2", "5.", ".5",
    "12 pg/mL", "12 ng/mL", "<0.5", "< 400", ">>1", "<-3", "3\u20135", "\u22125", "1 000", "4.0", "4.00000", "2.345",
    "0.1000000000000001", "9999999999999999", "123456789012345678", "ND", "nd", "UNK: lost", "n/a", "NA ", "\u212aND",
    "elbow", "Elbow", "elbow ", "lower  leg", "yes", "YES", "Y", "no\n", "true", "1", "0", "ja", "\u0130",
    "2023-04-15", "2023-4-15", "2023-02-29", "2024-02-29", "2023-04", "2023", "15.04.2023", "2023-UNK", "2023-04-UNK",
    "1899-01-01", "2101-01-01", "2023-04-15T10:00", "\u0662\u0660\u0662\u0663", "\x00", "\x1c", "\u2028", "a\tb", "'1", "=1+1",
)  # fmt: skip
ALPHABET = (
    *"0123456789.,-+eE<> %_'\t\n\xa0\u2009",
    "pg/mL",
    "ND",
    "UNK",
    "-04-15",
    "20",
    "yes",
    "no",
    "elbow",
)
HOSTILE = st.one_of(st.sampled_from(NASTY), st.text(max_size=12), st.integers().map(str))


def hostile(seed, count=200):
    """Texts near to what people mean: known traps, traps with one mark changed, marks at random, plain numbers."""
    rng = np.random.default_rng(seed)
    for draw in rng.random(count):
        if draw < 0.3:
            yield NASTY[rng.integers(len(NASTY))]
        elif draw < 0.5:
            trap = NASTY[rng.integers(len(NASTY))]
            at = int(rng.integers(len(trap) + 1))
            yield trap[:at] + str(rng.choice(ALPHABET)) + trap[at + int(rng.integers(2)) :]
        elif draw < 0.8:
            yield "".join(rng.choice(ALPHABET, size=int(rng.integers(1, 7))))
        elif draw < 0.9:
            yield "".join(map(chr, rng.integers(32, 0x2100, size=int(rng.integers(1, 6)))))
        else:
            yield f"{rng.normal(20, 30):.{int(rng.integers(0, 5))}f}"


@pytest.mark.parametrize("kind", ITEMS)
@settings(max_examples=50)
@given(seed=st.integers(0, 2**32))
def test_ten_thousand_hostile_texts_are_held_as_typed_or_told(kind, seed):
    for text in hostile(seed):
        cell = read_cell(ITEMS[kind], text)
        assert (cell.value is None) != (cell.reason is None)
        if cell.reason in {"ND", "UNK", "REF", "NA"}:
            assert read_missing_reason(text).code == cell.reason
        elif cell.reason == "empty":
            assert text.strip() == ""
            assert cell.faults or not ITEMS[kind].required
        elif cell.reason == "unreadable":
            assert cell.detail == text
            assert cell.faults
        else:
            assert says(ITEMS[kind], cell, text)


def says(item, cell, text):
    """Whether the canonical text of a value is the text it was read from."""
    bare = text.strip(" ")
    if item.kind in {"code", "text"}:
        return cell.value == text
    if item.kind == "truth":
        return TRUTHS[bare.lower()] is cell.value
    if item.kind == "date":
        return cell.value == bare.replace("-UNK", "")
    found = re.fullmatch(r"([<>]?) *([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(?: +(\S.*))?", bare)
    assert (found[1] or None) == cell.comparator
    assert found[3] is None or same_unit(found[3], item.unit)
    return Decimal(repr(cell.value)) == Decimal(found[2])


@pytest.mark.parametrize("kind", ITEMS)
@given(seed=st.integers(0, 2**32), drawn=st.lists(HOSTILE, max_size=5))
def test_a_column_is_read_as_its_cells_are(kind, seed, drawn):
    item, texts = ITEMS[kind], [*drawn, *hostile(seed)]
    column = read_column(item, pl.Series(texts, dtype=pl.String))
    cells = [read_cell(item, text) for text in texts]
    assert column.values.to_list() == [cell.value for cell in cells]
    if kind == "quantity":
        assert column.comparators.to_list() == [cell.comparator for cell in cells]
    gaps = [(at, cell.reason, cell.detail) for at, cell in enumerate(cells) if cell.value is None]
    assert ([] if column.gaps is None else sorted(column.gaps.iter_rows())) == gaps
    faults = [(at, fault) for at, cell in enumerate(cells) for fault in cell.faults]
    assert sorted(column.faults, key=repr) == sorted(faults, key=repr)


SMALL = protocol_of("""# firstdose protocol, format 1
trial:
  id: T1
  version: 1
  title: every kind of item
  phase: II
  participants: 2
intervention:
  product: cells
  route: subcutaneous
  unit_of_dosing: plaque
visits: |
  visit  day  window
  BL     -3   -7 .. -1
  D0     0    0
  M6     180  166 .. 194
schedule: |
  activity          per          BL  D0  M6
  informed_consent  participant  x   .   .
  lesion_map        plaque       x   .   .
  injection         plaque       .   x   .
  adverse_events    participant  .   x   x
  every_kind        plaque       x   .   x
items: |
  item   activity    label  kind      unit  range    decimals  codes
  whole  every_kind  whole  integer   .     0 .. 10  .         .
  grade  every_kind  grade  ordinal   .     0 .. 4   .         .
  ratio  every_kind  ratio  number    .     0 .. 99  2         .
  level  every_kind  level  quantity  mm    0 .. 99  1         .
  place  every_kind  place  code      .     .        .         here there
  words  every_kind  words  text      .     .        .         .
  since  every_kind  since  date      .     .        .         .
  sure   every_kind  sure   truth     .     .        .         .
checks: |
  check  activity    rule                                                        message
  C1     every_kind  whole <= 9 or sure or place == "here"                       a rule
  C2     every_kind  grade - at(grade, BL) < 4 and days(since, since) == 0       another
  C3     every_kind  (version != "x" or level < 90 mm) and not missing(words)  a third
endpoints: |
  endpoint  level    measure           as     at  analysis
  E1        primary  every_kind.whole  value  M6  descriptive
estimands:
  EST1:
    endpoint: E1
    population: all
    summary: mean
analyses:
  E1:
    set: all
    unit: participant
""")
COLUMNS = sorted({item.name for form in forms(SMALL).values() for item in form.items})
CELLS = st.one_of(
    HOSTILE,
    st.sampled_from(
        ["P1", "P2", "BL", "D0", "M6", "UNS1", "END", "L1", "L2", "2023-03-01", "2", "missed", "done"]
    ),
)


@st.composite
def tables(draw):
    """The text of a table: likely columns with hostile cells, or anything at all."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.text(max_size=200)).encode("utf-8", "surrogatepass")
    names = draw(
        st.lists(
            st.sampled_from(["participant", "visit", "lesion", "date", *COLUMNS]), min_size=1, max_size=9
        )
    )
    names = list(dict.fromkeys(["participant", "visit", *names]))[draw(st.integers(0, 1)) :]
    rows = draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=8))
    text = io.StringIO()
    csv.writer(text).writerows([names, *rows])
    return text.getvalue().encode("utf-8", "surrogatepass")


CLEAN = clean_study(2, 2, SMALL)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(content=tables(), activity=st.sampled_from(sorted(CLEAN)))
def test_any_text_in_any_table_gives_issues_and_never_a_traceback(content, activity):
    with tempfile.TemporaryDirectory() as name:
        folder = write_study(Path(name), {key: rows for key, rows in CLEAN.items() if key != activity})
        (folder / "records" / f"{activity}.csv").write_bytes(content)
        reading = read_study(folder, SMALL)
        found = check_records(SMALL, reading.snapshot)
    assert all(issue.code.startswith("FD-R") and issue.message for issue in [*reading.issues, *found])
    assert len(reading.snapshot.digest) == 64


@given(at=st.integers(0, len(MAPPING) - 1), mark=st.one_of(st.sampled_from("\t:|.#-\n 'x0"), st.characters()))
def test_one_changed_character_of_a_mapping_is_never_a_traceback(at, mark):
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "wide.csv").write_text(WIDE, encoding="utf-8")
        text = MAPPING[:at] + mark + MAPPING[at + 1 :]
        (Path(name) / "mapping.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        reading = read_study(Path(name), protocol_of(PROTOCOL))
    assert reading.snapshot.digest


@given(text=st.text())
def test_any_text_as_a_mapping_gives_issues(text):
    assert mapping_of(text, "mapping.yaml")[1]


@settings(max_examples=10)
@given(order=st.randoms(use_true_random=False))
def test_shuffled_rows_freeze_to_the_same_digest(order):
    study = clean_study(3, 2, SMALL)
    with tempfile.TemporaryDirectory() as name:
        before = read(Path(name), study, SMALL).snapshot.digest
        for rows in study.values():
            order.shuffle(rows)
        assert read(Path(name), study, SMALL).snapshot.digest == before


def test_the_small_study_is_silent_before_anything_is_thrown_at_it(tmp_path):
    reading = read(tmp_path, CLEAN, SMALL)
    assert [*reading.issues, *check_records(SMALL, reading.snapshot)] == []
