"""The product section: read, written, told, compared and checked; protocols without it stay what they were."""

from __future__ import annotations

from decimal import Decimal

import pytest

from firstdose.protocol.checking import check_protocol
from firstdose.protocol.comparing import compare_protocols
from firstdose.protocol.identity import canonical, compute_identity
from firstdose.protocol.model_of_product import Limit
from firstdose.protocol.reading import read_protocol_text
from firstdose.protocol.telling import render_telling, tell_differences, tell_part, tell_protocol
from firstdose.protocol.writing import render_protocol
from tests.shared import ROOT

BASE = (ROOT / "docs" / "issues" / "base" / "protocol.yaml").read_text("utf-8")
CORE = (
    "viability   >= 80 %       trypan blue  .       >= 70 %",
    "identity    >= 95 %       flow         .       .",
    "sterility   no growth     .            .       .",
    "endotoxin   <= 5 EU/kg/h  LAL          .       .",
    "mycoplasma  negative      PCR          .       .",
)
CUSTODY = "  custody: donor lot thaw syringe plaque\n"


def section(*rows, custody=CUSTODY, more="  stability: 6 h\n"):
    table = "".join(f"    {row}\n" for row in ("attribute   limit         method       breach  floor", *rows))
    return f"\nproduct:\n  release: |\n{table}{custody}{more}"


WHOLE = section(*CORE, "karyotype   normal or reviewed  .  flag  .", "volume  0.9 .. 1.1 mL  .  .  .")


def read(text):
    reading = read_protocol_text(BASE + text)
    assert reading.protocol is not None
    return reading


def codes(text):
    reading = read(text)
    return [
        issue.code
        for issue in [*reading.issues, *check_protocol(reading.protocol, reading.places, reading.issues)]
    ]


def test_the_section_is_read_as_it_is_written():
    product = read(WHOLE).protocol.product
    assert product.custody == ("donor", "lot", "thaw", "syringe", "plaque")
    assert str(product.stability) == "6 h"
    viability, *_, karyotype, volume = product.release
    assert viability.limit == Limit(low=Decimal(80), unit="%")
    assert viability.floor == Limit(low=Decimal(70), unit="%")
    assert karyotype.limit.words == ("normal", "reviewed")
    assert (karyotype.breach, viability.breach) == ("flag", "reject")
    assert (volume.limit.low, volume.limit.high) == (Decimal("0.9"), Decimal("1.1"))


def test_a_whole_section_is_told_nothing():
    assert codes(WHOLE) == []


def test_a_protocol_without_the_section_keeps_its_identity():
    """The canonical form of a protocol that does not use the section does not name it."""
    assert "product" not in canonical(read("").protocol)
    assert compute_identity(read("").protocol) != compute_identity(read(WHOLE).protocol)


@pytest.mark.parametrize(
    "limit", [">= 80 %", "> 80 %", "<= 5", "< 5 EU/kg/h", "0.9 .. 1.1 mL", "negative", "normal or reviewed"]
)
def test_a_limit_is_written_as_it_was_read(limit):
    product = read(section(*CORE, f"quality  {limit}  .  .  .")).protocol.product
    assert product.release[-1].limit.written == limit


def test_a_written_protocol_reads_back_as_the_same():
    protocol = read(section(*CORE, more="  check_characters: yes\n")).protocol
    again = read_protocol_text(render_protocol(protocol)).protocol
    assert again is not None
    assert compute_identity(again) == compute_identity(protocol)


def test_the_section_is_told_in_sentences():
    protocol = read(
        section(*CORE, "passage  <= 5  .  flag  .", more="  stability: 6 h\n  check_characters: yes\n")
    ).protocol
    told = render_telling(tell_protocol(protocol))
    for sentence in (
        "Viability of a lot is >= 80 % by trypan blue; else two persons may release it with a reason, and nobody where it is not >= 70 %.",
        "Sterility of a lot is no growth; else two persons may release it with a reason.",
        "Passage of a lot is <= 5; else it is given and this is told.",
        "Every lot is followed link by link: donor, lot, thaw, syringe and plaque.",
        "From thaw or harvest to the plaque pass at most 6 h.",
        "Every id of the chain ends in a check character (ISO 7064, MOD 37-2).",
    ):
        assert sentence in told
    assert tell_part(protocol, "product", "sterility").startswith("Sterility of a lot")
    assert tell_part(read("").protocol, "product") == ""


def test_an_amendment_of_the_section_is_told():
    old, new = read(WHOLE).protocol, read(WHOLE.replace(">= 80 %", ">= 85 %")).protocol
    differences = compare_protocols(old, new)
    assert [each.section for each in differences] == ["product"]
    assert "Viability of a lot is >= 85 %" in tell_differences(old, new, differences)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (section(*CORE, "volume  >= much mL  .  .  ."), "FD-P030"),
        (section(*CORE, "volume  >= 1 pint  .  .  ."), "FD-P031"),
        (section(*CORE, "volume  1.1 .. 0.9 mL  .  .  ."), "FD-P033"),
        (section(*CORE, "quality  (what?)  .  .  ."), "FD-P035"),
        (section(*CORE, "volume  >= 1 mL  .  maybe  ."), "FD-P035"),
        (section(*CORE, "identity  >= 90 %  .  .  ."), "FD-P022"),
        (section(CORE[0].replace("70", "90"), *CORE[1:]), "FD-P180"),
        (section(CORE[0].replace("70", "80"), *CORE[1:]), "FD-P180"),
        (section(CORE[0].replace(">= 70 %", "dead"), *CORE[1:]), "FD-P180"),
        (section(CORE[0].replace(">= 70 %", ">= 70 mL"), *CORE[1:]), "FD-P180"),
        (section(*CORE, "passage  <= 5  .  .  <= 4"), "FD-P180"),
        (section(*CORE, more="  stability: 6 %\n"), "FD-P181"),
        (section(*CORE, custody="  custody: lot plaque\n"), "FD-P182"),
        (section(*CORE, custody="  custody: lot thaw syringe\n"), "FD-P183"),
        (section(*CORE, custody="  custody: donor thaw plaque\n"), "FD-P184"),
        (section(*CORE, "steriity  no growth  .  .  ."), "FD-P186"),
        (section(CORE[0].replace(">= 80 %", "good").replace(">= 70 %", "."), *CORE[1:]), "FD-P187"),
        (section(*CORE[:2], "sterility  <= 1  .  .  .", *CORE[3:]), "FD-P187"),
        (section(*CORE, "passage  <= 5 days  .  .  ."), "FD-P187"),
        (section(*CORE[1:]), "FD-P188"),
        (section(CORE[0].replace(".       >= 70", "flag    >= 70"), *CORE[1:]), "FD-P189"),
    ],
)
def test_a_mistake_is_told_once(text, code):
    assert codes(text) == [code]


@pytest.mark.parametrize("floor", [">= 0.7 fraction", "> 70 %", ">= 0 %"])
def test_a_floor_beyond_its_limit_in_any_unit_is_none_of_these_mistakes(floor):
    assert codes(section(CORE[0].replace(">= 70 %", floor), *CORE[1:])) == []


def test_a_floor_may_open_a_range_to_both_sides():
    assert codes(section(*CORE, "volume  0.9 .. 1.1 mL  .  .  0.8 .. 1.2 mL")) == []
    assert codes(section(*CORE, "volume  0.9 .. 1.1 mL  .  .  0.8 .. 1 mL")) == ["FD-P180"]


def test_release_needs_an_activity_or_a_chain_that_names_lots():
    text = BASE.replace("  cell_product      participant  .    x   .   .\n", "")
    text = text.replace("  injection         plaque       .    x   .   .\n", "").replace(
        "phase: I\n", "phase: II\n"
    )
    reading = read_protocol_text(text + section(*CORE, custody="", more=""))
    assert reading.protocol is not None
    found = check_protocol(reading.protocol, reading.places, reading.issues)
    assert "FD-P185" in {issue.code for issue in found}
    told = render_telling(tell_protocol(reading.protocol))
    assert "followed link by link" not in told
    assert "pass at most" not in told


def test_a_concentration_without_a_unit_is_no_concentration():
    assert codes(section(*CORE, "concentration  >= 1e6  .  .  .")) == ["FD-P187"]


def test_custody_alone_and_an_empty_section_are_allowed():
    assert codes("\nproduct:\n" + CUSTODY) == []
    assert codes("\nproduct:\n  custody: lot plaque\n") == []
