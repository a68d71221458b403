"""The appendix as one JSON object for programs; full precision, nothing rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstdose.escalation.following import told
from firstdose.protocol.identity import compute_identity

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from firstdose.designs._kernel.boundary import Bounds, Stopping
    from firstdose.escalation.appendix import Appendix, StopPlan
    from firstdose.escalation.calibrating import Best
    from firstdose.escalation.certify import Certificate
    from firstdose.escalation.comparing import Comparison
    from firstdose.escalation.counted_behaviour import Beside
    from firstdose.escalation.lesion_behaviour import LesionBehaviour
    from firstdose.protocol.model import Protocol


def appendix_as_json(
    protocol: Protocol, appendix: Appendix, comparison: Comparison | None = None
) -> dict[str, Any]:
    """Scenario by scenario what may happen with its probability; `method` says whether trials were drawn."""
    found = appendix.behaviour
    written: dict[str, Any] = {
        "format": 1,
        "trial": protocol.trial.id,
        "protocol": compute_identity(protocol),
        "rule": list(appendix.words),
        "levels": list(appendix.levels),
        "method": "exact" if found.exact else "drawn trials",
        "states": found.states,
        "trials": found.trials,
        "seed": found.seed if found.trials else None,
        "standard_error_of_a_share_at_most": found.error,
        "scenarios_declared": not appendix.are_ours,
        "scenarios": [_scenario(appendix, s) for s in range(len(appendix.curves))],
        "decisions": [
            {"n": row.n, "escalate_at_most": row.escalate, "deescalate_from": row.deescalate, "closed_from": row.closed}
            for row in appendix.table
        ],
        "early_steps": [
            {
                "participants": list(each.state.participants),
                "dlts": list(each.state.dlts),
                "next": told(each.step),
                "reason": each.step.reason,
            }
            for each in appendix.steps
        ],
        "no_length": appendix.no_length,
        "coverage": [
            {"n": each.n, "interval": each.method, "level": each.level, "least": each.least, "at": each.at, "mean": each.mean}
            for each in appendix.coverage
        ],
        "after_no_event": [
            {
                "n": each.n,
                "one_sided": each.one_sided,
                "two_sided": each.two_sided,
                "wilson": each.wilson,
                "jeffreys": each.jeffreys,
            }
            for each in appendix.no_event
        ],
        "stopping": [_stop(stop) for stop in appendix.stops],
        "worst_case": _certificate(appendix.certificate),
        **({} if appendix.lesions is None else {"lesions": lesions_as_json(appendix.lesions)}),
        "left_out": list(appendix.remarks),
    }  # fmt: skip
    return written | ({"comparison": _comparison(comparison)} if comparison else {})


def _scenario(appendix: Appendix, s: int) -> dict[str, Any]:
    found, curve, lengths = appendix.behaviour, appendix.curves[s], appendix.lengths
    errors = {
        "participants_error": _numbers(found.participants_error[s]),
        "dlts_error": _numbers(found.dlts_error[s]),
    }
    days = {str(day): float(chance[s]) for day, chance in lengths.days.items()} if lengths else None
    return {
        "scenario": curve.name,
        "ours": curve.ours,
        "rates": list(curve.rates),
        "none": float(found.selected[s, -1]),
        "selected": _numbers(found.selected[s, :-1]),
        "selected_without_halt": _numbers(found.unhalted[s, :-1]),
        "participants": _numbers(found.participants[s]),
        "dlts": _numbers(found.dlts[s]),
        **({} if found.exact else errors),
        **({} if appendix.beside is None else _beside(appendix.beside, s)),
        "total_participants": {
            str(size): float(chance[s]) for size, chance in sorted(found.total_size.items())
        },
        "ends": {cause: float(chance[s]) for cause, chance in found.causes.items()},
        "halts": {
            stop.planned.stop: float(found.halts[s, place]) for place, stop in enumerate(appendix.stops)
        },
        "days": days,
        "days_from": "" if lengths is None else "drawn trials" if lengths.trials else "exact",
    }


def _beside(beside: Beside, s: int) -> dict[str, Any]:
    rate, number = (word.replace(" ", "_") for word in beside.words)
    return {rate: _numbers(beside.rates[s]), number: _numbers(beside.expected[s])}


def lesions_as_json(found: LesionBehaviour) -> dict[str, Any]:
    """What one participant can expect by level, and the rule under each local scenario."""
    people = found.people
    return {
        "counts": found.counts,
        "numbers_of_lesions": list(found.plan.counts),
        "supposed": list(found.words),
        "method": "exact" if people.exact else "drawn trials",
        "states": people.states,
        "trials": people.trials,
        "standard_error_of_a_share_at_most": people.error,
        "scenarios": [
            {
                "scenario": truth.name,
                "intraclass_correlation": truth.alike,
                "local": list(truth.local),
                "systemic_of_the_most_lesions": list(truth.systemic),
                "participant": {
                    "systemic": _numbers(rates.systemic),
                    "any_lesion": _numbers(rates.any_lesion),
                    "local": _numbers(rates.local),
                    "dose_limiting": _numbers(rates.either),
                    "lesions_with_toxicity": [_numbers(row) for row in rates.lesions],
                },
                "none": float(people.selected[s, -1]),
                "selected": _numbers(people.selected[s, :-1]),
                "participants": _numbers(people.participants[s]),
                "dlts": _numbers(people.dlts[s]),
                "lesions": _numbers(found.lesions[s]),
                "lesions_with_local_toxicity": _numbers(found.toxic[s]),
            }
            for s, (truth, rates) in enumerate(zip(found.truths, found.rates, strict=True))
        ],
    }


def _numbers(values: Iterable[float] | np.ndarray) -> list[float]:
    return [float(each) for each in values]


def _stop(stop: StopPlan) -> dict[str, Any]:
    return {
        "stop": stop.planned.stop,
        "rule": stop.planned.rule,
        "pooled": stop.pooled,
        "boundary": _bounds(stop.bounds),
        "calibrated": [
            {"alpha": each.alpha, "boundary": _bounds(each.bounds), "stops": list(each.stops)}
            for each in stop.calibrated
        ],
        "acceptable": stop.acceptable,
        "toxic": stop.toxic,
        "toxic_is_ours": stop.ours,
        "stops_most_surely": _best(stop.surest),
        "fewest_participants": _best(stop.quickest),
    }


def _bounds(bounds: Bounds) -> list[int | None]:
    """Fewest events after 1, 2 .. participants."""
    return list(bounds[1:])


def _best(best: Best | None) -> dict[str, Any] | None:
    if best is None:
        return None
    return {
        "boundary": _bounds(best.bounds),
        "at_acceptable": _stopping(best.acceptable),
        "at_toxic": _stopping(best.toxic),
        "considered": best.considered,
    }


def _stopping(found: Stopping) -> dict[str, float]:
    return {"stop": found.stop, "participants": found.participants, "events": found.events}


def _certificate(found: Certificate | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "toxic_from": found.toxic_from,
        "worst": found.worst,
        "curve": list(found.curve),
        "bound": found.bound,
        "curves": found.curves,
        "cells": found.cells,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    other = comparison.second
    return {
        "with": comparison.name,
        "method": "exact" if other.exact else "drawn trials",
        "states_looked_at": comparison.looked,
        "all_states": comparison.whole,
        "differing": comparison.differing,
        "scenarios": [
            {
                "none": float(other.selected[s, -1]),
                "selected": _numbers(other.selected[s, :-1]),
                "participants": _numbers(other.participants[s]),
                "dlts": _numbers(other.dlts[s]),
            }
            for s in range(len(other.rates))
        ],
    }
