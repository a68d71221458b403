"""What every request and every answer passes: no NUL in texts, nothing kept by browsers or proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest
from django.utils.cache import patch_cache_control

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest, HttpResponse

_FEATURES = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class Hardened:
    """Middleware. PostgreSQL cannot store NUL, and nobody types it: such a request is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            patch_cache_control(response, no_store=True, private=True)
        response.headers.setdefault("Permissions-Policy", _FEATURES)
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Texts of the request, before any view reads them.

        Raises:
            BadRequest: one of them holds NUL.
        """
        if any("\0" in text for text in _texts(request)):
            raise BadRequest


def _texts(request: HttpRequest) -> Iterable[str]:
    yield request.path_info
    for fields in (request.GET, request.POST):
        for name, values in fields.lists():
            yield name
            yield from values
