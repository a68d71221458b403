"""The page of surviving mutants speaks of the mutants there are today; which of them survive, benchmarks/mutation.py says.

Where one of these tests fails after a change of a rule: `python benchmarks/mutation.py --write PART OF THE FILE NAME`.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache

import pytest
from benchmarks.mutation import PACKAGE, PAGE, TARGETS, Found, Mutant, mutants_of, read_page, write_page

from tests.shared import ROOT


@cache
def mutants_in(file: str) -> tuple[Mutant, ...]:
    return tuple(mutants_of(file))


def names_in(file: str) -> tuple[str, ...]:
    return tuple(mutant.name for mutant in mutants_in(file))


@pytest.fixture(scope="module")
def told() -> dict[str, Found]:
    return read_page(PAGE)


def test_every_file_that_is_held_by_a_run_is_on_the_page(told):
    assert sorted(told) == sorted(TARGETS)


@pytest.mark.parametrize("file", TARGETS)
def test_every_survivor_is_a_mutant_of_today_and_is_explained(told, file):
    assert set(told[file].alive) - set(names_in(file)) == set()
    assert [name for name, why in told[file].alive.items() if len(why) < len("not reachable")] == []


@pytest.mark.parametrize("file", TARGETS)
def test_the_page_counts_the_mutants_of_today(told, file):
    assert told[file].mutants == len(names_in(file)) > 10
    assert told[file].late <= told[file].killed


def test_the_rows_of_the_page_add_up(told):
    rows = re.findall(r"(?m)^\| `([^`]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE.read_text("utf-8"))
    for file, mutants, killed, _, alive in rows:
        assert int(mutants) == int(killed) + int(alive)
        assert int(alive) == len(told[file].alive)
    assert len(rows) == len(TARGETS)


def test_outside_of_what_the_run_writes_no_number_stands_on_the_page():
    before, _, rest = PAGE.read_text("utf-8").partition("<!-- written by benchmarks/mutation.py -->")
    assert re.findall(r"\d", before + rest.partition("<!-- end -->")[2]) == []
    assert "`python benchmarks/mutation.py --write`" in before


@pytest.mark.parametrize("file", TARGETS)
def test_every_mutant_has_a_name_of_its_own_and_differs_from_its_file(file):
    assert [name for name, times in Counter(names_in(file)).items() if times > 1] == []
    today = ast.unparse(ast.parse((ROOT / PACKAGE / file).read_text("utf-8")))
    assert [mutant.name for mutant in mutants_in(file) if mutant.source == today] == []


@pytest.mark.parametrize("file", TARGETS)
def test_the_tests_that_hold_a_file_are_there(file):
    assert [test for test in TARGETS[file] if not (ROOT / test).is_file()] == []


def test_the_index_leads_to_the_page():
    assert "](reference/mutants.md)" in (PAGE.parents[1] / "index.md").read_text("utf-8")


def test_a_mutant_is_one_sign_in_one_place():
    named = {mutant.name: mutant for mutant in mutants_in("designs/i3_plus_3.py")}
    mutant = named["Around.__call__: `rate < self.low` > `rate <= self.low`"]
    today = ast.unparse(ast.parse((ROOT / PACKAGE / mutant.file).read_text("utf-8")))
    assert mutant.source == today.replace("if rate < self.low:", "if rate <= self.low:")


def test_a_page_that_was_written_is_read_back(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# Before\n\n<!-- written by benchmarks/mutation.py -->\n<!-- end -->\nAfter.\n", encoding="utf-8"
    )
    first, second = list(TARGETS)[:2]
    found = {
        first: Found(20, 2, {"move: `a < b` > `a <= b`": "never equal", "move: `a` > `b`": ""}),
        second: Found(9, 0, {}),
    }
    for _ in range(2):
        write_page(page, found)
        assert read_page(page) == found
    assert page.read_text("utf-8").startswith("# Before\n")
    assert page.read_text("utf-8").endswith("<!-- end -->\nAfter.\n")
    assert f"| `{first}` | 20 | 18 | 2 | 2 |" in page.read_text("utf-8")
