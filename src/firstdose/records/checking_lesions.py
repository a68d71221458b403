"""The injected lesion: once, the right one, and one that was to be treated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.protocol.names import ADMINISTRATION
from firstdose.records import issues
from firstdose.records.due import LESIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.records.scope import Scope
    from firstdose.values.issue import Issue

# What is looked at again on the day of injection: the same items stand on the lesion map.
SEEN = ("site", "laterality")


def check_administrations(scope: Scope) -> Iterator[Issue]:
    """FD-R071: more administrations to a lesion (or participant) than the protocol allows."""
    given, plan = scope.snapshot.table(ADMINISTRATION), scope.protocol.intervention
    if given is None or plan is None:
        return
    per_lesion = scope.forms[ADMINISTRATION].per == "lesion"
    keys = ("participant", "lesion") if per_lesion else ("participant",)
    times = pl.int_range(1, pl.len() + 1).over(keys)
    order = pl.struct("date", "visit", "_row").rank("ordinal").over(keys)
    counted = given.with_row_index("_at").with_columns(
        (order if given["date"].null_count() == 0 else times).alias("_time")
    )
    for row, time in (
        counted.filter(pl.col("_time") > plan.administrations).select("_at", "_time").iter_rows()
    ):
        whose = scope.whose(ADMINISTRATION, row, keys)
        yield issues.given_again(scope.place(ADMINISTRATION, row), whose, time, plan.administrations)


def check_places(scope: Scope) -> Iterator[Issue]:
    """FD-R072: injections at a place or side that is not the lesion's own; another lesion's if one fits."""
    given, mapped = scope.snapshot.table(ADMINISTRATION), scope.snapshot.table(LESIONS)
    if given is None or mapped is None:
        return
    seen = [name for name in SEEN if name in given.columns and name in mapped.columns]
    if not seen:
        return
    known = mapped.unique(["participant", "lesion"], keep="first", maintain_order=True)
    own = known.select("participant", "lesion", *(pl.col(name).alias(f"_{name}") for name in seen))
    both = given.with_row_index("_at").join(own, on=["participant", "lesion"], maintain_order="left")
    differs = pl.any_horizontal((pl.col(name) != pl.col(f"_{name}")).fill_null(value=False) for name in seen)
    for row in both.filter(differs).iter_rows(named=True):
        where, mapped_at = ([row[f"{mark}{name}"] or "?" for name in seen] for mark in ("", "_"))
        other = _lesion_there(known, row, seen)
        place = scope.place(
            ADMINISTRATION, row["_at"], next(name for name in seen if row[name] != row[f"_{name}"])
        )
        whose = scope.whose(ADMINISTRATION, row["_at"], ("participant", "lesion"))
        yield issues.elsewhere_than_mapped(place, whose, ", ".join(where), ", ".join(mapped_at), other)


def _lesion_there(known: pl.DataFrame, row: dict[str, object], seen: list[str]) -> str:
    """The other lesion of the participant that lies where the injection was seen."""
    if any(row[name] is None for name in seen):
        return ""
    there = pl.all_horizontal(pl.col(name) == row[name] for name in seen)
    others = known.filter(
        (pl.col("participant") == row["participant"]) & (pl.col("lesion") != row["lesion"]) & there
    )
    return str(others["lesion"][0]) if others.height else ""


def check_controls(scope: Scope) -> Iterator[Issue]:
    """FD-R073: injections into lesions that the map calls controls."""
    given, mapped = scope.snapshot.table(ADMINISTRATION), scope.snapshot.table(LESIONS)
    if given is None or mapped is None or "role" not in mapped.columns:
        return
    controls = mapped.filter(pl.col("role") == "control").select("participant", "lesion").unique()
    for row in given.with_row_index("_at").join(controls, on=["participant", "lesion"])["_at"].to_list():
        place = scope.place(ADMINISTRATION, row, "lesion")
        yield issues.given_to_control(place, scope.whose(ADMINISTRATION, row, ("participant", "lesion")))
