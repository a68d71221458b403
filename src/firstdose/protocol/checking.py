"""Whether a protocol makes sense: every mistake at once, each at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.checking_dose import check_dose
from firstdose.protocol.checking_mandatory import check_mandatory
from firstdose.protocol.checking_names import check_names
from firstdose.protocol.checking_plan import check_plan
from firstdose.protocol.checking_reach import check_reach
from firstdose.protocol.checking_rules import check_rules
from firstdose.protocol.checking_schedule import check_schedule

if TYPE_CHECKING:
    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol
    from firstdose.values.issue import Issue

CHECKS = (check_names, check_rules, check_dose, check_schedule, check_mandatory, check_plan, check_reach)


def check_protocol(protocol: Protocol, places: Places) -> list[Issue]:
    """Everything wrong with the sense of a protocol that could be read, sorted by place.

    Names first: what stands on an unknown name is not complained of a second time.
    """
    return sorted({issue for check in CHECKS for issue in check(protocol, places)})
