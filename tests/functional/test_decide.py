"""`firstdose decide` end to end: records or a line of outcomes in, a decision with its trace out."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.functional.test_cli import PROTOCOL, SEED, copy_of_seed, run


def test_the_start_of_the_seed_trial_is_decided_from_its_protocol():
    answer = run("decide", PROTOCOL)
    assert answer.exit_code == 0
    assert answer.output.startswith("Decision: 1 participant at level 1 (DL1).\nReason: the trial begins")


def test_a_line_of_outcomes_is_decided():
    answer = run("decide", PROTOCOL, "--outcomes", "1NNT")
    assert answer.exit_code == 0
    assert "Reason: 1 of 3: three more at the same level" in answer.output


def test_commas_between_cohorts_are_blanks():
    typed = [run("decide", PROTOCOL, "--outcomes", line) for line in ("1NNN, 2NTN", "1NNN,2NTN", "1NNN 2NTN")]
    assert [each.exit_code for each in typed] == [0, 0, 0]
    assert len({each.output for each in typed}) == 1


def test_a_line_that_cannot_be_read_ends_with_15():
    answer = run("decide", PROTOCOL, "--outcomes", "1NNX")
    assert answer.exit_code == 15
    assert answer.output.startswith("--outcomes  FD-E006")


def test_the_records_are_decided_with_dates_and_trace():
    answer = run("decide", SEED, "--cut", "2024-02-10")
    assert answer.exit_code == 0
    assert "Decision on 2024-02-10, the data cut: 2 participants at level 1 (DL1)." in answer.output
    assert "The next administration from 2024-02-20 on (14 days after INV-001" in answer.output
    assert re.search(r"INV-001 +2024-02-06 +DL1 +not yet +watched to 2024-03-05", answer.output)


def test_the_records_of_the_seed_trial_keep_to_its_rule():
    assert "Not by the rule" not in run("decide", SEED).output
    assert "FD-E025" not in run("check", SEED).output


def higher_too_soon(tmp_path: Path, *participants: str) -> Path:
    """The seed trial, with these participants at the second level."""
    study = copy_of_seed(tmp_path)
    for name in ("injection", "lesion_map"):
        file = study / "records" / f"{name}.csv"
        lines = file.read_text(encoding="utf-8").splitlines()
        raised = [each.replace(",DL1,", ",DL2,") if each.startswith(participants) else each for each in lines]
        file.write_text("\n".join([*raised, ""]), encoding="utf-8")
    return study


def test_participants_treated_otherwise_are_told_by_name(tmp_path):
    study = higher_too_soon(tmp_path, "INV-002")
    answer = run("decide", study)
    assert "Not by the rule: INV-002, level 2; due was 2 participants at level 1." in answer.output
    assert "FD-E025  INV-002 was treated against the rule" in run("check", study).output


def test_a_missing_grade_refuses_the_decision_and_names_the_record(tmp_path):
    study = copy_of_seed(tmp_path)
    file = study / "records" / "adverse_events.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    grade = lines[0].split(",").index("grade")
    assert '"Injury, poisoning and procedural complications",1,' in lines[1]
    lines[1] = lines[1].replace('complications",1,', 'complications",UNK,')
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    answer = run("decide", study, "--cut", "2024-02-20")
    assert answer.exit_code == 15
    assert "Decision on 2024-02-20, the data cut: no decision." in answer.output
    assert f"records/adverse_events.csv:2:{grade + 1}  FD-E003" in answer.output


def test_a_study_whose_records_cannot_be_read_is_not_decided(tmp_path):
    study = copy_of_seed(tmp_path)
    file = study / "records" / "adverse_events.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("2024-02-10,,", "2024-02-31,,"), "utf-8")
    answer = run("decide", study)
    assert answer.exit_code == 11
    assert "Decision" not in answer.output


def test_a_protocol_that_does_not_escalate_ends_with_15(tmp_path):
    study = copy_of_seed(tmp_path)
    changed(study / "protocol.yaml", "  dlt_until: 28\n", "")
    answer = run("decide", study)
    assert answer.exit_code == 15
    assert "FD-E002" in answer.output


def test_a_halt_rests_until_a_review(tmp_path):
    study = copy_of_seed(tmp_path)
    changed(study / "protocol.yaml", "pause_when: dlt >= 2", "pause_when: treated >= 2")
    halted = run("decide", study, "--cut", "2024-02-25")
    assert "nobody: dosing rests until a review" in halted.output
    assert "Review: safety board of three, on a signed snapshot." in halted.output
    resumed = run("decide", study, "--cut", "2024-02-28", "--resumed-after", "2024-02-26")
    assert "resumed after the review of 2024-02-26" in resumed.output


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_an_override_on_record_settles_what_the_rule_forbade(tmp_path):
    study = higher_too_soon(tmp_path, "INV-002", "INV-003")
    before = re.findall(r"FD-E025  (\S+)", run("check", study).output)
    assert before[:2] == ["INV-002", "INV-003"]
    protocol = study / "protocol.yaml"
    end = "  end_of_study            participant"
    row = f"  {'dose_override':<22}  {'participant':<11}  " + "  ".join(
        [
            "." + " " * (len(visit) - 1)
            for visit in ["SCR", "BL", "D0", "H24", "W1", "W2", "W3", "W4", "M2", "M3", "M4", "M5", "M6"]
        ]
    )
    changed(protocol, end, f"{row.rstrip()}\n{end}")
    item = "  foxp3_mrna            blood_foxp3"
    rows = [
        f"  {name:<20}  {'dose_override':<17}  {name.replace('_', ' '):<48}  text      .  .  .  .  .\n"
        for name in ("reason", "decided_by", "confirmed_by")
    ]
    changed(protocol, item, "".join(rows) + item)
    line = "INV-002,D0,as the paper says,A. Board,B. Board"
    records = study / "records" / "dose_override.csv"
    records.write_text(f"participant,visit,reason,decided_by,confirmed_by\n{line}\n", "utf-8")
    told = re.findall(r"FD-E025  (\S+)", run("check", study).output)
    assert told == before[1:]


def test_the_decision_is_written_as_json(tmp_path):
    file = tmp_path / "decision.json"
    run("decide", SEED, "--cut", "2024-02-10", "--json", file)
    written = json.loads(file.read_text(encoding="utf-8"))
    assert (written["standing"], written["level"], written["participants"], written["earliest"]) == (
        *("treat", "DL1", 2),
        "2024-02-20",
    )
    assert [row["dlt"] for row in written["participants_watched"]] == ["not yet"]
    assert [each["scenario"] for each in written["forecasts"]][:3] == ["low", "rising", "high"]
    for forecast in written["forecasts"]:
        assert abs(sum(forecast["remaining"].values()) - 1) < 1e-12
        assert abs(sum(forecast["causes"].values()) - 1) < 1e-12


def test_a_day_that_is_none_is_a_mistake_of_typing():
    assert run("decide", SEED, "--cut", "tomorrow").exit_code == 2
