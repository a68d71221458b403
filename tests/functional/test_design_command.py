"""`firstdose design` and `firstdose board` end to end: what they print, what they leave behind, what they refuse."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstdose.cli import app
from firstdose.protocol.writing import render_protocol, starter
from firstdose.report.wording import INVENTED
from tests.shared import program
from tests.unit.escalation.composed import composed
from tests.unit.report.reading import read_page

SEED = Path(__file__).parents[2] / "trials" / "adsc_psoriasis"


def run(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    file = tmp_path / "composed.yaml"
    file.write_text(render_protocol(composed(12)), encoding="utf-8")
    return file


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(starter(), encoding="utf-8")
    return file


def test_the_appendix_is_told_in_the_order_in_which_it_is_read(protocol):
    answer = run("design", protocol)
    assert answer.exit_code == 0, answer.output
    heads = [
        "1  The rule", "2  Decision table", "3  Operating characteristics", "4  Length of the trial",
        "5  What so few participants can show", "6  Stopping rule pooled", "7  The worst case", "8  What these numbers",
    ]  # fmt: skip
    places = [answer.output.index(head) for head in heads]
    assert places == sorted(places)
    assert "exactly: " in answer.output
    assert max(map(len, answer.output.splitlines())) <= 130


def test_scenarios_that_nobody_declared_are_told_to_be_ours(small):
    answer = run("design", small)
    assert answer.exit_code == 0, answer.output
    assert "The protocol declares no scenarios" in " ".join(answer.output.split())
    assert "low everywhere (ours)" in answer.output
    assert "Next step in early states" in answer.output


def test_the_numbers_are_left_as_json_with_probabilities_that_sum_to_one(protocol, tmp_path):
    file = tmp_path / "far" / "design.json"
    assert run("design", protocol, "--json", file).exit_code == 0
    written = json.loads(file.read_text("utf-8"))
    assert written["method"] == "exact"
    for scenario in written["scenarios"]:
        for name in ("total_participants", "ends", "days"):
            assert sum(scenario[name].values()) == pytest.approx(1, abs=1e-12)
        assert sum(scenario["selected"]) + scenario["none"] == pytest.approx(1, abs=1e-12)
        assert sum(scenario["participants"]) == pytest.approx(
            sum(int(size) * p for size, p in scenario["total_participants"].items()), abs=1e-9
        )


def test_the_appendix_as_pages_has_figures_with_words_for_who_cannot_see_them(protocol, tmp_path):
    out = tmp_path / "out"
    answer = run("design", protocol, "--out", out)
    assert answer.exit_code == 0, answer.output
    assert answer.output.split() == [str(out / "design.html"), str(out / "design.pdf")]
    page = read_page((out / "design.html").read_text("utf-8"))
    assert len(page.all("figure")) == 4
    assert all(svg.get("aria-label") or svg.get("aria-labelledby") for svg in page.all("svg"))
    assert "Snapshot" not in page.words()
    reader = program("pdftotext", package="poppler-utils")
    text = subprocess.run(
        [reader, out / "design.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Recommended level by scenario" in text


def test_another_protocol_is_set_beside_this_one(protocol, small, tmp_path):
    other = tmp_path / "later.yaml"
    other.write_text(render_protocol(composed(18)), encoding="utf-8")
    answer = run("design", protocol, "--against", other)
    assert answer.exit_code == 0, answer.output
    assert "Beside later" in answer.output
    refused = run("design", protocol, "--against", small)
    assert (refused.exit_code, "FD-E030" in refused.output) == (15, True)


def test_a_design_that_escalates_nothing_ends_with_15(tmp_path):
    file = tmp_path / "fixed.yaml"
    file.write_text(
        render_protocol(composed(12, design="fixed_allocation", keys=(), stopping=())), encoding="utf-8"
    )
    answer = run("design", file)
    assert (answer.exit_code, "FD-E001" in answer.output) == (15, True)


# ------------------------------------------------------------------------------------------------------ the board


@pytest.fixture(scope="module")
def packet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("packet")
    answer = run("board", SEED, "--out", out)
    assert answer.exit_code == 0, answer.output
    return out


def test_the_packet_says_what_was_seen_what_is_due_and_asks_for_a_vote(packet):
    words = " ".join(read_page((packet / "board.html").read_text("utf-8")).words())
    for head in (
        "Decision",
        "Exposure",
        "Adverse events",
        "From the records to the decision",
        "Stopping rules",
    ):
        assert head in words
    assert "Questions to vote on" in words
    assert "[To be written by member 1: date, signature]" in words
    assert INVENTED in words


def test_the_packet_names_data_cut_and_snapshot(packet):
    from firstdose.derived.timing import derive_data_cut
    from firstdose.protocol.reading import read_protocol
    from firstdose.records.study import read_study

    protocol = read_protocol(SEED / "protocol.yaml").protocol
    assert protocol is not None
    snapshot = read_study(SEED, protocol, None).snapshot
    page = (packet / "board.html").read_text("utf-8").replace("<wbr>", "")
    assert f"<dd>{snapshot.digest}</dd>" in page
    assert f"<dd>{derive_data_cut(snapshot)}</dd>" in page


def test_the_packet_is_marked_on_every_printed_page(packet):
    reader = program("pdftotext", package="poppler-utils")
    text = subprocess.run(
        [reader, packet / "board.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = text.split("\f")[:-1]
    assert len(pages) >= 3
    assert all("INVENTED RECORDS" in page for page in pages)


def test_an_earlier_cut_knows_less_and_foresees_more(tmp_path):
    answer = run("board", SEED, "--out", tmp_path, "--cut", "2024-02-20")
    assert answer.exit_code == 0, answer.output
    words = " ".join(read_page((tmp_path / "board.html").read_text("utf-8")).words())
    assert "INV-001" in words
    assert "1 of at most 5 participants" in words
    assert "What is possible next" in words
    assert "How it would end" in words
    assert "watched to 2024-03-05" in words
