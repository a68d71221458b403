"""Every expected value of the RT-qPCR folders of the reference data; each test names folder and source."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import numpy as np
import pytest

from firstdose.assays._kernel.qpcr.amplification import analyse
from firstdose.assays._kernel.qpcr.expression import (
    amount_ratio,
    delta_cq,
    delta_cq_paired,
    livak,
    mean_of,
    pfaffl,
)
from firstdose.assays._kernel.qpcr.stability import ge_norm, norm_finder, stability_m
from firstdose.assays._kernel.qpcr.standards import run_factors, standard_curve
from firstdose.assays.qpcr import ENTRY, RULES
from firstdose.catalogue.assay import Request, Sample
from firstdose.laboratory.reading import read_source
from firstdose.readers.reader import source_of
from tests.shared import shared_data

BRAIN, KIDNEY = slice(0, 6), slice(6, 12)
AMOUNTS = np.repeat([1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01], 3)


def expected(folder: str) -> Any:
    return json.loads(shared_data("assays", folder, "expected.json").read_text())


def cycles(name: str) -> Any:
    return np.genfromtxt(shared_data("assays", "qpcr_relative_expression", name), delimiter=",", names=True)


def read(folder: str, name: str) -> Any:
    reading = read_source(source_of(shared_data("assays", folder, name)))
    assert not [issue for issue in reading.issues if issue.weight == "error"], reading.issues
    return reading


def rdml(name: str) -> Any:
    return read("qpcr_rdml", name).contents


def table(folder: str, name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with shared_data("assays", folder, name).open(newline="") as opened:
        return list(csv.DictReader(opened, delimiter=delimiter))


# --- qpcr_relative_expression: Livak and Schmittgen 2001, numbers of R pcr 1.2.2 (SOURCE.md)


def test_separate_tubes_give_5_637_fold_c_myc_in_kidney() -> None:
    """Folder qpcr_relative_expression, ct1_ddCt; the paper prints 5.6 (Methods 2001;25:402-408)."""
    told, ct = expected("qpcr_relative_expression")["ct1_ddCt"], cycles("ct1.csv")
    brain, kidney = (
        delta_cq(mean_of(ct["c_myc"][each]), [mean_of(ct["GAPDH"][each])], [2, 2]) for each in (BRAIN, KIDNEY)
    )
    assert (brain.value, kidney.value) == pytest.approx((told["brain_dCt"], told["kidney_dCt"]), rel=1e-9)
    wanted = told["error_sqrt_sum_var"]
    assert (brain.sd, kidney.sd) == pytest.approx((wanted["brain"], wanted["kidney"]), rel=1e-9)
    assert livak(kidney, brain) == pytest.approx(
        (told["relative_expression"], told["lower"], told["upper"]), rel=1e-9
    )


def test_a_duplex_gives_5_776_fold_with_paired_differences() -> None:
    """Folder qpcr_relative_expression, ct2_ddCt."""
    told, ct = expected("qpcr_relative_expression")["ct2_ddCt"], cycles("ct2.csv")
    brain, kidney = (delta_cq_paired(ct["c_myc"][each], ct["GAPDH"][each]) for each in (BRAIN, KIDNEY))
    wanted = told["error_sd_of_paired_dCt"]
    assert (brain.sd, kidney.sd) == pytest.approx((wanted["brain"], wanted["kidney"]), rel=1e-9)
    assert livak(kidney, brain) == pytest.approx(
        (told["relative_expression"], told["lower"], told["upper"]), rel=1e-9
    )


@pytest.mark.parametrize("gene", ["c_myc", "GAPDH"])
def test_the_dilution_series_has_the_published_slope_and_efficiency(gene: str) -> None:
    """Folder qpcr_relative_expression, ct3_standard_curve."""
    told = expected("qpcr_relative_expression")["ct3_standard_curve"][gene]
    curve = standard_curve(AMOUNTS, cycles("ct3.csv")[gene])
    assert curve is not None
    assert (curve.slope, curve.intercept) == pytest.approx((told["slope"], told["intercept"]), rel=1e-9)
    assert curve.r2 == pytest.approx(told["r2"], rel=1e-9)
    assert (curve.base, curve.percent) == pytest.approx(
        (told["amplification_base"], told["efficiency_percent"]), rel=1e-9
    )
    assert curve.low < curve.base < curve.high
    assert (curve.points, curve.wells, curve.decades) == (7, 21, pytest.approx(2.0))


def test_delta_ct_hardly_depends_on_the_amount() -> None:
    """Folder qpcr_relative_expression, ct3_validation_dCt_slope."""
    ct = cycles("ct3.csv")
    slope = np.polyfit(np.log10(AMOUNTS), ct["c_myc"] - ct["GAPDH"], 1)[0]
    curves = [standard_curve(AMOUNTS, ct[gene]) for gene in ("c_myc", "GAPDH")]
    assert curves[0] is not None
    assert curves[1] is not None
    told = expected("qpcr_relative_expression")["ct3_validation_dCt_slope"]
    assert slope == pytest.approx(told, rel=1e-8)
    assert curves[0].slope - curves[1].slope == pytest.approx(told, rel=1e-8)


def test_efficiency_corrected_ratio_is_5_478() -> None:
    """Folder qpcr_relative_expression, ct1_pfaffl_with_ct3_efficiencies and ct1_relative_standard_curve."""
    told, ct, series = expected("qpcr_relative_expression"), cycles("ct1.csv"), cycles("ct3.csv")
    own, other = (standard_curve(AMOUNTS, series[gene]) for gene in ("c_myc", "GAPDH"))
    assert own is not None
    assert other is not None
    means = [(ct[gene][BRAIN].mean(), ct[gene][KIDNEY].mean()) for gene in ("c_myc", "GAPDH")]
    ratio = pfaffl(means[0], means[1], (own.base, other.base))
    assert ratio == pytest.approx(told["ct1_pfaffl_with_ct3_efficiencies"], rel=1e-9)
    brain, kidney = (
        amount_ratio(
            [own.amount(each) for each in ct["c_myc"][tissue]],
            [other.amount(each) for each in ct["GAPDH"][tissue]],
        )
        for tissue in (BRAIN, KIDNEY)
    )
    wanted = told["ct1_relative_standard_curve"]
    assert kidney.value / brain.value == pytest.approx(wanted["kidney_vs_brain"], rel=1e-9)
    assert kidney.sd == pytest.approx(wanted["error"], rel=1e-9)


def test_the_assay_itself_reports_the_published_fold_from_the_file() -> None:
    """Folder qpcr_relative_expression, ct1.csv read, its rows named as tissues by the list of samples."""
    run = ENTRY.measure(
        [read("qpcr_relative_expression", "ct1.csv")],
        Request(words={"references": "GAPDH"}, samples=tissues("ct1.csv")),
    )
    fold = next(each for each in run.measured if each.quantity == "fold_change" and each.sample == "kidney")
    told = expected("qpcr_relative_expression")["ct1_ddCt"]
    assert fold.value == pytest.approx(told["relative_expression"], rel=1e-9)
    delta = next(each for each in run.measured if each.quantity == "delta_cq" and each.sample == "kidney")
    assert (delta.value, delta.spread) == pytest.approx(
        (told["kidney_dCt"], told["error_sqrt_sum_var"]["kidney"]), rel=1e-9
    )
    assert delta.replicates == 6


def test_the_assay_pairs_the_wells_of_a_duplex() -> None:
    """Folder qpcr_relative_expression, ct2_ddCt."""
    run = ENTRY.measure(
        [read("qpcr_relative_expression", "ct2.csv")],
        Request(
            words={"references": "GAPDH", "tubes": "duplex", "replicates": "all"}, samples=tissues("ct2.csv")
        ),
    )
    delta = next(each for each in run.measured if each.quantity == "delta_cq" and each.sample == "kidney")
    told = expected("qpcr_relative_expression")["ct2_ddCt"]
    assert delta.spread == pytest.approx(told["error_sd_of_paired_dCt"]["kidney"], rel=1e-9)


def tissues(file: str) -> tuple[Sample, ...]:
    names = ["brain"] * 6 + ["kidney"] * 6
    return tuple(
        Sample(
            file=file,
            sample=str(number),
            role="calibrator" if name == "brain" else "sample",
            facts={"replicate_of": name},
        )
        for number, name in enumerate(names, start=1)
    )


# --- qpcr_reference_genes: Vandesompele 2002, Andersen 2004, numbers of NormqPCR 1.53.0 (SOURCE.md)


@pytest.mark.parametrize("tissue", ["BM", "FIB", "LEU"])
def test_genorm_removes_the_same_genes_with_the_same_m_and_v(tissue: str) -> None:
    """Folder qpcr_reference_genes, geNorm, four decimals."""
    told = expected("qpcr_reference_genes")["geNorm"][tissue]
    rows = table("qpcr_reference_genes", f"genorm_{tissue}.csv")
    genes = list(rows[0])[1:]
    found = ge_norm(np.log2([[float(row[gene]) for gene in genes] for row in rows]))
    assert found.mean_m.round(4).tolist() == told["average_M_with_10_down_to_2_genes"]
    assert [genes[at] for at in found.removed] == told["removed_in_order"]
    assert sorted(genes[at] for at in found.pair) == sorted(told["most_stable_pair"])
    assert found.v.round(4).tolist() == told["V_pairwise_9/10_down_to_2/3"]


def test_normfinder_ranks_the_colon_genes_as_published() -> None:
    """Folder qpcr_reference_genes, NormFinder, four decimals (Cancer Res 2004;64:5245-5250, table 3)."""
    told = expected("qpcr_reference_genes")["NormFinder"]
    rows = table("qpcr_reference_genes", told["file"])
    genes = list(told["stability_value"])
    y = np.log2([[float(row[gene]) for gene in genes] for row in rows])
    found = norm_finder(y, [row[told["group_column"]] for row in rows])
    assert found.round(4).tolist() == [round(each, 4) for each in told["stability_value"].values()]


# --- qpcr_rdml


@pytest.mark.parametrize(
    ("name", "runs", "wells"),
    [
        ("stepone_std", 1, 24),
        ("BioRad_qPCR_melt", 2, 30),
        ("two_plate_correction", 2, 288),
        ("genorm", 1, 90),
        ("relative", 1, 210),
        ("eva_green_a", 1, 98),
        ("quantification_methods", 1, 180),
    ],
)
def test_every_version_of_rdml_is_read(name: str, runs: int, wells: int) -> None:
    """Folder qpcr_rdml, RDML 1.0, 1.1 and 1.4."""
    contents = rdml(f"{name}.rdml")
    assert [len(run.wells) for run in contents] == [wells] * runs


def test_an_rdml_file_that_repeats_a_target_is_reported() -> None:
    """Folder qpcr_rdml, error.rdml: schema-invalid on purpose."""
    reading = read_source(source_of(shared_data("assays", "qpcr_rdml", "error.rdml")))
    assert reading.contents == ()
    assert [issue.code for issue in reading.issues] == ["FD-L013"]
    assert "ZNF80" in reading.issues[0].message


@pytest.mark.parametrize("name", ["eva_green_a", "quantification_methods"])
def test_curve_analysis_gives_td0_and_efficiency_of_the_published_tables(name: str) -> None:
    """Folder qpcr_rdml, *_results.tsv: 98 and 180 reactions, TD0 within 0.01 cycles, efficiency within 1e-4."""
    run, rows = rdml(f"{name}.rdml")[0], table("qpcr_rdml", f"{name}_results.tsv", "\t")
    assert [(well.well, well.target) for well in run.wells] == [(row["well"], row["target"]) for row in rows]
    names = sorted({well.target for well in run.wells})
    found = analyse(
        np.array([well.fluorescence for well in run.wells]),
        np.array([names.index(well.target) for well in run.wells]),
    )

    def column(title: str) -> np.ndarray:
        return np.array([float(row[title]) for row in rows])

    def says(title: str) -> list[bool]:
        return [row[title] == "True" for row in rows]

    assert np.abs(np.where(np.isnan(found.td0), -1, found.td0) - column("TD0")).max() < 0.01
    assert np.abs(found.mean_base - column("PCR eff")).max() < 1e-4
    assert np.abs(np.where(np.isnan(found.base), 1, found.base) - column("indiv PCR eff")).max() < 1e-4
    assert (
        np.abs(
            np.where(np.isnan(found.r2), -1, found.r2) - np.where(np.isnan(found.r2), -1, column("R2"))
        ).max()
        < 1e-4
    )
    assert found.amplified.tolist() == says("amplification")
    assert found.outlier.tolist() == says("excl PCR efficiency")
    assert found.included.tolist() == column("n included").tolist()
    assert found.stop.tolist() == column("last log cycle").tolist()
    assert found.plateau[found.amplified].all()


def test_two_plates_differ_by_the_published_factors() -> None:
    """Folder qpcr_rdml, two_plate_correction: 1.0443 and 0.9576, from copies, every pair of wells of a sample."""
    runs = []
    for run in rdml("two_plate_correction.rdml"):
        quantities: dict[Any, list[float]] = {}
        for well in run.wells:
            if well.quantity and not well.excluded:
                quantities.setdefault((well.sample, well.target), []).append(well.quantity)
        runs.append(quantities)
    told = expected("qpcr_rdml")["two_plate_correction.rdml"]["correction_factors"]
    factors = run_factors(runs, "pair")
    assert factors.round(4).tolist() == [told["Plate 1"], told["Plate 2"]]


def test_candidates_of_an_rdml_file_can_be_ranked_by_what_its_program_computed() -> None:
    """Folder qpcr_rdml, genorm.rdml: ten tissues, nine candidate genes, quantities instead of cycles."""
    run = rdml("genorm.rdml")[0]
    samples = list(dict.fromkeys(well.sample for well in run.wells))
    genes = list(dict.fromkeys(well.target for well in run.wells))
    y = np.full((len(samples), len(genes)), np.nan)
    for well in run.wells:
        y[samples.index(well.sample), genes.index(well.target)] = np.log2(well.quantity)
    found = ge_norm(y)
    assert np.isfinite(y).all()
    assert len(found.removed) == 7
    assert found.mean_m[0] == pytest.approx(stability_m(y).mean())
    assert all(target.is_reference for target in run.targets)


# --- qpcr_instrument_exports


@pytest.mark.parametrize(
    ("name", "wells", "undetermined"),
    [
        ("abi_sds21_rq_undetermined.txt", 768, 99),
        ("abi_sds23_rq.txt", 384, 31),
        ("quantstudio_example01.txt", 16, 0),
        ("quantstudio5_ddct.csv", 60, 0),
        ("biorad_cfx.txt", 330, 10),
        ("generic_techreps.txt", 64, 0),
        ("roche_lightcycler480_cp.txt", 384, 0),
        ("rotorgene_multi_assay.csv", 72, 0),
    ],
)
def test_every_export_has_as_many_wells_and_undetermined_ones_as_its_text(
    name: str, wells: int, undetermined: int
) -> None:
    """Folder qpcr_instrument_exports, undetermined_tokens and data_rows."""
    (run,) = read("qpcr_instrument_exports", name).contents
    assert len(run.wells) == wells
    assert sum(well.missing == "undetermined" for well in run.wells) == undetermined
    raw = shared_data("assays", "qpcr_instrument_exports", name).read_text("utf-8-sig")
    if "abi" in name:
        assert len(re.findall("Undetermined", raw)) == undetermined


def test_the_instruments_own_delta_ct_is_found_again() -> None:
    """Folder qpcr_instrument_exports, quantstudio5_ddct.csv: PAX6 5.497 of arithmetic reference means."""
    told = expected("qpcr_instrument_exports")["quantstudio5_ddct.csv"]["PAX6_AiW002-2-D0"]
    run = ENTRY.measure([read("qpcr_instrument_exports", "quantstudio5_ddct.csv")], Request())
    found = {(each.sample, each.quantity, each.analyte): each for each in run.measured}
    sample = "AiW002-2-D0"
    assert round(found[sample, "cq", "PAX6"].value, 3) == told["Ct_mean"]
    assert found[sample, "cq", "ACTB"].value == pytest.approx(told["ACTB_mean"], abs=1e-3)
    assert round(found[sample, "cq", "GAPDH"].value, 3) == told["GAPDH_mean"]
    assert found[sample, "delta_cq", "PAX6"].value == pytest.approx(told["dCt"], abs=1e-3)
    assert found[sample, "delta_cq", "PAX6"].place == "A10 A11 A12"


@pytest.mark.parametrize(
    ("target", "sample"),
    [("PAX6", "AiW002-2-D7"), ("CAMK2A", "AiW002-2-D7"), ("GRIN1", "AiW002-2-D7"), ("PAX6", "KYOU-D0")],
)
def test_auto_qpcr_finds_the_same_relative_quantities(target: str, sample: str) -> None:
    """Folder qpcr_instrument_exports, autoqpcr_rq_mean: the mean of the wells' 2^-ddCt against AiW002-2-D0.

    Auto-qPCR leaves out one of three above an SD of 0.3 and averages quantities, not cycles.
    """
    reading = read("qpcr_instrument_exports", "quantstudio5_ddct.csv")
    listed = (Sample(file="quantstudio5_ddct.csv", sample="AiW002-2-D0", role="calibrator"),)
    run = ENTRY.measure([reading], Request(samples=listed))
    found = {(each.sample, each.quantity, each.analyte): each for each in run.measured}
    fold = found[sample, "fold_change", target]
    wells = {
        well.well: well.cq
        for well in reading.contents[0].wells
        if well.target == target and well.sample == sample
    }
    used = np.array([wells[name] for name in fold.place.split()])
    mean_of_quantities = fold.value * np.mean(2.0 ** (used.mean() - used))
    told = expected("qpcr_instrument_exports")["quantstudio5_ddct.csv"]["autoqpcr_rq_mean"][
        f"{target}/{sample}"
    ]
    assert mean_of_quantities == pytest.approx(told, rel=1e-9)


def test_a_genotyping_export_says_which_columns_of_its_results_are_missing() -> None:
    """Folder qpcr_instrument_exports, quantstudio_missing_results.txt: refused with the place named."""
    path = shared_data("assays", "qpcr_instrument_exports", "quantstudio_missing_results.txt")
    reading = read_source(source_of(path))
    assert reading.contents == ()
    assert reading.issues[0].code == "FD-L004"
    assert "Results" in reading.issues[0].message
    assert reading.issues[0].place.line == 40


def test_the_rules_have_the_limits_of_the_handbook() -> None:
    limits = {rule.name: (rule.low, rule.high) for rule in RULES}
    assert [float(each) for each in limits["efficiency"] if each] == [90.0, 110.0]
    assert float(limits["replicate_sd"][1] or 0) == 0.3
    assert float(limits["no_template"][0] or 0) == 5
    assert float(limits["no_rt"][0] or 0) == 7


# --- bad_inputs, as manifest.json says


def bad(name: str) -> Any:
    return read_source(source_of(shared_data("assays", "bad_inputs", name)))


def test_two_wells_are_missing_for_two_reasons_and_the_mean_says_how_many_are_left() -> None:
    """bad_inputs/ct_undetermined.csv."""
    (run,) = bad("ct_undetermined.csv").contents
    missing = {(well.well, well.target): well.missing for well in run.wells if well.missing}
    assert missing == {("1", "c_myc"): "undetermined", ("7", "c_myc"): "empty"}
    measured = ENTRY.measure(
        [bad("ct_undetermined.csv")],
        Request(words={"references": "GAPDH"}, samples=tissues("ct_undetermined.csv")),
    )
    cq = {each.sample: each for each in measured.measured if (each.quantity, each.analyte) == ("cq", "c_myc")}
    assert (cq["brain"].replicates, cq["kidney"].replicates) == (5, 5)
    assert cq["kidney"].value == pytest.approx(np.mean([27.03, 27.03, 27.10, 26.99, 26.94]))
    assert any(each.rule == "replicates_found" and each.verdict == "flag" for each in cq["kidney"].findings)
    assert dict(measured.facts)["wells undetermined"] == "1"


def test_decimal_commas_give_the_same_cycles_as_points() -> None:
    """bad_inputs/ct_decimal_comma.csv: the values of ct1.csv, never 3072."""
    (run,) = bad("ct_decimal_comma.csv").contents
    (same,) = read("qpcr_relative_expression", "ct1.csv").contents
    assert [well.cq for well in run.wells] == [well.cq for well in same.wells]


def test_an_export_without_its_preamble_is_refused() -> None:
    """bad_inputs/quantstudio_no_header.csv."""
    reading = bad("quantstudio_no_header.csv")
    assert reading.contents == ()
    assert "header" in reading.issues[0].message


def test_rdml_that_is_no_archive_is_refused_with_the_reason() -> None:
    """bad_inputs/not_a_zip.rdml."""
    reading = bad("not_a_zip.rdml")
    assert reading.contents == ()
    assert "zip" in reading.issues[0].message
