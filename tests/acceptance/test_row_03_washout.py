"""Row 3: washout of 28 days (systemic) and 14 days (topical), by dates, exact at the edge."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.acceptance.study_of import study_of
from tests.acceptance.test_row_02_eligibility import ELIGIBLE

# The end of a month, of a year, and 29 February lie inside the washout.
EXAMINED = [dt.date(2024, 3, 14), dt.date(2023, 3, 14), dt.date(2024, 1, 10), dt.date(2024, 3, 1)]
EDGES = [("E2a", "systemic", days, days >= 28) for days in (27, 28, 29)]
EDGES += [("E2b", "topical", days, days >= 14) for days in (13, 14, 15)]


def verdict(folder, criterion, **changes):
    study = study_of(folder, {"screening": [{"participant": "P1"} | ELIGIBLE | changes]})
    return next(each.met for each in study.verdicts if each.criterion == criterion)


@pytest.mark.parametrize("examined", EXAMINED, ids=str)
@pytest.mark.parametrize(("criterion", "kind", "days", "met"), EDGES)
def test_row_03_washout_is_exact_to_the_day(tmp_path, examined, criterion, kind, days, met):
    last = examined - dt.timedelta(days=days)
    drug = {f"{kind}_ever": "yes", f"{kind}_last": last.isoformat(), "screening_date": examined.isoformat()}
    assert verdict(tmp_path, criterion, **drug) is met


@pytest.mark.parametrize(("criterion", "kind"), [("E2a", "systemic"), ("E2b", "topical")])
@pytest.mark.parametrize(
    ("ever", "last", "met"),
    [
        ("no", "", True),
        ("yes", "UNK", None),
        ("yes", "2024-02", None),
        ("UNK", "", None),
        ("UNK", "2020-01-01", True),
    ],
)
def test_row_03_an_unknown_date_is_a_question_and_neither_in_nor_out(
    tmp_path, criterion, kind, ever, last, met
):
    assert verdict(tmp_path, criterion, **{f"{kind}_ever": ever, f"{kind}_last": last}) is met
