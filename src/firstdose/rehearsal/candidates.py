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
    from firstdose.rehearsal.streams import Floats, Ints

WIDER = 2.0  # plausible candidates scatter so much more than the first values did
FURTHEST_BACK = 400  # days
TO_THE_EDGE = 20  # from this attempt on also the ends of the range are tried
WIDE = 20  # parts of the range that end so much higher than they start are searched by ratio


@dataclass(frozen=True, slots=True)
class Choice:
    """An item of a draft that may be drawn again, and the numbers at which rules divide its range.

    `plausible`: only plausible values, because no rule speaks of the item itself.
    """

    draft: Draft
    item: Item
    cuts: tuple[float, ...] = ()
    plausible: bool = False


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


def draw_again(choice: Choice, cohort: Cohort, rows: Ints, uniform: Floats, attempt: int) -> None:
    """New values of the item in these rows of its draft: plausible, or from anywhere, in turn."""
    draft, item = choice.draft, choice.item
    if item.kind == "truth":
        draft.numbers[item.name][rows] = uniform < 0.5
    elif item.kind in NUMERIC:
        if attempt % 2 == 0 or choice.plausible:
            values = _plausible(draft.form, item, uniform)
        else:
            values = _anywhere(item, choice.cuts, uniform, middle=attempt < TO_THE_EDGE)
        decimals = decimals_of(item, behaviour_of(draft.form, item))
        draft.numbers[item.name][rows] = fit_to(item, values, decimals)
    elif item.kind == "code":
        new = pl.Series(item.code_names, dtype=pl.String).gather(picked(uniform, len(item.codes)))
        draft.words[item.name] = draft.words[item.name].scatter(rows, new)
    elif item.kind == "date" and not item.name.endswith("_date"):
        day = draft.rows.day[rows] - picked(uniform, FURTHEST_BACK)
        new = date_texts(cohort, draft.rows.who[rows], day)
        draft.words[item.name] = draft.words[item.name].scatter(rows, new)


def _plausible(form: Form, item: Item, uniform: Floats) -> Floats:
    how = behaviour_of(form, item)
    return np.asarray(how.start * np.exp(WIDER * (how.spread + how.own) * normals(uniform)))


def _anywhere(item: Item, cuts: tuple[float, ...], uniform: Floats, *, middle: bool) -> Floats:
    """One of the parts into which the cuts divide the range, then a number inside it, first from its middle."""
    low = float(item.low) if item.low is not None else min((0.0, *(cut - 10 for cut in cuts)))
    high = float(item.high) if item.high is not None else max((100.0, *(2 * cut + 10 for cut in cuts)))
    edges = np.array([low, *(cut for cut in cuts if low < cut < high), high])
    part = picked(uniform, len(edges) - 1)
    inside = uniform * (len(edges) - 1) - part
    inside = 0.3 + 0.5 * inside if middle else inside
    start, end = edges[part], edges[part + 1]
    wide = (start > 0) & (end > WIDE * start)
    ratio = np.where(wide, end / np.where(wide, start, 1), 1)
    return np.where(wide, start * ratio**inside, start + inside * (end - start))
