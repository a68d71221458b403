"""Acceptance row 34: 500 deviations planted with a known seed are all found, and nothing else is."""

from __future__ import annotations

import numpy as np

from tests.unit.records.invented import clean_study, day, judged, seed_protocol

PARTICIPANTS = 125
VISITS = {visit.visit: visit for visit in seed_protocol().visits}


def test_500_seeded_deviations_have_recall_and_precision_of_one(tmp_path):
    rng = np.random.default_rng(20230415)
    study = clean_study(PARTICIPANTS)
    seen = {(row["participant"], row["visit"]): row for row in study["visits"]}
    planted: set[tuple[str, str, str]] = set()
    for number in range(1, PARTICIPANTS + 1):
        name = f"P{number}"
        for kind in ("window", "window", "absent", rng.choice(["consent", "again", "missed"])):
            planted.add(PLANTS[kind](study, seen, name, rng, planted))
    assert len(planted) == 500
    assert {which(issue) for issue in judged(tmp_path, study)} == planted


def outside_window(study, seen, name, rng, planted):
    taken = {visit for _, who, visit in planted if who == name}
    visit = rng.choice(
        [each for each in ("W1", "W2", "W3", "W4", "M2", "M3", "M4", "M5") if each not in taken]
    )
    window = VISITS[visit].window
    number = window.last + 1 if rng.random() < 0.5 else window.first - 1
    seen[name, visit]["date"] = day(number)
    return "FD-R063", name, str(visit)


def absent_record(study, seen, name, rng, planted):
    rows = study["plaque_severity"]
    own = [row for row in rows if row["participant"] == name and row["visit"] == "M6"]
    rows.remove(own[int(rng.integers(len(own)))])
    return "FD-R051", name, "M6"


def late_consent(study, seen, name, rng, planted):
    row = next(row for row in study["informed_consent"] if row["participant"] == name)
    row["consent_date"] = day(-14 + int(rng.integers(1, 9)))
    return "FD-R060", name, "SCR"


def second_dose(study, seen, name, rng, planted):
    own = [row for row in study["injection"] if row["participant"] == name]
    study["injection"].append(dict(own[int(rng.integers(len(own)))]))
    return "FD-R071", name, "D0"


def missed_without_reason(study, seen, name, rng, planted):
    seen[name, "H24"] |= {"status": "missed", "date": ""}
    for rows in study.values():
        rows[:] = [
            row for row in rows if (row["participant"], row.get("visit")) != (name, "H24") or "status" in row
        ]
    return "FD-R054", name, "H24"


PLANTS = {
    "window": outside_window,
    "absent": absent_record,
    "consent": late_consent,
    "again": second_dose,
    "missed": missed_without_reason,
}


def which(issue):
    """Code, participant and visit of an Issue, from its words."""
    words = issue.message.replace(",", " ").replace(";", " ").split()
    name = next(word for word in words if word.startswith("P") and word[1:].isdigit())
    visit = next((word for word in words if word in VISITS), "D0")
    return issue.code, name, visit
