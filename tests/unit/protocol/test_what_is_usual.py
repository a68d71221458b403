"""The keys `twice`, `entered_within` and `usual` of the section capture: read, written, told, checked; absent they cost nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from firstdose.protocol.identity import canonical, compute_identity
from firstdose.protocol.model_of_capture import Capture, Usual
from firstdose.protocol.reading import read_protocol_text
from firstdose.protocol.telling import tell_part
from firstdose.protocol.writing import render_protocol
from tests.unit.protocol.test_capture_sections import BASE, read, told

USUAL = """
capture:
  twice: demographics.age skin_thickness
  entered_within: 5
  usual: |
    item                           values     times  by
    demographics.age               18 .. 75   .      .
    informed_consent.consent_date  -14 .. 0   .      30
    serum_cytokines.il17a          .          4      2.5
    skin_thickness.reading_1       .          .      .
"""


def test_the_keys_are_read_as_they_are_written():
    capture = read(USUAL).protocol.capture
    assert capture.twice == ("demographics.age", "skin_thickness")
    assert capture.entered_within == 5
    assert capture.limits("demographics", "age") == Usual(
        item="demographics.age", values=(Decimal(18), Decimal(75))
    )
    il17a = capture.limits("serum_cytokines", "il17a")
    assert (il17a.activity, il17a.name, il17a.times, il17a.by) == (
        "serum_cytokines",
        "il17a",
        4,
        Decimal("2.5"),
    )
    assert capture.limits("demographics", "sex") is None
    assert told(USUAL) == []


def test_what_is_written_reads_back_as_the_same():
    protocol = read(USUAL).protocol
    again = read_protocol_text(render_protocol(protocol)).protocol
    assert canonical(again) == canonical(protocol)


def test_a_protocol_without_the_keys_keeps_its_identity():
    plain = read("\ncapture:\n  idle: 15\n").protocol
    assert "usual" not in canonical(plain)["capture"]
    assert compute_identity(plain) != compute_identity(read(USUAL).protocol)
    assert Capture(idle=15) == plain.capture


def test_the_keys_are_told_in_sentences():
    protocol = read(USUAL).protocol
    assert tell_part(protocol, "capture", "twice").startswith(
        "Numbers and dates are typed twice: age at consent"
    )
    assert "within 5 days" in tell_part(protocol, "capture", "entered_within")
    assert tell_part(protocol, "capture", "usual demographics.age") == (
        "Usual of age at consent (demographics) is 18 to 75 years; the rest is asked about."
    )
    date = tell_part(protocol, "capture", "usual informed_consent.consent_date")
    assert "-14 to 0 days from the day of the record, at most 30 days from the visit before" in date
    change = tell_part(protocol, "capture", "usual serum_cytokines.il17a")
    assert "at most 4 times as much or as little as at the visit before, at most 2.5 pg/mL from" in change
    assert "whatever the form takes" in tell_part(protocol, "capture", "usual skin_thickness.reading_1")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("twice: nails", "FD-P190"),
        ("twice: demographics.shoe", "FD-P191"),
        ("twice: demographics.sex", "FD-P199"),
        ("twice: PASI_Fredriksson", "FD-P199"),
        ("usual: |\n    item           values\n    nails.count    0 .. 5", "FD-P190"),
        ("usual: |\n    item              values\n    demographics.sex  0 .. 5", "FD-P199"),
    ],
)
def test_what_they_name_is_a_number_or_a_date_of_a_form(line, code):
    assert [each for each, _ in told(f"\ncapture:\n  {line}\n")] == [code]


def test_limits_stand_below_the_protocol_that_has_them():
    assert "capture" in BASE or read(USUAL).protocol.capture is not None
