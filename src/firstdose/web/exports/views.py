"""Pages of this app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from firstdose.web.accounts.rights import needs


@needs("export")
def exports(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
