"""One test for every entry of the shelf of instruments, ours and those of installed packages."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest

from firstdose import designs, instruments
from firstdose.catalogue import Dictionary, EscalationDesign, Instrument, load
from firstdose.instruments import dictionaries
from firstdose.values.units import read_unit

ENTRIES: dict[str, Instrument] = dict(load("instruments"))
SCORED = [(name, score) for name, entry in ENTRIES.items() for score in entry.scores]
MODULES = [
    f"{shelf.__name__}.{module.name}"
    for shelf in (instruments, dictionaries, designs)
    for module in iter_modules(shelf.__path__)
    if not module.ispkg
]
NUMERIC = ("integer", "number", "ordinal", "quantity", "truth")
MISSING_RULE_OF_ITS_OWN = {("DLQI", "DLQI"), ("DLQI", "DLQI_R")}

each_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
each_score = pytest.mark.parametrize("name, score", SCORED, ids=[f"{n}-{s.name}" for n, s in SCORED])
each_module = pytest.mark.parametrize("module", MODULES)


class Watched(dict[str, Any]):
    """A record that remembers which items were looked at."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.seen: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)


def limits(item: Any) -> tuple[float, float]:
    return (0.0, 1.0) if item.kind == "truth" else (float(item.low), float(item.high))


def numeric(entry: Instrument) -> list[Any]:
    return [
        item
        for item in entry.items
        if item.kind in NUMERIC and (item.low is not None or item.kind == "truth")
    ]


def random_records(entry: Instrument, n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(20)
    drawn: dict[str, np.ndarray] = {}
    for item in entry.items:
        if item.kind in {"integer", "ordinal", "truth"} and item in numeric(entry):
            low, high = limits(item)
            drawn[item.name] = rng.integers(int(low), int(high) + 1, n).astype(float)
        elif item in numeric(entry):
            drawn[item.name] = rng.uniform(*limits(item), n)
        elif item.kind == "code":
            drawn[item.name] = rng.choice(np.array([*item.code_names, None], dtype=object), n)
        else:
            drawn[item.name] = np.full(n, np.nan if item.kind in NUMERIC else None, dtype=object)
    return {name: np.asarray(a, dtype=float) if a.dtype != object else a for name, a in drawn.items()}


def all_missing(entry: Instrument, n: int = 3) -> dict[str, np.ndarray]:
    return {
        item.name: np.full(n, np.nan) if item.kind in NUMERIC else np.full(n, None, dtype=object)
        for item in entry.items
    }


def looked_at(entry: Instrument, score: Any) -> list[str]:
    record = Watched(random_records(entry, 2))
    score.compute(record)
    return [item.name for item in entry.items if item.name in record.seen]


def inside(values: np.ndarray, score: Any) -> bool:
    known = values[~np.isnan(values)]
    return bool(known.size and (known >= score.low - 1e-9).all() and (known <= score.high + 1e-9).all())


def test_the_shelf_holds_what_the_trial_needs() -> None:
    assert {"PASI", "plaque_score", "local_tolerability", "adverse_events", "lesion_map", "DLQI"} <= set(
        ENTRIES
    )


@each_entry
def test_an_entry_says_what_it_is_and_where_it_comes_from(entry: Instrument) -> None:
    assert isinstance(entry, Instrument)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", entry.name)
    assert entry.label
    assert entry.source
    assert entry.items
    assert entry.verb
    assert dict(entry.mapping)["domain"].isupper()
    assert tuple(name for name, _ in entry.variant_notes) == entry.variants


@each_entry
def test_every_item_has_a_label_and_every_measured_number_its_unit(entry: Instrument) -> None:
    names = [item.name for item in entry.items]
    assert len(set(names)) == len(names)
    plain = {name for score in entry.scores if not score.unit for name in looked_at(entry, score)}
    for item in entry.items:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", item.name)
        assert item.label
        if item.kind in {"number", "quantity"}:
            assert item.unit or item.name in plain, f"{item.name} has no unit and is no score"
        if item.unit:
            assert read_unit(item.unit).symbol == item.unit
        assert (item.low is None) == (item.high is None)
        assert item.low is None or item.low < item.high


@each_entry
def test_codes_and_ordinals_carry_their_lists(entry: Instrument) -> None:
    for item in entry.items:
        if item.kind in {"code", "ordinal"}:
            assert len(set(item.code_names)) == len(item.codes) > 1
            assert all(meaning for _, meaning in item.codes)
        if item.kind == "ordinal":
            assert [int(code) for code in item.code_names] == list(range(int(item.low), int(item.high) + 1))


@each_entry
def test_examples_hold_and_go_with_the_first_score(entry: Instrument) -> None:
    assert bool(entry.examples) == bool(entry.scores)
    for items, expected in entry.examples:
        record = {name: np.array([value]) for name, value in items.items()}
        assert entry.scores[0].compute(record)[0] == pytest.approx(expected, rel=1e-15)
        assert not any(rule.broken(all_missing(entry, 1) | record)[0] for rule in entry.integrity)


@each_score
def test_a_score_stays_in_its_range_at_the_corners(name: str, score: Any) -> None:
    entry = ENTRIES[name]
    ends = {item.name: limits(item) for item in numeric(entry) if item.name in looked_at(entry, score)}
    corners = np.array([*itertools.islice(itertools.product(*ends.values()), 2**16)])
    assert inside(
        score.compute(all_missing(entry, len(corners)) | dict(zip(ends, corners.T, strict=True))), score
    )


@each_score
def test_a_score_stays_in_its_range_on_random_items(name: str, score: Any) -> None:
    assert inside(score.compute(random_records(ENTRIES[name], 2000)), score)


@each_score
def test_a_missing_item_gives_missing_never_a_number(name: str, score: Any) -> None:
    entry = ENTRIES[name]
    assert np.isnan(score.compute(all_missing(entry))).all()
    if (name, score.name) in MISSING_RULE_OF_ITS_OWN:
        assert any(note.startswith("Missing:") for note in entry.notes)
        return
    needed = [item for item in looked_at(entry, score) if (found := entry.item(item)) and found.required]
    assert needed
    optional = {item.name for item in entry.items if not item.required}
    for item in needed:
        missing = {name: column for name, column in all_missing(entry).items() if name in {item, *optional}}
        record = random_records(entry, 3) | missing
        assert np.isnan(score.compute(record)).all(), item


@each_score
def test_a_score_of_an_array_is_the_scores_of_its_rows(name: str, score: Any) -> None:
    records = random_records(ENTRIES[name], 20)
    rows = [score.compute({key: column[i : i + 1] for key, column in records.items()})[0] for i in range(20)]
    np.testing.assert_array_equal(score.compute(records), rows)


@each_entry
def test_rules_between_items_answer_row_by_row_and_missing_items_never_break_them(entry: Instrument) -> None:
    for rule in entry.integrity:
        assert re.fullmatch(r"FD-R1\d\d", rule.code)
        assert rule.message[0].islower() or rule.message[0].isdigit()
        assert rule.message.endswith(".")
        assert rule.remedy.endswith(".")
        assert rule.columns
        assert all(entry.item(column) for column in rule.columns)
        broken = rule.broken(random_records(entry, 2000))
        assert broken.dtype == bool
        assert broken.shape == (2000,)
        assert not rule.broken(all_missing(entry)).any()


def test_a_code_belongs_to_one_entry() -> None:
    owners: dict[str, set[str]] = {}
    for name, entry in ENTRIES.items():
        for rule in entry.integrity:
            owners.setdefault(rule.code, set()).add(name)
    assert {code: names for code, names in owners.items() if len(names) > 1} == {}


def test_scores_have_names_of_their_own() -> None:
    names = [score.name for _, score in SCORED]
    assert len(set(names)) == len(names)


@each_module
def test_a_module_holds_one_entry_and_imports_its_contract_values_and_numpy_only(module: str) -> None:
    loaded = import_module(module)
    assert isinstance(loaded.ENTRY, Instrument | Dictionary | EscalationDesign)
    allowed = {"numpy", *sys.stdlib_module_names}
    for node in ast.walk(ast.parse(inspect.getsource(loaded))):
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in named:
            ours = name.startswith(("firstdose.catalogue", "firstdose.values", "firstdose.designs._kernel"))
            assert ours or name.split(".")[0] in allowed, f"{module} imports {name}"


@pytest.mark.parametrize("shelf", ["designs", "instruments.dictionaries"])
def test_designs_and_dictionaries_say_what_they_are(shelf: str) -> None:
    entries = load(shelf)
    assert entries
    for name, entry in entries.items():
        assert name == entry.name
        assert entry.label
        assert entry.source
