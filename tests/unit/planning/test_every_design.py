"""One endpoint analysed by a method of every design: the null is rejected about as often as declared, power grows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.catalogue import load
from firstdose.planning import compute_characteristics
from firstdose.planning.questions import questions_of
from firstdose.protocol.model import Family, PlannedContrast, PlannedFactor
from tests.unit.planning.plans import only

WITHIN = (PlannedFactor(factor="dose_level", lies="within participant"),)
BETWEEN = (PlannedFactor(factor="dose_level", lies="between participant"),)
LAST = (PlannedContrast(contrast="M6_BL", compares="M6 - BL"),)


def planned(method, endpoint, n=8, **words):
    """The seed's endpoint by this method, n participants."""
    protocol = only(endpoint, checks=False, families=False)
    changed = {name: words.pop(name) for name in list(words) if name in {"kind", "measure"}}
    return replace(
        protocol,
        trial=replace(protocol.trial, participants=n, dropouts=0),
        endpoints=tuple(replace(each, method=method, **changed) for each in protocol.endpoints),
        analyses=tuple(
            replace(each, options=(), **words) if each.endpoint == endpoint else each
            for each in protocol.analyses
        ),
    )


@pytest.mark.parametrize(
    "method, endpoint, words",
    [
        ("mmrm", "E7", {}),
        ("mmrm", "E7", {"contrasts": LAST}),
        ("mmrm", "E7", {"contrasts": LAST, "factors": BETWEEN}),
        ("rm_anova", "E7", {"factors": WITHIN}),
        ("rm_anova", "E7", {"factors": BETWEEN}),
        ("participant_summary", "E6", {}),
        ("participant_summary", "E6", {"factors": WITHIN}),
        ("participant_summary", "E6", {"factors": BETWEEN}),
        ("cr2", "E6", {}),
        ("participant_sign_flip", "E6", {}),
        ("jonckheere", "E6", {"by": "dose_level"}),
        ("rm_correlation", "E7", {"against": "PASI_Fredriksson"}),
        ("win_probability", "E5", {}),
    ],
)
def test_errors_are_small_power_grows_and_intervals_cover(method, endpoint, words):
    if method not in load("methods"):
        pytest.skip(f"{method} is not on the shelf")
    found = compute_characteristics(planned(method, endpoint, **words), trials=400)
    shares = [each.rejected for each in found.tests]
    assert found.tests[0].answered.value > 0.95
    assert shares[0].value <= 0.05 + 4 * 0.011
    assert shares[-1].value > shares[0].value
    for each in found.tests:
        assert each.coverage is None or each.coverage.value == pytest.approx(0.95, abs=0.045)


def test_a_covariance_that_cannot_be_fitted_gives_way_to_what_was_declared():
    protocol = planned("mmrm", "E7", n=3)
    question = questions_of(protocol)[0]
    found = compute_characteristics(protocol, trials=20)
    if question.method.cannot(3, 3, 1, {}):
        assert found.refused
        assert found.tests == ()
    else:
        assert found.tests


def test_a_comparison_of_a_model_is_judged_in_its_family():
    """Holm over one comparison is that comparison: the family rejects as often as the headline, which it is."""
    protocol = replace(
        planned("mmrm", "E7", contrasts=LAST),
        families=(Family(family="course", method="holm", alpha=Decimal("0.05"), members=("M6_BL",)),),
    )
    found = compute_characteristics(protocol, trials=300)
    for figure, family in zip(found.tests, found.families, strict=True):
        assert family.some.value == figure.rejected.value
