"""Case report forms made from the protocol: blank, annotated, or filled with the records of one participant."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.protocol.identity import compute_identity
from firstdose.records.order import is_unplanned, natural
from firstdose.report.content.crf_answers import BOX, DAY
from firstdose.report.content.crf_history import NOTHING_KNOWN, history_of, signature_told
from firstdose.report.content.crf_schedule import forms_at, forms_of_no_visit, nothing_hidden, shown_forms
from firstdose.report.content.crf_tables import Blank, Filled, cell
from firstdose.report.tree import Column, Paragraph, Report, Section, Table, Text
from firstdose.values.issue import Issue, did_you_mean
from firstdose.values.missing import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firstdose.protocol.model import Protocol, Visit
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Event, Key
    from firstdose.records.log.state import State
    from firstdose.report.content.crf_schedule import Hide
    from firstdose.values.issue import Place

SIGNED_BY = ("completed by", "investigator")
RULE = "____________________"


def build_blank_crf(protocol: Protocol, *, hide: Hide = nothing_hidden) -> Report:
    """A page for every visit with its forms, then what is recorded whenever it happens.

    `hide(form, item)`: items that are left out.
    """
    forms = shown_forms(protocol, hide)
    blank = Blank(protocol, hide)
    sections = [
        Section(
            f"v-{visit.visit}",
            _visit_title(visit),
            (
                _whose(),
                *(blank.section(form, visit.visit) for form in forms_at(protocol, forms, visit.visit)),
                _to_sign(visit.visit),
            ),
        )
        for visit in protocol.visits
    ]
    sections += _whenever(blank, forms)
    return _report(protocol, "Case report form, blank", (_schedule(protocol, forms), *sections))


def build_annotated_crf(protocol: Protocol, *, hide: Hide = nothing_hidden) -> Report:
    """Every form once, with our names and codes, and SDTM variables where the instrument names them."""
    forms = shown_forms(protocol, hide)
    blank = Blank(protocol, hide, annotated=True)
    every = Section("forms", "Forms", tuple(blank.section(form, "annotated") for form in forms.values()))
    return _report(protocol, "Case report form, annotated", (_schedule(protocol, forms), every))


def build_filled_crf(
    protocol: Protocol,
    state: State,
    participant: str,
    *,
    events: Sequence[Event] = (),
    queries: Mapping[Key, str] | None = None,
    hide: Hide = nothing_hidden,
    invented: bool = False,
) -> Report:
    """What is on record of one participant, value by value: entered by whom and when, changes since first entry.

    With `events` each change shows the text before, its reason, queries and signatures; `queries` takes the place of
    the log's words for a value.
    """
    forms = shown_forms(protocol, hide)
    history = history_of(events, queries) if events or queries else NOTHING_KNOWN
    filled = Filled(protocol, state, history, participant, count(1))
    visits: list[Visit | str] = [*protocol.visits, *_others(protocol, state, participant)]
    sections = [_filled_visit(filled, protocol, forms, visit) for visit in visits]
    rest = [filled.section(form, found) for form in forms.values() if (found := filled.records(form, ""))]
    if rest:
        sections.append(Section("v-none", "Of no visit", tuple(rest)))
    report = _report(protocol, f"Case report form of {participant}", (*sections, _signatures(filled, forms)))
    facts = (
        ("participant", participant),
        ("log", f"up to event {state.seq}, {state.head[:12]}" if state.seq else "none"),
    )
    return replace(report, facts=(*facts, *report.facts), invented=invented or protocol.trial.invented)


def check_participant(name: str, everybody: Iterable[str], place: Place) -> list[Issue]:
    """FD-D014 where nobody on record is called so."""
    known = list(everybody)
    if name in known:
        return []
    message = f"No participant is called '{name}'."
    return [Issue(place, "FD-D014", message, f"{did_you_mean(name, known)}Write the name as in the records.")]


def _report(protocol: Protocol, title: str, sections: Iterable[Section]) -> Report:
    trial, identity = protocol.trial, compute_identity(protocol)
    return Report(
        title=title,
        trial=trial.id,
        snapshot="",
        protocol=identity,
        software=f"firstdose {__version__}",
        status=f"protocol version {trial.version}, identity {identity[:12]}",
        page_per_section=True,
        facts=(
            ("trial", trial.title),
            ("sponsor", trial.sponsor or "not named"),
            ("protocol version", trial.version),
            ("protocol identity", identity),
            ("software", f"firstdose {__version__}"),
            ("a value is missing", "; ".join(f"{code}: {label}" for code, (label, _) in MISSING.items())),
            ("* beside an item", "it is never left empty: the value, or why there is none"),
        ),
        blocks=tuple(sections),
    )


# ------------------------------------------------------------------------------------------------------------ blank


def _visit_title(visit: Visit) -> str:
    name = visit.visit if visit.label in {"", visit.visit} else f"{visit.visit}: {visit.label}"
    window = str(visit.window).replace(" .. ", " to ")
    return f"{name}, day {visit.day} (window {window})"


def _whose() -> Paragraph:
    return Paragraph((Text(f"Site {BOX * 4}     Participant {BOX * 6}     Date of visit {DAY}"),), "key")


def _to_sign(place: str) -> Section:
    heads = tuple(map(Column, ("", "printed name", "date", "signature")))
    rows = tuple((cell(who), cell(RULE), cell(DAY), cell(RULE)) for who in SIGNED_BY)
    return Section(f"s-{place}", "Signatures", (Table(f"t-sign-{place}", "Signatures", "", heads, rows),))


def _whenever(blank: Blank, forms: Mapping[str, Form]) -> Iterator[Section]:
    """One page a form that is filled whenever it happens."""
    for form in forms_of_no_visit(forms):
        section = blank.section(form, "any")
        whose = [_whose()] if form.of_participants else []
        yield replace(section, blocks=(*whose, *section.blocks, _to_sign(f"any-{form.name}")))


def _schedule(protocol: Protocol, forms: Mapping[str, Form]) -> Section:
    """Forms by visits."""
    visits = [visit.visit for visit in protocol.visits]
    at = {row.activity: row.at for row in protocol.schedule}
    rows = []
    for form in forms.values():
        whenever = form.repeats
        planned = at.get(form.name, tuple(visits) if form.by_visit else ())
        marks = [cell("x" if visit in planned and not whenever else "") for visit in visits]
        rows.append((cell(form.label), *marks, cell("x" if whenever else "")))
    heads = tuple(map(Column, ("form", *visits, "whenever")))
    table = Table("t-schedule", "Forms by visit", "", heads, tuple(rows))
    return Section("schedule", "Forms by visit", (table,))


# ----------------------------------------------------------------------------------------------------------- filled


def _others(protocol: Protocol, state: State, participant: str) -> list[str]:
    """Visits on record that nobody planned, or that this version no longer knows."""
    found = {key.visit for key in state.records if key.participant == participant and key.visit}
    planned = {visit.visit for visit in protocol.visits}
    return sorted(found - planned, key=lambda name: (not is_unplanned(name), natural(name)))


def _filled_visit(
    filled: Filled, protocol: Protocol, forms: Mapping[str, Form], visit: Visit | str
) -> Section:
    """What was due at the visit, recorded or not, and what was recorded besides."""
    name = visit if isinstance(visit, str) else visit.visit
    due = [] if isinstance(visit, str) else forms_at(protocol, forms, name)
    held = [form for form in forms.values() if form not in due and filled.records(form, name)]
    parts = [(form, filled.records(form, name)) for form in (*due, *held)]
    # What is recorded once and not by visit may be kept under no visit: then it stands there.
    parts = [(form, found) for form, found in parts if found or form.by_visit or not filled.records(form, "")]
    title = f"{name}, not planned" if isinstance(visit, str) else _visit_title(visit)
    return Section(f"v-{name}", title, tuple(filled.section(form, found) for form, found in parts))


def _signatures(filled: Filled, forms: Mapping[str, Form]) -> Section:
    """Every signature on record about this participant, and lines to sign the print."""
    told = [
        (cell(_about(key)), cell(signature_told(event, filled.history)))
        for key, events in filled.history.signatures.items()
        if key.participant == filled.participant and (not key.form or key.form in forms)
        for event in events
    ]
    heads = (Column("of"), Column("signature"))
    table = Table("t-signatures", "Signatures on record", "", heads, tuple(told))
    blocks = (table,) if told else (Paragraph(cell("No signature is on record.")),)
    return Section("signatures", "Signatures", (*blocks, _to_sign("print")))


def _about(key: Key) -> str:
    return " ".join(part for part in (key.visit, key.form, key.repeat) if part) or "the participant"
