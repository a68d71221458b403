"""The two tables of the cell product: what was found at release, and every link of the chain of custody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from typing import Protocol as Shape

from firstdose.catalogue import Item
from firstdose.protocol.names import Form
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from firstdose.protocol.model import Protocol

RELEASE, CUSTODY = "product_release", "custody"

Row = dict[str, Any]


def _text(name: str, label: str, *, required: bool = False) -> Item:
    return Item(name=name, label=label, kind="text", required=required)


RELEASE_FORM = Form(
    name=RELEASE,
    label="release of the product",
    per="participant",
    items=(
        _text("lot", "lot", required=True),
        _text("attribute", "quality that was tested", required=True),
        _text("result", "what was found, as reported"),
        _text("unit", "unit of the result"),
        _text("method", "how it was tested"),
        _text("person", "who answers for the result", required=True),
        _text("time", "when, YYYY-MM-DDThh:mm", required=True),
        _text("override_by_1", "first person who releases in spite of it"),
        _text("override_by_2", "second person"),
        _text("override_reason", "why it is released in spite of it"),
    ),
    repeats=True,
    by_visit=False,
    of_participants=False,
)
# What a link lacks is told by the checks of the chain, so that it is told once.
CUSTODY_FORM = Form(
    name=CUSTODY,
    label="chain of custody",
    per="participant",
    items=(
        _text("id", "what is handed on, by the id on its label"),
        _text("kind", "which link of the chain it is"),
        _text("parent", "id of what it comes from"),
        _text("time", "when, YYYY-MM-DDThh:mm"),
        _text("person", "who handed it on"),
    ),
    repeats=True,
    by_visit=False,
    of_participants=False,
)


class Tables(Shape):
    """The part of a Snapshot that is asked here."""

    @property
    def columns(self) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """(activity, file) > column > number of its cell."""
        ...

    def table(self, activity: str) -> pl.DataFrame | None:
        """The frame of an activity, or None."""
        ...


def product_forms(protocol: Protocol) -> dict[str, Form]:
    """The tables that the product section asks for; none without it."""
    if protocol.product is None:
        return {}
    asked = {RELEASE: RELEASE_FORM} if protocol.product.release else {}
    return asked | ({CUSTODY: CUSTODY_FORM} if protocol.product.custody else {})


def rows_of(tables: Tables, activity: str) -> list[Row]:
    """The records of an activity, texts without blanks around them and '' where there is none."""
    table = tables.table(activity)
    if table is None:
        return []
    return [
        {
            name: ("" if value is None else value.strip() if isinstance(value, str) else value)
            for name, value in row.items()
        }
        for row in table.iter_rows(named=True)
    ]


def place_of(tables: Tables, activity: str, row: Row, column: str) -> Place:
    """Where a record has this column."""
    file = row.get("_file") or f"records/{activity}.csv"
    return Place(file, row.get("_row") or 0, tables.columns.get((activity, file), {}).get(column, 1))
