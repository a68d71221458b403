"""A study for REDCap and back: legal names, fields as REDCap validates them, and every value returns."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from firstdose.catalogue import Item
from firstdose.datasets.redcap import export_redcap, read_dictionary, read_redcap_data, starter_items
from firstdose.datasets.redcap.dictionary import COLUMNS
from firstdose.datasets.redcap.naming import event_names, legal, legal_codes, names_of
from firstdose.datasets.redcap.rules import branching_logic, calculation
from firstdose.protocol.model import Derivation
from firstdose.protocol.model_of_capture import Branch
from firstdose.protocol.names import Form
from firstdose.protocol.reading import read_protocol
from firstdose.records.log.state import fold
from firstdose.records.log.tables import known_forms, study_tables
from firstdose.values.issue import errors
from tests.functional.test_rehearsal import PROTOCOL, seed_trial
from tests.log_of_study import events_of
from tests.unit.datasets.test_odm import eventful

FIELD = re.compile(r"[a-z][a-z0-9_]{0,25}")


@cache
def seed_state():
    return fold(events_of(seed_trial().tables, PROTOCOL))


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("redcap")
    export_redcap(PROTOCOL, seed_state(), folder)
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values_of(state):
    return {
        key: value.text
        for key, value in state.values.items()
        if value.text and not state.records[key.record].struck
    }


def test_the_seed_trial_comes_back_without_a_difference(written: Path) -> None:
    reading = read_redcap_data(written)
    assert reading.issues == ()
    assert values_of(reading.state) == values_of(seed_state())
    assert set(reading.state.records) == set(seed_state().records)
    tables, told = study_tables(PROTOCOL, reading.state), study_tables(PROTOCOL, seed_state())
    assert sorted(tables) == sorted(told)
    assert [name for name, table in told.items() if not tables[name].equals(table)] == []


def test_whatever_can_be_recorded_comes_back(tmp_path: Path) -> None:
    state = fold(eventful().events)
    export_redcap(PROTOCOL, state, tmp_path)
    reading = read_redcap_data(tmp_path)
    assert values_of(reading.state) == values_of(state)
    assert set(reading.state.records) == {key for key, record in state.records.items() if not record.struck}


def test_the_dictionary_has_the_columns_of_redcap_in_their_order(written: Path) -> None:
    head = (written / "redcap_dictionary.csv").read_text().splitlines()[0]
    assert next(csv.reader([head])) == list(COLUMNS)
    assert len(COLUMNS) == 18


def test_the_first_field_is_the_name_of_the_record(written: Path) -> None:
    first = rows_of(written / "redcap_dictionary.csv")[0]
    assert first["Variable / Field Name"] == "record_id"


def test_every_field_is_legal_and_stands_once(written: Path) -> None:
    fields = [row["Variable / Field Name"] for row in rows_of(written / "redcap_dictionary.csv")]
    assert [name for name in fields if not FIELD.fullmatch(name) or "__" in name or name.endswith("_")] == []
    assert len(set(fields)) == len(fields)


def test_fields_of_a_form_stand_together(written: Path) -> None:
    forms = [row["Form Name"] for row in rows_of(written / "redcap_dictionary.csv")][1:]
    assert len([here for here, before in zip(forms, [None, *forms], strict=False) if here != before]) == len(
        set(forms)
    )


def test_a_field_says_what_the_item_says(written: Path) -> None:
    rows = {row["Variable / Field Name"]: row for row in rows_of(written / "redcap_dictionary.csv")}
    grade, drawn, serious = rows["grade"], rows["volume_drawn"], rows["serious"]
    assert (grade["Field Type"], grade[COLUMNS[5]][:8]) == ("radio", "1, mild:")
    assert [drawn[COLUMNS[place]] for place in (7, 8, 9)] == ["number", "0", "200"]
    assert serious["Field Type"] == "yesno"
    outcome = rows["outcome"][COLUMNS[5]]
    assert outcome.startswith("recovered, gone | recovering, getting better | not_recovered, unchanged")
    assert rows["onset"][COLUMNS[7]] == "date_ymd"


def test_data_have_a_row_for_each_event_and_each_repeat(written: Path) -> None:
    rows = rows_of(written / "redcap_data.csv")
    lesions = [row for row in rows if row["redcap_repeat_instrument"] == "injection"]
    assert len(lesions) == seed_trial().tables["injection"].height
    assert {row["redcap_event_name"] for row in lesions} == {"d0_arm_1"}
    places = [tuple(row.values())[:4] for row in rows]
    assert len(set(places)) == len(places)
    plain = [
        row for row in rows if row["redcap_event_name"] == "bl_arm_1" and not row["redcap_repeat_instrument"]
    ]
    assert len(plain) == seed_trial().participants


def test_validated_fields_hold_only_what_redcap_takes(tmp_path: Path) -> None:
    export_redcap(PROTOCOL, fold(eventful().events), tmp_path)
    fields = {row[COLUMNS[0]]: row for row in rows_of(tmp_path / "redcap_dictionary.csv")}
    missing = {"ND", "UNK", "REF", "NA"}
    shapes = {"number": r"-?\d+(\.\d+)?", "integer": r"-?\d+", "date_ymd": r"\d{4}-\d\d-\d\d", "": r"(?s).*"}
    for row in rows_of(tmp_path / "redcap_data.csv"):
        for name, cell in row.items():
            if cell and name in fields and cell not in missing:
                shape = shapes[fields[name][COLUMNS[7]]]
                assert re.fullmatch(shape, cell), (name, cell)
                if fields[name]["Field Type"] in {"radio", "dropdown"}:
                    codes = [part.partition(",")[0].strip() for part in fields[name][COLUMNS[5]].split("|")]
                    assert cell in codes, (name, cell)


def test_events_and_repeating_instruments_are_declared(written: Path) -> None:
    events = {row["unique_event_name"]: row["event_name"] for row in rows_of(written / "redcap_events.csv")}
    assert list(events.values()) == ["no visit", *(visit.visit for visit in PROTOCOL.visits)]
    mapped = {tuple(row.values())[1:] for row in rows_of(written / "redcap_instruments_of_events.csv")}
    repeated = {tuple(row.values())[:2] for row in rows_of(written / "redcap_repeating_instruments.csv")}
    instruments = {row[COLUMNS[1]] for row in rows_of(written / "redcap_dictionary.csv")}
    assert {form for _, form in mapped} <= instruments
    assert repeated <= mapped
    for row in rows_of(written / "redcap_data.csv"):
        at = (row["redcap_event_name"], row["redcap_repeat_instrument"])
        assert at in repeated or not at[1]
        held = [
            name.removesuffix("_complete")
            for name, cell in row.items()
            if name.endswith("_complete") and cell
        ]
        assert {(at[0], form) for form in held} <= mapped


def test_hidden_items_are_in_none_of_the_files_and_change_no_name(written: Path, tmp_path: Path) -> None:
    def hide(form: str, item: str) -> bool:
        return item == "dose_level" or form == "injection"

    files = export_redcap(PROTOCOL, seed_state(), tmp_path, hide=hide)
    assert [path.name for path in files if "dose_level" in path.read_text()] == []
    instruments = {row["form"] for row in rows_of(tmp_path / "redcap_instruments_of_events.csv")}
    assert "injection" not in instruments
    assert [name for name in rows_of(tmp_path / "redcap_data.csv")[0] if name.startswith("injection")] == []
    fields = {row[COLUMNS[0]] for row in rows_of(tmp_path / "redcap_dictionary.csv")}
    assert fields < {row[COLUMNS[0]] for row in rows_of(written / "redcap_dictionary.csv")}
    shown = {key: text for key, text in values_of(seed_state()).items() if not hide(key.form, key.item)}
    assert values_of(read_redcap_data(tmp_path).state) == shown


@pytest.mark.parametrize("rule", ['dose_level != "DL1"', 'any(dose_level == "DL2")'])
def test_a_rule_that_speaks_of_something_hidden_is_not_told(tmp_path: Path, rule: str) -> None:
    branch = Branch(activity="injection", item="start_time", rule=rule)
    protocol = replace(PROTOCOL, branching=(branch,))
    export_redcap(protocol, seed_state(), tmp_path, hide=lambda form, item: item == "dose_level")
    assert "dose_level" not in (tmp_path / "redcap_dictionary.csv").read_text()


def test_the_same_state_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    for path in export_redcap(PROTOCOL, seed_state(), tmp_path):
        assert path.read_bytes() == (written / path.name).read_bytes()


# ------------------------------------------------------------------------------------------------------------ names


def form_of(name: str, *items: str) -> Form:
    made = tuple(Item(name=item, label=item, kind="text") for item in items)
    return Form(name=name, label=name, per="participant", items=made)


@pytest.mark.parametrize(
    "text, name",
    [("PASI_Fredriksson", "pasi_fredriksson"), ("3_month", "v_3_month"), ("a__b_", "a_b"), ("_x", "x")],
)
def test_a_name_is_made_legal(text: str, name: str) -> None:
    assert legal(text) == name


def test_a_long_name_is_cut_and_told_apart_by_its_digest() -> None:
    first, second = legal("local_tolerability_redness_mm"), legal("local_tolerability_redness_cm")
    assert first[:19] == second[:19] == "local_tolerability_"
    assert max(len(first), len(second)) <= 26
    assert first != second


def test_an_item_of_two_forms_has_the_form_before_it() -> None:
    names = names_of({"a": form_of("a", "date", "x"), "b": form_of("b", "date", "b_complete", "record_id")})
    assert [names.fields["a", "date"], names.fields["b", "date"], names.fields["a", "x"]] == [
        "a_date",
        "b_date",
        "x",
    ]
    assert names.fields["b", "record_id"] == "b_record_id"
    assert names.fields["b", "b_complete"] == "b_b_complete"


def test_names_that_still_collide_are_told_apart() -> None:
    names = names_of({"a": form_of("a", "Xx", "xX", "a_xx"), "b": form_of("b", "xx")})
    assert len(set(names.fields.values())) == len(names.fields)


def test_events_and_codes_are_told_apart() -> None:
    assert event_names(["D0", "d0", "UNS1"])["UNS1"] == "uns1_arm_1"
    assert len(set(event_names(["D0", "d0", "UNS1"]).values())) == 3
    assert legal_codes(["not recovered", "not-recovered", "x"]) == {
        "not recovered": "not_recovered",
        "not-recovered": "not_recovered_2",
        "x": "x",
    }


# ------------------------------------------------------------------------------------------------------------ rules


def logic(rule: str) -> str | None:
    branch = Branch(activity="adverse_events", item="serious_criterion", rule=rule)
    return branching_logic(PROTOCOL, branch, lambda item: (item, {"not recovered": "not_recovered"}))


@pytest.mark.parametrize(
    "rule, told",
    [
        ("serious", "([serious] = '1' or {serious})"),
        ("not ongoing", "([ongoing] <> '1' or {ongoing})"),
        ("grade >= 3", "([grade] >= 3 or {grade})"),
        ("not grade >= 3", "([grade] < 3 or {grade})"),
        ('outcome != "fatal"', "([outcome] <> 'fatal' or {outcome})"),
        (
            'outcome in ("not recovered", "fatal")',
            "(([outcome] = 'not_recovered' or [outcome] = 'fatal') or {outcome})",
        ),
        ("missing(grade)", "({grade})"),
    ],
)
def test_a_branch_shows_the_field_where_its_rule_holds_or_is_not_known(rule: str, told: str) -> None:
    for name in ("serious", "ongoing", "grade", "outcome"):
        unknown = " or ".join(f"[{name}] = '{code}'" for code in ("", "ND", "UNK", "REF", "NA"))
        told = told.replace(f"{{{name}}}", unknown)
    assert logic(rule) == told


def test_and_becomes_or_under_not() -> None:
    told = logic("not (serious and ongoing)")
    assert told is not None
    assert " or ([ongoing] <> '1'" in told


def test_what_redcap_cannot_say_is_not_translated() -> None:
    assert logic("count(grade >= 3) > 1") is None


def test_a_derivation_becomes_a_calculation() -> None:
    told = calculation(PROTOCOL, "(volume_drawn - residual_volume) / 2", lambda item: (item, {}))
    assert told == "(([volume_drawn] - [residual_volume]) / 2)"


def test_derivations_and_untold_rules_stand_in_the_dictionary(tmp_path: Path) -> None:
    step = Derivation(
        variable="volume_left_in_body", label="given", rule="volume_drawn - residual_volume", unit="mL"
    )
    branch = Branch(activity="adverse_events", item="action", rule="count(grade >= 3) > 0")
    protocol = replace(PROTOCOL, derivations=(step,), branching=(branch,))
    export_redcap(protocol, seed_state(), tmp_path)
    rows = {row[COLUMNS[0]]: row for row in rows_of(tmp_path / "redcap_dictionary.csv")}
    assert rows["volume_left_in_body"]["Field Type"] == "calc"
    assert rows["volume_left_in_body"][COLUMNS[5]] == "([volume_drawn] - [residual_volume])"
    assert rows["action"][COLUMNS[11]] == ""
    assert '"asked_when": "count(grade >= 3) > 0"' in rows["action"][COLUMNS[17]]


# -------------------------------------------------------------------------------------------------- other dictionaries


def foreign(tmp_path: Path, *rows: dict[str, str]) -> Path:
    """A dictionary of somebody else, invented."""
    path = tmp_path / "redcap_dictionary.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(
            {COLUMNS[0]: "study_id", COLUMNS[1]: "base", COLUMNS[3]: "text", **row} for row in [{}, *rows]
        )
    return path


def test_a_foreign_dictionary_becomes_items_that_the_protocol_file_takes(tmp_path: Path) -> None:
    names = (COLUMNS[0], COLUMNS[3], COLUMNS[4], COLUMNS[5], COLUMNS[7], COLUMNS[8], COLUMNS[9], COLUMNS[12])
    given = [
        ("weight", "text", "<b>Weight</b>,  kg", "", "number_1dp", "20", "300", "y"),
        ("smoker", "yesno", "Smoker", "", "", "", "", ""),
        ("stage", "radio", "Stage", "1, first = early | 2, second, late", "", "", "", ""),
        ("visited", "text", "Day", "", "date_dmy", "", "", ""),
        ("drugs", "checkbox", "Drugs", "a, Methotrexate | b, Other", "", "", "", ""),
        ("total", "calc", "Total", "[weight]*2", "", "", "", ""),
        ("remarks", "notes", "Remarks", "", "", "", "", ""),
    ]
    fields, issues = read_dictionary(
        foreign(tmp_path, *(dict(zip(names, row, strict=True)) for row in given))
    )
    assert issues == []
    text, told = starter_items(fields)
    assert [(issue.code, issue.place.line) for issue in told] == [("FD-D013", 8)]
    kinds = {line.split()[0]: re.split(r"  +", line.strip())[3] for line in text.splitlines()[2:]}
    assert kinds == {
        "weight": "number",
        "smoker": "truth",
        "stage": "code",
        "visited": "date",
        "drugs___a": "truth",
        "drugs___b": "truth",
        "remarks": "text",
    }
    base = (Path(__file__).parents[3] / "src/firstdose/protocol/starter.yaml").read_text()
    file = tmp_path / "protocol.yaml"
    file.write_text(re.sub(r"(?m)^items: \|\n(?:  .*\n|\n)*", "", base) + "\n" + text)
    reading = read_protocol(file)
    assert reading.protocol is not None, [str(issue) for issue in reading.issues]
    assert errors(reading.issues) == []
    read = {row.item.name: row.item for row in reading.protocol.items}
    assert set(kinds) <= set(read)
    assert (str(read["weight"].low), read["weight"].decimals, read["weight"].label) == (
        "20",
        1,
        "Weight , kg",
    )


def test_our_own_dictionary_becomes_the_items_it_was_made_from(written: Path) -> None:
    fields, _ = read_dictionary(written / "redcap_dictionary.csv")
    text, issues = starter_items(fields)
    assert issues == []
    told = {tuple(re.split(r"  +", line.strip())[:2]) for line in text.splitlines()[2:]}
    known = {(item.name, form.name) for form in known_forms(PROTOCOL).values() for item in form.items}
    assert known <= told


def test_a_file_that_is_no_dictionary_is_told(tmp_path: Path) -> None:
    path = tmp_path / "redcap_dictionary.csv"
    for content in (b"a,b\n1,2\n", b"\xff\xfe"):
        path.write_bytes(content)
        fields, issues = read_dictionary(path)
        assert (fields, [issue.code for issue in issues]) == ([], ["FD-D011"])
    path.unlink()
    assert [issue.code for issue in read_dictionary(path)[1]] == ["FD-D011"]


def test_fields_that_are_not_ours_are_told_and_left_aside(written: Path, tmp_path: Path) -> None:
    for path in written.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    data = tmp_path / "redcap_data.csv"
    lines = data.read_text().splitlines()
    data.write_text("\n".join([f"{lines[0]},shoe_size", *(f"{line},43" for line in lines[1:]), ""]))
    reading = read_redcap_data(tmp_path)
    assert [(issue.code, issue.weight) for issue in reading.issues] == [("FD-D012", "warning")]
    assert values_of(reading.state) == values_of(seed_state())
