"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from firstdose.web.accounts import views, views_of_oneself, views_of_person

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/history/", views.history, name="people_history"),
    path("people/review/", views.review, name="people_review"),
    path("people/p/<slug:code>/", views_of_person.person, name="person"),
    path("people/p/<slug:code>/roles/<int:number>/", views_of_person.withdraw, name="role_withdraw"),
    path("people/p/<slug:code>/<slug:name>/", views_of_person.act, name="person_act"),
    path("rights/", views.rights, name="rights"),
    path("account/", views_of_oneself.account, name="account"),
    path("account/logins/<int:number>/", views_of_oneself.login_end, name="login_end"),
    path("choose-role/", views_of_oneself.choose_role, name="choose_role"),
    path("accounts/invitation/<str:token>/", views_of_oneself.invitation, name="invitation"),
]
