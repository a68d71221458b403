"""Analysis of variance with factors within and between participants, from the covariance of the contrasts.

Nothing is inverted for F and for the Greenhouse-Geisser epsilon, so both are right where the error matrix is
singular (more contrasts than residual degrees of freedom). Effects are of type III: cells of participants count alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.many import Many
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import anova
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_anova as tell
from firstdose.methods._kernel.anova_design import Design, as_design
from firstdose.methods._kernel.anova_told import CORRECTIONS, of_one_factor, of_several_factors
from firstdose.methods._kernel.follow_up import ADJUSTMENTS, comparisons
from firstdose.methods._kernel.paired_many import Arrays
from firstdose.methods._kernel.planning_tests import detectable_f
from firstdose.methods._kernel.results import (
    LARGEST,
    Draft,
    Floats,
    Pairs,
    as_rows,
    chosen,
    pairs_of,
    rows_of,
    unusable,
    without_direction,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from firstdose.catalogue.layout import Layout
    from firstdose.catalogue.result import Caveat

FURTHER = (
    "f",
    "df1",
    "df2",
    "p_uncorrected",
    "epsilon_gg",
    "p_gg",
    "epsilon_hf",
    "epsilon_hf_uncapped",
    "p_hf",
    "epsilon_lower_bound",
    "p_lower_bound",
    "mauchly_w",
    "mauchly_chi2",
    "mauchly_df",
    "mauchly_p",
    "hotelling_t2",
    "t2_p",
    "ss",
    "ss_error",
    "pes",
    "ges",
)
OF_EFFECT = (
    *FURTHER,
    "epsilon_hf_original",
    "p_hf_original",
    "pillai",
    "pillai_f",
    "pillai_df1",
    "pillai_df2",
    "pillai_p",
)
_Row = tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """The table of m data sets (m, n, k), and how each becomes a Result; `bad`: those with unusable values."""

    y: Floats
    design: Design
    level: float
    alternative: Alternative
    correction: str
    follow_up: str
    found: Mapping[str, anova.Numbers]
    by_time: anova.Numbers
    bad: Mapping[int, tuple[Caveat, ...]]

    def at(self, i: int) -> Result:
        """The i-th Result."""
        if i in self.bad:
            return self._draft.answer(caveats=self.bad[i])
        means = self._times[i]
        effects = tuple([_effect(name, tops[i], more[i]) for name, tops, more in self._lines])
        if all(effect.statistic is None for effect in effects):
            told = (say.no_error_variation(),) if effects else self._why_nothing()
            return self._draft.answer(dict(means), (*self.design.caveats, *told))
        compared, head = self._compared(i), effects[self._head]
        further = head.more[: len(FURTHER)]
        return Result(
            method=ENTRY.name,
            variant=self._draft.variant,
            level=self.level,
            estimate_name="generalized eta squared",
            estimate=further[-1][1],
            statistic_name="F",
            statistic=head.statistic,
            df=head.df,
            p=head.p,
            n_participants=self.design.n,
            n_units=self.design.n,
            more=further + means,
            effects=effects + compared,
            caveats=self._told[i] + _of_constant(compared),
        )

    @cached_property
    def _lines(self) -> list[tuple[str, list[_Row], list[Pairs]]]:
        """Each effect with F, df and p of the declared correction, and the numbers of OF_EFFECT, of each data set."""
        m = len(self.y)
        return [
            (name, rows_of(_tested(line, self.correction), m), pairs_of(_ordered(line), m))
            for name, line in self.found.items()
        ]

    @cached_property
    def _head(self) -> int:
        """The place of the headline."""
        return list(self.found).index(self.design.headline.name)

    @cached_property
    def _times(self) -> list[Pairs]:
        return pairs_of(self.by_time, len(self.y))

    @cached_property
    def _told(self) -> list[tuple[Caveat, ...]]:
        """Every caveat, except of comparisons."""
        told = of_one_factor if self.design.plain else of_several_factors
        always = (*self.design.caveats, *without_direction(self.alternative))
        return [always + each for each in told(self.found, self.design, self.correction)]

    @cached_property
    def _draft(self) -> Draft:
        variant = CORRECTIONS[self.correction][0]
        return Draft(
            method=ENTRY.name,
            n=self.design.n,
            level=self.level,
            further=FURTHER,
            variant=f"{variant}; type III" if self.design.between_factors else variant,
        )

    def _why_nothing(self) -> tuple[Caveat, ...]:
        return self.design.against or (say.too_few(self.design.n, len(self.design.sizes) + 1),)

    def _compared(self, i: int) -> tuple[Effect, ...]:
        if self.follow_up == "none":
            return ()
        return comparisons(self.y[i], self.design, self.level, self.follow_up)


def _of_constant(compared: tuple[Effect, ...]) -> tuple[Caveat, ...]:
    constant = [line.name for line in compared if line.p is None]
    return (tell.no_error_of(constant),) if constant else ()


def _tested(line: anova.Numbers, correction: str) -> tuple[Floats, ...]:
    """F, both df and p of the declared correction; without sphericity it is none."""
    _, epsilon, p = CORRECTIONS[correction if "epsilon_gg" in line else "none"]
    share = np.minimum(1.0, line[epsilon]) if epsilon else 1.0
    return line["f"], share * line["df1"], share * line["df2"], line[p]


def _ordered(line: anova.Numbers) -> dict[str, npt.ArrayLike]:
    return {of: line.get(of, math.nan) for of in OF_EFFECT}


def _effect(name: str, top: _Row, more: Pairs) -> Effect:
    f, df1, df2, p = top
    return Effect(
        name=name,
        kind="test",
        statistic_name="F",
        statistic=f,
        df=() if df1 is None or df2 is None else (df1, df2),
        p=p,
        more=more,
    )


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
    layout: Layout | None = None,
    correction: str = "greenhouse_geisser",
    follow_up: str = "none",
) -> Result:
    """Rows (n, columns): F, corrected p and df of every effect; Mauchly describes and decides nothing.

    Without a layout the columns are times 1, 2, ..., and `groups` the levels of one factor `group`. The headline is the
    effect of the factor within named time, else of the first factor within, whatever lies between.
    """
    rows = as_rows(y)
    return _answers(rows[None], groups, level, alternative, layout, correction, follow_up).at(0)


def many(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
    layout: Layout | None = None,
    correction: str = "greenhouse_geisser",
    follow_up: str = "none",
) -> Many:
    """Data sets (m, n, columns) of one design; further numbers of the headline by id, of each effect by `EFFECT id`."""
    rows = np.asarray(y, dtype=np.float64)
    if rows.ndim != 3:
        raise ValueError(f"data sets of shape (m, n, k) are needed; this has shape {rows.shape}")
    answers = _answers(rows, groups, level, alternative, layout, correction, follow_up)
    return Many(_arrays(answers, len(rows)), answers.at)


def _answers(
    y: Floats,
    groups: npt.ArrayLike | None,
    level: float,
    alternative: Alternative,
    layout: Layout | None,
    correction: str,
    follow_up: str,
) -> _Answers:
    design = as_design(y.shape[2], y.shape[1], layout, groups)
    bad = _bad(y)
    cleared = y
    if bad:
        cleared = y.copy()
        cleared[list(bad)] = 0.0
    by_data_set = np.ascontiguousarray(np.moveaxis(cleared, 0, 2))
    computable = y.shape[1] > 0 and design.nu > 0 and not design.against
    return _Answers(
        y=y,
        design=design,
        level=level,
        alternative=alternative,
        correction=chosen("correction", correction, CORRECTIONS),
        follow_up=chosen("follow_up", follow_up, ADJUSTMENTS),
        found=anova.table(by_data_set, design) if computable else {},
        by_time=_by_time(by_data_set) if y.shape[1] > 0 else {},
        bad=bad,
    )


def _bad(y: Floats) -> dict[int, tuple[Caveat, ...]]:
    """The data sets from which nothing can be computed, and why."""
    if y.shape[1] > 0:
        suspect = np.flatnonzero(~(np.abs(y).max(axis=(1, 2)) <= LARGEST))
    else:
        suspect = np.arange(len(y))
    return {int(i): reasons for i in suspect if (reasons := unusable(y[i]))}


def _by_time(y: Floats) -> anova.Numbers:
    """Mean and standard deviation in each column, counted from 1."""
    found = {f"mean_{time}": mean for time, mean in enumerate(y.mean(axis=0), start=1)}
    if len(y) == 1:
        return found
    return found | {f"sd_{time}": sd for time, sd in enumerate(y.std(axis=0, ddof=1), start=1)}


def _arrays(answers: _Answers, m: int) -> Mapping[str, Floats]:
    """By name (m,), NaN for data sets with unusable values."""
    nothing = np.full(m, np.nan)
    head = answers.found.get(answers.design.headline.name, {})
    found: dict[str, Floats] = {name: head.get(name, nothing) for name in FURTHER} | answers.by_time
    _, epsilon, p = CORRECTIONS[answers.correction]
    found |= {"estimate": found["ges"], "statistic": found["f"], "p": head.get(p, nothing)}
    found["epsilon"] = np.minimum(1.0, head.get(epsilon, nothing)) if epsilon else np.ones(m)
    found |= {f"{name} {of}": x for name, each in answers.found.items() for of, x in each.items()}

    def cleared(name: str) -> dict[str, Floats]:
        return {name: _without(found[name], answers.bad)}

    return Arrays({}, {name: partial(cleared, name) for name in found})


def _without(values: Floats, bad: Mapping[int, object]) -> Floats:
    values = np.where(np.isinf(values), np.nan, values)
    values[list(bad)] = np.nan
    return values


def cannot(n: int, times: int, groups: int, options: Mapping[str, str]) -> str:
    """Why n participants in so many groups cannot be compared over so many times; empty where they can."""
    left, contrasts = n - max(groups, 1), times - 1
    if contrasts < 1:
        return "it compares at least two times within participants"
    if left < 1:
        return f"{n} participants in {max(groups, 1)} groups leave no residual degrees of freedom"
    declared = options.get("correction", "greenhouse_geisser")
    if declared.startswith("huynh_feldt") and left < contrasts:
        return (
            f"the Huynh-Feldt correction does not exist: {contrasts} contrasts between times are more than the"
            f" {left} residual degrees of freedom of {n} participants"
        )
    return ""


def _options() -> tuple[Any, ...]:
    return (
        Option(
            name="correction",
            values=tuple(CORRECTIONS),
            default="greenhouse_geisser",
            meaning="how p allows for departures from sphericity; always applied, never after a test",
        ),
        Option(
            name="follow_up",
            values=ADJUSTMENTS,
            default="none",
            meaning="compare every two times, p adjusted by Holm or Hochberg; each comparison with its own variance",
        ),
    )


def detectable(n: int, power: float, level: float = 0.95, k: int = 3) -> float | None:
    """Cohen's f over k times under sphericity, with a correlation of 0.5 between two times."""
    return detectable_f(n, k, power, level=level)


ENTRY = Method(
    name="rm_anova",
    label="Repeated-measures analysis of variance",
    source="Greenhouse & Geisser 1959; Huynh & Feldt 1976; Lecoutre 1991; Mauchly 1940; Olejnik & Algina 2003",
    design="within",
    estimate=estimate,
    many=many,
    cannot=cannot,
    detectable=detectable,
    summaries=("mean difference over time", "mean difference between groups over time"),
    need=Need(times=3, participants=2),
    takes=("layout",),
    options=_options(),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "a participant with a missing visit, who is left out and named",
        "combinations of levels between participants in which nobody is",
    ),
    sentence=(
        "Times were compared by repeated-measures analysis of variance; the degrees of freedom carry the"
        " Greenhouse-Geisser epsilon unless the protocol declares otherwise, whatever Mauchly's test says, and"
        " Hotelling's T2 stands beside it as a test without assumption on the covariance. With groups of participants"
        " effects are of type III: every group counts alike, whatever its size."
    ),
    reference="tests/reference/methods/test_rm_anova.py",
)
