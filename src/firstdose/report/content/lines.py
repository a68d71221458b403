"""The lines of an analysis with several: tests of factors, comparisons, means over time, components of variance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.names import measures
from firstdose.report import figures
from firstdose.report.content.pieces import NONE, Material, interval, text
from firstdose.report.tree import Column, Figure, Number, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.analysis.results import ResultRow
    from firstdose.protocol.model import Endpoint
    from firstdose.report.tree import Block, Cell

# Further numbers of a test, in columns of their own where any line has them.
BESIDE_TESTS = {"epsilon_gg": "epsilon", "pes": "partial eta squared", "ges": "generalized eta squared"}
NOTES = {
    "epsilon_gg": "Epsilon is Greenhouse and Geisser's; the method says which correction the degrees of freedom carry.",
    "pes": "Partial eta squared: variation of the factor, of that and its residual variation.",
    "ges": "Generalized eta squared: variation of the factor, of that and all variation between and within participants.",
}
ADJUSTED = {"p_holm": "p (Holm)", "p_hochberg": "p (Hochberg)"}
COVARIANCES = (
    "variance ",
    "covariance ",
)  # entries of a matrix over the times stand in the table of results alone
FEW = 2
Key = tuple[str, str, str, str, str]  # analysis, variable, visit, level, line


def effect_blocks(material: Material, endpoint: Endpoint, names: Sequence[str]) -> Iterator[Block]:
    """Tables of tests, comparisons and components of all analyses, and the means of the first that has any."""
    yield from _tests(material, endpoint, names)
    yield from _contrasts(material, endpoint, names)
    yield from _means(material, endpoint, names)
    yield from _components(material, endpoint, names)


def _keys(material: Material, names: Sequence[str], kind: str) -> list[Key]:
    """Each line of that kind once, in the order of the analyses."""
    rows = (row for name in names for row in material.numbers.of_analysis(name) if row.effect_kind == kind)
    return list(dict.fromkeys((row.analysis, row.variable, row.visit, row.level, row.effect) for row in rows))


def _find(material: Material, key: Key, kind: str, statistic: str) -> ResultRow | None:
    analysis, variable, visit, level, line = key
    where = {"variable": variable, "visit": visit, "level": level, "effect": line, "effect_kind": kind}
    return material.numbers.find(analysis, statistic, **where)


def _cell(material: Material, key: Key, kind: str, statistic: str) -> Cell:
    row = _find(material, key, kind, statistic)
    return NONE if row is None else (Number(row),)


def _interval(material: Material, key: Key, kind: str) -> Cell:
    return interval(_find(material, key, kind, "ci_low"), _find(material, key, kind, "ci_high"))


def _statistic(material: Material, key: Key, kind: str) -> Cell:
    """`F = 12.3` with its degrees of freedom."""
    row = _find(material, key, kind, "statistic")
    if row is None or row.value is None:
        return NONE
    found = [_find(material, key, kind, name) for name in ("df", "df1", "df2")]
    df = [each for each in found if each is not None and each.value is not None]
    spans: Cell = (Text(f"{row.statistic_name or 'statistic'} = "), Number(row))
    for place, each in enumerate(df):
        spans = (*spans, Text(", df " if place == 0 else "; "), Number(each))
    return spans


def _place(key: Key) -> str:
    return ", ".join(word for word in key[1:4] if word)


def _tests(material: Material, endpoint: Endpoint, names: Sequence[str]) -> Iterator[Block]:
    keys = _keys(material, names, "test")
    if not keys:
        return
    beside = [
        name for name in BESIDE_TESTS if any(_find(material, key, "test", name) is not None for key in keys)
    ]
    several = _several(keys)
    columns = ("analysis", *several, "factor", "statistic", "p", *(BESIDE_TESTS[name] for name in beside))
    rows = tuple(
        (
            text(key[0]),
            *(text(_place(key)) for _ in several),
            text(key[4]),
            _statistic(material, key, "test"),
            _cell(material, key, "test", "p"),
            *(_cell(material, key, "test", name) for name in beside),
        )
        for key in keys
    )
    notes = tuple(NOTES[name] for name in beside if name in NOTES)
    name = f"t-factors-{endpoint.endpoint}"
    yield _table(name, "Tests of factors", columns, rows, words=2 + len(several), notes=notes)


def _several(keys: Sequence[Key]) -> tuple[str, ...]:
    """A column of variable and visit where there is more than one."""
    return ("variable, visit",) if len({key[1:4] for key in keys}) > 1 else ()


def _contrasts(material: Material, endpoint: Endpoint, names: Sequence[str]) -> Iterator[Block]:
    """Comparisons that the plan names or that several analyses have, side by side; others by themselves."""
    keys = _keys(material, names, "contrast")
    analysis = material.basis.protocol.analysis(endpoint.endpoint)
    planned = {each.contrast: each.compares for each in analysis.contrasts} if analysis else {}
    shared = {
        key[4] for key in keys if key[4] in planned or len({each[0] for each in keys if each[4] == key[4]}) > 1
    }  # fmt: skip
    together = sorted((key for key in keys if key[4] in shared), key=lambda key: (_order(planned, key[4]), key[1]))  # fmt: skip
    if together:
        yield _compared(material, f"t-compared-{endpoint.endpoint}", "Comparisons", together, planned)
    for name in names:
        own = [key for key in keys if key[0] == name and key[4] not in shared]
        if _differ(material, own):
            yield _compared(material, f"t-compared-{name}-own", f"Comparisons of {name}", own, planned)


def _differ(material: Material, keys: Sequence[Key]) -> bool:
    """Lines that all say the same say nothing, such as a tipping point where no value is missing."""
    said = {
        tuple(_cell(material, key, "contrast", name) for name in ("estimate", "ci_low", "p")) for key in keys
    }
    texts = {tuple(span.text for cell in cells for span in cell) for cells in said}  # type: ignore[union-attr]
    return bool(keys) and (len(texts) > 1 or len(keys) == 1)


def _order(planned: dict[str, str], line: str) -> int:
    return list(planned).index(line) if line in planned else len(planned)


def _compared(
    material: Material, table: str, title: str, keys: Sequence[Key], planned: dict[str, str]
) -> Table:
    beside = {
        name: head for name, head in ADJUSTED.items() if any(_find(material, key, "contrast", name) for key in keys)
    }  # fmt: skip
    several = _several(keys)
    columns = ("comparison", "analysis", *several, "estimate", "interval", "statistic", "p", *beside.values())
    rows = tuple(
        (
            text(f"{key[4]}: {planned[key[4]]}" if key[4] in planned else key[4]),
            text(key[0]),
            *(text(_place(key)) for _ in several),
            _cell(material, key, "contrast", "estimate"),
            _interval(material, key, "contrast"),
            _statistic(material, key, "contrast"),
            _cell(material, key, "contrast", "p"),
            *(_cell(material, key, "contrast", name) for name in beside),
        )
        for key in keys
    )
    untested = any(_find(material, key, "contrast", "p") is None for key in keys)
    notes = ("Without a p: estimated as the plan says, and not tested.",) if untested else ()
    return _table(table, title, columns, rows, words=2 + len(several), notes=notes)


def _means(material: Material, endpoint: Endpoint, names: Sequence[str]) -> Iterator[Block]:
    """Estimated means of the first analysis that has them, as a table and drawn."""
    for name in names:
        keys = _keys(material, [name], "mean")
        if keys:
            several = _several(keys)
            columns = (*several, "mean of", "mean", "interval")
            rows = tuple(
                (
                    *(text(_place(key)) for _ in several),
                    text(key[4]),
                    _cell(material, key, "mean", "estimate"),
                    _interval(material, key, "mean"),
                )
                for key in keys
            )
            title = f"Means as estimated by {name}"
            yield _table(f"t-means-{endpoint.endpoint}", title, columns, rows, words=1 + len(several))
            yield from _drawn(material, endpoint, name, keys)
            return


def _drawn(material: Material, endpoint: Endpoint, name: str, keys: list[Key]) -> Iterator[Figure]:
    """Means with their intervals, one below the other; the line is the first of them."""
    variables = {key[1] for key in keys}
    found = [(key, _find(material, key, "mean", "estimate")) for key in keys]
    known = [(key, row) for key, row in found if row is not None and row.value is not None]
    if len(variables) > 1 or len(known) < FEW:
        return
    rows = [_forest_row(material, key, row) for key, row in known]
    first = known[0][1]
    unit = f" ({first.measure_unit})" if first.measure_unit else ""
    line = first.value if first.value is not None else 0.0
    labels = {each.name: each.label for each in measures(material.basis.protocol, endpoint.measure)}
    name_of = labels.get(first.variable, first.variable)
    svg = figures.draw_change_forest(rows, x_label=f"mean {name_of}{unit}", none_line=line)
    words = "; ".join(f"{row.label}: {row.text}" for row in rows)
    alternative = f"Estimated means with intervals; the line marks the first. {words}."
    yield Figure(f"f-means-{endpoint.endpoint}", f"{endpoint.endpoint}: means by {name}", alternative, svg)


def _forest_row(material: Material, key: Key, row: ResultRow) -> figures.ForestRow:
    low, high = (_find(material, key, "mean", name) for name in ("ci_low", "ci_high"))
    bounds = (low.value, high.value) if low is not None and high is not None else (None, None)
    said = f" ({low.text} to {high.text})" if low is not None and high is not None and low.value is not None else ""  # fmt: skip
    return figures.ForestRow(key[4], row.value, *bounds, text=f"{row.text}{said}")


def _components(material: Material, endpoint: Endpoint, names: Sequence[str]) -> Iterator[Block]:
    keys = [key for key in _keys(material, names, "component") if not key[4].startswith(COVARIANCES)]
    if not keys:
        return
    several = _several(keys)
    columns = ("analysis", *several, "component", "estimate", "interval")
    rows = tuple(
        (
            text(key[0]),
            *(text(_place(key)) for _ in several),
            text(key[4]),
            _cell(material, key, "component", "estimate"),
            _interval(material, key, "component"),
        )
        for key in keys
    )
    yield _table(f"t-components-{endpoint.endpoint}", "Components", columns, rows, words=2 + len(several))


def _table(
    name: str,
    title: str,
    columns: Sequence[str],
    rows: tuple[tuple[Cell, ...], ...],
    *,
    words: int,
    notes: tuple[str, ...] = (),
) -> Table:
    """`words`: how many columns hold words; the others hold numbers."""
    heads = tuple(Column(title, numeric=place >= words) for place, title in enumerate(columns))
    return Table(name, title, "participants", heads, rows, footnotes=notes)
