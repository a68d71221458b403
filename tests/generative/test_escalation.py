"""One rule, four ways: asked step by step, enumerated plainly, enumerated by the compiled kernel, and drawn at random."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.catalogue import load
from firstdose.escalation.certify import certify
from firstdose.escalation.exact import average, enumerate_exact, evaluate, gradient_of_selection
from firstdose.escalation.paths import enumerate_paths
from firstdose.escalation.rule import Rule
from firstdose.escalation.simulate import simulate, simulate_compiled
from firstdose.escalation.tables import CAUSES, WATCHED, compile_rule
from tests.reference.designs.escalating import brute_force, design, stopping

INTERVAL = ("boin", "keyboard", "i3_plus_3")
rates = st.lists(st.floats(0.01, 0.9), min_size=3, max_size=3).map(sorted)


@st.composite
def rules(draw) -> Rule:
    doses = draw(st.integers(1, 3))
    size = draw(st.integers(1, 3))
    words = {"target": draw(st.sampled_from(["0.20", "0.25", "0.30"])), "cohort": str(size)}
    name = draw(st.sampled_from(INTERVAL))
    if name == "boin":
        words |= {
            "enough_at_one": draw(st.sampled_from(["0", "6"])),
            "extra_safe": draw(st.sampled_from(["0", "0.05"])),
        }
    most = draw(st.integers(1, 14))
    kind = draw(st.sampled_from(["", "all", "each"]))
    stops = (stopping("pocock", most, p0="0.15", counts=kind),) if kind else ()
    return Rule(
        design=design(name, doses, **words),
        most=most,
        alone=draw(st.integers(0, size)),
        alone_of=draw(st.sampled_from(WATCHED)),
        stops=stops,
    )


def by_cause(polynomial, at) -> dict[tuple[str, int | None], float]:
    found: dict[tuple[str, int | None], float] = {}
    n, y = polynomial.participants, polynomial.dlts
    p = polynomial.ways * np.prod(np.array(at) ** y * (1 - np.array(at)) ** (n - y), axis=1)
    for cause, selected, each in zip(polynomial.cause, polynomial.selected, p, strict=True):
        key = (CAUSES[cause], None if selected < 0 else int(selected))
        found[key] = found.get(key, 0.0) + float(each)
    return found


@settings(deadline=None, max_examples=25)
@given(rules(), rates)
def test_the_compiled_enumeration_is_the_plain_one_and_the_brute_one(rule, at):
    at = at[: rule.doses]
    tables = compile_rule(rule)
    assert tables is not None
    compiled = by_cause(enumerate_exact(tables), at)
    plain: dict[tuple[str, int | None], float] = {}
    for ending in enumerate_paths(rule).endings:
        key = (ending.end.cause, ending.selected)
        plain[key] = plain.get(key, 0.0) + ending.probability(at)
    assert compiled == pytest.approx(plain, abs=1e-12)
    assert sum(compiled.values()) == pytest.approx(1, abs=1e-12)
    if rule.most <= 9:
        assert compiled == pytest.approx(brute_force(rule, at), abs=1e-12)


@settings(deadline=None, max_examples=15)
@given(rules(), rates, st.integers(0, 5))
def test_a_drawn_trial_goes_the_same_way_compiled_or_asked(rule, at, seed):
    at = at[: rule.doses]
    asked = simulate(rule, at, 25, seed)
    drawn = simulate_compiled(compile_rule(rule), at, 25, seed)
    np.testing.assert_array_equal(
        np.column_stack([asked.participants, asked.dlts]), drawn[:, : 2 * rule.doses]
    )
    assert [CAUSES[cause] for cause in drawn[:, -2]] == list(asked.cause)
    np.testing.assert_array_equal(drawn[:, -1], asked.selected)


@pytest.mark.parametrize(
    "name", sorted(set(load("designs")) - {"fixed_allocation", "boin12", "gboin", "bop2"})
)
def test_every_count_design_sums_to_one_and_equals_the_brute_recursion(name):
    """3 levels and 6 cohorts; models are asked in plain Python."""
    made = design(name, 3)
    rule = Rule(design=made, most=6 * made.size)
    at = (0.1, 0.25, 0.5)
    found: dict[tuple[str, int | None], float] = {}
    for ending in enumerate_paths(rule).endings:
        key = (ending.end.cause, ending.selected)
        found[key] = found.get(key, 0.0) + ending.probability(at)
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)
    assert found == pytest.approx(brute_force(rule, at), abs=1e-12)


@settings(deadline=None, max_examples=10)
@given(rates)
def test_the_gradient_is_the_slope(at):
    polynomial = enumerate_exact(compile_rule(Rule(design=design("boin", 3), most=12)))
    at, step = np.clip(at, 0.02, 0.9), 1e-6
    slopes = [
        (
            evaluate(polynomial, at + step * one).selected[0]
            - evaluate(polynomial, at - step * one).selected[0]
        )
        / (2 * step)
        for one in np.eye(3)
    ]
    np.testing.assert_allclose(gradient_of_selection(polynomial, at), np.array(slopes).T, atol=1e-7)


def test_an_average_over_beta_rates_agrees_with_a_grid():
    polynomial = enumerate_exact(compile_rule(Rule(design=design("boin", 1), most=9)))
    p = (np.arange(20_000) + 0.5) / 20_000
    weight = 2 * (1 - p) / len(p)
    expected = weight @ evaluate(polynomial, p[:, None]).selected
    np.testing.assert_allclose(average(polynomial, [1], [2]).selected[0], expected, atol=1e-7)


def test_no_monotone_curve_exceeds_the_certified_bound():
    polynomial = enumerate_exact(compile_rule(Rule(design=design("boin", 2, target="0.25"), most=12)))
    certificate = certify(polynomial, 0.45, grid=40)
    curves = np.sort(np.random.default_rng(0).uniform(size=(4_000, 2)), axis=1)
    selected = evaluate(polynomial, curves).selected[:, :-1]
    risks = (selected * (curves >= 0.45)).sum(axis=1)
    assert certificate.worst - 0.05 < risks.max() <= certificate.bound
    assert certificate.worst <= certificate.bound
