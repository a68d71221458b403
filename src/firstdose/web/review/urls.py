"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.review import views

urlpatterns = [
    path("queries/", views.queries, name="queries"),
    path("deviations/", views.deviations, name="deviations"),
]
