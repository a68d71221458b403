"""Mixed model for repeated measures: means of every time and group, one covariance of the times, nothing imputed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.many import Many
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_models as tell
from firstdose.methods._kernel.mixed import answers, fitting
from firstdose.methods._kernel.mixed.answers import Asked
from firstdose.methods._kernel.mixed.cells import divide
from firstdose.methods._kernel.mixed.words import COVARIANCES, INFORMATION, least_rank
from firstdose.methods._kernel.results import Draft, about_p, as_rows, chosen, without_direction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from firstdose.catalogue.layout import Contrast, Layout
    from firstdose.catalogue.result import Caveat
    from firstdose.methods._kernel.mixed.cells import Cells
    from firstdose.methods._kernel.mixed.fitting import Marginal, Tried
    from firstdose.methods._kernel.results import Floats

FURTHER = (
    "n_observations",
    "n_complete",
    "minus2_reml_loglik_cell_means",
    "minus2_reml_loglik_sum_to_zero",
    "score_norm",
    "iterations",
    "residual_rank",
)
DF = {"kenward_roger_linear": "Kenward-Roger linear", "satterthwaite": "Satterthwaite"}
_LARGEST = 1e50
_TOGETHER = 16  # fitted at once when one of them is asked for: the next is often asked for too


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The options as declared; `ladder`: covariances from left to right."""

    ladder: tuple[str, ...]
    df: str
    information: str

    def variant(self, covariance: str) -> str:
        """What was done, in the words of every Result."""
        said = COVARIANCES[covariance].said
        return f"{said}, REML, {DF[self.df]}, {INFORMATION[self.information]}"


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001, the same call for every method
    layout: Layout | None = None,
    contrasts: Sequence[Contrast] = (),
    names: Sequence[str] = (),
    covariance: str = "unstructured",
    df: str = "kenward_roger_linear",
    information: str = "observed",
    fallback: str = "none",
) -> Result:
    """Rows (n, k), NaN where missing; groups from `layout.between` or codes (n,).

    The headline is the first comparison that is tested (later times less the first where none is declared), else
    the test of time. `effects`: tests (type III), cell means, comparisons, entries of the covariance.
    """
    rows = as_rows(y)
    plan = _plan(covariance, df, information, fallback)
    draft = _draft(len(rows), level, alternative, plan)
    asked = _asked(rows.shape, groups, layout, contrasts, level, alternative, plan)
    if nothing := _nothing(rows):
        return draft.answer(caveats=nothing)
    fits = fitting.fit_marginal(rows[None], asked.cells, plan.ladder, observed=plan.information == "observed")
    return _answer(draft, fits, asked, plan, rows, names)


def many(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
    layout: Layout | None = None,
    contrasts: Sequence[Contrast] = (),
    names: Sequence[str] = (),
    **options: str,
) -> Many:
    """Data sets (m, n, k). `arrays`: the headline, `p_EFFECT`, and `estimate_`, `se_`, `df_`, `p_` of comparisons."""
    values = np.asarray(y, dtype=np.float64)
    if values.ndim != 3 or values.shape[2] < 2:
        raise ValueError(f"data sets of rows are needed, shape (m, n, k); this is {values.shape}")
    plan = _plan(**{"fallback": "none", **options})
    asked = _asked(values.shape[1:], groups, layout, contrasts, level, alternative, plan)
    strange = np.asarray((np.abs(values) > _LARGEST).any(axis=(1, 2)))
    usable = np.where(strange[:, None, None], np.nan, values)
    observed = plan.information == "observed"

    def of(piece: Floats) -> dict[str, Floats]:
        fits = fitting.fit_marginal(piece, asked.cells, plan.ladder, observed=observed)
        return {**answers.arrays(fits.fitted, asked), "covariance": fits.used.astype(np.float64)}

    draft = _draft(values.shape[1], level, alternative, plan)

    @lru_cache(maxsize=1)
    def together(block: int) -> Marginal:
        some = usable[block * _TOGETHER : (block + 1) * _TOGETHER]
        return fitting.fit_marginal(some, asked.cells, plan.ladder, observed=observed)

    def at(i: int) -> Result:
        if nothing := _nothing(values[i]):
            return draft.answer(caveats=nothing)
        block, place = divmod(i, _TOGETHER)
        return _answer(draft, fitting.only(together(block), place), asked, plan, values[i], names)

    parts = [of(piece) for piece in fitting.pieces(usable)]
    return Many({name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, at)


def _plan(
    covariance: str = "unstructured",
    df: str = "kenward_roger_linear",
    information: str = "observed",
    fallback: str = "none",
) -> Plan:
    ladder = [chosen("covariance", covariance, COVARIANCES)]
    ladder += [chosen("fallback", word, COVARIANCES) for word in fallback.split() if word != "none"]
    return Plan(
        ladder=tuple(dict.fromkeys(ladder)),
        df=chosen("df", df, DF),
        information=chosen("information", information, INFORMATION),
    )


def _asked(
    shape: tuple[int, ...],
    groups: npt.ArrayLike | None,
    layout: Layout | None,
    contrasts: Sequence[Contrast],
    level: float,
    alternative: Alternative,
    plan: Plan,
) -> Asked:
    cells = divide(shape[0], shape[1], groups, layout)
    return Asked(
        cells=cells,
        contrasts=cells.checked(contrasts) or cells.usual(),
        level=level,
        alternative=alternative,
        kenward_roger=plan.df == "kenward_roger_linear",
        strata=True,
    )


def _draft(n: int, level: float, alternative: Alternative, plan: Plan) -> Draft:
    return Draft(
        method=ENTRY.name,
        n=n,
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=plan.variant(plan.ladder[0]),
    )


def _nothing(rows: Floats) -> tuple[Caveat, ...]:
    """Why nothing can be fitted: values that are neither missing nor plausible, or too few rows."""
    if strange := int((~(np.abs(rows) <= _LARGEST) & ~np.isnan(rows)).sum()):
        return (say.not_finite(strange),)
    return (say.too_few(len(rows), 2),) if len(rows) < 2 else ()


def _answer(
    draft: Draft, fits: Marginal, asked: Asked, plan: Plan, rows: Floats, names: Sequence[str]
) -> Result:
    told = fits.told
    found: dict[str, float | None] = {
        "n_observations": float(told.values[0]),
        "n_complete": float(told.complete[0]),
        "residual_rank": float(told.rank[0]),
        "score_norm": float(told.score[0]),
        "iterations": float(told.steps[0]),
    }
    about = (*_of_rows(rows, fits, asked.cells, names), *_of_ladder(fits.tried, plan, rows.shape[1]))
    if fits.used[0] < 0:
        return draft.answer(found, (*about, *_of_nothing(fits, plan)))
    used = plan.ladder[fits.used[0]]
    lines = answers.effects(fits.fitted, asked)
    top = answers.headline(lines, asked)
    fitted = Draft(
        method=draft.method,
        n=draft.n,
        level=draft.level,
        alternative=draft.alternative,
        further=draft.further,
        variant=plan.variant(used),
    )
    directed = (
        about_p(asked.alternative, asked.level) if asked.headline else without_direction(asked.alternative)
    )
    without = answers.missing_tests(lines, asked, fits.fitted.exists[0])
    small = plan.df == "satterthwaite" and rows.shape[1] > 2 and len(rows) <= 12
    return fitted.answer(
        {**found, **_likelihood(fits, asked.cells)},
        (
            *directed,
            *about,
            *((tell.no_test(without),) if without else ()),
            *((tell.liberal_joint_tests(len(rows)),) if small else ()),
        ),
        effects=(*lines, *_entries(fits, asked)),
        **top,
    )


def _likelihood(fits: Marginal, cells: Cells) -> dict[str, float | None]:
    """Two codings of the same model, whose restricted likelihoods differ: compare within one only."""
    deviance = float(fits.told.deviance[0])
    whole = bool(fits.fitted.exists.all())
    return {
        "minus2_reml_loglik_cell_means": deviance,
        "minus2_reml_loglik_sum_to_zero": deviance + 2 * cells.log_recoding if whole else None,
    }


def _entries(fits: Marginal, asked: Asked) -> Iterator[Effect]:
    """The covariance, entry by entry, with the standard error that the information gives."""
    scale = float(fits.fitted.scale[0]) ** 2
    columns = asked.cells.columns
    a = 0
    for s, one in enumerate(columns):
        for t in range(s, len(columns)):
            name = f"variance {one}" if s == t else f"covariance {one}, {columns[t]}"
            se = math.sqrt(max(float(fits.fitted.W[0, a, a]), 0.0)) * scale
            yield Effect(name=name, kind="component", estimate=float(fits.sigma[0, s, t]), se=se)
            a += 1


def _of_rows(rows: Floats, fits: Marginal, cells: Cells, names: Sequence[str]) -> Iterator[Caveat]:
    """Who is not in it, what is missing, and which cells are empty."""
    empty = np.flatnonzero(np.isnan(rows).all(axis=1))
    if len(empty):
        yield tell.without_values([names[i] if names else f"row {i + 1}" for i in empty.tolist()])
    n, complete = len(rows) - len(empty), int(fits.told.complete[0])
    if complete < n:
        yield tell.gaps(complete, n, int(fits.told.values[0]))
    exists = [
        bool(np.isfinite(rows[cells.codes == g, t]).any())
        for g in range(len(cells.groups))
        for t in range(len(cells.columns))
    ]
    if not all(exists):
        yield tell.empty_cells(
            [name for name, there in zip(cells.cell_names, exists, strict=True) if not there]
        )


def _of_ladder(tried: Sequence[Tried], plan: Plan, k: int) -> Iterator[Caveat]:
    """Every step that was not the last, and the fall itself."""
    for step in tried:
        said, told = COVARIANCES[step.covariance].said, step.told
        status = int(told.status[0])
        if status == fitting.TOO_FEW:
            yield tell.covariance_impossible(said, int(told.rank[0]), least_rank(step.covariance, k))
        if status == fitting.NOT_REACHED:
            yield tell.not_converged(f"{said} covariance")
        if status == fitting.NOT_ESTIMABLE:
            yield tell.not_determined(f"{said} covariance")
        if status == fitting.REACHED and step.covariance != plan.ladder[0]:
            yield tell.fell_back(COVARIANCES[plan.ladder[0]].said, said)


def _of_nothing(fits: Marginal, plan: Plan) -> Iterator[Caveat]:
    if int(fits.told.status[0]) == fitting.NO_VARIATION:
        yield say.no_error_variation()
    else:
        yield tell.nothing_fitted(len(plan.ladder))


def cannot(n: int, times: int, groups: int, options: Mapping[str, str]) -> str:
    """Why no declared covariance can be fitted with so many participants; empty where one can."""
    plan = _plan(**_known(options))
    rank = n - max(groups, 1)
    if any(rank >= least_rank(covariance, times) for covariance in plan.ladder):
        return ""
    needed = least_rank(plan.ladder[0], times)
    return (
        f"The {COVARIANCES[plan.ladder[0]].said} covariance of {times} times needs {needed} residual degrees of"
        f" freedom of participants; {n} in {max(groups, 1)} group{'s' if groups > 1 else ''} leave {max(rank, 0)}."
    )


def _known(options: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in {"covariance", "fallback"}}


ENTRY = Method(
    name="mmrm",
    label="Mixed model for repeated measures",
    source=(
        "Jennrich & Schluchter 1986; Kenward & Roger 1997, 2009; Fai & Cornelius 1996;"
        " Mallinckrodt et al. 2008"
    ),
    design="longitudinal",
    estimate=estimate,
    many=many,
    cannot=cannot,
    takes=("layout", "contrasts", "names"),
    summaries=("mean change", "mean difference over time", "mean difference between groups over time"),
    need=Need(times=2, participants=2),
    options=(
        Option(
            name="covariance",
            values=tuple(COVARIANCES),
            default="unstructured",
            meaning="how the values of a participant vary together; _h: every time has its own variance",
        ),
        Option(
            name="df",
            values=tuple(DF),
            default="kenward_roger_linear",
            meaning="how degrees of freedom and standard errors allow for the estimated covariance",
        ),
        Option(
            name="information",
            values=tuple(INFORMATION),
            default="observed",
            meaning="the information of the covariance; they differ where values are missing",
        ),
        Option(
            name="fallback",
            values=(*COVARIANCES, "none"),
            default="none",
            kind="words",
            meaning="covariances tried from left to right where the one before cannot be fitted",
        ),
    ),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "a covariance that has not converged: it is not reported, and the declared fallback is tried",
        "values missing for reasons that the model does not know: see the tipping point",
    ),
    sentence=(
        "Means of every time, and group where there are several, were estimated by a mixed model for repeated"
        " measures with the declared covariance of the times (restricted maximum likelihood), from all values of all"
        " participants; tests are of type III. Covariance, degrees of freedom and information are named with the"
        " result. A change from baseline without a comparison group contains regression to the mean and the natural"
        " course."
    ),
    reference="tests/reference/methods/test_mmrm.py",
)
