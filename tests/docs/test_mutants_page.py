"""The page of surviving mutants speaks of mutants that there are; benchmarks/mutation.py says which survive."""

from __future__ import annotations

import pytest
from benchmarks.mutation import PAGE, TARGETS, explained, mutants_of


@pytest.mark.parametrize("file", TARGETS)
def test_every_survivor_that_is_explained_is_a_mutant_of_today(file):
    names = {mutant.name for mutant in mutants_of(file)}
    assert explained(PAGE).get(file, set()) - names == set()
    assert len(names) > 10


def test_the_page_speaks_of_no_other_file():
    assert set(explained(PAGE)) <= set(TARGETS)
    assert explained(PAGE)


def test_a_mutant_differs_from_its_file_in_one_place():
    mutant = next(each for each in mutants_of("designs/boin.py") if "floor(self.escalate * n)" in each.before)
    assert mutant.after.count("<") == 1
    assert mutant.before != mutant.after
    assert mutant.after in mutant.source
