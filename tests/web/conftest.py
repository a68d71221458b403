"""Tests of the site run on SQLite, or on the PostgreSQL of DATABASE_URL."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.web.settings")

import django

django.setup()

from tests.web import people  # noqa: E402
from tests.web.on_file import on_file  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client

    from firstdose.web.audit.study import Study


@pytest.fixture(scope="session", autouse=True)
def _protocols_are_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("firstdose.web.audit.study.read_protocol_text", people.read_once)
        yield


@pytest.fixture
def study(db) -> Study:
    """The seed trial, activated in an empty database."""
    return people.activate()


@pytest.fixture
def shared(transactional_db, tmp_path: Path) -> Iterator[None]:
    """An empty database that several threads see."""
    with on_file(tmp_path / "shared.sqlite3"):
        yield


@pytest.fixture
def as_role(study) -> Callable[..., Client]:
    """`as_role("coordinator")`: a client logged in as somebody with this role."""
    return people.client_of
