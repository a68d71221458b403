"""The first page, the page of somebody without a role, and the answer to a health check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from firstdose.web.accounts.rights import needs

if TYPE_CHECKING:
    from django.http import HttpRequest

    from firstdose.web.accounts.standing import Request


@needs("own")
def home(request: Request) -> HttpResponse:
    """The calendar for those who see participants, else the people's page."""
    return HttpResponseRedirect(reverse("calendar" if request.standing.may("see participants") else "people"))


def no_role(request: HttpRequest) -> HttpResponse:
    """For somebody who is logged in and has no role in force."""
    return render(request, "project/no_role.html", status=403)


def health(_: HttpRequest) -> HttpResponse:
    """Whether the site and its database answer; says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
