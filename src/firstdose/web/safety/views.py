"""Pages of this app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from firstdose.web.accounts.rights import needs


@needs("see events")
def events(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@needs("see decision")
def escalation(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
