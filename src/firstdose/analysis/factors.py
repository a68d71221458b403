"""What divides participants or lesions: the level of each, in declared order, and everybody without one named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from firstdose.analysis.results import Source
from firstdose.derived.participants import derive_dose_levels
from firstdose.derived.timing import ADMINISTRATION
from firstdose.protocol.names import forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstdose.analysis.basis import Basis

DOSE_LEVEL = "dose_level"


@dataclass(frozen=True, slots=True)
class Levels:
    """A factor as recorded. `order`: levels as declared; `of`: participant and lesion > level, lesion "" for a
    fact of the participant; `sources`: the records it stands on.
    """

    name: str
    order: tuple[str, ...]
    of: Mapping[tuple[str, str], str]
    sources: tuple[Source, ...] = ()

    def lesion(self, participant: str, lesion: str) -> str:
        """The level of a lesion, that of its participant where the factor is the participant's; "" unknown."""
        return self.of.get((participant, lesion)) or self.of.get((participant, ""), "")

    def participant(self, name: str) -> tuple[str, str]:
        """The level of a participant, and why there is none."""
        found = [level for (who, _), level in self.of.items() if who == name]
        several = tuple(level for level in self.order if level in found)
        if len(several) == 1:
            return several[0], ""
        if several:
            return "", f"{self.name} differs within the participant: {', '.join(several)}"
        return "", f"no {self.name} on record"

    def present(self, found: Iterable[str]) -> tuple[str, ...]:
        """These levels once each, in declared order."""
        seen = set(found)
        return tuple(level for level in self.order if level in seen)


def factor_levels(basis: Basis, name: str) -> Levels:
    """The levels of an item of the participant or of the lesion.

    The dose level is that given, or that planned where nothing was given; of any other item the first record counts.
    """
    if name == DOSE_LEVEL and (given := _dose_levels(basis)).of:
        return given
    for form in forms(basis.protocol).values():
        item, table = form.item(name), basis.snapshot.table(form.name)
        if item is not None and table is not None and name in table.columns:
            of = _first_known(table, name)
            order = tuple(dict.fromkeys([*item.code_names, *sorted(of.values())]))
            return Levels(name, order, of, (Source(form.name, (name,)),))
    return Levels(name, (), {})


def _first_known(table: pl.DataFrame, name: str) -> dict[tuple[str, str], str]:
    lesion = pl.col("lesion").fill_null("") if "lesion" in table.columns else pl.lit("")
    known = table.filter(pl.col(name).is_not_null()).select(
        "participant", lesion.alias("lesion"), pl.col(name).cast(pl.String)
    )
    first = known.unique(["participant", "lesion"], keep="first", maintain_order=True)
    return {(who, which): level for who, which, level in first.iter_rows()}


def _dose_levels(basis: Basis) -> Levels:
    known = derive_dose_levels(basis.snapshot)
    of = {(who, which or ""): level for who, which, level in known.iter_rows()}
    planned = basis.protocol.intervention.dose_levels if basis.protocol.intervention else ()
    order = tuple(dict.fromkeys([*(each.level for each in planned), *sorted(of.values())]))
    sources = tuple(Source(table, (DOSE_LEVEL,)) for table in (ADMINISTRATION, "lesion_map"))
    return Levels(DOSE_LEVEL, order, of, sources)
