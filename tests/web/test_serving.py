"""`firstdose serve` as it is typed: in a process of its own, on this computer alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest

from tests.shared import ROOT
from tests.web import people


def environment(**more: str) -> dict[str, str]:
    """Ours without what tests set for Django."""
    left = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("DJANGO_", "FIRSTDOSE_", "DATABASE_"))
    }
    return left | {"PYTHONPATH": str(ROOT / "src")} | more


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "firstdose", "serve", *words]


@pytest.fixture
def trial(tmp_path):
    (tmp_path / "protocol.yaml").write_text(people.protocol_text(), encoding="utf-8")
    return tmp_path


def test_a_trial_that_nobody_administers_is_not_served(trial):
    ended = subprocess.run(
        command("."), cwd=trial, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stderr) == (16, "")
    assert ended.stdout.splitlines()[-1] == (
        ".  FD-W191  There is no account yet. Say who administers it: --administrator you@example.org; "
        "or try it with --rehearsal."
    )


def test_a_protocol_with_a_mistake_is_not_served(trial):
    (trial / "protocol.yaml").write_text(
        people.protocol_text().replace("visits: |", "vists: |"), encoding="utf-8"
    )
    ended = subprocess.run(
        command("."), cwd=trial, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, "FD-P" in ended.stdout) == (10, True)


def test_a_rehearsal_is_served_in_one_command(trial):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with subprocess.Popen(
        command(".", "--rehearsal", "--port", port),
        cwd=trial,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as served:
        try:
            told = []
            for line in served.stdout:
                told.append(line)
                if "end with Ctrl+C" in line:
                    break
            answer = _answer(f"http://127.0.0.1:{port}/health/")
        finally:
            served.terminate()
            served.wait(timeout=30)
    assert answer == "ok"
    assert sum("@example.org" in line for line in told) == 9


def _answer(address: str) -> str:
    """The text of a page, asked for until the server listens."""
    for _ in range(100):
        try:
            with urlopen(address, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")


SHOWN = (
    "import firstdose.cli.capture, firstdose.web.project.serving, polars; print(polars.thread_pool_size())"
)


@pytest.mark.parametrize(("chosen", "threads"), [({}, "1"), ({"POLARS_MAX_THREADS": "2"}, "2")])
def test_a_server_reads_its_tables_on_one_thread_unless_the_centre_says_otherwise(chosen, threads):
    clean = {name: value for name, value in environment().items() if name != "POLARS_MAX_THREADS"}
    said = subprocess.run(
        [sys.executable, "-c", SHOWN], env=clean | chosen, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == threads
