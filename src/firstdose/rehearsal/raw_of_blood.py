"""Blood: a tube a sample as FCS 3.1, the gates of the laboratory beside them, and the blood count in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.rehearsal.instrument_files.fcs import InventedTube, write_gates, write_tube
from firstdose.rehearsal.specimens import Placed, Specimen, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.protocol.model_of_laboratory import PlannedAssay

GATES = "gates.xml"
_LYMPHOCYTES, _GRANULOCYTES = 2500, 200  # events of a tube, to keep the files small
_LEAST_PER_UL, _MOST_SHARE = 1000.0, 0.85
_PERCENT = 30.0  # lymphocytes of white cells
_CD4_OF_T = 0.62
_KNOWN = 0.98  # share of lymphocytes that are B, T or NK cells


def write_blood(planned: PlannedAssay, specimens: Sequence[Specimen], seed: int) -> Written:
    """A tube a specimen; all tubes and the gates are one run each, with the counter's numbers beside them."""
    files: dict[str, bytes] = {GATES: write_gates()}
    places: dict[str, Placed] = {}
    further: list[dict[str, str]] = []
    for number, each in enumerate(specimens, start=1):
        file = f"{each.name.replace(' ', '_')}.fcs"
        wanted = {row.analyte: each.values.get(row.item, 0.0) for row in planned.quantities}
        lymphocytes = max(_LEAST_PER_UL, sum(wanted.values()) / _MOST_SHARE)
        white = lymphocytes / _PERCENT * 100 / 1000  # 10^9/L
        told = round(white, 2)
        shares = {name: value / (told * 1000 * _PERCENT / 100) for name, value in wanted.items()}
        tube = InventedTube(
            sample=each.name,
            fractions=_fractions(shares),
            lymphocytes=_LYMPHOCYTES,
            granulocytes=_GRANULOCYTES,
        )
        files[file] = write_tube(tube, seed + number)
        facts = {"white_cells": f"{told:.2f}", "lymphocyte_percent": f"{_PERCENT:.0f}"}
        places[each.name] = Placed(file=file, run=each.name, facts=facts)
        further.append({"file": GATES, "run": each.name, "role": "gates"})
    return Written(files=files, places=places, further=further)


def _fractions(shares: dict[str, float]) -> dict[str, float]:
    """Of the populations that a tube knows; T cells are CD4 and CD8."""
    t_cells = shares.get("T cells", 0.0)
    found = {name: share for name, share in shares.items() if name != "T cells"}
    if t_cells:
        found |= {"CD4 T cells": t_cells * _CD4_OF_T, "CD8 T cells": t_cells * (1 - _CD4_OF_T)}
    return found | {"NK cells": max(0.0, _KNOWN - sum(found.values()))}
