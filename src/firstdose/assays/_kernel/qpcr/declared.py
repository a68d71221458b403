"""What the assay declares: quality rules with their limits, options and quantities."""

from __future__ import annotations

from decimal import Decimal

from firstdose.catalogue.assay import QualityRule, Yield
from firstdose.catalogue.entries import Option

_PRACTICE = "laboratory practice; the protocol decides"
_MIQE = "MIQE practice (Bustin et al., Clin Chem 2009;55:611-622), 90 to 110 %; the protocol decides"
_GENORM = "Vandesompele et al., Genome Biol 2002;3:research0034"

RULES = (
    QualityRule(
        name="replicate_sd", label="standard deviation of replicates", breach="flag", unit="cycles",
        source="default of Auto-qPCR, 0.3 cycles; the protocol decides", high=Decimal("0.30"),
    ),
    QualityRule(
        name="replicates_found", label="share of the replicates with a Cq", breach="flag", source=_PRACTICE, low=Decimal(1),
    ),
    QualityRule(
        name="cq_in_cycles", label="wells with a Cq outside the cycles of the run", breach="flag", high=Decimal(0),
        source="a Cq lies between 1 and the number of cycles",
    ),
    QualityRule(
        name="no_template", label="cycles from the sample to the no-template control", breach="reject",
        source=f"a carry-over of at most 3 %; {_PRACTICE}", low=Decimal(5), unit="cycles",
    ),
    QualityRule(
        name="no_rt", label="cycles from the sample to the control without reverse transcription", breach="flag",
        source=f"at most 1 % genomic DNA; {_PRACTICE}", low=Decimal(7), unit="cycles",
    ),
    QualityRule(
        name="late_cq", label="mean Cq", breach="flag", unit="cycles", high=Decimal(35),
        source="above 35 a higher spread is to be expected (QuantStudio Design and Analysis 2, standard curve module)",
    ),
    QualityRule(
        name="last_standard", label="cycles after the last standard", breach="flag", source=_PRACTICE, high=Decimal(0),
        unit="cycles",
    ),
    QualityRule(
        name="efficiency", label="efficiency by the dilution series", breach="flag", source=_MIQE, low=Decimal(90),
        high=Decimal(110), unit="%",
    ),
    QualityRule(
        name="curve_r2", label="R2 of the dilution series", breach="flag", source=_PRACTICE, low=Decimal("0.98"),
    ),
    QualityRule(
        name="curve_points", label="amounts in the dilution series", breach="flag", source=_PRACTICE, low=Decimal(5),
    ),
    QualityRule(
        name="curve_decades", label="powers of ten in the dilution series", breach="flag", source=_PRACTICE, low=Decimal(3),
    ),
    QualityRule(
        name="reference_genes", label="number of reference genes", breach="flag", low=Decimal(2),
        source=f"one reference gene is seldom enough: {_GENORM}",
    ),
    QualityRule(
        name="reference_m", label="largest geNorm M of the reference genes", breach="flag", high=Decimal("1.0"),
        source="1.0 for mixed tissue, 0.5 for one kind (Hellemans et al., Genome Biol 2007;8:R19); the protocol decides",
    ),
    QualityRule(
        name="reference_v", label="pairwise variation of the last reference gene", breach="flag", source=_GENORM,
        high=Decimal("0.15"),
    ),
    QualityRule(
        name="reference_shift", label="reference Cq against the participant's first sample", breach="flag",
        source=_PRACTICE, high=Decimal("1.0"), unit="cycles",
    ),
    QualityRule(
        name="inter_run_calibrator", label="inter-run calibrator against its mean", breach="flag", source=_PRACTICE,
        high=Decimal("0.5"), unit="cycles",
    ),
    QualityRule(
        name="melting_point", label="highest melting peak against the target's usual one", breach="flag",
        source=_PRACTICE, high=Decimal("1.0"), unit="C",
    ),
)  # fmt: skip

OPTIONS = (
    Option(
        name="references", kind="words", meaning="reference genes, with commas between them; else as list and files say"
    ),
    Option(
        name="efficiency", values=("two", "standards", "curves", "file"), default="two",
        meaning="amplification base: doubling, from dilution series, from the curves, or as the file says",
    ),
    Option(
        name="cq", values=("file", "curves"), default="file",
        meaning="quantification cycles of the instrument's program, or TD0 of the curves",
    ),
    Option(
        name="calibrator", values=("none", "listed", "baseline"), default="listed",
        meaning="what a fold change is against: nothing, samples with the role calibrator, the participant's baseline",
    ),
    Option(
        name="averaging", values=("cycles", "quantities"), default="cycles", meaning="how replicates are averaged",
    ),
    Option(
        name="replicates", values=("all", "one of three may go"), default="one of three may go",
        meaning="whether one replicate of three or more is left out where the rest then agrees",
    ),
    Option(
        name="tubes", values=("separate", "duplex"), default="separate",
        meaning="whether target and reference are measured in one well: then differences are paired",
    ),
    Option(
        name="inter_run", values=("keep", "divide"), default="keep",
        meaning="whether runs are brought together by their inter-run calibrators",
    ),
    Option(
        name="last_cycle", meaning="the cycle of the limit of detection; else the last of the run",
    ),
)  # fmt: skip

YIELDS = (
    Yield(
        name="delta_cq",
        label="delta Cq against the reference genes",
        unit="cycles",
        decimals=2,
        of="target gene",
    ),
    Yield(name="relative_quantity", label="2 to minus delta Cq", unit="fold", decimals=4, of="target gene"),
    Yield(name="log2_fold", label="minus delta delta Cq", unit="cycles", decimals=2, of="target gene"),
    Yield(
        name="fold_change",
        label="fold change against the calibrator",
        unit="fold",
        decimals=3,
        of="target gene",
    ),
    Yield(name="cq", label="quantification cycle", unit="cycles", decimals=2, of="target or reference gene"),
    Yield(
        name="amount",
        label="amount by the dilution series",
        unit="",
        decimals=3,
        of="target or reference gene",
    ),
)
