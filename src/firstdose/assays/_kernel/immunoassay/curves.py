"""The logistic standard curve with four or five parameters, its inverse and its exact derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Floats: TypeAlias = NDArray[np.float64]
ZERO_CONCENTRATION = -1e6  # stands for the logarithm of zero: far below every slope that the fit admits


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticCurve:
    """y = c + (d - c) / (1 + exp(b (ln x - ln e)))^f, with c < d; f = 1 with four parameters.

    Rising where b < 0. `of_logarithm`: y is the natural logarithm of the signal.
    """

    b: float
    c: float
    d: float
    e: float
    f: float = 1.0
    of_logarithm: bool = False

    def signal(self, x: ArrayLike) -> Floats:
        """The signal at concentrations x."""
        y = self.c + (self.d - self.c) * share(log_of(x), self.b, np.log(self.e), self.f)
        return np.exp(y) if self.of_logarithm else y

    def side(self, signal: ArrayLike) -> Floats:
        """-1 where a signal lies at or below the concentrations that the curve knows, 1 above, 0 between."""
        y = self._scaled(signal)
        high = np.sign(-self.b)
        return np.where(y <= self.c, -high, np.where(y >= self.d, high, 0.0))

    def concentration(self, signal: ArrayLike) -> Floats:
        """The concentration of a signal; NaN unless it lies strictly between both asymptotes."""
        y = self._scaled(signal)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = np.where((y > self.c) & (y < self.d), (self.d - self.c) / (y - self.c), np.nan)
            power = np.expm1(np.log(ratio) / self.f)
            x = self.e * power ** (1 / self.b)
        return np.where(np.isfinite(x), x, np.nan)

    def _scaled(self, signal: ArrayLike) -> Floats:
        y = np.asarray(signal, dtype=float)
        if not self.of_logarithm:
            return y
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(y > 0, np.log(y), np.where(np.isnan(y), np.nan, -np.inf))


def log_of(x: ArrayLike) -> Floats:
    """The natural logarithm; of zero a number so low that the curve is at its asymptote."""
    told = np.asarray(x, dtype=float)
    with np.errstate(divide="ignore"):
        return np.where(told > 0, np.log(told), ZERO_CONCENTRATION)


def share(log_x: Floats, b: ArrayLike, log_e: ArrayLike, f: ArrayLike) -> Floats:
    """1 / (1 + exp(b (ln x - ln e)))^f without overflow."""
    u = np.asarray(b) * (log_x - np.asarray(log_e))
    return np.asarray(np.exp(-np.asarray(f) * np.logaddexp(0.0, u)))


def derivatives(log_x: Floats, curve: LogisticCurve, *, five: bool) -> Floats:
    """dy/d(b, c, d, e[, f]) at log concentrations (n,): the exact Jacobian (n, 4) or (n, 5)."""
    log_e, span = np.log(curve.e), curve.d - curve.c
    u = curve.b * (log_x - log_e)
    s = share(log_x, curve.b, log_e, curve.f)
    to_u = -curve.f * s * logistic(u)
    columns = [span * to_u * (log_x - log_e), 1 - s, s, span * to_u * -curve.b / curve.e]
    if five:
        columns.append(-span * np.logaddexp(0.0, u) * s)
    return np.stack(columns, axis=-1)


def logistic(u: Floats) -> Floats:
    """1 / (1 + exp(-u)) without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -u)))
