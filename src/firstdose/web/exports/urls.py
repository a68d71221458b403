"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.exports import views

urlpatterns = [
    path("exports/", views.exports, name="exports"),
]
