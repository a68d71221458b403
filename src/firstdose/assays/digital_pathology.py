"""Slides read by programs and by hand: densities inside annotations, positive share, epidermal thickness, Trozak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.assays._kernel.histology import TROZAK, density, positive_share, trozak_total
from firstdose.assays._kernel.slides import counts, fields, outlines, pictures, scores, thickness
from firstdose.assays._kernel.slides.rules import RULES
from firstdose.assays._kernel.slides.tally import Slides, slides_of
from firstdose.catalogue.assay import Assay, Example, Run, Yield
from firstdose.catalogue.entries import Option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from firstdose.catalogue.assay import Request


def measure(readings: Sequence[Any], request: Request) -> Run:
    """Every quantity that the files yield, by slide; a slide is an image, or what the form calls so.

    Columns of the list of samples that count here: `annotation` (name or class of what is counted in; else the
    outermost ones), `epidermis` and `contour` (names of these annotations), `pixel_size` in um.
    """
    slides: Slides = slides_of(readings)
    measured = (
        *counts.measure_counts(slides, request),
        *outlines.measure_outlines(slides, request),
        *fields.measure_fields(slides, request),
        *thickness.measure_thickness(slides, request),
        *scores.measure_scores(slides, request),
    )
    return Run(
        measured=measured,
        findings=tuple(counts.pixel_sizes(slides, request)),
        panels=tuple(pictures.draw(measured)),
        facts=tuple(slides.facts()),
    )


def _trozak_example() -> float:
    return trozak_total({sign: max(allowed) for sign, allowed in TROZAK.items()})[0]


ENTRY = Assay(
    name="digital_pathology",
    label="histology read from images",
    source=(
        "Counts inside annotations only; cells outside every annotation do not count. Trozak DJ, Histologic grading "
        "system for psoriasis vulgaris, Int J Dermatol 1994;33:380-381: the signs are confirmed by papers that apply "
        "it, the weights are those in general use and were not compared with the original"
    ),
    takes=(
        *("AnnotationTable", "DetectionTable", "Outline", "ThicknessLines", "SlideScores", "FieldCounts"),
        "ImageJResults",
    ),
    yields=(
        Yield(
            name="density",
            label="cells per area of tissue",
            unit="cells/mm2",
            decimals=1,
            of="class of cells",
        ),
        Yield(
            name="cell_count", label="cells inside annotations", unit="cells", decimals=0, of="class of cells"
        ),
        Yield(name="positive_percent", label="positive cells", unit="%", decimals=2, of="marker"),
        Yield(name="epidermal_thickness", label="thickness of the epidermis", unit="um", decimals=1),
        Yield(name="suprapapillary_thickness", label="thickness above the papillae", unit="um", decimals=1),
        Yield(name="rete_thickness", label="thickness to the tips of the rete ridges", unit="um", decimals=1),
        Yield(name="trozak_score", label="Trozak score", unit="points", decimals=1),
    ),
    rules=RULES,
    measure=measure,
    sentence=(
        "Cells were counted inside annotations and divided by their area; the thickness of the epidermis is its area "
        "over the length of its outer contour, or the mean of lines across it, as the median of the fields."
    ),
    sdtm="MI",
    options=(
        Option(name="pixel_size", meaning="um that one pixel is, for outlines in pixels"),
        Option(
            name="results_unit",
            values=("unknown", "um", "mm", "cm", "px"),
            default="unknown",
            meaning="unit of a calibrated ImageJ table",
        ),
    ),
    examples=(
        Example(
            given="136 cells in 31666431.6 um2",
            compute=lambda: density(136, 31666431.6),
            value=4.294769,
            tolerance=5e-7,
            source="a published QuPath project, image 030: 136 marker-positive cells inside the outermost annotation",
        ),
        Example(
            given="136 of 2441 cells positive",
            compute=lambda: positive_share(136, 2441 - 136),
            value=5.571487,
            tolerance=5e-7,
            source="the same image",
        ),
        Example(
            given="every sign at its most",
            compute=_trozak_example,
            value=19.0,
            tolerance=0.0,
            source="range 0 to 19 of the Trozak score",
        ),
    ),
)
