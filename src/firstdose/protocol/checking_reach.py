"""Tests that cannot reach their level, as planned or after the dropouts allowed: warnings before the first participant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.checking_words import problem
from firstdose.protocol.feasibility import compute_family_reaches, compute_reaches, counts_of, short
from firstdose.protocol.telling_words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.feasibility import FamilyReach, Reach
    from firstdose.protocol.model import Protocol
    from firstdose.values.issue import Issue, Place


def check_reach(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """One warning a test: at the planned number, or at the first smaller one that is too small."""
    trial = protocol.trial
    if trial.participants < 1 or not 0 <= trial.dropouts < trial.participants:
        place = places.of("trial", "participants")
        yield problem("FD-P090", place, dropouts=trial.dropouts, participants=trial.participants)
        return
    warned: set[str] = set()
    for n in counts_of(protocol):
        reaches = list(compute_reaches(protocol, n, with_effects=False))
        for reach in reaches:
            if not reach.can_reject and reach.test not in warned:
                warned.add(reach.test)
                code = "FD-P082" if n == trial.participants else "FD-P083"
                yield _warning(code, reach, _place(reach, places))
        for family in compute_family_reaches(protocol, reaches):
            tests = [name for name in family.unreachable if name not in warned]
            if tests and family.family not in warned:
                warned.add(family.family)
                yield _of_family(family, tests, places)


def _of_family(reach: FamilyReach, tests: list[str], places: Places) -> Issue:
    return problem(
        "FD-P128",
        places.of("families", reach.family, "members"),
        family=reach.family,
        n=reach.n,
        tests=listed(tests),
        alpha=f"{reach.alpha:.4g}",
        method=reach.method,
        p=short(reach.adjusted),
    )


def _warning(code: str, reach: Reach, place: Place) -> Issue:
    return problem(
        code,
        place,
        test=f"{reach.test} ({reach.method})",
        n=reach.n,
        sided=reach.sided,
        p=short(reach.smallest_p or 0.0),
        alpha=f"{reach.alpha:.4g}",
    )


def _place(reach: Reach, places: Places) -> Place:
    if reach.test == reach.endpoint:
        return places.of("endpoints", reach.endpoint, "analysis")
    return places.of("sensitivity", reach.test, "use")
