"""Tables: the log (event, payload, anchor), never changed, and projections of it (names beginning with Current).

Nothing but `append` and `projecting` writes here; triggers hold the log even against raw SQL.
"""

# ruff: noqa: DJ008, rows are read by their names and printed nowhere
from __future__ import annotations

from django.db import models


def _part(**more: object) -> models.TextField[str, str]:
    return models.TextField(default="", blank=True, **more)


class Event(models.Model):
    """The header of an event and its place in the chain."""

    seq = models.BigIntegerField(primary_key=True)
    study = models.TextField()
    at = models.TextField()
    actor = models.TextField()
    role = _part()
    auth = _part()
    kind = models.TextField(db_index=True)
    site = _part()
    participant = _part(db_index=True)
    visit = _part()
    form = _part()
    repeat = _part()
    item = _part()
    payload_digest = models.TextField()
    protocol = _part()
    app = models.TextField()
    idem = _part(db_index=True)
    prev = models.TextField()
    hash = models.TextField()

    class Meta:
        db_table = "event"
        ordering = ("seq",)


class Payload(models.Model):
    """What an event says, apart, so that it can be erased without breaking the chain. Canonical JSON as text."""

    seq = models.BigIntegerField(primary_key=True)
    salt = models.TextField()
    text = models.TextField()

    class Meta:
        db_table = "payload"


class Anchor(models.Model):
    """A signed head of the chain; the same line is kept outside of the database."""

    seq = models.BigIntegerField(db_index=True)
    line = models.TextField()

    class Meta:
        db_table = "anchor"


class OfRecord(models.Model):
    """Participant, visit, form and repeat."""

    participant = models.TextField()
    visit = _part()
    form = _part()
    repeat = _part()
    site = _part()

    class Meta:
        abstract = True


class CurrentRecord(OfRecord):
    """A record now. Numbers are those of the events that say so, 0 where none does."""

    added = models.BigIntegerField()
    struck = models.BigIntegerField(default=0)
    completed = models.BigIntegerField(default=0)

    class Meta:
        db_table = "current_record"
        constraints = (
            models.UniqueConstraint(fields=("participant", "visit", "form", "repeat"), name="one_record"),
        )


class CurrentValue(OfRecord):
    """A value now. `verified`: the event of its source data verification; `signed`: that of the signature over it."""

    item = models.TextField()
    text = _part()
    raw = _part()
    unit = _part()
    seq = models.BigIntegerField()
    first = models.BigIntegerField()
    at = models.TextField()
    actor = models.TextField()
    reason = _part()
    verified = models.BigIntegerField(default=0)
    signed = models.BigIntegerField(default=0)

    class Meta:
        db_table = "current_value"
        constraints = (
            models.UniqueConstraint(
                fields=("participant", "visit", "form", "repeat", "item"), name="one_value"
            ),
        )
        indexes = (models.Index(fields=("form", "item"), name="value_by_item"),)


class CurrentQuery(OfRecord):
    """A query now: open, answered or closed. `query`: its number within the study, the event that opened it."""

    query = models.BigIntegerField(primary_key=True)
    item = _part()
    status = models.TextField()
    text = models.TextField()
    source = _part()
    code = _part()
    opened_at = models.TextField()
    opened_by = models.TextField()
    last = models.BigIntegerField()

    class Meta:
        db_table = "current_query"


class CurrentLock(models.Model):
    """What is frozen or locked: a visit of a participant, a participant, or (both empty) the study."""

    participant = _part()
    visit = _part()
    level = models.TextField()
    seq = models.BigIntegerField()

    class Meta:
        db_table = "current_lock"
        constraints = (models.UniqueConstraint(fields=("participant", "visit"), name="one_lock"),)
