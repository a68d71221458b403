"""The chain of custody: one query from the source to every lesion, and what is wrong with a chain."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.laboratory.check_characters import check_character, has_check_character
from firstdose.laboratory.custody import chain, read_ledger
from firstdose.laboratory.release import derive_releases
from firstdose.laboratory.telling_custody import chain_as_json, in_steps, tell_chain
from firstdose.records.checking import check_records
from tests.unit.laboratory.product_study import (
    LINKS,
    PRODUCT,
    read_product_study,
    release_table,
    write_product_study,
)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return read_product_study(write_product_study(tmp_path_factory.mktemp("product")))


def told(tmp_path, old, new, **changed):
    assert old in LINKS
    folder = write_product_study(tmp_path, custody=LINKS.replace(old, new), **changed)
    protocol, snapshot = read_product_study(folder)
    return [(issue.code, issue.place.line, issue.place.column) for issue in check_records(protocol, snapshot)]


def test_one_query_leads_from_the_plaque_to_the_donor(study):
    found = chain(study[1], "G3")
    assert found is not None
    assert [link.id for link in found.above] == ["D3", "B3", "A18", "V18", "T18", "S3"]
    assert found.below == ()
    assert found.lots == ("A18",)


def test_one_query_leads_from_the_bank_to_every_plaque(study):
    found = chain(study[1], "B3")
    assert found is not None
    plaques = [(depth, link.participant, link.lesion) for depth, link in found.below if link.kind == "plaque"]
    assert plaques == [(5, "P1", "L1"), (5, "P1", "L2"), (5, "P2", "L1")]
    assert found.lots == ("A17", "A18")
    assert [depth for depth, _ in in_steps(found)][:3] == [0, 1, 2]


def test_an_unknown_id_has_no_chain(study):
    assert chain(study[1], "G9") is None


def test_the_chain_is_told_in_steps_with_the_release_of_its_lots(study):
    protocol, snapshot = study
    found = chain(snapshot, "S2")
    assert found is not None
    lines = tell_chain(found, derive_releases(protocol, snapshot))
    assert lines[5] == ">           syringe  S2  2024-03-04T09:40  LR  P1 L2"
    assert lines[-1] == "lot A17: released"
    assert tell_chain(found, None) == lines[:-1]
    assert tell_chain(found, {})[-1] == "lot A17: not released: it has no release on record"


def test_the_chain_as_json_names_file_and_line_of_every_link(study):
    protocol, snapshot = study
    found = chain(snapshot, "G3")
    assert found is not None
    written = chain_as_json(found, derive_releases(protocol, snapshot), [])
    assert [(link["id"], link["line"]) for link in written["links"]][-1] == ("G3", 15)
    assert written["lots"][0]["released"] is True
    assert written["lots"][0]["results"][0]["result"] == "95 %"


def test_an_overridden_lot_says_what_was_overridden(tmp_path):
    release = release_table().replace(
        "A18,viability,95,%,as planned,QA,2024-03-29,,,",
        "A18,viability,76,%,x,QA,2024-03-29,MK,SN,no other lot",
    )
    protocol, snapshot = read_product_study(write_product_study(tmp_path, release=release))
    found = chain(snapshot, "G3")
    assert found is not None
    assert (
        tell_chain(found, derive_releases(protocol, snapshot))[-1]
        == "lot A18: released, overriding viability"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("V18,vial,A18", "V18,vial,A81", [("FD-R236", 12, 3), ("FD-R241", 4, 13)]),
        ("V18,vial,A18", "V18,vial,", [("FD-R236", 12, 3), ("FD-R241", 4, 13)]),
        ("T18,thaw,V18", "T18,thaw,A18", [("FD-R236", 13, 3)]),
        ("D3,donor,", "D3,donor,B3", [("FD-R236", 2, 3)]),
        ("S3,syringe", "S2,syringe", [("FD-R236", 15, 3), ("FD-R237", 14, 1), ("FD-R241", 4, 13)]),
        ("T18,thaw,V18,2024-04-02T08:00", "T18,thaw,V18,2024-04-02T03:00", [("FD-R238", 15, 4)]),
        (
            "G1,plaque,S1,2024-03-04T10:10,MK,P1,L1",
            "G1,plaque,S2,2024-03-04T10:10,MK,P1,L1",
            [("FD-R239", 9, 7)],
        ),
        ("S3,syringe,T18", "S3,syringe,T17", [("FD-R239", 4, 13), ("FD-R238", 15, 4), ("FD-R238", 15, 4)]),
        ("LR,P2,L1", ",P2,L1", [("FD-R240", 14, 5)]),
        ("2024-04-02T09:30", "", [("FD-R240", 14, 4)]),
        ("2024-04-02T09:30", "half nine", [("FD-R240", 14, 4)]),
        ("2024-04-02T09:30", "2024-04-02T07:30", [("FD-R240", 14, 4)]),
        ("2024-04-02T09:30", "2024-04-01", [("FD-R240", 14, 4)]),
        ("2024-04-02T09:30", "2024-04-02", []),
        ("S3,syringe", "S3,needle", [("FD-R236", 15, 3), ("FD-R240", 14, 2)]),
        (
            "G3,plaque,S3,2024-04-02T10:00,MK,P2,L1",
            "G3,plaque,S3,2024-04-02T10:00,MK,P2,",
            [("FD-R239", 15, 7), ("FD-R240", 15, 7), ("FD-R241", 4, 13)],
        ),
        ("G3,plaque,S3,2024-04-02T10:00,MK,P2,L1\n", "", [("FD-R241", 4, 13)]),
        ("B3,bank,D3", ",bank,D3", [("FD-R236", 4, 3), ("FD-R236", 11, 3), ("FD-R240", 3, 1)]),
    ],
)
def test_what_is_wrong_with_a_chain_is_told_at_its_place(tmp_path, old, new, expected):
    assert sorted(told(tmp_path, old, new)) == sorted(expected)


def test_a_lot_past_its_expiry_is_told_where_it_was_given(tmp_path):
    found = told(tmp_path, "D3,donor", "D3,donor", release=release_table(("2024-03-05", "2024-04-01")))
    assert found == [("FD-R238", 15, 4)]


def test_without_a_time_in_the_chain_the_day_of_the_injection_counts(tmp_path):
    found = told(
        tmp_path,
        "G3,plaque,S3,2024-04-02T10:00,MK,P2,L1\n",
        "",
        release=release_table(("2024-03-05", "2024-04-01")),
    )
    assert sorted(code for code, _, _ in found) == ["FD-R238", "FD-R241"]


def test_a_chain_that_leads_in_a_circle_ends(tmp_path):
    circle = LINKS.replace("D3,donor,", "D3,donor,G3")
    protocol, snapshot = read_product_study(write_product_study(tmp_path, custody=circle))
    ledger = read_ledger(snapshot)
    assert len(ledger.above(ledger.by_id["D3"])) == 6
    assert len(ledger.below(ledger.by_id["D3"])) == 13
    assert "FD-R236" in {issue.code for issue in check_records(protocol, snapshot)}


def test_a_wrong_check_character_is_told(tmp_path):
    names = ["D3", "B3", "A17", "V17", "T17", "S1", "S2", "G1", "G2", "A18", "V18", "T18", "S3", "G3"]
    marked = "\n".join(
        ",".join(f"{cell}{check_character(cell)}" if cell in names else cell for cell in line.split(","))
        for line in LINKS.splitlines()
    )
    product = PRODUCT + "  check_characters: yes\n"
    release = (
        release_table()
        .replace("A17,", f"A17{check_character('A17')},")
        .replace("A18,", f"A18{check_character('A18')},")
    )
    good = write_product_study(tmp_path / "a", product=product, custody=marked + "\n", release=release)
    protocol, snapshot = read_product_study(good)
    assert {issue.code for issue in check_records(protocol, snapshot)} == {"FD-R239"}  # injections say A17
    bad = marked.replace(f"V18{check_character('V18')}", "V18?")
    protocol, snapshot = read_product_study(
        write_product_study(tmp_path / "b", product=product, custody=bad + "\n", release=release)
    )
    messages = [issue.message for issue in check_records(protocol, snapshot) if issue.code == "FD-R240"]
    assert messages == [
        "The record of 'V18?' is not complete: its check character is wrong; it was mistyped."
    ]


LETTERS = st.text(string.digits + string.ascii_uppercase, min_size=2, max_size=12)


@given(LETTERS, st.data())
def test_a_check_character_finds_every_mistyped_character(text, data):
    whole = text + check_character(text)
    assert has_check_character(whole)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(
        st.sampled_from([each for each in string.digits + string.ascii_uppercase if each != text[at]])
    )
    assert not has_check_character(f"{text[:at]}{other}{whole[at + 1 :]}")


@given(LETTERS, st.data())
def test_a_check_character_finds_every_exchange_of_neighbours(text, data):
    at = data.draw(st.integers(0, len(text) - 2))
    swapped = f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}{check_character(text)}"
    assert has_check_character(swapped) is (text[at] == text[at + 1])


def test_hyphens_and_small_letters_do_not_count_and_other_signs_have_no_check_character():
    assert check_character("a17-v1") == check_character("A17V1")
    assert check_character("A17?") == ""
    assert check_character("") == ""
    assert not has_check_character("A")


def test_the_check_character_of_iso_7064_is_met():
    """Donation number G123 498 654 321: H (Guidelines for the UK Blood Transfusion Services, Annex 2, table A2.2)."""
    assert check_character("G123498654321") == "H"
