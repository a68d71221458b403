"""The snippets of docs/reference/counting.md are protocols: checked, judged and decided as the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstdose.cli import app
from firstdose.protocol.writing import starter

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "counting.md"
SNIPPETS = dict(re.findall(r"```yaml (\w+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
LINES = {"gboin": "1:012", "boin12": "1NNE", "bop2": "2NNE"}


def run(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(params=sorted(SNIPPETS))
def example(request, tmp_path: Path) -> tuple[str, Path]:
    """The starter with the safety section of a snippet."""
    text = starter()
    begin, end = text.index("safety:\n"), text.index("  pause_when:")
    file = tmp_path / f"{request.param}.yaml"
    section = f"safety:\n  dictionary: ctcae_v5\n{SNIPPETS[request.param]}"
    file.write_text(text[:begin] + section + text[end:], encoding="utf-8")
    return request.param, file


def test_the_snippet_is_a_protocol_without_an_error(example):
    answer = run("check", example[1])
    assert answer.exit_code == 0, answer.output


def test_the_appendix_judges_it(example, tmp_path):
    name, file = example
    numbers = tmp_path / "numbers.json"
    answer = run("design", file, "--json", numbers)
    assert answer.exit_code == 0, answer.output
    written = json.loads(numbers.read_text("utf-8"))
    for scenario in written["scenarios"]:
        assert sum(scenario["selected"]) + scenario["none"] == pytest.approx(1, abs=1e-9)
    assert ("lesions" in written) == (name == "lesion")


def test_outcomes_are_typed_as_the_page_says(example):
    name, file = example
    if name in LINES:
        answer = run("decide", file, "--outcomes", LINES[name])
        assert answer.exit_code == 0, answer.output
        assert ("What can follow" in answer.output) == ("escalation is complete" not in answer.output)
    else:
        answer = run("decide", file, "--outcomes", "1NNN")
        assert (answer.exit_code, "FD-E006" in answer.output) == (15, True)
