"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    name = "firstdose.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        from firstdose.web.accounts import signals  # noqa: F401, connects them
