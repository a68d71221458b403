"""The laboratory section as frozen values: which assay measures an activity, and what goes into which item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredItem:
    """An item whose value comes from instrument files: a quantity of the assay, for one analyte where it has several."""

    item: str
    quantity: str
    analyte: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitOfRule:
    """Another limit for a quality rule of the assay, closed, in the rule's own unit."""

    rule: str
    limits: tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAssay:
    """How an activity is measured. `options` are words of the assay."""

    activity: str
    assay: str
    quantities: tuple[MeasuredItem, ...]
    limits: tuple[LimitOfRule, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
