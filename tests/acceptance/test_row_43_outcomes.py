"""Row 43: registry, paper and protocol side by side; an outcome that only one of them names is printed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from firstdose.protocol.names import measures
from firstdose.report.content.scrutiny import consistency_section
from tests.acceptance.study_of import names, seed_protocol, study_of, words_of
from tests.shared import shared_data


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(
        tmp_path_factory.mktemp("two"), {"participants": [{"participant": name} for name in names(2)]}
    )


def printed(study, plan):
    """The section of the report about what was registered, published and planned."""
    material = study.material
    return words_of(consistency_section(replace(material, basis=replace(material.basis, protocol=plan))))


def test_row_43_the_registry_names_redness_and_the_paper_burning_itching_and_systemic_effects(study):
    words = printed(study, seed_protocol())
    assert "Named as primary by the registry and not by the paper: redness." in words
    assert (
        "Named as primary by the paper and not by the registry: burning, itching, systemic effects." in words
    )
    assert "Named as secondary by the registry and not by the paper: lesion severity." in words


def test_row_43_the_declared_outcomes_are_those_of_the_registry_text():
    """IRCT20080728001031N24."""
    registry = json.loads(shared_data("published-trials", "seed-trial", "registry.json").read_text("utf-8"))
    rows = [each for each in seed_protocol().outcomes if each.source == "registry"]
    for level in ("primary", "secondary"):
        texts = registry[level]
        named = [each.outcome for each in rows if each.level == level]
        assert len(texts) == len(named)
        assert all(text.startswith(outcome) for text, outcome in zip(texts, named, strict=True))


def test_row_43_every_outcome_leads_to_something_that_is_measured():
    seed = seed_protocol()
    for each in seed.outcomes:
        assert measures(seed, each.measured_by) or each.measured_by == "adverse_events"


@pytest.mark.parametrize("row", [each.row for each in seed_protocol().outcomes])
def test_row_43_an_outcome_that_is_no_longer_measured_is_told(study, row):
    seed = seed_protocol()
    switched = tuple(replace(each, measured_by="") if each.row == row else each for each in seed.outcomes)
    one = replace(seed, outcomes=tuple(each for each in switched if each.row == row))
    assert "not measured" in printed(study, one)


def test_row_43_an_endpoint_that_is_dropped_is_no_longer_called_one(study):
    seed = seed_protocol()
    without = tuple(each for each in seed.endpoints if each.endpoint != "E3")
    only = tuple(each for each in seed.outcomes if each.row == "R2")
    assert "endpoint of this protocol" in printed(study, replace(seed, outcomes=only))
    assert "recorded and described, no endpoint" in printed(
        study, replace(seed, endpoints=without, outcomes=only)
    )
