"""Inputs of an injection: what is shown in a box, and what was typed read strictly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext

from firstdose.protocol.names import ADMINISTRATION
from firstdose.values.issue import Issue, Place
from firstdose.web.audit.study import current
from firstdose.web.capture.again import is_twice, is_value, second_typing
from firstdose.web.capture.strict import box_of, read_typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstdose.catalogue import Item
    from firstdose.web.capture.strict import Box as Control


class Said(NamedTuple):
    """What a box says: the text of the cell, the text as typed, and whether it was typed twice."""

    text: str
    raw: str
    twice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One input with what stands in it and what is said of it."""

    item: Item
    prefix: str
    typed: str = ""
    echo: str = ""
    again: str = ""
    twice: bool = False
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
    capture = current().capture
    return [
        Box(
            item=item,
            prefix=prefix,
            typed=standing.get(item.name, ""),
            twice=is_twice(capture, ADMINISTRATION, item),
        )
        for item in items
    ]


def read_boxes(
    boxes: Iterable[Box], posted: Mapping[str, str], language: str
) -> tuple[list[Box], dict[str, Said]]:
    """(boxes as typed with their faults, what each says by its item); nothing is guessed.

    Where the protocol wants a value typed twice, another one than stood in the box is compared with its second typing.
    """
    found = [(box.item.name, *_read(box, posted, language)) for box in boxes]
    return [box for _, box, _ in found], {name: said for name, _, said in found}


def _read(box: Box, posted: Mapping[str, str], language: str) -> tuple[Box, Said]:
    item, again = box.item, posted.get(f"again-{box.item.name}", "")
    read = read_typed(item, posted.get(item.name, ""), language)
    asks = box.twice and read.text != box.typed and is_value(read.text)
    wrong = second_typing(item, read.text, read.typed, again, language) if asks else None
    faults = tuple(each.at(Place(item.name)) for each in (*read.faults, *([wrong] if wrong else ())))
    after = replace(box, typed=read.typed, again="" if wrong else again, echo=read.echo, faults=faults)
    return after, Said(read.text, read.typed, twice=asks and wrong is None)


def refused(boxes: Iterable[Box]) -> bool:
    """Whether a box holds what cannot be kept."""
    return any(box.is_wrong for box in boxes)
