"""Every check: a clean study is silent, and one planted fault is found at its row and column, alone."""

from __future__ import annotations

import pytest

from tests.unit.records.invented import clean_study, day, judged, protocol_of, read, seed_protocol


def first(rows, **keys):
    """The index of the first row with these cells."""
    return next(i for i, row in enumerate(rows) if all(row[key] == cell for key, cell in keys.items()))


def told(issues):
    return [(issue.code, str(issue.place), issue.weight) for issue in issues]


def test_a_clean_study_is_silent(tmp_path):
    assert judged(tmp_path, clean_study()) == []


def plant(activity, name, cell, **keys):
    def change(study):
        rows = study[activity]
        at = first(rows, **keys)
        rows[at][name] = cell
        number = list(dict.fromkeys(key for row in rows for key in row)).index(name) + 1
        return f"records/{activity}.csv:{at + 2}:{number}"

    return change


ERRORS = [
    ("FD-R030", plant("serum_cytokines", "il17a", "1,5", participant="P2", visit="M3"), "error"),
    ("FD-R031", plant("injection", "points", "2.5", participant="P1"), "error"),
    ("FD-R032", plant("plaque_score", "erythema", "7", visit="W4"), "error"),
    ("FD-R032", plant("local_tolerability_mm", "pain", "11", visit="W1"), "query"),
    ("FD-R033", plant("demographics", "sex", "femal", participant="P3"), "error"),
    ("FD-R034", plant("histology", "blinded", "perhaps", visit="M6"), "error"),
    ("FD-R037", plant("DLQI", "item_4", "", visit="M3"), "query"),
    ("FD-R038", plant("serum_cytokines", "tnf", "2.25", visit="BL"), "warning"),
    ("FD-R039", plant("serum_cytokines", "il23", "0.4", visit="BL"), "warning"),
    ("FD-R041", plant("plaque_severity", "visit", "M7", visit="M6", lesion="L2"), "error"),
    ("FD-R043", plant("demographics", "participant", " ", participant="P2"), "error"),
    ("FD-R054", plant("visits", "status", "missed", visit="W3"), "query"),
    ("FD-R063", plant("visits", "date", day(10), visit="W1"), "query"),
    ("FD-R064", plant("adverse_events", "end", day(2), participant="P2"), "query"),
    ("FD-R072", plant("injection", "laterality", "right", participant="P2", lesion="L2"), "query"),
    ("FD-R073", plant("lesion_map", "role", "control", participant="P3", lesion="L1"), "query"),
]


@pytest.fixture(scope="module", params=ERRORS, ids=[f"{code}-{n}" for n, (code, _, _) in enumerate(ERRORS)])
def planted(request, tmp_path_factory):
    """(code, place, weight) of a planted fault, and everything that the checks say of the study."""
    code, change, weight = request.param
    study = clean_study()
    place = change(study)
    return code, place, weight, judged(tmp_path_factory.mktemp("planted"), study)


def test_a_planted_cell_is_found_where_it_stands(planted):
    code, place, weight, issues = planted
    if code == "FD-R054":
        place = place.replace(":4", ":5")  # the reason is what is missing
    if code == "FD-R073":
        place = "records/injection.csv:6:3"  # the injection is the deviation, not the map
    assert [each for each in told(issues) if each[0] == code] == [(code, place, weight)]


def test_a_planted_cell_raises_nothing_else_but_what_follows_from_it(planted):
    code, _, _, issues = planted
    follows = {
        "FD-R041": {"FD-R051", "FD-R052"},  # the record of M6 is absent, M7 is in no list
        "FD-R043": {"FD-R051"},
        "FD-R054": {"FD-R053"},  # W3 has records
    }
    assert {issue.code for issue in issues} <= {code} | follows.get(code, set())


def test_a_participant_who_is_not_on_the_roster_is_an_error(tmp_path):
    study = clean_study()
    study["PASI_Fredriksson"].append(study["PASI_Fredriksson"][0] | {"participant": "P9"})
    assert told(judged(tmp_path, study)) == [
        ("FD-R040", "records/PASI_Fredriksson.csv:23:1", "error"),
        ("FD-R061", "records/PASI_Fredriksson.csv:23:1", "query"),
        ("FD-R052", "records/PASI_Fredriksson.csv:23:2", "query"),
    ]


def test_a_lesion_that_is_not_on_the_map_is_an_error_with_those_that_are(tmp_path):
    study = clean_study()
    study["plaque_score"][0]["lesion"] = "L3"
    found = [issue for issue in judged(tmp_path, study) if issue.code == "FD-R042"]
    assert told(found) == [("FD-R042", "records/plaque_score.csv:2:3", "error")]
    assert found[0].message == "Participant P1 has no plaque 'L3' on the lesion map."


def test_a_record_entered_twice_names_both_lines(tmp_path):
    study = clean_study()
    study["skin_thickness"].append(dict(study["skin_thickness"][2]))
    found = judged(tmp_path, study)
    assert told(found) == [("FD-R044", "records/skin_thickness.csv:20:1", "error")]
    assert "first in line 4 of records/skin_thickness.csv" in found[0].message


def test_the_same_event_twice_is_a_warning_since_events_may_repeat(tmp_path):
    study = clean_study()
    study["adverse_events"].append(dict(study["adverse_events"][0]))
    assert told(judged(tmp_path, study)) == [("FD-R045", "records/adverse_events.csv:5:1", "warning")]


def test_an_activity_at_a_visit_without_it_is_a_query(tmp_path):
    study = clean_study()
    study["histology"].append(study["histology"][0] | {"visit": "M3"})
    assert told(judged(tmp_path, study)) == [("FD-R050", "records/histology.csv:14:2", "query")]


def test_a_record_that_is_due_is_missed_at_its_visit(tmp_path):
    study = clean_study()
    del study["skin_thickness"][first(study["skin_thickness"], participant="P2", visit="M3", lesion="L2")]
    found = judged(tmp_path, study)
    row = first(study["visits"], participant="P2", visit="M3") + 2
    assert told(found) == [("FD-R051", f"records/visits.csv:{row}:2", "query")]
    assert "participant P2, plaque L2, visit M3" in found[0].message


def test_a_missed_visit_with_its_reason_is_silent_and_its_records_are_named_gaps(tmp_path):
    study = clean_study()
    for rows in study.values():
        rows[:] = [row for row in rows if (row["participant"], row.get("visit")) != ("P1", "W2")]
    study["visits"].append(
        {"participant": "P1", "visit": "W2", "date": "", "status": "missed", "reason": "flu"}
    )
    assert judged(tmp_path, study) == []
    gaps = read(tmp_path, study).snapshot.gaps
    lost = gaps.filter((gaps["participant"] == "P1") & (gaps["visit"] == "W2"))
    assert set(lost["reason"]) == {"visit missed"}
    assert set(lost["detail"]) == {"flu"}
    assert lost.height == 3 * 2  # three activities of two plaques


def test_a_record_of_a_missed_visit_is_a_query(tmp_path):
    study = clean_study()
    row = study["visits"][first(study["visits"], participant="P1", visit="W2")]
    row |= {"status": "missed", "reason": "flu"}
    assert {issue.code for issue in judged(tmp_path, study)} == {"FD-R053"}


def test_records_of_a_visit_that_is_not_listed_are_told_once(tmp_path):
    study = clean_study()
    del study["visits"][first(study["visits"], participant="P3", visit="M5")]
    found = judged(tmp_path, study)
    assert [issue.code for issue in found] == ["FD-R052"]
    assert "M5 of participant P3" in found[0].message


def test_a_visit_without_a_date_is_a_query(tmp_path):
    study = clean_study()
    study["visits"][first(study["visits"], participant="P3", visit="M5")]["date"] = ""
    assert {issue.code for issue in judged(tmp_path, study)} == {"FD-R055"}


def test_a_visit_on_a_month_only_is_a_query_and_no_window_is_judged(tmp_path):
    study = clean_study()
    study["visits"][first(study["visits"], participant="P3", visit="M5")]["date"] = "2023-07"
    assert {issue.code for issue in judged(tmp_path, study)} == {"FD-R046", "FD-R055"}


def test_consent_after_screening_makes_the_screening_visit_a_deviation(tmp_path):
    study = clean_study()
    study["informed_consent"][0]["consent_date"] = day(-13)
    found = judged(tmp_path, study)
    assert told(found) == [("FD-R060", "records/visits.csv:2:3", "query")]
    assert "SCR of participant P1 is dated 2023-02-15, before consent on 2023-02-16" in found[0].message


def test_consent_on_the_day_of_screening_is_in_time(tmp_path):
    study = clean_study()
    study["informed_consent"][0]["consent_date"] = day(-14)
    assert judged(tmp_path, study) == []


def test_a_record_with_an_own_date_before_consent_is_told_at_the_record(tmp_path):
    study = clean_study()
    for row in study["screening"]:
        row["date"] = ""
    study["screening"][1]["date"] = day(-30)
    found = judged(tmp_path, study)
    assert told(found) == [("FD-R060", "records/screening.csv:3:25", "query")]


def test_a_participant_without_consent_is_told_once(tmp_path):
    study = clean_study()
    del study["informed_consent"][1]
    found = [issue for issue in judged(tmp_path, study) if issue.code == "FD-R061"]
    assert len(found) == 1
    assert "P2" in found[0].message


def test_visits_in_the_wrong_order_name_the_one_they_contradict(tmp_path):
    study = clean_study()
    rows = study["visits"]
    rows[first(rows, participant="P1", visit="W2")]["date"] = day(20)
    rows[first(rows, participant="P1", visit="W3")]["date"] = day(19)
    found = [issue for issue in judged(tmp_path, study) if issue.code == "FD-R062"]
    assert [issue.message for issue in found] == [
        "W3 of participant P1 is dated before W2, which comes first in the protocol."
    ]


@pytest.mark.parametrize(("visit", "number", "off"), [
    ("W2", 11, -1), ("W2", 12, 0), ("W2", 13, 0), ("W2", 14, 0), ("W2", 15, 0), ("W2", 16, 0), ("W2", 17, 1),
    ("SCR", -29, -1), ("SCR", -28, 0), ("SCR", -8, 0), ("M6", 165, -1), ("M6", 166, 0), ("M6", 194, 0), ("M6", 195, 1),
])  # fmt: skip
def test_the_edges_of_a_window_belong_to_it(tmp_path, visit, number, off):
    study = clean_study()
    study["informed_consent"][0]["consent_date"] = day(-40)
    study["visits"][first(study["visits"], participant="P1", visit=visit)]["date"] = day(number)
    found = [issue for issue in judged(tmp_path, study) if issue.code == "FD-R063"]
    assert len(found) == abs(off)
    if off:
        assert f"1 day {'after' if off > 0 else 'before'} its window" in found[0].message


def test_day_zero_is_the_day_of_the_injection_and_not_of_the_planned_visit(tmp_path):
    study = clean_study()
    for row in study["injection"]:
        row["date"] = day(1)
    late = [issue for issue in judged(tmp_path, study) if issue.code == "FD-R063"]
    assert {issue.message.split(" ")[0] for issue in late} == {"D0", "H24"}


def test_a_second_dose_of_one_plaque_is_an_error(tmp_path):
    study = clean_study()
    study["injection"].append(study["injection"][3] | {"visit": "W1"})
    found = judged(tmp_path, study)
    assert ("FD-R071", "records/injection.csv:8:1", "error") in told(found)
    assert "administration 2 to participant P2, plaque L2; the protocol allows 1" in str(found)


def test_an_injection_into_a_control_names_the_plaque(tmp_path):
    study = clean_study()
    study["lesion_map"][4]["role"] = "control"
    assert [issue.message for issue in judged(tmp_path, study)] == [
        "An injection was given to participant P3, plaque L1, a control on the lesion map."
    ]


def test_two_exchanged_plaques_are_suspected_with_the_name_of_the_other(tmp_path):
    study = clean_study()
    one, two = study["injection"][0], study["injection"][1]
    one["site"], two["site"] = two["site"], one["site"]
    found = [issue for issue in judged(tmp_path, study) if issue.code == "FD-R072"]
    assert told(found) == [
        ("FD-R072", "records/injection.csv:2:4", "query"),
        ("FD-R072", "records/injection.csv:3:4", "query"),
    ]
    assert ["place of L2" in found[0].message, "place of L1" in found[1].message] == [True, True]


def test_integrity_rules_of_the_form_are_told_under_their_own_code(tmp_path):
    study = clean_study()
    row = study["PASI_Fredriksson"][4]
    row["head_area"] = "0"
    found = judged(tmp_path, study)
    assert len(found) == 1
    assert str(found[0].place).startswith("records/PASI_Fredriksson.csv:6:")
    assert found[0].weight == "query"


CHECKED = """# firstdose protocol, format 1
trial:
  id: T1
  version: 1
  title: checks
  phase: II
  participants: 2
visits: |
  visit  day  window
  BL     -3   -7 .. -1
  D0     0    0
  M1     30   20 .. 40
schedule: |
  activity      per          BL  D0  M1
  demographics  participant  x   .   .
  nails         participant  x   x   x
items: |
  item   activity  label            kind     unit  range
  count  nails     nails concerned  integer  .     0 .. 20
  worst  nails     worst nail       integer  .     0 .. 8
checks: |
  check  activity  rule                          message
  C1     nails     count > 0 or worst == 0       no nail is concerned and one is bad
  C2     nails     count - at(count, BL) <= 5    more than five new nails
  C3     nails     age >= 18 years or count == 0  a child's nails are counted
endpoints: |
  endpoint  level    measure      as     at  analysis
  E1        primary  nails.count  value  M1  descriptive
estimands:
  EST1:
    endpoint: E1
    population: all
    summary: mean
analyses:
  E1:
    set: all
    unit: participant
"""


@pytest.mark.parametrize(("name", "cell", "codes"), [
    ("count", "0", ["C1"]), ("count", "7", []), ("count", "8", ["C2"]), ("count", "UNK", []),
])  # fmt: skip
def test_edit_checks_see_the_record_and_other_visits_and_are_silent_where_unknown(
    tmp_path, name, cell, codes
):
    protocol = protocol_of(CHECKED)
    study = clean_study(2, protocol=protocol)
    for row in study["demographics"]:
        row["age"] = "30"
    at = first(study["nails"], participant="P2", visit="M1")
    study["nails"][at][name] = cell
    found = judged(tmp_path, study, protocol)
    assert [(issue.code, issue.message.split(":")[0]) for issue in found] == [
        ("FD-R070", f"Check {c}") for c in codes
    ]
    assert {issue.place.line for issue in found} <= {at + 2}


def test_edit_checks_see_items_of_other_forms(tmp_path):
    protocol = protocol_of(CHECKED)
    study = clean_study(2, protocol=protocol)
    study["demographics"][0]["age"] = "30"
    study["demographics"][1]["age"] = "17"
    found = judged(tmp_path, study, protocol)
    assert [issue.message for issue in found] == ["Check C3: a child's nails are counted."] * 3
    assert [issue.place.line for issue in found] == [5, 6, 7]


def test_an_unscheduled_visit_is_no_orphan(tmp_path):
    study = clean_study()
    study["visits"].append(
        {"participant": "P1", "visit": "UNS1", "date": day(50), "status": "done", "reason": "itch"}
    )
    study["plaque_score"].append(study["plaque_score"][0] | {"visit": "UNS1"})
    assert judged(tmp_path, study) == []


def test_an_early_end_owes_the_activities_of_the_last_visit(tmp_path):
    study = clean_study()
    gone = [visit.visit for visit in seed_protocol().visits if visit.day > 60]
    for activity, rows in study.items():
        if activity != "end_of_study":
            rows[:] = [row for row in rows if not (row["participant"] == "P2" and row.get("visit") in gone)]
    study["end_of_study"][1] |= {"date": day(70), "visit": "END"}
    study["visits"].append(
        {"participant": "P2", "visit": "END", "date": day(70), "status": "done", "reason": "moved"}
    )
    found = judged(tmp_path, study)
    assert {issue.code for issue in found} == {"FD-R051"}
    assert {issue.message.split(" of ")[0] for issue in found} == {
        row.activity for row in seed_protocol().schedule if "M6" in row.at
    } - {"adverse_events", "end_of_study"}


def test_a_thousand_issues_of_one_code_are_told_and_the_rest_is_counted(tmp_path):
    study = clean_study(90)
    for row in study["plaque_score"]:
        row["erythema"] = "9"
    found = [issue for issue in judged(tmp_path, study) if issue.code == "FD-R032"]
    assert len(found) == 1001
    assert "800 more of the same kind follow" in str(found[-1])
