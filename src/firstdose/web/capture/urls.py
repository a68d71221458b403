"""Addresses of this app."""

from __future__ import annotations

from django.urls import path, register_converter

from firstdose.web.capture import views, views_of_photographs
from firstdose.web.capture import views_of_records as records


class Name:
    """A part of an address: no control characters, which no name has and a database refuses."""

    regex = r"[^/\x00-\x1f\x7f]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Name, "name")
_RECORD = "<name:participant>/<name:visit>/<name:form>/"
_NUMBERED = f"{_RECORD}<name:repeat>/"

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("participants/", views.participants, name="participants"),
    path("photographs/<name:participant>/", views_of_photographs.photographs, name="photographs"),
    path(
        "photographs/<name:participant>/<name:digest>.jpg", views_of_photographs.photograph, name="photograph"
    ),
    path("participants/<name:participant>/", views.participant, name="participant"),
    path(f"participants/{_RECORD}new/", records.record_new, name="record_new"),
    path(f"participants/{_RECORD}", records.record, name="record"),
    path(f"participants/{_NUMBERED}", records.record, name="record"),
    path(f"preview/{_RECORD}", records.preview, name="preview"),
    path(f"preview/{_NUMBERED}", records.preview, name="preview"),
    path(f"draft/{_RECORD}", records.draft, name="draft"),
    path(f"draft/{_NUMBERED}", records.draft, name="draft"),
    path(f"strike/{_RECORD}", records.strike, name="strike"),
    path(f"strike/{_NUMBERED}", records.strike, name="strike"),
]
