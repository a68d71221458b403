"""Other values for an item: plausible ones first, then any from its whole range, cut where rules draw a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.protocol.names import NUMERIC
from firstdose.protocol.rule import walk
from firstdose.protocol.rule.nodes import Compare, In, Number, Value
from firstdose.rehearsal.behaviours import behaviour_of, decimals_of, fit_to
from firstdose.rehearsal.draft import date_texts
from firstdose.rehearsal.streams import normals, picked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.catalogue import Item
    from firstdose.protocol.names import Form
    from firstdose.protocol.rule import Node, Rule
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.draft import Draft
    from firstdose.rehearsal.streams import Bools, Floats, Ints

WIDER = 3.0  # plausible candidates scatter so much more than the first values did
FURTHEST_BACK = 400  # days


@dataclass(frozen=True, slots=True)
class Choice:
    """An item of a draft that may be drawn again, and the numbers at which rules divide its range."""

    draft: Draft
    item: Item
    cuts: tuple[float, ...] = ()


def cuts_of(rules: Iterable[Rule], name: str) -> tuple[float, ...]:
    """Numbers that rules compare this name with."""
    found: set[float] = set()
    for rule in rules:
        for node in walk(rule.node):
            parts = _compared(node)
            if any(isinstance(part, Value) and part.name == name for part in parts):
                found |= {float(part.value) for part in parts if isinstance(part, Number)}
    return tuple(sorted(found))


def _compared(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Compare):
        return node.left, node.right
    return (node.part, *node.among) if isinstance(node, In) else ()


def draw_again(choice: Choice, cohort: Cohort, rows: Ints, uniform: Floats, *, plausible: bool) -> None:
    """New values of the item in these rows of its draft."""
    draft, item = choice.draft, choice.item
    if item.kind == "truth":
        draft.numbers[item.name][rows] = uniform < 0.5
    elif item.kind in NUMERIC:
        values = _plausible(draft.form, item, uniform) if plausible else _anywhere(item, choice.cuts, uniform)
        decimals = decimals_of(item, behaviour_of(draft.form, item))
        draft.numbers[item.name][rows] = fit_to(item, values, decimals)
    elif item.kind == "code":
        new = pl.Series(item.code_names, dtype=pl.String).gather(picked(uniform, len(item.codes)))
        draft.words[item.name] = _replaced(draft.words[item.name], rows, new)
    elif item.kind == "date" and not item.name.endswith("_date"):
        day = draft.rows.day[rows] - picked(uniform, FURTHEST_BACK)
        new = date_texts(cohort, draft.rows.who[rows], day)
        draft.words[item.name] = _replaced(draft.words[item.name], rows, new)


def _replaced(texts: pl.Series, rows: Ints, new: pl.Series) -> pl.Series:
    return texts.scatter(rows, new)


def _plausible(form: Form, item: Item, uniform: Floats) -> Floats:
    how = behaviour_of(form, item)
    scatter = WIDER * (how.spread + how.own) * normals(uniform)
    return np.asarray(how.start * (np.exp(scatter / WIDER) if how.log else 1 + scatter))


def _anywhere(item: Item, cuts: tuple[float, ...], uniform: Floats) -> Floats:
    """One of the parts into which the cuts divide the range, then a number inside it."""
    low = float(item.low) if item.low is not None else min((0.0, *(cut - 10 for cut in cuts)))
    high = float(item.high) if item.high is not None else max((100.0, *(2 * cut + 10 for cut in cuts)))
    edges = np.array([low, *(cut for cut in cuts if low < cut < high), high])
    part = picked(uniform, len(edges) - 1)
    inside = uniform * (len(edges) - 1) - part
    return np.asarray(edges[part] + inside * (edges[part + 1] - edges[part]))


def where(rows: Bools) -> Ints:
    """The places of the rows that are true."""
    return np.flatnonzero(rows)
