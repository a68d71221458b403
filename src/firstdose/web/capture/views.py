"""Pages of this app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from firstdose.web.accounts.rights import needs


@needs("see participants")
def calendar(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@needs("see participants")
def participants(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
