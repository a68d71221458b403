"""Slides and outlines: readers against a plain read of the same bytes, and areas against shapely and roifile.

`python -m benchmarks.assays_histology` prints one line a task. Peers, where installed: `shapely` for areas and
validity, `roifile` for the bytes of ImageJ. Neither is needed.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import statistics
import struct
import time
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays import digital_pathology, planimetry
from firstdose.assays._kernel.geometry import measure_outline
from firstdose.catalogue import load
from firstdose.catalogue.assay import Request
from firstdose.readers.contents.outline import Ring
from firstdose.readers.reader import Source
from firstdose.rehearsal.instrument_files.outlines import invent_border, write_geojson, write_roi, write_svg
from firstdose.rehearsal.instrument_files.qupath import InventedSlide, write_annotations, write_detections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUNS, OUTLINES, SLIDES, CORNERS = 5, 200, 40, 720


def main() -> None:
    for line in (*tables(), *outlines(), *geometry()):
        print(line)


def tables() -> Iterator[str]:
    """The slides of a trial of 5 participants, 4 visits, 2 plaques: 40 images, about 900 cells each."""
    slides = [
        InventedSlide(image=f"s{number}.tif", area_mm2=2.5, densities={"CD3": 320, "CD20": 40}, outside=20)
        for number in range(SLIDES)
    ]
    made = {"qupath_annotations": write_annotations(slides), "qupath_detections": write_detections(slides)}
    for name, content in made.items():
        yield _line(name, [content], lambda text: list(csv.reader(text.decode().split("\n"), delimiter="\t")))
    readings = [load("readers.formats")[name].read(Source(name, content)) for name, content in made.items()]
    measured = _seconds(lambda: digital_pathology.ENTRY.measure(readings, Request()))
    yield f"counts, densities and shares of {SLIDES} slides: {1e3 * measured:.1f} ms"


def outlines() -> Iterator[str]:
    """Traces of so many plaques in each format."""
    borders = [invent_border(2.5e5, corners=CORNERS, seed=seed) + 1000 for seed in range(OUTLINES)]
    made = {
        "imagej_roi": [write_roi(border, "L1") for border in borders],
        "geojson": [write_geojson(border, "L1") for border in borders],
        "svg_outline": [write_svg(border, "L1", 0.02) for border in borders],
    }
    plain: dict[str, Callable[[bytes], object]] = {
        "imagej_roi": lambda content: struct.unpack_from(f">{2 * CORNERS}f", content, 64 + 4 * CORNERS),
        "geojson": json.loads,
        "svg_outline": lambda content: [
            float(word) for word in content.decode().split('d="M')[1].split(" Z")[0].replace("L", "").split()
        ],
    }
    for name, contents in made.items():
        yield _line(name, contents, plain[name])
    readings = [
        load("readers.formats")["imagej_roi"].read(Source("x", content)) for content in made["imagej_roi"]
    ]
    measured = _seconds(lambda: planimetry.ENTRY.measure(readings, Request(words={"cm_per_px": "0.02"})))
    yield f"areas of {OUTLINES} outlines of {CORNERS} corners, crossings looked for: {1e3 * measured / OUTLINES:.2f} ms each"
    yield from _roifile(made["imagej_roi"])


def geometry() -> Iterator[str]:
    """One large trace with holes, as a program finds a section's border."""
    rings = [invent_border(1e8, corners=6000, seed=1)]
    rings += [
        invent_border(3e3, corners=60, seed=seed) + np.array([120 * seed - 3000, 0]) for seed in range(50)
    ]
    shapes = [Ring(ring) for ring in rings]
    ours = _seconds(lambda: measure_outline(shapes))
    yield f"area of a trace of {sum(map(len, rings))} corners with 50 holes: {1e3 * ours:.1f} ms"
    if not _installed("shapely"):
        return
    import shapely

    def peer() -> tuple[bool, float]:
        polygon = shapely.Polygon(rings[0], rings[1:])
        return polygon.is_valid, polygon.area

    valid, area = peer()
    theirs = _seconds(peer)
    same = abs(measure_outline(shapes).area / area - 1)
    yield f"shapely, area and validity: {1e3 * theirs:.1f} ms; valid {valid}, relative difference {same:.1e}"


def _roifile(contents: list[bytes]) -> Iterator[str]:
    if not _installed("roifile"):
        return
    import roifile

    theirs = _seconds(lambda: [roifile.ImagejRoi.frombytes(content).coordinates() for content in contents])
    yield f"roifile, corners of the same selections: {1e3 * theirs / len(contents):.3f} ms a file"


def _line(name: str, contents: list[bytes], plain: Callable[[bytes], object]) -> str:
    reader = load("readers.formats")[name]
    sources = [Source(name, content) for content in contents]
    ours = _seconds(lambda: [reader.read(source) for source in sources])
    theirs = _seconds(lambda: [plain(content) for content in contents])
    size = statistics.mean(map(len, contents)) / 1000
    return (
        f"{name}, {len(contents)} of {size:.0f} kB: read {1e3 * ours / len(contents):.2f} ms a file, "
        f"{ours / theirs:.1f} x a plain read of the same bytes"
    )


def _installed(name: str) -> bool:
    if importlib.util.find_spec(name) is None:
        print(f"{name} is not installed: nothing is compared with it.")
        return False
    return True


def _seconds(work: Callable[[], object]) -> float:
    """Median of several runs after a warm-up."""
    times = []
    for run in range(RUNS + 1):
        start = time.perf_counter()
        work()
        if run:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
