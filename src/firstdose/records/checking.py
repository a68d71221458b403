"""All checks of records against their protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.names import ADMINISTRATION
from firstdose.records import issues
from firstdose.records.branching import check_branching
from firstdose.records.checking_change import check_change, check_exchange, check_usual
from firstdose.records.checking_days import (
    check_after_the_end,
    check_consent_day,
    check_days_left,
    check_events_and_consent,
    check_later_dates,
    check_record_days,
)
from firstdose.records.checking_forms import check_edits, check_integrity, check_start_and_end
from firstdose.records.checking_keys import (
    check_copies,
    check_lesions,
    check_participants,
    check_twice,
    check_visits,
)
from firstdose.records.checking_lesions import check_administrations, check_controls, check_places
from firstdose.records.checking_order import (
    check_consent,
    check_consented,
    check_visit_order,
    check_windows,
)
from firstdose.records.checking_product import check_product
from firstdose.records.checking_schedule import (
    check_absent_records,
    check_scheduled,
    check_visit_list,
    check_visit_status,
)
from firstdose.records.scope import Scope
from firstdose.records.visits import VISITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue

    Check = Callable[[Scope], Iterator[Issue]]

CHECKS = (
    check_participants,
    check_visits,
    check_lesions,
    check_twice,
    check_copies,
    check_scheduled,
    check_absent_records,
    check_visit_list,
    check_visit_status,
    check_consent,
    check_consented,
    check_visit_order,
    check_windows,
    check_days_left,
    check_record_days,
    check_later_dates,
    check_consent_day,
    check_events_and_consent,
    check_after_the_end,
    check_start_and_end,
    check_integrity,
    check_edits,
    check_branching,
    check_usual,
    check_change,
    check_exchange,
    check_administrations,
    check_places,
    check_controls,
    check_product,
)


# Checks that only ever speak of the records of some activities, or once for all of them.
_SPEAK_OF: Mapping[Check, frozenset[str]] = {
    check_visit_list: frozenset(),
    check_consented: frozenset(),
    check_absent_records: frozenset(),
    check_visit_order: frozenset({VISITS}),
    check_windows: frozenset({VISITS}),
    check_administrations: frozenset({ADMINISTRATION}),
    check_places: frozenset({ADMINISTRATION}),
    check_controls: frozenset({ADMINISTRATION}),
}


def check_records(protocol: Protocol, snapshot: Snapshot, only: str = "") -> list[Issue]:
    """Everything in which the records disagree with the protocol or with each other, sorted by place.

    Of one code and file the first thousand are told one by one; a last one says how many more there are.
    `only`: what is to be said of the records of this activity, the sooner for that. What is said of a visit or of a
    participant, once for all activities (FD-R051, FD-R052, FD-R061), is not among it.
    """
    scope = Scope(protocol, snapshot, only)
    by_kind: dict[tuple[str, str], list[Issue]] = {}
    for check in CHECKS:
        if only and only not in _SPEAK_OF.get(check, {only}):
            continue
        for issue in check(scope):
            by_kind.setdefault((issue.place.file, issue.code), []).append(issue)
    if only:
        files = _files_of(only, snapshot)
        by_kind = {at: found for at, found in by_kind.items() if at[0] in files}
    return sorted(issue for found in by_kind.values() for issue in issues.told(sorted(found)))


def _files_of(activity: str, snapshot: Snapshot) -> set[str]:
    table, usual = snapshot.table(activity), f"records/{activity}.csv"
    return {usual, *table["_file"].unique()} if table is not None and "_file" in table.columns else {usual}
