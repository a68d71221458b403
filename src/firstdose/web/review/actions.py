"""Acts of review: each is one or more events, written by `append` and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from firstdose.records.log.event import Actor, Event, Key, NewEvent
from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.append import append
from firstdose.web.audit.study import current
from firstdose.web.review import issues
from firstdose.web.review.milestones import unsigned_under

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstdose.derived.deviation import Deviation
    from firstdose.records.log.event import Json
    from firstdose.web.audit.models import CurrentQuery
    from firstdose.web.review.shown import Shown

Level = Literal["frozen", "thawed", "locked", "unlocked"]
NEEDS_REASON: tuple[Level, ...] = ("thawed", "unlocked")


def open_query(*, by: Actor, key: Key, site: str, text: str, idem: str = "") -> Event:
    """A person asks about a value."""
    payload = {"text": text, "source": "person"}
    return append([NewEvent(kind="query.opened", key=key, site=site, payload=payload)], by=by, idem=idem)[0]


def move_query(
    *, by: Actor, query: CurrentQuery, act: Literal["answered", "closed", "reopened"], text: str
) -> Event:
    """Answer, close or reopen; the words stay in the log."""
    key = Key(query.participant, query.visit, query.form, query.repeat, query.item)
    payload = {"query": query.query, "text": text}
    return append([NewEvent(kind=f"query.{act}", key=key, site=query.site, payload=payload)], by=by)[0]


def verify(*, by: Actor, values: Iterable[tuple[Key, int, str]]) -> tuple[Event, ...]:
    """Values (key, event, site) compared with their source, each as it stands."""
    return append(
        [NewEvent(kind="sdv.done", key=key, site=site, payload={"seq": seq}) for key, seq, site in values],
        by=by,
    )


def sign(*, by: Actor, shown: Shown, site: str, meaning: str, name: str, proof: str, idem: str = "") -> Event:
    """A signature over exactly what was shown."""
    listed: Sequence[Json] = [[*key_parts(key), seq] for key, seq in shown.values]
    payload = {"meaning": meaning, "name": name, "proof": proof, "shown": listed, "digest": shown.digest}
    key = Key(shown.participant, shown.visit)
    return append([NewEvent(kind="sign.made", key=key, site=site, payload=payload)], by=by, idem=idem)[0]


def key_parts(key: Key) -> tuple[str, ...]:
    return key.participant, key.visit, key.form, key.repeat, key.item


def set_lock(*, by: Actor, level: Level, participant: str, visit: str, site: str, reason: str = "") -> Event:
    """Freeze, thaw, lock or unlock a visit, a participant or (both empty) the study.

    Raises:
        Refused: it is to be locked, milestones are not signed as they stand, and no reason says why it is locked all the same.
    """
    missing = unsigned_under(current(), participant, visit) if level == "locked" else []
    if missing and not reason.strip():
        raise Refused([issues.not_signed(missing)])
    payload: dict[str, Json] = {
        "scope": "visit" if visit else "participant" if participant else "study",
        "reason": reason,
    }
    if missing:
        payload["unsigned"] = [" ".join(each) for each in missing]
    return append(
        [NewEvent(kind=f"lock.{level}", key=Key(participant, visit), site=site, payload=payload)], by=by
    )[0]


def propose_deviations(*, by: Actor, deviations: Iterable[tuple[str, Deviation, str]]) -> tuple[Event, ...]:
    """Deviations (id, what, site) that follow from the records and that nobody has looked at."""
    return append(
        [
            NewEvent(
                kind="deviation.proposed",
                key=Key(each.participant, each.visit, "", each.lesion),
                site=site,
                payload={"deviation": name, "what": each.kind, "text": each.sentence},
            )
            for name, each, site in deviations
        ],
        by=by,
    )


def judge_deviation(
    *,
    by: Actor,
    deviation: str,
    key: Key,
    site: str,
    act: Literal["confirmed", "dismissed"],
    weight: str,
    reason: str,
) -> Event:
    """A person confirms a deviation as minor or major, or dismisses it with a reason."""
    payload = {"deviation": deviation, "weight": weight, "reason": reason}
    return append([NewEvent(kind=f"deviation.{act}", key=key, site=site, payload=payload)], by=by)[0]
