"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.safety import views

urlpatterns = [
    path("events/", views.events, name="events"),
    path("escalation/", views.escalation, name="escalation"),
]
