"""The cell product: lots against their release table, and the chain of custody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.laboratory.checking_custody import check_custody
from firstdose.laboratory.release import check_release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.records.scope import Scope
    from firstdose.values.issue import Issue


def check_product(scope: Scope) -> Iterator[Issue]:
    """FD-R230 to FD-R241 but FD-R235, which belongs to doses."""
    yield from check_release(scope.protocol, scope.snapshot)
    yield from check_custody(scope.protocol, scope.snapshot)
