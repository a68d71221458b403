"""Addresses of review."""

from __future__ import annotations

from django.urls import path

from firstdose.web.review import views, views_of_locks, views_of_protocol, views_of_signing

urlpatterns = [
    path("queries/", views.queries, name="queries"),
    path("queries/new/", views.query_new, name="query_new"),
    path("queries/<int:number>/", views.query, name="query"),
    path("verify/<str:participant>/<str:visit>/", views_of_signing.verification, name="verification"),
    path("sign/<str:participant>/<str:visit>/", views_of_signing.signing, name="signing"),
    path("signatures/<str:participant>/", views_of_signing.signed, name="signed"),
    path("locks/", views_of_locks.locks, name="locks"),
    path("protocol/", views_of_protocol.protocol, name="protocol"),
    path("protocol/text/", views_of_protocol.text, name="protocol_text"),
    path("deviations/", views_of_locks.deviations, name="deviations"),
    path("deviations/<str:name>/", views_of_locks.deviation, name="deviation"),
]
