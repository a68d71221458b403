from dataclasses import replace

import numpy as np
import pytest

from firstdose.planning.layouts import contrast_of, layout_of
from firstdose.planning.questions import Divided, questions_of
from firstdose.protocol.model import PlannedContrast
from tests.unit.planning.plans import SEED

COURSE = next(each for each in questions_of(SEED) if each.test == "E7")
DOSED = replace(COURSE, between=Divided("dose_level", ("DL1", "DL2")))
LESIONS = replace(COURSE, within=Divided("dose_level", ("DL1", "DL2")))
CODES = np.array([0, 1, 0, 1, 0])


def weights(question, compares):
    planned = PlannedContrast(contrast="C", compares=compares)
    found = contrast_of(planned, layout_of(question, CODES), question.outcome.days)
    return found.columns, found.groups


@pytest.mark.parametrize(
    "question, compares, columns, groups",
    [
        (COURSE, "M6 - BL", (-1, 0, 1), ()),
        (DOSED, "M6 - BL", (-1, 0, 1), ()),
        (DOSED, "DL2 - DL1 at M6", (0, 0, 1), (-1, 1)),
        (DOSED, "DL2 - DL1", (1 / 3, 1 / 3, 1 / 3), (-1, 1)),
        (LESIONS, "DL2 - DL1 at M3", (0, -1, 0, 0, 1, 0), ()),
        (LESIONS, "M6 - M3", (0, -0.5, 0.5, 0, -0.5, 0.5), ()),
        (DOSED, "trend of dose_level at M6", (0, 0, 1), (-1, 1)),
    ],
)
def test_a_comparison_is_weights_over_columns_and_groups(question, compares, columns, groups):
    assert weights(question, compares) == (pytest.approx(columns), pytest.approx(groups))


def test_a_trend_over_time_is_a_slope_by_month():
    columns, _ = weights(COURSE, "trend")
    months = np.array([-3, 90, 180]) / 30
    assert np.dot(columns, 2 + 5 * months) == pytest.approx(5)
