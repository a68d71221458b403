"""The table of results as files: JSON for people and programs, Parquet for programs. Same input, same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.analysis.results import Results

NESTED = ("excluded", "caveats", "sources")


def render_results(results: Results) -> str:
    """The results as JSON text: floats in shortest exact form, keys in fixed order, one trailing newline."""
    return json.dumps(results.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def export_results(results: Results, out: Path) -> list[Path]:
    """Write results.json and results.parquet; nested columns are JSON text in Parquet."""
    import polars as pl

    page = out / "results.json"
    page.write_text(render_results(results), encoding="utf-8")
    flat = [_flat(asdict(row)) for row in results.rows]
    frame = pl.DataFrame(flat, infer_schema_length=None).with_columns(
        pl.lit(results.snapshot).alias("snapshot"),
        pl.lit(results.protocol).alias("protocol"),
        pl.lit(results.software).alias("software"),
        pl.lit(results.invented).alias("invented"),
    )
    table = out / "results.parquet"
    frame.write_parquet(table, compression="zstd", statistics=False)
    return [page, table]


def _flat(row: dict[str, object]) -> dict[str, object]:
    return {
        name: json.dumps(value, ensure_ascii=False) if name in NESTED else value
        for name, value in row.items()
    }
