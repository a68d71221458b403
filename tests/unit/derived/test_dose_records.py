from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.derived.deviations import Deviation
from firstdose.derived.dose import derive_dose_deviations, derive_doses, dose_totals, millions
from firstdose.derived.dose_plan import compute_uncertainty
from firstdose.values.quantity import read_quantity
from firstdose.values.rounding import printed
from tests.unit.derived.dose_records import injected, mapped, product, seed_protocol, snapshot_of

PROTOCOL = seed_protocol()
assert PROTOCOL.intervention is not None
LIMITS = PROTOCOL.intervention


def test_a_lesion_that_waits_has_a_plan_and_no_given_dose():
    (dose,) = derive_doses(PROTOCOL, snapshot_of([mapped("P1", "L1")], products=[product("P1", 1.8e7)]))
    assert (dose.participant, dose.lesion, dose.visit, dose.level, dose.given) == (
        "P1",
        "L1",
        "D0",
        "DL1",
        None,
    )
    assert dose.plan is not None
    assert dose.plan.volume is not None
    assert printed(dose.plan.volume.value, 3) == "1.745"
    assert (dose.delivery, dose.density_given) == (None, None)


def test_planned_and_given_are_kept_apart():
    (dose,) = derive_doses(
        PROTOCOL, snapshot_of([mapped("P1", "L1")], [injected("P1", "L1", volume_drawn=1.7)])
    )
    assert dose.plan is not None
    assert dose.given is not None
    assert millions(dose.plan.cells) == "31.42 million cells"
    assert dose.given.cells == read_quantity("28800000 cells")  # 1.6 mL x 2e7 x 0.9
    assert dose.given.volume_per_point == read_quantity("0.05 mL")
    assert dose.delivery is not None
    assert printed(100 * dose.delivery, 2) == "91.67"
    assert dose.density_given is not None
    assert printed(dose.density_given.value, 0) == "916732"


def test_the_injection_says_the_concentration_before_the_release_does():
    lesions = [mapped("P1", "L1")]
    both = snapshot_of(lesions, [injected("P1", "L1")], [product("P1", 1e7)])
    only_release = snapshot_of(lesions, [injected("P1", "L1", concentration=None)], [product("P1", 1e7)])
    strengths = []
    for snapshot in (both, only_release):
        (dose,) = derive_doses(PROTOCOL, snapshot)
        assert dose.given is not None
        strengths.append((dose.given.viable_concentration, dose.given.released))
    assert strengths == [(read_quantity("1.8e7 cells/mL"), False), (read_quantity("1e7 cells/mL"), True)]


def test_the_release_of_the_lot_injected_counts():
    products = [product("P1", 1e7, lot="A1"), product("P1", 3e7, lot="B2")]
    injection = injected("P1", "L1", concentration=None, lot="B2")
    (dose,) = derive_doses(PROTOCOL, snapshot_of([mapped("P1", "L1")], [injection], products))
    assert dose.product is not None
    assert dose.product.viable_concentration == read_quantity("3e7 cells/mL")
    (open_question,) = derive_doses(PROTOCOL, snapshot_of([mapped("P1", "L1")], products=products))
    assert open_question.product is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"concentration": None}, "the injection has none"),
        ({"concentration_is": None}, "it is not said whether all or living cells were counted"),
        ({"viability": None}, "all cells were counted and the viability is missing"),
    ],
)
def test_without_a_usable_concentration_the_reason_is_kept(changed, why):
    (dose,) = derive_doses(PROTOCOL, snapshot_of([mapped("P1", "L1")], [injected("P1", "L1", **changed)]))
    assert dose.plan is not None
    assert (dose.plan.volume, dose.why_no_concentration) == (None, why)
    assert dose.given is not None
    assert dose.given.cells is None


def test_an_outline_counts_before_an_area_from_elsewhere_and_that_before_the_ellipse():
    outline = "0,0; 6,0; 6,5; 0,5; 0,0"
    snapshot = snapshot_of(
        [
            mapped("P1", "L1", outline=outline, area_given=31.0),
            mapped("P1", "L2", area_given=31.0),
            mapped("P1", "L3"),
        ]
    )
    methods = [[area.method for area in dose.areas] for dose in derive_doses(PROTOCOL, snapshot)]
    assert methods == [["outline", "given", "ellipse"], ["given", "ellipse"], ["ellipse"]]


@pytest.mark.parametrize(
    ("lesion", "share"),
    [
        ({"area_given": 31.25, "area_error": 1.25}, Decimal("0.04")),
        ({"area_given": 31.25, "area_error": 0.0}, Decimal(0)),
        ({"area_given": 31.25}, None),
        ({"area_given": 31.25, "area_error": -1.0}, None),
        ({"area_error": 1.25}, None),
        ({"area_given": 31.25, "area_error": 1.25, "outline": "0,0; 6,0; 6,5; 0,5; 0,0"}, None),
    ],
)
def test_the_error_belongs_to_the_area_from_elsewhere_alone(lesion, share):
    (dose,) = derive_doses(PROTOCOL, snapshot_of([mapped("P1", "L1", **lesion)]))
    assert dose.areas[0].uncertainty == share
    assert dose.plan is not None
    assert (dose.plan.uncertainty == compute_uncertainty(LIMITS)) is (share is None)


def test_controls_and_lesions_without_area_or_level_get_no_plan():
    lesions = [
        mapped("P1", "L1", role="control"),
        mapped("P1", "L2", dose_level=None),
        mapped("P1", "L3", dose_level="DL9"),
        mapped("P1", "L4", long=None, short=None),
    ]
    doses = derive_doses(PROTOCOL, snapshot_of(lesions))
    assert [(dose.lesion, dose.plan) for dose in doses] == [("L2", None), ("L3", None), ("L4", None)]


def test_an_injection_without_a_lesion_map_is_planned_by_its_own_area():
    (dose,) = derive_doses(PROTOCOL, snapshot_of(injections=[injected("P1", "L1")]))
    assert dose.plan is not None
    assert dose.plan.cells == read_quantity("31420000 cells")
    assert (dose.level, dose.mapped_level) == ("DL1", "")


def test_nothing_is_derived_where_nothing_is_dosed_in_cells_per_area():
    snapshot = snapshot_of([mapped("P1", "L1")])
    assert derive_doses(replace(PROTOCOL, intervention=None), snapshot) == ()
    assert derive_doses(replace(PROTOCOL, intervention=replace(LIMITS, dose_levels=())), snapshot) == ()
    assert derive_dose_deviations(replace(PROTOCOL, intervention=None), snapshot) == ()


def test_the_total_takes_what_was_given_where_it_is_known():
    lesions = [mapped("P1", "L1"), mapped("P1", "L2", 12, 12, dose_level="DL2"), mapped("P2", "L1")]
    doses = derive_doses(PROTOCOL, snapshot_of(lesions, [injected("P1", "L1")]))
    totals = dose_totals(doses, LIMITS)
    assert [(total.participant, total.visit, total.lesions, total.over_cap) for total in totals] == [
        ("P1", "", 2, True),
        ("P1", "D0", 2, True),
        ("P2", "", 1, False),
        ("P2", "D0", 1, False),
    ]
    first = totals[0]
    assert (millions(first.planned), millions(first.given)) == ("370.71 million cells", "31.50 million cells")
    assert millions(first.committed) == "370.79 million cells"


def test_deviations_of_the_dose_are_listed_one_by_one():
    lesions = [
        mapped("P1", "L1"),
        mapped("P2", "L1"),
        mapped("P3", "L1", 12, 12, dose_level="DL2"),
        mapped("P4", "L1"),
    ]
    injections = [
        injected("P1", "L1", volume_drawn=1.5),
        injected("P2", "L1", dose_level="DL2"),
        injected("P3", "L1", dose_level="DL2", volume_drawn=18.95),
        injected("P4", "L1"),
    ]
    assert derive_dose_deviations(PROTOCOL, snapshot_of(lesions, injections)) == (
        Deviation(
            "P1",
            "dose outside tolerance",
            "D0",
            "L1",
            "80.2 % of the planned cells were given; 90 to 110 % are allowed.",
        ),
        Deviation("P2", "wrong dose level", "D0", "L1", "DL2 was given; DL1 was planned."),
        Deviation(
            "P3",
            "dose cap exceeded",
            "",
            "",
            "339.30 million cells were given in all; the cap is 300.00 million cells.",
        ),
    )


@pytest.mark.parametrize(("volume", "outside"), [(1.70, True), (1.80, False), (2.20, False), (2.21, True)])
def test_the_ends_of_the_tolerance_are_inside(volume, outside):
    """10 cm2 at DL1 and 5e6 living cells per mL: 2 mL; 0.9 x 2 = 1.8 and 1.1 x 2 = 2.2 mL are still allowed."""
    row = injected(
        "P1", "L1", concentration=5e6, concentration_is="viable", volume_drawn=volume, residual_volume=0.0
    )
    found = derive_dose_deviations(PROTOCOL, snapshot_of([mapped("P1", "L1", area_given=10.0)], [row]))
    assert [each.kind for each in found] == (["dose outside tolerance"] if outside else [])


def test_more_left_than_drawn_gives_no_dose():
    (dose,) = derive_doses(
        PROTOCOL, snapshot_of([mapped("P1", "L1")], [injected("P1", "L1", residual_volume=Decimal("1.9"))])
    )
    assert dose.given is not None
    assert (dose.given.volume, dose.given.cells, dose.delivery) == (None, None, None)


def test_of_two_releases_of_one_lot_that_of_the_visit_counts():
    products = [product("P1", 1e7), product("P1", 3e7, visit="M1")]
    injection = injected("P1", "L1", concentration=None)
    (dose,) = derive_doses(PROTOCOL, snapshot_of([mapped("P1", "L1")], [injection], products))
    assert dose.product is not None
    assert dose.product.viable_concentration == read_quantity("1e7 cells/mL")
