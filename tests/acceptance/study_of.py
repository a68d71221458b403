"""Small studies written as a coordinator would keep them: a folder of CSV tables, read, checked and analysed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from firstdose.analysis.basis import Basis, make_basis
from firstdose.analysis.running import analyse_basis
from firstdose.catalogue import Item
from firstdose.derived.deviations import derive_deviations
from firstdose.derived.participants import derive_eligibility
from firstdose.instruments.pasi import SIGNS, WEIGHTS
from firstdose.protocol.model import Activity, Analysis, Endpoint, LocalItem, Protocol, Trial, Visit
from firstdose.records.checking import check_records
from firstdose.records.study import read_study
from firstdose.report.content.pieces import Material, Numbers
from firstdose.report.tree import Bullets, Paragraph, Table, walk
from firstdose.values.window import Window
from tests.unit.records.invented import day, seed_protocol, write_study

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from firstdose.analysis.results import Results
    from firstdose.catalogue.entries import Kind, Per
    from firstdose.derived.deviation import Deviation
    from firstdose.derived.participants import Verdict
    from firstdose.protocol.model import Family, Measure, Sensitivity
    from firstdose.records.snapshot import Snapshot
    from firstdose.records.study import StudyReading
    from firstdose.report.tree import Block, Section
    from firstdose.values.issue import Issue

Rows = list[dict[str, str]]

__all__ = [
    "Rows", "Study", "day", "endpoint", "graded", "names", "one_measure", "part_of_seed", "seed_protocol",
    "study_of", "visits_as_planned", "words_of",
]  # fmt: skip


@dataclass(frozen=True)
class Study:
    """A study folder as read, with what follows from it computed when it is asked for."""

    protocol: Protocol
    reading: StudyReading

    @property
    def snapshot(self) -> Snapshot:
        return self.reading.snapshot

    @cached_property
    def issues(self) -> list[Issue]:
        return sorted([*self.reading.issues, *check_records(self.protocol, self.snapshot)])

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        return derive_deviations(self.protocol, self.snapshot)

    @cached_property
    def basis(self) -> Basis:
        return make_basis(self.protocol, self.snapshot)

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        return derive_eligibility(self.protocol, self.snapshot, self.basis.participants)

    @cached_property
    def results(self) -> Results:
        return analyse_basis(self.basis)

    @property
    def material(self) -> Material:
        """What a section of the report is made of."""
        return Material(self.basis, Numbers.of(self.results), tuple(self.issues))

    def failed(self, participant: str) -> list[str]:
        """Criteria that the participant does not meet."""
        return [
            each.criterion for each in self.verdicts if each.participant == participant and each.met is False
        ]


def study_of(folder: Path, tables: Mapping[str, Rows], protocol: Protocol | None = None) -> Study:
    """A study of these tables (activity > rows of text) under the seed's protocol or another."""
    plan = protocol or seed_protocol()
    return Study(plan, read_study(write_study(folder, dict(tables)), plan))


def part_of_seed(*names_of_endpoints: str, activities: Iterable[str] = (), **changes: Any) -> Protocol:
    """The seed's protocol with these endpoints and activities only, quicker to analyse; `changes` replace sections."""
    seed = seed_protocol()
    kept = tuple(each for each in seed.endpoints if each.endpoint in names_of_endpoints)
    wanted = {*activities, "injection", *(each.measure.partition(".")[0] for each in kept)}
    parts = {
        "endpoints": kept,
        "schedule": tuple(row for row in seed.schedule if row.activity in wanted),
        "analyses": tuple(each for each in seed.analyses if each.endpoint in names_of_endpoints),
        "sensitivity": tuple(each for each in seed.sensitivity if each.endpoint in names_of_endpoints),
        "families": (),
        "eligibility": (),
    }
    return replace(seed, **(parts | changes))


def words_of(section: Section | None) -> str:
    """Everything that a section of the report says, in reading order."""
    return " ".join(_said(block) for block in walk((section,) if section else ()))


def _said(block: Block) -> str:
    match block:
        case Paragraph(spans):
            return " ".join(getattr(span, "text", "") for span in spans)
        case Bullets(items):
            return " ".join(getattr(span, "text", "") for spans in items for span in spans)
        case Table():
            cells = (cell for row in block.rows for cell in row)
            return " ".join([block.title, *(getattr(span, "text", "") for cell in cells for span in cell)])
    return getattr(block, "title", "")


def names(count: int) -> list[str]:
    return [f"P{number}" for number in range(1, count + 1)]


def visits_as_planned(protocol: Protocol, participants: Iterable[str]) -> Rows:
    """Every planned visit done on its day."""
    return [
        {"participant": name, "visit": visit.visit, "date": day(visit.day), "status": "done", "reason": ""}
        for name in participants
        for visit in protocol.visits
    ]


def one_measure(
    times: tuple[str, ...],
    endpoints: Iterable[Endpoint],
    *,
    per: Per = "participant",
    decimals: int | None = None,
    kind: Kind = "quantity",
    sensitivity: tuple[Sensitivity, ...] = (),
    families: tuple[Family, ...] = (),
    **words: Any,
) -> Protocol:
    """A protocol of one form `measure` with one item `value`, seen at these visits; `words` of every analysis."""
    unit = "participant" if per == "participant" else "lesion in participant"
    plan = {"unit": unit, "analysis_set": "all", "ci": Decimal("0.95"), **words}
    found = tuple(endpoints)
    item = Item(name="value", label="value", kind=kind, decimals=decimals)
    return Protocol(
        trial=Trial(id="ONE", version="1.0", title="One measure", phase="I", participants=5),
        visits=tuple(Visit(visit=name, day=n, window=Window(n, n)) for n, name in enumerate(times)),
        schedule=(Activity(activity="measure", per=per, at=times),),
        items=(LocalItem(activity="measure", item=item),),
        endpoints=found,
        analyses=tuple(Analysis(endpoint=each.endpoint, **plan) for each in found),
        sensitivity=sensitivity,
        families=families,
    )


def endpoint(
    name: str, kind: Measure, method: str, at: Iterable[str], reference: str = "", **words: Any
) -> Endpoint:
    """An endpoint about the one measure."""
    plan = {"level": "secondary", "measure": "measure.value", **words}
    return Endpoint(endpoint=name, kind=kind, method=method, at=tuple(at), reference=reference, **plan)


@cache
def _gradings() -> dict[int, tuple[tuple[str, int, int], ...]]:
    """Tenths of PASI > (region, sum of signs, area band) of every region that makes them."""
    found: dict[int, tuple[tuple[str, int, int], ...]] = {0: ()}
    for region, weight in WEIGHTS.items():
        parts = [
            (weight * signs * area, (region, signs, area))
            for signs, area in product(range(1, 13), range(1, 7))
        ]
        for total, rated in list(found.items()):
            for tenths, part in parts:
                found.setdefault(total + tenths, (*rated, part))
    return found


def graded(tenths: int) -> dict[str, str]:
    """Items of a PASI form that give this many tenths; KeyError for a total that no gradings give."""
    items = {f"{region}_{name}": "0" for region in WEIGHTS for name in (*SIGNS, "area")}
    for region, total, area in _gradings()[tenths]:
        signs = [min(4, max(0, total - 4 * place)) for place in range(3)]
        items |= {f"{region}_{sign}": str(grade) for sign, grade in zip(SIGNS, signs, strict=True)}
        items[f"{region}_area"] = str(area)
    return items
