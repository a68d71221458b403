"""The facts that the dose gate looks at, read once from the records by the rooms that know them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from firstdose.derived.dose import derive_doses, doses_cells, millions
from firstdose.derived.dose_slips import check_totals
from firstdose.derived.lots import derive_standing
from firstdose.derived.participants import derive_eligibility, derive_participants
from firstdose.derived.timing import read_dates
from firstdose.escalation.conduct import Conduct, live_conduct_of
from firstdose.escalation.evaluable import derive_courses, last_known
from firstdose.protocol.names import ADMINISTRATION, CONSENT
from firstdose.values.issue import Issue, UserError

if TYPE_CHECKING:
    from datetime import date

    from firstdose.derived.participants import Verdict
    from firstdose.escalation.courses import Course
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot

NO_RULE = "FD-E001"  # nothing escalates in this protocol: there is no such clause
PRODUCT = "cell_product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`courses`: everybody treated, in order; `last`: the data cut; `earlier`: level of an administration before the day.

    `unruled`: why a rule that should decide cannot; `lot_why`: why the lot may not be given; `administrations`: those
    on record of this lesion.
    """

    participant: str
    day: date
    levels: tuple[str, ...] = ()
    conduct: Conduct | None = None
    unruled: Issue | None = None
    courses: tuple[Course, ...] = ()
    last: date | None = None
    earlier: str | None = None
    asks_consent: bool = False
    consent: date | None = None
    verdicts: tuple[Verdict, ...] = ()
    lesion: str = ""
    lesion_asked: bool = False
    administrations: int = 0
    most_administrations: int | None = None
    lot: str = ""
    lot_asked: bool = False
    lot_why: str = ""
    cap_words: str = ""
    over_cap: Issue | None = None


def facts_of(
    protocol: Protocol,
    snapshot: Snapshot,
    participant: str,
    day: date,
    *,
    lesion: str = "",
    lot: str = "",
    ahead: Snapshot | None = None,
) -> Facts:
    """The facts from the records; `ahead`: the records with the dose that is meant."""
    conduct, unruled = _conduct(protocol)
    courses = derive_courses(protocol, snapshot)
    limits = protocol.intervention
    lot_asked, lot_why = _lot(protocol, snapshot, lot, day, asked=bool(lot or lesion))
    cap_words, over_cap = _cap(protocol, ahead or snapshot, participant)
    return Facts(
        participant=participant,
        day=day,
        levels=tuple(each.level for each in limits.dose_levels) if limits else (),
        conduct=conduct,
        unruled=unruled,
        courses=courses,
        last=last_known(snapshot, courses),
        earlier=_earlier(courses, participant, day),
        asks_consent=protocol.activity(CONSENT) is not None,
        consent=_consent(snapshot, participant),
        verdicts=_verdicts(protocol, snapshot, participant),
        lesion=lesion,
        lesion_asked=bool(lesion) or not _per_lesion(protocol),
        administrations=_administrations(snapshot, participant, lesion),
        most_administrations=limits.administrations if limits else None,
        lot=lot,
        lot_asked=lot_asked,
        lot_why=lot_why,
        cap_words=cap_words,
        over_cap=over_cap,
    )


def _conduct(protocol: Protocol) -> tuple[Conduct | None, Issue | None]:
    try:
        return live_conduct_of(protocol), None
    except UserError as why:
        issue = why.issues[0]
        return None, None if issue.code == NO_RULE else issue


def _per_lesion(protocol: Protocol) -> bool:
    found = protocol.activity(ADMINISTRATION)
    return found is not None and found.per == "lesion"


def _earlier(courses: tuple[Course, ...], participant: str, day: date) -> str | None:
    """The level given first, where that was before the day."""
    for course in courses:
        if course.participant == participant:
            before = [(at, name) for at, _, name in course.given if at is None or at < day]
            return before[0][1] if before else None
    return None


def _consent(snapshot: Snapshot, participant: str) -> date | None:
    table = snapshot.table(CONSENT)
    if table is None or "consent_date" not in table.columns:
        return None
    rows = read_dates(table, ["consent_date"]).select("participant", "consent_date").drop_nulls().rows()
    return min((day for name, day in rows if name == participant), default=None)


def _verdicts(protocol: Protocol, snapshot: Snapshot, participant: str) -> tuple[Verdict, ...]:
    if not protocol.eligibility:
        return ()
    found = derive_eligibility(protocol, snapshot, derive_participants(protocol, snapshot))
    return tuple(each for each in found if each.participant == participant)


def _administrations(snapshot: Snapshot, participant: str, lesion: str) -> int:
    table = snapshot.table(ADMINISTRATION)
    if table is None:
        return 0
    keys = ["participant", "lesion"] if "lesion" in table.columns else ["participant"]
    wanted = (participant, lesion) if len(keys) == 2 and lesion else (participant,)
    return sum(row[: len(wanted)] == wanted for row in table.select(keys).rows())


def _lot(protocol: Protocol, snapshot: Snapshot, lot: str, day: date, *, asked: bool) -> tuple[bool, str]:
    """(whether a lot is asked for, why it may not be given)."""
    lots = derive_standing(protocol, snapshot)
    if lots.releases is not None and asked:
        why = lots.why_not(lot, prepared=True)
        found = lots.releases.get(lot)
        if not why and found is not None and found.expiry is not None and _is_over(found.expiry, day):
            why = f"it expired on {found.expiry:%Y-%m-%d}"
        return True, why
    if asked and protocol.activity(PRODUCT) is not None:
        return True, _of_product(snapshot, lot, day)
    return False, ""


def _is_over(expiry: datetime, day: date) -> bool:
    return expiry < datetime.combine(day, time(), expiry.tzinfo)


def _of_product(snapshot: Snapshot, lot: str, day: date) -> str:
    """What the form of the cell product says against a lot."""
    table = snapshot.table(PRODUCT)
    rows = [row for row in (table.to_dicts() if table is not None else []) if row.get("lot") == lot]
    if not lot or not rows:
        return "it has no record of the cell product"
    for row in rows:
        if "failed" in {row.get("sterility"), row.get("mycoplasma")}:
            return "sterility or mycoplasma failed"
        expiry = str(row.get("expiry") or "")
        if expiry and len(expiry) == len("2024-03-01") and expiry < day.isoformat():
            return f"it expired on {expiry}"
    return ""


def _cap(protocol: Protocol, snapshot: Snapshot, participant: str) -> tuple[str, Issue | None]:
    limits = protocol.intervention
    if limits is None or limits.cap is None or not doses_cells(limits):
        return "", None
    own = [dose for dose in derive_doses(protocol, snapshot) if dose.participant == participant]
    found = check_totals(own, limits) if own else ()
    return millions(limits.cap), next(iter(found), None)
