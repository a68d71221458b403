"""Weighted least squares for logistic curves: many curves and starts at once, both asymptotes solved exactly.

Given b, e and f the curve is linear in c and d, so they are projected out (Golub and Pereyra, SIAM J Numer Anal
1973;10:413; the Jacobian in Kaufman's form, BIT 1975;15:49) and a Levenberg-Marquardt search moves ln|b|, ln e and
ln f alone, between bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firstdose.assays._kernel.immunoassay.curves import (
    ZERO_CONCENTRATION,
    LogisticCurve,
    derivatives,
    log_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats: TypeAlias = NDArray[np.float64]
F_BOUNDS = (0.1, 10.0)
_B_BOUNDS = (0.02, 50.0)
_BEYOND = 30.0  # how far ln e may leave the standards: no data speak beyond
_SLOPES = (0.4, 1.0, 2.5)
_ASYMMETRIES = (0.12, 0.3, 0.7, 1.0, 1.6, 3.0, 8.0)
_FIRST_STEPS = 12  # after these the two best starts of each problem go on alone
_MOST_STEPS = 150
_STILL = 1e-9  # relative gain of a step; the fourth such step in a row is the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted curve over n points: its weighted residual sum of squares, and whether f ended on a bound."""

    curve: LogisticCurve
    rss: float
    n: int
    parameters: int
    on_bound: bool = False

    @property
    def aic(self) -> float:
        """Akaike's criterion of unweighted normal residuals, the standard deviation counted."""
        return float(self.n * (np.log(2 * np.pi * self.rss / self.n) + 1) + 2 * (self.parameters + 1))


def fit_logistic(
    x: Floats, y: Floats, weights: Floats | None = None, *, five: bool = False, of_logarithm: bool = False
) -> Fit | None:
    """The curve of least weighted squares through the points (n,); None where they cannot carry one.

    y is the signal, or its natural logarithm where `of_logarithm` says so.
    """
    return fit_many([x], [y], None if weights is None else [weights], five=five, of_logarithm=of_logarithm)[0]


def fit_many(
    x: Sequence[Floats],
    y: Sequence[Floats],
    weights: Sequence[Floats] | None = None,
    *,
    five: bool = False,
    of_logarithm: bool = False,
) -> list[Fit | None]:
    """One curve for each of m sets of points, all searched for together."""
    weights = weights or [np.ones(len(each)) for each in x]
    fits: list[Fit | None] = [None] * len(x)
    fit = [i for i in range(len(x)) if _carries(x[i], y[i], weights[i], five=five)]
    if fit:
        points = _Points.of([x[i] for i in fit], [y[i] for i in fit], [weights[i] for i in fit])
        for i, found in zip(fit, _search(points, five=five, of_logarithm=of_logarithm), strict=True):
            fits[i] = found
    return fits


def standard_errors(fit: Fit, x: Floats, y: Floats, weights: Floats | None = None) -> Floats:
    """Standard errors of b, c, d, e[, f] (k,) from the observed information; NaN where it is singular.

    The exact gradient is differenced once. x, y, weights (n,) as they were fitted.
    """
    weight = np.ones(len(x)) if weights is None else weights
    theta = np.array([fit.curve.b, fit.curve.c, fit.curve.d, fit.curve.e, fit.curve.f][: fit.parameters])
    steps = np.diag(1e-5 * np.abs(theta))
    up, down = ([_gradient(theta + way * step, fit, x, y, weight) for step in steps] for way in (1, -1))
    hessian = (np.array(up) - np.array(down)) / (2 * np.diag(steps))[:, None]
    try:
        inverse = np.linalg.inv((hessian + hessian.T) / 2)
    except np.linalg.LinAlgError:
        return np.full(fit.parameters, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sqrt(np.diag(inverse) * fit.rss / (fit.n - fit.parameters)))


def _gradient(theta: Floats, fit: Fit, x: Floats, y: Floats, weight: Floats) -> Floats:
    """Half the gradient of the weighted residual sum of squares, (k,)."""
    b, c, d, e, f = (*theta, 1.0)[:5]
    curve = LogisticCurve(b=b, c=c, d=d, e=e, f=f)
    J = derivatives(log_of(x), curve, five=fit.parameters == 5)
    return np.asarray(J.T @ (weight * (curve.signal(x) - y)))


def _carries(x: Floats, y: Floats, weights: Floats, *, five: bool) -> bool:
    good = np.isfinite(x) & np.isfinite(y) & np.isfinite(weights) & (weights > 0)
    needed = 5 if five else 4
    levels = len(np.unique(x[good]))
    return bool(good.all()) and len(x) >= needed and levels >= needed and float(np.ptp(y)) > 0


@dataclass(frozen=True, slots=True)
class _Points:
    """Points of p problems, padded with weight 0 to n: logarithms of x, roots of weights, both times y; directions."""

    log_x: Floats
    root: Floats
    rooted_y: Floats
    sign: Floats
    low: Floats
    high: Floats
    count: Floats

    @classmethod
    def of(cls, x: Sequence[Floats], y: Sequence[Floats], weights: Sequence[Floats]) -> _Points:
        most = max(map(len, x))
        log_x, root, told = (np.zeros((len(x), most)) for _ in range(3))
        for i, (one, signal, weight) in enumerate(zip(x, y, weights, strict=True)):
            n = len(one)
            log_x[i, :n], root[i, :n], told[i, :n] = log_of(one), np.sqrt(weight), signal
            log_x[i, n:] = log_x[i, 0]
        finite = np.where(log_x > ZERO_CONCENTRATION, log_x, np.inf)
        low, high = finite.min(axis=1), np.where(np.isinf(finite), -np.inf, finite).max(axis=1)
        ranked = np.maximum(log_x, low[:, None] - 3)
        rising = _slope(ranked, told, root) >= 0
        count = np.array([len(each) for each in x], dtype=float)
        return cls(log_x, root, root * told, np.where(rising, -1.0, 1.0), low, high, count)

    def times(self, k: int) -> _Points:
        """Every problem k times in a row."""
        return _Points(*(np.repeat(getattr(self, name), k, axis=0) for name in self.__slots__))

    def some(self, chosen: NDArray[np.bool_]) -> _Points:
        return _Points(*(getattr(self, name)[chosen] for name in self.__slots__))


def _slope(x: Floats, y: Floats, root: Floats) -> Floats:
    weight = root / root.sum(axis=1, keepdims=True)
    away = x - (weight * x).sum(axis=1, keepdims=True)
    return np.asarray((weight * away * (y - (weight * y).sum(axis=1, keepdims=True))).sum(axis=1))


def _search(points: _Points, *, five: bool, of_logarithm: bool) -> list[Fit | None]:
    """Four parameters from three slopes; then, if asked, five from that optimum and seven asymmetries."""
    four, rss = _best(points, _first_starts(points))
    if not five:
        return [_fit(points, i, four[i], rss[i], of_logarithm=of_logarithm) for i in range(len(four))]
    best, rss = _best(points, _skewed_starts(points, four))
    return [_fit(points, i, best[i], rss[i], of_logarithm=of_logarithm) for i in range(len(best))]


def _first_starts(points: _Points) -> Floats:
    """(problems, 3, 2): three slopes around the concentration at which the signal is half way."""
    middle = (points.low + points.high) / 2
    slopes = np.log(_SLOPES) + 0 * middle[:, None]
    return np.stack([slopes, np.broadcast_to(middle[:, None], slopes.shape)], axis=-1)


def _skewed_starts(points: _Points, four: Floats) -> Floats:
    """(problems, 7, 3): the curve of four parameters bent, its half-way concentration kept."""
    log_f = np.log(_ASYMMETRIES)
    half = np.log(np.expm1(np.log(2) / np.exp(log_f)))
    b = points.sign * np.exp(four[:, 0])
    slopes = np.broadcast_to(four[:, :1], (len(four), len(log_f)))
    middles = four[:, 1:2] - half / b[:, None]
    return np.stack([slopes, middles, np.broadcast_to(log_f, slopes.shape)], axis=-1)


def _best(points: _Points, starts: Floats) -> tuple[Floats, Floats]:
    """The best end of all starts: parameters (problems, k) and residual sums of squares (problems,)."""
    ends, rss = _improved(points, starts, _FIRST_STEPS)
    two = np.argsort(np.where(np.isnan(rss), np.inf, rss), axis=1, kind="stable")[:, :2]
    ends, rss = _improved(points, np.take_along_axis(ends, two[:, :, None], axis=1), _MOST_STEPS)
    row, chosen = np.arange(len(rss)), np.argmin(np.where(np.isnan(rss), np.inf, rss), axis=1)
    return ends[row, chosen], rss[row, chosen]


def _improved(points: _Points, starts: Floats, steps: int) -> tuple[Floats, Floats]:
    """Starts (problems, many, k) after so many steps, and their residual sums of squares (problems, many)."""
    m, many, k = starts.shape
    ends, rss = _levenberg_marquardt(points.times(many), starts.reshape(m * many, k), steps)
    return ends.reshape(m, many, k), rss.reshape(m, many)


def _bounds(points: _Points, k: int) -> tuple[Floats, Floats]:
    ones = np.ones(len(points.low))
    low = [np.log(_B_BOUNDS[0]) * ones, points.low - _BEYOND, np.log(F_BOUNDS[0]) * ones]
    high = [np.log(_B_BOUNDS[1]) * ones, points.high + _BEYOND, np.log(F_BOUNDS[1]) * ones]
    return np.stack(low[:k], axis=1), np.stack(high[:k], axis=1)


def _levenberg_marquardt(points: _Points, theta: Floats, steps: int) -> tuple[Floats, Floats]:
    """All problems at once; those that stand still drop out."""
    low, high = _bounds(points, theta.shape[1])
    theta = np.clip(theta, low, high)
    end, least = theta.copy(), np.full(len(theta), np.nan)
    number = np.arange(len(theta))
    damping, quiet = np.full(len(theta), 1e-2), np.zeros(len(theta), dtype=int)
    rss, gradient, hessian = _linearised(points, theta)
    for _ in range(steps):
        trial = np.clip(theta + _step(gradient, hessian, damping, theta, low, high), low, high)
        new_rss, new_gradient, new_hessian = _linearised(points, trial)
        better = new_rss < rss
        gain = np.where(better, (rss - new_rss) / rss, 0.0)
        theta = np.where(better[:, None], trial, theta)
        gradient = np.where(better[:, None], new_gradient, gradient)
        hessian = np.where(better[:, None, None], new_hessian, hessian)
        rss = np.where(better, new_rss, rss)
        damping = np.where(better, damping * 0.2, damping * 5)
        quiet = np.where(gain < _STILL, quiet + 1, 0)
        still = ((quiet > 0) & (damping > 1e9)) | (quiet >= 4) | ~np.isfinite(rss)
        end[number], least[number] = theta, rss
        if still.all():
            break
        if still.any():
            go = ~still
            points, number = points.some(go), number[go]
            theta, rss, gradient, hessian = theta[go], rss[go], gradient[go], hessian[go]
            damping, quiet, low, high = damping[go], quiet[go], low[go], high[go]
    return end, least


def _step(
    gradient: Floats, hessian: Floats, damping: Floats, theta: Floats, low: Floats, high: Floats
) -> Floats:
    """The damped step; a parameter on a bound that wants further out stays."""
    stuck = ((theta <= low) & (gradient > 0)) | ((theta >= high) & (gradient < 0))
    k = theta.shape[1]
    free = ~stuck
    system = hessian * (free[:, :, None] & free[:, None, :])
    diagonal = np.arange(k)
    scale = np.where(stuck, 1.0, system[:, diagonal, diagonal])
    system[:, diagonal, diagonal] = scale * (1 + np.where(stuck, 0.0, damping[:, None])) + 1e-300
    wanted = np.where(stuck, 0.0, -gradient)
    system = np.where(np.isfinite(system), system, 0.0)
    with np.errstate(all="ignore"):
        solved = _solve(system, np.where(np.isfinite(wanted), wanted, 0.0))
    return np.clip(np.where(np.isfinite(solved), solved, 0.0), -4.0, 4.0)


def _solve(system: Floats, wanted: Floats) -> Floats:
    """Symmetric systems of two or three by Cramer's rule: LAPACK would stop all of them at one singular one."""
    if system.shape[1] == 2:
        (a, b), d = (system[:, 0, 0], system[:, 0, 1]), system[:, 1, 1]
        u, v = wanted.T
        return np.stack([d * u - b * v, a * v - b * u], axis=1) / (a * d - b * b)[:, None]
    first, second, third = system[:, 0], system[:, 1], system[:, 2]
    crossed = [_cross(second, third), _cross(third, first), _cross(first, second)]
    determinant = (first * crossed[0]).sum(axis=1)
    solved = sum(one * wanted[:, i : i + 1] for i, one in enumerate(crossed))
    return np.asarray(solved / determinant[:, None])


def _cross(a: Floats, b: Floats) -> Floats:
    turn, back = [1, 2, 0], [2, 0, 1]
    return a[:, turn] * b[:, back] - a[:, back] * b[:, turn]


def _linearised(points: _Points, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Residual sum of squares (p,), its half gradient (p, k) and Gauss-Newton matrix (p, k, k)."""
    b = (points.sign * np.exp(theta[:, 0]))[:, None]
    f = np.exp(theta[:, 2])[:, None] if theta.shape[1] == 3 else np.ones_like(b)
    away = points.log_x - theta[:, 1:2]
    u = b * away
    over = np.logaddexp(0.0, u)
    s = np.exp(-f * over)
    residual, span, q1, q2 = _projected(points, s)
    to_u = -f * s * np.exp(u - over)
    moved = [to_u * u, to_u * -b, -f * over * s][: theta.shape[1]]
    J = -np.stack(moved, axis=2) * (points.root * span)[:, :, None]
    for q in (q1, q2):
        J -= q[:, :, None] * np.einsum("pn,pnk->pk", q, J)[:, None, :]
    gradient = np.einsum("pnk,pn->pk", J, residual)
    return (residual**2).sum(axis=1), gradient, np.einsum("pni,pnj->pij", J, J)


def _projected(points: _Points, s: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Residuals (p, n) after the best c and d, the span d - c (p, 1), and an orthonormal basis of 1 and s."""
    q1 = points.root / np.sqrt((points.root**2).sum(axis=1, keepdims=True))
    rooted = points.root * s
    across = rooted - q1 * (q1 * rooted).sum(axis=1, keepdims=True)
    length = np.sqrt((across**2).sum(axis=1, keepdims=True))
    q2 = across / np.maximum(length, 1e-150)
    height = (q2 * points.rooted_y).sum(axis=1, keepdims=True)
    level = q1 * (q1 * points.rooted_y).sum(axis=1, keepdims=True)
    span = height / np.maximum(length, 1e-150)
    flat = span <= 0  # the family has c < d: the best of the other sort is a constant
    residual = points.rooted_y - level - np.where(flat, 0.0, q2 * height)
    return residual, np.where(flat, 0.0, span), q1, q2


def _fit(points: _Points, i: int, theta: Floats, rss: float, *, of_logarithm: bool) -> Fit | None:
    parameters = len(theta) + 2
    b = float(points.sign[i] * np.exp(theta[0]))
    log_f = float(theta[2]) if parameters == 5 else 0.0
    s = np.exp(-np.exp(log_f) * np.logaddexp(0.0, b * (points.log_x[i] - theta[1])))
    root = points.root[i]
    solved = np.linalg.lstsq(np.stack([root * (1 - s), root * s], axis=1), points.rooted_y[i], rcond=None)[0]
    c, d = map(float, solved)
    if not (np.isfinite([c, d, rss]).all() and c < d):
        return None
    low, high = (np.log(bound) for bound in F_BOUNDS)
    curve = LogisticCurve(
        b=b, c=c, d=d, e=float(np.exp(theta[1])), f=float(np.exp(log_f)), of_logarithm=of_logarithm
    )
    on_bound = parameters == 5 and not low + 1e-6 < log_f < high - 1e-6
    return Fit(curve=curve, rss=float(rss), n=int(points.count[i]), parameters=parameters, on_bound=on_bound)
