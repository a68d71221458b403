"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.capture import views

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("participants/", views.participants, name="participants"),
]
