"""The lines of a Result as rows: tests of factors, contrasts, means, variance components."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.analysis.formatting import Format, is_p, rows_of, scale_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.results import ResultRow
    from firstdose.catalogue import Effect, Result

# What a line of each kind always says, NC where it could not be computed; everything else only where it is.
ALWAYS = {
    "test": ("statistic", "p"),
    "contrast": ("estimate", "ci_low", "ci_high", "p"),
    "mean": ("estimate",),
    "component": ("estimate",),
}


def headline_rows(
    basis: Basis,
    row: ResultRow,
    result: Result,
    counts: Mapping[str, float | None],
    decimals: int | None = None,
) -> Iterator[ResultRow]:
    """The headline of a Result, after the counts behind it; the estimate printed by what it is."""
    scale = scale_of(result.estimate_name)
    numbers = {**counts, **_headline(result)}
    numbers |= {name: value for name, value in result.more if name not in numbers}
    style = Format(decimals, basis.rounding, share=scale == "share", plain=scale == "plain")
    row = replace(row, quantity=result.estimate_name, statistic_name=result.statistic_name)
    yield from rows_of(row, numbers, style)


def _headline(result: Result) -> dict[str, float | None]:
    return {
        "estimate": result.estimate,
        "ci_low": result.ci_low,
        "ci_high": result.ci_high,
        "level": result.level,
        "attained_level": result.attained_level,
        "statistic": result.statistic,
        **df_names(result.df),
        "p": result.p,
    }


def effect_rows(
    row: ResultRow, result: Result, style: Format, tested: Mapping[str, bool]
) -> Iterator[ResultRow]:
    """One row for each number of each line. `tested`: planned contrast > whether its p is one that counts."""
    for effect in result.effects:
        line = replace(
            row,
            effect=effect.name,
            effect_kind=effect.kind,
            quantity=_quantity(effect, result),
            statistic_name=effect.statistic_name,
            measure_unit=_unit(row, effect, result),
            caveats=(),
        )
        numbers = _numbers(effect)
        if not tested.get(effect.name, True):
            numbers = {name: value for name, value in numbers.items() if not _is_test(name)}
        yield from rows_of(line, numbers, _style(effect, result, style))


def _quantity(effect: Effect, result: Result) -> str:
    """What the estimate of the line is; of tests and components their names say it."""
    if effect.kind == "contrast":
        return "difference of means" if _contrast_scale(result) == "unit" else result.estimate_name
    return "mean" if effect.kind == "mean" else ""


def _unit(row: ResultRow, effect: Effect, result: Result) -> str:
    in_unit = effect.kind == "mean" or (effect.kind == "contrast" and _contrast_scale(result) == "unit")
    return row.measure_unit if in_unit else ""


def _contrast_scale(result: Result) -> str:
    """Contrasts are in the variable's unit whatever the headline is, unless that is itself a ratio or a share."""
    scale = scale_of(result.estimate_name)
    return "unit" if scale == "plain" and "ratio" not in result.estimate_name else scale


def _style(effect: Effect, result: Result, style: Format) -> Format:
    """Contrasts and means have the variable's decimals, unless they are ratios or shares; counts have none."""
    if effect.kind == "component" and _is_count(effect):
        return replace(style, decimals=-1)
    if effect.kind in {"test", "component"}:
        return replace(style, plain=True)
    scale = _contrast_scale(result)
    return replace(style, share=scale == "share", plain=scale == "plain" and effect.kind == "contrast")


def _is_count(effect: Effect) -> bool:
    return effect.estimate is not None and effect.ci_low is None and float(effect.estimate).is_integer()


def _numbers(effect: Effect) -> dict[str, float | None]:
    numbers: dict[str, float | None] = {
        "estimate": effect.estimate,
        "se": effect.se,
        "ci_low": effect.ci_low,
        "ci_high": effect.ci_high,
        "statistic": effect.statistic,
        **df_names(effect.df),
        "p": effect.p,
    }
    always = ALWAYS[effect.kind]
    core = {name: value for name, value in numbers.items() if value is not None or name in always}
    return core | {name: value for name, value in effect.more if name not in core}


def df_names(df: tuple[float, ...]) -> dict[str, float | None]:
    """`df`, or `df1` and `df2`."""
    return {f"df{place}" if len(df) > 1 else "df": value for place, value in enumerate(df, start=1)}


def _is_test(name: str) -> bool:
    return name == "statistic" or is_p(name)
