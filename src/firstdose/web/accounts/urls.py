"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.accounts import views

urlpatterns = [
    path("people/", views.people, name="people"),
]
