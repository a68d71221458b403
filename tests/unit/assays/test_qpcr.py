"""The RT-qPCR assay on small plates: each quality rule met and broken, limits, calibrators, options, pictures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from firstdose.assays._kernel.qpcr.amplification import _outliers, analyse
from firstdose.assays._kernel.qpcr.expression import mean_quantity
from firstdose.assays._kernel.qpcr.melting import melting
from firstdose.assays._kernel.qpcr.standards import run_factors, standard_curve
from firstdose.assays.qpcr import ENTRY, OPTIONS, YIELDS
from firstdose.catalogue.assay import Request, Run, Sample
from firstdose.readers.contents.qpcr import QpcrTarget, QpcrWell, QpcrWells
from firstdose.readers.reader import Reading
from firstdose.rehearsal.instrument_files.qpcr import amplification_curve


def well(name: str, sample: str, target: str, cq: float | str, **more: Any) -> QpcrWell:
    missing: Any = cq if isinstance(cq, str) else ""
    return QpcrWell(
        well=name,
        sample=sample,
        target=target,
        cq=math.nan if missing else float(cq),
        missing=missing,
        **more,
    )


def plate(
    *wells: QpcrWell, references: tuple[str, ...] = ("REF",), cycle_count: int | None = 40
) -> QpcrWells:
    names = dict.fromkeys(each.target for each in wells)
    targets = tuple(QpcrTarget(name=name, is_reference=name in references) for name in names)
    return QpcrWells(run="R", wells=wells, targets=targets, cycle_count=cycle_count, shape=(8, 12))


def measure(*plates: QpcrWells, samples: tuple[Sample, ...] = (), **words: str) -> Run:
    reading = Reading(contents=plates, file="p.txt")
    return ENTRY.measure([reading], Request(words=words, samples=samples))


def values(run: Run) -> dict[tuple[str, str, str], Any]:
    return {(each.sample, each.quantity, each.analyte): each for each in run.measured}


def verdict(run: Run, rule: str, sample: str = "S", target: str = "T", quantity: str = "cq") -> str:
    found = values(run)[sample, quantity, target].findings
    return next((each.verdict for each in found if each.rule == rule), "")


def of_run(run: Run, rule: str) -> str:
    return next((each.verdict for each in run.findings if each.rule == rule), "")


REF = well("B1", "S", "REF", 20.0)
BOTH = (well("A1", "S", "T", 25.0), REF)


@pytest.mark.parametrize("example", ENTRY.examples, ids=lambda example: example.source[:6])
def test_the_entry_computes_its_own_examples(example: Any) -> None:
    assert example.compute() == pytest.approx(example.value, abs=example.tolerance)


def test_one_target_against_one_reference_gene() -> None:
    found = values(measure(plate(*BOTH)))
    assert found["S", "delta_cq", "T"].value == 5
    assert found["S", "relative_quantity", "T"].value == pytest.approx(1 / 32)
    assert found["S", "relative_quantity", "T"].unit == "fold"
    assert ("S", "fold_change", "T") not in found
    assert ("S", "delta_cq", "REF") not in found


def test_an_undetermined_target_is_a_limit_at_the_last_cycle_and_never_a_number() -> None:
    run = measure(plate(well("A1", "S", "T", "undetermined"), well("A2", "S", "T", "undetermined"), REF))
    found = values(run)
    cq, delta, quantity = (found["S", name, "T"] for name in ("cq", "delta_cq", "relative_quantity"))
    assert (cq.comparator, cq.value, cq.uloq) == (">", 40, 40)
    assert (delta.comparator, delta.value, delta.uloq) == (">", 20, 20)
    assert (quantity.comparator, quantity.value, quantity.lloq) == ("<", 2.0**-20, 2.0**-20)
    assert dict(run.facts)["wells undetermined"] == "2"


def test_without_a_number_of_cycles_the_undetermined_has_no_limit_unless_one_is_named() -> None:
    wells = plate(well("A1", "S", "T", "undetermined"), REF, cycle_count=None)
    bare = measure(wells)
    delta = values(bare)["S", "delta_cq", "T"]
    assert (delta.comparator, delta.reason) == ("", "undetermined, and the number of cycles is not known")
    assert values(bare)["S", "cq", "T"].comparator == ""
    assert "not known" in dict(bare.facts)["cycles of run 1"]
    assert values(measure(wells, last_cycle="38"))["S", "delta_cq", "T"].value == 18


def test_cycles_beyond_the_limit_of_detection_are_not_believed() -> None:
    found = values(measure(plate(well("A1", "S", "T", 36.0), REF), last_cycle="35"))
    assert (found["S", "delta_cq", "T"].comparator, found["S", "delta_cq", "T"].value) == (">", 15)


@pytest.mark.parametrize(
    ("cq", "more", "reason"),
    [
        ("empty", {}, "empty"),
        ("outside the cycles", {}, "outside the cycles"),
        (25.0, {"excluded": "spilled"}, "left out by the operator"),
    ],
)
def test_what_is_missing_says_why(cq: Any, more: Any, reason: str) -> None:
    run = measure(plate(well("A1", "S", "T", cq, **more), REF))
    assert values(run)["S", "delta_cq", "T"].reason == reason
    assert math.isnan(values(run)["S", "cq", "T"].value)
    assert any(reason.rsplit(maxsplit=1)[-1] in fact or "left out" in fact for fact, _ in run.facts)


def test_a_missing_reference_gene_leaves_no_delta() -> None:
    run = measure(plate(well("A1", "S", "T", 25.0), well("B1", "S", "REF", "undetermined")))
    assert values(run)["S", "delta_cq", "T"].reason == "reference REF: undetermined"


def test_without_reference_genes_a_study_gets_a_reason_and_a_look_gets_cycles_alone() -> None:
    wells = plate(*BOTH, references=())
    assert {each.quantity for each in measure(wells).measured} == {"cq"}
    listed = measure(wells, samples=(Sample(file="p.txt", sample="S"),))
    assert values(listed)["S", "delta_cq", "T"].reason == "no reference gene is named"
    named = measure(wells, samples=(Sample(file="p.txt", sample="ref", role="reference"),))
    assert values(named)["S", "delta_cq", "T"].value == 5
    assert values(measure(wells, references="ref"))["S", "delta_cq", "T"].value == 5


def test_one_of_three_replicates_may_go_where_the_rest_then_agrees() -> None:
    wells = plate(*(well(f"A{n}", "S", "T", cq) for n, cq in enumerate((25.0, 25.1, 27.0), start=1)), REF)
    run = measure(wells)
    cq = values(run)["S", "cq", "T"]
    assert (cq.value, cq.replicates, cq.place) == (pytest.approx(25.05), 2, "A1 A2")
    assert verdict(run, "replicate_sd") == "pass"
    assert dict(run.facts)["one of three left out"] == "A3"
    every = measure(wells, replicates="all")
    assert values(every)["S", "cq", "T"].replicates == 3
    assert verdict(every, "replicate_sd") == "flag"


def test_replicates_that_never_agree_stay_and_are_flagged() -> None:
    run = measure(plate(*(well(f"A{n}", "S", "T", 20.0 + 2 * n) for n in range(1, 4)), REF))
    assert verdict(run, "replicate_sd") == "flag"
    assert values(run)["S", "cq", "T"].replicates == 3


def test_replicates_without_a_cycle_are_counted() -> None:
    run = measure(
        plate(
            well("A1", "S", "T", 25.0),
            well("A2", "S", "T", "undetermined"),
            well("A3", "S", "T", "outside the cycles"),
            REF,
        )
    )
    assert verdict(run, "replicates_found") == "flag"
    assert verdict(run, "cq_in_cycles") == "flag"


@pytest.mark.parametrize(
    ("control", "expected"), [(29.0, "reject"), (31.0, "pass"), ("undetermined", "pass")]
)
def test_the_no_template_control_must_stay_five_cycles_away(control: Any, expected: str) -> None:
    run = measure(plate(*BOTH, well("H1", "NTC", "T", control, role="ntc")))
    assert verdict(run, "no_template") == expected


def test_the_control_without_transcription_is_that_of_the_same_sample_where_there_is_one() -> None:
    other = well("H1", "U", "T", 26.0, role="no_rt")
    assert verdict(measure(plate(*BOTH, other)), "no_rt") == "flag"
    own = well("H2", "S", "T", 35.0, role="no_rt")
    assert verdict(measure(plate(*BOTH, other, own)), "no_rt") == "pass"


def test_late_cycles_are_flagged() -> None:
    assert verdict(measure(plate(well("A1", "S", "T", 35.5), REF)), "late_cq") == "flag"


def standards(
    slope: float = -3.32, target: str = "T", amounts: tuple[float, ...] = (1e5, 1e4, 1e3, 1e2, 1e1)
) -> list[QpcrWell]:
    return [
        well(
            f"D{n}",
            f"std {n}",
            target,
            18.0 + slope * (math.log10(amount) - 5),
            role="standard",
            amount=amount,
        )
        for n, amount in enumerate(amounts, start=1)
    ]


def test_a_dilution_series_gives_amounts_and_is_judged() -> None:
    run = measure(plate(*BOTH, *standards()))
    assert values(run)["S", "amount", "T"].value == pytest.approx(10 ** (5 - 7 / 3.32))
    assert [
        verdict(run, rule)
        for rule in ("efficiency", "curve_r2", "curve_points", "curve_decades", "last_standard")
    ] == ["pass"] * 5
    bad = measure(plate(*BOTH, *standards(-4.0, amounts=(1e5, 1e4, 1e4 / 2))))
    assert [
        verdict(bad, rule) for rule in ("efficiency", "curve_points", "curve_decades", "last_standard")
    ] == ["flag"] * 4


def test_what_lies_under_the_last_cycle_has_an_amount_below_a_limit() -> None:
    run = measure(plate(well("A1", "S", "T", "undetermined"), REF, *standards()))
    amount = values(run)["S", "amount", "T"]
    assert (amount.comparator, amount.value) == ("<", pytest.approx(10 ** (5 - 22 / 3.32)))
    unknown = measure(plate(well("A1", "S", "T", "empty"), REF, *standards()))
    assert values(unknown)["S", "amount", "T"].reason == "empty"


def test_efficiencies_by_standards_correct_delta_cq_and_their_lack_is_said() -> None:
    wells = plate(*BOTH, *standards(-3.5), *standards(-3.4, "REF"))
    found = values(measure(wells, efficiency="standards"))
    bases = [math.log2(10 ** (1 / slope)) for slope in (3.5, 3.4)]
    assert found["S", "delta_cq", "T"].value == pytest.approx(25 * bases[0] - 20 * bases[1])
    lacking = values(measure(plate(*BOTH, *standards()), efficiency="standards"))
    assert lacking["S", "delta_cq", "T"].reason == "no efficiency of REF"
    run = measure(plate(*BOTH), efficiency="file")
    assert dict(run.facts)["amplification base, run 1"] == "none"


def test_efficiencies_of_the_file_are_used_where_asked_for() -> None:
    run = plate(*BOTH)
    targets = tuple(
        QpcrTarget(name=each.name, is_reference=each.is_reference, efficiency=1.9) for each in run.targets
    )
    told = QpcrWells(run="R", wells=run.wells, targets=targets, cycle_count=40)
    assert values(measure(told, efficiency="file"))["S", "delta_cq", "T"].value == pytest.approx(
        5 * math.log2(1.9)
    )


def test_several_reference_genes_are_averaged_as_quantities() -> None:
    wells = plate(*BOTH, well("C1", "S", "REF2", 24.0), references=("REF", "REF2"))
    assert values(measure(wells))["S", "delta_cq", "T"].value == pytest.approx(25 - 22)


def stable(count: int, jump: float) -> list[QpcrWell]:
    wells = []
    for sample in range(4):
        for gene in range(count):
            cq = 20.0 + gene + (jump * sample if gene == count - 1 else 0.0) + 0.01 * sample
            wells.append(well(f"A{sample}{gene}", f"S{sample}", f"R{gene}", cq))
    return wells


def test_reference_genes_are_counted_and_their_stability_judged() -> None:
    assert of_run(measure(plate(*BOTH)), "reference_genes") == "flag"
    good = measure(plate(*stable(3, 0.01), references=("R0", "R1", "R2")))
    assert [of_run(good, rule) for rule in ("reference_genes", "reference_m", "reference_v")] == ["pass"] * 3
    bad = measure(plate(*stable(3, 2.0), references=("R0", "R1", "R2")))
    assert [of_run(bad, rule) for rule in ("reference_m", "reference_v")] == ["flag"] * 2
    two = measure(plate(*stable(2, 0.01), references=("R0", "R1")))
    assert [of_run(two, rule) for rule in ("reference_m", "reference_v")] == ["pass", ""]


def visits(second: float) -> Run:
    wells = plate(
        well("A1", "V1", "T", 25.0),
        well("B1", "V1", "REF", 20.0),
        well("A2", "V2", "T", 25.0),
        well("B2", "V2", "REF", second),
    )
    samples = tuple(
        Sample(file="p.txt", sample=name, participant="P1", visit=name) for name in ("V1", "V2", "V3")
    )
    return measure(wells, samples=samples, calibrator="baseline")


def test_a_reference_gene_that_moves_between_visits_is_flagged() -> None:
    assert verdict(visits(20.9), "reference_shift", "V2", quantity="delta_cq") == "pass"
    assert verdict(visits(21.1), "reference_shift", "V2", quantity="delta_cq") == "flag"


def test_a_fold_change_against_the_participants_baseline() -> None:
    found = values(visits(20.5))
    assert found["V2", "log2_fold", "T"].value == pytest.approx(0.5)
    assert found["V1", "fold_change", "T"].value == 1.0
    stranger = measure(plate(*BOTH), samples=(Sample(file="p.txt", sample="S"),), calibrator="baseline")
    assert values(stranger)["S", "fold_change", "T"].reason == "no sample of the participant's baseline"


def test_the_list_may_say_which_sample_is_the_baseline() -> None:
    wells = plate(
        well("A1", "V1", "T", 25.0),
        well("B1", "V1", "REF", 20.0),
        well("A2", "V2", "T", 27.0),
        well("B2", "V2", "REF", 20.0),
    )
    samples = (
        Sample(file="p.txt", sample="V1", participant="P1"),
        Sample(file="p.txt", sample="V2", participant="P1", facts={"baseline": "yes"}),
    )
    assert values(measure(wells, samples=samples, calibrator="baseline"))["V1", "log2_fold", "T"].value == 2


CALIBRATOR = (
    well("A2", "C", "T", 26.0, role="calibrator"),
    well("B2", "C", "REF", 20.0, role="calibrator"),
)


def test_a_fold_change_against_a_calibrator() -> None:
    found = values(measure(plate(*BOTH, *CALIBRATOR)))
    assert (found["S", "log2_fold", "T"].value, found["S", "fold_change", "T"].value) == (1, 2)
    assert ("S", "fold_change", "T") not in values(measure(plate(*BOTH, *CALIBRATOR), calibrator="none"))
    elsewhere = values(measure(plate(*BOTH), plate(*CALIBRATOR)))
    assert elsewhere["S", "fold_change", "T"].value == 2


def test_limits_stay_limits_in_fold_changes() -> None:
    lost = well("A1", "S", "T", "undetermined")
    below = values(measure(plate(lost, REF, *CALIBRATOR)))
    assert (below["S", "log2_fold", "T"].comparator, below["S", "fold_change", "T"].value) == ("<", 2.0**-14)
    nothing = (well("A2", "C", "T", "undetermined", role="calibrator"), CALIBRATOR[1])
    above = values(measure(plate(*BOTH, *nothing)))
    assert (above["S", "fold_change", "T"].comparator, above["S", "fold_change", "T"].value) == (">", 2.0**15)
    neither = values(measure(plate(lost, REF, *nothing)))
    assert neither["S", "fold_change", "T"].reason == "undetermined in the calibrator"
    blank = values(measure(plate(well("A1", "S", "T", "empty"), REF, *CALIBRATOR)))
    assert blank["S", "log2_fold", "T"].reason == "empty"


def test_averaging_quantities_is_not_averaging_cycles() -> None:
    wells = plate(well("A1", "S", "T", 25.0), well("A2", "S", "T", 26.0), REF)
    assert values(measure(wells, averaging="quantities"))["S", "cq", "T"].value == pytest.approx(
        -math.log2((2.0**-25 + 2.0**-26) / 2)
    )
    assert mean_quantity([25.0], 1.9).value == 25


def inter_run() -> tuple[QpcrWells, QpcrWells]:
    runs = []
    for at, shift in enumerate((0.0, 1.4)):
        wells = [
            well(f"{row}{at}", "I", name, cq, role="inter_run")
            for row, name, cq in (("A", "T", 25.0 + shift), ("B", "REF", 20.0))
        ]
        wells += [well(f"C{at}", f"S{at}", "T", 27.0 + shift), well(f"D{at}", f"S{at}", "REF", 20.0)]
        runs.append(plate(*wells))
    return runs[0], runs[1]


def test_runs_are_brought_together_by_their_calibrators_where_asked_for() -> None:
    kept, divided = measure(*inter_run()), measure(*inter_run(), inter_run="divide")
    assert values(kept)["S1", "delta_cq", "T"].value - values(kept)[
        "S0", "delta_cq", "T"
    ].value == pytest.approx(1.4)
    assert values(divided)["S1", "delta_cq", "T"].value == pytest.approx(
        values(divided)["S0", "delta_cq", "T"].value
    )
    for run in (kept, divided):
        assert of_run(run, "inter_run_calibrator") == "flag"
    assert dict(divided.facts)["inter-run shift of T, run 2"] == "-0.700 cycles"


def test_run_factors_need_something_in_common() -> None:
    assert np.isnan(run_factors([{"a": [1.0]}, {"b": [2.0]}])).all()
    assert np.isnan(run_factors([{"a": [1.0]}, {"b": [2.0]}], "pair")).all()
    assert run_factors([{"a": [1.0]}, {"a": [4.0]}]).tolist() == pytest.approx([0.5, 2.0])


def test_standard_curves_need_two_amounts_and_a_fall() -> None:
    assert standard_curve([10, 10], [20, 20]) is None
    assert standard_curve([10, 100], [20, 25]) is None
    two = standard_curve([10, 100], [25, 20])
    assert two is not None
    assert math.isnan(two.low)
    wide = standard_curve([1, 10, 100], [20, 40, 19])
    assert wide is not None
    assert wide.high == math.inf


def test_duplex_needs_pairs_and_one_reference() -> None:
    pairs = [
        well(f"A{n}", "S", name, cq)
        for n, (t, r) in enumerate(((25.0, 20.0), (25.4, 20.4)), start=1)
        for name, cq in (("T", t), ("REF", r))
    ]
    found = values(measure(plate(*pairs), tubes="duplex"))["S", "delta_cq", "T"]
    assert (found.value, found.spread) == (pytest.approx(5), pytest.approx(0, abs=1e-12))
    assert math.isnan(values(measure(plate(*BOTH), tubes="duplex"))["S", "delta_cq", "T"].spread)


def test_names_and_roles_of_the_list_hold() -> None:
    wells = plate(
        *BOTH,
        well("H1", "blank", "T", 26.0),
        well("D1", "hundred", "T", 24.0),
        well("N1", "NTC", "T", 27.0, role="ntc"),
    )
    samples = (
        Sample(file="p.txt", sample="blank", role="ntc"),
        Sample(file="p.txt", sample="hundred", role="standard", nominal=100.0),
        Sample(file="p.txt", sample="NTC"),
        Sample(file="q.txt", sample="S", role="ntc"),
        Sample(file="p.txt", sample="S", facts={"replicate_of": "renamed"}),
    )
    run = measure(wells, samples=samples)
    assert {each.sample for each in run.measured} == {"renamed"}
    assert verdict(run, "no_template", "renamed") == "reject"


def test_only_the_analytes_asked_for_are_reported() -> None:
    reading = Reading(contents=(plate(*BOTH), "something else"), file="p.txt")
    run = ENTRY.measure([reading], Request(analytes=("t",)))
    assert {each.analyte for each in run.measured} == {"T"}


def test_values_too_far_from_one_have_a_reason() -> None:
    run = plate(well("A1", "S", "T", 25.0), well("B1", "S", "REF", 20.0))
    targets = tuple(
        QpcrTarget(name=each.name, is_reference=each.is_reference, efficiency=1e90) for each in run.targets
    )
    told = QpcrWells(run="R", wells=run.wells, targets=targets)
    assert "too far" in values(measure(told, efficiency="file"))["S", "relative_quantity", "T"].reason


def curved(name: str, sample: str, target: str, cq: float | None, **more: Any) -> QpcrWell:
    levels = amplification_curve(cq, 40, seed=len(name))
    temperatures = np.arange(60.0, 95.0, 0.5)
    melt = 10 - 5 / (1 + np.exp(-(temperatures - more.pop("tm", 80.0))))
    return well(
        name, sample, target, "empty", cycles=np.arange(1.0, 41.0), fluorescence=levels,
        temperatures=temperatures, melt=melt, **more,
    )  # fmt: skip


def test_curves_give_cycles_and_efficiencies_of_their_own() -> None:
    wells = [curved(f"A{n}", f"S{n}", "T", 26.0 + n / 3) for n in range(5)]
    wells += [curved(f"B{n}", f"S{n}", "REF", 20.0 + n / 3) for n in range(5)]
    wells += [
        curved("C1", "S9", "T", None),
        well("C2", "S9", "REF", "empty"),
        curved("H1", "NTC", "T", None, role="ntc"),
    ]
    run = measure(plate(*wells), cq="curves", efficiency="curves")
    found = values(run)
    deltas = [found[f"S{n}", "delta_cq", "T"].value for n in range(5)]
    assert np.ptp(deltas) < 0.5
    assert found["S9", "cq", "T"].comparator == ">"
    assert found["S9", "cq", "REF"].reason == "empty"
    assert [panel.title.split()[0] for panel in run.panels] == ["Plate", "Amplification", "Melting"]
    assert "amplification base, run 1" in dict(run.facts)


def test_curves_alone_decide_the_efficiency_only_where_there_are_any() -> None:
    assert "no efficiency" in values(measure(plate(*BOTH), efficiency="curves"))["S", "delta_cq", "T"].reason


def test_a_product_that_melts_elsewhere_is_flagged() -> None:
    wells = [curved(f"A{n}", f"S{n}", "T", 26.0, tm=85.0 if n == 3 else 80.0) for n in range(4)]
    run = measure(plate(*wells), cq="curves")
    assert [verdict(run, "melting_point", f"S{n}") for n in range(4)] == ["pass", "pass", "pass", "flag"]


def test_melting_curves_need_points_and_a_range() -> None:
    t = np.arange(60.0, 95.0, 0.5)
    found = melting(t[::-1], (10 - 5 / (1 + np.exp(-(t - 82))))[::-1])
    assert found is not None
    assert found.peaks[0] == pytest.approx(82, abs=0.05)
    assert melting(t[:7], t[:7]) is None
    assert melting(np.linspace(60, 61, 20), np.ones(20)) is None
    flat = melting(t, np.ones(t.size))
    assert flat is not None
    assert flat.peaks.size == 0


def test_pictures_show_plate_standards_and_roles() -> None:
    run = measure(
        plate(
            *BOTH,
            *standards(),
            well("H1", "NTC", "T", "undetermined", role="ntc"),
            well("H2", "S", "T", 20.0, excluded="x"),
        )
    )
    grid, series = run.panels
    assert (2.0, -8.0, "(20.0)") in grid.words
    assert (1.0, -8.0, "NTC und") in grid.words
    assert series.title.startswith("Standards")
    assert series.x_log
    nowhere = measure(QpcrWells(run="", wells=(well("?", "S", "T", 20.0),)))
    assert nowhere.panels == ()


def test_curves_with_gaps_below_zero_or_without_a_rise_are_analysed_without_a_crash() -> None:
    good = amplification_curve(20.0, 40)
    gap, negative, empty = good.copy(), good - 1.0, np.full(40, np.nan)
    gap[5:8] = np.nan
    curves = np.array([good, gap, negative, empty, np.ones(40), -np.arange(40.0), np.arange(40.0) ** 3 + 1])
    found = analyse(curves, np.zeros(7, dtype=int))
    assert found.amplified.tolist()[:2] == [True, True]
    assert np.abs(found.td0[:2] - found.td0[0]).max() < 0.5
    assert not found.amplified[3:6].any()


def test_an_outlying_efficiency_is_left_out_of_the_mean() -> None:
    rng = np.random.default_rng(3)
    curves = np.array(
        [amplification_curve(20.0 + 4 * rng.random(), 40, noise=1e-4, seed=n) for n in range(12)]
    )
    slow = 1 + 0.05 * 1.6 ** (np.arange(1, 41) - 24.0)
    curves[0] = np.minimum(slow, 4) + 0.3 * (slow > 4)
    found = analyse(curves, np.zeros(12, dtype=int))
    rest = found.base[np.flatnonzero(found.amplified & found.plateau & ~found.outlier)]
    assert found.mean_base[1] == pytest.approx(rest.mean())
    same = analyse(np.array([curves[1]] * 4), np.zeros(4, dtype=int))
    assert not same.outlier.any()


def test_the_entry_declares_what_it_yields_and_understands() -> None:
    assert {each.name for each in YIELDS} >= {"delta_cq", "relative_quantity", "log2_fold", "fold_change"}
    assert [option.name for option in OPTIONS if option.default and option.default not in option.values] == []


def test_only_what_lies_far_outside_is_an_outlier() -> None:
    assert _outliers(np.array([1.9, 1.91, 1.92, 1.9, 1.91, 1.4])).tolist() == [False] * 5 + [True]
    skewed = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5, 1.5])
    assert not _outliers(skewed).any()


def test_calibrators_that_only_one_run_has_shift_nothing() -> None:
    first, second = inter_run()
    alone = plate(*first.wells, well("E0", "I", "U", 24.0, role="inter_run"))
    other = plate(
        *(
            QpcrWell(well=w.well, sample=f"{w.sample}x", target=w.target, cq=w.cq, role=w.role)
            for w in second.wells
        )
    )
    facts = dict(measure(alone, second, inter_run="divide").facts)
    assert "inter-run shift of U, run 1" not in facts
    assert not [name for name in dict(measure(first, other, inter_run="divide").facts) if "shift" in name]


def test_wells_that_melt_without_a_peak_are_not_judged() -> None:
    flat = np.arange(60.0, 95.0, 0.5)
    wells = [curved(f"A{n}", f"S{n}", "T", 26.0) for n in range(3)]
    wells.append(well("A4", "S4", "T", 26.0, temperatures=flat, melt=np.ones(flat.size)))
    wells.append(well("A5", "S5", "T", 26.0, temperatures=flat[:4], melt=np.ones(4)))
    run = measure(plate(*wells), cq="curves")
    assert verdict(run, "melting_point", "S4") == ""
    file = measure(plate(*wells))
    assert verdict(file, "melting_point", "S5") == ""
    assert len(next(panel for panel in file.panels if panel.title.startswith("Melting")).layers) == 4


def test_amounts_are_those_of_the_runs_own_standards_however_runs_are_brought_together() -> None:
    first, second = inter_run()
    with_curve = plate(*first.wells, *standards())
    amounts = [
        values(measure(with_curve, second, inter_run=way))["S0", "amount", "T"].value
        for way in ("keep", "divide")
    ]
    assert amounts[0] == amounts[1]
