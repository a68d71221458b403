"""The fifteen edits of the protocol file that people make: thirteen mistakes found where they stand, two harmless."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from firstdose.protocol.identity import compute_identity
from firstdose.protocol.reading import read_protocol_text
from tests.shared import ROOT

SEED = (ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").read_text("utf-8")


@dataclass(frozen=True)
class Edit:
    """`new` for `old`; the mistake is `wrong`, inside `new`, unless it is told `elsewhere` in the file."""

    name: str
    old: str
    new: str
    wrong: str
    code: str
    elsewhere: str = ""


MISTAKES = (
    Edit("instrument misspelt", "  DLQI         ", "  DLQJ         ", "DLQJ", "FD-P040"),
    Edit("method misspelt", "BL M3 M6      friedman_exact", "BL M3 M6      fridman_exact", "fridman_exact", "FD-P040"),
    Edit("key misspelt", "  registry: IRCT", "  registri: IRCT", "registri", "FD-P010"),
    Edit("endpoint at an absent visit", "change from BL        M6            signed_rank",
         "change from BL        M7            signed_rank", "M7", "FD-P042"),
    Edit("estimand of an absent endpoint", "endpoint: E5 E6 E8 E9 E12", "endpoint: E99 E5 E6 E8 E9 E12", "E99", "FD-P043"),
    Edit("schedule with an absent visit", "M4  M5  M6\n  informed", "M4  M5  M9\n  informed", "M9", "FD-P042"),
    Edit("level twice", "    DL2    3e6", "    DL1    3e6", "DL1", "FD-P022"),
    Edit("block twice", "\nrehearsal:", "\nsafety:\n  dlt: grade >= 4 and related\n  design: three_plus_three\n\nrehearsal:",
         "safety", "FD-P011"),
    Edit("window reversed", "113 .. 127", "127 .. 113", "127", "FD-P033"),
    Edit("cells per volume", "DL2    3e6 cells/cm2", "DL2    3e6 cells/ml", "3e6", "FD-P032"),
    Edit("toxicity missing", "  dlt: grade >= 3 and related and day <= 28\n", "", "", "FD-P110", elsewhere="\nsafety:"),
    Edit("unknown word in a rule", "dlt: grade >= 3", "dlt: grad >= 3", "grad", "FD-P051"),
    Edit("tab", "  version: 1.0", "\tversion: 1.0", "\t", "FD-P002"),
)  # fmt: skip

HARMLESS = (("DL2    3e6", "DL2    3000000"), ("  version: 1.0\n", "  version: 1.10\n"))


def edited(text: str, *edits: Edit) -> str:
    for edit in edits:
        assert text.count(edit.old) == 1, edit.name
        text = text.replace(edit.old, edit.new)
    return text


def place_of(edit: Edit, text: str) -> tuple[int, int]:
    """Line and column of the mistake in the edited text, counted here and not by the reader."""
    if edit.elsewhere:
        start = text.index(edit.elsewhere) + 1
    else:
        start = text.index(edit.new) + edit.new.index(edit.wrong)
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def errors(text: str) -> list[tuple[int, int, str]]:
    """(line, column, code) of everything that stops the protocol."""
    from firstdose.protocol.checking import check_protocol

    reading = read_protocol_text(text)
    assert reading.protocol is not None
    found = [*reading.issues, *check_protocol(reading.protocol, reading.places, reading.issues)]
    return sorted((each.place.line, each.place.column, each.code) for each in found if each.weight == "error")


def test_the_seeds_protocol_has_no_mistake():
    assert errors(SEED) == []


@pytest.mark.parametrize("edit", MISTAKES, ids=lambda edit: edit.name)
def test_a_mistake_is_reported_once_and_where_it_stands(edit):
    text = edited(SEED, edit)
    assert errors(text) == [(*place_of(edit, text), edit.code)]


@pytest.mark.parametrize("first", range(13))
def test_five_mistakes_at_once_are_reported_as_five(first):
    """Each mistake together with four others: next to it in the list, and far from it."""
    chosen = [MISTAKES[(first + step) % 13] for step in (0, 1, 4, 6, 9)]
    if {"toxicity missing", "unknown word in a rule"} <= {edit.name for edit in chosen}:
        chosen = [edit for edit in chosen if edit.name != "toxicity missing"] + [MISTAKES[2]]
    if {"level twice", "cells per volume"} <= {edit.name for edit in chosen}:
        chosen = [edit for edit in chosen if edit.name != "cells per volume"] + [MISTAKES[8]]
    text = edited(SEED, *chosen)
    assert len(chosen) == 5
    assert errors(text) == sorted((*place_of(edit, text), edit.code) for edit in chosen)


@pytest.mark.parametrize(("old", "new"), HARMLESS)
def test_a_harmless_edit_is_accepted(old, new):
    assert SEED.count(old) == 1
    assert errors(SEED.replace(old, new)) == []


def test_a_dose_written_out_is_the_same_protocol():
    old, new = HARMLESS[0]
    here, there = (read_protocol_text(text).protocol for text in (SEED, SEED.replace(old, new)))
    assert here == there
    assert compute_identity(here) == compute_identity(there)


def test_version_one_point_ten_is_not_one_point_one():
    old, new = HARMLESS[1]
    protocol = read_protocol_text(SEED.replace(old, new)).protocol
    assert protocol.trial.version == "1.10"
    assert compute_identity(protocol) != compute_identity(read_protocol_text(SEED).protocol)


def test_the_sentence_of_a_mistake_has_place_code_what_and_remedy():
    text = edited(SEED, MISTAKES[2])
    (issue,) = read_protocol_text(text, "protocol.yaml").issues
    assert str(issue) == (
        "protocol.yaml:8:3  FD-P010  No key is called 'registri' in 'trial'. Did you mean 'registry'?"
    )
