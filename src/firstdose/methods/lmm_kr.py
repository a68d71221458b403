"""Random-effects model of lesions in participants, with Kenward-Roger's degrees of freedom."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.many import Many
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_models as tell
from firstdose.methods._kernel.mixed import answers, fitting
from firstdose.methods._kernel.mixed.answers import Asked
from firstdose.methods._kernel.mixed.cells import divide
from firstdose.methods._kernel.mixed.words import ALL, INFORMATION, PLURAL, RANDOM
from firstdose.methods._kernel.results import Draft, about_p, chosen, without_direction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from firstdose.catalogue.layout import Contrast, Layout
    from firstdose.catalogue.result import Caveat
    from firstdose.methods._kernel.mixed.fitting import Components
    from firstdose.methods._kernel.results import Floats, Ints

FURTHER = (
    "n_observations",
    "n_lesions",
    "icc_participant",
    "icc_lesion",
    "icc_change",
    "minus2_reml_loglik_cell_means",
    "minus2_reml_loglik_sum_to_zero",
    "score_norm",
    "iterations",
)
DF = {"kenward_roger": "Kenward-Roger", "satterthwaite": "Satterthwaite"}
ONE_EACH = (
    "that of lesions is part of that of participants",
    "that of participants from time to time is part of the residual variance",
)
_LARGEST = 1e50


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The options as declared, the participant of each row, and what can be told apart with these rows."""

    random: str
    df: str
    information: str
    unit: Ints
    times: int

    @property
    def one_each(self) -> bool:
        """Whether no participant has two lesions."""
        return len(np.unique(self.unit)) == len(self.unit)

    @property
    def lesions(self) -> bool:
        """Whether lesions have a variance of their own beside the residual."""
        return self.random != "participant" and self.times > 1 and not self.one_each

    @property
    def by_time(self) -> bool:
        """Whether participants have a variance from time to time, which their lesions share."""
        return self.random == ALL and self.lesions

    @property
    def apart(self) -> bool:
        """Whether lesions of a participant are taken to change independently of each other."""
        return self.times > 1 and not self.one_each and not self.by_time

    @property
    def components(self) -> tuple[str, ...]:
        """Their names, the residual last; of one time the residual is the lesion."""
        if self.by_time:
            return ("participant", "participant by time", "lesion", "residual")
        if self.lesions:
            return ("participant", "lesion", "residual")
        return ("participant", "lesion" if self.times == 1 else "residual")

    @property
    def variant(self) -> str:
        """What is done, in the words of the Result."""
        random = RANDOM[self.random if self.lesions else "participant"]
        return f"{random}, REML, {DF[self.df]}, {INFORMATION[self.information]}"

    def fit(self, y: Floats, asked: Asked) -> Components:
        """m data sets."""
        return fitting.fit_components(
            y,
            asked.cells,
            self.unit,
            lesions=self.lesions,
            by_time=self.by_time,
            observed=self.information == "observed",
            known_zero=self.df == "satterthwaite",
        )


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001, the same call for every method
    layout: Layout | None = None,
    contrasts: Sequence[Contrast] = (),
    units: npt.ArrayLike | None = None,
    names: Sequence[str] = (),
    random: str = ALL,
    df: str = "kenward_roger",
    information: str = "expected",
) -> Result:
    """Rows (N, k), one a lesion, NaN where missing; `units` (N,): participant; groups: a code a lesion.

    Groups may vary within a participant. The headline is the first comparison that is tested, else the test of time.
    """
    rows = _as_lesions(y)
    plan = _plan(rows.shape, units, random, df, information)
    n = len(np.unique(plan.unit))
    draft = Draft(
        method=ENTRY.name, n=n, level=level, alternative=alternative, further=FURTHER, variant=plan.variant
    )
    asked = _asked(rows.shape, groups, layout, contrasts, level, alternative, plan)
    strange = int((~(np.abs(rows) <= _LARGEST) & ~np.isnan(rows)).sum())
    if strange or n < 2:
        why = say.not_finite(strange) if strange else say.too_few(n, 2)
        return replace(draft.answer(caveats=(why,)), n_units=len(rows))
    answer = _answer(draft, plan.fit(rows[None], asked), asked, plan, rows, names)
    return replace(answer, n_units=len(rows))


def many(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    layout: Layout | None = None,
    contrasts: Sequence[Contrast] = (),
    units: npt.ArrayLike | None = None,
    names: Sequence[str] = (),
    **options: str,
) -> Many:
    """Data sets (m, N, k). `arrays`: the headline, `p_EFFECT`, `estimate_`, `se_`, `df_`, `p_` of comparisons."""
    values = np.asarray(y, dtype=np.float64)
    if values.ndim != 3:
        raise ValueError(f"data sets of rows are needed, shape (m, N, k); this is {values.shape}")
    plan = _plan(values.shape[1:], units, **options)
    asked = _asked(values.shape[1:], groups, layout, contrasts, level, alternative, plan)
    strange = np.asarray((np.abs(values) > _LARGEST).any(axis=(1, 2))) | (len(np.unique(plan.unit)) < 2)
    usable = np.where(strange[:, None, None], np.nan, values)

    def at(i: int) -> Result:
        return estimate(
            values[i],
            groups=groups,
            level=level,
            alternative=alternative,
            decimals=decimals,
            layout=layout,
            contrasts=contrasts,
            units=units,
            names=names,
            **options,
        )

    parts = [answers.arrays(plan.fit(piece, asked).fitted, asked) for piece in fitting.pieces(usable)]
    return Many({name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, at)


def _as_lesions(y: npt.ArrayLike) -> Floats:
    rows = np.asarray(y, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] < 1:
        raise ValueError(f"one row a lesion is needed, shape (N, k); this is {rows.shape}")
    return rows


def _plan(
    shape: tuple[int, ...],
    units: npt.ArrayLike | None,
    random: str = ALL,
    df: str = "kenward_roger",
    information: str = "expected",
) -> Plan:
    if units is None or np.shape(units) != shape[:1]:
        raise ValueError("the participant of each row is needed: units of shape (N,)")
    _, unit = np.unique(np.asarray(units), return_inverse=True)
    return Plan(
        random=chosen("random", random, RANDOM),
        df=chosen("df", df, DF),
        information=chosen("information", information, INFORMATION),
        unit=unit.astype(np.int64),
        times=shape[1],
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
        kenward_roger=plan.df == "kenward_roger",
        strata=False,
    )


def _answer(
    draft: Draft, fits: Components, asked: Asked, plan: Plan, rows: Floats, names: Sequence[str]
) -> Result:
    found: dict[str, float | None] = {
        "n_observations": float(np.isfinite(rows).sum()),
        "n_lesions": float(np.isfinite(rows).any(axis=1).sum()),
    }
    about = tuple(_of_rows(rows, asked, plan, names))
    status = int(fits.told.status[0])
    if status != fitting.REACHED:
        return draft.answer(found, (*about, _why(status, plan, rows, asked)))
    lines = answers.effects(fits.fitted, asked)
    directed = (
        about_p(asked.alternative, asked.level) if asked.headline else without_direction(asked.alternative)
    )
    without = answers.missing_tests(lines, asked, fits.fitted.exists[0])
    return draft.answer(
        {**found, **_shares(fits, plan), **_likelihood(fits, asked)},
        (*directed, *about, *_of_fit(fits, plan), *((tell.no_test(without),) if without else ())),
        effects=(*lines, *_variances(fits, plan)),
        **answers.headline(lines, asked),
    )


def _why(status: int, plan: Plan, rows: Floats, asked: Asked) -> Caveat:
    exact = status == fitting.NOT_REACHED and fitting.without_residual(
        rows, asked.cells, plan.unit, lesions=plan.lesions, by_time=plan.by_time
    )
    if exact or status == fitting.NO_VARIATION:
        return say.no_error_variation()
    if status == fitting.NOT_ESTIMABLE:
        return tell.not_determined(f"model with {RANDOM[plan.random]}")
    return tell.not_converged(f"model with {RANDOM[plan.random]}")


def _shares(fits: Components, plan: Plan) -> dict[str, float]:
    """Intraclass correlations: two lesions of a participant at one time, two times of one, changes of two lesions."""
    of = dict(zip(plan.components, fits.theta[0].tolist(), strict=True))
    total, shared = sum(of.values()), of.get("participant by time", 0.0)
    found = {"icc_participant": (of["participant"] + shared) / total}
    if plan.lesions:
        found["icc_lesion"] = (of["participant"] + of["lesion"]) / total
    return {**found, "icc_change": shared / (shared + of["residual"])} if plan.by_time else found


def _likelihood(fits: Components, asked: Asked) -> dict[str, float | None]:
    """Two codings of the same model, whose restricted likelihoods differ: compare within one only."""
    deviance = float(fits.told.deviance[0])
    whole = bool(fits.fitted.exists.all())
    return {
        "minus2_reml_loglik_cell_means": deviance,
        "minus2_reml_loglik_sum_to_zero": deviance + 2 * asked.cells.log_recoding if whole else None,
        "score_norm": float(fits.told.score[0]),
        "iterations": float(fits.told.steps[0]),
    }


def _variances(fits: Components, plan: Plan) -> Iterator[Effect]:
    scale = float(fits.fitted.scale[0]) ** 2
    for j, name in enumerate(plan.components):
        variance = float(fits.theta[0, j])
        se = math.sqrt(float(fits.fitted.W[0, j, j])) * scale
        yield Effect(name=name, kind="component", estimate=variance, se=se if variance > 0 else None)


def _of_rows(rows: Floats, asked: Asked, plan: Plan, names: Sequence[str]) -> Iterator[Caveat]:
    """Who is not in it, what is missing, which cells are empty, what cannot be told apart."""
    known = np.isfinite(rows)
    people = np.unique(plan.unit)
    seen = np.array([known[plan.unit == who].any() for who in people])
    whole = np.array([known[plan.unit == who].all() for who in people])
    if not seen.all():
        yield tell.without_values(
            [names[i] if names else f"participant {i + 1}" for i in people[~seen].tolist()]
        )
    if not whole[seen].all():
        yield tell.gaps(int(whole.sum()), int(seen.sum()), int(known.sum()))
    cells = asked.cells
    exists = [
        bool(known[cells.codes == g, t].any())
        for g in range(len(cells.groups))
        for t in range(len(cells.columns))
    ]
    if not all(exists):
        yield tell.empty_cells(
            [name for name, there in zip(cells.cell_names, exists, strict=True) if not there]
        )
    if plan.one_each and plan.times > 1 and plan.random != "participant":
        yield tell.one_lesion_each(ONE_EACH if plan.random == ALL else ONE_EACH[:1])


def _of_fit(fits: Components, plan: Plan) -> Iterator[Caveat]:
    if plan.apart:
        yield tell.independent_changes()
    known = "it is held there, and counts as known in the degrees of freedom"
    estimated = "it counts as estimated in the degrees of freedom"
    zero = [PLURAL[name] for name, v in zip(plan.components, fits.theta[0], strict=True) if v == 0.0]
    if zero:
        yield tell.zero_variance(zero, known if plan.df == "satterthwaite" else estimated)
    if fits.instead[0]:
        yield tell.expected_instead()


def cannot(n: int, times: int, groups: int, options: Mapping[str, str]) -> str:  # noqa: ARG001
    """Why the model cannot be fitted with so many participants; empty where it can."""
    if n >= 2:
        return ""
    return f"The variance between participants needs at least 2 participants; there {'is' if n == 1 else 'are'} {n}."


def _options() -> tuple[Option, ...]:
    return (
        Option(
            name="random",
            values=tuple(RANDOM),
            default=ALL,
            meaning=(
                "what varies at random beside the residual; without time, lesions of a participant are taken to"
                " change independently; of one time the residual is the lesion"
            ),
        ),
        Option(
            name="df",
            values=tuple(DF),
            default="kenward_roger",
            meaning="how degrees of freedom and standard errors allow for the estimated variances",
        ),
        Option(
            name="information",
            values=tuple(INFORMATION),
            default="expected",
            meaning="the information of the variances; they differ where the numbers of lesions differ",
        ),
    )


ENTRY = Method(
    name="lmm_kr",
    label="Random-effects model of lesions in participants",
    source="Laird & Ware 1982; Kenward & Roger 1997; Fai & Cornelius 1996",
    design="nested",
    estimate=estimate,
    many=many,
    cannot=cannot,
    units=("lesion in participant",),
    takes=("layout", "contrasts", "units", "names"),
    summaries=(
        "mean",
        "mean change",
        "mean difference over time",
        "mean difference between groups over time",
    ),
    need=Need(participants=2),
    options=_options(),
    refuses=(
        "lesions whose participant is not declared",
        "participants with one lesion each, seen once: their variance cannot be told from that of lesions",
    ),
    sentence=(
        "Means of every time and group were estimated by a random-effects model with intercepts of participants, and,"
        " where several of their lesions were seen several times, of participants at each time and of lesions within"
        " them (restricted maximum likelihood, variances at least zero, each the same at every time); tests are of"
        " type III. Random effects, degrees of freedom and information are named with the result."
    ),
    reference="tests/reference/methods/test_lmm_kr.py",
)
