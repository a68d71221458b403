"""Django's name for this app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Config(AppConfig):
    name = "firstdose.web.audit"
    label = "audit"

    def ready(self) -> None:
        """Guards and checks are in force from the start."""
        from firstdose.web.audit import checks, guards  # noqa: F401, they register themselves
        from firstdose.web.audit.anchoring import keep_up
        from firstdose.web.audit.append import AFTER

        if keep_up not in AFTER:
            AFTER.append(keep_up)
        post_migrate.connect(_still_guarded, sender=self)


def _still_guarded(using: str, **_: Any) -> None:
    """A migration that lost a trigger does not pass unseen."""
    from django.db import connections

    from firstdose.web.audit.checks import check_that_the_log_is_guarded
    from firstdose.web.audit.guards import Unguarded, missing

    if check_that_the_log_is_guarded(databases=[using]):
        raise Unguarded(missing(connections[using]))
