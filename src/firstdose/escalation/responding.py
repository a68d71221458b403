"""Responses from the records: the endpoint that the safety section names, one answer a participant."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.measurements import derive_change, derive_measurements
from firstdose.derived.timing import derive_day_zero
from firstdose.escalation.courses import Response
from firstdose.protocol.names import measures
from firstdose.records.visits import VISITS

if TYPE_CHECKING:
    from datetime import date

    from firstdose.protocol.model import Endpoint, Protocol
    from firstdose.protocol.names import Variable
    from firstdose.records.snapshot import Snapshot


def derive_responses(protocol: Protocol, snapshot: Snapshot) -> dict[str, Response]:
    """Participant > response of the endpoint under safety, response; empty where none is named.

    Of several lesions or variables of one participant all must respond. A value of 0 before has no percent improvement:
    it counts as none.
    """
    named = protocol.safety.response if protocol.safety else ""
    endpoint = next((each for each in protocol.endpoints if each.endpoint == named), None)
    visit = protocol.visit(endpoint.at[-1]) if endpoint is not None and endpoint.at else None
    if endpoint is None or endpoint.kind != "response" or visit is None:
        return {}
    answers: dict[str, list[bool]] = {}
    for variable in measures(protocol, endpoint.measure):
        for name, answer in _answers(protocol, snapshot, endpoint, variable):
            answers.setdefault(name, []).append(answer)
    days = _days(protocol, snapshot, visit.visit)
    return {
        name: Response(
            day=days.get(name),
            due=visit.window.last,
            answer=all(answers[name]) if name in answers and name in days else None,
        )
        for name in snapshot.participants
    }


def _answers(
    protocol: Protocol, snapshot: Snapshot, endpoint: Endpoint, variable: Variable
) -> list[tuple[str, bool]]:
    """Participant and answer, a row a value at the endpoint's visit."""
    values = derive_change(derive_measurements(protocol, snapshot, variable), endpoint.reference)
    rows = values.filter((pl.col("visit") == endpoint.at[-1]) & pl.col("value").is_not_null()).to_dicts()
    return [
        (row["participant"], _improved(row["before"], row["value"], float(endpoint.cut or 0), variable))
        for row in rows
        if row["before"] is not None
    ]


def _improved(before: float, after: float, cut: float, variable: Variable) -> bool:
    """An improvement of at least `cut` percent, in whole steps of the declared precision."""
    if isnan(before) or isnan(after) or before == 0:
        return False
    steps = 10.0 ** (variable.decimals if variable.decimals is not None else 6)
    first, last = round(before * steps), round(after * steps)
    sign = -1 if variable.direction == "higher is better" else 1
    return 100 * sign * (first - last) >= cut * first


def _days(protocol: Protocol, snapshot: Snapshot, visit: str) -> dict[str, int]:
    """Participant > day of that visit from day 0, where it took place."""
    zero: dict[str, date] = {
        row["participant"]: row["day_zero"]
        for row in derive_day_zero(protocol, snapshot).to_dicts()
        if row["day_zero"] is not None
    }
    rows = snapshot.tables[VISITS].to_dicts()
    done = [row for row in rows if row["visit"] == visit and row["date"] and row["status"] == "done"]
    return {
        row["participant"]: (row["date"] - zero[row["participant"]]).days
        for row in done
        if row["participant"] in zero
    }
