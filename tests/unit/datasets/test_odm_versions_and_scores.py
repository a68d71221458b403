"""ODM after amendments (one MetaDataVersion a version) and with the calculated values of the records."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from firstdose.datasets.odm import export_odm
from firstdose.datasets.odm.definitions import scores_of
from firstdose.derived.scores import score_column
from firstdose.protocol.identity import compute_identity
from firstdose.protocol.model import Protocol
from firstdose.protocol.reading import read_protocol_text
from firstdose.records.log.event import Key, NewEvent
from firstdose.records.log.state import fold
from firstdose.records.log.tables import known_forms, read_state
from firstdose.values.rounding import printed
from tests.functional.test_rehearsal import PROTOCOL, TRIAL
from tests.log_of_study import Trail
from tests.unit.datasets.test_odm import NS, assert_valid, read, seed_events, values_of

BLOOD = Key("P01", "BL", "serum_cytokines")
PASI = Key("P01", "BL", "PASI_Fredriksson")
REGIONS = ("head", "arms", "trunk", "legs")


@cache
def text() -> str:
    return (TRIAL / "protocol.yaml").read_text(encoding="utf-8")


@cache
def amended() -> str:
    """Version 1.1: interleukin 10 is no longer asked for, interleukin 23 has another limit."""
    lines = [line for line in text().splitlines(keepends=True) if not line.strip().startswith("il10 ")]
    made = "".join(lines).replace("version: 1.0", "version: 1.1", 1)
    return made.replace(
        "pg/mL        0 .. 1e5   1         1.0   .", "pg/mL        0 .. 1e3   1         1.0   ."
    )


def protocol_of(source: str) -> Protocol:
    found = read_protocol_text(source).protocol
    assert found is not None
    return found


def activate(trail: Trail, source: str, *, at: str = "") -> None:
    trail.protocol = compute_identity(protocol_of(source))
    payload = {"text": source, "identity": trail.protocol, "version": protocol_of(source).trial.version}
    trail.add(NewEvent(kind="protocol.activated", payload=payload), at=at)


def pasi_items(severity: str = "2") -> dict[str, str]:
    signs = ("erythema", "induration", "desquamation")
    form = known_forms(PROTOCOL)["PASI_Fredriksson"]
    scores = {f"{region}_{sign}": severity for region in REGIONS for sign in signs}
    found = {item.name: scores.get(item.name, "3") for item in form.items if item.kind == "ordinal"}
    assert set(scores) <= found.keys(), sorted(found)
    return found


def through_an_amendment() -> Trail:
    trail = Trail()
    activate(trail, text())
    trail.add(NewEvent(kind="participant.added", key=Key("P01", form="participants")))
    trail.record(BLOOD, {"il10": "<0.4", "il23": "12.5"})
    activate(trail, amended(), at="2026-02-05T08:00:00.000000Z")
    trail.set(replace(BLOOD, item="il23"), "13.5", reason="read again")
    trail.add(NewEvent(kind="sdv.done", key=replace(BLOOD, item="il10"), payload={"seq": 4}))
    trail.record(replace(BLOOD, visit="M3"), {"il23": "9"})
    return trail


def root_of(path: Path) -> Any:
    return ElementTree.parse(path).getroot()


def defined(root: Any, version: str) -> dict[str, Any]:
    [found] = [each for each in root.iter(f"{NS}MetaDataVersion") if each.get("OID") == version]
    return {each.get("OID"): each for each in found.iter(f"{NS}ItemDef")}


@pytest.mark.parametrize("transactional", [True, False])
def test_every_version_that_was_in_force_is_defined_with_its_own_items(
    tmp_path: Path, transactional: bool
) -> None:
    events = through_an_amendment().events
    path = export_odm(protocol_of(amended()), events, tmp_path / "odm.xml", transactional=transactional)
    assert_valid(path)
    root = root_of(path)
    assert [each.get("OID") for each in root.iter(f"{NS}MetaDataVersion")] == ["MDV.1.0", "MDV.1.1"]
    first, second = defined(root, "MDV.1.0"), defined(root, "MDV.1.1")
    types = [items["IT.serum_cytokines.il10"].get("DataType") for items in (first, second)]
    assert types == ["float", "text"], "an item of an earlier version that is on record is text afterwards"
    limits = [
        [
            check.findtext(f"{NS}CheckValue")
            for check in items["IT.serum_cytokines.il23"].iter(f"{NS}RangeCheck")
        ]
        for items in (first, second)
    ]
    assert limits == [["0", "100000"], ["0", "1000"]]


def test_each_transaction_stands_under_the_version_of_its_time(tmp_path: Path) -> None:
    events = through_an_amendment().events
    path = export_odm(protocol_of(amended()), events, tmp_path / "odm.xml")
    parts = root_of(path).findall(f"{NS}ClinicalData")
    assert [part.get("MetaDataVersionOID") for part in parts] == ["MDV.1.0", "MDV.1.1"]
    told = [
        [(each.get("ItemOID"), each.get("Value")) for each in part.iter(f"{NS}ItemData")] for part in parts
    ]
    assert ("IT.serum_cytokines.il10", "0.4") in told[0]
    assert ("IT.serum_cytokines.il23", "13.5") in told[1]
    assert read(path).values == values_of(events)


def test_values_as_they_stand_stand_under_the_version_in_force(tmp_path: Path) -> None:
    events = through_an_amendment().events
    path = export_odm(protocol_of(amended()), events, tmp_path / "odm.xml", transactional=False)
    parts = root_of(path).findall(f"{NS}ClinicalData")
    assert [part.get("MetaDataVersionOID") for part in parts] == ["MDV.1.1"]
    assert read(path).values == values_of(events)


def test_every_site_tells_since_when_each_version_is_in_force(tmp_path: Path) -> None:
    root = root_of(export_odm(protocol_of(amended()), through_an_amendment().events, tmp_path / "odm.xml"))
    told = [
        [(each.get("MetaDataVersionOID"), each.get("EffectiveDate")) for each in site]
        for site in root.iter(f"{NS}Location")
    ]
    assert told
    assert all(each == [("MDV.1.0", "2026-01-05"), ("MDV.1.1", "2026-02-05")] for each in told)


def test_two_versions_of_one_number_are_told_apart_by_their_identity(tmp_path: Path) -> None:
    trail = Trail()
    unnumbered = amended().replace("version: 1.1", "version: 1.0", 1)
    for source in (text(), unnumbered):
        activate(trail, source)
    path = export_odm(protocol_of(unnumbered), trail.events, tmp_path / "odm.xml")
    assert_valid(path)
    oids = [each.get("OID") for each in root_of(path).iter(f"{NS}MetaDataVersion")]
    assert oids == [f"MDV.1.0.{compute_identity(PROTOCOL)[:8]}", "MDV.1.0"]


def test_a_version_that_comes_into_force_again_is_defined_once(tmp_path: Path) -> None:
    trail = through_an_amendment()
    activate(trail, text())
    trail.set(replace(BLOOD, item="il10"), "0.9", reason="diluted again")
    path = export_odm(PROTOCOL, trail.events, tmp_path / "odm.xml")
    assert_valid(path)
    root = root_of(path)
    assert len(list(root.iter(f"{NS}MetaDataVersion"))) == 2
    parts = [each.get("MetaDataVersionOID") for each in root.findall(f"{NS}ClinicalData")]
    assert parts == ["MDV.1.0", "MDV.1.1", "MDV.1.0"]
    assert read(path).values == values_of(trail.events)


def test_what_is_hidden_is_hidden_in_every_version(tmp_path: Path) -> None:
    def hide(_form: str, item: str) -> bool:
        return item == "il10"

    path = export_odm(protocol_of(amended()), through_an_amendment().events, tmp_path / "odm.xml", hide=hide)
    assert_valid(path)
    assert "il10" not in path.read_text()


# ----------------------------------------------------------------------------------------------- calculated values


def scored(trail: Trail) -> Trail:
    trail.add(NewEvent(kind="participant.added", key=Key("P01", form="participants")))
    trail.record(PASI, pasi_items())
    return trail


@pytest.mark.parametrize("transactional", [True, False])
def test_the_scores_of_the_seed_trial_are_those_of_the_analysis(tmp_path: Path, transactional: bool) -> None:
    """Each score in the file is the one that the tables of the analysis are made from."""
    path = export_odm(PROTOCOL, seed_events(), tmp_path / "odm.xml", transactional=transactional)
    assert_valid(path)
    found = read(path).calculated
    state = fold(seed_events())
    snapshot = read_state(PROTOCOL, state).snapshot
    expected = {}
    for name, form in known_forms(PROTOCOL).items():
        table = snapshot.table(name)
        for score in scores_of(form) if table is not None else ():
            for row in table.iter_rows(named=True):
                value = score_by_hand(score, table.filter(table["_row"] == row["_row"]))
                key = Key(row["participant"], row["visit"] or "", name, row["lesion"] or "", score.name)
                # A form that is filled once for all is on record at no visit.
                key = key if key.record in state.records else replace(key, visit="")
                if value is not None:
                    expected[key] = printed(value, score.decimals)
    assert found == expected
    assert {"PASI", "plaque_score", "DLQI"} <= {key.item for key in found}


def score_by_hand(score: Any, one: Any) -> float | None:
    """The score of a table of one row."""
    value: float | None = score_column(one, score.compute)[0]
    return value


def test_a_pasi_of_two_everywhere_and_area_three_is_18(tmp_path: Path) -> None:
    """Fredriksson and Pettersson 1978: sum of weight x area x (erythema + induration + desquamation) = 3 x 6."""
    path = export_odm(PROTOCOL, scored(Trail()).events, tmp_path / "odm.xml", transactional=False)
    assert read(path).calculated == {replace(PASI, item="PASI"): "18.0"}


@pytest.mark.parametrize("transactional", [True, False])
def test_a_score_whose_item_is_missing_is_absent(tmp_path: Path, transactional: bool) -> None:
    trail = scored(Trail())
    trail.clear(replace(PASI, item="head_erythema"), reason="of another participant")
    path = export_odm(PROTOCOL, trail.events, tmp_path / "odm.xml", transactional=transactional)
    assert_valid(path)
    assert read(path).calculated == {}


def test_a_score_follows_the_last_change_and_is_no_value_of_the_record(tmp_path: Path) -> None:
    trail = scored(Trail())
    for region in REGIONS:
        trail.set(replace(PASI, item=f"{region}_erythema"), "3", reason="read again")
    reading = read(export_odm(PROTOCOL, trail.events, tmp_path / "odm.xml"))
    assert reading.calculated == {replace(PASI, item="PASI"): "21.0"}
    assert reading.values == values_of(trail.events)


def test_a_struck_record_has_no_score(tmp_path: Path) -> None:
    trail = scored(Trail())
    trail.add(NewEvent(kind="repeat.struck", key=PASI, payload={"reason": "of another participant"}))
    assert read(export_odm(PROTOCOL, trail.events, tmp_path / "odm.xml")).calculated == {}


@pytest.mark.parametrize("hidden", ["head_erythema", "PASI"])
@pytest.mark.parametrize("transactional", [True, False])
def test_a_hidden_score_and_one_with_a_hidden_item_stand_nowhere(
    tmp_path: Path, hidden: str, transactional: bool
) -> None:
    path = export_odm(
        PROTOCOL,
        scored(Trail()).events,
        tmp_path / "odm.xml",
        transactional=transactional,
        hide=lambda _form, item: item == hidden,
    )
    assert_valid(path)
    assert "SC.PASI_Fredriksson" not in path.read_text()
    assert read(path).calculated == {}


def test_a_scale_that_is_its_own_score_is_defined_once(tmp_path: Path) -> None:
    root = root_of(export_odm(PROTOCOL, (), tmp_path / "odm.xml"))
    names = [each.get("Name") for each in root.iter(f"{NS}ItemDef")]
    assert names.count("plaque_severity") == names.count("PASI") == 1
