"""Release of lots: a missing result is no pass, an override needs two persons and a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from firstdose.derived.deviations import derive_deviations
from firstdose.derived.dose import derive_doses
from firstdose.derived.dose_slips import check_doses
from firstdose.laboratory.moments import last_moment, read_moment
from firstdose.laboratory.release import derive_releases, why_no_override, why_not_released
from firstdose.laboratory.results import judge_result
from firstdose.protocol.model_of_product import Limit, ReleaseAttribute
from firstdose.records.checking import check_records
from tests.unit.laboratory.product_study import (
    PRODUCT,
    read_product_study,
    release_table,
    write_product_study,
)

TABLE = release_table()


def told(tmp_path, **changed):
    protocol, snapshot = read_product_study(write_product_study(tmp_path, **changed))
    return [(issue.code, issue.weight) for issue in check_records(protocol, snapshot)]


def standing(tmp_path, release):
    protocol, snapshot = read_product_study(write_product_study(tmp_path, release=release))
    return derive_releases(protocol, snapshot)


def judged(limit, result, unit="", time="2024-03-01", floor=None):
    asked = ReleaseAttribute(attribute="quality", limit=limit, floor=floor)
    return judge_result(asked, result, unit, time).verdict


PERCENT = Limit(low=Decimal(80), unit="%")


def test_a_study_whose_lots_pass_everything_is_told_nothing(tmp_path):
    assert told(tmp_path) == []


def test_a_lot_with_every_result_inside_is_released(tmp_path):
    releases = standing(tmp_path, TABLE)
    assert [(lot, each.released, each.why_not) for lot, each in releases.items()] == [
        ("A17", True, ""),
        ("A18", True, ""),
    ]
    assert releases["A17"].expiry == read_moment("2024-03-05T23:59:59")


@pytest.mark.parametrize("attribute", ["viability", "sterility", "passage", "expiry"])
def test_a_missing_attribute_is_no_pass(tmp_path, attribute):
    rows = [line for line in TABLE.splitlines() if not line.startswith(f"A18,{attribute},")]
    released = standing(tmp_path, "\n".join(rows) + "\n")["A18"]
    assert not released.released
    assert released.why_not == f"{attribute} has no result"
    assert released.worst(attribute) == "missing"


def test_an_empty_result_is_missing_too(tmp_path):
    assert told(tmp_path, release=TABLE.replace("A18,sterility,no growth", "A18,sterility,")) == [
        ("FD-R230", "error")
    ]


def test_a_breach_that_only_flags_lets_the_lot_go_and_is_told(tmp_path):
    table = TABLE.replace("A18,passage,3", "A18,passage,7")
    assert standing(tmp_path / "a", table)["A18"].released
    assert told(tmp_path / "b", release=table) == [("FD-R231", "warning")]


@pytest.mark.parametrize(
    ("result", "override", "released", "codes"),
    [
        ("76", ",,", False, ["FD-R231"]),
        ("76", "MK,SN,no other lot", True, ["FD-R234"]),
        ("76", "MK,,no other lot", False, ["FD-R232"]),
        ("76", "MK,mk,no other lot", False, ["FD-R232"]),
        ("76", "MK,SN,", False, ["FD-R232"]),
        ("66", "MK,SN,no other lot", False, ["FD-R231"]),
        ("ERROR", ",,", False, ["FD-R233"]),
        ("ERROR", "MK,SN,counted by eye as well", True, ["FD-R234"]),
    ],
)
def test_an_override_needs_two_persons_and_a_reason_and_ends_at_the_floor(
    tmp_path, result, override, released, codes
):
    table = TABLE.replace(
        "A18,viability,95,%,as planned,QA,2024-03-29,,,",
        f"A18,viability,{result},%,x,QA,2024-03-29,{override}",
    )
    assert standing(tmp_path / "a", table)["A18"].released is released
    assert [code for code, _ in told(tmp_path / "b", release=table)] == codes


def test_of_two_results_of_one_attribute_the_worse_counts(tmp_path):
    table = TABLE + "A18,viability,60,%,again,QA,2024-03-30,,,\n"
    release = standing(tmp_path, table)["A18"]
    assert not release.released
    assert release.worst("viability") == "fail"


@pytest.mark.parametrize(
    ("limit", "result", "unit", "verdict"),
    [
        (PERCENT, "80", "%", "good"),
        (PERCENT, "80 %", "", "good"),
        (PERCENT, "0.8", "fraction", "good"),
        (PERCENT, "79.9", "%", "outside"),
        (PERCENT, "80", "", "unreadable"),
        (PERCENT, "80", "cells/mL", "unreadable"),
        (PERCENT, "80", "parsecs", "unreadable"),
        (PERCENT, "eighty", "%", "unreadable"),
        (PERCENT, "> 95", "%", "good"),
        (PERCENT, "> 70", "%", "unreadable"),
        (PERCENT, "< 95", "%", "unreadable"),
        (PERCENT, "", "%", "missing"),
        (Limit(high=Decimal(5)), "< 5", "", "good"),
        (Limit(high=Decimal(5)), "5", "EU/mL", "unreadable"),
        (Limit(high=Decimal(5), open_high=True), "5", "", "outside"),
        (Limit(high=Decimal(5), open_high=True), "< 5", "", "good"),
        (Limit(low=Decimal(5), open_low=True), "5", "", "outside"),
        (Limit(low=Decimal("0.9"), high=Decimal("1.1")), "1.1", "", "good"),
        (Limit(low=Decimal("0.9"), high=Decimal("1.1")), "< 1.1", "", "unreadable"),
        (Limit(low=Decimal("0.9"), high=Decimal("1.1")), "1.2", "", "outside"),
        (Limit(words=("negative",)), "Negative", "", "good"),
        (Limit(words=("normal", "reviewed")), "reviewed", "", "good"),
        (Limit(words=("negative",)), "not done", "", "outside"),
        (Limit(words=("in date",)), "2024-03-01", "", "good"),
        (Limit(words=("in date",)), "2024-02-29T12:00", "", "outside"),
        (Limit(words=("in date",)), "soon", "", "unreadable"),
    ],
)
def test_a_result_is_held_against_its_limit_and_nothing_is_guessed(limit, result, unit, verdict):
    assert judged(limit, result, unit) == verdict


def test_a_day_of_release_that_is_missing_leaves_expiry_open():
    assert judged(Limit(words=("in date",)), "2024-03-01", time="") == "unreadable"


def test_a_floor_may_be_written_in_another_unit():
    floor = Limit(low=Decimal("0.7"), unit="fraction")
    assert [judged(PERCENT, number, "%", floor=floor) for number in ("75", "70", "69")] == [
        "outside",
        "outside",
        "beyond",
    ]


@pytest.mark.parametrize(
    ("first", "second", "reason", "why"),
    [
        ("", "", "x", "nobody is named"),
        ("MK", "", "x", "only one person is named"),
        ("M. Kay", "m.  kay", "x", "it is the same person twice"),
        ("MK", "SN", "", "there is no reason"),
        ("MK", "SN", "x", ""),
    ],
)
def test_what_an_override_lacks_is_said(first, second, reason, why):
    assert why_no_override(first, second, reason) == why


def test_an_unknown_lot_and_no_lot_are_not_released():
    assert why_not_released({}, "A17") == "it has no release on record"
    assert why_not_released({}, "") == "no lot is named"


def test_a_lot_that_was_given_without_release_is_a_query_and_a_deviation(tmp_path):
    table = "\n".join(line for line in TABLE.splitlines() if "A18,sterility" not in line) + "\n"
    protocol, snapshot = read_product_study(write_product_study(tmp_path, release=table))
    assert [(issue.code, issue.weight) for issue in check_doses(protocol, snapshot)] == [("FD-R235", "query")]
    deviations = [each for each in derive_deviations(protocol, snapshot) if each.kind == "lot not released"]
    assert [(each.participant, each.lesion) for each in deviations] == [("P2", "L1")]


def test_a_dose_of_an_unreleased_lot_is_stopped_before_it_is_given(tmp_path):
    study = write_product_study(tmp_path, release="\n".join(TABLE.splitlines()[:8]) + "\n")
    injections = study / "records" / "injection.csv"
    injections.write_text("\n".join(injections.read_text().splitlines()[:3]) + "\n")
    protocol, snapshot = read_product_study(study)
    found = [issue for issue in check_doses(protocol, snapshot) if issue.code == "FD-R235"]
    assert [issue.weight for issue in found] == ["error"]
    assert "Lot A18 is meant for plaque L1 of participant P2" in found[0].message


def test_the_lot_of_a_dose_is_the_one_its_syringe_comes_from(tmp_path):
    study = write_product_study(tmp_path, custody=release_links())
    injections = study / "records" / "injection.csv"
    injections.write_text("\n".join(injections.read_text().splitlines()[:3]) + "\n")
    dose = derive_doses(*read_product_study(study))[-1]
    assert (dose.participant, dose.lot, dose.unreleased) == ("P2", "A99", "it has no release on record")


def release_links():
    from tests.unit.laboratory.product_study import LINKS

    return LINKS.replace("A18", "A99").replace("G3,plaque,S3,2024-04-02T10:00,MK,P2,L1\n", "")


def test_without_a_product_section_nothing_is_released_and_nothing_blocked(tmp_path):
    study = write_product_study(tmp_path, product="", release="", custody="")
    protocol, snapshot = read_product_study(study)
    assert derive_releases(protocol, snapshot) == {}
    assert check_doses(protocol, snapshot) == ()


def test_a_protocol_that_only_follows_lots_releases_nothing(tmp_path):
    product = PRODUCT.partition("  release")[0] + "  custody: donor bank lot vial thaw syringe plaque\n"
    protocol, snapshot = read_product_study(write_product_study(tmp_path, product=product, release=""))
    assert derive_releases(protocol, snapshot) == {}
    assert check_doses(protocol, snapshot) == ()


def test_a_protocol_that_only_releases_follows_nothing(tmp_path):
    product = PRODUCT.partition("  custody")[0]
    table = TABLE + ",viability,10,%,nobody's,QA,2024-03-01,,,\n"
    study = write_product_study(tmp_path, product=product, release=table, custody="")
    protocol, snapshot = read_product_study(study)
    assert [issue.code for issue in check_records(protocol, snapshot)] == []
    assert list(derive_releases(protocol, snapshot)) == ["A17", "A18"]


@pytest.mark.parametrize("text", ["2024-13-01", "today", "2024-03-04T25:00", ""])
def test_what_is_no_moment_is_none(text):
    assert read_moment(text) is None
    assert last_moment(text) is None


def test_a_day_alone_is_over_at_its_end():
    assert read_moment("2024-03-04") == read_moment("2024-03-04 00:00")
    assert last_moment("2024-03-04") == read_moment("2024-03-04T23:59:59")
