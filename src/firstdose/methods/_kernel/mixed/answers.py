"""From fits to the lines of a Result: tests, means, comparisons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue.result import Effect
from firstdose.methods._kernel.mixed.inference import joint_test, lines
from firstdose.methods._kernel.results import finite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.catalogue.layout import Contrast
    from firstdose.catalogue.result import Alternative
    from firstdose.methods._kernel.mixed.cells import Cells
    from firstdose.methods._kernel.mixed.inference import Fitted
    from firstdose.methods._kernel.results import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every fit is asked: `strata` tells whether groups are strata or coefficients of one."""

    cells: Cells
    contrasts: tuple[Contrast, ...]
    level: float
    alternative: Alternative
    kenward_roger: bool
    strata: bool

    def shaped(self, weights: Sequence[Floats] | Floats) -> Floats:
        """Weights of cells (rows, groups, columns) as weights of coefficients (rows, strata, p)."""
        stacked = np.asarray(weights, dtype=np.float64)
        return stacked if self.strata else stacked.reshape(len(stacked), 1, -1)

    def judged(self, of: Fitted) -> Fitted:
        """Standard errors adjusted or not, as declared."""
        return of if self.kenward_roger else replace(of, adjusted=of.phi)

    @property
    def headline(self) -> Contrast | None:
        """The first comparison that is tested; None: the test of time is the headline."""
        return next((contrast for contrast in self.contrasts if contrast.tests), None)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of m fits and r lines, each (m, r)."""

    estimate: Floats
    se: Floats
    df: Floats
    statistic: Floats
    p: Floats
    ci_low: Floats
    ci_high: Floats

    def effect(self, i: int, r: int, name: str, kind: Any, *, tested: bool = True) -> Effect:
        """One line of one fit."""
        df = finite(self.df[i, r])
        return Effect(
            name=name,
            kind=kind,
            estimate=finite(self.estimate[i, r]),
            se=finite(self.se[i, r]),
            ci_low=finite(self.ci_low[i, r]),
            ci_high=finite(self.ci_high[i, r]),
            statistic_name="t",
            statistic=finite(self.statistic[i, r]) if tested else None,
            df=() if df is None else (df,),
            p=finite(self.p[i, r]) if tested else None,
        )


def numbers(of: Fitted, L: Floats, asked: Asked) -> Numbers:
    """Estimates of the rows of L with interval and p in the declared direction."""
    from scipy import special

    found = lines(of, L)
    t = found.t
    half = special.stdtrit(found.df, 1 - (1 - asked.level) / 2) * found.se
    less, greater = special.stdtr(found.df, t), special.stdtr(found.df, -t)
    both = np.minimum(1.0, 2 * np.minimum(less, greater))
    p = {"less": less, "greater": greater, "two-sided": both}[asked.alternative]
    return Numbers(found.estimate, found.se, found.df, t, p, found.estimate - half, found.estimate + half)


def tested(of: Fitted, weights: Floats, asked: Asked) -> tuple[Floats, Floats, Floats]:
    """F, its denominator degrees of freedom and p of one effect, each (m,)."""
    from scipy import special

    f, df = joint_test(of, asked.shaped(weights), kenward_roger=asked.kenward_roger)
    return f, df, np.where(df > 0, special.fdtrc(len(weights), df, f), np.nan)


def effects(of: Fitted, asked: Asked) -> tuple[Effect, ...]:
    """All lines of a single fit: tests of effects, means of cells, comparisons."""
    of = asked.judged(of)
    named = [("mean", name, weights, True) for name, weights in asked.cells.means()]
    named += [("contrast", each.name, asked.cells.comparison(each), each.tests) for each in asked.contrasts]
    found = numbers(of, asked.shaped([weights for _, _, weights, _ in named]), asked)
    rows = [
        found.effect(0, r, name, kind, tested=tests and kind == "contrast")
        for r, (kind, name, _, tests) in enumerate(named)
    ]
    return (*(_test(of, name, weights, asked) for name, weights in asked.cells.tests()), *rows)


def _test(of: Fitted, name: str, weights: Floats, asked: Asked) -> Effect:
    f, df, p = (finite(each[0]) for each in tested(of, weights, asked))
    return Effect(
        name=name,
        kind="test",
        statistic_name="F",
        statistic=f,
        df=() if df is None else (float(len(weights)), df),
        p=p,
    )


def arrays(of: Fitted, asked: Asked) -> dict[str, Floats]:
    """The headline of m fits, `p_NAME` of every effect, and estimate, se, df and p of each comparison by name."""
    found: dict[str, Floats] = {}
    of = asked.judged(of)
    for name, weights in asked.cells.tests():
        f, df, found[f"p_{name}"] = tested(of, weights, asked)
        found[f"statistic_{name}"], found[f"df_{name}"] = f, df
    if asked.contrasts:
        rows = numbers(of, asked.shaped([asked.cells.comparison(each) for each in asked.contrasts]), asked)
        for r, each in enumerate(asked.contrasts):
            found |= {
                f"{what}_{each.name}": getattr(rows, what)[:, r] for what in ("estimate", "se", "df", "p")
            }
            if each is asked.headline:
                names = ("estimate", "se", "df", "statistic", "p", "ci_low", "ci_high")
                found |= {what: getattr(rows, what)[:, r] for what in names}
    if asked.headline is None:
        nothing = np.full(len(of.b), np.nan)
        time = _headline_test(asked)
        found |= {"estimate": nothing, "p": found.get(f"p_{time}", nothing)}
        found |= {"statistic": found.get(f"statistic_{time}", nothing)}
    return found


def missing_tests(of: Sequence[Effect], asked: Asked, exists: Floats) -> list[str]:
    """Names of tests that have no p although every cell they need has values."""
    weights = [*asked.cells.tests()]
    weights += [(each.name, asked.cells.comparison(each)) for each in asked.contrasts if each.tests]
    lines = {(e.kind == "test", e.name): e for e in of if e.kind in {"test", "contrast"}}
    there = exists.reshape(asked.cells.shape)
    return [
        name
        for i, (name, L) in enumerate(weights)
        if lines[i < len(asked.cells.tests()), name].p is None and not (np.abs(L) * (1 - there)).any()
    ]


def _headline_test(asked: Asked) -> str:
    """The first effect of a factor within; of one column the first effect at all."""
    factors = asked.cells.within or asked.cells.between
    return factors[0].name if factors else ""


def headline(of: Sequence[Effect], asked: Asked) -> dict[str, Any]:
    """The fields at the top of a Result."""
    if asked.headline is not None:
        line = next(e for e in of if e.kind == "contrast" and e.name == asked.headline.name)
    else:
        name = _headline_test(asked)
        line = next((e for e in of if e.kind == "test" and e.name == name), Effect(name="", kind="test"))
    return {
        "estimate_name": line.name,
        "estimate": line.estimate,
        "ci_low": line.ci_low,
        "ci_high": line.ci_high,
        "attained_level": None if line.ci_low is None else asked.level,
        "statistic_name": line.statistic_name,
        "statistic": line.statistic,
        "df": line.df,
        "p": line.p,
    }
