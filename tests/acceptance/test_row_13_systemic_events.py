"""Row 13: adverse events with CTCAE version, class, grade and four relations; three counts that are never mixed.

The published tables of this row stand in test_published_trials.py and tests/unit/analysis/test_consistency.py.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from firstdose.instruments.dictionaries.ctcae_v5 import ENTRY as CTCAE
from firstdose.protocol.names import forms
from tests.acceptance.study_of import day, names, part_of_seed, seed_protocol, study_of

RELATIONS = ("certain", "probable", "possible", "unlikely", "conditional", "unassessable")
RELATED = RELATIONS[:3]
PEOPLE, EVENTS = 12, 160


def invented_events():
    """A random listing; grades, relations and seriousness are sometimes unknown, a lesion is named for local ones."""
    rng = np.random.default_rng(13)
    terms = CTCAE.terms[::5]
    rows = []
    for _ in range(EVENTS):
        term = terms[int(rng.integers(len(terms)))]
        rows.append(
            {
                "participant": f"P{rng.integers(1, PEOPLE - 1)}",
                "term": term.name.lower(),
                "coded_term": term.name,
                "soc": term.soc,
                "grade": str(rng.choice(["1", "2", "3", "4", "UNK"], p=[0.5, 0.25, 0.1, 0.05, 0.1])),
                "onset": day(int(rng.integers(-5, 60))),
                "ongoing": "yes",
                "outcome": "recovering",
                "serious": str(rng.choice(["yes", "no"], p=[0.1, 0.9])),
                **{
                    f"related_{to}": str(rng.choice(RELATIONS))
                    for to in ("cells", "procedure", "biopsy", "disease")
                },
                "lesion": str(rng.choice(["", "L1", "L2"])),
            }
        )
    return rows


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    rows = invented_events()
    everybody = [{"participant": name} for name in names(PEOPLE)]
    spots = ("L1", "L2")
    tables = {
        "participants": everybody,
        "adverse_events": rows,
        "lesion_map": [person | {"lesion": spot, "visit": "BL"} for person in everybody for spot in spots],
        "injection": [person | {"visit": "D0", "lesion": "L1", "date": day(0)} for person in everybody],
    }
    return rows, study_of(
        tmp_path_factory.mktemp("events"), tables, part_of_seed("E1", activities=["lesion_map"])
    )


def by_hand(rows, **where):
    """(participants, lesions, events) of the rows that fit."""
    fitting = [row for row in rows if all(row[name] in values for name, values in where.items())]
    spots = {(row["participant"], row["lesion"]) for row in fitting if row["lesion"]}
    return len({row["participant"] for row in fitting}), len(spots), len(fitting)


def counted(study, analysis, variable):
    return tuple(
        study.results.one(analysis, variable=variable, statistic=statistic).value
        for statistic in ("participants", "lesions", "events")
    )


@pytest.mark.parametrize(
    ("analysis", "column"),
    [("events.soc", "soc"), ("events.term", "coded_term"), ("events.relation", "related_cells")],
)
def test_row_13_every_cell_by_class_term_and_relation_is_the_count_by_hand(listed, analysis, column):
    rows, study = listed
    for word in {row[column] for row in rows}:
        assert counted(study, analysis, word) == by_hand(rows, **{column: [word]})
    assert sum(counted(study, analysis, word)[2] for word in {row[column] for row in rows}) == EVENTS


def test_row_13_a_missing_grade_is_a_line_of_its_own_and_no_event_is_lost(listed):
    rows, study = listed
    grades = Counter("missing" if row["grade"] == "UNK" else row["grade"] for row in rows)
    found = {
        name: study.results.one("events.grade", variable=name, statistic="events").value for name in grades
    }
    assert found == grades


def test_row_13_participants_lesions_and_events_have_denominators_of_their_own(listed):
    rows, study = listed
    people, spots, events = by_hand(rows)
    texts = [
        study.results.one("events.overall", variable="any event", statistic=name).text
        for name in ("participants", "lesions", "events")
    ]
    assert texts[0].startswith(f"{people}/{PEOPLE} ")
    assert texts[1].startswith(f"{spots}/{2 * PEOPLE} ")
    assert texts[2] == str(events)


def test_row_13_related_means_certain_probable_or_possible_and_unassessable_stays_open(listed):
    rows, study = listed
    row = study.results.one("events.overall", variable="related to the intervention", statistic="events")
    assert row.value == by_hand(rows, related_cells=RELATED)[2]
    open_ = by_hand(rows, related_cells=["conditional", "unassessable"])[2]
    assert row.caveats == (
        f"FD-A203 For {open_} events a missing fact leaves open: related to the intervention.",
    )


def test_row_13_dose_limiting_follows_the_rule_with_its_days_and_unknown_is_not_no(listed):
    rows, study = listed
    window = [day(number) for number in range(-5, 29)]
    certain = by_hand(rows, grade=["3", "4"], related_cells=RELATED, onset=window)[2]
    dlt = study.results.one("events.overall", variable="dose-limiting toxicity", statistic="events")
    assert dlt.value == certain
    # Open: no fact says no, and at least one is unknown.
    maybe = by_hand(
        rows, grade=["3", "4", "UNK"], related_cells=[*RELATED, "conditional", "unassessable"], onset=window
    )[2]
    assert dlt.caveats == (
        f"FD-A203 For {maybe - certain} events a missing fact leaves open: dose-limiting toxicity.",
    )


def test_row_13_each_participant_stands_once_under_a_term_at_the_worst_grade(listed):
    rows, study = listed
    worst = {}
    for row in rows:
        key = (row["soc"], row["coded_term"], row["participant"])
        grade = 0 if row["grade"] == "UNK" else int(row["grade"])
        worst[key] = max(worst.get(key, 0), grade)
    expected = Counter(f"{soc} / {term} / {grade or 'missing'}" for (soc, term, _), grade in worst.items())
    found = {row.variable: row.value for row in study.results.of("events.term_by_grade")}
    assert found == expected


def test_row_13_the_form_holds_four_relations_and_the_dictionary_its_version():
    form = forms(seed_protocol())["adverse_events"]
    assert {item.name for item in form.items if item.name.startswith("related_")} == {
        "related_cells", "related_procedure", "related_biopsy", "related_disease",
    }  # fmt: skip
    assert (seed_protocol().safety.dictionary, CTCAE.version) == ("ctcae_v5", "5.0")
