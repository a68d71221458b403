"""Slides: QuPath's table of annotations, one a visit, with the cells of each class inside the dermis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.rehearsal.instrument_files.qupath import InventedSlide, write_annotations
from firstdose.rehearsal.specimens import Placed, Specimen, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.protocol.model_of_laboratory import PlannedAssay

_AREA = 4.0  # mm2 of dermis on a slide


def write_slides(planned: PlannedAssay, specimens: Sequence[Specimen], seed: int) -> Written:
    """One table a visit; whole cells on 4 mm2, so that a density is met within a quarter of a cell."""
    del seed  # nothing is drawn: cells are whole numbers
    files: dict[str, bytes] = {}
    places: dict[str, Placed] = {}
    for visit in dict.fromkeys(each.keys.get("visit", "") for each in specimens):
        own = [each for each in specimens if each.keys.get("visit", "") == visit]
        file = f"{visit or 'slides'}.tsv"
        files[file] = write_annotations([_slide(planned, each) for each in own])
        places |= {each.name: Placed(file=file, sample=_image(each)) for each in own}
    return Written(files=files, places=places)


def _slide(planned: PlannedAssay, specimen: Specimen) -> InventedSlide:
    densities = {row.analyte: specimen.values.get(row.item, 0.0) for row in planned.quantities}
    return InventedSlide(image=_image(specimen), area_mm2=_AREA, densities=densities)


def _image(specimen: Specimen) -> str:
    return f"{specimen.name.replace(' ', '-')}.svs"
