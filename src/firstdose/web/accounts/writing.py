"""One transaction for rows of accounts and the events that tell of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from firstdose.web.audit.head import writing

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def together() -> Iterator[None]:
    """All or nothing. Whoever writes waits in one queue: for the head of the log first, for rows only then."""
    with writing():
        yield
