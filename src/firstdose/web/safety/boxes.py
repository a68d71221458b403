"""Inputs of an injection: what is shown in a box, and what was typed read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from firstdose.values.issue import Issue, Place
from firstdose.web.capture.strict import box_of, read_typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstdose.catalogue import Item
    from firstdose.web.capture.strict import Box as Control


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One input with what stands in it and what is said of it."""

    item: Item
    prefix: str
    typed: str = ""
    echo: str = ""
    seen: int = 0
    faults: tuple[Issue, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.prefix}-{self.item.name}"

    @property
    def how(self) -> Control:
        """How it is asked for."""
        return box_of(self.item, gettext)

    @property
    def is_wrong(self) -> bool:
        return any(fault.weight == "error" for fault in self.faults)


def boxes_of(items: Iterable[Item], prefix: str, standing: Mapping[str, str]) -> list[Box]:
    """Boxes with what stands on record or is proposed."""
    return [Box(item=item, prefix=prefix, typed=standing.get(item.name, "")) for item in items]


def read_boxes(
    items: Iterable[Item], prefix: str, posted: Mapping[str, str], language: str
) -> tuple[list[Box], dict[str, tuple[str, str]]]:
    """(boxes as typed with their faults, item > (text of the cell, as typed)); nothing is guessed."""
    boxes: list[Box] = []
    texts: dict[str, tuple[str, str]] = {}
    for item in items:
        read = read_typed(item, posted.get(item.name, ""), language)
        faults = tuple(each.at(Place(item.name)) for each in read.faults)
        boxes.append(Box(item=item, prefix=prefix, typed=read.typed, echo=read.echo, faults=faults))
        texts[item.name] = (read.text, read.typed)
    return boxes, texts


def refused(boxes: Iterable[Box]) -> bool:
    """Whether a box holds what cannot be kept."""
    return any(box.is_wrong for box in boxes)
