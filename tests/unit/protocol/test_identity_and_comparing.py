"""Identity hashes what a protocol means; comparing lists what differs; both agree on when two protocols are one."""

from __future__ import annotations

import pytest

from firstdose.protocol.comparing import Difference, compare_protocols
from firstdose.protocol.identity import canonical, compute_identity
from firstdose.protocol.reading import read_protocol_text
from tests.shared import ROOT

SEED = (ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").read_text("utf-8")


def read(*edits: tuple[str, str]):
    text = SEED
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    reading = read_protocol_text(text)
    assert reading.issues == ()
    return reading.protocol


OLD = read()


@pytest.mark.parametrize(
    "edit",
    [
        ("    DL2    3e6 cells", "    DL2    3000000 cells"),
        ("  area_limits: 1 .. 500 cm2", "  area_limits: 1.0 .. 500 cm2"),
        ("  dead_volume: 0.1 mL", "  dead_volume: 0.10 ml"),
        ("  D0     0    0  ", "  D0     0    0 .. 0"),
        ("  version: 1.0\n", "  version: '1.0'  # the first\n"),
        ("  id: ADSC-PSO-01\n  version: 1.0\n", "  version: 1.0\n  id: ADSC-PSO-01\n"),
        ("injection is safe over six months", "injection is safe\n    over six months"),
        ("  dlt: grade >= 3 and related", "  dlt: grade  >=  3 and related"),
        ("    unit: participant\n    ci: 0.95\n    missing: complete case\n  E2",
         "    missing: complete case\n    ci: 0.950\n    unit: participant\n  E2"),
    ],
)  # fmt: skip
def test_how_it_is_written_does_not_count(edit):
    new = read(edit)
    assert compute_identity(new) == compute_identity(OLD)
    assert compare_protocols(OLD, new) == ()


def test_an_accent_may_be_one_character_or_two():
    one, two = (
        read(("(Royan Institute)", "(Ro\u00e9 Institute)")),
        read(("(Royan Institute)", "(Roe\u0301 Institute)")),
    )
    assert one == two
    assert compute_identity(one) == compute_identity(two)


def test_the_canonical_form_is_plain_numbers_symbols_and_names():
    assert len(compute_identity(OLD)) == 64
    assert canonical(OLD.intervention.dose_levels[0]) == {"dose": ["1000000", "cells/cm2"], "level": "DL1"}
    assert canonical(OLD.visits[1].window) == {"first": -7, "last": -1}


def differences(*edits: tuple[str, str]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    new = read(*edits)
    found = compare_protocols(OLD, new)
    assert (compute_identity(OLD) == compute_identity(new)) == (not found)
    return [(each.section, each.name, each.what, each.fields) for each in found]


def test_a_changed_key_is_named():
    assert differences(("  version: 1.0\n", "  version: 1.1\n")) == [("trial", "", "changed", ("version",))]


def test_rows_are_matched_by_name():
    edits = [
        ("  W2     14   12 .. 16    follow-up  Week 2", "  W2     14   11 .. 17    follow-up  Week 2"),
        ("  P2      paper   age       sd         8.18   5  yes\n", ""),
        ("  E11        out  infection ", "  E12        out  infection "),
        ("1.0   .\n  tnf  ", "0.9   .\n  tnf  "),
        ("    summary: median change", "    summary: mean change"),
    ]
    assert differences(*edits) == [
        ("visits", "W2", "changed", ("window",)),
        ("items", "il23", "changed", ("lloq",)),
        ("eligibility", "E11", "removed", ()),
        ("eligibility", "E12", "added", ()),
        ("estimands", "EST3", "changed", ("summary",)),
        ("published", "P2", "removed", ()),
    ]


def test_before_and_after_are_parts_of_the_model():
    (difference,) = compare_protocols(OLD, read(("  W2     14   12 .. 16", "  W2     14   11 .. 17")))
    assert difference == Difference(
        section="visits",
        name="W2",
        what="changed",
        before=OLD.visit("W2"),
        after=difference.after,
        fields=("window",),
    )
    assert str(difference.after.window) == "11 .. 17"


def test_rows_in_another_order_are_a_difference_of_their_own():
    first = "  P1      paper   age       mean       32.8   5  yes\n"
    second = "  P2      paper   age       sd         8.18   5  yes\n"
    (difference,) = compare_protocols(OLD, read((first + second, second + first)))
    assert (difference.section, difference.fields) == ("published", ("order",))
    assert (difference.before, difference.after) == (("P1", "P2"), ("P2", "P1"))


def test_a_unit_that_is_written_in_another_size_is_a_change():
    assert differences(("  dead_volume: 0.1 mL", "  dead_volume: 100 uL")) == [
        ("intervention", "", "changed", ("dead_volume",))
    ]


def test_a_registry_field_is_matched_by_its_name():
    assert differences(("  countries: Iran", "  countries: Iran and Iraq")) == [
        ("registration", "countries", "changed", ())
    ]
