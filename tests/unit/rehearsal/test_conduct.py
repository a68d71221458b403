"""Rehearsed trials keep to the protocol's own rule: day, level and end follow from what the participants before have shown."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.escalation.deciding import decide
from firstdose.escalation.evaluable import derive_watched
from firstdose.escalation.on_record import check_escalation
from firstdose.protocol.model import Protocol
from firstdose.protocol.model_of_safety import Scenario, Sentinel
from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from firstdose.rehearsal import Fact, Rehearsed, rehearse, write_study
from tests.shared import ROOT

if TYPE_CHECKING:
    from firstdose.records.snapshot import Snapshot


def trial(name: str, **safety: Any) -> Protocol:
    """A trial of `trials`, with only the forms that decide about toxicity and with other words in its safety section."""
    protocol = read_protocol(ROOT / "trials" / name / "protocol.yaml").protocol
    assert protocol is not None
    assert protocol.safety is not None
    needed = {"lesion_map", "injection", "adverse_events", "end_of_study"}
    rows = tuple(row for row in protocol.schedule if row.activity in needed)
    return replace(
        protocol, schedule=rows, eligibility=(), safety=replace(protocol.safety, stop_when="", **safety)
    )


def scenario(*rates: str) -> tuple[Scenario, ...]:
    return (Scenario(scenario="true", rates=tuple(map(Decimal, rates))),)


def snapshot_of(rehearsed: Rehearsed) -> Snapshot:
    with tempfile.TemporaryDirectory() as folder:
        write_study(rehearsed, None, Path(folder))
        return read_study(Path(folder), rehearsed.protocol).snapshot


def departures(rehearsed: Rehearsed) -> list[str]:
    """Participants treated against the rule, as `firstdose check` tells them."""
    found = check_escalation(rehearsed.protocol, snapshot_of(rehearsed))
    assert {issue.code for issue in found} <= {"FD-E025"}
    return sorted(issue.message.split()[0] for issue in found)


PLAQUES = trial("adsc_psoriasis")
STEPS = trial("three_step_escalation")
RATES = st.sampled_from(["0", "0.1", "0.3", "0.6", "1"])
DESIGNS = st.sampled_from(
    [
        ("three_plus_three", (("variant", "A"), ("last_level", "stop"))),
        ("three_plus_three", (("variant", "B"), ("last_level", "expand"))),
        ("boin", (("target", "0.25"),)),
        ("keyboard", (("target", "0.25"),)),
        ("i3_plus_3", (("target", "0.25"),)),
    ]
)
SENTINELS = st.sampled_from(
    [
        None,
        Sentinel(days=14, of="cohort"),
        Sentinel(days=21, of="dose level", between=7),
        Sentinel(days=10, of="trial", between=3),
    ]
)


@given(
    DESIGNS,
    SENTINELS,
    st.sampled_from(["", "related_serious >= 1"]),
    st.booleans(),
    st.tuples(RATES, RATES, RATES),
    st.integers(1, 18),
    st.integers(0, 999),
)
@settings(max_examples=40, deadline=None)
def test_no_rehearsed_trial_treats_anybody_against_its_rule(
    design: tuple[str, tuple[tuple[str, str], ...]],
    sentinel: Sentinel | None,
    stop_when: str,
    overlap: bool,
    rates: tuple[str, str, str],
    participants: int,
    seed: int,
) -> None:
    name, keys = design
    safety = replace(STEPS.safety, design=name, keys=keys, sentinel=sentinel)  # type: ignore[type-var]
    safety = replace(safety, overlap=overlap, stop_when=stop_when, scenarios=scenario(*sorted(rates)))
    protocol = replace(STEPS, safety=safety)
    rehearsed = rehearse(protocol, participants, seed)
    assert departures(rehearsed) == []
    assert rehearsed.participants == rehearsed.tables["participants"].height <= participants
    assert bool(rehearsed.issues) == (rehearsed.participants < participants)


def test_a_trial_that_shows_no_toxicity_climbs_one_level_after_the_other() -> None:
    calm = replace(STEPS, safety=replace(STEPS.safety, scenarios=scenario("0", "0", "0")))  # type: ignore[type-var]
    rehearsed = rehearse(calm, 18, 4, plan=replace(STEPS.rehearsal, dropout=Decimal(0)))
    levels = rehearsed.tables["injection"]["dose_level"].to_list()
    assert levels == ["DL1"] * 3 + ["DL2"] * 3 + ["DL3"] * 6
    (issue,) = rehearsed.issues
    assert (issue.code, issue.weight) == ("FD-R309", "warning")
    assert "after 12 of 18 participants" in issue.message


def test_a_trial_in_which_everybody_has_a_toxicity_is_over_after_the_first_cohort() -> None:
    harsh = replace(STEPS, safety=replace(STEPS.safety, scenarios=scenario("1", "1", "1")))  # type: ignore[type-var]
    rehearsed = rehearse(harsh, 18, 4, plan=replace(STEPS.rehearsal, dropout=Decimal(0)))
    assert set(rehearsed.tables["injection"]["dose_level"]) == {"DL1"}
    assert 2 <= rehearsed.participants <= 3
    decision = decide(harsh, snapshot_of(rehearsed))
    assert decision.standing in {"complete", "halted"}
    assert decision.selected is None


def test_toxicity_is_as_frequent_at_each_level_as_the_first_scenario_says() -> None:
    """100 trials of nine; limits are four standard deviations of the binomial count. The general rate of events stays."""
    told = replace(STEPS, safety=replace(STEPS.safety, scenarios=scenario("0.2", "0.4", "0.4")))  # type: ignore[type-var]
    several = replace(told, trial=replace(told.trial, participants=9))
    rehearsed = rehearse(several, 900, 11, plan=replace(STEPS.rehearsal, dropout=Decimal(0)))
    watched = derive_watched(several, snapshot_of(rehearsed))
    shown = Counter((row.level, row.dlt) for row in watched)
    for level, rate in ((0, 0.2), (1, 0.4)):
        yes, no = shown[level, "yes"], shown[level, "no"]
        assert yes + no > 100
        assert abs(yes / (yes + no) - rate) < 4 * (rate * (1 - rate) / (yes + no)) ** 0.5
    assert [issue.code for issue in rehearsed.issues] == ["FD-R310"]


def test_without_scenarios_toxicity_is_as_frequent_as_the_events_drawn_make_it() -> None:
    natural = replace(STEPS, safety=replace(STEPS.safety, scenarios=()))  # type: ignore[type-var]
    lively = replace(STEPS.rehearsal, adverse_events=Decimal(6))
    rehearsed = rehearse(natural, 18, 3, plan=lively)
    assert departures(rehearsed) == []
    grades = rehearsed.tables["adverse_events"]["grade"].cast(pl.Int64)
    assert grades.max() >= 2


@pytest.mark.parametrize(
    "rule", ["grade >= 2 and related", "grade >= 4 and related and day <= 28", "serious and related"]
)
def test_the_toxicity_of_any_rule_over_events_is_invented(rule: str) -> None:
    strict = replace(
        PLAQUES.safety,  # type: ignore[type-var]
        dlt=rule,
        scenarios=scenario("1", "1"),
        pause_when="",
    )
    rehearsed = rehearse(replace(PLAQUES, safety=strict), 2, 1, plan=replace(PLAQUES.rehearsal, dropout=None))
    watched = derive_watched(rehearsed.protocol, snapshot_of(rehearsed))
    assert {row.dlt for row in watched} == {"yes"}


def test_nobody_has_a_toxicity_at_the_rate_nought_however_many_events_are_drawn() -> None:
    calm = replace(PLAQUES.safety, dlt="grade >= 1 and related", scenarios=scenario("0", "0"))  # type: ignore[type-var]
    lively = replace(PLAQUES.rehearsal, adverse_events=Decimal(8), dropout=None)
    rehearsed = rehearse(replace(PLAQUES, safety=calm), 5, 2, plan=lively)
    watched = derive_watched(rehearsed.protocol, snapshot_of(rehearsed))
    assert [row.dlt for row in watched] == ["no"] * 5


def test_lesions_have_one_level_each_lower_where_the_protocol_says_so() -> None:
    falling = replace(PLAQUES, safety=replace(PLAQUES.safety, lesion_levels="descending"))  # type: ignore[type-var]
    rehearsed = rehearse(falling, 5, 1, plan=replace(PLAQUES.rehearsal, lesions=(2, 2), dropout=None))
    given = rehearsed.tables["injection"].group_by("participant", maintain_order=True).agg("dose_level")
    assert given["dose_level"].to_list() == [["DL1", "DL1"]] * 3 + [["DL2", "DL1"]] * 2
    assert departures(rehearsed) == []


# --------------------------------------------------------------------------------- planted: treated against the rule


def day_of(rehearsed: Rehearsed, participant: str) -> str:
    table = rehearsed.tables["injection"]
    return str(table.filter(pl.col("participant") == participant)["date"][0])


def planted(seed: int, kind: str) -> tuple[dict[Fact, str], str]:
    """A fact that makes one participant of a calm trial be treated against the rule, and who that is."""
    who = f"INV-{2 + seed % 4:03d}"
    if kind == "too early":
        before = f"INV-{1 + seed % 4:03d}"
        day = (date.fromisoformat(day_of(rehearse(CALM, 5, seed), before)) + timedelta(days=1)).isoformat()
        return {Fact("visits", who, "", "D0", "date"): day}, who
    other = "DL1" if who in {"INV-004", "INV-005"} else "DL2"
    return {Fact("injection", who, "L1", "D0", "dose_level"): other} | (
        {Fact("injection", who, f"L{place}", "D0", "dose_level"): other for place in (2, 3)}
    ), who


CALM = replace(
    PLAQUES,
    safety=replace(PLAQUES.safety, scenarios=scenario("0", "0")),  # type: ignore[type-var]
    rehearsal=replace(PLAQUES.rehearsal, lesions=(3, 3), dropout=None),
)


@pytest.mark.parametrize("kind", ["another level", "too early"])
@pytest.mark.parametrize("seed", range(8))
def test_a_planted_treatment_against_the_rule_is_found_and_nothing_else_is(seed: int, kind: str) -> None:
    """The rule goes on from what was given, so that whoever follows is treated as it then says."""
    facts, who = planted(seed, kind)
    rehearsed = rehearse(CALM, 5, seed, facts=facts)
    assert departures(rehearsed) == [who]
    assert departures(rehearse(CALM, 5, seed)) == []


def test_facts_about_participants_whom_the_rule_never_let_in_are_told() -> None:
    harsh = replace(PLAQUES, safety=replace(PLAQUES.safety, scenarios=scenario("1", "1")))  # type: ignore[type-var]
    facts = {Fact("injection", "INV-005", "L1", "D0", "operator"): "Operator B"}
    codes = [issue.code for issue in rehearse(harsh, 5, 1, facts=facts).issues]
    assert codes == ["FD-R304", "FD-R309"]
