"""Addresses of exports and imports."""

from __future__ import annotations

from django.urls import path

from firstdose.web.exports import views

urlpatterns = [
    path("exports/", views.exports, name="exports"),
    path("exports/pack/", views.pack, name="pack"),
    path("exports/crf/<str:participant>/", views.crf, name="crf"),
    path("exports/<str:form>/", views.export, name="export"),
    path("import/", views.import_, name="import"),
]
