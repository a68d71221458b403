"""Invented QuPath tables: annotations with counts, and the detections behind them, of given densities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INVENTED = "invented for a rehearsal"
_ROOT = "Root object (Image)"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedSlide:
    """One image: area of its only annotation in mm2, cells per mm2 of each class, cells outside of it."""

    image: str
    area_mm2: float
    densities: Mapping[str, float]
    outside: int = 0

    @property
    def area_um2(self) -> float:
        """As the table prints it, with one decimal."""
        return round(self.area_mm2 * 1e6, 1)

    @property
    def cells(self) -> dict[str, int]:
        """Whole cells of each class inside."""
        return {name: round(density * self.area_mm2) for name, density in self.densities.items()}


def write_annotations(slides: Sequence[InventedSlide]) -> bytes:
    """The table of annotations. Its annotation is called what it is: invented."""
    classes = list(dict.fromkeys(name for slide in slides for name in slide.densities))
    header = ["Image", "Object ID", "Object type", "Name", "Classification", "Parent", "ROI"]
    header += ["Centroid X µm", "Centroid Y µm", "Num Detections", *(f"Num {name}" for name in classes)]
    lines = [[*header, "Area µm^2", "Perimeter µm"]]
    for number, slide in enumerate(slides, start=1):
        side = slide.area_um2**0.5
        counts = [str(slide.cells.get(name, 0)) for name in classes]
        lines.append(
            [
                *(
                    slide.image,
                    _identity(number, 0),
                    "Annotation",
                    f"Dermis ({INVENTED})",
                    "Dermis",
                    _ROOT,
                    "Rectangle",
                ),
                *(f"{side / 2:.1f}", f"{side / 2:.1f}", str(sum(slide.cells.values())), *counts),
                *(f"{slide.area_um2:.1f}", f"{4 * side:.1f}"),
            ]
        )
    return _text(lines)


def write_detections(slides: Sequence[InventedSlide], seed: int = 1) -> bytes:
    """One row a cell, in an order that says nothing; cells outside the annotation have the image as parent."""
    random = np.random.default_rng(seed)
    lines = [
        [
            "Image",
            "Object ID",
            "Object type",
            "Name",
            "Classification",
            "Parent",
            "ROI",
            "Centroid X µm",
            "Centroid Y µm",
        ]
    ]
    for number, slide in enumerate(slides, start=1):
        names = [name for name, count in slide.cells.items() for _ in range(count)]
        outside = random.choice(list(slide.densities), slide.outside).tolist() if slide.outside else []
        cells = [(name, f"Dermis ({INVENTED})") for name in names] + [(name, _ROOT) for name in outside]
        places = random.uniform(0, slide.area_um2**0.5, (len(cells), 2)).round(1).tolist()
        for cell, (order, place) in enumerate(
            zip(random.permutation(len(cells)).tolist(), places, strict=True), start=1
        ):
            name, parent = cells[order]
            identity = _identity(number, cell)
            lines.append(
                [
                    slide.image,
                    identity,
                    "Detection",
                    "",
                    name,
                    parent,
                    "Polygon",
                    f"{place[0]}",
                    f"{place[1]}",
                ]
            )
    return _text(lines)


def _identity(image: int, number: int) -> str:
    """An object's id of the form that the program gives, made of its numbers."""
    return f"00000000-0000-4000-{0x8000 + image:04x}-{number:012x}"


def _text(lines: list[list[str]]) -> bytes:
    return "".join("\t".join(line) + "\n" for line in lines).encode()
