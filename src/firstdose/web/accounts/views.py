"""Pages of this app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from firstdose.web.accounts.rights import needs


@needs("see people")
def people(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
