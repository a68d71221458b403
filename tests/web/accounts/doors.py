"""How somebody gets in: a second factor of RFC 6238, computed here, and the pages of login."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.test import Client

from firstdose.web.accounts.models import Person
from firstdose.web.audit.reading import events
from tests.web import people

LOGIN, FACTOR = "/accounts/login/", "/accounts/2fa/authenticate/"


def code_of(secret: str, ahead: int = 0) -> str:
    """TOTP: six digits, 30 s, SHA-1 (RFC 6238); `ahead`: steps from now."""
    counter = (int(time.time()) // 30 + ahead).to_bytes(8)  # noqa: TID251, the code of this very half minute
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 10**6:06}"


def add_factor(person: Person) -> str:
    """A second factor for somebody; its secret."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    Authenticator.objects.create(user=person, type="totp", data={"secret": get_adapter().encrypt(secret)})
    return secret


def log_in(person: Person, secret: str, ahead: int = 0) -> Client:
    """By the real pages: password, then code."""
    client = Client()
    answer = client.post(LOGIN, {"login": person.email, "password": people.PASSWORD})
    assert answer.status_code == 302, answer.content
    assert answer.url == FACTOR
    answer = client.post(FACTOR, {"code": code_of(secret, ahead)})
    assert answer.status_code == 302, answer.content
    return client


def told(*kinds: str) -> list[tuple[str, dict]]:
    """Kind and payload of these events, in order."""
    return [(event.kind, dict(event.payload or {})) for event in events(kind__in=kinds)]
