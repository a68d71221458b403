"""The differences of two protocols: an amendment is computed, never typed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from firstdose.protocol.grammar import SECTIONS
from firstdose.protocol.identity import canonical
from firstdose.protocol.model import LocalItem
from firstdose.protocol.model_of_capture import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.fields import Section
    from firstdose.protocol.model import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A part that only one protocol has, or that both have and that differs.

    `name`: of the row or block, empty where the section is one part. `before` and `after` are parts of the model
    (a pair of texts in `registration`), None where there is none. `fields`: what differs between them; ("order",)
    where the rows of a table only stand in another order, then both sides are the names in their order.
    """

    section: str
    name: str
    what: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None
    fields: tuple[str, ...] = ()


def compare_protocols(old: Protocol, new: Protocol) -> tuple[Difference, ...]:
    """Every difference, in the order of the sections; empty exactly where the identities are equal."""
    return tuple(difference for section in SECTIONS for difference in _compare_section(section, old, new))


def name_of(part: Any) -> str:
    """The name by which a row or block is matched: its first field, of a branch activity.item."""
    if isinstance(part, LocalItem):
        return part.item.name
    if isinstance(part, Branch):
        return part.named
    return str(part[0] if isinstance(part, tuple) else getattr(part, fields(part)[0].name))


def _compare_section(section: Section, old: Protocol, new: Protocol) -> Iterator[Difference]:
    before, after = getattr(old, section.name), getattr(new, section.name)
    if canonical(before) == canonical(after):
        return
    if section.form == "keys":
        yield _difference(section.name, "", before, after)
        return
    olds, news = ({name_of(part): part for part in parts} for parts in (before, after))
    for name in [*olds, *(name for name in news if name not in olds)]:
        if canonical(olds.get(name)) != canonical(news.get(name)):
            yield _difference(section.name, name, olds.get(name), news.get(name))
    yield from _order(section.name, tuple(olds), tuple(news))


def _difference(section: str, name: str, before: Any, after: Any) -> Difference:
    if before is None:
        return Difference(section=section, name=name, what="added", after=after)
    if after is None:
        return Difference(section=section, name=name, what="removed", before=before)
    differing = tuple(_differing(before, after))
    return Difference(
        section=section, name=name, what="changed", before=before, after=after, fields=differing
    )


def _differing(before: Any, after: Any) -> Iterator[str]:
    """The fields that differ; of a local item those of the item itself."""
    if isinstance(before, tuple):
        return
    for each in fields(before):
        one, other = getattr(before, each.name), getattr(after, each.name)
        if canonical(one) != canonical(other):
            yield from (
                _differing(one, other)
                if isinstance(before, LocalItem) and each.name == "item"
                else (each.name,)
            )


def _order(section: str, olds: tuple[str, ...], news: tuple[str, ...]) -> Iterator[Difference]:
    before = tuple(name for name in olds if name in news)
    after = tuple(name for name in news if name in olds)
    if before != after:
        yield Difference(
            section=section, name="", what="changed", before=before, after=after, fields=("order",)
        )
