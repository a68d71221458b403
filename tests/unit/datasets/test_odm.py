"""The log as ODM 1.3.2: valid by the schema of CDISC, and every value and audit record comes back."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from firstdose.datasets.odm import export_odm, export_odm_of_state, read_odm
from firstdose.protocol.model_of_capture import Branch, Site
from firstdose.records.log.event import Actor, Key, NewEvent
from firstdose.records.log.of_snapshot import state_of
from firstdose.records.log.state import fold
from firstdose.records.log.tables import read_state
from firstdose.records.study import read_study
from firstdose.values.issue import UserError
from tests.functional.test_rehearsal import PROTOCOL, TRIAL, seed_trial
from tests.log_of_study import DOCTOR, Trail, events_of

NS = "{http://www.cdisc.org/ns/odm/v1.3}"
DLQI = Key("P01", "SCR", "DLQI", "", "item_1")
TNF = Key("P01", "SCR", "serum_cytokines", "", "tnf")


@cache
def seed_events():
    return tuple(events_of(seed_trial().tables, PROTOCOL))


@cache
def schema():
    """ODM 1.3.2 as odmlib ships it."""
    xmlschema = pytest.importorskip("xmlschema")
    odmlib = pytest.importorskip("odmlib")
    folder = Path(odmlib.__file__).parent / "schemas" / "odm" / "1.3.2"
    return xmlschema.XMLSchema(str(folder / "ODM1-3-2.xsd"))


def assert_valid(path: Path) -> None:
    assert [f"{each.path}: {each.reason}" for each in schema().iter_errors(str(path))] == []


def values_of(events):
    """Text by key as the state has it, of the records that count."""
    state = fold(events)
    return {
        key: value.text
        for key, value in state.values.items()
        if value.text and not state.records[key.record].struck
    }


def read(path: Path):
    reading, issues = read_odm(path)
    assert issues == []
    return reading


def eventful() -> Trail:
    """Everything that can happen to a value, once."""
    trail = Trail()
    for name in ("P01", "P02"):
        trail.add(NewEvent(kind="participant.added", key=Key(name, form="participants")))
    trail.record(
        TNF.record, {"date": "2026-01-05", "tnf": "<0.5", "il17a": "UNK: haemolysed", "il23": "12.25"}
    )
    trail.record(DLQI.record, {"item_1": "3", "item_2": "refused", "date": "2026-01"})
    trail.set(TNF, "0.75", reason="diluted again", by=DOCTOR)
    trail.set(replace(TNF, item="il23"), ">40")
    trail.clear(DLQI, reason="of another participant")
    event = Key("P01", "", "adverse_events", "1")
    trail.record(
        event,
        {"term": 'itch & <"burning">\nat night', "onset": "2026-01", "serious": "no", "grade": "about 2"},
    )
    trail.add(NewEvent(kind="repeat.struck", key=event, payload={"reason": "entered twice"}))
    trail.add(NewEvent(kind="repeat.restored", key=event, payload={"reason": "it was not"}))
    second = replace(event, repeat="2")
    trail.record(second, {"term": "cough"})
    trail.add(NewEvent(kind="repeat.struck", key=second, payload={"reason": "entered twice"}))
    trail.record(
        Key("P02", "UNS1", "DLQI"), {"item_1": "2", "remark_of_old": "an item of an earlier version"}
    )
    trail.record(Key("P02", "", "form_of_old"), {"anything": "3.5"})
    trail.record(Key("", "", "custody", "1"), {"id": "LOT-1", "kind": "lot"})
    query = {"query": "1", "text": "really?"}
    trail.add(NewEvent(kind="query.opened", key=TNF, payload=query), by=Actor(who="process checks 1"))
    trail.add(NewEvent(kind="sdv.done", key=TNF, payload={"seq": 9}))
    signed = {"meaning": "reviewed", "name": "Doctor One", "digest": "ab" * 32}
    trail.add(NewEvent(kind="sign.made", key=Key("P01", "SCR"), payload=signed), by=DOCTOR)
    trail.add(NewEvent(kind="lock.frozen", key=Key("P01", "SCR"), payload={"scope": "visit"}))
    trail.add(NewEvent(kind="dose.approved", key=Key("P01"), payload={"level": "DL1"}), by=DOCTOR)
    return trail


@pytest.mark.parametrize("transactional", [True, False])
def test_the_seed_trial_is_valid_and_comes_back_without_a_difference(
    tmp_path: Path, transactional: bool
) -> None:
    path = export_odm(PROTOCOL, seed_events(), tmp_path / "odm.xml", transactional=transactional)
    assert_valid(path)
    reading = read(path)
    assert reading.values == values_of(seed_events())
    assert set(reading.records) == set(fold(seed_events()).records)


def test_every_event_about_values_has_its_audit_record(tmp_path: Path) -> None:
    reading = read(export_odm(PROTOCOL, seed_events(), tmp_path / "odm.xml"))
    told = [(audit.seq, audit.who, audit.at) for audit in reading.audits]
    assert told == [(event.seq, event.actor, event.at) for event in seed_events()]


@pytest.mark.parametrize("transactional", [True, False])
def test_whatever_can_happen_to_a_value_comes_back(tmp_path: Path, transactional: bool) -> None:
    events = eventful().events
    path = export_odm(PROTOCOL, events, tmp_path / "odm.xml", transactional=transactional)
    assert_valid(path)
    reading = read(path)
    assert reading.values == values_of(events)
    struck = {key for key, record in fold(events).records.items() if record.struck}
    assert set(reading.records) == set(fold(events).records) - struck


def test_a_change_says_what_it_does_and_why(tmp_path: Path) -> None:
    reading = read(export_odm(PROTOCOL, eventful().events, tmp_path / "odm.xml"))
    assert [(audit.doing, audit.who, audit.reason) for audit in reading.audits if audit.key == TNF] == [
        ("Insert", "nurse.one", ""),
        ("Update", "doctor.one", "diluted again"),
        ("Context", "process checks 1", ""),
        ("Context", "nurse.one", ""),
    ]
    assert [audit.doing for audit in reading.audits if audit.key == DLQI] == ["Insert", "Remove"]


def test_a_missing_value_is_null_with_its_code_and_its_reason(tmp_path: Path) -> None:
    root = ElementTree.parse(export_odm(PROTOCOL, eventful().events, tmp_path / "odm.xml")).getroot()
    item = next(each for each in root.iter(f"{NS}ItemData") if each.get("ItemOID", "").endswith(".il17a"))
    assert (item.get("IsNull"), item.get("Value")) == ("Yes", None)
    assert item.findtext(f"{NS}Annotation/{NS}Flag/{NS}FlagValue") == "UNK"
    assert item.findtext(f"{NS}Annotation/{NS}Comment") == "UNK: haemolysed"


def test_a_value_below_quantification_is_a_number_with_its_sign_beside_it(tmp_path: Path) -> None:
    root = ElementTree.parse(export_odm(PROTOCOL, eventful().events, tmp_path / "odm.xml")).getroot()
    told = [
        (each.get("ItemOID", "").rpartition(".")[2], each.get("Value"), each.get("TransactionType"))
        for each in root.iter(f"{NS}ItemData")
        if ".tnf" in each.get("ItemOID", "") and each.get("TransactionType") != "Context"
    ]
    assert told == [
        ("tnf", "0.5", "Insert"),
        ("tnf__comparator", "<", "Upsert"),
        ("tnf", "0.75", "Update"),
        ("tnf__comparator", None, "Remove"),
    ]


def test_definitions_say_what_the_protocol_says(tmp_path: Path) -> None:
    root = ElementTree.parse(export_odm(PROTOCOL, (), tmp_path / "odm.xml")).getroot()
    defs = {each.get("OID"): each for each in root.iter(f"{NS}ItemDef")}
    grade, onset = defs["IT.adverse_events.grade"], defs["IT.adverse_events.onset"]
    limits = [(each.get("Comparator"), each.get("SoftHard")) for each in grade.iter(f"{NS}RangeCheck")]
    assert limits[:2] == [("GE", "Hard"), ("LE", "Hard")]
    assert (grade.get("DataType"), onset.get("DataType")) == ("integer", "partialDate")
    drawn = defs["IT.injection.volume_drawn"]
    assert drawn.find(f"{NS}MeasurementUnitRef").get("MeasurementUnitOID") == "MU.mL"
    assert drawn.get("SignificantDigits")
    groups = {each.get("OID"): each.get("Repeating") for each in root.iter(f"{NS}ItemGroupDef")}
    assert (groups["IG.injection"], groups["IG.adverse_events"], groups["IG.DLQI"]) == ("Yes", "Yes", "No")
    events = [each.get("OID") for each in root.iter(f"{NS}StudyEventDef")]
    assert events == ["SE._common", *(f"SE.{visit.visit}" for visit in PROTOCOL.visits), "SE._unplanned"]


@pytest.mark.parametrize("transactional", [True, False])
def test_every_reference_has_its_definition(tmp_path: Path, transactional: bool) -> None:
    path = export_odm(PROTOCOL, eventful().events, tmp_path / "odm.xml", transactional=transactional)
    root = ElementTree.parse(path).getroot()
    defined = {each.get("OID") for each in root.iter() if each.get("OID")}
    used = {
        text
        for each in root.iter()
        for name, text in each.attrib.items()
        if name.endswith("OID") and name not in {"OID", "FileOID"}
    }
    assert sorted(used - defined) == []
    assert len(defined) == len([each for each in root.iter() if each.get("OID")])


def test_hidden_items_stand_nowhere_in_the_file(tmp_path: Path) -> None:
    def hide(form: str, item: str) -> bool:
        return item == "dose_level" or form == "injection"

    path = export_odm(PROTOCOL, seed_events(), tmp_path / "odm.xml", hide=hide)
    assert_valid(path)
    text = path.read_text()
    assert "dose_level" not in text
    assert "IG.injection" not in text
    shown = {key: value for key, value in values_of(seed_events()).items() if not hide(key.form, key.item)}
    assert read(path).values == shown


def test_skip_logic_is_told_as_the_condition_under_which_nothing_is_collected(tmp_path: Path) -> None:
    branch = Branch(activity="adverse_events", item="serious_criterion", rule="serious")
    protocol = replace(PROTOCOL, branching=(branch,), sites=(Site(site="S1", label="First & only"),))
    path = export_odm(protocol, (), tmp_path / "odm.xml")
    assert_valid(path)
    root = ElementTree.parse(path).getroot()
    assert root.findtext(f".//{NS}ConditionDef/{NS}FormalExpression") == "not (serious)"
    refs = [
        each.get("ItemOID")
        for each in root.iter(f"{NS}ItemRef")
        if each.get("CollectionExceptionConditionOID")
    ]
    assert refs == ["IT.adverse_events.serious_criterion"]
    assert [each.get("Name") for each in root.iter(f"{NS}Location")] == ["First & only"]


def test_signatures_and_users_are_named(tmp_path: Path) -> None:
    for transactional in (True, False):
        path = export_odm(PROTOCOL, eventful().events, tmp_path / "odm.xml", transactional=transactional)
        root = ElementTree.parse(path).getroot()
        users = [each.get("OID") for each in root.iter(f"{NS}User")]
        assert users == ["US.nurse.one", "US.doctor.one", "US.process checks 1"]
        assert root.findtext(f".//{NS}SignatureDef/{NS}Meaning") == "reviewed"
        assert root.findtext(f".//{NS}StudyEventData/{NS}Signature/{NS}CryptoBindingManifest") == "ab" * 32


def test_doses_decided_are_no_clinical_data(tmp_path: Path) -> None:
    assert "dose.approved" not in export_odm(PROTOCOL, eventful().events, tmp_path / "odm.xml").read_text()


def test_the_same_events_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (export_odm(PROTOCOL, seed_events(), tmp_path / f"{n}.xml").read_bytes() for n in (1, 2))
    assert first == second


def test_a_character_that_xml_cannot_hold_is_an_issue(tmp_path: Path) -> None:
    trail = Trail()
    trail.record(Key("P01", "", "adverse_events", "1"), {"term": "itch\x0b"})
    with pytest.raises(UserError) as refusal:
        export_odm(PROTOCOL, trail.events, tmp_path / "odm.xml")
    assert [issue.code for issue in refusal.value.issues] == ["FD-D010"]


def test_a_redacted_value_is_unknown(tmp_path: Path) -> None:
    trail = Trail()
    trail.record(DLQI.record, {"item_1": "3"})
    events = [event._replace(payload=None, salt="") if event.key == DLQI else event for event in trail.events]
    reading = read(export_odm(PROTOCOL, events, tmp_path / "odm.xml"))
    assert reading.values == {DLQI: "UNK: redacted"}


def test_a_study_folder_goes_out_and_comes_back(tmp_path: Path) -> None:
    snapshot = read_study(TRIAL, PROTOCOL).snapshot
    state = state_of(PROTOCOL, snapshot)
    path = export_odm_of_state(PROTOCOL, state, tmp_path / "odm.xml", as_of="2026-01-01T00:00:00Z")
    assert_valid(path)
    assert read(path).values == {key: value.text for key, value in state.values.items()}


def test_the_state_of_a_study_folder_reads_as_the_folder_itself() -> None:
    snapshot = read_study(TRIAL, PROTOCOL).snapshot
    again = read_state(PROTOCOL, state_of(PROTOCOL, snapshot)).snapshot
    for name, table in snapshot.tables.items():
        held = [column for column in table.columns if not column.startswith("_")]
        assert again.tables[name].select(held).equals(table.select(held)), name
    reasons = ["activity", "participant", "visit", "lesion", "item", "reason", "detail"]
    assert again.gaps.select(reasons).sort(reasons).equals(snapshot.gaps.select(reasons).sort(reasons))
