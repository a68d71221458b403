"""The read-back of a plan with gaps: nothing is told of what is not there, and a gap never stops the rest."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

from firstdose.protocol import telling_conduct
from firstdose.protocol.model import Family, Intervention, Safety
from firstdose.protocol.telling_conduct import tell_intervention, tell_safety
from firstdose.protocol.telling_plan import tell_family, tell_rehearsal
from tests.unit.protocol.a_small_trial import SMALL


def test_of_a_trial_without_intervention_and_safety_neither_is_told():
    bare = replace(SMALL, intervention=None, safety=None)
    assert (tell_intervention(bare), tell_safety(bare)) == ({}, {})


def test_an_intervention_of_which_little_is_said_is_told_without_ranges():
    bare = Intervention(product="cells", route="subcutaneous", unit_of_dosing="participant")
    assert tell_intervention(replace(SMALL, intervention=bare)) == {
        "product": "Cells, subcutaneous, dosed per participant.",
        "administrations": "1 administration per participant.",
    }


def test_a_safety_section_of_which_little_is_said_tells_its_dictionary_alone():
    bare = Safety(dictionary="ctcae_v5", dlt="", design="")
    assert list(tell_safety(replace(SMALL, safety=bare))) == ["dictionary"]


def test_a_design_without_a_sentence_of_its_own_is_told_by_its_label_and_words(monkeypatch):
    option = SimpleNamespace(name="pace", default="slow")
    design = SimpleNamespace(label="careful steps", sentence="", keys=(option,))
    known = {"designs": {"careful": design}}
    monkeypatch.setattr(telling_conduct, "load", lambda shelf: known.get(shelf, {}))
    told = tell_safety(replace(SMALL, safety=replace(SMALL.safety, design="careful", keys=())))
    assert told["design"] == "Dose levels are chosen by careful steps: pace slow (default)."


def test_a_family_without_adjustment_is_told_as_described():
    family = Family(family="rest", method="none", alpha=Decimal("0.05"), members=("E1", "E2"))
    assert tell_family(family) == "Family rest: E1 and E2, described at 0.05 without adjustment."


def test_a_rehearsal_without_events_and_correlation_tells_of_neither():
    plan = replace(SMALL.rehearsal, adverse_events=None, icc=None)
    told = tell_rehearsal(replace(SMALL, rehearsal=plan))
    assert not {"adverse_events", "icc"} & told.keys()
    assert {"lesions", "dropout"} <= told.keys()
