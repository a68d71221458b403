"""Lesions in participants: who has which, where dose varies, and how lesions become numbers of participants.

Arrays carry data sets in front: values (..., N) lesions > (..., n) participants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue.many import Many
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_lesions as tell
from firstdose.methods._kernel.results import Draft, Floats, Ints, chosen, unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy.typing as npt

    from firstdose.catalogue.result import Alternative, Caveat, Result

DOSES = ("detected", "between", "within")
FURTHER = ("lesions", "fewest_lesions", "most_lesions")
_ROUND_OFF = 1e-12
_SMALLEST = 1e-150


@dataclass(frozen=True, slots=True, kw_only=True)
class Nest:
    """Lesions sorted by participant. `kept`: their rows; `starts`, `lesions`: first and number of each participant.

    `codes`: dose 0, 1, ... of each lesion, with the `declared` places (from 1) of the doses; `dose`: where it varies.
    """

    kept: Ints
    starts: Ints
    lesions: Ints
    codes: Ints | None
    declared: tuple[int, ...]
    dose: str
    refused: tuple[Caveat, ...]
    caveats: tuple[Caveat, ...]

    @property
    def n(self) -> int:
        """Participants."""
        return len(self.lesions)

    @property
    def N(self) -> int:  # noqa: N802, lesions are N in every formula
        """Lesions."""
        return len(self.kept)

    @property
    def owners(self) -> Ints:
        """The participant of each lesion."""
        return np.repeat(np.arange(self.n), self.lesions)

    @property
    def doses_of_participants(self) -> Ints:
        """The dose of each participant where it varies between them."""
        assert self.codes is not None
        return self.codes[self.starts]

    def means(self, values: Floats) -> Floats:
        """(..., N) > (..., n)."""
        return self.sums(values) / self.lesions

    def sums(self, values: Floats) -> Floats:
        """(..., N) > (..., n)."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=-1), dtype=np.float64)

    def centred(self, values: Floats) -> Floats:
        """Less the mean of the participant."""
        return np.asarray(values - np.repeat(self.means(values), self.lesions, axis=-1), dtype=np.float64)


def lesion_values(y: npt.ArrayLike, axes: int = 2, most: int | None = 2) -> Floats:
    """Rows (N, k), or (m, N, k) for `axes` 3.

    Raises:
        ValueError: another shape; the caller chose the wrong design.
    """
    rows = np.asarray(y, dtype=np.float64)
    if rows.ndim != axes or rows.shape[-1] < 1 or (most is not None and rows.shape[-1] > most):
        raise ValueError(
            f"one row a lesion is needed, shape (N, {most or 'k'} at most); this is {rows.shape}"
        )
    return rows


def as_changes(rows: Floats, decimals: int | None) -> Floats:
    """The value, or the second less the first at the declared precision: (..., N, k) > (..., N)."""
    if rows.shape[-1] == 1:
        return rows[..., 0]
    change = rows[..., 1] - rows[..., 0]
    return change if decimals is None else np.round(change, decimals)


def as_nest(
    values: Floats,
    units: npt.ArrayLike | None,
    groups: npt.ArrayLike | None = None,
    dose: str = "detected",
) -> Nest:
    """Who has which of the lesions (N,), those with NaN left out; whose comparison of doses makes sense.

    Raises:
        ValueError: no participant number for each row, or no dose code.
    """
    chosen("dose", dose, DOSES)
    if units is None or np.shape(units) != values.shape:
        raise ValueError("one participant number a row is needed: lesions are not participants")
    if groups is not None and np.shape(groups) != values.shape:
        raise ValueError("one dose code a row is needed")
    whole = np.asarray(units)
    kept = np.flatnonzero(~np.isnan(values))
    kept = kept[np.argsort(whole[kept], kind="stable")]
    _, starts, lesions = np.unique(whole[kept], return_index=True, return_counts=True)
    codes, declared = _doses(groups, kept)
    told = _left_out(len(values), len(kept), len(np.unique(whole)) - len(lesions))
    nest = Nest(
        kept=kept.astype(np.int64),
        starts=starts.astype(np.int64),
        lesions=lesions.astype(np.int64),
        codes=codes,
        declared=declared,
        dose="",
        refused=unusable(values[kept]),
        caveats=told,
    )
    return nest if codes is None or nest.refused else _with_dose(nest, dose)


def _doses(groups: npt.ArrayLike | None, kept: Ints) -> tuple[Ints | None, tuple[int, ...]]:
    if groups is None:
        return None, ()
    present, codes = np.unique(np.asarray(groups)[kept], return_inverse=True)
    return codes.astype(np.int64).reshape(len(kept)), tuple((present.astype(np.int64) + 1).tolist())


def _left_out(given: int, kept: int, gone: int) -> tuple[Caveat, ...]:
    return (tell.lesions_left_out(given - kept, given, gone),) if kept < given else ()


def _with_dose(nest: Nest, dose: str) -> Nest:
    """Where dose varies, or why it cannot be compared; within, only who got several doses stays."""
    assert nest.codes is not None
    if len(nest.declared) < 2:
        return replace(nest, refused=(say.no_comparison("all lesions got one dose"),))
    lowest, highest = (np.asarray(f.reduceat(nest.codes, nest.starts)) for f in (np.minimum, np.maximum))
    several = int((lowest < highest).sum())
    found = "between" if several == 0 else "within" if several == nest.n else "mixed"
    if found == "mixed" and dose == "detected":
        return replace(nest, dose=found, refused=(tell.mixed_doses(several, nest.n - several),))
    other = {"between": "within", "within": "between"}.get(dose, "")
    if other and (found == "between") == (dose == "within"):
        return replace(nest, dose=found, refused=(tell.dose_not_as_declared(dose, other),))
    if found == "between":
        return replace(nest, dose=found)
    return _only(replace(nest, dose="within"), lowest < highest)


def _only(nest: Nest, who: npt.NDArray[np.bool_]) -> Nest:
    """These participants; doses act on other lesions of the same person, which is told."""
    assert nest.codes is not None
    rows, lesions = np.repeat(who, nest.lesions), nest.lesions[who]
    told = () if who.all() else (tell.one_dose_only(int((~who).sum())),)
    return replace(
        nest,
        kept=nest.kept[rows],
        codes=nest.codes[rows],
        starts=np.cumsum(lesions) - lesions,
        lesions=lesions,
        caveats=(*nest.caveats, *told, tell.carry_over()),
    )


def draft_of(method: str, nest: Nest, level: float, alternative: Alternative, **named: Any) -> Draft:
    """A draft that counts participants; `answer_of` adds the lesions."""
    further = (*FURTHER, *named.pop("further", ()))
    return Draft(method=method, n=nest.n, level=level, alternative=alternative, further=further, **named)


def answer_of(
    draft: Draft,
    nest: Nest,
    found: Mapping[str, float | None] | None = None,
    caveats: Iterable[Caveat] = (),
    **fields: Any,
) -> Result:
    """The Result with both numbers, and what is to be said of the lesions first."""
    counts = (nest.N, nest.lesions.min(initial=nest.N), nest.lesions.max(initial=0))
    numbers = {**dict(zip(FURTHER, map(float, counts), strict=True)), **(found or {})}
    return replace(draft.answer(numbers, (*nest.caveats, *caveats), **fields), n_units=nest.N)


def slopes(nest: Nest, values: Floats) -> Floats:
    """Within each participant, change per dose step by least squares; with two doses the difference of means."""
    z, information = steps(nest)
    return nest.sums(values * z) / information


def steps(nest: Nest) -> tuple[Floats, Floats]:
    """Dose of each lesion less its participant's mean dose, and the sum of its squares a participant."""
    assert nest.codes is not None
    z = nest.centred(nest.codes.astype(np.float64))
    return z, nest.sums(z * z)


def trend_weights(g: int) -> Floats:
    """Of group means: their change per step by least squares; with two groups their difference."""
    c = np.arange(g) - (g - 1) / 2
    return np.asarray(c / (c @ c), dtype=np.float64)


def reduced(nest: Nest, values: Floats) -> tuple[Floats, Ints | None]:
    """(..., N) > one number a participant (..., n), and the participants' doses where these differ between them.

    Within participants it is the participant's own difference between doses.
    """
    if nest.dose == "within":
        return slopes(nest, values), None
    return nest.means(values), nest.doses_of_participants if nest.dose else None


def what_is_estimated(nest: Nest, columns: int) -> tuple[str, str]:
    """Name of the estimate, and of the variant."""
    what = "mean" if columns == 1 else "mean change"
    if not nest.dose:
        return what, "lesions of a participant together"
    where = f"dose {nest.dose} participants"
    if len(nest.declared) == 2:
        return f"difference of {what}s, second less first dose", where
    return f"{what} per dose step", f"{where}, linear trend over {len(nest.declared)} doses"


def by_dose(nest: Nest, numbers: Floats, codes: Ints | None) -> dict[str, float | None]:
    """n, mean and sd of the participants' numbers at each dose by its declared place, dose between."""
    if codes is None:
        return {}
    found: dict[str, float | None] = {}
    for code, place in enumerate(nest.declared):
        own = numbers[codes == code]
        found[f"n_{place}"], found[f"mean_{place}"] = len(own), float(own.mean())
        found[f"sd_{place}"] = float(own.std(ddof=1)) if len(own) > 1 else None
    return found


def lonely(nest: Nest) -> tuple[Caveat, ...]:
    """A dose with one participant, where doses vary between them: how participants vary there is not seen at all."""
    if nest.dose != "between" or np.bincount(nest.doses_of_participants).min() > 1:
        return ()
    reason = "a dose was given to one participant only, so its variation between participants is unknown"
    return (say.no_comparison(reason),)


def noise(values: Floats) -> Floats:
    """What the subtraction of decimals leaves is no variation: (..., N) > (...)."""
    largest = np.abs(values).max(axis=-1, initial=0.0)
    return np.asarray(np.maximum(_SMALLEST, _ROUND_OFF * largest), dtype=np.float64)


def t_limits(level: float, df: Floats) -> Floats:
    """The quantile of a two-sided interval for each df."""
    from scipy import special

    return np.asarray(special.stdtrit(df, 1 - (1 - level) / 2), dtype=np.float64)


def t_p(t: Floats, df: Floats, alternative: Alternative) -> Floats:
    """p of each t."""
    from scipy import special

    if alternative == "two-sided":
        return np.asarray(np.minimum(1.0, 2 * special.stdtr(df, -np.abs(t))), dtype=np.float64)
    return np.asarray(special.stdtr(df, t if alternative == "less" else -t), dtype=np.float64)


def many_of(
    y: npt.ArrayLike,
    one: Callable[[int], Result],
    arrays: Callable[[Nest, Floats], Mapping[str, Floats] | None],
    *,
    units: npt.ArrayLike | None,
    groups: npt.ArrayLike | None,
    decimals: int | None,
    dose: str = "detected",
) -> Many:
    """Data sets (m, N, k) of the same lesions: `arrays` of all at once where there is no gap and no refusal."""
    rows = lesion_values(y, axes=3)
    values = as_changes(rows, decimals)
    usable = len(values) > 0 and bool(np.isfinite(values).all())
    nest = as_nest(values[0] if usable else np.zeros(values.shape[1]), units, groups, dose)
    found = arrays(nest, values[:, nest.kept]) if usable and not nest.refused else None
    if found is not None:
        return Many(found, one)
    results = [one(i) for i in range(len(values))]
    names = ("estimate", "p", "ci_low", "ci_high", "statistic")
    known = {name: np.array([getattr(r, name) for r in results], dtype=np.float64) for name in names}
    return Many(known, results.__getitem__)
