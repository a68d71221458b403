"""Invented outlines of plaques as ImageJ, QuPath and drawing programs write them, of exactly the area asked for.

A plaque is an ellipse of 36 or more corners with a wavy border; it is scaled so that its polygon has the area.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

INVENTED = "invented for a rehearsal"
_VERSION, _POLYGON, _SUB_PIXEL = 228, 0, 128
_HEADER = 64
_QUPATH_DECIMALS = 2


def invent_border(
    area: float, *, ratio: float = 1.6, waves: float = 0.08, corners: int = 72, seed: int = 1
) -> NDArray[np.float64]:
    """Corners of a plaque around the origin, shape (corners, 2); its polygon has this area, in squares of its unit."""
    random = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    phase, turn = random.uniform(0, 2 * np.pi, 2)
    radius = 1 + waves * np.sin(3 * angle + phase)
    points = np.column_stack(
        [radius * np.cos(angle) * np.sqrt(ratio), radius * np.sin(angle) / np.sqrt(ratio)]
    )
    cosine, sine = np.cos(turn), np.sin(turn)
    points = points @ np.array([[cosine, sine], [-sine, cosine]])
    return np.asarray(points * np.sqrt(area / _shoelace(points)))


def write_roi(border: NDArray[np.float64], name: str) -> bytes:
    """An ImageJ polygon with parts of pixels. The name says that it is invented: the format has no other place."""
    points = (border - np.minimum(border.min(axis=0), 0)).astype(">f4")
    low, high = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int)
    count, text = len(points), f"{name} ({INVENTED})".encode("utf-16-be")
    second = _HEADER + 12 * count
    header = bytearray(_HEADER)
    struct.pack_into(">4shBx", header, 0, b"Iout", _VERSION, _POLYGON)
    struct.pack_into(">hhhhH", header, 8, low[1], low[0], high[1], high[0], count)
    struct.pack_into(">h", header, 50, _SUB_PIXEL)
    struct.pack_into(">i", header, 60, second)
    whole = (np.floor(points.astype(np.float64)).astype(int) - low).astype(">i2")
    behind = bytearray(64)
    struct.pack_into(">ii", behind, 16, second + 64, len(text) // 2)
    return b"".join([header, whole.T.tobytes(), points.T.tobytes(), behind, text])


def write_geojson(border: NDArray[np.float64], name: str) -> bytes:
    """A QuPath annotation in pixels with two decimals, as that program writes them."""
    ring = np.round(np.vstack([border, border[:1]]), _QUPATH_DECIMALS).tolist()
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"objectType": "annotation", "name": name, "classification": {"name": "Plaque"}},
    }
    return json.dumps({"type": "FeatureCollection", "description": INVENTED, "features": [feature]}).encode()


def write_svg(border: NDArray[np.float64], name: str, cm_per_px: float) -> bytes:
    """A drawing whose page is as large in cm as its pixels are."""
    points = border - border.min(axis=0) + 10
    width, height = np.ceil(points.max(axis=0) + 10)
    path = " L".join(f"{x:.6f} {y:.6f}" for x, y in points.tolist())
    size = f'width="{width * cm_per_px:.9g}cm" height="{height * cm_per_px:.9g}cm"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:g} {height:g}">'
        f"<desc>{INVENTED}</desc>"
        f'<path id="{name}" fill="none" stroke="black" d="M{path} Z"/></svg>\n'
    ).encode()


def _shoelace(points: NDArray[np.float64]) -> float:
    following = np.roll(points, -1, axis=0)
    return abs(float((points[:, 0] * following[:, 1] - points[:, 1] * following[:, 0]).sum())) / 2
