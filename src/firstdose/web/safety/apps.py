"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import request_finished


class Config(AppConfig):
    name = "firstdose.web.safety"
    label = "safety"

    def ready(self) -> None:
        """Notices are looked at after each request that saved an adverse event; the timer does the rest."""
        from firstdose.web.audit.append import AFTER
        from firstdose.web.safety.notices import PENDING

        if PENDING.look not in AFTER:
            AFTER.append(PENDING.look)
        request_finished.connect(PENDING.run, dispatch_uid="firstdose notices")
