"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.audit import views

urlpatterns = [
    path("trail/", views.trail, name="trail"),
    path("system/", views.system, name="system"),
]
