"""The plan as files: JSON with everything, CSV with a row a figure, Markdown to be read. Same input, same bytes."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from firstdose.planning.telling import render_characteristics, sentences_of

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.planning.characteristics import Characteristics, TestFigure
    from firstdose.planning.tallying import Share

HEADS = (
    "test", "purpose", "method", "n", "effect", "alpha", "level", "trials", "variable", "variables", "analysed",
    "answered", "answered_error", "rejected", "rejected_error", "coverage", "coverage_error", "width", "width_error",
)  # fmt: skip


def export_characteristics(found: Characteristics, out: Path) -> list[Path]:
    """Write plan.json, plan.csv and plan.md."""
    whole = {**found.as_json(), "sentences": list(sentences_of(found))}
    files = {
        "plan.json": json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        "plan.csv": _table(found),
        "plan.md": render_characteristics(found),
    }
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
    return [out / name for name in files]


def _table(found: Characteristics) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADS)
    writer.writerows(_cells(each) for each in found.tests)
    return text.getvalue()


def _cells(each: TestFigure) -> list[object]:
    shares = (each.answered, each.rejected, each.coverage, each.width)
    plain = [getattr(each, name) for name in HEADS[: HEADS.index("answered")]]
    return [
        *("" if value is None else value for value in plain),
        *(cell for share in shares for cell in _two(share)),
    ]


def _two(share: Share | None) -> tuple[object, object]:
    return ("", "") if share is None else (share.value, share.error)
