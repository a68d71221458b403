"""Skip logic on records: what is asked, what an empty cell then means, and values where nothing was asked."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.protocol.branches import read_branches
from firstdose.protocol.reading import read_protocol_text
from firstdose.records.branching import asked, clear_unasked, find_unasked, read_answers
from firstdose.records.checking import check_records
from firstdose.records.study import read_study
from tests.shared import ROOT

BASE = (ROOT / "docs" / "issues" / "base" / "protocol.yaml").read_text("utf-8")
AE = "adverse_events"
RULES = (
    ("adverse_events.action", 'serious_criterion == "death" or related_biopsy == "certain"'),
    ("adverse_events.serious_criterion", "serious"),
    ("adverse_events.end", "not ongoing"),
    ("adverse_events.end_day", "end > onset"),
    ("screening.worst", "psoriasis_months >= 6 months"),
)
HEAD = "participant,term,grade,onset,end,ongoing,outcome,serious,serious_criterion"
HEAD += ",related_cells,related_procedure,related_biopsy,related_disease\n"
CAUSES = ",possible,certain,unlikely,unlikely\n"


def protocol_of(*rules, items=""):
    table = "".join(f"  {item}  {rule}\n" for item, rule in rules)
    text = BASE.replace("\n\nchecks:", f"\n{items}\n\nchecks:", 1) if items else BASE
    reading = read_protocol_text(f"{text}\nbranching: |\n  item  asked_when\n{table}")
    assert reading.issues == ()
    return reading.protocol


WORST = "  worst  screening  the worst plaque  text  .  .  .  ."
PROTOCOL = protocol_of(*RULES, items=WORST)


def study(folder, **tables):
    (folder / "records").mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / "records" / f"{name}.csv").write_text(text, "utf-8")
    return read_study(folder, PROTOCOL)


def gaps_of(reading, item):
    found = reading.snapshot.gaps.filter(pl.col("item") == item)
    return list(zip(found["_row"], found["reason"], found["detail"], strict=True))


def test_an_item_is_asked_unless_its_rule_says_no():
    assert asked(PROTOCOL, AE, {"serious": True})["serious_criterion"] is True
    assert asked(PROTOCOL, AE, {"serious": False})["serious_criterion"] is False
    assert asked(PROTOCOL, AE, {})["serious_criterion"] is None
    assert asked(PROTOCOL, "DLQI", {"item_1": 3.0}) == {}


def test_dates_are_compared_as_dates_or_as_their_text():
    for end in ("2024-03-06", dt.date(2024, 3, 6)):
        assert asked(PROTOCOL, AE, {"ongoing": False, "end": end, "onset": "2024-03-04"})["end_day"] is True
    assert asked(PROTOCOL, AE, {"ongoing": False, "end": "2024-03", "onset": "2024-03-04"})["end_day"] is None


def test_what_hangs_on_an_item_that_is_not_asked_is_not_asked():
    """The criterion is left over from when the event was serious: it does not count."""
    left_over = {"serious": False, "serious_criterion": "death", "related_biopsy": "unlikely"}
    assert asked(PROTOCOL, AE, left_over)["action"] is False
    assert asked(PROTOCOL, AE, left_over | {"related_biopsy": "certain"})["action"] is True


def test_it_is_asked_while_another_answer_that_may_ask_for_it_is_unknown():
    assert asked(PROTOCOL, AE, {"serious": False})["action"] is None


def test_answers_are_read_from_the_texts_of_cells():
    texts = {"serious": "no", "grade": "3", "end": "UNK: nobody knows", "outcome": "nonsense", "other": "x"}
    answers = read_answers(PROTOCOL, AE, texts)
    assert answers == {"serious": False, "grade": 3.0, "end": None, "outcome": None}
    assert asked(PROTOCOL, AE, answers)["serious_criterion"] is False


def test_an_empty_cell_of_an_item_that_is_not_asked_is_no_query(tmp_path):
    rows = "participant,psoriasis_months,pregnant,worst\n"
    reading = study(tmp_path, screening=f"{rows}P1,3,no,\nP2,48,no,\nP3,,no,\nP4,3,no,NA: never\n")
    empty = [(issue.place.line, issue.place.column) for issue in reading.issues if issue.code == "FD-R037"]
    assert empty == [(3, 4), (4, 2), (4, 4)]
    assert gaps_of(reading, "worst") == [
        (2, "NA", "not asked"),
        (3, "empty", ""),
        (4, "empty", ""),
        (5, "NA", "never"),
    ]
    assert not [one for one in check_records(PROTOCOL, reading.snapshot) if one.code == "FD-R074"]


def test_a_value_of_an_item_that_is_not_asked_is_a_query_at_its_cell(tmp_path):
    events = f"{HEAD}P1,Pain,1,2024-03-04,2024-03-06,no,recovered,no,death{CAUSES}"
    events += f"P1,Rash,1,2024-03-04,2024-03-06,yes,recovering,no,{CAUSES}"
    reading = study(tmp_path, adverse_events=events)
    found = [one for one in check_records(PROTOCOL, reading.snapshot) if one.code == "FD-R074"]
    assert [(one.place.line, one.place.column, one.weight) for one in found] == [
        (2, 9, "query"),
        (3, 5, "query"),
    ]
    assert "serious_criterion is recorded, and it is asked only when serious." in found[0].message


def test_a_form_without_the_column_is_read_as_before(tmp_path):
    reading = study(tmp_path, adverse_events="participant,term\nP1,Pain\n")
    assert gaps_of(reading, "serious") == [(2, "no column", "not in the source")]
    assert gaps_of(reading, "serious_criterion") == []


def test_values_are_cleared_where_nothing_is_asked_and_reasons_stay():
    texts = pl.DataFrame(
        {"serious": ["no", "no", "yes", None], "serious_criterion": ["death", "NA: none", "death", "death"]}
    )
    cleared = clear_unasked(PROTOCOL, AE, texts)
    assert cleared["serious_criterion"].to_list() == [None, "NA: none", "death", "death"]
    assert clear_unasked(PROTOCOL, "DLQI", texts) is texts


TRUTHS = st.none() | st.booleans()
DATES = st.none() | st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 4))
RECORDS = st.fixed_dictionaries(
    {
        "serious": TRUTHS,
        "ongoing": TRUTHS,
        "serious_criterion": st.sampled_from([None, "death", "disability"]),
        "related_biopsy": st.sampled_from([None, "certain", "unlikely"]),
        "end": DATES,
        "onset": DATES,
    }
)
SCHEMA = {
    "serious": pl.Boolean,
    "ongoing": pl.Boolean,
    "serious_criterion": pl.String,
    "related_biopsy": pl.String,
    "end": pl.Date,
    "onset": pl.Date,
}


@given(st.lists(RECORDS, max_size=6))
def test_a_table_is_judged_as_its_records_one_by_one(records):
    branches = read_branches(PROTOCOL)[AE]
    unasked = find_unasked(branches, pl.DataFrame(records, schema=SCHEMA))
    by_record = [asked(PROTOCOL, AE, record) for record in records]
    assert {item: rows.to_list() for item, rows in unasked.items()} == {
        branch.item: [answers[branch.item] is False for answers in by_record] for branch in branches
    }


@pytest.mark.parametrize("rule", ["2 > 1", "1 > 2"])
def test_a_rule_without_names_holds_for_every_record(rule):
    protocol = protocol_of(("adverse_events.end", rule))
    assert asked(protocol, AE, {})["end"] is (rule == "2 > 1")
    frame = pl.DataFrame({"end": [None, None]}, schema={"end": pl.Date})
    unasked = find_unasked(read_branches(protocol)[AE], frame)["end"].to_list()
    assert unasked == [rule == "1 > 2"] * 2
