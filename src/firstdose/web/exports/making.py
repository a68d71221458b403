"""What can be exported, each made from the log as it stands, for the sites of the person who asks."""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from firstdose.datasets.odm.exporting import export_odm
from firstdose.datasets.recorded import nothing_hidden
from firstdose.datasets.redcap.exporting import export_redcap
from firstdose.records.log.overrides import overrides_in
from firstdose.records.log.state import fold
from firstdose.records.log.tables import study_tables
from firstdose.records.overrides import beside
from firstdose.records.study import INVENTED, RECORDS
from firstdose.report.crf import build_annotated_crf, build_blank_crf, build_filled_crf
from firstdose.report.pdf import render_pdf
from firstdose.web.accounts.blinding import hidden
from firstdose.web.accounts.standing import participants_for
from firstdose.web.audit.clock import read_stamp
from firstdose.web.audit.reading import events
from firstdose.web.audit.study import current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import polars as pl

    from firstdose.datasets.recorded import Hide
    from firstdose.records.log.event import Event
    from firstdose.records.log.state import State
    from firstdose.report.tree import Report
    from firstdose.web.accounts.standing import Standing
    from firstdose.web.audit.study import Study

NO_PERSON = "Invented records: no person stands behind them.\n"
FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file in an archive: the clock never enters one


@dataclass(frozen=True, slots=True)
class Source:
    """What somebody may take away: study, events and state as far as they are theirs; `hide(form, item)` the rest."""

    study: Study
    events: tuple[Event, ...]
    state: State
    hide: Hide


@dataclass(frozen=True, slots=True)
class Made:
    """A file that leaves: how many rows (events, records or pages) it holds is told in the log."""

    name: str
    content: bytes
    kind: str
    rows: int


def whole_source() -> Source:
    """Everything on record, nothing hidden."""
    everything = tuple(events())
    return Source(current(), everything, fold(everything), nothing_hidden)


def source_for(standing: Standing) -> Source:
    """Everything on record that this person may see."""
    whole = whole_source()
    kept = whole.events
    if standing.sites:
        mine = {participant for participant, _site in participants_for(standing)}
        kept = tuple(event for event in kept if not event.key.participant or event.key.participant in mine)
    return Source(whole.study, kept, fold(kept), partial(hidden, standing))


def archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of these files, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        for name, content in files:
            held.writestr(zipfile.ZipInfo(name, FIRST_MOMENT), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tables_of(source: Source) -> dict[str, bytes]:
    """records/ACTIVITY.csv -> its bytes, hidden forms and items left out."""
    found = {}
    for name, table in _tables(source).items():
        if not source.hide(name, ""):
            shown = table.select([column for column in table.columns if not source.hide(name, column)])
            found[f"{RECORDS}/{name}.csv"] = shown.write_csv(line_terminator="\n").encode()
    return found


def _tables(source: Source) -> dict[str, pl.DataFrame]:
    """The records, and the overrides of the log beside them: a dose that two released is no dose against the rule."""
    return beside(study_tables(source.study.protocol, source.state), overrides_in(source.events))


def make_study(source: Source) -> Made:
    """The study folder: protocol.yaml and records/, as every other command of firstdose reads it."""
    tables = tables_of(source)
    files = [("protocol.yaml", source.study.text.encode()), *tables.items()]
    if source.study.invented:
        files.append((f"{RECORDS}/{INVENTED}", NO_PERSON.encode()))
    return Made(f"{_stem(source)}-study.zip", archive(files), "application/zip", _rows(tables))


def make_csv(source: Source) -> Made:
    """The tables alone."""
    tables = {name.removeprefix(f"{RECORDS}/"): content for name, content in tables_of(source).items()}
    return Made(f"{_stem(source)}-csv.zip", archive(tables.items()), "application/zip", _rows(tables))


def _rows(tables: dict[str, bytes]) -> int:
    return sum(content.count(b"\n") - 1 for content in tables.values())


def make_odm(source: Source) -> Made:
    """ODM 1.3.2, every transaction with its audit record."""
    with tempfile.TemporaryDirectory() as folder:
        path = export_odm(source.study.protocol, source.events, Path(folder) / "odm.xml", hide=source.hide)
        return Made(f"{_stem(source)}-odm.xml", path.read_bytes(), "application/xml", len(source.events))


def make_redcap(source: Source) -> Made:
    """REDCap: dictionary, events, mapping, repeating forms, data."""
    with tempfile.TemporaryDirectory() as folder:
        paths = export_redcap(source.study.protocol, source.state, Path(folder), hide=source.hide)
        files = [(path.name, path.read_bytes()) for path in paths]
    return Made(f"{_stem(source)}-redcap.zip", archive(files), "application/zip", _rows(dict(files[-1:])))


def make_blank_crf(source: Source) -> Made:
    """Every form of every visit, to be filled by hand: the way through an outage."""
    return _pdf(source, "crf-blank", build_blank_crf(source.study.protocol, hide=source.hide))


def make_annotated_crf(source: Source) -> Made:
    """Every form once, with the names of items and codes."""
    return _pdf(source, "crf-annotated", build_annotated_crf(source.study.protocol, hide=source.hide))


def make_filled_crf(source: Source, participant: str) -> Made:
    """One participant's records with every change, its reason and its author."""
    return _pdf(source, f"crf-{participant}", filled_crf(source, participant))


def filled_crf(source: Source, participant: str) -> Report:
    own = [event for event in source.events if event.key.participant in {"", participant}]
    return build_filled_crf(
        source.study.protocol,
        source.state,
        participant,
        events=own,
        hide=source.hide,
        invented=source.study.invented,
    )


def _pdf(source: Source, name: str, tree: Report) -> Made:
    moment = read_stamp(source.events[-1].at).replace(microsecond=0)
    return Made(f"{_stem(source)}-{name}.pdf", render_pdf(tree, moment), "application/pdf", len(tree.blocks))


def _stem(source: Source) -> str:
    return f"{source.study.id}-{source.state.seq}"


# Name -> (how it is made, its words).
FORMATS: dict[str, tuple[Callable[[Source], Made], object]] = {
    "study": (make_study, _("Study folder: protocol and tables, for every command of firstdose")),
    "csv": (make_csv, _("Tables as CSV")),
    "odm": (make_odm, _("ODM 1.3.2 with the audit record of every value")),
    "redcap": (make_redcap, _("REDCap: dictionary and data")),
    "crf-blank": (make_blank_crf, _("Case report form, blank, to print")),
    "crf-annotated": (make_annotated_crf, _("Case report form, annotated")),
}
