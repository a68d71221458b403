"""What few participants can show: the numbers of published tables, and the sentences made of them."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.protocol.feasibility import alpha_of, compute_feasibility, counts_of, reach_sentence
from firstdose.protocol.model import Endpoint, Family, Sensitivity
from tests.shared import shared_data
from tests.unit.protocol.a_small_trial import SMALL, changed


def planned(n: int, dropouts: int = 0, **changes):
    return compute_feasibility(
        replace(SMALL, trial=replace(SMALL.trial, participants=n, dropouts=dropouts), **changes)
    )


RANK_AND_ORDER = (
    Sensitivity(check="E2_flip", endpoint="E2", attacks="normality", method="sign_flip_exact"),
    Sensitivity(check="E2_rank", endpoint="E2", attacks="outlier", method="signed_rank_pratt_exact"),
    Sensitivity(check="E3_perm", endpoint="E3", attacks="normality", method="permutation_rm_exact"),
)


def reach(feasibility, test: str):
    return next(each for each in feasibility.reaches if each.test == test)


@pytest.mark.parametrize(
    ("n", "two_sided", "one_sided", "dz_80", "dz_90", "upper_two", "upper_one", "within"),
    [
        (3, 0.25, 0.125, 3.26, 3.92, 70.8, 63.2, 0.028),
        (4, 0.125, 0.0625, 2.13, 2.51, 60.2, 52.7, 0.0046),
        (5, 0.0625, 0.03125, 1.68, 1.97, 52.2, 45.1, 0.00077),
        (6, 0.03125, 0.0156, 1.43, 1.67, 45.9, 39.3, 0.00013),
        (8, 0.0078, 0.0039, 1.16, 1.34, 36.9, 31.2, 3.6e-6),
        (10, 0.00195, 0.00098, 1.00, 1.15, 30.8, 25.9, 9.9e-8),
    ],
)
def test_the_arithmetic_of_small_n(
    n, two_sided, one_sided, dz_80, dz_90, upper_two, upper_one, within
) -> None:
    """Smallest p 2/2**n and (k!)**-(n-1), detectable dz of the paired t test, 1-.025**(1/n) and 1-.05**(1/n)."""
    found = planned(n, sensitivity=RANK_AND_ORDER)
    less = planned(n, sensitivity=RANK_AND_ORDER, analyses=changed(SMALL.analyses, "E2", direction="less"))
    for test in ("E2_flip", "E2_rank"):
        assert reach(found, test).smallest_p == pytest.approx(two_sided, rel=0.01)
        assert reach(less, test).smallest_p == pytest.approx(one_sided, rel=0.01)
    for test in ("E3", "E3_perm"):
        assert reach(found, test).smallest_p == pytest.approx(within, rel=0.02)
    assert reach(found, "E2").detectable_80 == pytest.approx(dz_80, abs=0.005)
    assert reach(found, "E2").detectable_90 == pytest.approx(dz_90, abs=0.005)
    assert 100 * found.zero_events[0].two_sided == pytest.approx(upper_two, abs=0.05)
    assert 100 * found.zero_events[0].one_sided == pytest.approx(upper_one, abs=0.05)


def test_bounds_and_detectable_effects_agree_with_base_r() -> None:
    """tables_small_n.json: computed with base R 4.2.2."""
    tables = json.loads(shared_data("stats", "tables_small_n.json").read_text("utf-8"))["analyses"]
    for row in tables["proportions"]:
        if row["x"] == 0:
            zero = planned(row["n"]).zero_events[0]
            assert zero.one_sided == pytest.approx(row["clopper_pearson_one_sided_upper"], rel=1e-9)
            assert zero.two_sided == pytest.approx(row["clopper_pearson"][1], rel=1e-9)
    for row in tables["minimal_detectable_dz_paired_t"]:
        name = f"detectable_{100 * row['power']:.0f}"
        assert getattr(reach(planned(row["n"]), "E2"), name) == pytest.approx(row["two_sided_dz"], rel=1e-6)


def test_every_count_from_planned_to_the_last_dropout_is_shown() -> None:
    found = planned(6, 3)
    assert counts_of(replace(SMALL, trial=replace(SMALL.trial, participants=6, dropouts=3))) == (6, 5, 4, 3)
    assert [row.n for row in found.zero_events] == [6, 5, 4, 3]
    assert {row.n for row in found.reaches} == {row.n for row in found.nested} == {6, 5, 4, 3}


def test_nested_lesions_are_worth_less_than_their_number() -> None:
    """n m / (1 + (m - 1) ICC): 5 participants with 3 lesions are worth 9.4, 7.5 and 5.8 at ICC .3, .5 and .8."""
    found = {(row.lesions, row.icc): row.effective for row in planned(5).nested}
    assert [round(found[3, icc], 1) for icc in (0.3, 0.5, 0.8)] == [9.4, 7.5, 5.8]
    assert {lesions for lesions, _ in found} == {2, 3}


def test_a_trial_without_lesions_has_no_page_about_them() -> None:
    schedule = tuple(replace(row, per="participant") for row in SMALL.schedule)
    assert planned(5, schedule=schedule).nested == ()


def test_the_sentences_say_what_five_participants_cannot_show() -> None:
    sentences = planned(5).sentences
    assert (
        "With 5 participants the exact sign flip test of the mean difference cannot give a two-sided p below 0.0625:"
        " it cannot reject at 0.05. (E2_flip)"
    ) in sentences
    assert (
        "0 events in 5 participants exclude rates above 45.1 % with one-sided 95 % confidence"
        " (upper end of the two-sided 95 % interval: 52.2 %)."
    ) in sentences
    assert (
        "With 5 participants the paired t test at 0.05 (two-sided) finds a mean change of 1.68 standard deviations of the"
        " changes with 80 % power, of 1.97 with 90 %; a smaller one will often be missed. (E2)"
    ) in sentences
    assert (
        "With 5 participants the exact Friedman test can give a p as small as 0.0007716:"
        " it can reject at 0.05. (E3)"
    ) in sentences


def test_tests_that_share_everything_share_a_sentence() -> None:
    checks = (*RANK_AND_ORDER, replace(RANK_AND_ORDER[0], check="E2_again"))
    assert any(
        sentence.endswith("(E2_flip, E2_again)") for sentence in planned(5, sensitivity=checks).sentences
    )


def test_a_descriptive_endpoint_has_no_reach() -> None:
    assert {row.test for row in planned(5).reaches} == {"E2", "E2_flip", "E3"}


def test_the_level_is_that_of_the_family_then_of_the_interval_then_the_usual_one() -> None:
    families = (replace(SMALL.families[0], alpha=Decimal("0.01")),)
    protocol = replace(SMALL, families=families, analyses=changed(SMALL.analyses, "E3", ci=Decimal("0.9")))
    assert alpha_of(protocol, "E2") == (0.01, "activity")
    assert alpha_of(protocol, "E3") == (pytest.approx(0.1), "")
    assert alpha_of(SMALL, "E3") == (0.05, "")


def test_a_holm_family_of_two_at_five_participants_can_reject_nothing_below_its_first_step() -> None:
    """One-sided smallest p .03125 is below .05 and above .05 / 2."""
    second = Endpoint(
        endpoint="E4",
        level="secondary",
        measure="il17a",
        kind="change",
        reference="BL",
        at=("M3",),
        method="sign_flip_exact",
    )
    endpoints = (*changed(SMALL.endpoints, "E2", method="sign_flip_exact"), second)
    analyses = changed(SMALL.analyses, "E2", direction="less")
    analyses = (*analyses, replace(analyses[1], endpoint="E4"))
    families = (Family(family="activity", method="holm", alpha=Decimal("0.05"), members=("E2", "E4")),)
    found = planned(5, endpoints=endpoints, analyses=analyses, families=families, sensitivity=())
    assert (
        "With 5 participants family activity can reject nothing: Holm begins at 0.025,"
        " the smallest p of its tests is 0.03125."
    ) in found.sentences
    assert not any("can reject nothing" in sentence for sentence in planned(6).sentences)


def test_one_participant_has_no_detectable_effect_and_the_sentence_says_so() -> None:
    found = reach(planned(1), "E2")
    assert (found.detectable_80, found.detectable_90) == (None, None)
    assert reach_sentence(found) == (
        "With 1 participant the paired t test has no smallest p, and no detectable effect is computed for it."
    )


def test_a_one_sided_test_detects_what_the_one_sided_formula_says() -> None:
    from firstdose.methods import detectable_dz

    found = planned(5, analyses=changed(SMALL.analyses, "E2", direction="greater"))
    for name, power in (("detectable_80", 0.8), ("detectable_90", 0.9)):
        exact = detectable_dz(5, power, 0.95, "greater")
        assert getattr(reach(found, "E2"), name) == pytest.approx(exact, rel=1e-4)
        assert exact < getattr(reach(planned(5), "E2"), name)


def test_a_large_trial_shows_the_ends_and_some_counts_between() -> None:
    counts = counts_of(replace(SMALL, trial=replace(SMALL.trial, participants=1000, dropouts=100)))
    assert (counts[0], counts[-1], len(counts)) == (1000, 900, 13)


def test_an_effect_between_groups_is_told_as_a_standardised_effect() -> None:
    between = replace(reach(planned(5), "E2"), design="groups", detectable_80=1.5, detectable_90=1.75)
    assert "finds a standardised effect of 1.50 with 80 % power, of 1.75 with 90 %;" in reach_sentence(
        between
    )


@pytest.mark.parametrize(("n", "half_width"), [(3, 2.2015), (5, 1.1672), (10, 0.6958)])
def test_the_interval_of_a_mean_has_the_width_of_the_t_distribution(n, half_width) -> None:
    """t(.975, n - 1) c4(n) / sqrt n; c4 of Montgomery's table: .8862, .9400, .9727; t: 4.3027, 2.7764, 2.2622."""
    (row,) = (row for row in planned(n).precision if row.level == 0.95)
    assert (row.n, row.half_width) == (n, pytest.approx(half_width, rel=2e-4))


def test_the_precision_is_told_for_every_count_and_level() -> None:
    found = planned(6, 1, analyses=changed(SMALL.analyses, "E3", ci=Decimal("0.9")))
    assert [(row.n, row.level) for row in found.precision] == [(6, 0.9), (5, 0.9), (6, 0.95), (5, 0.95)]
    assert (
        "The 95 % interval of a mean of 5 participants reaches 1.17 standard deviations to each side on average."
    ) in found.sentences


def test_an_exact_test_that_can_reject_says_what_it_finds() -> None:
    found = reach(planned(10), "E2_flip")
    assert found.can_reject
    told = reach_sentence(replace(found, detectable_80=1.02, detectable_90=1.2))
    assert told.endswith(
        "can give a two-sided p as small as 0.001953: it can reject at 0.05, and finds a mean change of 1.02 standard"
        " deviations of the changes with 80 % power, of 1.20 with 90 %."
    )
    bare = reach_sentence(replace(found, detectable_80=None, detectable_90=None))
    assert bare.endswith("can give a two-sided p as small as 0.001953: it can reject at 0.05.")


@pytest.mark.parametrize(
    ("n", "sizes", "smallest"),
    [(5, (3, 2), 1 / 10), (6, (3, 3), 1 / 20), (7, (4, 3), 1 / 35)],
)
def test_groups_are_as_even_as_an_allocation_can_make_them(n, sizes, smallest) -> None:
    """One-sided, the best that two groups can do: 1 / C(n, sizes), trap 15."""
    from firstdose.protocol.planned import even_sizes

    assert even_sizes(n, 2) == sizes
    endpoints = changed(SMALL.endpoints, "E2", method="jonckheere")
    analyses = changed(SMALL.analyses, "E2", by="dose_level", direction="greater")
    found = reach(planned(n, endpoints=endpoints, analyses=analyses, sensitivity=()), "E2")
    assert (found.groups, found.smallest_p) == (2, pytest.approx(smallest))


@pytest.mark.parametrize(
    ("by", "groups"),
    [("dose_level", 2), ("plaque_type", 2), ("pregnant", 2), ("age_at_screening", 2)],
)
def test_the_number_of_groups_is_that_of_the_levels_known(by, groups) -> None:
    endpoints = changed(SMALL.endpoints, "E2", method="kruskal_wallis")
    analyses = changed(SMALL.analyses, "E2", by=by)
    found = reach(planned(12, endpoints=endpoints, analyses=analyses, sensitivity=()), "E2")
    assert found.groups == groups


def test_a_family_that_can_reject_nothing_says_so_whatever_its_procedure() -> None:
    families = (replace(SMALL.families[0], method="joint sign flip"),)
    assert (
        "With 5 participants family activity can reject nothing at 0.05: even where every test gives its smallest p,"
        " adjusting by joint sign flip leaves 0.0625."
    ) in planned(5, families=families).sentences
    assert planned(6, families=families).families == ()
