"""The study that this database holds: its protocol in force, read from the log itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from firstdose.protocol.identity import compute_identity
from firstdose.protocol.model_of_capture import Capture, Site
from firstdose.protocol.reading import read_protocol_text
from firstdose.records.log.tables import known_forms
from firstdose.web.audit.models import Event, Payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form

_LAST = "SELECT seq, hash FROM event WHERE kind = 'protocol.activated' ORDER BY seq DESC LIMIT 1"
ONLY_SITE = Site(site="site", label="Site")


class NoStudy(Exception):
    """No protocol was activated in this database yet."""


@dataclass(frozen=True, slots=True)
class Study:
    """The protocol in force: its text, its identity, and the event that activated it."""

    protocol: Protocol
    text: str
    identity: str
    seq: int

    @property
    def id(self) -> str:
        return self.protocol.trial.id

    @property
    def invented(self) -> bool:
        """Whether no person stands behind the records: the protocol says so, or this is a rehearsal."""
        return self.protocol.trial.invented or not settings.MFA_REQUIRED

    @property
    def forms(self) -> Mapping[str, Form]:
        """Every form, visits and participants among them."""
        return known_forms(self.protocol)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites of the protocol, or one that stands for the only place."""
        return self.protocol.sites or (ONLY_SITE,)

    @property
    def capture(self) -> Capture:
        return self.protocol.capture or Capture()


def current() -> Study:
    """The study under the protocol in force.

    Raises:
        NoStudy: nothing was activated.
    """
    with connection.cursor() as cursor:  # asked many times a request: without building the query anew
        cursor.execute(_LAST)
        last = cursor.fetchone()
    if last is None:
        raise NoStudy
    return _activated(*last)


def at_activation(seq: int) -> Study:
    """The study under the protocol that this event activated."""
    return _activated(seq, Event.objects.values_list("hash", flat=True).get(seq=seq))


@lru_cache(maxsize=16)
def _activated(seq: int, _hash: str) -> Study:
    """Events never change, so the answer is kept; the hash says which log it is."""
    payload = json.loads(Payload.objects.get(seq=seq).text)
    protocol = read_protocol_text(payload["text"]).protocol
    if protocol is None:
        raise NoStudy
    return Study(protocol, payload["text"], compute_identity(protocol), seq)
