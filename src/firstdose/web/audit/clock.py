"""The server's clock: the only place of the web application that reads it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This moment in UTC, to the microsecond."""
    return datetime.now(UTC)  # noqa: TID251, events are stamped by the server and by nothing else


def stamp(moment: datetime) -> str:
    """As the log writes a moment: YYYY-MM-DDThh:mm:ss.ffffffZ."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_stamp(text: str) -> datetime:
    """The moment of a stamp."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
