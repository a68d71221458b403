"""Pages of this app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from firstdose.web.accounts.rights import needs


@needs("see trail")
def trail(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@needs("keep system")
def system(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
