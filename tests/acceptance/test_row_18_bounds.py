"""Row 18: what zero events in five can and cannot exclude, in numbers and in words."""

from __future__ import annotations

import pytest

from firstdose.report.content.front import synopsis_section
from tests.acceptance.study_of import names, part_of_seed, study_of, words_of

# one-sided 95 % bound: clinical.md section 1, 1 - .05**(1/n)
BOUNDS = {3: "63.2%", 5: "45.1%", 6: "39.3%", 12: "22.1%", 30: "9.5%"}


def without_events(folder, n):
    people = [{"participant": name} for name in names(n)]
    given = [person | {"visit": "D0", "lesion": "L1"} for person in people]
    tables = {"participants": people, "injection": given, "adverse_events": []}
    return study_of(folder, tables, part_of_seed("E1"))


@pytest.mark.parametrize("n", BOUNDS)
def test_row_18_no_event_is_never_told_without_its_bound(tmp_path, n):
    results = without_events(tmp_path, n).results
    assert results.one("E1", statistic="count").text == f"0/{n}"
    for analysis, variable in (("E1", "adverse_events"), ("events.overall", "serious and related")):
        bound = results.one(analysis, variable=variable, statistic="upper_one_sided")
        assert bound.text == BOUNDS[n]
        assert bound.value == pytest.approx(1 - 0.05 ** (1 / n), rel=1e-9)


def test_row_18_none_of_five_excludes_45_07_one_sided_and_52_18_two_sided(tmp_path):
    results = without_events(tmp_path, 5).results
    values = [results.one("E1", statistic=name).value for name in ("upper_one_sided", "ci_low", "ci_high")]
    assert [round(100 * value, 2) for value in values] == [45.07, 0.0, 52.18]


def test_row_18_the_synopsis_says_the_bound_in_words_and_never_the_bare_word_safe(tmp_path):
    words = words_of(synopsis_section(without_events(tmp_path, 5).material))
    assert "0 of 5" in " ".join(words.split())
    assert "45.1%" in words
    assert "are excluded with one-sided 95 % confidence" in words
    assert " safe " not in words
    assert "effect of the cells" not in words
