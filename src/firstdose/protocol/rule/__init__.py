"""The closed rule language: read and typed, evaluated for one case or for a table, told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.rule.nodes import FUNCTIONS, Kind, Name, Node, Rule, walk
from firstdose.protocol.rule.plain import evaluate
from firstdose.protocol.rule.reading import read_rule
from firstdose.protocol.rule.wording import tell_rule

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "FUNCTIONS",
    "Kind",
    "Name",
    "Node",
    "Rule",
    "evaluate",
    "expression",
    "read_rule",
    "tell_rule",
    "walk",
]


def expression(rule: Rule) -> pl.Expr:
    """The rule for a whole table: see `firstdose.protocol.rule.columns`, loaded only when asked for."""
    from firstdose.protocol.rule import columns

    return columns.expression(rule)
