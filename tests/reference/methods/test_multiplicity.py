"""Families of tests: published references, worked examples of the papers, and joint sign flips at five participants."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from importlib import import_module

import numpy as np
import pytest

from firstdose.catalogue.entries import Procedure
from firstdose.catalogue.loading import load
from firstdose.methods.multiplicity import gated, reason_against
from tests.reference.methods.cases import estimate, expected, rabbit, same
from tests.shared import ROOT

PROCEDURES: dict[str, Procedure] = dict(load("methods.multiplicity"))
each = pytest.mark.parametrize("entry", PROCEDURES.values(), ids=PROCEDURES)
COMPLETE = [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]


def adjust(name, *args, **named):
    return PROCEDURES[name].adjust(*args, **named)


# ------------------------------------------------------------------------------------------------------- the shelf


def test_the_shelf_of_procedures_is_found_by_its_dotted_name():
    assert set(PROCEDURES) == {
        "holm",
        "hochberg",
        "hommel",
        "fixed_sequence",
        "fallback",
        "graph",
        "joint_sign_flip",
    }


@each
def test_a_procedure_says_what_it_is(entry):
    assert entry.label
    assert re.search(r"\d{4}", entry.source)
    assert entry.sentence.endswith(".")
    assert entry.name in (ROOT / entry.reference).read_text("utf-8")
    assert entry.needs in {"p", "changes"}


@each
def test_a_procedure_imports_its_contract_and_numerics_only(entry):
    tree = ast.parse(inspect.getsource(import_module(f"firstdose.methods.multiplicity.{entry.name}")))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    for name in names:
        ours = name.startswith(("firstdose.catalogue", "firstdose.methods._kernel"))
        assert ours or name.split(".")[0] in {"numpy", *sys.stdlib_module_names}, name


@each
def test_an_empty_family_and_a_family_of_one_are_answered(entry):
    named = {"graph": [[0.0]]} if entry.name == "graph" else {}
    none = {"graph": np.zeros((0, 0))} if entry.name == "graph" else {}
    if entry.needs == "changes":
        assert entry.adjust(np.zeros((5, 0))) == []
        assert entry.adjust(np.arange(1.0, 6.0)[:, None]) == [2 / 32]
    else:
        assert entry.adjust([], **none) == []
        assert entry.adjust([0.03], **named) == [0.03]


@pytest.mark.parametrize("name", [name for name, entry in PROCEDURES.items() if entry.needs == "p"])
def test_something_else_than_probabilities_is_an_error_of_the_caller(name):
    for wrong in ([0.1, float("nan")], [1.2, 0.1], [-0.1, 0.1]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            adjust(name, wrong, **({"graph": [[0, 1], [1, 0]]} if name == "graph" else {}))


# ------------------------------------------------------------------------------------------------------- references


@pytest.mark.parametrize("name", ["holm", "hochberg", "hommel"])
@pytest.mark.parametrize(
    ("case", "analysis"),
    [
        ("rabbit_n5", "oneway_three_doses"),
        ("selfesteem", "oneway"),
        ("sleepstudy", "oneway_days_0_4_9"),
    ],
)
def test_post_hoc_p_are_those_of_r(case, analysis, name):
    """R's p.adjust on the paired comparisons of three published data sets (../shared/data/stats)."""
    posthoc = expected(case)[analysis]["posthoc"]
    assert adjust(name, posthoc["p_raw"]) == [same(p) for p in posthoc[f"p_{name}"]]


def test_a_graph_without_preferences_is_holm():
    """Bretz et al. 2009, section 3: equal weights and equal transitions give the Holm procedure."""
    p = expected("selfesteem")["oneway"]["posthoc"]["p_raw"]
    assert adjust("graph", p, graph=COMPLETE) == [same(x) for x in adjust("holm", p)]


def test_the_parallel_gatekeeping_graph_of_two_doses_and_two_endpoints():
    """The graph of Bretz et al. 2009 for two doses, each with a primary and a secondary hypothesis, followed by hand.

    p = .01, .04, .02, .015; levels .5 each for the primaries, which pass to each other and to their own secondary.
    H1: .01/.5 = .02. Then H2 holds .75 and H3 .25: H2 .04/.75 = .0533, H3 .02/.25 = .08, so H2 is next at .0533 and H4
    receives what H2 passes on.
    """
    graph = [[0, 0.5, 0.5, 0], [0.5, 0, 0, 0.5], [0, 1, 0, 0], [1, 0, 0, 0]]
    found = adjust("graph", [0.01, 0.04, 0.02, 0.015], weights=[0.5, 0.5, 0, 0], graph=graph)
    assert found[:2] == [same(0.02), same(0.04 / 0.75)]
    # H1 gone: H2 -> H3 1/3, H2 -> H4 2/3; so H3 holds .25 + .25, H4 .5; .02/.5 = .04 and .015/.5 = .03, both below.
    assert found[2:] == [same(0.04 / 0.75)] * 2


def test_the_fallback_passes_level_on_to_the_next_hypothesis_alone():
    """Wiens 2003: at weights .5, .3, .2 and alpha .05, p = .02, .03, .2: level .025, then .015 + .025, then .01 + .04."""
    assert adjust("fallback", [0.02, 0.03, 0.2], weights=[0.5, 0.3, 0.2]) == [
        same(0.04),
        same(0.04),
        same(0.2),
    ]
    # the first holds on to its level; the second has its own alone
    assert adjust("fallback", [0.3, 0.012, 0.02], weights=[0.5, 0.3, 0.2]) == [
        same(0.6),
        same(0.04),
        same(0.04),
    ]


def test_a_fixed_sequence_stops_at_the_first_that_stands():
    assert adjust("fixed_sequence", [0.01, 0.2, 0.001]) == [0.01, 0.2, 0.2]
    assert adjust("fallback", [0.01, 0.2, 0.001], weights=[1, 0, 0]) == [same(p) for p in (0.01, 0.2, 0.2)]


def test_a_hypothesis_that_never_receives_level_keeps_one():
    assert adjust("graph", [0.01, 0.0], weights=[1, 0], graph=[[0, 0], [0, 0]]) == [0.01, 1.0]


def test_a_later_family_waits_for_every_hypothesis_before_it():
    assert gated([0.001, 0.2], [0.01, 0.04]) == [0.04, 0.2]
    assert gated([0.001], []) == [0.001]


@pytest.mark.parametrize(
    ("weights", "graph", "why"),
    [
        ([0.5], [[0, 1], [1, 0]], "need 2 weights"),
        ([0.8, 0.4], [[0, 1], [1, 0]], "at most 1"),
        ([-0.1, 0.4], [[0, 1], [1, 0]], "negative"),
        ([0.5, 0.5], [[0, 1.2], [1, 0]], "more than the whole"),
        ([0.5, 0.5], [[0.5, 0.5], [1, 0]], "itself"),
    ],
)
def test_a_graph_that_gives_away_more_than_there_is_is_refused(weights, graph, why):
    assert why in reason_against(weights, graph, 2)
    with pytest.raises(ValueError, match=why):
        adjust("graph", [0.1, 0.2], weights=weights, graph=graph)


def test_a_graph_has_no_default_and_good_ones_have_no_reason_against_them():
    with pytest.raises(ValueError, match="transitions"):
        adjust("graph", [0.1, 0.2])
    assert reason_against(None, COMPLETE, 3) == reason_against([0.5, 0.3, 0.2], None, 3) == ""


# ------------------------------------------------------------------------------------------------- joint sign flips


def rabbit_changes():
    """Blood pressure under MDL less control, five animals, doses 25 to 100."""
    doses = ("25", "50", "100")
    return rabbit(doses, "Control") - rabbit(doses)


def single(changes, **named):
    pairs = np.column_stack([np.zeros(len(changes)), changes])
    return estimate("sign_flip_exact", pairs, **named).p


def test_alone_an_endpoint_has_the_p_of_its_own_sign_flip():
    for column in rabbit_changes().T:
        assert adjust("joint_sign_flip", column[:, None]) == [same(single(column))]


def test_at_five_participants_the_smallest_joint_p_is_2_in_32_however_many_endpoints():
    """Bonferroni would ask for .0625 x 12 = .75: the joint distribution knows that the endpoints go together."""
    one = np.arange(1.0, 6.0)
    assert adjust("joint_sign_flip", np.outer(one, np.arange(1.0, 13.0))) == [2 / 32] * 12


def test_endpoints_that_say_the_same_cost_nothing():
    changes = rabbit_changes()[:, :1]
    assert adjust("joint_sign_flip", np.hstack([changes] * 4)) == [same(single(changes[:, 0]))] * 4


def test_without_information_a_joint_p_is_one():
    changes = np.column_stack([np.arange(1.0, 6.0), np.zeros(5), np.full(5, np.nan)])
    assert adjust("joint_sign_flip", changes) == [2 / 32, 1.0, 1.0]


def test_all_equal_changes_are_judged_by_their_signs_alone():
    """Trap 13: no t exists here, the exact joint p does."""
    assert adjust("joint_sign_flip", np.full((5, 2), 0.3)) == [2 / 32] * 2


def test_a_missing_endpoint_of_one_participant_leaves_the_others_in():
    changes = np.column_stack([np.arange(1.0, 7.0), [1, 1, 1, 1, 1, np.nan]])
    assert adjust("joint_sign_flip", changes) == [2 / 64, 4 / 64]


def test_decimal_ties_are_ties_in_a_joint_flip():
    """Trap 1: 10.1 - 9.8 is not 0.3 in binary."""
    loose = np.column_stack([[10.1 - 9.8, 0.3, -0.3, 5.1 - 4.8, 0.3]] * 2)
    assert adjust("joint_sign_flip", loose) == adjust("joint_sign_flip", np.round(loose, 1), decimals=(1, 1))


def test_a_declared_direction_halves_what_is_at_hand():
    changes = np.outer(np.arange(1.0, 6.0), [1.0, -1.0])
    assert adjust("joint_sign_flip", changes, alternatives=("greater", "less")) == [1 / 32] * 2
    assert adjust("joint_sign_flip", changes, alternatives=("less", "less"))[0] == 1.0


def test_above_twenty_participants_p_is_drawn_and_never_zero():
    """Trap 18: the observed arrangement is one of the m + 1."""
    changes = np.outer(np.arange(1.0, 26.0), [1.0, 2.0])
    found = adjust("joint_sign_flip", changes, draws="9999", seed="3")
    assert found == adjust("joint_sign_flip", changes, draws=9999, seed=3)
    assert found == [1 / 10_000] * 2


def test_drawn_and_enumerated_joint_p_agree_within_monte_carlo_error(monkeypatch):
    from firstdose.methods._kernel import multiplicity

    changes = np.random.default_rng(5).normal(0.5, 1, (12, 3))
    exact = adjust("joint_sign_flip", changes)
    monkeypatch.setattr(multiplicity, "ENUMERATED", 11)
    drawn = adjust("joint_sign_flip", changes)
    assert drawn != exact
    assert drawn == pytest.approx(exact, abs=0.01)


def test_changes_of_another_shape_are_an_error_of_the_caller():
    with pytest.raises(ValueError, match="one row a participant"):
        adjust("joint_sign_flip", [1.0, 2.0])
