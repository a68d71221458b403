"""Pages of this app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from firstdose.web.accounts.rights import needs


@needs("see queries")
def queries(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@needs("see deviations")
def deviations(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
