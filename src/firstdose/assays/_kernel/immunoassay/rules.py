"""The quality rules of immunoassays, with the options by which a protocol sets how they are measured."""

from __future__ import annotations

from decimal import Decimal

from firstdose.catalogue.assay import QualityRule
from firstdose.catalogue.entries import Option

_M10 = "ICH M10 (2022), 4.2.3, for ligand-binding assays; biomarkers are outside its scope, its limits the default"
_M10_RUN = "As ICH M10 (2022) is applied to runs of ligand-binding assays; the protocol decides"
_PRACTICE = "Laboratory practice; the protocol decides"


def _rule(
    name: str,
    label: str,
    breach: str,
    source: str,
    low: str | None = None,
    high: str | None = None,
    unit: str = "",
) -> QualityRule:
    return QualityRule(
        name=name,
        label=label,
        breach="reject" if breach == "reject" else "flag",
        source=source,
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        unit=unit,
    )


RULES = (
    _rule("standard_levels", "Levels of standards inside the range", "reject", _M10, "6"),
    _rule("blank_wells", "Blank wells", "flag", _M10, "1"),
    _rule("standard_series", "Standards left out of their dilution series", "flag", _PRACTICE, None, "0"),
    _rule("standard_recovery", "Recovery of a standard", "flag", _M10, "80", "120", "%"),
    _rule("standard_recovery_at_ends", "Recovery at LLOQ and ULOQ", "flag", _M10, "75", "125", "%"),
    _rule("standard_cv", "CV of a standard", "flag", _PRACTICE, None, "20", "%"),
    _rule("standard_cv_at_ends", "CV at LLOQ and ULOQ", "flag", _PRACTICE, None, "25", "%"),
    _rule("standards_within", "Levels inside the range with good recovery", "reject", _M10, "75", None, "%"),
    _rule("curve", "Parameters of the curve that is used", "flag", "F test at 5 %; f inside [0.1, 10]", "4"),
    _rule("lloq_above_lod", "LLOQ against the screening LOD", "flag", _PRACTICE, "100", None, "%"),
    _rule("control_levels", "Levels of controls", "flag", _M10_RUN, "3"),
    _rule("control_duplicates", "Wells of each control level", "flag", _M10_RUN, "2"),
    _rule("control_recovery", "Recovery of a control", "flag", _M10_RUN, "80", "120", "%"),
    _rule("controls_within", "Controls with good recovery, of all", "reject", _M10_RUN, "66.66", None, "%"),
    _rule(
        "controls_within_level",
        "Controls with good recovery, of a level",
        "reject",
        _M10_RUN,
        "50",
        None,
        "%",
    ),
    _rule(
        "total_error",
        "Bias and CV of a control level together",
        "flag",
        _M10 + " (validation)",
        None,
        "30",
        "%",
    ),
    _rule("replicate_cv", "CV of a sample's replicates", "flag", _PRACTICE, None, "20", "%"),
    _rule("replicate_cv_near_lloq", "CV below twice the LLOQ", "flag", _PRACTICE, None, "25", "%"),
    _rule("dilution_known", "The sample's dilution is told", "flag", _PRACTICE, "1"),
    _rule("dilution_linearity", "Diluted against least diluted result", "flag", _PRACTICE, "80", "120", "%"),
    _rule("parallelism", "CV over three dilutions or more", "flag", _PRACTICE, None, "30", "%"),
    _rule("selectivity", "Spiked sera with recovery of 80 to 120 %", "flag", _PRACTICE, "80", None, "%"),
    _rule("reanalysis", "Repeated samples within 30 %", "flag", _M10_RUN, "66.66", None, "%"),
    _rule("beads", "Beads counted in a well", "reject", _PRACTICE, "35"),
    _rule("beads_few", "Beads for a full count", "flag", _PRACTICE, "50"),
    _rule(
        "beads_of_file", "Beads, of the file's own minimum", "flag", "The file's minimum", "100", None, "%"
    ),
    _rule("unit", "The unit is told", "reject", _PRACTICE, "1"),
    _rule(
        "printed_follows", "Printed against the instrument's own curve", "reject", _PRACTICE, None, "1", "%"
    ),
    _rule("printed_agrees", "Our result against the printed one", "flag", _PRACTICE, None, "20", "%"),
    _rule(
        "one_plate", "Plates of one participant without a bridging control", "reject", _PRACTICE, None, "1"
    ),
    _rule("bridging", "A control on one plate against the other", "reject", _PRACTICE, "80", "120", "%"),
)

OPTIONS = (
    Option(
        name="curve",
        values=("5pl", "4pl"),
        default="5pl",
        meaning="Parameters of the curve; five fall back to four where the fifth is not identified.",
    ),
    Option(
        name="weights",
        values=("log", "1/y2", "1/mean"),
        default="log",
        meaning="Fit ln of the signal unweighted, or the signal with 1/y^2 or 1/mean^(2 theta).",
    ),
    Option(name="theta", default="0.9", meaning="The power of the mean in weights 1/mean."),
    Option(
        name="blank",
        values=("keep", "subtract"),
        default="keep",
        meaning="Whether the mean signal of the blank wells is subtracted.",
    ),
    Option(
        name="nominal",
        values=("file", "list"),
        default="file",
        meaning="Nominal concentrations of standards and controls: the file's, or those of the list of samples alone.",
    ),
    Option(
        name="results",
        values=("fitted", "instrument"),
        default="fitted",
        meaning="Concentrations from our own curve, or those that the instrument printed.",
    ),
    Option(
        name="unit",
        values=("file", "pg/mL", "ng/mL", "ug/mL"),
        default="file",
        meaning="The unit of the standards where the file does not say it.",
    ),
    Option(
        name="reference",
        values=("subtract", "ignore"),
        default="subtract",
        meaning="Whether the signal at the reference wavelength is subtracted, where there is one.",
    ),
)
