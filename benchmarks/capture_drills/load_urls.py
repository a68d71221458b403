"""The site's addresses and `bare/`: a view that writes what was posted as rows of a plain table, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import include, path

if TYPE_CHECKING:
    from django.http import HttpRequest

TABLE = "CREATE TABLE bare_value (participant TEXT, item TEXT, text TEXT)"


def bare(request: HttpRequest) -> HttpResponse:
    """The boxes of the form as they were sent, in one transaction."""
    rows = [(request.user.code, name, text) for name, text in request.POST.items() if name.startswith("v-")]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bare_value VALUES (%s, %s, %s)", rows)
    return HttpResponse(str(len(rows)))


urlpatterns = [path("bare/", bare), path("", include("firstdose.web.project.urls"))]
