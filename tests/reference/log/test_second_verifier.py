"""Two verifiers, the second one written from docs/reference/log-format.md, on the same invented logs.

A hundred logs here; `python -m benchmarks.tampering` holds both against each other on all of its logs.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("cryptography")

from benchmarks.capture_drills.logs import anchors_of, invent_log, public
from benchmarks.capture_drills.tamperings import TAMPERINGS, log_of

from firstdose.records.log.chain import canonical, origin_of
from firstdose.records.log.event import KINDS
from firstdose.records.log.file import log_lines, write_log
from firstdose.records.log.verifying import verify_file
from tests.reference.log import second_verifier
from tests.shared import ROOT

PAGE = (ROOT / "docs" / "reference" / "log-format.md").read_text("utf-8")
SECOND = Path(second_verifier.__file__)


def faults_of(file, anchors):
    study, hashes, faults = second_verifier.verify_lines(file.read_bytes().split(b"\n"))
    lines = "\n".join(map(str, anchors))
    return [*faults, *second_verifier.anchor_faults(lines, study, hashes, [public()])]


@pytest.mark.parametrize("number", range(100))
def test_both_verifiers_agree_whether_a_log_is_whole_and_where_it_is_not(number, tmp_path):
    """Every other log is tampered with. The second one counts lines, so that a place is a number or a line."""
    rng = np.random.default_rng((2, number))
    events = invent_log(rng, int(rng.integers(4, 40)))
    log, file = log_of(events, anchors_of(events, rng)), tmp_path / "log.jsonl"
    if number % 2:
        TAMPERINGS[number // 2 % len(TAMPERINGS)](log, rng)
    log.written(file)
    verdict, faults = verify_file(file, log.anchors, keys=[public()]), faults_of(file, log.anchors)
    assert verdict.whole == (not faults)
    for seq, _ in faults[:1]:
        places = [(each.first - 1, each.last + 1, each.issue.place.line - 1) for each in verdict.findings]
        assert any(first <= seq <= last or seq == line for first, last, line in places)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"raw"', b'"r\\u0061w"'), (b":", b": "), (b'"3.5"', b"3.5"), (b'{"new":', b'{"new":"","new":'), (b"}]", b"}]]"),
     (b'"site"', b'"s\\ud800te"'), (b"Z", b""), (b"[[1", b"[[2"), (b'"study"', b'"name"'), (b"\n", b"\r\n\n")],
)  # fmt: skip
def test_both_verifiers_agree_on_what_is_written_otherwise(old, new, tmp_path):
    events = invent_log(np.random.default_rng(8), 30, "SEED")
    file = tmp_path / "log.jsonl"
    content = b"".join(log_lines(events))
    assert old in content
    file.write_bytes(content.replace(old, new))
    _, _, faults = second_verifier.verify_lines(file.read_bytes().split(b"\n"))
    assert verify_file(file).whole == (not faults)


def test_the_second_verifier_shares_no_code_and_has_less_than_150_lines():
    text = SECOND.read_text("utf-8")
    imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {each.module if isinstance(each, ast.ImportFrom) else each.names[0].name for each in imports}
    assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, "cryptography"}
    assert len(text.splitlines()) < 150


def test_the_second_verifier_runs_alone(tmp_path):
    events = invent_log(np.random.default_rng(5), 20)
    write_log(events, tmp_path / "log.jsonl")
    (tmp_path / "mail.txt").write_text(
        "Dear board,\n> " + str(anchors_of(events, np.random.default_rng(1))[0])
    )
    words = [sys.executable, str(SECOND), str(tmp_path / "log.jsonl"), str(tmp_path / "mail.txt")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    write_log(events[:-1], tmp_path / "log.jsonl")
    write_log([*events[:3], *events[4:]], tmp_path / "log.jsonl")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "event 4: seq or study")


# ---------------------------------------------------------------------------------------------- the page itself


def test_the_page_lists_every_kind_with_its_payload():
    rows = "".join(f"| `{kind}` | {payload} |\n" for kind, payload in KINDS.items())
    _, head, after = PAGE.partition("| kind | payload, beside `reason` |\n|---|---|\n")
    assert head
    assert after.partition("\n\n")[0].strip() == rows.strip()
    assert set(KINDS) == second_verifier.KINDS


def test_the_log_and_the_anchor_that_the_page_shows_are_whole(tmp_path):
    log, anchor = (PAGE.partition(f"```{kind}\n")[2].partition("```")[0] for kind in ("json", "text"))
    (tmp_path / "log.jsonl").write_text(log)
    verdict = verify_file(tmp_path / "log.jsonl")
    study, hashes, faults = second_verifier.verify_lines(log.encode().split(b"\n"))
    assert (verdict.whole, verdict.events, faults) == (True, 3, [])
    assert second_verifier.anchor_faults(anchor, study, hashes) == []
    assert f"The origin of `SEED` is `{origin_of('SEED')}`" in PAGE
    assert all(canonical(json.loads(line)).decode() == line for line in log.splitlines())
