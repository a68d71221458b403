"""The classes of CDISC ARS 1.0 that we write, restated from the standard's published JSON schema, and a judge of them.

`project/jsonschema/ars_ldm.schema.json` of cdisc-org/analysis-results-standard (commit 3cd01c7, MIT): every class is
closed, so a property that is not listed is an error. `!`: required; `[X]`: a list of X; `a|b`: one of the words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

REASON = "SPECIFIED IN PROTOCOL|SPECIFIED IN SAP|DATA DRIVEN|REQUESTED BY REGULATORY AGENCY"
PURPOSE = "PRIMARY OUTCOME MEASURE|SECONDARY OUTCOME MEASURE|EXPLORATORY OUTCOME MEASURE"
NAMED = {"name": "text!", "label": "text", "description": "text"}
CLASSES: dict[str, dict[str, str]] = {
    "ReportingEvent": {
        **NAMED,
        "id": "text!",
        "version": "integer",
        "mainListOfContents": "ListOfContents!",
        "terminologyExtensions": "[TerminologyExtension]",
        "analysisSets": "[AnalysisSet]",
        "analysisGroupings": "[SubjectGroupingFactor]",
        "dataGroupings": "[DataGroupingFactor]",
        "methods": "[AnalysisMethod]",
        "analyses": "[Analysis]",
    },
    "ListOfContents": {**NAMED, "contentsList": "NestedList!"},
    "NestedList": {"listItems": "[OrderedListItem]"},
    "OrderedListItem": {
        **NAMED,
        "level": "integer!",
        "order": "integer!",
        "analysisId": "text",
        "outputId": "text",
        "sublist": "NestedList",
    },
    "TerminologyExtension": {
        "id": "text!",
        "enumeration": "AnalysisReasonEnum|AnalysisPurposeEnum|OperationRoleEnum|OutputFileTypeEnum",
        "sponsorTerms": "[SponsorTerm]!",
    },
    "SponsorTerm": {"id": "text!", "submissionValue": "text!", "description": "text"},
    "AnalysisSet": {"id": "text!", "label": "text", "level": "integer!", "order": "integer!"},
    "SubjectGroupingFactor": {
        "id": "text!",
        "label": "text",
        "groupingDataset": "text",
        "groupingVariable": "text",
        "dataDriven": "truth!",
        "groups": "[AnalysisGroup]",
    },
    "DataGroupingFactor": {
        "id": "text!",
        "label": "text",
        "groupingDataset": "text",
        "groupingVariable": "text",
        "dataDriven": "truth!",
        "groups": "[AnalysisGroup]",
    },
    "AnalysisGroup": {"id": "text!", "label": "text", "level": "integer!", "order": "integer!"},
    "AnalysisMethod": {**NAMED, "id": "text!", "operations": "[Operation]!"},
    "Operation": {**NAMED, "id": "text!", "order": "integer!", "resultPattern": "text"},
    "Analysis": {
        **NAMED,
        "id": "text!",
        "version": "integer",
        "reason": "Reason!",
        "purpose": "Purpose!",
        "dataset": "text",
        "variable": "text",
        "analysisSetId": "text",
        "dataSubsetId": "text",
        "orderedGroupings": "[OrderedGroupingFactor]",
        "methodId": "text!",
        "results": "[OperationResult]",
    },
    "Reason": {"controlledTerm": REASON, "sponsorTermId": "text"},
    "Purpose": {"controlledTerm": PURPOSE, "sponsorTermId": "text"},
    "OrderedGroupingFactor": {"order": "integer!", "groupingId": "text!", "resultsByGroup": "truth!"},
    "OperationResult": {
        "operationId": "text!",
        "resultGroups": "[ResultGroup]",
        "rawValue": "text",
        "formattedValue": "text",
    },
    "ResultGroup": {"groupingId": "text!", "groupId": "text", "groupValue": "text"},
}
PLAIN = {"text": str, "integer": int, "truth": bool}


def violations(value: Any, kind: str = "ReportingEvent", where: str = "") -> Iterator[str]:
    """Every place where the value is not of its class."""
    kind = kind.removesuffix("!")
    if kind.startswith("["):
        if not isinstance(value, list):
            yield f"{where}: no list"
            return
        for i, each in enumerate(value):
            yield from violations(each, kind[1:-1], f"{where}[{i}]")
    elif kind in CLASSES:
        yield from _of_class(value, kind, where)
    elif kind in PLAIN:
        if type(value) is not PLAIN[kind]:
            yield f"{where}: no {kind}"
    elif value not in kind.split("|"):
        yield f"{where}: {value!r} is none of {kind}"


def _of_class(value: Any, kind: str, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: no {kind}"
        return
    properties = CLASSES[kind]
    if kind in {"Reason", "Purpose"} and len(value) != 1:
        yield f"{where}: a controlled term or a sponsor's term, one of them"
    for name in value.keys() - properties.keys():
        yield f"{where}.{name}: {kind} has no such property"
    for name, wanted in properties.items():
        if name in value:
            yield from violations(value[name], wanted, f"{where}.{name}")
        elif wanted.endswith("!"):
            yield f"{where}.{name}: missing"
