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

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from firstdose.web.audit.study import Study


@pytest.fixture
def study(db) -> Study:
    """The seed trial, activated in an empty database."""
    return people.activate()


@pytest.fixture
def as_role(study) -> Callable[..., Client]:
    """`as_role("coordinator")`: a client logged in as somebody with this role."""
    return people.client_of
