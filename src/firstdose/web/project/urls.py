"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

from firstdose.web.project import language, views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("no-role/", views.no_role, name="no_role"),
    path("i18n/setlang/", language.choose, name="set_language"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("firstdose.web.accounts.urls")),
    path("", include("firstdose.web.trail.urls")),
    path("", include("firstdose.web.capture.urls")),
    path("", include("firstdose.web.review.urls")),
    path("", include("firstdose.web.safety.urls")),
    path("", include("firstdose.web.exports.urls")),
]
