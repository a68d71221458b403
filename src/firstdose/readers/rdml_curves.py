"""Curves of RDML: most of such a file is two numbers in five tags, so they are taken out before the XML is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from numpy import float64
    from numpy.typing import NDArray

    from firstdose.readers.reader import Source

MOST_CYCLES = 500

_N = r"\s*[-+0-9.eE]{1,40}\s*"
_POINT = (
    r"<(?P<kind>adp|mdp)>\s*(?:<cyc>{n}</cyc>\s*)?(?:<tmp>{n}</tmp>\s*)?<fluor>{n}</fluor>\s*</(?P=kind)>\s*"
)
_NEXT = r"<(?P=kind)>\s*(?:<cyc>{n}</cyc>\s*)?(?:<tmp>{n}</tmp>\s*)?<fluor>{n}</fluor>\s*</(?P=kind)>\s*"
_CURVE = re.compile(f"{_POINT}(?:{_NEXT})*".replace("{n}", _N).encode())
# No tag of a curve has an e in it, so that numbers stay whole where the letters of tags become blanks.
_BLANKS = bytes.maketrans(b"<>/adpcyfluormt", b" " * 15)
_PLACEHOLDER = "curve-taken-out"
_NAMES = {"adp": "cyc", "mdp": "tmp"}


@dataclass(frozen=True, slots=True)
class Curve:
    """Cycles or temperatures, and fluorescence: shapes (n,). `broken`: what of it cannot be read."""

    x: NDArray[float64]
    y: NDArray[float64]
    broken: str = ""


NONE = Curve(np.empty(0), np.empty(0))


def take_out(source: Source) -> tuple[Source, list[Curve]]:
    """The file with every plain curve replaced by a placeholder of as many lines, and the curves.

    What is written in another way stays in place and is read with the rest.
    """
    curves: list[Curve] = []
    content = source.content
    if _PLACEHOLDER.encode() in content or b"\x00" in content[:200]:
        return source, curves

    def replaced(match: re.Match[bytes]) -> bytes:
        curve = _curve(match[0], match["kind"])
        if curve is None:
            return match[0]
        curves.append(curve)
        mark = f'<{_PLACEHOLDER} kind="{match["kind"].decode()}" nr="{len(curves) - 1}"/>'
        return mark.encode() + b"\n" * match[0].count(b"\n")

    return replace(source, content=_CURVE.sub(replaced, content)), curves


def _curve(block: bytes, kind: bytes) -> Curve | None:
    points = block.count(b"<%b>" % kind)
    try:
        values = np.array(list(map(float, block.translate(_BLANKS).split())))
    except ValueError:
        return None
    first = block[: block.index(b"</%b>" % kind)]
    tags = [first.count(b"<cyc>"), first.count(b"<tmp>")]
    if values.size != points * (sum(tags) + 1) or not tags[0 if kind == b"adp" else 1]:
        return None
    if block.count(b"<cyc>") != tags[0] * points or block.count(b"<tmp>") != tags[1] * points:
        return None
    table = values.reshape(points, -1)
    return Curve(table[:, 0 if kind == b"adp" else tags[0]], table[:, -1])


def curve_of(element: Element, kind: str, curves: list[Curve]) -> Curve:
    """The amplification (`adp`) or melting (`mdp`) curve of a reaction, checked."""
    found = list(_pieces(element, kind, curves))
    if not found:
        return NONE
    whole = Curve(np.concatenate([piece.x for piece in found]), np.concatenate([piece.y for piece in found]))
    broken = next((piece.broken for piece in found if piece.broken), "") or _broken(whole, kind)
    return Curve(whole.x, whole.y, broken)


def _pieces(element: Element, kind: str, curves: list[Curve]) -> Iterator[Curve]:
    for child in element:
        if child.tag == _PLACEHOLDER and child.get("kind") == kind:
            number = child.get("nr", "")
            if number.isdecimal() and int(number) < len(curves):
                yield curves[int(number)]
        elif child.tag == kind:
            yield _point(child, kind)


def _point(child: Element, kind: str) -> Curve:
    texts = [(child.findtext(name) or "").strip() for name in (_NAMES[kind], "fluor")]
    try:
        x, y = (float(text) for text in texts)
    except ValueError:
        return Curve(np.empty(0), np.empty(0), f"a point of it is {texts[0]!r}, {texts[1]!r}")
    return Curve(np.array([x]), np.array([y]))


def _broken(curve: Curve, kind: str) -> str:
    if not np.isfinite(curve.x).all() or np.isinf(curve.y).any():
        return "a number of it is infinite or none"
    if np.unique(curve.x).size < curve.x.size:
        return f"a {'cycle' if kind == 'adp' else 'temperature'} of it stands there twice"
    if kind == "adp" and (curve.x.min() < 0 or curve.x.max() > MOST_CYCLES):
        return f"its cycles run from {curve.x.min():g} to {curve.x.max():g}"
    return ""
