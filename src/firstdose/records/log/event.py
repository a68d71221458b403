"""One event of the log: what happened, to which value, by whom, and its place in the chain (log format 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeAlias

Json: TypeAlias = str | int | Sequence["Json"] | Mapping[str, "Json"]
Payload: TypeAlias = Mapping[str, Json]

# The closed list: what may happen, and what its payload tells beside `reason`.
KINDS: Mapping[str, str] = {
    "protocol.activated": "a version of the protocol is in force: text, identity, version, items (what becomes of each)",
    "participant.added": "somebody enters the trial",
    "value.set": "a value is entered or changed: old, new, raw (as typed), unit, reason, twice (typed twice)",
    "value.cleared": "a value is taken away: old, reason",
    "repeat.added": "one more record of a form",
    "repeat.struck": "a record is struck out and stays readable: reason",
    "repeat.restored": "a struck record counts again: reason",
    "form.completed": "somebody says that a form is complete",
    "form.reopened": "a completed form is open again: reason",
    "photo.added": "a photograph: name, sha256, bytes, width, height",
    "query.opened": "a question about a value: query, text, source (check or person)",
    "query.answered": "query, text",
    "query.closed": "query, text",
    "query.reopened": "query, text",
    "sdv.done": "a value was compared with its source: seq of the value",
    "sdv.voided": "the value changed afterwards: seq of the value",
    "lock.frozen": "no entries by the site: scope",
    "lock.thawed": "scope, reason",
    "lock.locked": "no entries by anybody: scope, unsigned (milestones without a signature that stands)",
    "lock.unlocked": "scope, reason",
    "sign.made": "a signature: meaning, name, proof, shown (list of key and seq), digest of what was shown",
    "sign.voided": "a signed value changed: signature (seq), key",
    "deviation.proposed": "by rule: deviation, text",
    "deviation.confirmed": "by a person: deviation, weight (minor or major), text",
    "deviation.dismissed": "by a person: deviation, reason",
    "dose.proposed": "the sheet of an injection as computed",
    "dose.approved": "dose level for a participant: level, clause, decision digest",
    "dose.overridden": "a dose that the rule forbids, released by two: level, first, second, reason",
    "dose.given": "an injection was recorded: lesion, level",
    "cohort.decided": "what the board decided: decision, level, snapshot digest",
    "ae.clock": "a clock of an adverse event began: clock, due",
    "ae.notified": "a notice was sent: clock, to, message digest",
    "ae.reported": "a report was made: clock",
    "trail.reviewed": "somebody reviewed the trail: from, to, finding",
    "export.made": "what left: format, rows, sha256",
    "import.done": "what came in: source, sha256, rows, values",
    "view.unblinded": "somebody saw the dose of a blinded trial: page, or the reason of an unblinding",
    "user.added": "an account: person, name",
    "user.changed": "person, what",
    "user.identified": "the identity of a person was checked: person, document kind",
    "user.trained": "person, role, training",
    "user.left": "person",
    "role.granted": "person, role, site",
    "role.withdrawn": "person, role, site, reason",
    "role.reviewed": "rights were looked through: finding",
    "password.changed": "person",
    "factor.added": "a second factor: person, factor",
    "factor.withdrawn": "lost, stolen or replaced: person, factor, reason",
    "login.done": "person",
    "login.failed": "the name that was tried",
    "login.locked": "the name that was tried",
    "logout.done": "person",
    "anchor.made": "a signed head of the chain: seq, hash, key",
    "backup.made": "seq, sha256",
    "restore.done": "from a backup: seq, hash, sha256",
    "redacted": "the payload of an event was erased: seq, reason, first, second",
}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which value: empty text where a part does not apply. `repeat` is a lesion or the number of a record."""

    participant: str = ""
    visit: str = ""
    form: str = ""
    repeat: str = ""
    item: str = ""

    @property
    def record(self) -> Key:
        """The record that the value belongs to."""
        return _record(self.participant, self.visit, self.form, self.repeat)


@lru_cache(maxsize=1 << 16)
def _record(participant: str, visit: str, form: str, repeat: str) -> Key:
    """Values of one record come one after the other: it is made once for them."""
    return Key(participant, visit, form, repeat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: the account or `process NAME VERSION`, the role in force, and how strongly the login was proven."""

    who: str
    role: str = ""
    auth: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What is to be appended."""

    kind: str
    key: Key = Key()
    site: str = ""
    payload: Payload = field(default_factory=dict)


class Event(NamedTuple):
    """A line of the log. `payload` is None where it was redacted; `salt` are 32 hexadecimal digits, then ''.

    `prev` and `hash`: 64 hexadecimal digits; `at`: YYYY-MM-DDThh:mm:ss.ffffffZ; `protocol`: identity of the one in force.
    A named tuple is made more quickly than a frozen dataclass, and a log may have a million of them.
    """

    study: str
    seq: int
    at: str
    actor: str
    role: str
    auth: str
    kind: str
    site: str
    key: Key
    payload_digest: str
    protocol: str
    app: str
    idem: str
    prev: str
    hash: str
    payload: Payload | None = None
    salt: str = ""
