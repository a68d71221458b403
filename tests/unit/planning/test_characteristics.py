from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.methods import power_paired_t
from firstdose.planning import compute_characteristics, tell_characteristics
from firstdose.planning.telling import SURE, sentences_of
from firstdose.planning.trials import Study, run_block
from firstdose.protocol.model import Family
from tests.unit.planning.plans import SEED, only


@pytest.fixture(scope="module")
def found():
    """PASI and plaque score with their sensitivity analyses, nobody misses a visit."""
    return compute_characteristics(only("E1", "E5", "E6"), trials=4000)


def figures(found, test, n=5):
    return [each for each in found.tests if (each.test, each.n) == (test, n)]


@pytest.mark.parametrize("n", [5, 4])
@pytest.mark.parametrize("test", ["E5", "E6"])
def test_error_and_power_of_the_paired_t_are_those_of_the_noncentral_t(found, test, n):
    for each in figures(found, test, n):
        expected = power_paired_t(n, each.effect)
        assert each.rejected.value == pytest.approx(expected, abs=4 * each.rejected.error)


@pytest.mark.parametrize("test", ["E5", "E6"])
def test_the_t_interval_covers_as_often_as_it_says(found, test):
    for each in figures(found, test):
        assert each.coverage.value == pytest.approx(0.95, abs=4 * each.coverage.error)


def test_trap_exact_tests_of_five_never_reject_and_the_plan_says_so(found):
    assert all(each.rejected.value == 0 for each in figures(found, "E5_flip") + figures(found, "E5_rank"))
    assert any("never reject and can only describe: E5_flip" in each for each in sentences_of(found))


def test_every_count_the_plan_allows_is_told(found):
    assert {each.n for each in found.tests} == {each.n for each in found.intervals} == {5, 4}


def test_holm_keeps_the_familywise_error_whatever_the_other_endpoint_does(found):
    for each in found.families:
        assert each.wrong.value <= 0.05 + SURE * each.wrong.error
    none = [each for each in found.families if each.effect == 0]
    assert all(each.some.value <= 0.05 + SURE * each.some.error for each in none)
    assert all(each.every.value <= each.some.value for each in found.families)


def test_the_first_trials_of_many_are_those_of_few():
    protocol = only("E5", "E6")
    few, many = (Study(protocol, trials, 1, "normal", (0.0, 1.0)) for trials in (1000, 2500))
    assert few.block_size == many.block_size == 1000
    assert (run_block(few, 0).sums == run_block(many, 0).sums).all()
    assert run_block(many, 2).sums[0, 0, 0, 0] == 500


def test_an_endpoint_is_simulated_alike_whatever_stands_beside_it():
    alone = compute_characteristics(only("E5", families=False), trials=300)
    beside = compute_characteristics(only("E5", "E6", "E7", families=False), trials=300)
    assert figures(alone, "E5") == figures(beside, "E5")


def test_another_seed_is_another_simulation():
    one, other = (compute_characteristics(only("E5", checks=False), trials=300, seed=seed) for seed in (1, 2))
    assert one.tests != other.tests


def test_missed_visits_leave_fewer_participants():
    found = compute_characteristics(only("E5", checks=False, missed="0.1"), trials=2000)
    assert found.tests[0].analysed == pytest.approx(4.5, abs=0.05)
    assert found.tests[0].rejected.value == pytest.approx(0.05, abs=0.02)


def test_with_skewed_values_the_plan_says_so():
    found = compute_characteristics(only("E5", checks=False), trials=300, shape="lognormal")
    assert "lognormal" in found.assumptions[0]


def test_a_joint_sign_flip_family_is_judged_by_changes():
    """At n = 5 no sign flip can reject, jointly or alone: 2/2**5 = .0625."""
    protocol = replace(
        only("E5", "E6", checks=False),
        families=(
            Family(family="joint", method="joint sign flip", alpha=Decimal("0.05"), members=("E5", "E6")),
        ),
    )
    found = compute_characteristics(protocol, trials=50)
    assert {each.family for each in found.families} == {"joint"}
    assert all(each.some.value == 0 for each in found.families)


def test_a_gate_opens_only_when_all_before_it_fell():
    def family(name, members, after=()):
        return Family(family=name, method="holm", alpha=Decimal("0.05"), members=members, after=after)

    families = (family("behind", ("E6",), ("front",)), family("front", ("E5",)))
    shut = compute_characteristics(replace(only("E5", "E6", checks=False), families=families), trials=2000)
    some = {(each.family, each.n, each.effect): each.some.value for each in shut.families}
    effect = shut.effects[-1]
    assert some["behind", 5, effect] < some["front", 5, effect]
    assert some["behind", 5, 0.0] < 0.03


def test_a_test_that_cannot_be_carried_out_is_told_with_its_reason():
    few = replace(SEED.trial, participants=1, dropouts=0)
    found = compute_characteristics(replace(only("E7", checks=False), trial=few), trials=50)
    assert [each.test for each in found.refused] == ["E7"]
    assert any("E7 (rm_anova) cannot be carried out" in each for each in sentences_of(found))


def test_a_protocol_without_tests_is_told_by_its_intervals():
    found = compute_characteristics(only("E1"), trials=50)
    assert found.tests == ()
    assert "exact sums" in tell_characteristics(found)


def test_the_several_variables_of_a_family_member_are_several_tests():
    protocol = replace(
        only("E9", checks=False),
        families=(Family(family="cells", method="holm", alpha=Decimal("0.05"), members=("E9",)),),
    )
    found = compute_characteristics(protocol, trials=100)
    assert {each.variable for each in found.tests} == {
        "skin_lymphocytes.b_cells_skin",
        "skin_lymphocytes.t_cells_skin",
    }
    assert all(each.every.value <= each.some.value for each in found.families)
