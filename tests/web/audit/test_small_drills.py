"""Small versions of the drills of the log (G2, G8, G9), on the database of the tests; the long ones are in docs."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tests.shared import ROOT

pytestmark = pytest.mark.slow


def drill(name: str, *words: str) -> str:
    url = os.environ.get("DATABASE_URL", "")
    where = ["--database", urlsplit(url)._replace(path=f"/fd_drill_test_{name}").geturl()] if url else []
    answer = subprocess.run(
        [sys.executable, "-m", f"benchmarks.capture_drills.{name}", *words, *where],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr[-2000:]
    return answer.stdout


def test_nothing_acknowledged_is_lost_and_no_form_is_half_there_when_the_process_is_killed():
    told = drill("kill9", "--kills", "8")
    assert "| Kills during a save | 8 |" in told
    assert "projections that differ | 0 |" in told


def test_two_people_lose_no_update_a_double_submit_is_one_record_and_one_slot_is_given_once():
    told = drill("interleavings", "--rounds", "15", "--slots", "1")
    assert [line.split("|")[-2].strip() for line in told.splitlines()[-3:]] == ["0", "0", "0"]


def test_a_long_log_is_rebuilt_and_verified_and_a_participants_page_asks_as_often_as_before():
    told = drill("log_million", "--events", "4000")
    queries = {line.split("|")[-2].strip() for line in told.splitlines()[-3:]}
    assert len(queries) == 1
    assert int(queries.pop()) < 30


def test_a_backup_comes_back_on_an_empty_machine_with_its_anchors():
    told = drill("restoring", "--events", "1000")
    assert "| Events in the backup | 1,001 |" in told, "1,000 and the anchor"
    assert "| Anchors that confirm them | 3 |" in told, "of the beginning, the backup and the restore"
