"""Rules of quality for slides; a protocol may set other limits under their names."""

from __future__ import annotations

from decimal import Decimal

from firstdose.catalogue.assay import QualityRule

_PRACTICE = "laboratory practice; the protocol decides"

PIXEL_SIZE = QualityRule(
    name="pixel_size",
    label="the image has a physical pixel size",
    breach="reject",
    source="an area in pixels is no area of tissue",
)
SAME_PIXEL_SIZE = QualityRule(
    name="same_pixel_size",
    label="different pixel sizes among the slides of a participant",
    breach="flag",
    source=_PRACTICE,
    high=Decimal(1),
)
PRINTED = QualityRule(
    name="printed_agrees",
    label="what the program printed is what its own counts and areas give",
    breach="reject",
    source="arithmetic: the file contradicts itself",
)
COUNTS_AGREE = QualityRule(
    name="counts_agree",
    label="difference between the counts of the annotations and the list of detections inside",
    breach="flag",
    source="both tables are exported from the same cells",
    high=Decimal(0),
    unit="cells",
)
ENOUGH_CELLS = QualityRule(
    name="enough_cells",
    label="cells counted for a share of positive ones",
    breach="flag",
    source=_PRACTICE,
    low=Decimal(500),
    unit="cells",
)
ENOUGH_FIELDS = QualityRule(
    name="enough_fields", label="fields of a slide", breach="flag", source=_PRACTICE, low=Decimal(3)
)
ENOUGH_LINES = QualityRule(
    name="enough_lines", label="lines of a field", breach="flag", source=_PRACTICE, low=Decimal(10)
)
READERS_AGREE = QualityRule(
    name="readers_agree",
    label="difference of the readers over their mean, to be adjudicated",
    breach="flag",
    source=_PRACTICE,
    high=Decimal(20),
    unit="%",
)
BLINDED = QualityRule(
    name="blinded",
    label="the reader did not know participant and time",
    breach="flag",
    source="a reader who knows the time point may see what is hoped for",
)

RULES = (
    *(PIXEL_SIZE, SAME_PIXEL_SIZE, PRINTED, COUNTS_AGREE, ENOUGH_CELLS, ENOUGH_FIELDS, ENOUGH_LINES),
    *(READERS_AGREE, BLINDED),
)
