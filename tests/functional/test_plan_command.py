"""`firstdose plan`: what it prints, the files it leaves, the same bytes on every run."""

from __future__ import annotations

import csv
import json

import pytest
from typer.testing import CliRunner

from firstdose.cli import app
from tests.shared import ROOT

PROTOCOL = ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml"


def run(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_plan_is_told_with_its_assumptions_figures_and_sentences():
    answer = run("plan", PROTOCOL, "--trials", 50)
    assert answer.exit_code == 0
    headings = [
        "Assumed",
        "Tests: 50 simulated trials, seed 1",
        "Families",
        "Intervals of shares and rates: exact sums",
        "What this plan can and cannot show",
    ]
    lines = answer.output.splitlines()
    assert [line for line in lines if line in headings] == headings
    assert any(line.startswith("E5        paired_t                 5  0.05") for line in lines)


def test_the_files_hold_every_figure_and_the_same_bytes_again(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        assert run("plan", PROTOCOL, "--trials", 40, "--shape", "lognormal", "--out", out).exit_code == 0
    names = sorted(path.name for path in first.iterdir())
    assert names == ["plan.csv", "plan.json", "plan.md"]
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    whole = json.loads((first / "plan.json").read_text("utf-8"))
    with (first / "plan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (whole["shape"], whole["trials"], len(rows)) == ("lognormal", 40, len(whole["tests"]))
    assert rows[0]["rejected"] == str(whole["tests"][0]["rejected"]["value"])
    assert whole["sentences"]
    assert (first / "plan.md").read_text("utf-8").startswith("# Plan of ADSC-PSO-01, version 1.0\n")


def test_a_broken_protocol_ends_with_10(tmp_path):
    broken = tmp_path / "protocol.yaml"
    broken.write_text("trial\n")
    assert run("plan", broken).exit_code == 10


def test_no_trial_at_all_is_refused():
    assert run("plan", PROTOCOL, "--trials", 0).exit_code == 2


@pytest.mark.slow
def test_two_processes_write_the_same_plan(tmp_path):
    for workers in (1, 2):
        assert (
            run(
                "plan", PROTOCOL, "--trials", 1500, "--workers", workers, "--out", tmp_path / str(workers)
            ).exit_code
            == 0
        )
    assert (tmp_path / "1" / "plan.json").read_bytes() == (tmp_path / "2" / "plan.json").read_bytes()
