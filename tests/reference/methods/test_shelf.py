"""What every method of the shelf keeps to."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from firstdose.catalogue.entries import Method
from firstdose.catalogue.loading import load
from firstdose.catalogue.result import Result
from firstdose.methods._kernel import caveats
from tests.shared import ROOT

METHODS: dict[str, Method] = dict(load("methods"))
SUMMARIES = {
    "mean change",
    "median change",
    "mean difference over time",
    "participant proportion",
    "mean",
    "median",
    "difference between groups",
    "trend over groups",
    "geometric mean ratio",
}
DIRECTIONS = ("two-sided", "greater", "less")

each = pytest.mark.parametrize("entry", METHODS.values(), ids=METHODS)


def drawn(entry: Method, n: int, seed: int = 0) -> tuple[np.ndarray, dict]:
    rng = np.random.default_rng(seed)
    if entry.design == "proportion":
        return rng.integers(0, 2, n).astype(float), {}
    if entry.design in {"paired", "within"}:
        return np.round(rng.normal(10, 3, (n, 2 if entry.design == "paired" else 3)), 1), {}
    return np.round(rng.normal(10, 3, n), 1), (
        {"groups": np.arange(n) % 3} if entry.design == "between" else {}
    )


def test_the_shelf_is_complete():
    assert set(METHODS) == {
        "descriptive",
        "exact_binomial",
        "friedman_exact",
        "jeffreys",
        "jonckheere",
        "kruskal_wallis",
        "one_way_anova",
        "paired_t",
        "permutation_rm_exact",
        "rm_anova",
        "sign_flip_exact",
        "sign_test",
        "signed_rank_exact",
        "signed_rank_pratt_exact",
        "wilson",
    }


@each
def test_an_entry_says_what_it_is(entry):
    assert entry.label
    assert re.search(r"\d{4}", entry.source)
    assert entry.summaries
    assert set(entry.summaries) <= SUMMARIES
    assert entry.units == ("participant",)
    assert entry.refuses
    assert entry.sentence.endswith(".")
    assert (ROOT / entry.reference).exists()
    assert all(option.meaning and option.default for option in entry.options)


@each
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 12, 21, 32])
def test_any_number_of_participants_gets_an_answer(entry, n):
    y, named = drawn(entry, n)
    for direction in DIRECTIONS:
        r = entry.estimate(y, alternative=direction, decimals=1, **named)
        assert isinstance(r, Result)
        assert (r.method, r.n_participants, r.n_units) == (entry.name, n, n)
        assert r.estimate is not None or r.caveats
        assert r.p is None or 0 < r.p <= 1
        assert (r.p is None) or entry.tests
        assert r.ci_low is None or r.ci_low <= r.estimate <= r.ci_high
        for name, value in r.more:
            assert value is None or (isinstance(value, float | int) and np.isfinite(value)), name
        json.dumps(dataclasses.asdict(r), allow_nan=False)


@each
def test_operation_ids_do_not_depend_on_the_answer(entry):
    """What is not computable is there and None: a table has the same rows whatever the data."""
    y, named = drawn(entry, 6)
    full = dict(entry.estimate(y, **named).more)
    broken = np.full_like(y, np.nan)
    core = {name for name in dict(entry.estimate(broken, **named).more) if not name[-1].isdigit()}
    assert core <= set(full)
    assert {name for name in full if not name[-1].isdigit()} - core <= {"mid_p_low", "mid_p_high"}


@each
def test_values_of_another_shape_are_an_error_of_the_caller(entry):
    y, named = drawn(entry, 4)
    with pytest.raises(ValueError, match=r"shape|row|group"):
        entry.estimate(y[:, :1] if y.ndim == 2 else np.tile(y, (2, 1)), **named)


@each
def test_missing_values_are_refused_never_ignored(entry):
    y, named = drawn(entry, 5)
    y[2] = np.nan
    r = entry.estimate(y, **named)
    assert (r.estimate, r.p, [c.code for c in r.caveats]) == (None, None, ["FD-A102"])


@each
def test_the_same_values_give_the_same_answer(entry):
    y, named = drawn(entry, 9)
    assert entry.estimate(y, **named) == entry.estimate(y.copy(), **named)


@each
def test_the_values_are_left_as_they_were(entry):
    y, named = drawn(entry, 9)
    before = y.copy()
    entry.estimate(y, **named)
    np.testing.assert_array_equal(y, before)


@each
def test_only_tests_have_a_smallest_p(entry):
    if not entry.tests:
        assert entry.smallest_p is None
    if entry.smallest_p is None:
        return
    for n in (1, 2, 5, 30):
        for direction in DIRECTIONS:
            assert 0 < entry.smallest_p(n, 3, direction, ()) <= 1
    if entry.exact:
        y, named = drawn(entry, 5)
        k = y.shape[1]
        assert entry.estimate(y, decimals=1, **named).p >= entry.smallest_p(5, k) - 1e-15


@each
def test_a_module_imports_its_contract_and_numerics_only(entry):
    tree = ast.parse(inspect.getsource(import_module(f"firstdose.methods.{entry.name}")))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    for name in names:
        ours = name.startswith(("firstdose.catalogue", "firstdose.methods._kernel"))
        assert ours or name.split(".")[0] in {"numpy", *sys.stdlib_module_names}, name


def test_caveats_have_one_code_each_and_end_as_sentences():
    makers = [f for name, f in vars(caveats).items() if inspect.isfunction(f) and not name.startswith("_")]
    values = {"str": "greater", "int": 3, "float": 0.25}
    made = [f(*(values[p.annotation] for p in inspect.signature(f).parameters.values())) for f in makers]
    found = [caveat.code for caveat in made]
    assert len(set(found)) == len(found) == 25
    assert all(re.fullmatch(r"FD-A1\d\d", code) for code in found)
    assert all(caveat.sentence.endswith(".") for caveat in made)
    assert all(f.__doc__ for f in makers)


def test_reading_the_shelf_does_not_load_scipy():
    ask = "import sys; from firstdose.catalogue.loading import load; load('methods'); print('scipy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
