"""Pairs with values outside quantification: likelihood of a bivariate normal, and its score under exchangeable times.

Both times share the variance; their correlation is that of a participant's random intercept, 0 to below 1. Where before
and after have the same distribution, exchanging them within a participant changes the likelihood of nobody, so the
maximum under the null stays where it is and the participant's score only changes its sign. Hence the exact null
distribution of the score statistic: all 2**n exchanges, without a single further fit. Without values outside
quantification the scores are the differences, and the test is the sign flip test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.drawing import affordable_signs, drawn_totals, sign_tables
from firstdose.methods._kernel.exact import MEETING, meeting_tails, on_grid, subset_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from firstdose.methods._kernel.results import Floats, Ints

CLOSEST = 0.99  # correlation
_NARROWEST, _WIDEST = 1e-3, 10.0  # standard deviation, in ranges of the values
_FARTHEST = 4.0  # means, the same
_NODES = 32
_GRID = 1e10
_STEPS, _HALVINGS = 10, 22
_COUNTED = 1000  # above, 2**n is no float
_EDGE = 1e-3
_H, _ITERATIONS = 1e-4, 60
_DAMPINGS = np.array([0.0, 0.1, 1.0, 10.0, 100.0, 1e4])
_LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Before and after. `sides`: -1 the value lies below the number given, 1 above, 0 it is the number."""

    values: Floats
    sides: npt.NDArray[np.int64]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which values are numbers."""
        found: npt.NDArray[np.bool_] = self.sides == 0
        return found

    @property
    def bounds(self) -> tuple[float, float]:
        """The range of quantification in which all values lie, as far as it shows."""
        low = self.values[self.sides < 0].max(initial=-math.inf)
        return float(low), float(self.values[self.sides > 0].min(initial=math.inf))

    def shifted(self, shift: float) -> Pairs:
        """After less shift, with the range of quantification that both times then have in common.

        A value outside that range counts as outside, whichever time it belongs to: only then may the times be exchanged.
        """
        moved = self.values - np.array([0.0, shift])
        low, high = self.bounds[0] - min(shift, 0.0), self.bounds[1] - max(shift, 0.0)
        if low >= high:  # nothing is left between the limits
            return Pairs(np.zeros_like(moved), np.full_like(self.sides, -1))
        sides = np.where(moved < low, -1, np.where(moved > high, 1, 0))
        sides = np.where(self.known, sides, self.sides)
        return Pairs(np.where(sides < 0, low, np.where(sides > 0, high, moved)), sides)

    def unordered(self) -> Pairs:
        """Each pair in an order that does not know which came first."""
        first, second = self.values.T
        turn = (first > second) | ((first == second) & (self.sides[:, 0] > self.sides[:, 1]))
        return Pairs(*(np.where(turn[:, None], x[:, ::-1], x) for x in (self.values, self.sides)))


@dataclass(frozen=True, slots=True)
class Fit:
    """Means before and after, standard deviation, correlation; `inside`: no bound of the search was reached."""

    means: Floats
    sd: float
    rho: float
    log_likelihood: float
    inside: bool = True


# ------------------------------------------------------------------------------------------------------ likelihood


def log_likelihoods(of: Pairs, means: Floats, sd: Floats, rho: Floats) -> Floats:
    """Of each pair: density where both are known, density times probability, or probability of a rectangle.

    For many parameters at once: means (b, 2), sd and rho (b,) give (b, n).
    """
    from scipy import special

    z = (of.values - means[:, None, :]) / sd[:, None, None]
    rho_, log_sd = rho[:, None], np.log(sd)[:, None]
    r = np.sqrt(1 - rho_**2)
    count = of.known.sum(axis=1)
    found = np.empty(z.shape[:2])
    both, one, none = (count == known for known in (2, 1, 0))
    x, y = z[:, both, 0], z[:, both, 1]
    found[:, both] = -(x**2 + y**2 - 2 * rho_ * x * y) / (2 * r**2) - _LOG_2PI - 2 * log_sd - np.log(r)
    rows, where, turned = _mixed(of)
    x, y = z[:, rows, where], z[:, rows, 1 - where]
    inner = special.log_ndtr(turned * (y - rho_ * x) / r)
    found[:, one] = inner - x**2 / 2 - _LOG_2PI / 2 - log_sd
    a = -of.sides[none]
    h, k = a[:, 0] * z[:, none, 0], a[:, 1] * z[:, none, 1]
    found[:, none] = np.log(rectangle(h, k, a[:, 0] * a[:, 1] * rho_))
    return found


def _mixed(of: Pairs) -> tuple[Ints, Ints, Ints]:
    """Pairs with one known value: their rows, its column, and 1 where the other lies below its limit, -1 above."""
    rows = np.flatnonzero(of.known.sum(axis=1) == 1)
    where = np.argmax(of.known[rows], axis=1)
    return rows, where, -of.sides[rows, 1 - where]


@cache
def _rule() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights


def rectangle(h: Floats, k: Floats, rho: Floats) -> Floats:
    """P(X <= h, Y <= k) of a standard bivariate normal (Drezner & Wesolowsky 1990)."""
    from scipy import special

    nodes, weights = _rule()
    half = np.arcsin(rho)[..., None] / 2
    angle = half * (nodes + 1)
    h_, k_ = h[..., None], k[..., None]
    exponent = -(h_**2 + k_**2 - 2 * h_ * k_ * np.sin(angle)) / (2 * np.cos(angle) ** 2)
    turned = (half * weights * np.exp(exponent)).sum(axis=-1) / (2 * math.pi)
    found: Floats = np.maximum(special.ndtr(h) * special.ndtr(k) + turned, 1e-300)
    return found


def scores(of: Pairs, fit: Fit) -> Floats:
    """What a small rise of after against before would add to the log likelihood of each participant."""
    from scipy import special

    z, r = (of.values - fit.means) / fit.sd, math.sqrt(1 - fit.rho**2)
    count = of.known.sum(axis=1)
    slopes = np.zeros_like(z)  # of the log likelihood by each mean, in standard deviations
    both = count == 2
    slopes[both] = (z[both] - fit.rho * z[both][:, ::-1]) / r**2
    rows, where, turned = _mixed(of)
    x, y = z[rows, where], z[rows, 1 - where]
    w = turned * (y - fit.rho * x) / r
    mills = turned * np.exp(-(w**2) / 2 - _LOG_2PI / 2 - special.log_ndtr(w)) / r
    slopes[rows, where] = x + fit.rho * mills
    slopes[rows, 1 - where] = -mills
    none = count == 0
    a = -of.sides[none]
    h, k = (a * z[none]).T
    rho = a[:, 0] * a[:, 1] * fit.rho
    every = rectangle(h, k, rho)
    for column, (here, other) in enumerate(((h, k), (k, h))):
        density = np.exp(-(here**2) / 2 - _LOG_2PI / 2) * special.ndtr((other - rho * here) / r)
        slopes[none, column] = -a[:, column] * density / every
    return (slopes[:, 1] - slopes[:, 0]) / (2 * fit.sd)


def fitted(of: Pairs, *, alike: bool) -> Fit:
    """Maximum likelihood; `alike`: both means the same, and the order within pairs not looked at."""
    pairs = of.unordered() if alike else of
    middle, width = _scale(pairs)
    scaled = Pairs((pairs.values - middle) / width, pairs.sides)
    means = 1 if alike else 2
    low = np.array([-_FARTHEST] * means + [math.log(_NARROWEST), 0.0])
    high = np.array([_FARTHEST] * means + [math.log(_WIDEST), CLOSEST])

    def log_likelihood(theta: Floats) -> Floats:
        sums: Floats = log_likelihoods(
            scaled, np.broadcast_to(theta[:, :means], (len(theta), 2)), np.exp(theta[:, -2]), theta[:, -1]
        ).sum(axis=1)
        return sums

    theta, largest = max(
        (highest(log_likelihood, start, low, high) for start in _starts(scaled, alike=alike)),
        key=lambda each: each[1],
    )
    inside = bool(((theta - low)[:-1] > _EDGE).all() and ((high - theta)[:-1] > _EDGE).all())
    both = np.repeat(theta[:1], 2) if alike else theta[:2]
    return Fit(both * width + middle, math.exp(theta[-2]) * width, float(theta[-1]), largest, inside)


def highest(
    function: Callable[[Floats], Floats], start: Floats, low: Floats, high: Floats
) -> tuple[Floats, float]:
    """The maximum between bounds by Newton's method from differences, with several dampings tried at once."""
    theta = start
    best = float(function(theta[None])[0])
    for _ in range(_ITERATIONS):
        slope, bend = _derivatives(function, theta)
        free = ~(((theta <= low) & (slope < 0)) | ((theta >= high) & (slope > 0)))
        if not free.any():
            break
        tried = np.clip(theta + _steps(slope, bend, free), low, high)
        values = function(tried)
        first = int(np.argmax(values))
        if not float(values[first]) > best:
            break
        theta, best = tried[first], float(values[first])
    return theta, best


def _steps(slope: Floats, bend: Floats, free: npt.NDArray[np.bool_]) -> Floats:
    """Uphill for every damping: the curvature is made negative where it is not."""
    curvature, ways = np.linalg.eigh(-bend[np.ix_(free, free)])
    along = ways.T @ slope[free]
    strength = np.maximum(np.abs(curvature), 1e-6)[None, :] + _DAMPINGS[:, None]
    steps = np.zeros((len(_DAMPINGS), len(slope)))
    steps[:, free] = (along / strength) @ ways.T
    return steps


def _derivatives(function: Callable[[Floats], Floats], theta: Floats) -> tuple[Floats, Floats]:
    """Slope and curvature from central differences, all values asked for at once."""
    k = len(theta)
    one = _H * np.eye(k)
    pairs = one[:, None, :] + one[None, :, :]
    values = function(
        theta + np.concatenate([one, -one, pairs.reshape(-1, k), -pairs.reshape(-1, k), 0 * one[:1]])
    )
    up, down, centre = values[:k], values[k : 2 * k], values[-1]
    both_up, both_down = values[2 * k : -1].reshape(2, k, k)
    single = up + down
    bend = (both_up + both_down - single[:, None] - single[None, :] + 2 * centre) / (2 * _H**2)
    return (up - down) / (2 * _H), bend


def _scale(of: Pairs) -> tuple[float, float]:
    low, high = float(of.values.min(initial=0.0)), float(of.values.max(initial=0.0))
    if of.values.size:
        low, high = float(of.values.min()), float(of.values.max())
    return (low + high) / 2, (high - low) or 1.0


def _starts(of: Pairs, *, alike: bool) -> list[Floats]:
    """From the limits as if they were values, with weak and with strong correlation; where times are alike, one."""
    means = np.array([of.values.mean()]) if alike else of.values.mean(axis=0)
    spread = math.log(max(float((of.values - means).std()), 0.05))
    return [np.array([*means, spread, rho]) for rho in ((0.5,) if alike else (0.2, 0.8))]


# ------------------------------------------------------------------------------------------------------------ test


@dataclass(frozen=True, slots=True)
class Tails:
    """P(S <= observed) and P(S >= observed) over exchanges of the times; `informative`: scores that are not zero."""

    less: float
    greater: float
    informative: int
    z: float = 0.0
    draws: int | None = None

    @property
    def two_sided(self) -> float:
        """Twice the smaller."""
        return min(1.0, 2 * min(self.less, self.greater))


def tails_of(scored: Floats, draws: int, seed: int) -> Tails:
    """All exchanges to 30 participants, else random ones, the observed one among them; sums equal but for round-off are ties."""
    largest = float(np.abs(scored).max(initial=0.0))
    if largest == 0.0:
        return Tails(1.0, 1.0, 0)
    whole = np.rint(scored / largest * _GRID).astype(np.int64)
    n, slack, informative = len(whole), len(whole), int((whole != 0).sum())
    z = float(scored.sum() / math.sqrt(float((scored**2).sum())))
    if n <= MEETING:
        weights, observed = np.abs(whole), int(whole[whole > 0].sum())
        less, _ = meeting_tails(weights, observed + slack)
        _, greater = meeting_tails(weights, observed - slack)
        return Tails(less, greater, informative, z)
    m, total = affordable_signs(draws, n), int(whole.sum())
    sums = 2 * drawn_totals(sign_tables(whole), m, seed)[0] - total
    hits = int((sums <= total + slack).sum()), int((sums >= total - slack).sum())
    return Tails((hits[0] + 1) / (m + 1), (hits[1] + 1) / (m + 1), informative, z, m)


def tails_at(of: Pairs, shift: float, draws: int, seed: int) -> Tails:
    """The test that after less shift has the distribution of before."""
    moved = of.shifted(shift)
    if moved.known.all():
        return tails_of(moved.values[:, 1] - moved.values[:, 0], draws, seed)
    if not moved.known.any() and len(np.unique(moved.sides)) == 1:
        return Tails(1.0, 1.0, 0)
    return tails_of(scores(moved, fitted(moved, alike=True)), draws, seed)


# -------------------------------------------------------------------------------------------------------- interval


@dataclass(frozen=True, slots=True)
class Limits:
    """The outermost shifts that the test does not reject, None where it rejects none; `exists`: at this n at all."""

    low: float | None
    high: float | None
    attained: float
    exists: bool = True


def limits_of(of: Pairs, centre: float, level: float, draws: int, seed: int) -> Limits:
    """By inversion of the exact test; without values outside quantification from the means of subsets (Hartigan 1969)."""
    n = len(of.values)
    left_out = math.floor(2.0 ** min(n, _COUNTED) * (1.0 - level) / 2.0 + 1e-9)
    if left_out == 0:
        return Limits(None, None, 1.0, exists=False)
    attained = 1.0 - 2.0 * left_out / 2.0 ** min(n, _COUNTED)
    if of.known.all() and n <= MEETING:
        return Limits(*_subset_limits(of.values[:, 1] - of.values[:, 0], left_out), attained)

    def rejects(shift: float) -> bool:
        return tails_at(of, shift, draws, seed).two_sided <= 1.0 - level + 1e-12

    # Beyond the width of the range of quantification nothing is left to compare: what is rejected at its end, by the
    # order of the values alone, is rejected farther out too.
    _, width = _scale(of)
    end = (of.bounds[1] - of.bounds[0]) * (1 - 1e-9)
    low = _outermost(rejects, centre, max(centre - _FARTHEST * width, -end))
    high = _outermost(rejects, centre, min(centre + _FARTHEST * width, end))
    return Limits(low, high, attained)


def _subset_limits(d: Floats, left_out: int) -> tuple[float, float]:
    whole, places = on_grid(d, None, float(np.abs(d).max()))
    low, high = subset_mean(whole, left_out), -subset_mean(-whole, left_out)
    return low / 10.0**places, high / 10.0**places


def _outermost(rejects: Callable[[float], bool], centre: float, far: float) -> float | None:
    """From far away inwards, then by halving between the last shift rejected and the first one kept."""
    if (far - centre) * far <= 0 or not rejects(far):
        return None
    steps = np.linspace(far, centre, _STEPS + 1)
    inner = next((i for i in range(1, len(steps)) if not rejects(float(steps[i]))), None)
    if inner is None:
        return centre
    out, kept = float(steps[inner - 1]), float(steps[inner])
    for _ in range(_HALVINGS):
        middle = (out + kept) / 2
        out, kept = (middle, kept) if rejects(middle) else (out, middle)
    return kept
