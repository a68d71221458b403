"""The results as a CDISC ARS reporting event, and beside it what ARS has no class for.

ARS 1.0 knows analyses, methods, operations and results. Estimand, intercurrent events, family, sensitivity, caveats and
participants left out stand in a second file under the ids of the first; the first is whole without it.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from firstdose.catalogue import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from firstdose.analysis.results import ResultRow, Results
    from firstdose.protocol.model import Endpoint, Estimand, Protocol

ARS, BESIDE = "ars.json", "ars_extension.json"
PURPOSES = {
    "primary": "PRIMARY OUTCOME MEASURE",
    "secondary": "SECONDARY OUTCOME MEASURE",
    "exploratory": "EXPLORATORY OUTCOME MEASURE",
}
REASONS = {"protocol": "SPECIFIED IN PROTOCOL", "later": "DATA DRIVEN"}
# Purposes that ARS does not list; its terminology may be extended by the sponsor.
OWN_PURPOSES = {"sensitivity": "SENSITIVITY ANALYSIS", "": "DESCRIPTION"}
# What divides the records of one analysis, beside groups of participants.
DIVISIONS = ("visit", "effect")

Class = dict[str, Any]


def export_ars(protocol: Protocol, results: Results, out: Path) -> list[Path]:
    """Write ars.json and ars_extension.json; same results, same bytes."""
    analyses = _analyses(results)
    parts = {
        ARS: _reporting_event(protocol, results, analyses),
        BESIDE: _extension(protocol, results, analyses),
    }
    for name, content in parts.items():
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        (out / name).write_text(f"{text}\n", encoding="utf-8")
    return [out / name for name in parts]


def _analyses(results: Results) -> dict[str, list[ResultRow]]:
    """Analysis id > its rows: one analysis is one variable by one method."""
    analyses: dict[str, list[ResultRow]] = {}
    for row in results:
        parts = (row.analysis, row.variable, row.unit, row.method, row.variant)
        analyses.setdefault(_id("A", *parts), []).append(row)
    return analyses


def _id(kind: str, *parts: str) -> str:
    """A readable id that parts with the same words share."""
    return ".".join((kind, *(part.replace(" ", "_") for part in parts if part)))


def _reporting_event(protocol: Protocol, results: Results, analyses: dict[str, list[ResultRow]]) -> Class:
    invented = "Made from invented records. " if results.invented else ""
    return {
        "id": f"{protocol.trial.id}.{results.snapshot[:16]}",
        "name": protocol.trial.title,
        "version": 1,
        "description": (
            f"{invented}Protocol version {protocol.trial.version}, identity {results.protocol}; snapshot "
            f"{results.snapshot}; {results.software}. {BESIDE} holds what ARS has no class for."
        ),
        "mainListOfContents": _contents(analyses),
        "terminologyExtensions": [_own_purposes()],
        "analysisSets": [
            {"id": _id("AS", each.name), "label": each.sentence or each.name, "level": 1, "order": order}
            for order, each in enumerate(protocol.analysis_sets, start=1)
        ],
        "analysisGroupings": _groupings(results),
        "dataGroupings": [_data_driven(name) for name in DIVISIONS],
        "methods": _methods(results),
        "analyses": [_analysis(protocol, name, rows) for name, rows in analyses.items()],
    }


def _contents(analyses: Iterable[str]) -> Class:
    items = [
        {"level": 1, "order": order, "name": name, "analysisId": name}
        for order, name in enumerate(analyses, start=1)
    ]
    return {"name": "Analyses in the order of the report", "contentsList": {"listItems": items}}


def _own_purposes() -> Class:
    return {
        "id": "TE.purpose",
        "enumeration": "AnalysisPurposeEnum",
        "sponsorTerms": [
            {"id": _own_purpose(purpose), "submissionValue": term} for purpose, term in OWN_PURPOSES.items()
        ],
    }


def _own_purpose(purpose: str) -> str:
    return _id("TE.purpose", purpose or "description")


def _groupings(results: Results) -> list[Class]:
    """Groups of participants, each with its levels in the order of the report."""
    levels: dict[str, dict[str, None]] = {}
    for row in results:
        if row.group and row.level:
            levels.setdefault(row.group, {})[row.level] = None
    return [
        {
            "id": _id("G", group),
            "label": group,
            "groupingVariable": group,
            "dataDriven": False,
            "groups": [
                {"id": _id("G", group, level), "label": level, "level": 1, "order": order}
                for order, level in enumerate(found, start=1)
            ],
        }
        for group, found in levels.items()
    ]


def _data_driven(name: str) -> Class:
    return {"id": _id("D", name), "label": name, "groupingVariable": name, "dataDriven": True}


def _methods(results: Results) -> list[Class]:
    """Each method in each variant with one operation a statistic."""
    statistics: dict[str, dict[str, None]] = {}
    rows: dict[str, ResultRow] = {}
    for row in results:
        rows.setdefault(_method_id(row), row)
        statistics.setdefault(_method_id(row), {})[row.statistic] = None
    return [_method(name, rows[name], list(found)) for name, found in statistics.items()]


def _method(name: str, row: ResultRow, statistics: Sequence[str]) -> Class:
    entry = load("methods").get(row.method)
    label = entry.label if entry else (row.method or "Description")
    about = f"{entry.sentence} Source: {entry.source}." if entry else "Counts and summaries of records."
    return {
        "id": name,
        "name": f"{label}, {row.variant}" if row.variant else label,
        "description": about,
        "operations": [
            {"id": f"{name}.{statistic}", "name": statistic, "order": order}
            for order, statistic in enumerate(statistics, start=1)
        ],
    }


def _method_id(row: ResultRow) -> str:
    return _id("M", row.method or "description", row.variant)


def _analysis(protocol: Protocol, name: str, rows: Sequence[ResultRow]) -> Class:
    first = rows[0]
    groupings = [*dict.fromkeys(_id("G", row.group) for row in rows if row.group and row.level)]
    groupings += [_id("D", each) for each in DIVISIONS if any(getattr(row, each) for row in rows)]
    known = {each.name for each in protocol.analysis_sets}
    return {
        "id": name,
        "name": name,
        "version": 1,
        "reason": {"controlledTerm": REASONS[first.reason or "protocol"]},
        "purpose": _purpose(first.purpose),
        "variable": first.variable,
        **({"analysisSetId": _id("AS", first.analysis_set)} if first.analysis_set in known else {}),
        "orderedGroupings": [
            {"order": order, "groupingId": grouping, "resultsByGroup": True}
            for order, grouping in enumerate(groupings, start=1)
        ],
        "methodId": _method_id(first),
        "results": [_result(row) for row in rows],
    }


def _purpose(purpose: str) -> Class:
    if purpose in PURPOSES:
        return {"controlledTerm": PURPOSES[purpose]}
    return {"sponsorTermId": _own_purpose(purpose)}


def _result(row: ResultRow) -> Class:
    groups: list[Class] = []
    if row.group and row.level:
        groups.append({"groupingId": _id("G", row.group), "groupId": _id("G", row.group, row.level)})
    groups += [
        {"groupingId": _id("D", each), "groupValue": getattr(row, each)}
        for each in DIVISIONS
        if getattr(row, each)
    ]
    return {
        "operationId": f"{_method_id(row)}.{row.statistic}",
        "resultGroups": groups,
        **({} if row.value is None else {"rawValue": repr(row.value)}),
        "formattedValue": row.text,
    }


# ----------------------------------------------------------------------------------------------- beside the standard


def _extension(protocol: Protocol, results: Results, analyses: dict[str, list[ResultRow]]) -> Class:
    return {
        "format": "firstdose ARS extension 1",
        "reportingEvent": f"{protocol.trial.id}.{results.snapshot[:16]}",
        "snapshot": results.snapshot,
        "protocol": results.protocol,
        "software": results.software,
        "invented": results.invented,
        "estimands": [_estimand(each) for each in protocol.estimands],
        "families": [
            {
                "id": each.family,
                "method": each.method,
                "alpha": str(each.alpha),
                "members": list(each.members),
                "weights": [str(weight) for weight in each.weights],
                "after": list(each.after),
            }
            for each in protocol.families
        ],
        "analyses": {name: _beside(protocol, rows) for name, rows in analyses.items()},
    }


def _estimand(estimand: Estimand) -> Class:
    """The five attributes of ICH E9(R1)."""
    return {
        "id": estimand.name,
        "objective": estimand.objective,
        "population": estimand.population,
        "treatment": estimand.treatment,
        "endpoints": list(estimand.endpoints),
        "where": estimand.where,
        "intercurrentEvents": [
            {"event": event, "strategy": strategy} for event, strategy in estimand.intercurrent_events
        ],
        "summary": estimand.summary,
    }


def _beside(protocol: Protocol, rows: Sequence[ResultRow]) -> Class:
    first = rows[0]
    check = next((each for each in protocol.sensitivity if each.check == first.analysis), None)
    endpoint = _endpoint(protocol, check.endpoint if check else first.analysis)
    family = next((each.family for each in protocol.families if first.analysis in each.members), "")
    planned = protocol.analysis(endpoint.endpoint) if endpoint else None
    return {
        "estimand": first.estimand,
        "endpoint": endpoint.endpoint if endpoint else "",
        "family": family,
        "sensitivity": {"of": check.endpoint, "attacks": check.attacks} if check else None,
        "missing": planned.missing if planned else "",
        "direction": planned.direction if planned else "",
        "unit": first.unit,
        "exact": first.exact,
        "resultIds": [row.result for row in rows],
        "runs": [_run(list(each)) for _, each in groupby(rows, key=_run_key)],
    }


def _endpoint(protocol: Protocol, name: str) -> Endpoint | None:
    return next((each for each in protocol.endpoints if each.endpoint == name), None)


def _run_key(row: ResultRow) -> tuple[Any, ...]:
    return row.level, row.visit, row.excluded, row.caveats


def _run(rows: Sequence[ResultRow]) -> Class:
    """Who was left out of one run of the method, and what it warned of."""
    row = rows[0]
    return {
        "level": row.level,
        "visit": row.visit,
        "participants": row.n_participants,
        "lesions": row.n_lesions,
        "excluded": [{"participant": name, "reason": reason} for name, reason in row.excluded],
        "caveats": list(row.caveats),
    }
