"""The registration follows from the protocol and every difference from the registered record is told (row 1)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from firstdose.datasets.ictrp import (
    FIELDS,
    compare_registration,
    registration_fields,
    render_registration,
    undeclared_fields,
)
from firstdose.protocol.reading import read_protocol

SEED = Path(__file__).parents[3] / "trials" / "adsc_psoriasis" / "protocol.yaml"


@pytest.fixture(scope="module")
def seed():
    protocol = read_protocol(SEED).protocol
    assert protocol is not None
    return protocol


def test_row_1_every_field_of_the_seed_is_filled_or_says_why_not(seed):
    assert undeclared_fields(seed) == ()
    assert all(registration_fields(seed)[name] for name in FIELDS)


def test_row_1_the_record_compared_with_itself_has_no_difference(seed, tmp_path):
    record = tmp_path / "registered.xml"
    record.write_text(render_registration(seed), encoding="utf-8")
    assert compare_registration(seed, record) == ([], [])


@pytest.mark.parametrize("field", FIELDS)
def test_row_1_a_seeded_edit_in_any_field_is_reported_and_no_other(seed, tmp_path, field):
    text = render_registration(seed)
    start = text.index(f"<{field}>") + len(field) + 2
    record = tmp_path / "registered.xml"
    record.write_text(f"{text[:start]}edited {text[start:]}", encoding="utf-8")
    differences, issues = compare_registration(seed, record)
    assert [line.partition(":")[0] for line in differences] == [field]
    assert issues == []


@pytest.mark.parametrize("content", ["no xml", "<trial>", '<!DOCTYPE a [<!ENTITY b "c">]><trial>&b;</trial>'])
def test_a_file_that_is_no_record_is_an_issue(seed, tmp_path, content):
    record = tmp_path / "registered.xml"
    record.write_text(content, encoding="utf-8")
    differences, issues = compare_registration(seed, record)
    assert differences == []
    assert [issue.code for issue in issues] == ["FD-D001"]


def test_a_trial_without_an_intervention_registers_none(seed):
    field = next(
        name
        for name, text in registration_fields(seed).items()
        if text.startswith(f"{seed.intervention.product}, {seed.intervention.route}")
    )
    without = replace(seed, intervention=None)
    assert registration_fields(without)[field].startswith("N/A")
    assert field in undeclared_fields(without)
