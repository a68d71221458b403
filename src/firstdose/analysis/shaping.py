"""From measurements to arrays: one row a participant, lesions reduced as declared, everyone left out named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.analysis.results import Source
from firstdose.derived.measurements import derive_change, derive_measurements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.analysis.basis import Basis
    from firstdose.catalogue import Layout
    from firstdose.protocol.model import Endpoint
    from firstdose.protocol.names import Variable

ZERO = "baseline is 0"
REDUCTIONS = {"participant mean": pl.Expr.mean, "participant worst": pl.Expr.max}


@dataclass(frozen=True, slots=True)
class Sample:
    """The arrays of one analysis. `values`: (rows, columns), a row a participant; a column a time.

    `sides`: the same shape, -1 where the value is only known to be below it, 1 above, 0 where it is the value itself.
    `gaps`: participants who take part with a value missing (NaN), and which; `units`: where a row is a lesion, the
    number of its participant; `codes`: number of the group of each row; `layout`: names of columns and groups.
    """

    values: np.ndarray
    participants: tuple[str, ...]
    times: tuple[str, ...]
    excluded: tuple[tuple[str, str], ...]
    n_lesions: int | None
    sides: np.ndarray
    sources: tuple[Source, ...]
    gaps: tuple[tuple[str, str], ...] = ()
    units: np.ndarray | None = None
    codes: np.ndarray | None = None
    layout: Layout | None = None

    @property
    def n(self) -> int:
        return len(self.participants)

    @property
    def n_complete(self) -> int:
        """Participants without a gap."""
        return self.n - len(self.gaps)

    @property
    def censored(self) -> int:
        """Values outside the range of quantification."""
        return int(np.count_nonzero(self.sides))

    def ranked(self) -> np.ndarray | None:
        """Values with those below quantification lowest and equal, those above highest; None where order is unknown."""
        exact = self.values[self.sides == 0]
        below, above = self.values[self.sides < 0], self.values[self.sides > 0]
        if exact.size and (
            (below.size and exact.min() < below.max()) or (above.size and exact.max() > above.min())
        ):
            return None
        span = float(np.abs(self.values).max(initial=0.0)) + 1.0
        return np.where(self.sides == 0, self.values, self.sides * 2 * span)


def shape_sample(
    basis: Basis,
    variable: Variable,
    members: Sequence[str],
    times: Sequence[str],
    nested: str,
) -> Sample:
    """Values of the members at all `times`, complete rows only. A lesion counts only where it is complete."""
    found = derive_measurements(basis.protocol, basis.snapshot, variable).filter(
        pl.col("participant").is_in(list(members))
    )
    if times:
        found = found.filter(pl.col("visit").is_in(list(times)))
    wide = wide_table(found, times)
    complete = wide.drop_nulls([f"value@{time}" for time in _columns(times)])
    reduced = _reduced(complete, times, nested)
    rows = {row[0]: row[1:] for row in reduced.iter_rows()}
    kept = tuple(member for member in members if member in rows)
    both = np.array([rows[member] for member in kept], dtype=float).reshape(
        len(kept), 2 * len(_columns(times))
    )
    values, sides = both[:, : both.shape[1] // 2], both[:, both.shape[1] // 2 :]
    lesions = complete["lesion"].drop_nulls().len() if variable.per == "lesion" else None
    return Sample(
        values=values,
        participants=kept,
        times=tuple(times),
        excluded=named_excluded(basis, variable, members, kept, times),
        n_lesions=lesions,
        sides=sides.astype(int),
        sources=sources_of(basis, variable, tuple(times), tuple(members)),
    )


def _columns(times: Sequence[str]) -> Sequence[str]:
    return times or ("",)


def wide_table(found: pl.DataFrame, times: Sequence[str]) -> pl.DataFrame:
    """participant, lesion > value@T and side@T for each time."""
    keys = ["participant", "lesion"]
    wide = found.select(keys).unique(maintain_order=True)
    for time in _columns(times):
        at = found.filter(pl.col("visit") == time) if time else found
        part = at.unique(keys, keep="first", maintain_order=True).select(
            *keys,
            pl.col("value").alias(f"value@{time}"),
            pl.col("comparator")
            .replace_strict({"<": -1, ">": 1}, default=0, return_dtype=pl.Int64)
            .fill_null(0)
            .alias(f"side@{time}"),
        )
        wide = wide.join(part, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return wide


def _reduced(complete: pl.DataFrame, times: Sequence[str], nested: str) -> pl.DataFrame:
    """participant > values, then sides: a reduced value is outside quantification if any of its parts is."""
    reduce = REDUCTIONS.get(nested, pl.Expr.mean)
    return complete.group_by("participant", maintain_order=True).agg(
        *(reduce(pl.col(f"value@{time}")) for time in _columns(times)),
        *(pl.col(f"side@{time}").sort_by(pl.col(f"side@{time}").abs()).last() for time in _columns(times)),
    )


def named_excluded(
    basis: Basis, variable: Variable, members: Sequence[str], kept: Sequence[str], times: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Members who are not kept, each with the reason on record."""
    inside = set(kept)
    out = [member for member in members if member not in inside]
    if not out:
        return ()
    reasons = basis.why_missing(variable.activity, items_of(basis, variable), tuple(times))
    where = (
        f"no record of {variable.label} at {' and '.join(times)}"
        if times
        else f"no record of {variable.label}"
    )
    return tuple((member, reasons.get(member, where)) for member in out)


def items_of(basis: Basis, variable: Variable) -> tuple[str, ...]:
    """The item columns behind a variable."""
    if variable.item is not None:
        return (variable.item.name,)
    table = basis.snapshot.table(variable.activity)
    if table is None or variable.score is None:
        return ()
    from firstdose.protocol.names import forms

    return tuple(item.name for item in forms(basis.protocol)[variable.activity].items)


def sources_of(
    basis: Basis, variable: Variable, visits: tuple[str, ...], participants: tuple[str, ...]
) -> tuple[Source, ...]:
    """Which records a number of this variable stands on; a derivation stands on the items of its rule."""
    if variable.derivation is None:
        return (Source(variable.activity, items_of(basis, variable), visits, participants),)
    from firstdose.derived.rules import items_behind

    return tuple(
        Source(activity, items, (), participants)
        for activity, items in items_behind(basis.protocol, [variable.name]).items()
    )


def without_zero_baseline(sample: Sample) -> Sample:
    """A percent change from 0 does not exist: those participants are left out by name."""
    keep = sample.values[:, 0] != 0
    out = [name for name, kept in zip(sample.participants, keep, strict=True) if not kept]
    return replace(
        sample,
        values=sample.values[keep],
        sides=sample.sides[keep],
        participants=tuple(name for name in sample.participants if name not in out),
        excluded=(*sample.excluded, *((name, ZERO) for name in out)),
    )


def changes(sample: Sample, kind: str) -> np.ndarray:
    """(n,) change or percent change from the first to the last time."""
    before, after = sample.values[:, 0], sample.values[:, -1]
    change = np.asarray(after - before)
    return np.asarray(100 * change / before) if kind == "percent change" else change


def worst_changes(
    basis: Basis, endpoint: Endpoint, variable: Variable, members: Sequence[str], nested: str
) -> Sample:
    """(n, 1) the largest change from the reference over all visits that are on record."""
    found = derive_measurements(basis.protocol, basis.snapshot, variable).filter(
        pl.col("participant").is_in(list(members))
    )
    changed = derive_change(found, endpoint.reference).filter(
        pl.col("visit").is_in(list(endpoint.at)) & pl.col("change").is_not_null()
    )
    outside = pl.col("comparator").is_not_null() | pl.col("before_comparator").is_not_null()
    per_lesion = changed.group_by("participant", "lesion", maintain_order=True).agg(
        pl.col("change").max(), outside.any().alias("outside")
    )
    reduce = REDUCTIONS.get(nested, pl.Expr.max)
    found = per_lesion.group_by("participant", maintain_order=True).agg(
        reduce(pl.col("change")), pl.col("outside").any()
    )
    rows = {name: (change, unsure) for name, change, unsure in found.iter_rows()}
    kept = tuple(member for member in members if member in rows)
    times = (endpoint.reference, *endpoint.at)
    return Sample(
        values=np.array([[rows[member][0]] for member in kept], dtype=float).reshape(len(kept), 1),
        participants=kept,
        times=times,
        excluded=named_excluded(basis, variable, members, kept, times),
        n_lesions=per_lesion["lesion"].drop_nulls().len() if variable.per == "lesion" else None,
        sides=np.array([[int(rows[member][1])] for member in kept], dtype=int).reshape(len(kept), 1),
        sources=sources_of(basis, variable, times, tuple(members)),
    )
