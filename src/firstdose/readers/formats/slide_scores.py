"""A form by hand: the signs of the Trozak score, one row a slide and reader."""

from __future__ import annotations

from firstdose.readers.contents.histology import SlideScore, SlideScores
from firstdose.readers.form_table import is_form, read_form
from firstdose.readers.reader import Reader, Reading, Source, refused

SIGNS = (
    "rete_elongation", "rete_club_shape", "papillae_oedema", "perivascular_infiltrate", "granular_layer_absent",
    "parakeratosis", "suprapapillary_thinning", "suprabasal_mitoses", "munro_abscess", "spongiform_pustule",
)  # fmt: skip
_REQUIRED = ("slide", "reader", *SIGNS)
_MOST_POINTS, _MOST_TOTAL = 3.0, 19.0


def _read(source: Source) -> Reading:
    form, issues = read_form(source, _REQUIRED)
    if form is None:
        return refused(*issues)
    rows = tuple(
        SlideScore(
            slide=entry.cells["slide"],
            reader=entry.cells["reader"],
            blinded=form.truth(entry, "blinded"),
            points={sign: form.number(entry, sign, high=_MOST_POINTS) for sign in SIGNS},
            total=form.number(entry, "total", high=_MOST_TOTAL),
            line=entry.line,
        )
        for entry in form.entries
    )
    return Reading(contents=(SlideScores(rows=rows),), issues=form.issues)


ENTRY = Reader(
    name="slide_scores",
    label="form of Trozak's signs",
    source="Own form: slide, reader, blinded, the ten signs of the score by name, total",
    yields=("SlideScores",),
    extensions=("csv", "tsv", "txt"),
    recognises=lambda source: is_form(source, _REQUIRED),
    read=_read,
)
