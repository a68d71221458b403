"""Files and rows of rehearsed lots go through the readers and checks that real ones go through."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from firstdose.assays.cell_count import ENTRY
from firstdose.catalogue import load
from firstdose.catalogue.assay import Request
from firstdose.protocol.reading import read_protocol_text
from firstdose.readers.reader import Source
from firstdose.records.checking import check_records
from firstdose.rehearsal.instrument_files.counters import (
    INVENTED,
    CountedLot,
    short,
    write_chamber_form,
    write_nucleoview,
)
from firstdose.rehearsal.product_records import (
    CUSTODY_COLUMNS,
    RELEASE_COLUMNS,
    GivenLesion,
    rows_of_custody,
    rows_of_release,
)
from tests.shared import ROOT
from tests.unit.laboratory.product_study import PRODUCT, read_product_study, write_product_study

BASE = (ROOT / "docs" / "issues" / "base" / "protocol.yaml").read_text("utf-8")
MARCH = datetime(2024, 3, 4, 10, 10, tzinfo=UTC)
APRIL = datetime(2024, 4, 2, 10, 0, tzinfo=UTC)
FIRST = [GivenLesion(participant="P1", lesion=lesion, time=MARCH) for lesion in ("L1", "L2")]
SECOND = [GivenLesion(participant="P2", lesion="L1", time=APRIL)]


def product_of(text):
    protocol = read_protocol_text(BASE + text).protocol
    assert protocol is not None
    assert protocol.product is not None
    return protocol.product


def table(columns, rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(
    ("viable", "viability"), [(1.99e7, 89.0), (9.995e6, 99.96), (1e5, 71.3), (4.4e8, 100.0)]
)
def test_a_rehearsed_count_is_read_back_and_contradicts_nothing(viable, viability):
    content = write_nucleoview(CountedLot(sample="LOT-1", viable=viable, viability=viability, time=MARCH))
    reader = load("readers.formats")["nucleoview"]
    source = Source("lot.csv", content)
    assert reader.recognises(source)
    reading = reader.read(source)
    assert reading.issues == ()
    assert (reading.operator, reading.run_date) == (INVENTED, "20240304 101000")
    run = ENTRY.measure([reading], Request())
    values = {each.quantity: each.value for each in run.measured}
    assert values["viable_concentration"] == pytest.approx(viable, rel=5e-3)
    assert values["viability"] == pytest.approx(viability, abs=0.05)
    assert {each.verdict for each in run.measured} == {"pass"}
    assert (
        write_nucleoview(CountedLot(sample="LOT-1", viable=viable, viability=viability, time=MARCH))
        == content
    )


def test_a_rehearsed_chamber_form_is_read_back():
    source = Source("form.csv", write_chamber_form([("LOT-1", 180, 12, 4, 2)], MARCH))
    reading = load("readers.formats")["haemocytometer"].read(source)
    assert (reading.issues, reading.operator) == ((), INVENTED)
    run = ENTRY.measure([reading], Request())
    assert [each.value for each in run.measured] == [93.75, 900_000.0, 960_000.0]


@pytest.mark.parametrize(
    ("number", "text"),
    [(1_580_000, "1.58E6"), (122_000, "1.22E5"), (9_996, "1.00E4"), (1, "1.00E0"), (0, "0")],
)
def test_a_concentration_has_three_digits(number, text):
    assert short(number) == text


@pytest.mark.parametrize("more", ["", "  check_characters: yes\n"])
def test_rehearsed_release_and_custody_pass_every_check(tmp_path, more):
    """With check characters the lots keep their own names, which have none."""
    text = PRODUCT + more
    product = product_of(text)
    release = [
        *rows_of_release(product, "A17", MARCH, {"viability": "95"}),
        *rows_of_release(product, "A18", APRIL),
    ]
    links = [*rows_of_custody(product, "A17", FIRST), *rows_of_custody(product, "A18", SECOND)]
    study = write_product_study(
        tmp_path, product=text, release=table(RELEASE_COLUMNS, release), custody=table(CUSTODY_COLUMNS, links)
    )
    protocol, snapshot = read_product_study(study)
    messages = [issue.message for issue in check_records(protocol, snapshot)]
    assert len(messages) == (2 if more else 0)
    assert all("'A1" in message and "check character" in message for message in messages)


def test_results_that_are_known_take_the_place_of_invented_ones():
    rows = rows_of_release(product_of(PRODUCT), "A17", MARCH, {"viability": "91.5"})
    results = {row["attribute"]: row["result"] for row in rows}
    assert results == {
        "viability": "91.5",
        "identity": "99",
        "sterility": "no growth",
        "endotoxin": "2.5",
        "mycoplasma": "negative",
        "passage": "2",
        "expiry": "2024-03-06",
    }


def test_a_range_and_a_lower_limit_without_percent_are_met_in_the_middle_and_above():
    text = "\nproduct:\n  release: |\n    attribute      limit\n    volume         0.9 .. 1.1 mL\n    concentration  >= 1e6 cells/mL\n"
    assert [row["result"] for row in rows_of_release(product_of(text), "A17", MARCH)] == ["1", "2000000"]


def test_a_short_chain_and_no_lesion_at_all():
    short_chain = product_of("\nproduct:\n  custody: lot plaque\n")
    assert [row["kind"] for row in rows_of_custody(short_chain, "A17", FIRST)] == ["lot", "plaque", "plaque"]
    assert rows_of_custody(short_chain, "A17", []) == []
    assert rows_of_custody(product_of(PRODUCT.partition("  custody")[0]), "A17", FIRST) == []
