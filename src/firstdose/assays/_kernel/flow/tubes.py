"""Tubes: which events, gates and recorded counts belong together, and the counts of every population."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.assays._kernel.flow.gates import Columns, NoSuchChannel, apply_gates
from firstdose.assays._kernel.flow.naming import LYMPHOCYTES, SINGLETS, VIABLE, meaning_of
from firstdose.readers.contents.flow import Events, GateSet, PopulationCounts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from firstdose.catalogue.assay import Sample

    Truths = NDArray[np.bool_]

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A population: path of names, events inside, events of its parent; None where there is no count."""

    path: Path
    inside: int | None
    parent: int | None
    reason: str = ""

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def meaning(self) -> str:
        """What the name means in our words, '' where we do not know."""
        return meaning_of(self.name)


@dataclass(slots=True, kw_only=True, eq=False)
class Tube:
    """One sample: `file` its raw file, `trouble` why its gates could not be applied ('' where they could)."""

    sample: str
    file: str
    events: Events | None = None
    gates: GateSet | None = None
    recorded: PopulationCounts | None = None
    columns: Columns | None = None
    inside: dict[str, Truths] = field(default_factory=dict)
    populations: list[Counted] = field(default_factory=list)
    total: int | None = None
    trouble: str = ""

    def of_path(self, path: Path) -> Counted | None:
        """The population of that path."""
        return next((each for each in self.populations if each.path == path), None)

    def of_meaning(self, meaning: str) -> Counted | None:
        """The first population, from the outside in, whose name means that."""
        return next((each for each in self.populations if each.meaning == meaning), None)

    def base(self) -> Counted | None:
        """The operator's lymphocytes: the gate of that name, then its gates of single and of living cells."""
        found = self.of_meaning(LYMPHOCYTES)
        while found is not None:
            below = [
                each
                for each in self.populations
                if each.path[:-1] == found.path and each.meaning in {SINGLETS, VIABLE}
            ]
            if len(below) != 1:
                return found
            found = below[0]
        return None

    def name_of(self, counted: Counted) -> str:
        """Its name where that is the only one of the tube, else its path."""
        same = [each for each in self.populations if each.name == counted.name]
        return counted.name if len(same) == 1 else "/".join(counted.path)


def tubes_of(readings: Sequence[Any], data_set: int, *, binned: bool) -> list[Tube]:
    """Every tube of a run; a file with several data sets gives a tube only for the one that is named (0: none is)."""
    gate_sets = [each for reading in readings for each in reading.contents if isinstance(each, GateSet)]
    recorded = [
        (reading.file, each)
        for reading in readings
        for each in reading.contents
        if isinstance(each, PopulationCounts)
    ]
    tubes = [
        _gated(_tube(reading, each), gate_sets, [counts for _, counts in recorded], binned=binned)
        for reading in readings
        for each in reading.contents
        if isinstance(each, Events) and (each.datasets == 1 or each.dataset == data_set)
    ]
    taken = {id(tube.recorded) for tube in tubes}
    return [*tubes, *(_counted(file, counts) for file, counts in recorded if id(counts) not in taken)]


def name_tubes(tubes: Sequence[Tube], samples: Sequence[Sample]) -> None:
    """A tube takes the name of its sample from the list, where one row names its file."""
    for tube in tubes:
        names = {each.sample for each in samples if each.file == tube.file and each.sample}
        if tube.events is not None and len(names) == 1:
            tube.sample = names.pop()


def unnamed_data_sets(readings: Sequence[Any], data_set: int) -> Iterator[tuple[str, list[Events]]]:
    """Files with several data sets of which the one wanted is not named, or not there."""
    for reading in readings:
        found = [each for each in reading.contents if isinstance(each, Events)]
        if len(found) > 1 and data_set not in {each.dataset for each in found}:
            yield reading.file, found


def _tube(reading: Any, events: Events) -> Tube:
    sample = PurePosixPath(reading.file).name or events.name
    return Tube(sample=sample, file=reading.file, events=events, total=len(events))


def _gated(tube: Tube, gate_sets: list[GateSet], recorded: list[PopulationCounts], *, binned: bool) -> Tube:
    names = {tube.sample.casefold(), tube.events.name.casefold()} if tube.events else set()
    own = [each for each in gate_sets if each.sample.casefold() in names]
    fitting = own or [each for each in gate_sets if not each.sample]
    counts = [each for each in recorded if each.sample.casefold() in names]
    tube.recorded = counts[0] if len(counts) == 1 else None
    if len(fitting) == 1:
        tube.gates = fitting[0]
        _apply(tube, binned=binned)
    elif fitting:
        tube.trouble = f"{len(fitting)} sets of gates are for this tube"
    else:
        tube.trouble = "there are no gates for this tube"
    return tube


def _apply(tube: Tube, *, binned: bool) -> None:
    if tube.events is None or tube.gates is None:
        return
    try:
        tube.inside = apply_gates(tube.events, tube.gates, binned=binned)
    except NoSuchChannel as missing:
        tube.trouble = f"the gates use the channel {missing}, which the events do not have"
        return
    tube.columns = Columns(tube.events, tube.gates)
    sizes = {name: int(np.count_nonzero(truths)) for name, truths in tube.inside.items()}
    tube.populations = [
        Counted(path=tube.gates.path(gate), inside=sizes[gate.id], parent=sizes.get(gate.parent, tube.total))
        for gate in tube.gates.gates
    ]


def _counted(file: str, counts: PopulationCounts) -> Tube:
    """A tube of which there is only what a program recorded."""
    tube = Tube(sample=counts.sample, file=file, recorded=counts, total=counts.count(()))
    tube.populations = [
        Counted(path=each.path, inside=each.count, parent=counts.count(each.path[:-1]), reason=each.reason)
        for each in counts.populations
        if each.path
    ]
    return tube
