"""Sections begun and not finished: each gap is told where it is, once, and the rest of the file is read."""

from __future__ import annotations

import pytest
import yaml

from firstdose.protocol import tree
from firstdose.protocol.reading import read_protocol_text
from firstdose.records.mapping import mapping_of
from tests.unit.protocol.test_reading_traps import SMALL

VISITS = SMALL[SMALL.index("  visit  day") : SMALL.index("\nschedule")]
SCHEDULE = SMALL[SMALL.index("  activity  ") : SMALL.index("\nendpoints")]
ITEMS = "items: |\n  item  activity  label  kind  codes\n"
SENSITIVITY = "sensitivity: |\n  check  endpoint  attacks    method            with\n"
LAST = SMALL.count("\n")


def read(extra: str = "", without: str = "", instead: str = ""):
    return read_protocol_text(SMALL.replace(without, instead) + extra)


def codes(reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def test_a_table_of_comments_alone_holds_nothing():
    assert read(without=VISITS, instead="  # to come\n").protocol.visits == ()
    assert read(without=SCHEDULE, instead="  # to come\n").protocol.schedule == ()


def test_a_schedule_without_visits_takes_its_columns_as_they_are():
    reading = read(without="visits: |\n" + VISITS)
    assert codes(reading) == ["FD-P012"]
    assert reading.protocol.activity("adverse_events").at == ("D0", "M1")


def test_a_schedule_without_one_of_its_fixed_columns_is_told_which():
    text = SMALL
    for old, new in (
        ("per          SCR", "SCR"),
        ("participant  x ", "x "),
        ("adverse_events    participant", "adverse_events  "),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    issues = read_protocol_text(text).issues
    assert "The column 'per' is missing." in [issue.message for issue in issues]


@pytest.mark.parametrize(
    ("extra", "line", "column", "code"),
    [
        ("registration: here\n", 1, 1, "FD-P014"),
        ("estimands: here\n", 1, 1, "FD-P014"),
        ("estimands:\n  EST1:\n", 2, 3, "FD-P013"),
        ("registration:\n  register:\n", 2, 3, "FD-P013"),
        ("registration:\n  register: |\n    a  b\n", 2, 3, "FD-P013"),
    ],
)
def test_a_section_of_keys_without_keys_or_values_is_told_at_its_place(extra, line, column, code):
    found = [(each.place.line - LAST, each.place.column, each.code) for each in read(extra).issues]
    assert (line, column) in {(at, start) for at, start, _ in found}, found
    assert len(found) == 1


def test_a_range_of_percentages_that_is_none_is_told():
    extra = "intervention:\n  product: x\n  route: y\n  unit_of_dosing: plaque\n  tolerance: 90\n"
    assert [issue.message for issue in read(extra).issues] == ["'90' is not a range."]


@pytest.mark.parametrize(
    ("written", "message"),
    [("mild m!ld", "'m!ld'"), ("mild mild", "'mild'")],
)
def test_a_code_that_is_no_name_or_stands_twice_is_told(written, message):
    (issue,) = read(f"{ITEMS}  pain  adverse_events  pain  code  {written}\n").issues
    assert message in issue.message


def test_a_word_for_a_method_that_is_no_name_is_told():
    extra = f"{SENSITIVITY}  S1     E1        normality  sign_flip_exact   dr!ws 9\n"
    assert any("'dr!ws'" in issue.message for issue in read(extra).issues)


def test_paragraphs_may_stand_several_lines_apart():
    text = "  rationale: |\n    Somebody is\n    first.\n\n\n    Nobody was.\n"
    reading = read(without="  phase: I\n", instead="  phase: I\n" + text)
    assert reading.issues == ()
    assert reading.protocol.trial.rationale == "Somebody is first.\n\nNobody was."


@pytest.fixture
def stubborn_yaml(monkeypatch):
    """YAML that gives up, with or without saying where."""

    def give_up(mark):
        def compose(*_):
            raise yaml.MarkedYAMLError(problem="it is odd", problem_mark=mark)

        monkeypatch.setattr(tree.yaml, "compose", compose)

    return give_up


def test_what_yaml_refuses_after_all_is_told_at_its_place(stubborn_yaml):
    stubborn_yaml(yaml.Mark("", 0, 4, 2, None, None))
    reading = read_protocol_text(SMALL, "p.yaml")
    assert reading.protocol is None
    assert [str(issue) for issue in reading.issues] == [
        "p.yaml:5:3  FD-P016  The file cannot be read from here on (it is odd). Compare it with the starter."
    ]


def test_a_mapping_that_yaml_refuses_after_all_is_no_mapping(stubborn_yaml):
    stubborn_yaml(None)
    mapping, issues = mapping_of("# firstdose mapping, format 1\n", "mapping.yaml")
    assert mapping is None
    assert [(str(issue.place), issue.code) for issue in issues] == [("mapping.yaml:1:1", "FD-P016")]
