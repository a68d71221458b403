"""Cytokine assays against R drc, Luminex xPONENT, Gen5 and SoftMax: the numbers of the reference data."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from firstdose.assays._kernel.immunoassay.fitting import fit_logistic, fit_many, standard_errors
from firstdose.assays._kernel.immunoassay.instrument import compute_disagreement, replayed
from firstdose.assays._kernel.immunoassay.standards import chosen
from firstdose.assays.elisa import ENTRY as ELISA
from firstdose.assays.multiplex import ENTRY as MULTIPLEX
from firstdose.catalogue.assay import Request
from firstdose.readers.reader import source_of
from tests.shared import shared_data
from tests.unit.readers.making_plates import entry


def reading(name, *parts):
    path = shared_data("assays", *parts)
    return replace(entry(name).read(source_of(path)), file=path.name)


def expected(folder):
    return json.loads(shared_data("assays", folder, "expected.json").read_text("utf-8"))


def luminex_fits():
    points = defaultdict(list)
    with shared_data("assays", "cytokine_luminex_xponent", "standards_mfi.csv").open(
        encoding="utf-8"
    ) as file:
        for row in csv.DictReader(file):
            points[row["analyte"]].append((float(row["expected_conc_pg_ml"]), float(row["median_mfi"])))
    for told in expected("cytokine_luminex_xponent")["fits_log10_mfi_unweighted_R_drc_3_0_1"]:
        x, mfi = np.array(points[told["analyte"]]).T
        yield told, x, np.log10(mfi)


def qil3_fits():
    points = defaultdict(list)
    with shared_data("assays", "cytokine_standard_curves", "qil3.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["well_role"] == "Standard":
                points[row["assay_id"]].append((float(row["expected_conc"]), float(row["fi"])))
    for told in expected("cytokine_standard_curves")["drc"]:
        x, fi = np.array(points[told["assay"]]).T
        yield told, x, np.log(fi) if told["scale"] == "log" else fi


def all_fits():
    return [*luminex_fits(), *qil3_fits()]


def test_the_residual_sum_of_squares_is_never_above_the_one_of_r_drc():
    """cytokine_luminex_xponent and cytokine_standard_curves, expected.json: 42 fits by R drc 3.0-1 (goal 11)."""
    cases = all_fits()
    assert len(cases) == 42
    for five in (False, True):
        wanted = [case for case in cases if (case[0]["model"] == "LL5") == five]
        fits = fit_many([x for _, x, _ in wanted], [y for _, _, y in wanted], five=five)
        for (told, _, _), fit in zip(wanted, fits, strict=True):
            assert fit is not None
            assert fit.n == told["n"]
            assert fit.rss <= told["rss"] * (1 + 1e-6), told


def test_four_parameters_agree_with_r_drc_where_its_fit_is_the_optimum():
    """qil3.csv: parameters to 1e-4 relative, RSS to 1e-6; on one linear plate drc stops at 4e-9 above our RSS."""
    for told, x, y in qil3_fits():
        if told["model"] == "LL4":
            fit = fit_logistic(x, y)
            assert fit.rss == pytest.approx(told["rss"], rel=1e-6)
            for name in "bcde":
                tolerance = 1e-4 if (told["assay"], told["scale"]) != ("LMX009", "lin") else 2e-4
                assert getattr(fit.curve, name) == pytest.approx(told[name], rel=tolerance)


def test_the_back_calculated_concentrations_are_those_of_r_drcs_curve():
    for told, x, y in luminex_fits():
        if told["model"] == "LL4":
            fit = fit_logistic(x, y)
            back = fit.curve.concentration(y)
            ratio = (told["d"] - told["c"]) / (y - told["c"])
            with np.errstate(invalid="ignore"):
                theirs = told["e"] * (ratio - 1) ** (1 / told["b"])
            both = np.isfinite(back) & np.isfinite(theirs) & (np.abs(np.log(back / told["e"])) < 5)
            assert back[both] == pytest.approx(theirs[both], rel=2e-3)
            assert both.sum() >= 12


def test_a_fifth_parameter_that_runs_away_is_given_up_and_said():
    """expected.json of qil3: several linear LL5 fits have no finite optimum; the program falls back to 4PL."""
    given_up = 0
    for told, x, y in qil3_fits():
        if told["model"] == "LL5" and told["scale"] == "lin":
            fit, note = chosen(fit_logistic(x, y), fit_logistic(x, y, five=True), asked_for_five=True)
            assert fit.parameters == 4
            assert "bound" in note
            given_up += 1
    assert given_up == 3


def test_ryegrass_agrees_with_r_drc():
    """R drc, ryegrass LL.4 and LL.5 (expected.json): parameters, standard errors, ED10, ED50, ED90, AIC."""
    told = expected("cytokine_standard_curves")
    with shared_data("assays", "cytokine_standard_curves", "ryegrass.csv").open(encoding="utf-8") as file:
        y, x = np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]).T
    four, five = fit_logistic(x, y), fit_logistic(x, y, five=True)
    ll4, curve = told["ryegrass_LL4"], four.curve
    errors = dict(zip("bcde", standard_errors(four, x, y), strict=True))
    for name in "bcde":
        assert getattr(curve, name) == pytest.approx(ll4[name], rel=1e-4)
        assert errors[name] == pytest.approx(ll4["se"][name], rel=1e-4)
    for share in (10, 50, 90):
        signal = curve.d - (curve.d - curve.c) * share / 100
        assert float(curve.concentration(signal)) == pytest.approx(ll4[f"ED{share}"], rel=1e-4)
    half = t.ppf(0.975, four.n - 4) * errors["e"]
    assert [curve.e - half, curve.e + half] == pytest.approx(ll4["ED50_ci"], rel=1e-4)
    assert four.aic == pytest.approx(ll4["AIC"], abs=1e-5)
    assert five.aic == pytest.approx(told["ryegrass_LL5"]["AIC"], abs=1e-5)
    assert five.curve.e == pytest.approx(told["ryegrass_LL5"]["e"], rel=1e-3)


def test_xponents_results_follow_from_its_curve():
    """Goal 12: 2580 numbers, at least 2554 within 0.1 %, all within 1 %; 208 '<', 60 NaN, 32 '>'."""
    told = expected("cytokine_luminex_xponent")["instrument"]
    plate = reading("xponent", "cytokine_luminex_xponent", "plate1.csv").contents[0]
    assert (len(plate.wells), len(plate.analytes)) == (told["samples"], told["analytes"])
    dilution = np.array([well.dilution for well in plate.wells])
    kinds = Counter(sign for analyte in plate.analytes for sign in analyte.comparators)
    assert {"number (=)": kinds["="], "<": kinds["<"], "NaN": kinds[""], ">": kinds[">"]} == {
        "number (=)": told["cell_kinds"]["number"],
        "<": told["cell_kinds"]["below (<)"],
        "NaN": told["cell_kinds"]["NaN"],
        ">": told["cell_kinds"]["above (>)"],
    }
    away = np.concatenate(
        [
            np.abs(replayed(one, dilution) / one.printed - 1)[[sign == "=" for sign in one.comparators]]
            for one in plate.analytes
        ]
    )
    assert np.isfinite(away).all()
    assert (away < 1e-3).sum() >= 2554
    assert away.max() < 0.01
    assert max(compute_disagreement(one, dilution)[0] for one in plate.analytes) < 0.006


def test_expected_concentrations_of_the_plate_that_lost_their_decimal_point_are_missing_not_wrong():
    """plate1.csv line 1053: Standard5 of FGF is printed 215625; drLumi's own table has 215.625."""
    read = reading("xponent", "cytokine_luminex_xponent", "plate1.csv")
    with shared_data("assays", "cytokine_luminex_xponent", "expected_concentrations.csv").open(
        encoding="utf-8"
    ) as f:
        true = {(row["sample"], row["analyte"]): float(row["ec"]) for row in csv.DictReader(f)}
    plate = read.contents[0]
    assert "'215625' is not the expected concentration of Standard5 for FGF" in read.issues[0].message
    assert {issue.code for issue in read.issues} == {"FD-L007"}
    wrong = {
        (well.sample, one.analyte)
        for one in plate.analytes
        for well, value in zip(plate.wells, one.nominal, strict=True)
        if well.role == "standard"
        and np.isfinite(value)
        and abs(value / true[well.sample, one.analyte] - 1) > 1e-9
    }
    run = MULTIPLEX.measure([read], Request())
    left_out = {
        (name, value.analyte)
        for value in run.measured
        for finding in value.findings
        if finding.rule == "standard_series"
        for name in finding.message.split(" of ")[0].split(", ")
    }
    assert wrong == left_out


def test_a_luminex_plate_is_measured_with_every_value_in_its_range():
    run = MULTIPLEX.measure([reading("xponent", "cytokine_luminex_xponent", "plate1.csv")], Request())
    ours = [value for value in run.measured if value.quantity == "concentration"]
    assert len(ours) == 71 * 30
    assert all(value.lloq <= value.value <= value.uloq for value in ours)
    assert {value.unit for value in ours} == {"pg/mL"}
    assert len(run.panels) == 31


def test_a_truncated_xponent_file_is_refused_with_the_missing_sections():
    """bad_inputs/manifest.json: luminex_truncated.csv, reject: sections Result, Units missing."""
    read = reading("xponent", "bad_inputs", "luminex_truncated.csv")
    assert not read.contents
    assert any("'Result', 'Units'" in issue.message for issue in read.issues)


def test_xponent_without_analysis_is_read_without_results():
    """cytokine_other_platforms: ProtocolAnalysis Off has no Result section and lacks nothing."""
    read = reading("xponent", "cytokine_other_platforms", "luminex_xPONENT_example03.csv")
    plate = read.contents[0]
    assert not read.issues
    assert [one.analyte for one in plate.analytes] == ["alpha", "bravo"]
    assert plate.analytes[1].signals[0][1].tolist() == [38801, 36616, 34155, 28980]
    assert plate.analytes[0].beads.tolist() == [25, 29, 38, 30]
    values = MULTIPLEX.measure([read], Request()).measured
    assert {value.comparator for value in values} == {""}
    assert {value.reason for value in values} == {"the standards carry no range of quantification"}


def test_gen5_reads_the_readers_own_curve_and_well_a4():
    """cytokine_other_platforms: linear A 0.00168, B -0.000723; A4 1.997 blank-corrected, 1185.551."""
    name = "010307_114129_BNCH654563_stdcurve_singleplate01.txt"
    told = expected("cytokine_other_platforms")[name]
    plate = reading("gen5", "cytokine_other_platforms", name).contents[0]
    one = plate.analytes[0]
    a4 = next(i for i, well in enumerate(plate.wells) if well.name == "A4")
    assert one.curve.coefficients == (("A", told["A"]), ("B", told["B"]))
    assert one.curve.r2 == told["R2"]
    assert one.net[a4] == told["well_A4"]["blank_corrected"]
    assert one.printed[a4] == told["well_A4"]["concentration"]
    assert len(plate.wells) == 96
    assert Counter(well.role for well in plate.wells) == {"standard": 21, "blank": 3, "sample": 72}


def test_gen5s_printed_concentrations_follow_from_its_line_within_the_rounding_of_its_slope():
    """A is printed with three figures: 1 part in 300; the well A4 computes to 1189.1 against 1185.551."""
    name = "010307_114129_BNCH654563_stdcurve_singleplate01.txt"
    read = reading("gen5", "cytokine_other_platforms", name)
    away, _ = compute_disagreement(read.contents[0].analytes[0], np.ones(96))
    assert away < 0.005
    run = ELISA.measure([read], Request(words={"unit": "pg/mL"}))
    ours = {value.sample: value for value in run.measured if value.quantity == "concentration"}
    assert sorted(ours) == [f"SPL{k}" for k in range(1, 7)]
    assert ours["SPL1"].value == pytest.approx(1206.1, rel=0.005)
    linear = [f for value in ours.values() for f in value.findings if f.rule == "dilution_linearity"]
    assert len(linear) == 6 * 3  # six samples at four dilutions
    assert all(finding.verdict == "pass" for finding in linear)
    assert all(f.verdict == "pass" for v in ours.values() for f in v.findings if f.rule == "parallelism")


def test_softmax_reads_blocks_wavelengths_and_wells():
    """elisa_plate_reader: 4 blocks, 450 and 620 nm, 96 wells; A1 2.2416, A2 2.6971, A3 2.4565; Latin degree sign."""
    told = expected("elisa_plate_reader")["Assay_2.txt"]
    plate = reading("softmax", "elisa_plate_reader", "Assay_2.txt").contents[0]
    one = plate.analytes[0]
    assert [int(label) for label, _ in one.signals] == told["wavelengths_nm"]
    assert len(plate.wells) == told["plate_wells"]
    assert one.signals[0][1][:3].tolist() == [told[f"A{k}_450"] for k in (1, 2, 3)]
    masked = [well.name for well in plate.wells if well.masked]
    assert masked == ["B6", "C1", "D4", "D9", "E1", "E4", "F1", "G2"]


def test_softmax_means_are_ours_when_the_instruments_results_are_taken():
    """Assay_2.txt prints P1 195.78, P10 796.669 (dilution 10 applied): our means of its wells are the same."""
    read = reading("softmax", "elisa_plate_reader", "Assay_2.txt")
    run = ELISA.measure([read], Request(words={"results": "instrument"}))
    printed = {v.sample: v for v in run.measured if v.quantity == "instrument_concentration"}
    for sample, value in (("P1", 195.78), ("P2", 136.471), ("P10", 796.669), ("P15", 713.388)):
        assert printed[sample].value == pytest.approx(value, abs=0.01)
    assert (printed["P1"].replicates, printed["P10"].replicates) == (2, 3)


def test_a_softmax_plate_without_groups_takes_its_names_from_the_layout():
    """elisa_plate_reader: AnExp_2plate.txt names the wells, stdConc.txt the standards (3000 and two-fold down)."""
    soft = reading("softmax", "elisa_plate_reader", "Assay_2.txt")
    bare = replace(
        soft.contents[0],
        wells=tuple(replace(w, sample="", role="unknown", masked="") for w in soft.contents[0].wells),
        analytes=tuple(
            replace(a, nominal=np.full(96, np.nan), printed=None, comparators=(), net=None)
            for a in soft.contents[0].analytes
        ),
    )
    layout = reading("plate_layout", "elisa_plate_reader", "AnExp_2plate.txt")
    standards = reading("plate_layout", "elisa_plate_reader", "stdConc.txt")
    design = reading("plate_layout", "elisa_plate_reader", "design.txt")
    assert dict(design.contents[0].rows[0])["FileName"] == "Assay_2.txt"
    run = ELISA.measure([replace(soft, contents=(bare,)), layout, standards, design], Request())
    ours = {value.sample: value for value in run.measured}
    assert len(ours) == 15
    assert ours["P13"].replicates == 3
    assert run.facts[0][1].startswith(("4PL", "5PL"))


def test_a_layout_of_part_of_a_plate_keeps_its_own_letters_and_columns():
    """annote.txt: rows C to H, columns 3 to 12, every cell in quotes."""
    plates = reading("plate_layout", "elisa_plate_reader", "annote.txt").contents
    assert [plate.plate for plate in plates] == ["plate 1", "plate 2"]
    assert plates[0].wells[0] == ("C3", "s1", "sample")
    assert plates[0].wells[-1] == ("H12", "sam24_d", "sample")
    assert len(plates[0].wells) == 60


def test_msd_workbench_keeps_wells_signals_and_nan():
    """cytokine_other_platforms: wells, analytes and signals survive; NaN of the zero standard is no number."""
    plate = reading("msd_workbench", "cytokine_other_platforms", "msd_workbench_test_2.csv").contents[0]
    one = plate.analytes[0]
    assert (plate.plate, one.analyte, len(plate.wells)) == ("Plate_TEST001", "Test Assay 1.0", 48)
    h1 = next(i for i, well in enumerate(plate.wells) if well.name == "H1")
    assert (one.signals[0][1][h1], one.nominal[h1], one.comparators[h1]) == (7.8, 0.0, "")
    assert Counter(well.role for well in plate.wells) == {"standard": 16, "sample": 32}
