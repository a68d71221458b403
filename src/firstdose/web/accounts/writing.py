"""One transaction for rows of accounts and the events that tell of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def together() -> Iterator[None]:
    """All or nothing."""
    with transaction.atomic():
        yield
