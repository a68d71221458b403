"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

from firstdose.web.project import views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("no-role/", views.no_role, name="no_role"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("firstdose.web.accounts.urls")),
    path("", include("firstdose.web.audit.urls")),
    path("", include("firstdose.web.capture.urls")),
    path("", include("firstdose.web.review.urls")),
    path("", include("firstdose.web.safety.urls")),
    path("", include("firstdose.web.exports.urls")),
]
