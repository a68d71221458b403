"""All checks of records against their protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.records import issues
from firstdose.records.branching import check_branching
from firstdose.records.checking_forms import check_edits, check_integrity, check_start_and_end
from firstdose.records.checking_keys import (
    check_copies,
    check_lesions,
    check_participants,
    check_twice,
    check_visits,
)
from firstdose.records.checking_lesions import check_administrations, check_controls, check_places
from firstdose.records.checking_order import check_consent, check_visit_order, check_windows
from firstdose.records.checking_product import check_product
from firstdose.records.checking_schedule import (
    check_absent_records,
    check_scheduled,
    check_visit_list,
    check_visit_status,
)
from firstdose.records.scope import Scope

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue

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
    check_visit_order,
    check_windows,
    check_start_and_end,
    check_integrity,
    check_edits,
    check_branching,
    check_administrations,
    check_places,
    check_controls,
    check_product,
)


def check_records(protocol: Protocol, snapshot: Snapshot) -> list[Issue]:
    """Everything in which the records disagree with the protocol or with each other, sorted by place.

    Of one code and file the first thousand are told one by one; a last one says how many more there are.
    """
    scope = Scope(protocol, snapshot)
    by_kind: dict[tuple[str, str], list[Issue]] = {}
    for check in CHECKS:
        for issue in check(scope):
            by_kind.setdefault((issue.place.file, issue.code), []).append(issue)
    return sorted(issue for found in by_kind.values() for issue in issues.told(sorted(found)))
