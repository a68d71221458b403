"""An activity's folder of raw files becomes its table of records, with every reportable value beside it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from firstdose.catalogue import Request, Run, load
from firstdose.laboratory import issues
from firstdose.laboratory.choosing import choose, tell_run
from firstdose.laboratory.finding import find_values, typed_missing
from firstdose.laboratory.measuring import MeasuredRun, measure_run
from firstdose.laboratory.samples import KEYS, ROLE, ROLE_OF_SAMPLE, SAMPLES, SampleList, read_samples
from firstdose.readers.delimited import read_delimited
from firstdose.readers.reader import Source
from firstdose.readers.text_table import TextTable
from firstdose.values.issue import Issue, Place, errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from firstdose.catalogue import Assay
    from firstdose.laboratory.reportable import Reportable
    from firstdose.laboratory.samples import Listed
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_laboratory import PlannedAssay
    from firstdose.protocol.names import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReading:
    """What a folder of raw files says. `table`: None where it has no list of samples that can be read.

    `files`: (name, digest, rows or 0) of everything that was read.
    """

    activity: str
    table: TextTable | None = None
    values: tuple[Reportable, ...] = ()
    runs: tuple[MeasuredRun, ...] = ()
    files: tuple[tuple[str, str, int], ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(slots=True)
class _Folder:
    """The folder while it is read."""

    path: Path
    name: str
    sources: dict[str, Source] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def place(self, file: str = "") -> Place:
        return Place(f"{self.name}/{file}" if file else self.name)


def read_activity(
    folder: Path,
    name: str,
    protocol: Protocol,
    form: Form,
    *,
    progress: Callable[[float], None] | None = None,
) -> ActivityReading:
    """The folder of one activity under the name by which Issues speak of it; `progress` is told the share done."""
    planned = next((row for row in protocol.laboratory if row.activity == form.name), None)
    if planned is None:
        return ActivityReading(activity=form.name, issues=(issues.no_assay(Place(name), form.name),))
    reading = _Folder(folder, name)
    listed, table = _sample_list(reading, protocol, form)
    if table is None:
        return ActivityReading(activity=form.name, issues=(*reading.issues, *listed.issues))
    reading.issues += _without_file(listed, planned)
    _collect(reading, listed)
    assay = load("assays")[planned.assay]
    runs = tuple(_runs(reading, listed, assay, planned, progress))
    values = [value for run in runs for value in find_values(run, listed, protocol, planned, form, assay)]
    chosen = choose(values, listed, runs)
    told = [
        *reading.issues,
        *listed.issues,
        *(issue for run in runs for issue in _of_run(run, listed)),
        *chosen.issues,
    ]
    files = [(table.file, table.sha256, table.height)]
    files += [(source.name, source.sha256, 0) for source in reading.sources.values()]
    return ActivityReading(
        activity=form.name,
        table=_record_table(table, listed, chosen.values, planned, form),
        values=tuple(chosen.values),
        runs=runs,
        files=tuple(files),
        issues=tuple(sorted({*told})),
    )


def _sample_list(reading: _Folder, protocol: Protocol, form: Form) -> tuple[SampleList, TextTable | None]:
    path = reading.path / SAMPLES
    if not path.is_file():
        reading.issues.append(issues.no_samples(reading.place()))
        return SampleList(), None
    table, found = read_delimited(path, name=f"{reading.name}/{SAMPLES}")
    reading.issues += found
    if table is None:
        return SampleList(), None
    row = protocol.activity(form.name)
    at_one = row is not None and len(row.at) == 1
    by_visit = form.by_visit and not form.repeats and not at_one
    keys = ("participant", *(("visit",) * by_visit), *(("lesion",) * (form.per == "lesion")))
    listed = read_samples(table, keys, ROLE_OF_SAMPLE if form.item(ROLE) else ROLE)
    return listed, None if errors(listed.issues) and not listed.rows else table


def _without_file(listed: SampleList, planned: PlannedAssay) -> list[Issue]:
    """Samples without a file say why; measured items are never typed."""
    found = []
    for row in listed.rows:
        cells = {each.item: row.cells.get(each.item, "") for each in planned.quantities}
        typed = [name for name, cell in cells.items() if cell and not typed_missing(row, name)]
        found += [issues.typed_value(row.place, name, cells[name]) for name in typed]
        if not row.sample.file and not row.reason and not all(cells.values()):
            found.append(issues.no_reason(row.place))
    return found


def _collect(reading: _Folder, listed: SampleList) -> None:
    """The bytes of every file that the list names; files that it does not name are told."""
    present = {
        path.relative_to(reading.path).as_posix(): path
        for path in sorted(reading.path.rglob("*"))
        if path.is_file() and not path.name.startswith((".", "~$")) and path.name != SAMPLES
    }
    named = dict.fromkeys(row.sample.file for row in listed.rows if row.sample.file)
    for file in named:
        if file in present:
            content = present[file].read_bytes()
            reading.sources[file] = Source(f"{reading.name}/{file}", content)
    for row in listed.rows:
        if row.sample.file and row.sample.file not in present:
            reading.issues.append(issues.no_such_file(row.place, row.sample.file, present))
    reading.issues += [issues.not_listed(reading.place(file)) for file in present if file not in named]


def _runs(
    reading: _Folder,
    listed: SampleList,
    assay: Assay,
    planned: PlannedAssay,
    progress: Callable[[float], None] | None,
) -> list[MeasuredRun]:
    found = []
    for number, name in enumerate(listed.runs, start=1):
        rows = [row for row in listed.rows if row.run == name]
        files = dict.fromkeys(row.sample.file for row in rows if row.sample.file)
        if not files:  # samples that never came to an instrument
            found.append(MeasuredRun(name=name, run=Run(measured=()), issues=(), origins={}))
            continue
        if any(file not in reading.sources for file in files):
            continue
        request = _request([row for row in rows if row.sample.file], planned, reading)
        found.append(measure_run(assay, request, [reading.sources[file] for file in files], name))
        if progress:
            progress(number / len(listed.runs))
    return found


def _request(rows: list[Listed], planned: PlannedAssay, reading: _Folder) -> Request:
    """What is asked of a run; its samples name their files as the readings do."""
    samples = tuple(replace(row.sample, file=reading.sources[row.sample.file].name) for row in rows)
    return Request(
        words=dict(planned.options),
        limits={row.rule: (float(row.limits[0]), float(row.limits[1])) for row in planned.limits},
        samples=samples,
        analytes=tuple(dict.fromkeys(row.analyte for row in planned.quantities if row.analyte)),
    )


def _of_run(run: MeasuredRun, listed: SampleList) -> list[Issue]:
    """What its files and its quality rules say; the rules at the first sample of the run."""
    place = next(row.place for row in listed.rows if row.run == run.name)
    return [*run.issues, *tell_run(run, place)]


def _record_table(
    table: TextTable, listed: SampleList, values: list[Reportable], planned: PlannedAssay, form: Form
) -> TextTable:
    """The activity's table as if a person had typed it: a row a participant's sample whose value counts."""
    measured = [row.item for row in planned.quantities]
    typed = [
        item.name for item in form.items if item.name in table.columns and item.name not in {*measured, *KEYS}
    ]
    keys = [key for key in KEYS if key in table.columns]
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    lines: dict[tuple[str, ...], int] = {}
    for value in values:
        if not value.reported:
            continue
        key = (value.participant, value.visit, value.lesion)
        rows.setdefault(key, {})[value.item] = value.text
        lines.setdefault(key, value.row)
    by_line = {table.line(row.row): row for row in listed.rows}
    cells = [
        [
            *(by_line[lines[key]].cells.get(name, "") for name in keys),
            *(texts.get(name, "ND: not in the run") for name in measured),
            *(by_line[lines[key]].cells.get(name, "") for name in typed),
        ]
        for key, texts in rows.items()
    ]
    columns = (*keys, *measured, *typed)
    return TextTable(
        file=table.file,
        sha256=table.sha256,
        sheet=None,
        columns=columns,
        frame=pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String), orient="row"),
        lines=tuple(lines[key] for key in rows),
    )
