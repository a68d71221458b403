"""The sheet of one injection as computed from the records: what is meant for one lesion, and what is wrong with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.derived.dose import derive_doses, doses_cells
from firstdose.derived.dose_slips import check_lesion
from firstdose.protocol.names import ADMINISTRATION
from firstdose.records.log.chain import canonical
from firstdose.records.log.event import Key
from firstdose.values.number import plain
from firstdose.values.rounding import printed
from firstdose.web.safety import issues
from firstdose.web.safety.snapshot import as_if, state_now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.derived.dose import LesionDose
    from firstdose.protocol.model import Protocol
    from firstdose.records.log.state import State
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue

LESIONS = "lesion_map"
# What is typed for a sheet; the rest of it is computed.
TYPED = ("dose_level", "concentration", "concentration_is", "viability", "lot")
COMPUTED = ("area_cm2", "planned_cells")
# Slips and limits that withhold a sheet, in whatever weight they would be told of an injection on record.
STOPS = frozenset(
    {"FD-R203", "FD-R204", "FD-R206", *(f"FD-R{number}" for number in range(209, 222)), "FD-R225", "FD-R226"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """`told`: the sheet as text, with the digest over it; `ahead`: the records as they would be.

    `stops` withhold it, `asks` are shown beside it.
    """

    key: Key
    told: Mapping[str, str]
    ahead: Snapshot
    dose: LesionDose | None
    stops: tuple[Issue, ...]
    asks: tuple[Issue, ...]

    @property
    def digest(self) -> str:
        return digest_of_sheet(self.told)


def digest_of_sheet(told: Mapping[str, object]) -> str:
    """SHA-256 over what a sheet says."""
    said = {name: str(told[name]) for name in sorted(told) if name not in {"what", "digest"}}
    return hashlib.sha256(canonical(said)).hexdigest()


def treated_lesions(state: State, participant: str) -> list[tuple[str, Mapping[str, str]]]:
    """(lesion, its map as text) of every lesion of the map that is not a control, in order."""
    found: dict[str, dict[str, str]] = {}
    for key, record in state.records.items():
        if (key.participant, key.form) == (participant, LESIONS) and not record.struck:
            found[key.repeat] = {}
    for key, value in state.values.items():
        if (key.participant, key.form) == (participant, LESIONS) and key.repeat in found:
            found[key.repeat][key.item] = value.text
    return [(lesion, row) for lesion, row in sorted(found.items()) if row.get("role") != "control"]


def compute_sheet(protocol: Protocol, key: Key, typed: Mapping[str, str], day: str) -> Computed:
    """The sheet of one lesion from the records now and what was typed for it. `key`: of its injection record."""
    state = state_now()
    values = {name: text for name, text in typed.items() if text} | {"date": day}
    ahead = as_if(state, key, values)
    dose = _dose_of(protocol, ahead, key)
    told = {name: typed.get(name, "") for name in TYPED}
    if dose is not None:
        told |= _computed(dose)
    found = _issues(protocol, dose, key)
    return Computed(
        key=key,
        told=told,
        ahead=ahead,
        dose=dose,
        stops=tuple(each for each in found if each.code in STOPS or each.code.startswith("FD-W")),
        asks=tuple(each for each in found if each.code not in STOPS and not each.code.startswith("FD-W")),
    )


def _dose_of(protocol: Protocol, ahead: Snapshot, key: Key) -> LesionDose | None:
    own = [
        dose
        for dose in derive_doses(protocol, ahead)
        if (dose.participant, dose.lesion) == (key.participant, key.repeat)
    ]
    return own[-1] if own else None


def _computed(dose: LesionDose) -> dict[str, str]:
    """What follows from area, level and concentration; only what is known."""
    return dict(_numbers(dose))


def _numbers(dose: LesionDose) -> Iterator[tuple[str, str]]:
    plan = dose.plan
    if dose.areas:
        yield "area_cm2", printed(dose.areas[0].value.to("cm2").value, 2)
        yield "area_by", dose.areas[0].method
    if plan is None:
        return
    yield "planned_cells", printed(plan.cells.to("cells").value, 0)
    if plan.volume is not None and plan.volume_to_prepare is not None:
        yield "volume", plain(plan.on_syringe(plan.volume).value)
        yield "volume_to_prepare", plain(plan.on_syringe(plan.volume_to_prepare).value)
    if plan.points is not None:
        yield "points", str(plan.points)
    if plan.volume_per_point is not None:
        yield "volume_per_point", printed(plan.volume_per_point.value, 3)


def _issues(protocol: Protocol, dose: LesionDose | None, key: Key) -> tuple[Issue, ...]:
    limits = protocol.intervention
    if limits is None or not doses_cells(limits):
        return ()
    if dose is None:
        return (issues.no_dose(key.repeat),)
    found = check_lesion(replace(dose, unreleased=""), limits, protocol.lesion_word)
    lacking = () if dose.plan is not None and dose.plan.volume is not None else (issues.no_dose(key.repeat),)
    return (*found, *lacking)


def key_of_injection(participant: str, visit: str, lesion: str) -> Key:
    """The record of an injection."""
    return Key(participant, visit, ADMINISTRATION, lesion)
