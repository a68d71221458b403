"""What the core says of records: its checks, its integrity rules and its scores, of the records of one page only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from firstdose.derived.scores import arrays_of, score_column
from firstdose.protocol.names import ADMINISTRATION, CONSENT, names_in_sight
from firstdose.protocol.names_of_forms import once
from firstdose.protocol.rule import read_rule
from firstdose.records.checking import check_records
from firstdose.records.due import LESIONS
from firstdose.records.log.state import Record, State, with_texts
from firstdose.records.log.tables import FIRST_LINE, known_forms, read_state, records_in_order
from firstdose.records.visits import PARTICIPANTS, VISITS
from firstdose.values.issue import Place
from firstdose.web.accounts.blinding import hidden
from firstdose.web.capture import issues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import polars as pl

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Key
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue
    from firstdose.web.accounts.standing import Standing
    from firstdose.web.audit.study import Study
    from firstdose.web.capture.strict import Objection

    _Kept = tuple[Key, int]  # a record, and whether it is struck out
    _Text = tuple[Key, str]

# Told of other records than the one being entered, or of tables that are still growing.
_NOT_HERE = frozenset({"FD-R012", "FD-R051", "FD-R052", "FD-R061", "FD-R074"})
# At the bedside these can be answered at once.
_HARD = frozenset({"FD-R054", "FD-R055"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculated:
    """A score of one record: what it is called, its value, and the items it was computed from."""

    record: Key
    name: str
    label: str
    value: float | None
    decimals: int
    unit: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Of the records of a page: Objections by value (item '' where the record as a whole is meant), and scores."""

    said: Mapping[Key, Sequence[Objection]]
    scores: tuple[Calculated, ...]


def judge(
    study: Study, standing: Standing, form: Form, state: State, records: Sequence[Key], *, scores: bool = True
) -> Judgement:
    """The core's judgement of these records as `state` has them."""
    there = [record for record in records if record in state.records]
    if not there:
        return Judgement(said={}, scores=())
    known = narrowed(study, state, form)
    told = _judges(study.protocol)(form.name, _records_of(known), _texts_of(known))
    snapshot, lines = told.snapshot, told.lines
    said: dict[Key, list[Objection]] = {}
    for issue in told.issues:
        record = lines.get(issue.place.line)
        if record is None or record not in there or issue.code in _NOT_HERE:
            continue
        key = replace(record, item=_item_of(issue, snapshot, form))
        if not _gives_away(study, standing, form, issue, key.item):
            said.setdefault(key, []).append(_as_objection(issue))
    table = snapshot.table(form.name)
    found = _calculated(form, table, lines, there) if scores and table is not None else iter(())
    return Judgement(said=said, scores=tuple(found))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the core says of the records of a form, whoever asks. `lines`: of its table, and the records there."""

    snapshot: Snapshot
    issues: tuple[Issue, ...]
    lines: Mapping[int, Key]


@once
def _judges(protocol: Protocol) -> Callable[[str, frozenset[_Kept], frozenset[_Text]], _Told]:
    """The core's judgement of a form; the last ones are remembered: the page after a save asks what the save asked."""

    @lru_cache(maxsize=64)
    def judged(form: str, records: frozenset[_Kept], texts: frozenset[_Text]) -> _Told:
        state = State(records={key: Record(site="", added=0, struck=struck) for key, struck in records})
        state = with_texts(state, dict(texts))
        snapshot = read_state(protocol, state, passing=True).snapshot
        lines = enumerate(records_in_order(protocol, state, form), start=FIRST_LINE)
        return _Told(snapshot, tuple(check_records(protocol, snapshot, form)), dict(lines))

    return judged


def _records_of(state: State) -> frozenset[_Kept]:
    return frozenset((key, record.struck) for key, record in state.records.items())


def _texts_of(state: State) -> frozenset[_Text]:
    return frozenset((key, value.text) for key, value in state.values.items() if value.text)


def narrowed(study: Study, state: State, form: Form) -> State:
    """Only the forms that a check of this form can look at: the others have no say and cost time."""
    names = forms_in_sight(study.protocol, form.name)
    return State(
        seq=state.seq,
        head=state.head,
        values={key: value for key, value in state.values.items() if key.form in names},
        records={key: record for key, record in state.records.items() if key.form in names},
    )


def forms_in_sight(protocol: Protocol, form: str) -> frozenset[str]:
    """The forms that a check of this form can look at, itself among them."""
    always = {form, VISITS, PARTICIPANTS, CONSENT, LESIONS, ADMINISTRATION}
    return frozenset(always | _seen_by_checks(protocol).get(form, set()))


@once
def _seen_by_checks(protocol: Protocol) -> dict[str, set[str]]:
    """Form -> the forms that hold an item its checks name."""
    found: dict[str, set[str]] = {}
    for check in protocol.checks:
        items = _names(protocol, check.rule, check.activity)
        others = (
            other for other in known_forms(protocol).values() if items & {item.name for item in other.items}
        )
        found.setdefault(check.activity, set()).update(other.name for other in others)
    return found


def _names(protocol: Protocol, rule: str, form: str) -> set[str]:
    known = names_in_sight(protocol, "check", form)
    read, _ = read_rule(rule, known, Place(""), [visit.visit for visit in protocol.visits])
    return set() if read is None else {*read.names, *(name for name, _ in read.lags)}


def _item_of(issue: Issue, snapshot: Snapshot, form: Form) -> str:
    columns = snapshot.columns.get((form.name, issue.place.file), {})
    name = next((name for name, number in columns.items() if number == issue.place.column), "")
    return name if form.item(name) or name == "date" else ""


def _as_objection(issue: Issue) -> Objection:
    """The Issue without the words that say whose record it is: the page says it."""
    whose, colon, rest = issue.message.partition(": ")
    message = rest[:1].upper() + rest[1:] if colon and whose.startswith("Participant ") else issue.message
    told = issues.keep_or_change(message, issue.remedy, issue.code)
    return replace(told, core="error") if issue.code in _HARD else told


def _gives_away(study: Study, standing: Standing, form: Form, issue: Issue, item: str) -> bool:
    """Whether the Issue would tell a blinded person of something hidden."""
    if not standing.blind:
        return False
    if item and hidden(standing, form.name, item):
        return True
    integrity = [rule.columns for rule in form.integrity if rule.code == issue.code]
    if any(hidden(standing, form.name, name) for columns in integrity for name in columns):
        return True
    for check in study.protocol.checks:
        if issue.message.startswith(f"Check {check.check}:"):
            return any(hidden(standing, "", name) for name in _names(study.protocol, check.rule, form.name))
    return False


class _Watched(dict[str, Any]):
    """The columns of a table for a score, which notes the names that were asked for."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        super().__init__()
        self._arrays = arrays
        self.seen: list[str] = []

    def __missing__(self, name: str) -> Any:
        self.seen.append(name)
        return self._arrays[name]

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401, this is `get`


def _calculated(
    form: Form, table: pl.DataFrame, lines: Mapping[int, Key], records: Sequence[Key]
) -> Iterator[Calculated]:
    rows = {lines[line]: at for at, line in enumerate(table["_row"]) if line in lines}
    for score in form.scores:
        if form.item(score.name):  # a scale is its own score
            continue
        values, watched = score_column(table, score.compute), _Watched(arrays_of(table))
        score.compute(watched)
        for record in records:
            yield Calculated(
                record=record,
                name=score.name,
                label=score.label,
                value=values[rows[record]] if record in rows else None,
                decimals=score.decimals,
                unit=score.unit,
                inputs=tuple(dict.fromkeys(watched.seen)),
            )
