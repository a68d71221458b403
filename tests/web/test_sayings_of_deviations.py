"""What the core says of deviations is found again by its kind; names and sentences are said in the page's language."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace as Like

import polars as pl
import pytest
from django.utils import translation

from firstdose.derived import deviations as of_records
from firstdose.derived import dose as of_doses
from firstdose.protocol.reading import read_protocol_text
from firstdose.records.log.event import KINDS
from firstdose.values.missing import MISSING
from firstdose.values.quantity import Quantity
from firstdose.values.units import read_unit
from firstdose.web.audit import sayings
from firstdose.web.audit.sayings import DEVIATIONS
from firstdose.web.audit.sayings.saying import found_in
from firstdose.web.audit.templatetags import words as told
from firstdose.web.safety.clocks import FIFTEEN, FOLLOW_UP, SEVEN, TO_SPONSOR
from tests.acceptance.study_of import day, study_of, visits_as_planned
from tests.web import people

PLAN = read_protocol_text(people.protocol_text()).protocol


@pytest.fixture(scope="module")
def of_visits(tmp_path_factory):
    """Early and late by one day and by more, missed with and without a reason, before consent and without it."""
    visits = [row for name in ("P1", "P2", "P3") for row in visits_as_planned(PLAN, [name])]
    moved = {("P1", "W1"): 4, ("P1", "W2"): 17, ("P1", "W3"): 26, ("P2", "W1"): 2, ("P2", "W2"): 18}
    for row in visits:
        days = moved.get((row["participant"], row["visit"]))
        if days is not None:
            row["date"] = day(days)
        if row["participant"] == "P3" and row["visit"] in {"W1", "W2"}:
            row.update(status="missed", date="", reason="ill" if row["visit"] == "W1" else "")
    tables = {
        "visits": visits,
        "informed_consent": [{"participant": "P1", "visit": "SCR", "consent_date": day(3), "date": day(3)}],
        "plaque_score": [{"participant": "P1", "visit": "W1", "lesion": "L1", "date": day(1)}],
        "injection": [
            {"participant": "P1", "visit": "D0", "lesion": "L1", "date": day(0)},
            {"participant": "P1", "visit": "D0", "lesion": "L1", "date": day(1)},
        ],
    }
    return of_records.derive_deviations(
        PLAN, study_of(tmp_path_factory.mktemp("visits"), tables, PLAN).snapshot
    )


def of_eligibility(patch):
    verdicts = [
        Like(participant="P1", met=met, criterion="I1", sentence="age from 18") for met in (False, None)
    ]
    treated = pl.DataFrame({"participant": ["P1"], "treated": [True]})
    patch.setattr(of_records, "derive_participants", lambda *_: treated)
    patch.setattr(of_records, "derive_eligibility", lambda *_: verdicts)
    return list(of_records._ineligible_treated(PLAN, None))


def of_injections(patch):
    cells = Quantity(Decimal("2e8"), read_unit("cells"))
    where = {"participant": "P1", "visit": "D0", "lesion": "L1"}
    given = Like(
        **where, delivery=Decimal("1.3"), given=Like(level="DL2"), mapped_level="DL1", lot="", unreleased="it has no release on record"
    )  # fmt: skip
    limits = Like(tolerance=(Decimal("0.9"), Decimal("1.1")))
    patch.setattr(
        of_doses, "dose_totals", lambda *_: [Like(participant="P1", visit="", cap=cells, given=cells * 2)]
    )
    return [
        *of_doses._off_target([given], limits),
        *of_doses._other_level([given]),
        *of_doses._unreleased([given]),
        *of_doses._over_cap([given], limits),
    ]


@pytest.fixture
def found(of_visits, monkeypatch):
    return [*of_visits, *of_eligibility(monkeypatch), *of_injections(monkeypatch)]


def test_every_sentence_of_a_deviation_is_found_again_and_no_template_is_left_over(found):
    used = set()
    for each in found:
        known = found_in(DEVIATIONS[each.kind].messages, each.sentence)
        assert known is not None, each
        assert known.english() == each.sentence
        used.add(known.template)
    assert {each for saying in DEVIATIONS.values() for each in saying.messages} - used == set()


def test_every_kind_of_deviation_has_its_name(found):
    assert {each.kind for each in found} == set(told.DEVIATIONS) == set(DEVIATIONS)


def test_in_persian_nothing_of_a_deviation_is_english_but_names_and_what_people_wrote(found):
    with translation.override("fa"):
        for each in found:
            assert told.words(each.kind, "deviation") != each.kind
            said = sayings.say_stored(each.kind, each.sentence)
            assert said != each.sentence
            assert " the " not in said or each.kind == "eligibility"  # the criterion is the trial's own words


def test_every_kind_of_event_and_every_clock_has_its_word():
    assert set(told.KINDS) == set(KINDS)
    assert set(told.CLOCKS) - {"met"} == {TO_SPONSOR, SEVEN, FIFTEEN, FOLLOW_UP}


def test_every_reason_for_a_missing_value_has_its_word():
    assert set(told.MISSING) == {label for label, _ in MISSING.values()}


def test_the_same_code_means_what_it_is_said_of():
    assert told.words("unknown", "visit") == "no date yet"
    assert told.words("unknown") == "unknown"
    assert told.words("met") == "met"
    assert told.words("met", "clock") == "met in time"
    assert told.words("yes", "visit") == "yes"
    with translation.override("fa"):
        assert told.words("value.set", "kind") == "مقدار وارد شد"
