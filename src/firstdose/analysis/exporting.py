"""The table of results as files: JSON for people and programs, Parquet for programs. Same input, same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from firstdose.analysis.results import LISTS, PLAIN

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.analysis.results import Results


def render_results(results: Results) -> str:
    """The results as JSON text: floats in shortest exact form, keys in fixed order, one trailing newline."""
    return _text(results.as_json())


def export_results(results: Results, out: Path) -> list[Path]:
    """Write results.json and results.parquet; the table's lists are JSON text, shared lists stand in results.json."""
    import polars as pl

    whole = results.as_json()
    page = out / "results.json"
    page.write_text(_text(whole), encoding="utf-8")
    rows = whole["results"]
    columns = {
        name: [_cell(row[name]) for row in rows]  # type: ignore[attr-defined]
        for name in (*PLAIN, *LISTS)
    }
    frame = pl.DataFrame(columns, strict=False).with_columns(
        pl.lit(results.snapshot).alias("snapshot"),
        pl.lit(results.protocol).alias("protocol"),
        pl.lit(results.software).alias("software"),
        pl.lit(results.invented).alias("invented"),
    )
    table = out / "results.parquet"
    frame.write_parquet(table, compression="zstd", statistics=False)
    return [page, table]


def _text(whole: dict[str, object]) -> str:
    """One line a row, so that two reports can be compared line by line."""
    parts = [f" {_dumped(name)}: {_lines(value)}" for name, value in whole.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_dumped(each)}" for each in value) + "\n ]"
    if isinstance(value, dict) and value:
        return (
            "{\n" + ",\n".join(f"  {_dumped(name)}: {_dumped(each)}" for name, each in value.items()) + "\n }"
        )
    return _dumped(value)


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple) else value
