"""Where things are kept: the database of a URL, and the secret key beside the study."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

# FULL: an acknowledged save survives a power cut. recursive_triggers: REPLACE cannot pass the triggers of DELETE.
_SQLITE = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; PRAGMA foreign_keys=ON;"
)


def database_of(url: str, kept: Path) -> dict[str, Any]:
    """Django's words for `postgresql://user:password@host:port/name`, or SQLite in the study's folder where it is ''."""
    if not url:
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _SQLITE}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": kept / "capture.sqlite3", "OPTIONS": options}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(
            f"DATABASE_URL begins with {parts.scheme!r}. Write postgresql://user:password@host/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 600,  # a new connection takes as long as a save, and looks whether the triggers are there
        "CONN_HEALTH_CHECKS": True,
    }


def secret_of(kept: Path) -> str:
    """FIRSTDOSE_SECRET_KEY, or the key that was made for this study; readable by its owner only."""
    if known := os.environ.get("FIRSTDOSE_SECRET_KEY"):
        return known
    path = kept / "secret.key"
    if not path.is_file():
        kept.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64), encoding="ascii")
    return path.read_text(encoding="ascii")
