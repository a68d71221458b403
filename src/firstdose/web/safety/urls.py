"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.safety import views_board, views_custody, views_dose, views_events, views_override

urlpatterns = [
    path("events/", views_events.events, name="events"),
    path("events/terms/", views_events.terms, name="event_terms"),
    path("events/<str:participant>/<str:repeat>/", views_events.event, name="event"),
    path("escalation/", views_board.escalation, name="escalation"),
    path("escalation/packet.<str:kind>", views_board.board_packet, name="board_packet"),
    path("participants/<str:participant>/injection-day/", views_dose.injection_day, name="injection_day"),
    path(
        "injections/<str:participant>/<str:visit>/<str:lesion>/",
        views_dose.injection_edit,
        name="injection_edit",
    ),
    path("participants/<str:participant>/override/", views_override.override, name="override"),
    path("custody/", views_custody.custody, name="custody"),
    path("custody/<path:name>/", views_custody.custody_of, name="custody_of"),
]
