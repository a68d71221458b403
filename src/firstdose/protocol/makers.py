"""Parts of the model whose fields are not the file's keys one by one: how they are made, and taken apart again."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from firstdose.catalogue import Item
from firstdose.protocol import issues_of_values as issues
from firstdose.protocol.model import Endpoint, Estimand, LocalItem, Scale
from firstdose.protocol.model_of_capture import Branch
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstdose.protocol.places import Path, Places
    from firstdose.values.issue import Issue


def make_endpoint(
    *, kind: tuple[str, str, Decimal | None], at: tuple[str, ...] = (), **rest: Any
) -> Endpoint:
    """The column `as` becomes kind, reference and cut."""
    look, reference, cut = kind
    return Endpoint(kind=look, reference=reference, cut=cut, at=at, **rest)  # type: ignore[arg-type]


def make_item(*, activity: str, range: tuple[Decimal, Decimal] | None = None, **rest: Any) -> LocalItem:  # noqa: A002
    """The column `range` becomes the limits of the item."""
    low, high = range or (None, None)
    return LocalItem(activity=activity, item=Item(low=low, high=high, **rest))


def make_scale(*, range: tuple[int, int], anchors: tuple[tuple[int, str], ...] = (), **rest: Any) -> Scale:  # noqa: A002
    low, high = range
    return Scale(low=low, high=high, anchors=anchors, **rest)


def make_estimand(**values: Any) -> Estimand:
    """Attributes not written are empty: checking names them."""
    return Estimand(**{"population": "", "treatment": "", "summary": ""} | values)


def make_branch(*, named: str, rule: str) -> Branch:
    """The column `item` says the activity too; both are empty where it could not be read."""
    activity, _, item = named.partition(".")
    return Branch(activity=activity, item=item, rule=rule)


def check_item(row: LocalItem, path: Path, places: Places) -> Iterator[Issue]:
    """What the kind of an item asks of its other columns."""
    item = row.item
    wanted = {"code": ("codes", item.codes), "quantity": ("unit", item.unit), "ordinal": ("range", item.low)}
    column, value = wanted.get(item.kind, ("", "-"))
    if value in {None, "", ()}:
        place = places.of(*path, item.name, column)
        yield issues.empty_cell(place, column, f"an item of kind {item.kind} needs it")


MAKERS: dict[type, Callable[..., Any]] = {
    Branch: make_branch,
    Endpoint: make_endpoint,
    Estimand: make_estimand,
    LocalItem: make_item,
    Scale: make_scale,
}


def look_of(endpoint: Endpoint) -> str:
    """The column `as` of an endpoint."""
    if endpoint.kind == "response":
        return f"response {plain(endpoint.cut or Decimal())} from {endpoint.reference}"
    return f"{endpoint.kind} from {endpoint.reference}" if endpoint.reference else endpoint.kind


def taken_apart(part: Any) -> dict[str, Any]:
    """The values of a part by the names that the grammar gives them: what the maker was given."""
    if isinstance(part, Endpoint):
        return _fields(part) | {"kind": look_of(part)}
    if isinstance(part, Branch):
        return {"named": part.named, "rule": part.rule}
    if isinstance(part, LocalItem):
        return _fields(part.item) | {"activity": part.activity, "range": _pair(part.item.low, part.item.high)}
    if isinstance(part, Scale):
        return _fields(part) | {"range": (part.low, part.high)}
    return _fields(part)


def _pair(low: Decimal | None, high: Decimal | None) -> tuple[Decimal, Decimal] | None:
    return None if low is None or high is None else (low, high)


def _fields(part: Any) -> dict[str, Any]:
    return {each.name: getattr(part, each.name) for each in fields(part)}
