"""The chain of custody: every link from the source of the cells to the lesion, and back, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.laboratory.check_characters import check_character, has_check_character
from firstdose.laboratory.moments import read_moment
from firstdose.laboratory.product_forms import CUSTODY, place_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from firstdose.laboratory.product_forms import Tables
    from firstdose.values.issue import Place

__all__ = ["Chain", "Ledger", "Link", "chain", "check_character", "has_check_character", "read_ledger"]

LOT = "lot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One hand-over, as recorded: '' where the record is empty. `moment`: its time, None where it cannot be read."""

    id: str
    kind: str
    parent: str
    time: str
    person: str
    participant: str
    lesion: str
    place: Place
    moment: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """All that hangs together with one id. `above`: from the source down to its parent; `below`: (steps down, link)."""

    link: Link
    above: tuple[Link, ...]
    below: tuple[tuple[int, Link], ...]

    @property
    def lots(self) -> tuple[str, ...]:
        """Every lot of it."""
        links = [*self.above, self.link, *(link for _, link in self.below)]
        return tuple(dict.fromkeys(link.id for link in links if link.kind == LOT))


@dataclass(frozen=True, slots=True)
class Ledger:
    """All links in the order of the records; of an id used twice the first counts."""

    links: tuple[Link, ...]
    by_id: Mapping[str, Link]
    children: Mapping[str, tuple[Link, ...]]

    def above(self, link: Link) -> tuple[Link, ...]:
        """From the source down to the parent; it ends where a parent is unknown or comes again."""
        found: list[Link] = []
        seen = {link.id}
        while (parent := self.by_id.get(link.parent)) is not None and parent.id not in seen:
            seen.add(parent.id)
            found.append(parent)
            link = parent
        return tuple(reversed(found))

    def below(self, link: Link) -> tuple[tuple[int, Link], ...]:
        """Everything that comes from it, each branch to its end before the next; (steps down, link)."""
        found: list[tuple[int, Link]] = []
        seen = {link.id}
        waiting = [(1, child) for child in reversed(self.children.get(link.id, ()))]
        while waiting:
            depth, child = waiting.pop()
            if child.id in seen:
                continue
            seen.add(child.id)
            found.append((depth, child))
            waiting += [(depth + 1, each) for each in reversed(self.children.get(child.id, ()))]
        return tuple(found)

    def lot_of(self, link: Link) -> str:
        """The nearest lot at or above it, '' where there is none."""
        nearest = [each.id for each in (*self.above(link), link) if each.kind == LOT]
        return nearest[-1] if nearest else ""

    def meant_for(self, participant: str, lesion: str) -> tuple[Link, ...]:
        """Links that name this lesion, the last of each line: what was, or will be, given to it."""
        named = [link for link in self.links if (link.participant, link.lesion) == (participant, lesion)]
        parents = {link.parent for link in named}
        return tuple(link for link in named if link.id not in parents)


def read_ledger(tables: Tables) -> Ledger:
    """The links of the table `custody`; records without an id are left out (their check tells of them)."""
    links = tuple(_links(tables))
    by_id: dict[str, Link] = {}
    children: dict[str, list[Link]] = {}
    for link in links:
        if by_id.setdefault(link.id, link) is link and link.parent:
            children.setdefault(link.parent, []).append(link)
    return Ledger(links, by_id, {parent: tuple(found) for parent, found in children.items()})


def _links(tables: Tables) -> Iterator[Link]:
    for row in sorted(rows_of(tables, CUSTODY), key=lambda row: (row["_file"] or "", row["_row"] or 0)):
        if row["id"]:
            yield Link(
                id=row["id"],
                kind=row["kind"],
                parent=row["parent"],
                time=row["time"],
                person=row["person"],
                participant=row["participant"],
                lesion=row["lesion"],
                place=place_of(tables, CUSTODY, row, "id"),
                moment=read_moment(row["time"]),
            )


def chain(tables: Tables, name: str) -> Chain | None:
    """Everything from the source to the lesion and back that hangs together with this id; None where nobody knows it."""
    ledger = read_ledger(tables)
    link = ledger.by_id.get(name)
    return None if link is None else Chain(link=link, above=ledger.above(link), below=ledger.below(link))
