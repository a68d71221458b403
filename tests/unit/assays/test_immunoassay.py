"""Immunoassays on small invented plates: what is reported, what is censored, what every rule says."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from firstdose.assays.elisa import ENTRY as ELISA
from firstdose.assays.multiplex import ENTRY as MULTIPLEX
from firstdose.catalogue.assay import Sample
from tests.unit.assays.plates_for_tests import LEVELS, TRUE, measure, only, plate, serum, verdict

# values


def test_a_sample_inside_the_range_is_its_mean_times_the_dilution():
    value = only(measure(plate([serum(100), serum(110)])))
    assert value.value == pytest.approx(210, rel=0.03)
    assert (value.comparator, value.replicates, value.dilution, value.unit) == ("=", 2, 2.0, "pg/mL")
    assert value.spread == pytest.approx(math.sqrt(2) * 10, rel=0.1)
    assert (value.lloq, value.uloq) == (pytest.approx(2 * LEVELS[-1]), 2000)
    assert value.verdict == "pass"


@pytest.mark.parametrize("x, comparator, limit", [(0.05, "<", LEVELS[-1]), (5000, ">", 1000.0)])
def test_outside_the_range_is_said_and_never_extrapolated(x, comparator, limit):
    value = only(measure(plate([serum(x), serum(x)])))
    assert (value.comparator, value.value) == (comparator, pytest.approx(2 * limit))


@pytest.mark.parametrize("signal, comparator", [(1.0, "<"), (1e6, ">")])
def test_a_signal_beyond_the_asymptotes_is_censored_too(signal, comparator):
    assert only(measure(plate([("P1", "sample", signal, 1.0, math.nan)]))).comparator == comparator


def test_replicates_astride_a_limit_are_decided_by_their_mean_signal():
    inside = only(measure(plate([serum(LEVELS[-1] * 0.9), serum(LEVELS[-1] * 1.4)])))
    below = only(measure(plate([serum(LEVELS[-1] * 0.2), serum(LEVELS[-1] * 1.1)])))
    above = only(measure(plate([serum(900.0), serum(9000.0)])))
    assert [value.comparator for value in (inside, below, above)] == ["=", "<", ">"]
    torn = only(measure(plate([serum(0.01), serum(9000)])))
    assert (torn.comparator, torn.reason) == ("", "replicates lie below and above the range")


def test_a_missing_signal_is_a_missing_value_with_its_reason():
    value = only(measure(plate([("P1", "sample", math.nan, 1.0, math.nan)])))
    assert (value.comparator, math.isnan(value.value)) == ("", True)
    assert value.reason == "no well has a signal that can be read"
    half = only(measure(plate([serum(100), ("P1-V1", "sample", math.nan, 2.0, math.nan)])))
    assert half.value == pytest.approx(200, rel=0.03)


def test_an_unknown_dilution_is_one_and_flagged():
    value = only(measure(plate([serum(100, dilution=math.nan)])))
    assert (value.value, verdict(value, "dilution_known")) == (pytest.approx(100, rel=0.03), "flag")


def test_units_are_brought_to_pg_per_ml_and_a_missing_unit_rejects():
    assert only(measure(plate([serum(100)], unit="ng/mL"))).value == pytest.approx(200_000, rel=0.03)
    assert only(measure(plate([serum(100)], unit=""), words={"unit": "ng/mL"})).unit == "pg/mL"
    assert verdict(only(measure(plate([serum(100)], unit=""))), "unit") == "reject"
    assert only(measure(plate([serum(100)], unit="U/mL"))).unit == "U/mL"


def test_duplicates_far_apart_are_flagged_more_leniently_near_the_lloq():
    far = only(measure(plate([serum(100), serum(150)])))
    near = only(measure(plate([serum(0.7), serum(0.95)])))
    assert verdict(far, "replicate_cv") == "flag"
    assert verdict(near, "replicate_cv_near_lloq") == "pass"


def test_dilutions_must_agree_and_the_least_diluted_in_range_is_reported():
    samples = [
        serum(4000, dilution=1),
        serum(100, dilution=10),
        serum(10, dilution=100),
        serum(1, dilution=1000),
    ]
    value = only(measure(plate(samples)))
    assert (value.dilution, value.value) == (10, pytest.approx(1000, rel=0.05))
    assert [f.verdict for f in value.findings if f.rule == "dilution_linearity"] == ["pass", "pass"]
    assert verdict(value, "parallelism") == "pass"
    hook = only(measure(plate([serum(50, dilution=2), serum(40, dilution=10)])))
    assert "hook effect" in next(f.message for f in hook.findings if f.rule == "dilution_linearity")
    lows = only(measure(plate([serum(0.1, dilution=10), serum(0.1, dilution=2)])))
    highs = only(measure(plate([serum(4000, dilution=10), serum(4000, dilution=2)])))
    assert (lows.dilution, highs.dilution) == (2, 10)


def test_beads_are_counted():
    n = len(plate([serum(100)]).contents[0].wells)
    for count, rule, wanted in (
        (60, "beads_few", "pass"),
        (45, "beads_few", "flag"),
        (20, "beads", "reject"),
    ):
        value = only(measure(plate([serum(100)], beads=np.full(n, float(count)), beads_wanted=100.0)))
        assert verdict(value, rule) == wanted
        assert verdict(value, "beads_of_file") == "flag"
    none = only(measure(plate([serum(100)], beads=np.full(n, math.nan))))
    assert verdict(none, "beads") == "reject"


# controls, standards, spiked and repeated samples


def test_controls_are_judged_by_all_and_by_level():
    good = only(measure(plate([serum(100)])))
    assert [
        verdict(good, rule) for rule in ("controls_within", "controls_within_level", "control_levels")
    ] == ["pass"] * 3
    reading = plate([serum(100)])
    analyte = reading.contents[0].analytes[0]
    wrong = replace(analyte, nominal=np.where(analyte.nominal == 6.0, 60.0, analyte.nominal))
    shifted = replace(reading, contents=(replace(reading.contents[0], analytes=(wrong,)),))
    value = only(measure(shifted))
    assert "reject" in [f.verdict for f in value.findings if f.rule == "controls_within_level"]
    assert verdict(value, "controls_within") == "pass"
    assert "flag" in [f.verdict for f in value.findings if f.rule == "total_error"]
    assert only(measure(shifted, limits={"controls_within": (90.0, None)})).verdict == "reject"


def test_a_plate_without_controls_is_flagged():
    assert verdict(only(measure(plate([serum(100)], controls=()))), "control_levels") == "flag"


def test_too_few_standards_reject():
    reading = plate([serum(100)])
    analyte = reading.contents[0].analytes[0]
    few = replace(analyte, nominal=np.where(analyte.nominal < 30, math.nan, analyte.nominal))
    value = only(measure(replace(reading, contents=(replace(reading.contents[0], analytes=(few,)),))))
    assert verdict(value, "standard_levels") == "reject"
    one = replace(analyte, nominal=np.where(analyte.nominal < 900, math.nan, analyte.nominal))
    value = only(measure(replace(reading, contents=(replace(reading.contents[0], analytes=(one,)),))))
    assert value.reason == "the standards carry no range of quantification"
    assert verdict(value, "standards_within") == "reject"


def test_a_standard_inside_the_range_that_misses_its_limit_is_flagged_by_name():
    reading = plate([serum(100)])
    analyte = reading.contents[0].analytes[0]
    for change, rule in (((1.5, 1.5), "standard_recovery"), ((0.6, 1.3), "standard_cv")):
        signal = analyte.signals[0][1].copy()
        signal[6:8] *= change
        odd = replace(analyte, signals=(("Median", signal),))
        value = only(measure(replace(reading, contents=(replace(reading.contents[0], analytes=(odd,)),))))
        assert verdict(value, rule) == "flag"


def test_spiked_sera_and_repeats_are_counted():
    spiked = [serum(100 * k, f"spike {i}", 1.0, "sample") for i, k in enumerate((1.0, 1.1, 0.9, 1.6))]
    rows = [Sample(file="", sample=name, role="spiked", nominal=100.0) for name, *_ in spiked]
    run = measure(plate([serum(50), *spiked]), samples=tuple(rows))
    assert verdict(run.measured[0], "selectivity") == "flag"
    again = [replace(row, role="reanalysis") for row in rows]
    run = measure(plate([serum(50), *spiked]), samples=tuple(again))
    assert verdict(run.measured[0], "reanalysis") == "pass"


def test_the_screening_lod_above_the_lloq_is_flagged():
    reading = plate([serum(100)])
    analyte = reading.contents[0].analytes[0]
    signal = analyte.signals[0][1].copy()
    signal[16:18] = [20.0, 80.0]
    odd = replace(analyte, signals=(("Median", signal),))
    value = only(measure(replace(reading, contents=(replace(reading.contents[0], analytes=(odd,)),))))
    assert verdict(value, "lloq_above_lod") == "flag"


def test_without_blanks_the_plate_is_flagged():
    reading = plate([serum(100)])
    wells = tuple(
        replace(w, role="unknown", sample="") if w.role == "blank" else w for w in reading.contents[0].wells
    )
    value = only(measure(replace(reading, contents=(replace(reading.contents[0], wells=wells),))))
    assert verdict(value, "blank_wells") == "flag"


# options and the list of samples


def test_blanks_are_subtracted_only_if_the_protocol_says_so():
    reading = plate([serum(100), serum(100)])
    kept, taken = only(measure(reading)), only(measure(reading, words={"blank": "subtract"}))
    assert kept.value == pytest.approx(taken.value, rel=0.05)
    assert (
        measure(reading).panels[0].layers[1].y[0]
        > measure(reading, words={"blank": "subtract"}).panels[0].layers[1].y[0]
    )


def test_the_reference_wavelength_is_subtracted_from_optical_densities():
    reading = plate([serum(100)])
    analyte = reading.contents[0].analytes[0]
    two = (("450", analyte.signals[0][1] + 5.0), ("620", np.full(len(analyte.nominal), 5.0)))
    od = replace(reading.contents[0], signal="OD", analytes=(replace(analyte, signals=two),))
    values = [
        only(measure(replace(reading, contents=(od,)), assay=ELISA, words={"reference": word}))
        for word in ("subtract", "ignore")
    ]
    assert values[0].value == pytest.approx(only(measure(reading)).value, rel=1e-6)
    assert measure(
        replace(reading, contents=(od,)), words={"curve": "4pl", "weights": "1/mean", "theta": "x"}
    ).measured


def test_the_list_of_samples_names_roles_dilutions_and_nominal_concentrations():
    reading = plate([serum(100, "a", math.nan), serum(100, "b", math.nan)])
    listed = (
        Sample(file="plate 1", sample="a", dilution=4.0),
        Sample(file="other", sample="b", dilution=9.0),
        *(
            Sample(file="", sample=f"Standard{k}", role="standard", nominal=2 * x)
            for k, x in enumerate(LEVELS, 1)
        ),
        *(
            Sample(file="", sample=f"Control{k}", role="control", facts={"IL-10": str(x)})
            for k, x in enumerate((1200, 120, 12), 1)
        ),
    )
    values = {v.sample: v for v in measure(reading, samples=listed, words={"nominal": "list"}).measured}
    assert values["a"].value == pytest.approx(800, rel=0.03)
    assert values["b"].dilution == 1
    assert verdict(values["a"], "controls_within") == "pass"
    bad = (*listed[:-1], replace(listed[-1], facts={"IL-10": "much"}))
    assert measure(reading, samples=bad, words={"nominal": "list"}).measured


def test_a_plate_reader_learns_its_analyte_from_the_list_or_from_what_is_asked():
    reading = plate([serum(100)], analyte="")
    listed = (Sample(file="", sample="P1-V1", facts={"analyte": "TNF"}),)
    assert only(measure(reading, samples=listed)).analyte == "TNF"
    assert only(measure(reading, analytes=("IL-23",))).analyte == "IL-23"
    assert only(measure(reading)).analyte == ""
    assert measure(plate([serum(100)]), analytes=("IL-23",)).measured == ()


def test_a_standard_that_breaks_the_series_is_left_out_and_flagged():
    reading = plate([serum(100)])
    analyte = reading.contents[0].analytes[0]
    nominal = np.where(analyte.nominal == LEVELS[3], 1000 * LEVELS[3], analyte.nominal)
    value = only(
        measure(
            replace(
                reading,
                contents=(replace(reading.contents[0], analytes=(replace(analyte, nominal=nominal),)),),
            )
        )
    )
    assert verdict(value, "standard_series") == "flag"
    assert value.value == pytest.approx(200, rel=0.03)


# printed results


def printed_plate(samples, factor=1.0, **changes):
    reading = plate(samples)
    one = reading.contents[0].analytes[0]
    wells = reading.contents[0].wells
    x = TRUE.concentration(one.signals[0][1])
    printed = np.array([v * w.dilution for v, w in zip(x, wells, strict=True)]) * factor
    signs = tuple("=" if np.isfinite(v) else "" for v in printed)
    facts = {"printed": printed, "comparators": signs, "printed_with_dilution": True, **changes}
    return replace(reading, contents=(replace(reading.contents[0], analytes=(replace(one, **facts),)),))


def test_the_instruments_results_stand_beside_ours_or_take_their_place():
    run = measure(printed_plate([serum(100), serum(110)]))
    ours, theirs = only(run), only(run, "instrument_concentration")
    assert ours.value == pytest.approx(theirs.value, rel=0.03)
    assert verdict(ours, "printed_agrees") == "pass"
    taken = only(measure(printed_plate([serum(100), serum(110)]), words={"results": "instrument"}))
    assert taken.value == theirs.value
    assert taken.lloq == pytest.approx(2 * LEVELS[-1])


def test_a_disagreement_with_the_instrument_is_flagged():
    assert verdict(only(measure(printed_plate([serum(100)], factor=1.5))), "printed_agrees") == "flag"
    zero = printed_plate([serum(100)], factor=0.0)
    assert verdict(only(measure(zero)), "printed_agrees") == "flag"


def test_an_extrapolated_number_of_the_instrument_is_not_taken():
    taken = only(measure(printed_plate([serum(0.1)]), words={"results": "instrument"}))
    assert (taken.comparator, taken.value) == ("<", pytest.approx(2 * LEVELS[-1]))


def test_printed_limits_and_partly_printed_replicates_are_told_apart():
    reading = printed_plate([serum(0.01), serum(0.01)])
    one = reading.contents[0].analytes[0]
    n = len(one.comparators)

    def with_signs(signs):
        changed = replace(
            one,
            comparators=(*one.comparators[: n - 2], *signs),
            printed=np.where(np.arange(n) < n - 2, one.printed, 0.5),
        )
        return replace(reading, contents=(replace(reading.contents[0], analytes=(changed,)),))

    limit = only(measure(with_signs("<<")), "instrument_concentration")
    assert (limit.comparator, limit.value) == ("<", 1.0)
    assert only(measure(with_signs(">>")), "instrument_concentration").comparator == ">"
    part = only(measure(with_signs("=<")), "instrument_concentration")
    assert part.reason == "the instrument printed numbers for some of the wells only"
    nothing = only(measure(with_signs(("", ""))), "instrument_concentration")
    assert nothing.reason == "the instrument printed no number"
    taken = only(measure(with_signs(("<", ">")), words={"results": "instrument"}))
    assert taken.comparator == ""


def test_replicates_of_the_instrument_astride_a_limit_are_missing():
    taken = only(measure(printed_plate([serum(0.1), serum(5)]), words={"results": "instrument"}))
    assert taken.reason == "replicates lie on both sides of a limit"


def test_without_printed_results_the_instrument_has_no_say():
    taken = only(measure(plate([serum(100)]), words={"results": "instrument"}))
    assert taken.reason == "the standards carry no range of quantification"


# plates together


def listed(*pairs):
    return tuple(
        Sample(file=file, sample="P1-V1", participant="P1", visit=f"V{k}") for k, file in enumerate(pairs)
    )


def test_a_participants_visits_lie_on_one_plate_or_are_bridged_by_a_control():
    one, two = plate([serum(100)], name="a"), plate([serum(100)], name="b")
    assert measure(one, samples=listed("a")).findings[0].verdict == "pass"
    bridged = measure(one, two, samples=listed("a", "b"))
    assert {f.rule: f.verdict for f in bridged.findings} == {"one_plate": "pass", "bridging": "pass"}
    loose = measure(one, plate([serum(100)], name="b", controls=()), samples=listed("a", "b"))
    assert loose.verdict == "reject"
    assert "2 plates, 0 bridged" in loose.findings[0].message


# pictures and what the entries say


def test_pictures_show_standards_curve_samples_limits_and_the_plate():
    run = measure(plate([serum(100), serum(0.01)]))
    curve, whole = run.panels
    assert [layer.label for layer in curve.layers] == ["4PL", "standards", "samples", "LLOQ", "ULOQ", "LOD"]
    assert curve.x_log
    assert curve.y_log
    assert len(curve.words) == 8
    assert "16 standards of IL-10" in curve.alt
    assert whole.equal
    assert sum(len(layer.x) for layer in whole.layers) == 26
    assert ("R2" in run.facts[0][1], "LLOQ" in run.facts[0][1]) == (True, True)


def test_wells_of_rejected_values_are_seen_on_the_plate():
    n = len(plate([serum(100)]).contents[0].wells)
    run = measure(plate([serum(100)], beads=np.full(n, 10.0)))
    assert len(run.panels[-1].layers[2].x) == 1


def test_r2_is_in_no_rule():
    assert not [rule.name for rule in MULTIPLEX.rules if "r2" in rule.name.lower()]


@pytest.mark.parametrize("entry", [ELISA, MULTIPLEX], ids=["elisa", "multiplex"])
def test_the_printed_examples_come_out(entry):
    for example in entry.examples:
        assert example.compute() == pytest.approx(example.value, abs=example.tolerance)
    assert {each.name for each in entry.yields} == {"concentration", "instrument_concentration"}
    assert len({rule.name for rule in entry.rules}) == len(entry.rules)
    assert all(rule.source for rule in entry.rules)


def test_a_single_control_well_has_no_total_error_and_an_unread_one_bridges_nothing():
    one = plate([serum(50), serum(100, "Control9", 1.0, "control", 100.0)], name="a")
    value = only(measure(one))
    assert [f.verdict for f in value.findings if f.rule == "control_duplicates"].count("flag") == 1
    lost = ("Control9", "control", math.nan, 1.0, 100.0)
    run = measure(one, plate([serum(50), lost], name="b"), samples=listed("a", "b"))
    assert not [f for f in run.findings if "Control9" in f.message]
