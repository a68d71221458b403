"""The golden examples of escalation: what `design`, `decide` and `board` say today of two trials, next to the trials.

A trial's folder `golden/` holds design.json and design.txt (the appendix), decisions.json (by data cut) and board.txt (the
safety board's packet). `python -m tests.functional.refresh_golden` writes them anew.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from firstdose.cli import app
from firstdose.escalation.deciding import decide
from firstdose.escalation.foreseeing import foresee
from firstdose.escalation.on_record import check_escalation
from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from firstdose.report.board import build_board_packet
from firstdose.report.text import render_text

TRIALS = Path(__file__).parents[2] / "trials"
WHOLE = "all records"
# Trial > data cuts beside the last day on record; the packet is that of the first.
CUTS: dict[str, tuple[str, ...]] = {
    "adsc_psoriasis": ("2024-02-10", WHOLE),
    "three_step_escalation": (WHOLE, "2023-02-20", "2023-05-01"),
}


def built(trial: str, scratch: Path) -> dict[str, Any]:
    """File > what it shall hold: objects for JSON, text for the rest. `scratch`: a folder for what commands write."""
    study = TRIALS / trial
    appendix, numbers = _run("design", study / "protocol.yaml", scratch=scratch)
    decisions = {}
    for cut in CUTS[trial]:
        words = () if cut == WHOLE else ("--cut", cut)
        _, decisions[cut] = _run("decide", study, *words, scratch=scratch)
    return {
        "design.json": numbers,
        "design.txt": appendix,
        "decisions.json": decisions,
        "board.txt": _packet(study, CUTS[trial][0]),
    }


def _run(command: str, *words: object, scratch: Path) -> tuple[str, Any]:
    """(what a command prints, the JSON that it leaves)."""
    file = scratch / "written.json"
    answer = CliRunner().invoke(app, [command, *map(str, words), "--json", str(file)])
    assert answer.exit_code == 0, answer.output
    return answer.stdout, json.loads(file.read_text("utf-8"))


def _packet(study: Path, cut: str) -> str:
    protocol = read_protocol(study / "protocol.yaml").protocol
    assert protocol is not None
    snapshot = read_study(study, protocol, None).snapshot
    decision = decide(protocol, snapshot, None if cut == WHOLE else date.fromisoformat(cut))
    issues = check_escalation(protocol, snapshot)
    return render_text(build_board_packet(protocol, snapshot, decision, foresee(decision), issues))


def read(trial: str, name: str) -> Any:
    """A golden file as it is kept."""
    text = (TRIALS / trial / "golden" / name).read_text("utf-8")
    return json.loads(text) if name.endswith(".json") else text


def write(trial: str, name: str, found: Any) -> None:
    file = TRIALS / trial / "golden" / name
    file.parent.mkdir(exist_ok=True)
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    file.write_text(text, encoding="utf-8")
