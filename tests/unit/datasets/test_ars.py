"""The ARS files hold every number of the report once, validate, and name nothing that is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firstdose.analysis.running import analyse
from firstdose.datasets.ars import export_ars
from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from tests.unit.datasets.ars_classes import violations

TRIALS = Path(__file__).parents[3] / "trials"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Protocol, results and both files of the plaque trial on its invented records."""
    study = TRIALS / "adsc_psoriasis"
    protocol = read_protocol(study / "protocol.yaml").protocol
    assert protocol is not None
    results = analyse(protocol, read_study(study, protocol, None).snapshot)
    files = export_ars(protocol, results, tmp_path_factory.mktemp("ars"))
    return protocol, results, *(json.loads(file.read_text("utf-8")) for file in files), files


def test_the_reporting_event_validates(made):
    _, _, event, _, _ = made
    assert list(violations(event)) == []


def test_the_judge_of_classes_finds_what_is_wrong(made):
    _, _, event, _, _ = made
    broken = json.loads(json.dumps(event))
    del broken["name"]
    broken["estimands"] = []
    broken["analyses"][0]["purpose"] = {"controlledTerm": "MAIN"}
    broken["analyses"][1]["results"][0]["rawValue"] = 1.5
    broken["methods"][0]["operations"] = None
    assert [each.partition(":")[0] for each in sorted(violations(broken))] == [
        ".analyses[0].purpose.controlledTerm",
        ".analyses[1].results[0].rawValue",
        ".estimands",
        ".methods[0].operations",
        ".name",
    ]


def test_every_number_of_the_report_is_one_operation_result(made):
    _, results, event, beside, _ = made
    written = [each for analysis in event["analyses"] for each in analysis["results"]]
    assert len(written) == len(results.rows)
    values = sorted(float(each["rawValue"]) for each in written if "rawValue" in each)
    assert values == sorted(row.value for row in results if row.value is not None)
    ids = [name for each in beside["analyses"].values() for name in each["resultIds"]]
    assert sorted(ids) == sorted(row.result for row in results)


def test_what_is_referred_to_is_there(made):
    _, _, event, beside, _ = made
    operations = {each["id"] for method in event["methods"] for each in method["operations"]}
    groupings = {each["id"] for kind in ("analysisGroupings", "dataGroupings") for each in event[kind]}
    groups = {each["id"] for grouping in event["analysisGroupings"] for each in grouping["groups"]}
    sets = {each["id"] for each in event["analysisSets"]}
    terms = {each["id"] for extension in event["terminologyExtensions"] for each in extension["sponsorTerms"]}
    listed = [each["analysisId"] for each in event["mainListOfContents"]["contentsList"]["listItems"]]
    assert listed == [each["id"] for each in event["analyses"]] == list(beside["analyses"])
    assert len(set(listed)) == len(listed)
    for analysis in event["analyses"]:
        assert analysis.get("analysisSetId", next(iter(sets))) in sets
        assert analysis["purpose"].get("sponsorTermId", next(iter(terms))) in terms
        for result in analysis["results"]:
            assert result["operationId"] in operations
            assert result["operationId"].startswith(analysis["methodId"])
            for group in result["resultGroups"]:
                assert group["groupingId"] in groupings
                assert group.get("groupId", next(iter(groups), None)) in {None, *groups}


def test_no_result_of_an_analysis_stands_twice(made):
    _, _, event, _, _ = made
    for analysis in event["analyses"]:
        keys = [(each["operationId"], str(each["resultGroups"])) for each in analysis["results"]]
        assert len(set(keys)) == len(keys), analysis["id"]


def test_purposes_follow_the_level_and_a_sensitivity_analysis_claims_no_other(made):
    protocol, _, event, beside, _ = made
    levels = {each.endpoint: each.level for each in protocol.endpoints}
    for analysis in event["analyses"]:
        extra = beside["analyses"][analysis["id"]]
        if extra["sensitivity"]:
            assert analysis["purpose"] == {"sponsorTermId": "TE.purpose.sensitivity"}
            assert extra["sensitivity"]["attacks"]
        elif extra["endpoint"]:
            assert analysis["purpose"]["controlledTerm"].startswith(levels[extra["endpoint"]].upper())


def test_the_file_beside_tells_the_estimands_families_and_who_was_left_out(made):
    protocol, results, _, beside, _ = made
    assert [each["id"] for each in beside["estimands"]] == [each.name for each in protocol.estimands]
    assert beside["families"][0]["members"] == list(protocol.families[0].members)
    left_out = {name for row in results for name, _ in row.excluded}
    told = {
        each["participant"]
        for analysis in beside["analyses"].values()
        for run in analysis["runs"]
        for each in run["excluded"]
    }
    assert told == left_out


def test_the_same_results_make_the_same_bytes(made, tmp_path):
    protocol, results, _, _, files = made
    again = export_ars(protocol, results, tmp_path)
    assert [file.read_bytes() for file in again] == [file.read_bytes() for file in files]


def test_invented_records_are_said_to_be_invented(made):
    _, _, event, beside, _ = made
    assert event["description"].startswith("Made from invented records.")
    assert beside["invented"] is True
