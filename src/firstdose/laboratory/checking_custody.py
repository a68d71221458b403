"""What is wrong with the chain of custody: parents, ids, times, and cells that went elsewhere than their label says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from firstdose.laboratory import issues_of_product as issues
from firstdose.laboratory.check_characters import has_check_character
from firstdose.laboratory.custody import read_ledger
from firstdose.laboratory.moments import has_time, read_moment
from firstdose.laboratory.product_forms import CUSTODY, place_of, rows_of
from firstdose.laboratory.release import derive_releases
from firstdose.protocol.checking_product import CLOCKS
from firstdose.protocol.names import ADMINISTRATION
from firstdose.values.issue import Place
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from firstdose.laboratory.custody import Ledger, Link
    from firstdose.laboratory.product_forms import Row, Tables
    from firstdose.laboratory.release import LotRelease
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_product import CellProduct
    from firstdose.values.issue import Issue


def check_custody(protocol: Protocol, tables: Tables) -> Iterator[Issue]:
    """FD-R236 to FD-R241; nothing where the protocol follows no chain."""
    if protocol.product is None or not protocol.product.custody:
        return
    checks = _Checks(
        protocol, protocol.product, tables, read_ledger(tables), derive_releases(protocol, tables)
    )
    for row in rows_of(tables, CUSTODY):
        if not row["id"]:
            place = place_of(tables, CUSTODY, row, "id")
            yield issues.link_incomplete(place, row["kind"] or "this line", "it has no id")
    for link in checks.ledger.links:
        yield from checks.of_link(link)
    for row in rows_of(tables, ADMINISTRATION):
        yield from checks.of_injection(row)


@dataclass(frozen=True, slots=True)
class _Checks:
    protocol: Protocol
    product: CellProduct
    tables: Tables
    ledger: Ledger
    releases: dict[str, LotRelease]

    def of_link(self, link: Link) -> Iterator[Issue]:
        first = self.ledger.by_id[link.id]
        if first is not link:
            yield issues.id_twice(link.place, link.id, first.place)
            return
        yield from self._complete(link)
        yield from self._parent(link)
        yield from self._label(link)
        yield from self._age(link)

    def _at(self, link: Link, column: str) -> Place:
        columns = self.tables.columns.get((CUSTODY, link.place.file), {})
        return Place(link.place.file, link.place.line, columns.get(column, 1))

    def _complete(self, link: Link) -> Iterator[Issue]:
        if not link.person:
            yield issues.link_incomplete(self._at(link, "person"), link.id, "nobody is named")
        if not link.time:
            yield issues.link_incomplete(self._at(link, "time"), link.id, "it has no time")
        elif link.moment is None:
            why = f"{quoted(link.time)} is no time such as 2024-03-04T09:15"
            yield issues.link_incomplete(self._at(link, "time"), link.id, why)
        if link.kind not in self.product.custody:
            why = f"{quoted(link.kind)} is none of {', '.join(self.product.custody)}"
            yield issues.link_incomplete(self._at(link, "kind"), link.id, why)
        if link.kind == self.product.custody[-1] and not (link.participant and link.lesion):
            why = f"a {link.kind} has a participant and a {self.protocol.lesion_word}"
            yield issues.link_incomplete(self._at(link, "lesion"), link.id, why)
        if self.product.check_characters and not has_check_character(link.id):
            yield issues.link_incomplete(link.place, link.id, "its check character is wrong; it was mistyped")

    def _parent(self, link: Link) -> Iterator[Issue]:
        if link.kind not in self.product.custody:
            return
        place, step = self._at(link, "parent"), self.product.custody.index(link.kind)
        parent = self.ledger.by_id.get(link.parent)
        if step == 0:
            if link.parent:
                yield issues.unknown_parent(place, link.id, f"the {link.kind} is the first link and has none")
        elif not link.parent:
            yield issues.unknown_parent(place, link.id, "none is named")
        elif parent is None:
            yield issues.no_such_parent(place, link.id, link.parent, self.ledger.by_id)
        elif parent.kind != self.product.custody[step - 1]:
            wanted = self.product.custody[step - 1]
            why = f"{quoted(parent.id)} is a {parent.kind}, and a {link.kind} comes from a {wanted}"
            yield issues.unknown_parent(place, link.id, why)
        elif link.moment and parent.moment and _is_before(link, parent):
            why = f"it is of {link.time}, before {quoted(parent.id)} of {parent.time}"
            yield issues.link_incomplete(self._at(link, "time"), link.id, why)

    def _label(self, link: Link) -> Iterator[Issue]:
        """The nearest link above that names a participant is the label: it must name the same."""
        if not link.participant:
            return
        labels = [each for each in self.ledger.above(link) if each.participant]
        if labels and not _is_same(labels[-1], link):
            label = labels[-1]
            why = f"{label.kind} {quoted(label.id)} is labelled {self._whose(label)}, this is {self._whose(link)}"
            yield issues.wrong_lesion(self._at(link, "lesion"), link.id, why)

    def _whose(self, link: Link) -> str:
        lesion = f", {self.protocol.lesion_word} {link.lesion}" if link.lesion else ""
        return f"participant {link.participant}{lesion}"

    def _age(self, link: Link) -> Iterator[Issue]:
        """Only what is given can be expired: the last kind of link."""
        if link.kind != self.product.custody[-1] or link.moment is None:
            return
        place, what = self._at(link, "time"), f"{link.kind} {quoted(link.id)}"
        clock = next((kind for kind in CLOCKS if kind in self.product.custody), "")
        start = next((each for each in self.ledger.above(link) if each.kind == clock), None)
        if self.product.stability is not None and start is not None and start.moment is not None:
            most = timedelta(seconds=float(self.product.stability.to("s").value))
            if link.moment - start.moment > most:
                passed = _hours(link.moment - start.moment)
                why = f"{passed} after {clock} {quoted(start.id)}, and {self.product.stability} are allowed"
                yield issues.expired(place, what, why)
        yield from _past_expiry(self.releases.get(self.ledger.lot_of(link)), link.moment, place, what)

    def of_injection(self, row: Row) -> Iterator[Issue]:
        """An injection has a link of its own, whose lot is the one it names, and whose lot is in date."""
        whose = f"{self.protocol.lesion_word} {row['lesion']} of participant {row['participant']}"
        place = place_of(self.tables, ADMINISTRATION, row, "lot")
        links = self.ledger.meant_for(row["participant"], row["lesion"])
        last = [link for link in links if link.kind == self.product.custody[-1]]
        if not last:
            yield issues.no_chain(place, whose, f"no {self.product.custody[-1]} of custody names it")
        lots = {lot for link in last if (lot := self.ledger.lot_of(link))}
        if last and not lots and "lot" in self.product.custody:
            yield issues.no_chain(place, whose, f"{quoted(last[0].id)} leads to no lot")
        if lots and row["lot"] and row["lot"] not in lots:
            why = f"its chain leads to lot {', '.join(sorted(lots))}, the injection says lot {row['lot']}"
            yield issues.wrong_lesion(place, last[0].id, why)
        yield from self._injected_late(row, last, place, whose)

    def _injected_late(self, row: Row, last: list[Link], place: Place, whose: str) -> Iterator[Issue]:
        """The day of the injection, where no link tells the time."""
        if any(link.moment for link in last) or not row["date"]:
            return
        day = f"{row['date']:%Y-%m-%d}"
        start = read_moment(f"{day}T{row.get('start_time') or ''}") or read_moment(day)
        assert start is not None
        yield from _past_expiry(self.releases.get(row["lot"]), start, place, f"Lot {row['lot']} for {whose}")


def _past_expiry(release: LotRelease | None, moment: datetime, place: Place, what: str) -> Iterator[Issue]:
    if release is not None and release.expiry is not None and moment > release.expiry:
        why = f"lot {release.lot} is usable until {release.expiry:%Y-%m-%d %H:%M}, this is of {moment:%Y-%m-%d %H:%M}"
        yield issues.expired(place, what, why)


def _is_before(link: Link, parent: Link) -> bool:
    """Whether it lies before its parent; where one of them tells a day alone, the days are compared."""
    assert link.moment is not None
    assert parent.moment is not None
    if has_time(link.time) and has_time(parent.time):
        return link.moment < parent.moment
    return link.moment.date() < parent.moment.date()


def _is_same(label: Link, link: Link) -> bool:
    return label.participant == link.participant and label.lesion in {"", link.lesion}


def _hours(passed: timedelta) -> str:
    minutes = round(passed.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"
