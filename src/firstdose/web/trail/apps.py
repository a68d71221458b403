"""Django's name for this app."""

from __future__ import annotations

from django.apps import AppConfig


class Config(AppConfig):
    name = "firstdose.web.trail"
    label = "trail"
