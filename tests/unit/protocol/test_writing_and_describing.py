"""The protocol printed, the starter, the reference page and the schema: all from one grammar."""

from __future__ import annotations

import json
import re

import pytest

from firstdose.protocol.describing import render_grammar, render_schema
from firstdose.protocol.grammar import SECTIONS
from firstdose.protocol.kinds import KINDS
from firstdose.protocol.model import Protocol
from firstdose.protocol.reading import read_protocol_text
from firstdose.protocol.writing import render_protocol, starter, value_as_written
from tests.shared import ROOT

SEED = (ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").read_text("utf-8")


@pytest.mark.parametrize("text", [SEED, starter()], ids=["seed", "starter"])
def test_a_printed_protocol_reads_back_as_the_same(text):
    protocol = read_protocol_text(text).protocol
    printed = render_protocol(protocol)
    assert read_protocol_text(printed).issues == ()
    assert read_protocol_text(printed).protocol == protocol
    assert render_protocol(read_protocol_text(printed).protocol) == printed


def test_the_starter_has_no_mistake():
    from firstdose.protocol.checking import check_protocol

    reading = read_protocol_text(starter())
    found = [*reading.issues, *check_protocol(reading.protocol, reading.places, reading.issues)]
    assert [str(issue) for issue in found if issue.weight == "error"] == []


def test_no_line_of_the_starter_is_too_long_to_read():
    assert max(map(len, starter().splitlines())) <= 120


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words", "plain words"),
        ("1e6", "1e6"),
        ("ADSC: a trial", "'ADSC: a trial'"),
        ("it's", "it's"),
        ("'tis: so", "'''tis: so'"),
        ("Plaque #2", "'Plaque #2'"),
        ('"quoted"', "'\"quoted\"'"),
        (">= 3", "'>= 3'"),
    ],
)
def test_quotes_stand_only_where_they_are_needed(text, written):
    assert value_as_written(text) == written


def test_the_grammar_names_every_section_of_the_model():
    from dataclasses import fields

    assert {section.name for section in SECTIONS} == {each.name for each in fields(Protocol)}


def test_every_field_has_a_kind_that_can_be_read():
    read = {*KINDS, "table", "free"}
    assert [field.key for section in SECTIONS for field in section.fields if field.kind not in read] == []
    assert {
        field.kind for section in SECTIONS for each in section.fields for field in (each, *each.columns)
    } >= set(KINDS)


def test_every_field_is_a_field_of_its_part():
    """What the grammar reads has a place in the model, and the model holds nothing that the grammar cannot read."""
    from dataclasses import fields

    for section in SECTIONS:
        if section.makes is None or section.name in {"items", "scales", "endpoints", "branching"}:
            continue  # these are put together by `makers`
        read = {field.field for field in section.fields} | {section.extra} - {""}
        held = [each.name for each in fields(section.makes)]
        named_by_key = {held[0]} if section.form == "blocks" else set()
        assert read | named_by_key | ({"at"} if section.form == "schedule" else set()) == set(held), (
            section.name
        )


def test_the_reference_page_names_every_key_and_every_choice():
    page = render_grammar()
    for section in SECTIONS:
        assert f"## `{section.name}`" in page
        for field in section.fields:
            assert f"| `{field.key}`" in page
            assert all(f"`{choice}`" in page for choice in field.choices)


def test_the_reference_page_is_markdown_with_whole_tables():
    rows = [line for line in render_grammar().splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3, 4}


def test_the_schema_can_be_written_as_json_and_knows_every_section():
    schema = json.loads(json.dumps(render_schema()))
    assert list(schema["properties"]) == [section.name for section in SECTIONS]
    assert schema["required"] == ["trial", "visits", "schedule", "endpoints"]
    assert schema["properties"]["trial"]["additionalProperties"] is False
    assert "additionalProperties" not in schema["properties"]["safety"]
