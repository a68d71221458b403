"""The optimum of the restricted likelihood for one data set or many, and what tests need of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firstdose.methods._kernel.mixed.compiling import compiled, opened
from firstdose.methods._kernel.mixed.marginal import Work, evaluate, room_to_work
from firstdose.methods._kernel.mixed.sample import Sample, classify, room, variation
from firstdose.methods._kernel.mixed.small import (
    congruent,
    copy,
    copy_matrix,
    factor,
    inverse,
    length,
    multiply,
)
from firstdose.methods._kernel.mixed.structures import (
    ROOTED,
    SAME_VARIANCES,
    UNSTRUCTURED,
    rooted,
    spread,
    variances,
)

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats, Ints

CERTIFIED = 1e-8  # length of the score in the metric of the information
FISHER_STEPS = 3
MOST_STEPS = 200
MOST_BY_ENTRIES = 20  # Newton by the entries takes a few steps, or crawls along the edge
MOST_HALVINGS = 30
CLOSE = 1e-4  # so near the optimum, rounding hides whether the likelihood rises
REACHED, NOT_REACHED, NO_VARIATION, NOT_ESTIMABLE = range(4)


class Curve(NamedTuple):
    """Parameters with first and second derivatives of the entries, and score and informations by them."""

    theta: Floats
    trial: Floats
    step: Floats
    sigma: Floats
    jacobian: Floats
    hessian: Floats
    slope: Floats
    bend: Floats
    score: Floats
    observed: Floats
    expected: Floats
    W: Floats
    low: Floats
    half: Floats
    root: Floats


def room_to_curve(k: int, d: int, q: int, v: int) -> Curve:
    """Empty rooms for q parameters, v of them variances, of a covariance of k times with d entries."""
    c = max(q - v, 0)
    return Curve(
        theta=np.zeros(q),
        trial=np.zeros(q),
        step=np.zeros(q),
        sigma=np.zeros((k, k)),
        jacobian=np.zeros((d, q)),
        hessian=np.zeros((d, q, q)),
        slope=np.zeros(c),
        bend=np.zeros((c, c)),
        score=np.zeros(q),
        observed=np.zeros((q, q)),
        expected=np.zeros((q, q)),
        W=np.zeros((q, q)),
        low=np.zeros((max(d, q), max(d, q))),
        half=np.zeros((d, q)),
        root=np.zeros((k, k)),
    )


@compiled
def at(kind: int, theta: Floats, of: Sample, work: Work, curve: Curve, reml: float) -> float:
    """Evaluate at these parameters: the chain rule from the entries of the covariance."""
    if kind == UNSTRUCTURED:
        k = len(curve.sigma)
        for s in range(k):
            for t in range(s, k):
                curve.sigma[s, t] = theta[of.entry[s, t]]
                curve.sigma[t, s] = theta[of.entry[s, t]]
        deviance = evaluate(curve.sigma, of, work, reml)
        copy(work.score, curve.score)
        copy_matrix(work.observed, curve.observed)
        copy_matrix(work.expected, curve.expected)
        return deviance
    if kind == ROOTED:
        rooted(theta, curve.root, curve.sigma, curve.jacobian, curve.hessian)
    else:
        spread(kind, theta, curve.sigma, curve.jacobian, curve.hessian, curve.slope, curve.bend)
    deviance = evaluate(curve.sigma, of, work, reml)
    if not np.isnan(deviance):
        _chain(curve, work)
    return deviance


@compiled
def _chain(curve: Curve, work: Work) -> None:
    """J's, J'IJ, and for the observed information less the score times second derivatives."""
    d, q = curve.jacobian.shape
    congruent(curve.jacobian, work.observed, curve.half, curve.observed, d)
    congruent(curve.jacobian, work.expected, curve.half, curve.expected, d)
    for i in range(q):
        curve.score[i] = 0.0
        for a in range(d):
            curve.score[i] += curve.jacobian[a, i] * work.score[a]
            for j in range(q):
                curve.observed[i, j] -= work.score[a] * curve.hessian[a, i, j]


@compiled
def begin(kind: int, of: Sample, work: Work, curve: Curve) -> bool:
    """Variances of the times, no correlation; False where nothing varies."""
    k = len(curve.sigma)
    start = work.vector[0, :k]
    variation(of, start)
    mean = 0.0
    for t in range(k):
        mean += start[t] / k
    if not mean > 1e-20:  # of values whose standard deviation is about 1
        return False
    curve.trial[:] = 0.0
    v = variances(kind, k)
    for t in range(k):
        variance = start[t] if start[t] > 1e-6 * mean else mean
        if kind == UNSTRUCTURED:
            curve.trial[of.entry[t, t]] = variance
        elif kind == ROOTED:
            curve.trial[t * (t + 1) // 2 + t] = 0.5 * math.log(variance)
        elif v == 1:
            curve.trial[0] = 0.5 * math.log(mean)
        else:
            curve.trial[t] = 0.5 * math.log(variance)
    return True


@compiled
def climb(kind: int, of: Sample, work: Work, curve: Curve, reml: float) -> tuple[int, int, float, float]:
    """Fisher's steps, then Newton's: status, steps, length of the score, -2 log likelihood without its constant.

    The likelihood is evaluated in one place only: what is compiled into one loop twice is compiled twice.
    """
    best, norm, share = np.nan, np.inf, 1.0
    steps, halvings, q = 0, 0, len(curve.theta)
    while True:
        after = at(kind, curve.trial, of, work, curve, reml)
        if np.isnan(after) and steps == 0:
            return NOT_ESTIMABLE, 0, norm, after
        if steps == 0 or _better(after, best, norm, curve, work):
            best = after
            copy(curve.trial, curve.theta)
            now = _aim(steps, curve)
            if np.isnan(now):
                return (NOT_ESTIMABLE if steps == 0 else NOT_REACHED), steps, norm, best
            norm = now
            if norm < CERTIFIED:
                peak = not np.isnan(inverse(curve.observed, q, curve.W, curve.low))
                return (REACHED if peak else NOT_REACHED), steps, norm, best
            steps, halvings, share = steps + 1, 0, 1.0
        else:
            halvings, share = halvings + 1, 0.5 * share
        if steps > (MOST_BY_ENTRIES if kind == UNSTRUCTURED else MOST_STEPS) or halvings > MOST_HALVINGS:
            return NOT_REACHED, steps, norm, best
        for i in range(q):
            curve.trial[i] = curve.theta[i] + share * curve.step[i]


@compiled
def _better(after: float, best: float, norm: float, curve: Curve, work: Work) -> bool:
    """Whether a step may be taken: the covariance has an inverse and the likelihood rises.

    Near the optimum rounding hides the rise.
    """
    if np.isnan(after) or np.isnan(factor(curve.sigma, len(curve.sigma), work.low)):
        return False
    return norm < CLOSE or after <= best + 1e-9 * (1.0 + abs(best))


@compiled
def _aim(steps: int, curve: Curve) -> float:
    """The step by the expected, later the observed information; the length of the score, NaN without inverse."""
    q = len(curve.theta)
    singular = np.nan
    if steps >= FISHER_STEPS:
        singular = inverse(curve.observed, q, curve.W, curve.low)
    if np.isnan(singular):
        singular = inverse(curve.expected, q, curve.W, curve.low)
    if np.isnan(singular):
        return np.nan
    return math.sqrt(length(curve.W, curve.score, q, curve.step))


@compiled
def adjust(of: Sample, work: Work, W: Floats, out: Floats) -> None:
    """Phi_A = Phi + 2 Phi [sum W_ab (Q_ab - P_a Phi P_b)] Phi by stratum; W by the entries of the covariance."""
    k = of.X.shape[1]
    out[:] = 0.0
    C = work.square[0]
    for number in range(of.used[1]):
        _sandwich(of.entry, work.M[number], W, C)
        for c in range(of.used[0]):
            if of.pattern[c] == number:
                congruent(work.A[c], C, work.square[1], work.square[2], k)
                _add(out[of.stratum[of.design[c]]], of.number[c], work.square[2])
    for stratum in range(len(out)):
        _less_products(work.P[stratum], work.Phi[stratum], W, work.square, out[stratum])
        _wrap(work.Phi[stratum], out[stratum], work.square)


@compiled
def _add(K: Floats, n: float, more: Floats) -> None:
    for i in range(len(K)):
        for j in range(len(K)):
            K[i, j] += n * more[i, j]


@compiled
def _sandwich(entry: Ints, M: Floats, W: Floats, C: Floats) -> None:
    """C = sum W_ab V_a M V_b, symmetric."""
    k = len(entry)
    for s in range(k):
        for v in range(s, k):
            total = 0.0
            for t in range(k):
                for u in range(k):
                    total += W[entry[s, t], entry[u, v]] * M[t, u]
            C[s, v] = total
            C[v, s] = total


@compiled
def _less_products(P: Floats, Phi: Floats, W: Floats, square: Floats, K: Floats) -> None:
    """K -= sum W_ab P_a Phi P_b."""
    d, p, _ = P.shape
    Y, PhiY = square[0], square[1]
    for a in range(d):
        for i in range(p):
            for j in range(p):
                Y[i, j] = 0.0
                for b in range(d):
                    Y[i, j] += W[a, b] * P[b, i, j]
        multiply(Phi, Y, PhiY, p)
        multiply(P[a], PhiY, Y, p)
        for i in range(p):
            for j in range(p):
                K[i, j] -= Y[i, j]


@compiled
def _wrap(Phi: Floats, K: Floats, square: Floats) -> None:
    """K becomes Phi + 2 Phi K Phi."""
    p = len(K)
    multiply(K, Phi, square[0], p)
    multiply(Phi, square[0], square[1], p)
    for i in range(p):
        for j in range(p):
            K[i, j] = Phi[i, j] + square[1, i, j] + square[1, j, i]


class Manner(NamedTuple):
    """Number of the covariance, which information, and `reml`: 1, or 0 for full likelihood."""

    kind: int
    observed: bool
    reml: float


class Fits(NamedTuple):
    """m answers: coefficients, their covariances before and after adjustment, P, W by entries, Sigma.

    `told`: status, steps, score length, -2 log likelihood without its constant, values, complete participants.
    """

    b: Floats
    Phi: Floats
    adjusted: Floats
    P: Floats
    W: Floats
    sigma: Floats
    exists: Floats
    told: Floats


def fit_many(
    y: Floats,
    X: Floats,
    design: Ints,
    stratum: Ints,
    kind: int,
    q: int,
    *,
    observed: bool = True,
    reml: bool = True,
) -> Fits:
    """Fit each of m data sets (m, n, k) with designs X (designs, k, p) and q parameters; NaN where not reached."""
    m, n, k = y.shape
    p, d, strata = X.shape[2], k * (k + 1) // 2, int(stratum.max()) + 1
    out = Fits(
        b=np.full((m, strata, p), np.nan),
        Phi=np.full((m, strata, p, p), np.nan),
        adjusted=np.full((m, strata, p, p), np.nan),
        P=np.full((m, strata, d, p, p), np.nan),
        W=np.full((m, d, d), np.nan),
        sigma=np.full((m, k, k), np.nan),
        exists=np.zeros((m, strata, p)),
        told=np.zeros((m, 6)),
    )
    of, work = room(n, X, stratum, strata), room_to_work(n, k, p, strata)
    curve = room_to_curve(k, d, q, 1 if kind in SAME_VARIANCES else k)
    _fit(y, design, Manner(kind, observed, float(reml)), of, work, curve, out)
    return out


@opened
def _fit(
    y: Floats,
    design: Ints,
    manner: Manner,
    of: Sample,
    work: Work,
    curve: Curve,
    out: Fits,
) -> None:
    for i in range(len(y)):
        classify(y[i], design, of)
        kind, status, steps, norm, deviance = manner.kind, NO_VARIATION, 0, np.inf, np.nan
        while begin(kind, of, work, curve):
            status, steps, norm, deviance = climb(kind, of, work, curve, manner.reml)
            if kind != UNSTRUCTURED or status == REACHED or steps == 0:
                break
            kind = ROOTED
        copy_matrix(of.exists, out.exists[i])
        out.told[i, 0] = status
        out.told[i, 1] = steps
        out.told[i, 2] = norm
        out.told[i, 3] = deviance
        out.told[i, 4] = of.used[2]
        out.told[i, 5] = of.used[3]
        if status == REACHED:
            _keep(i, kind, manner.observed, of, work, curve, out)


@compiled
def _keep(i: int, kind: int, observed: int, of: Sample, work: Work, curve: Curve, out: Fits) -> None:
    """Copies what outlives the next data set."""
    d, q = curve.jacobian.shape
    inverse(curve.observed if observed else curve.expected, q, curve.W, curve.low)
    if kind == UNSTRUCTURED:
        copy_matrix(curve.W, out.W[i])
    else:
        for a in range(d):
            for b in range(q):
                curve.half[a, b] = 0.0
                for j in range(q):
                    curve.half[a, b] += curve.jacobian[a, j] * curve.W[j, b]
        for a in range(d):
            for b in range(d):
                out.W[i, a, b] = 0.0
                for j in range(q):
                    out.W[i, a, b] += curve.half[a, j] * curve.jacobian[b, j]
    copy_matrix(work.b, out.b[i])
    copy_matrix(curve.sigma, out.sigma[i])
    for stratum in range(len(work.b)):
        copy_matrix(work.Phi[stratum], out.Phi[i, stratum])
        for a in range(d):
            copy_matrix(work.P[stratum, a], out.P[i, stratum, a])
    adjust(of, work, out.W[i], out.adjusted[i])
