"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.capture import views, views_of_photographs
from firstdose.web.capture import views_of_records as records

_RECORD = "<str:participant>/<str:visit>/<str:form>/"
_NUMBERED = f"{_RECORD}<str:repeat>/"

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("participants/", views.participants, name="participants"),
    path("photographs/<str:participant>/", views_of_photographs.photographs, name="photographs"),
    path("photographs/<str:participant>/<str:digest>.jpg", views_of_photographs.photograph, name="photograph"),
    path("participants/<str:participant>/", views.participant, name="participant"),
    path(f"participants/{_RECORD}new/", records.record_new, name="record_new"),
    path(f"participants/{_RECORD}", records.record, name="record"),
    path(f"participants/{_NUMBERED}", records.record, name="record"),
    path(f"preview/{_RECORD}", records.preview, name="preview"),
    path(f"preview/{_NUMBERED}", records.preview, name="preview"),
    path(f"draft/{_RECORD}", records.draft, name="draft"),
    path(f"draft/{_NUMBERED}", records.draft, name="draft"),
    path(f"strike/{_NUMBERED}", records.strike, name="strike"),
]
