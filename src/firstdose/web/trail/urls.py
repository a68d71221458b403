"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.trail import views

urlpatterns = [
    path("trail/", views.trail, name="trail"),
    path("trail/table/", views.trail_csv, name="trail_csv"),
    path("trail/value/", views.value_history, name="history"),
    path("trail/review/", views.review, name="trail_review"),
    path("trail/review/done/", views.reviewed, name="trail_reviewed"),
    path("system/", views.system, name="system"),
    path("system/backup/", views.backup, name="backup"),
]
