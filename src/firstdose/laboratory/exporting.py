"""A run as plain JSON: values with comparator, limits, spread, place and verdicts; files with their digests."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firstdose.catalogue import Assay
    from firstdose.laboratory.measuring import MeasuredRun


def run_as_json(assay: Assay, measured: MeasuredRun) -> dict[str, Any]:
    """Everything of the run but its pictures; what is not a number is null."""
    run = measured.run
    return {
        "assay": {"name": assay.name, "version": assay.version, "source": assay.source},
        "files": {name: asdict(origin) for name, origin in measured.origins.items()},
        "verdict": run.verdict,
        "facts": dict(run.facts),
        "findings": [_plain(asdict(finding)) for finding in run.findings],
        "values": [_plain(asdict(each) | {"verdict": each.verdict}) for each in run.measured],
    }


def _plain(part: Any) -> Any:
    if isinstance(part, float):
        return part if math.isfinite(part) else None
    if isinstance(part, dict):
        return {name: _plain(each) for name, each in part.items()}
    if isinstance(part, list | tuple):
        return [_plain(each) for each in part]
    return part
