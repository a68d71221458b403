"""The table of results: ids, look-up, and the two files it becomes."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.analysis.exporting import export_results, render_results
from firstdose.analysis.results import IDENTITY, ResultRow, Results, Source, named_rows

SOURCE = Source("PASI", ("total",), ("M6",), ("P1", "P2"))
ROW = ResultRow(
    analysis="E1", statistic="mean", value=1 / 3, text="0.33", unit="participant", sources=(SOURCE,)
)
ROWS = named_rows(
    [
        ROW,
        replace(
            ROW,
            statistic="p",
            value=None,
            text="NC",
            excluded=(("P3", "ill"),),
            caveats=("FD-A202 None.",),
            exact=True,
        ),
    ]
)
RESULTS = Results(ROWS, snapshot="s" * 64, protocol="p" * 64, software="firstdose 0", invented=True)


def test_rows_are_found_by_what_they_are():
    assert RESULTS.of("E1") == tuple(RESULTS)
    assert RESULTS.one("E1", statistic="p").text == "NC"
    assert RESULTS.of("E2") == ()


@pytest.mark.parametrize("where", [{}, {"statistic": "sd"}])
def test_none_or_several_that_fit_are_no_answer(where):
    with pytest.raises(LookupError, match="rows fit E1"):
        RESULTS.one("E1", **where)


def test_two_rows_that_are_the_same_number_are_refused():
    with pytest.raises(ValueError, match="two rows are the same number"):
        named_rows([ROW, replace(ROW, value=2.0)])


@given(st.sampled_from(IDENTITY), st.text(min_size=1))
def test_an_id_depends_on_what_the_number_is_and_not_on_its_value(column, word):
    other = replace(ROW, value=99.0, text="99", n_participants=7, excluded=(("P9", "x"),))
    assert other.named().result == ROW.named().result
    changed = replace(ROW, **{column: word + "'"})
    assert changed.named().result != ROW.named().result


def test_the_json_file_holds_every_number_with_its_records(tmp_path):
    page, _ = export_results(RESULTS, tmp_path)
    text = page.read_text(encoding="utf-8")
    whole = json.loads(text)
    assert text == render_results(RESULTS)
    assert (whole["format"], whole["invented"], whole["snapshot"]) == ("firstdose results 1", True, "s" * 64)
    first, second = whole["results"]
    assert (first["value"], second["value"], first["excluded"]) == (1 / 3, None, "")
    assert whole["excluded"][second["excluded"]] == [["P3", "ill"]]
    source = whole["sources"][first["sources"][0]]
    assert (source["activity"], source["items"], source["visits"]) == ("PASI", ["total"], ["M6"])
    assert whole["participants"][source["participants"]] == ["P1", "P2"]


def test_a_source_of_all_participants_says_all():
    results = replace(RESULTS, rows=named_rows([replace(ROW, sources=(Source("PASI"),))]))
    assert [each["participants"] for each in json.loads(render_results(results))["sources"].values()] == [
        "all"
    ]


def test_the_parquet_file_holds_the_same_table(tmp_path):
    _, table = export_results(RESULTS, tmp_path)
    frame = pl.read_parquet(table)
    assert frame["result"].to_list() == [row.result for row in ROWS]
    assert frame["value"].to_list() == [1 / 3, None]
    assert frame["snapshot"].unique().to_list() == ["s" * 64]
    assert json.loads(frame["caveats"][1]) == ["FD-A202 None."]


def test_the_same_results_are_the_same_bytes(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    first, second = ([path.read_bytes() for path in export_results(RESULTS, folder)] for folder in folders)
    assert first == second
