"""Invented flow cytometry: FCS 3.1 files of lymphocytes in chosen fractions, and the gates that find them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INVENTED = "INVENTED for a rehearsal, not measured"
RANGE = 262144
CHANNELS = (
    ("Time", ""),
    ("FSC-A", ""),
    ("FSC-H", ""),
    ("SSC-A", ""),
    ("FITC-A", "CD3"),
    ("PE-A", "CD56"),
    ("PerCP-A", "CD45"),
    ("PE-Cy7-A", "CD4"),
    ("APC-A", "CD19"),
    ("APC-Cy7-A", "CD8"),
)
_STAINS = tuple(name for name, label in CHANNELS if label)
_SPILLOVER = (
    np.eye(6) + np.diag((0.05, 0.04, 0.03, 0.02, 0.06), 1) + np.diag((0.01, 0.02, 0.01, 0.01, 0.03), -1)
)
# population: which markers are bright (CD3, CD56, CD45, CD4, CD19, CD8)
_BRIGHT = {
    "B cells": (0, 0, 1, 0, 1, 0),
    "CD4 T cells": (1, 0, 1, 1, 0, 0),
    "CD8 T cells": (1, 0, 1, 0, 0, 1),
    "NK cells": (0, 1, 1, 0, 0, 0),
    "T cells without CD4 and CD8": (1, 0, 1, 0, 0, 0),
    "other lymphocytes": (0, 0, 1, 0, 0, 0),
}
POPULATIONS = tuple(_BRIGHT)
_LYMPHOCYTES, _GRANULOCYTES, _BEADS = (70000.0, 25000.0), (130000.0, 140000.0), (20000.0, 220000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedTube:
    """A tube of blood: fractions of lymphocytes by population (the rest are others), events of each kind."""

    sample: str
    fractions: Mapping[str, float]
    lymphocytes: int = 5000
    granulocytes: int = 3000
    beads: int = 0
    date: str = "01-JAN-2000"


def write_tube(tube: InventedTube, seed: int) -> bytes:
    """The tube as FCS 3.1; the same bytes for the same seed.

    Raises:
        ValueError: an unknown population, or fractions beyond one.
    """
    random = np.random.Generator(np.random.Philox(seed))
    counts = event_counts(tube)
    blocks = [_block(random, counts[name], _LYMPHOCYTES, _BRIGHT[name]) for name in POPULATIONS]
    blocks.append(_block(random, tube.granulocytes, _GRANULOCYTES, (0, 0, 0, 0, 0, 0)))
    blocks.append(_block(random, tube.beads, _BEADS, (1, 1, 1, 1, 1, 1), spread=0.02))
    events = np.concatenate(blocks)
    random.shuffle(events, axis=0)
    events[:, 4:] = events[:, 4:] @ _SPILLOVER
    events[:, 0] = np.linspace(0.0, 60_000.0, len(events))
    return write_fcs(CHANNELS, events, {"$FIL": tube.sample, "$DATE": tube.date, "$SPILLOVER": _spillover()})


def event_counts(tube: InventedTube) -> dict[str, int]:
    """Events of each population, adding up to the lymphocytes.

    Raises:
        ValueError: an unknown population, or fractions beyond one.
    """
    unknown = sorted(set(tube.fractions) - set(POPULATIONS))
    if unknown or min(tube.fractions.values(), default=0.0) < 0 or sum(tube.fractions.values()) > 1 + 1e-9:
        raise ValueError(f"Fractions are of {', '.join(POPULATIONS)} and add up to one at most.")
    counts = {name: round(tube.fractions.get(name, 0.0) * tube.lymphocytes) for name in POPULATIONS}
    rest = tube.lymphocytes - sum(counts.values()) + counts["other lymphocytes"]
    return counts | {"other lymphocytes": max(rest, 0)}


def _block(
    random: np.random.Generator,
    count: int,
    scatter: tuple[float, float],
    bright: Sequence[int],
    spread: float = 0.06,
) -> Floats:
    """Events of one kind: time (0), scatter, fluorescence without spillover."""
    forward = scatter[0] * np.exp(spread * random.standard_normal(count))
    height = forward * 0.8 * np.exp(0.02 * random.standard_normal(count))
    side = scatter[1] * np.exp(2 * spread * random.standard_normal(count))
    stains = [
        20000.0 * np.exp(0.25 * random.standard_normal(count))
        if each
        else 150.0 * random.standard_normal(count)
        for each in bright
    ]
    return np.stack([np.zeros(count), forward, height, side, *stains], axis=1)


def _spillover() -> str:
    numbers = ",".join(f"{value:g}" for value in _SPILLOVER.ravel())
    return f"{len(_STAINS)},{','.join(_STAINS)},{numbers}"


def write_fcs(channels: Sequence[tuple[str, str]], events: Floats, keywords: Mapping[str, str]) -> bytes:
    """FCS 3.1, list mode, little-endian 32-bit floats; events of shape (n, channels)."""
    values = np.ascontiguousarray(events, dtype="<f4").tobytes()
    told = {
        "$BYTEORD": "1,2,3,4",
        "$DATATYPE": "F",
        "$MODE": "L",
        "$NEXTDATA": "0",
        "$PAR": str(len(channels)),
        "$TOT": str(len(events)),
        "$TIMESTEP": "0.001",
        "$CYT": "INVENTED cytometer",
        "$COM": INVENTED,
        "$BEGINANALYSIS": "0",
        "$ENDANALYSIS": "0",
        "$BEGINSTEXT": "0",
        "$ENDSTEXT": "0",
        **keywords,
    }
    for number, (name, label) in enumerate(channels, start=1):
        own = {"N": name, "B": "32", "E": "0,0", "R": str(RANGE), "G": "1"} | ({"S": label} if label else {})
        told |= {f"$P{number}{key}": value for key, value in own.items()}
    return _assembled(told, values)


def _assembled(keywords: Mapping[str, str], values: bytes) -> bytes:
    """HEADER, TEXT and DATA; the offsets stand in TEXT too, in eight digits so that its length is known before."""
    begin = 58
    length = len(_text({**keywords, "$BEGINDATA": "0" * 8, "$ENDDATA": "0" * 8}))
    first, last = begin + length, begin + length + len(values) - 1
    text = _text({**keywords, "$BEGINDATA": f"{first:08d}", "$ENDDATA": f"{last:08d}"})
    offsets = (begin, first - 1, first, last, 0, 0)
    return b"FCS3.1    " + b"".join(b"%8d" % offset for offset in offsets) + text + values


def _text(keywords: Mapping[str, str]) -> bytes:
    pairs = (part.replace("/", "//") for pair in keywords.items() for part in pair)
    return f"/{'/'.join(pairs)}/".encode()


_GATES = (
    # name, parent, (channel, low, high) ... ; fluorescence on the scale of asinh
    ("Beads", "", (("SSC-A", 180_000, None), ("FSC-A", 5_000, 40_000))),
    ("Lymphocytes", "", (("SSC-A", 5_000, 60_000), ("FSC-A", 45_000, 105_000))),
    ("CD45+ single cells", "Lymphocytes", (("PerCP-A", 0.55, None),)),
    ("B cells", "CD45+ single cells", (("APC-A", 0.55, None), ("FITC-A", None, 0.55))),
    ("T cells", "CD45+ single cells", (("FITC-A", 0.55, None), ("APC-A", None, 0.55))),
    ("CD4 T cells", "T cells", (("PE-Cy7-A", 0.55, None), ("APC-Cy7-A", None, 0.55))),
    ("CD8 T cells", "T cells", (("APC-Cy7-A", 0.55, None), ("PE-Cy7-A", None, 0.55))),
    ("NK cells", "CD45+ single cells", (("PE-A", 0.55, None), ("FITC-A", None, 0.55))),
)


def write_gates() -> bytes:
    """The gates of an invented tube as Gating-ML 2.0."""
    space = "http://www.isac-net.org/std/Gating-ML/v2.0"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        (
            f'<gating:Gating-ML xmlns:gating="{space}/gating" xmlns:transforms="{space}/transformations" '
            f'xmlns:data-type="{space}/datatypes">'
        ),
        f"<data-type:custom_info>{INVENTED}</data-type:custom_info>",
        (
            '<transforms:transformation transforms:id="asinh">'
            f'<transforms:fasinh transforms:T="{RANGE}" transforms:M="4" transforms:A="0.5"/></transforms:transformation>'
        ),
    ]
    for name, parent, ranges in _GATES:
        above = f' gating:parent_id="{parent}"' if parent else ""
        lines += [f'<gating:RectangleGate gating:id="{name}"{above}>']
        lines += [_dimension(*each) for each in ranges]
        lines += ["</gating:RectangleGate>"]
    return "\n".join([*lines, "</gating:Gating-ML>", ""]).encode()


def _dimension(channel: str, low: float | None, high: float | None) -> str:
    stained = channel in _STAINS
    told = 'gating:compensation-ref="FCS" gating:transformation-ref="asinh"' if stained else ""
    told = told or 'gating:compensation-ref="uncompensated"'
    ends = "".join(
        f' gating:{key}="{value}"' for key, value in (("min", low), ("max", high)) if value is not None
    )
    name = f'<data-type:fcs-dimension data-type:name="{channel}"/>'
    return f"<gating:dimension {told}{ends}>{name}</gating:dimension>"
