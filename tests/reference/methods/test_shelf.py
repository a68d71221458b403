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
from pkgutil import iter_modules

import numpy as np
import pytest

from firstdose.catalogue.entries import Method
from firstdose.catalogue.layout import Factor, Layout
from firstdose.catalogue.loading import load
from firstdose.catalogue.result import Result
from firstdose.methods import _kernel
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
    "participant rate",
    "difference of proportions",
    "win probability",
    "correlation within participants",
    "correlation between participants",
    "mean difference between groups over time",
    "intraclass correlation",
}
DIRECTIONS = ("two-sided", "greater", "less")

each = pytest.mark.parametrize("entry", METHODS.values(), ids=METHODS)


TIMES = Factor(name="time", levels=("BL", "M3", "M6"))
GIVES_NONE = {"longitudinal", "nested", "association"}  # designs in which a missing value is nothing unusual


def drawn(entry: Method, n: int, seed: int = 0) -> tuple[np.ndarray, dict]:
    """Values of n participants as the entry's design wants them, and what else it takes."""
    y, named = _drawn(entry, n, np.random.default_rng(seed))
    if "sides" in entry.takes:
        named["sides"] = np.zeros(y.shape, dtype=int)
    return y, named


def _drawn(entry: Method, n: int, rng: np.random.Generator) -> tuple[np.ndarray, dict]:
    match entry.design:
        case "proportion":
            return rng.integers(0, 2, n).astype(float), {}
        case "rate":
            return rng.poisson(2, n).astype(float), {"exposure": rng.uniform(1, 6, n)}
        case "paired proportion":
            return rng.integers(0, 2, (n, 2)).astype(float), {}
        case "paired":
            return np.round(rng.normal(10, 3, (n, 2)), 1), {}
        case "within" | "longitudinal":
            columns = entry.need.times_most or 3
            y = np.round(rng.normal(10, 3, (n, columns)), 1)
            return y, {"layout": Layout(within=(TIMES,))} if "layout" in entry.takes and columns == 3 else {}
        case "nested":
            columns = 1 if entry.need.times < 2 else entry.need.times
            y = np.round(rng.normal(10, 3, (3 * n, columns)) + np.repeat(rng.normal(0, 2, n), 3)[:, None], 1)
            doses = {"groups": np.repeat(np.arange(n) % 2, 3)} if entry.need.groups else {}
            return y, {"units": np.repeat(np.arange(n), 3), **doses}
        case "association":
            return np.round(rng.normal(10, 3, (n, 3, 2)), 1), {}
        case "between":
            binary = entry.need.binary
            y = rng.integers(0, 2, n).astype(float) if binary else np.round(rng.normal(10, 3, n), 1)
            return y, {"groups": np.arange(n) % (2 if binary else 3)}
        case _:
            return np.round(rng.normal(10, 3, n), 1), {}


def test_every_module_of_the_shelf_has_its_own_reference_test():
    assert len({entry.name for entry in METHODS.values()}) == len(METHODS) >= 40
    assert [
        name for name, entry in METHODS.items() if name not in (ROOT / entry.reference).read_text("utf-8")
    ] == []


@each
def test_an_entry_says_what_it_is(entry):
    assert entry.label
    assert re.search(r"\d{4}", entry.source)
    assert entry.summaries
    assert set(entry.summaries) <= SUMMARIES
    assert set(entry.units) <= {"participant", "lesion in participant", "event"}
    assert ("lesion in participant" in entry.units) == (entry.design == "nested")
    assert ("units" in entry.takes) == (entry.design == "nested")
    assert ("exposure" in entry.takes) == (entry.design == "rate")
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
        assert (r.method, r.n_participants) == (entry.name, n)
        assert r.n_units == len(y)
        names = [(effect.kind, effect.name) for effect in r.effects]
        assert len(set(names)) == len(names)
        for effect in r.effects:
            assert effect.p is None or 0 <= effect.p <= 1
            assert effect.ci_low is None or effect.ci_low <= effect.estimate <= effect.ci_high
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
        entry.estimate(y[:, :1] if y.ndim == 2 and entry.design != "nested" else np.stack([y, y]), **named)


@each
def test_missing_values_are_refused_never_ignored(entry):
    if entry.design in GIVES_NONE:
        pytest.skip("missing values belong to this design")
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
        sizes = tuple(np.bincount(named["groups"])) if "groups" in named else ()
        k = y.shape[1] if y.ndim > 1 else 2
        assert entry.estimate(y, decimals=1, **named).p >= entry.smallest_p(5, k, "two-sided", sizes) - 1e-15


@each
def test_a_module_imports_its_contract_and_numerics_only(entry):
    tree = ast.parse(inspect.getsource(import_module(f"firstdose.methods.{entry.name}")))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    for name in names:
        ours = name.startswith(("firstdose.catalogue", "firstdose.methods._kernel"))
        assert ours or name.split(".")[0] in {"numpy", *sys.stdlib_module_names}, name


def caveat_makers():
    for module in iter_modules(_kernel.__path__):
        if module.name.startswith("caveats"):
            source = import_module(f"{_kernel.__name__}.{module.name}")
            for name, maker in vars(source).items():
                if inspect.isfunction(maker) and maker.__module__ == source.__name__ and name[0] != "_":
                    yield maker


def test_caveats_have_one_code_each_and_end_as_sentences():
    values = {"str": "greater", "int": 3, "float": 0.25, "Sequence[str]": ("P1", "P2")}
    makers = list(caveat_makers())
    made = [f(*(values[p.annotation] for p in inspect.signature(f).parameters.values())) for f in makers]
    found = [caveat.code for caveat in made]
    assert len(set(found)) == len(found) >= 25
    assert all(re.fullmatch(r"FD-A1\d\d", code) for code in found)
    assert all(caveat.sentence.endswith(".") for caveat in made)
    assert all(f.__doc__ for f in makers)


@each
def test_many_says_of_each_what_one_says(entry):
    if entry.many is None:
        return
    y, named = drawn(entry, 6)
    several = np.stack([y, drawn(entry, 6, seed=1)[0], drawn(entry, 6, seed=2)[0]])
    many = entry.many(several, decimals=1, **named)
    assert len(many) == 3
    for i, result in enumerate(many):
        one = entry.estimate(several[i], decimals=1, **named)
        assert result.p == pytest.approx(one.p, rel=1e-9)
        assert many.arrays["p"][i] == pytest.approx(one.p, rel=1e-9)
        assert result.estimate == pytest.approx(one.estimate, rel=1e-9)
        assert result.caveats == one.caveats


def test_reading_the_shelf_loads_neither_scipy_nor_numba():
    ask = "import sys; from firstdose.catalogue.loading import load; load('methods'); print({'scipy', 'numba'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
