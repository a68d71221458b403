"""The course of each lesion: values that the core derives, by visit, with a small line to see them at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.derived.measurements import derive_measurements
from firstdose.protocol.names import ADMINISTRATION, measures
from firstdose.records.due import LESIONS
from firstdose.records.log.state import State
from firstdose.records.log.tables import read_state
from firstdose.records.order import in_order
from firstdose.records.visits import PARTICIPANTS, VISITS
from firstdose.web.accounts.blinding import hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.protocol.names import Variable
    from firstdose.web.accounts.standing import Standing
    from firstdose.web.audit.study import Study

WIDTH, HEIGHT, EDGE = 120, 28, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One measure of a participant: visits, and a line of values for each lesion ('' of the participant)."""

    label: str
    unit: str
    visits: tuple[str, ...]
    lines: tuple[tuple[str, tuple[str, ...], str], ...]


def courses_of(study: Study, standing: Standing, state: State) -> list[Course]:
    """The scores of this participant over time, lesion by lesion; nothing that is hidden from this person."""
    names = [name for name in _forms(study) if not hidden(standing, name)]
    held = {*names, VISITS, PARTICIPANTS, LESIONS}
    own = State(
        seq=state.seq,
        head=state.head,
        values={key: value for key, value in state.values.items() if key.form in held},
        records={key: record for key, record in state.records.items() if key.form in held},
    )
    if not any(key.form in names for key in own.records):
        return []
    snapshot = read_state(study.protocol, own, passing=True).snapshot
    found = []
    for name in names:
        if snapshot.table(name) is None:
            continue
        for variable in measures(study.protocol, name)[:1]:
            rows = derive_measurements(study.protocol, snapshot, variable).drop_nulls("value")
            if rows.height:
                found.append(_course(study, variable, rows.select("lesion", "visit", "value").rows()))
    return found


def _forms(study: Study) -> Iterator[str]:
    """Scheduled at several visits and scored."""
    for row in study.protocol.schedule:
        form = study.forms.get(row.activity)
        if form and form.scores and len(row.at) > 1 and not form.repeats and form.name != ADMINISTRATION:
            yield form.name


def _course(study: Study, variable: Variable, rows: Sequence[tuple[str | None, str, float]]) -> Course:
    order = [visit.visit for visit in study.protocol.visits]
    visits = tuple(name for name in order if any(visit == name for _, visit, _ in rows))
    decimals = variable.decimals or 0
    lines = []
    for lesion in in_order(lesion or "" for lesion, _, _ in rows):
        values = {visit: value for each, visit, value in rows if (each or "") == lesion}
        texts = tuple(f"{values[name]:.{decimals}f}" if name in values else "" for name in visits)
        lines.append((lesion, texts, _line([values.get(name) for name in visits], variable)))
    return Course(label=variable.label, unit=variable.unit, visits=visits, lines=tuple(lines))


def _line(values: Sequence[float | None], variable: Variable) -> str:
    """The points of a polyline, low at the bottom; '' for fewer than two values."""
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    low = min(0.0, *(value for _, value in known))
    high = max(value for _, value in known)
    high = min(variable.high, max(high, low + 1)) if variable.high is not None else max(high, low + 1)
    across = (WIDTH - 2 * EDGE) / (len(values) - 1)
    up = (HEIGHT - 2 * EDGE) / (high - low)
    return " ".join(
        f"{EDGE + at * across:.1f},{HEIGHT - EDGE - (value - low) * up:.1f}" for at, value in known
    )
