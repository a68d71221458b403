"""From values and cells to fits: scaled, with the declared ladder of covariances, in pieces that fit in memory."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from firstdose.methods._kernel.mixed.inference import Fitted
from firstdose.methods._kernel.mixed.words import COVARIANCES, least_rank, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.methods._kernel.mixed.cells import Cells
    from firstdose.methods._kernel.mixed.nested import ComponentFits
    from firstdose.methods._kernel.results import Floats, Ints

_Kept = TypeVar("_Kept", Fitted, "Told")
REACHED, NOT_REACHED, NO_VARIATION, NOT_ESTIMABLE, TOO_FEW = range(
    5
)  # the first four as in the compiled code
_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What each of m fits says of itself; `status` as above, `deviance`: -2 log restricted likelihood, cell means.

    `rank`: rows with any value less groups with any. `complete`: rows without gap.
    """

    status: Ints
    steps: Ints
    score: Floats
    deviance: Floats
    values: Ints
    complete: Ints
    rank: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One step of the ladder for the data sets numbered `where`."""

    covariance: str
    where: Ints
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginal:
    """m fits; sigma (m, k, k) and W of `fitted` by its entries; `used`: place in the ladder, -1 for none."""

    fitted: Fitted
    sigma: Floats
    used: Ints
    told: Told
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """m fits of variance components theta (m, q), the last the residual; `instead`: expected information taken."""

    fitted: Fitted
    theta: Floats
    told: Told
    instead: Floats


def scaled(y: Floats) -> tuple[Floats, Floats, Floats]:
    """Values about their mean, divided by a power of two near their standard deviation; mean and divisor (m,)."""
    known = np.isfinite(y)
    count = np.maximum(known.sum(axis=(1, 2)), 1)
    centre = np.where(known, y, 0.0).sum(axis=(1, 2)) / count
    about = y - centre[:, None, None]
    spread = np.sqrt(np.where(known, about**2, 0.0).sum(axis=(1, 2)) / count)
    size = np.abs(centre) + spread
    real = spread > 1e-13 * size
    scale = 2.0 ** np.round(np.log2(np.where(real, spread, 1.0)))
    flat = np.where(known, 0.0, np.nan)
    values: Floats = np.where(real[:, None, None], about, flat) / scale[:, None, None]
    return values, np.asarray(centre), np.asarray(scale)


def pieces(y: Floats) -> Iterator[Floats]:
    """At most so many data sets at once: what a fit leaves for inference is much larger than its values."""
    for first in range(0, len(y), _AT_ONCE):
        yield y[first : first + _AT_ONCE]


def fit_marginal(
    y: Floats, cells: Cells, ladder: Sequence[str], *, observed: bool, reml: bool = True
) -> Marginal:
    """The first covariance of the ladder that can be fitted, for each data set (m, n, k)."""
    values, centre, scale = scaled(y)
    rank = _rank(y, cells)
    found: Marginal | None = None
    left = np.arange(len(y))
    for place, covariance in enumerate(ladder):
        enough = rank[left] >= least_rank(covariance, y.shape[2])
        asked = values[left] if enough.all() else np.where(enough[:, None, None], values[left], np.nan)
        one = _one(asked, cells, covariance, observed=observed, reml=reml)
        told = replace(
            one.told,
            status=np.where(enough, one.told.status, TOO_FEW),
            rank=rank[left],
            values=np.isfinite(y[left]).sum(axis=(1, 2)),
            complete=np.isfinite(y[left]).all(axis=2).sum(axis=1),
        )
        tried = Tried(covariance=covariance, where=left, told=told)
        found = _merged(found, replace(one, told=told, tried=(tried,)), left, place)
        left = left[told.status != REACHED]
        if not len(left):
            break
    if found is None:
        raise ValueError("a ladder of covariances has at least one")
    return _unscaled(found, centre, scale)


def only(of: Marginal, i: int) -> Marginal:
    """The i-th of these fits, as if it had been made alone."""
    here = np.array([i])
    steps = ((step, np.flatnonzero(step.where == i)) for step in of.tried)
    return Marginal(
        fitted=_some(of.fitted, here),
        sigma=of.sigma[here],
        used=of.used[here],
        told=_some(of.told, here),
        tried=tuple(
            Tried(covariance=step.covariance, where=np.zeros(1, dtype=np.int64), told=_some(step.told, at))
            for step, at in steps
            if len(at)
        ),
    )


def _some(of: _Kept, where: Ints) -> _Kept:
    return type(of)(**{name: getattr(of, name)[where] for name in of.__slots__})


def _rank(y: Floats, cells: Cells) -> Ints:
    present = np.isfinite(y).any(axis=2)
    seen = [(present & (cells.codes == g)).any(axis=1) for g in range(len(cells.groups))]
    rank: Ints = present.sum(axis=1) - np.sum(seen, axis=0)
    return rank


def _one(y: Floats, cells: Cells, covariance: str, *, observed: bool, reml: bool) -> Marginal:
    from firstdose.methods._kernel.mixed.newton import fit_many

    groups, k = cells.shape
    fits = fit_many(
        np.ascontiguousarray(y),
        np.tile(np.eye(k), (groups, 1, 1)),
        cells.codes,
        np.arange(groups),
        COVARIANCES[covariance].number,
        parameters(covariance, k),
        observed=observed,
        reml=reml,
    )
    whole = fits.told[:, [0, 1, 4, 5]].astype(np.int64)
    return Marginal(
        fitted=Fitted(
            b=fits.b,
            phi=fits.Phi,
            adjusted=fits.adjusted,
            slopes=fits.P,
            W=fits.W,
            exists=fits.exists,
            scale=np.ones(len(y)),
        ),
        sigma=fits.sigma,
        used=np.zeros(len(y), dtype=np.int64),
        told=Told(
            status=whole[:, 0],
            steps=whole[:, 1],
            score=fits.told[:, 2],
            deviance=fits.told[:, 3],
            values=whole[:, 2],
            complete=whole[:, 3],
            rank=np.zeros(len(y), dtype=np.int64),
        ),
        tried=(),
    )


def _merged(before: Marginal | None, now: Marginal, where: Ints, place: int) -> Marginal:
    """Results of this step in the places of those that were still open."""
    used = np.where(now.told.status == REACHED, place, -1)
    if before is None:
        return replace(now, used=used, told=_copy(now.told))
    for field in ("b", "phi", "adjusted", "slopes", "W", "exists"):
        getattr(before.fitted, field)[where] = getattr(now.fitted, field)
    for field in ("status", "steps", "score", "deviance"):
        getattr(before.told, field)[where] = getattr(now.told, field)
    before.sigma[where] = now.sigma
    before.used[where] = used
    return replace(before, tried=(*before.tried, *now.tried))


def _copy(told: Told) -> Told:
    """What later steps of the ladder may overwrite, while each step keeps its own."""
    return Told(**{name: getattr(told, name).copy() for name in Told.__slots__})


def _unscaled(of: Marginal, centre: Floats, scale: Floats) -> Marginal:
    exists = of.fitted.exists
    b = of.fitted.b + exists * (centre / scale)[:, None, None]
    return replace(
        of,
        fitted=replace(of.fitted, b=b, scale=scale),
        sigma=of.sigma * scale[:, None, None] ** 2,
        told=replace(of.told, deviance=_with_constant(of.told, exists, scale)),
    )


def _with_constant(told: Told, exists: Floats, scale: Floats) -> Floats:
    """-2 log restricted likelihood of the values as they are, coefficients being cell means."""
    free = told.values - exists.sum(axis=(1, 2))
    found: Floats = told.deviance + free * (math.log(2 * math.pi) + 2 * np.log(scale))
    return found


def fit_components(
    y: Floats,
    cells: Cells,
    unit: Ints,
    *,
    lesions: bool,
    by_time: bool = False,
    observed: bool,
    known_zero: bool,
) -> Components:
    """Random participant, by time and lesion where asked, of m data sets (m, N, k); `unit`: participant of each row.

    Components in the order of participant, participant by time, lesion, residual.
    """
    from firstdose.methods._kernel.mixed.nested import fit_nested

    order = np.argsort(unit, kind="stable")
    values, centre, scale = scaled(y)
    fits = fit_nested(
        np.ascontiguousarray(values[:, order]),
        cells.codes[order],
        unit[order],
        len(cells.groups),
        lesions=lesions,
        by_time=by_time,
        observed=observed,
        known_zero=known_zero,
    )
    told = _told_of(fits, y)
    exists = fits.exists
    fitted = Fitted(
        b=fits.b + exists * (centre / scale)[:, None, None],
        phi=fits.Phi,
        adjusted=fits.adjusted,
        slopes=fits.P,
        W=fits.W,
        exists=exists,
        scale=scale,
    )
    return Components(
        fitted=fitted,
        theta=fits.theta * scale[:, None] ** 2,
        told=replace(told, deviance=_with_constant(told, exists, scale)),
        instead=fits.told[:, 6],
    )


def _told_of(fits: ComponentFits, y: Floats) -> Told:
    whole = fits.told[:, [0, 1, 4]].astype(np.int64)
    return Told(
        status=whole[:, 0],
        steps=whole[:, 1],
        score=fits.told[:, 2],
        deviance=fits.told[:, 3],
        values=whole[:, 2],
        complete=np.isfinite(y).all(axis=2).sum(axis=1),
        rank=np.zeros(len(y), dtype=np.int64),
    )


def without_residual(rows: Floats, cells: Cells, unit: Ints, *, lesions: bool, by_time: bool) -> bool:
    """Whether means and random effects reproduce every value (N, k): the likelihood has no maximum then."""
    lesion, time = np.nonzero(np.isfinite(rows))
    who, k = unit[lesion], rows.shape[1]
    y = rows[lesion, time] - rows[lesion, time].mean()
    effects = [cells.codes[lesion] * k + time, who]
    effects += [who * k + time] if by_time else []
    effects += [lesion] if lesions else []
    Z = np.hstack([each[:, None] == np.unique(each) for each in effects]).astype(np.float64)
    left = y - Z @ np.linalg.lstsq(Z, y)[0]
    return bool(np.abs(left).max() <= 1e-10 * np.abs(y).max())
