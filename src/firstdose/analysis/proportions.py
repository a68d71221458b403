"""Yes or no of each participant: at two times, or compared between groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.analysis.courses import with_groups
from firstdose.analysis.estimating import NOTHING, asked, refused
from firstdose.analysis.responders import NONRESPONDER, response
from firstdose.analysis.shaping import ZERO, Sample, shape_sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.plan import Plan
    from firstdose.catalogue import Result
    from firstdose.protocol.names import Variable


def change_of_shares(
    basis: Basis, plan: Plan, variable: Variable, members: tuple[str, ...], times: tuple[str, ...]
) -> tuple[Sample, Result]:
    """Yes or no of each participant at two times, for a response that at two visits after the first."""
    sample = answers_of(basis, plan, variable, members, times)
    return sample, _estimate(plan, sample, sample.values, None)


def shares_between(
    basis: Basis,
    plan: Plan,
    variable: Variable,
    members: tuple[str, ...],
    times: tuple[str, ...],
    owner: Mapping[str, int],
) -> tuple[Sample, Result]:
    """Yes or no of each participant in groups; `owner`: number of the group, else the planned factor's."""
    sample = answers_of(basis, plan, variable, members, times)
    if owner:
        codes = np.array([owner[name] for name in sample.participants], dtype=int)
        sample = replace(sample, codes=codes)
    else:
        sample = with_groups(basis, plan, sample)
    return sample, _estimate(plan, sample, sample.values[:, -1], sample.codes)


def _estimate(plan: Plan, sample: Sample, y: np.ndarray, groups: np.ndarray | None) -> Result:
    if sample.n == 0:
        return refused(plan, sample.n, NOTHING, "No participant has a complete record for this analysis.")
    return asked(plan, sample.n, y, groups=groups)


def answers_of(
    basis: Basis, plan: Plan, variable: Variable, members: tuple[str, ...], times: tuple[str, ...]
) -> Sample:
    """(n, times) of 1 and 0: the truth itself, or the response at each visit after the first.

    Non-responder imputation, where the plan says so, takes everybody without a response for a non-responder.
    """
    if plan.endpoint.kind != "response" or plan.endpoint.cut is None:
        return shape_sample(basis, variable, members, times, plan.analysis.nested)
    pairs = [(times[0], later) for later in times[1:]] if len(times) > 1 else [times]
    samples = [shape_sample(basis, variable, members, pair, plan.analysis.nested) for pair in pairs]
    cut = float(plan.endpoint.cut)
    known = [dict(zip(of.participants, response(of, cut, variable), strict=True)) for of in samples]
    if NONRESPONDER in (plan.analysis.missing, plan.analysis.responders_missing):
        return _answered(samples[0], known, members, times, imputed=True)
    return _answered(samples[0], known, members, times, imputed=False)


def _answered(
    sample: Sample,
    known: list[dict[str, float]],
    members: tuple[str, ...],
    times: tuple[str, ...],
    *,
    imputed: bool,
) -> Sample:
    answers = {name: [each.get(name, np.nan) for each in known] for name in members}
    if imputed:
        answers = {name: list(np.nan_to_num(those)) for name, those in answers.items()}
    kept = tuple(name for name in members if not np.isnan(answers[name]).any())
    reasons = dict(sample.excluded)
    out = tuple((name, reasons.get(name, ZERO if name in known[0] else "no response")) for name in members if name not in kept)  # fmt: skip
    values = np.array([answers[name] for name in kept], dtype=float).reshape(len(kept), len(known))
    return replace(
        sample,
        values=values,
        sides=np.zeros(values.shape, dtype=int),
        participants=kept,
        times=times[-len(known) :],
        excluded=out,
    )
