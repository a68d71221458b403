"""G20: points of the OWASP Application Security Verification Standard, level 2, that apply; docs/reference/security.md
lists them all with the test that holds each."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from firstdose.web.accounts.rights import ROLES
from firstdose.web.project import settings as shipped
from tests.shared import ROOT
from tests.web import people
from tests.web.accounts.addresses import addresses, readable
from tests.web.accounts.doors import FACTOR, LOGIN, add_factor, code_of, log_in

TEMPLATES = sorted((ROOT / "src" / "firstdose" / "web").rglob("templates/**/*.html"))
VALUE = "VALUE-OF-A-PARTICIPANT-4711"


@pytest.fixture
def somebody(study):
    return people.person_of("coordinator")


# -------------------------------------------------------------------------------------------------------- headers, cookies


def test_every_answer_bears_the_headers(as_role, client):
    for answer in (
        client.get(LOGIN),
        as_role("monitor").get("/people/"),
        client.get("/nowhere/"),
        client.get("/health/"),
    ):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "no-store" in answer["Cache-Control"]
        assert "camera=()" in answer["Permissions-Policy"]
        assert "Server" not in answer


def test_the_content_policy_allows_nothing_inline_and_nobody_else(client, study):
    policy = client.get(LOGIN)["Content-Security-Policy"]
    told = {part.split()[0]: set(part.split()[1:]) for part in policy.split(";") if part.strip()}
    assert told["default-src"] == {"'none'"}
    assert told["frame-ancestors"] == told["base-uri"] == {"'none'"}
    assert told["form-action"] == {"'self'"}
    assert {source for sources in told.values() for source in sources} <= {"'none'", "'self'", "data:"}
    assert "data:" not in told["script-src"] | told["style-src"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_has_inline_script_or_style_or_marks_text_as_safe(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+\s*=|\sstyle\s*=|<style|javascript:", text)
    assert "autoescape off" not in text
    assert set(re.findall(r"\{\{\s*([\w.]+)\|safe", text)) <= {"totp_svg"}


def test_cookies_are_closed_to_scripts_and_other_sites(client, somebody):
    client.get(LOGIN)
    session = log_in(somebody, add_factor(somebody)).cookies["sessionid"]
    for cookie in (session, client.cookies["csrftoken"]):
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    assert not session["expires"], "ends with the browser"


def test_the_session_number_changes_at_login(somebody):
    """Session fixation."""
    secret, client = add_factor(somebody), Client()
    client.post(LOGIN, {"login": somebody.email, "password": people.PASSWORD})
    before = client.cookies["sessionid"].value
    client.post(FACTOR, {"code": code_of(secret)})
    assert client.cookies["sessionid"].value != before
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert stolen.get("/account/").status_code == 302


# ----------------------------------------------------------------------------------------------- requests that are not ours


def test_every_address_refuses_a_post_without_the_token_of_the_form(as_role):
    clients = {role: as_role(role) for role in ROLES}
    for client in clients.values():
        client.handler.enforce_csrf_checks = True
    for address in addresses():
        if readable(address):
            role = next((role for role in ROLES if _may(role, address.rights)), "administrator")
            assert clients[role].post(address.path()).status_code == 403, address.route


def _may(role, rights):
    from firstdose.web.accounts.rights import may

    return any(may(role, right) for right in rights)


def test_no_view_is_exempt_from_the_token():
    assert [each.route for each in addresses() if getattr(each.view, "csrf_exempt", False)] == []


@pytest.mark.parametrize(
    "host", ["evil.example.org", "localhost.evil.example.org", "localhost:80@evil.example.org", "a b"]
)
def test_a_foreign_host_is_refused(client, db, host):
    assert client.get(LOGIN, headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example.org/",
        "//evil.example.org/",
        "/\\evil.example.org",
        "javascript:alert(1)",
        "http:///evil.example.org",
    ],
)
def test_nobody_is_sent_elsewhere_after_login_or_choosing_a_language(somebody, there):
    secret, client = add_factor(somebody), Client()
    client.post(
        f"{LOGIN}?next={there}", {"login": somebody.email, "password": people.PASSWORD, "next": there}
    )
    assert client.post(FACTOR, {"code": code_of(secret)}).url == "/"
    assert client.post("/i18n/setlang/", {"language": "fa", "next": there}).url == "/"


def test_whoever_was_sent_to_the_login_comes_back(somebody):
    secret, client = add_factor(somebody), Client()
    answer = client.get("/account/?a=1&b=2")
    client.post(
        answer.url, {"login": somebody.email, "password": people.PASSWORD, "next": "/account/?a=1&b=2"}
    )
    assert client.post(FACTOR, {"code": code_of(secret)}).url == "/account/?a=1&b=2"


@pytest.mark.parametrize("body", [b"a=" + b"x" * 5_100_000, b"&".join(b"a%d=1" % n for n in range(2100))])
def test_a_request_that_is_too_large_is_refused(client, db, body):
    answer = client.generic("POST", LOGIN, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/people/?q=%00", "/people/%00/", "/accounts/login/?next=%00"])
def test_nul_is_refused(as_role, path):
    assert as_role("monitor").get(path).status_code in {400, 404}


# ------------------------------------------------------------------------------------------------------------ error pages


@pytest.mark.parametrize("language", ["en", "fa"])
def test_error_pages_are_our_own_and_tell_nothing_of_the_inside(as_role, monkeypatch, language):
    client = as_role("monitor")
    client.raise_request_exception = False
    client.cookies["django_language"] = language

    def fail(*_, **__):
        raise RuntimeError(VALUE)

    monkeypatch.setattr("firstdose.web.accounts.views.held_on", fail)
    strict = Client(enforce_csrf_checks=True)
    answers = {
        400: client.get("/people/?q=%00"),
        403: client.get("/people/new/"),
        404: client.get("/nowhere/"),
        500: client.get("/people/history/"),
        "csrf": strict.post(LOGIN, {}),
    }
    for code, answer in answers.items():
        page = answer.content.decode()
        assert answer.status_code == (403 if code == "csrf" else code)
        assert '<main id="main"' in page
        assert f'lang="{language if code != "csrf" else "en"}"' in page
        assert not re.search(
            r"Traceback|File &quot;|/src/|site-packages|RuntimeError|Django", page + str(answer.headers)
        )
        assert VALUE not in page


# ------------------------------------------------------------------------------------------- logs, secrets, configuration


def test_the_server_log_holds_no_value_of_a_participant(as_role, caplog):
    """The log of the record does; this is the one of the process, which operators read."""
    caplog.set_level(logging.DEBUG)
    people.add_participant()
    client = as_role("coordinator")
    client.raise_request_exception = False
    for address in addresses():
        if readable(address) and address.rights:
            client.get(address.path(), {"text": VALUE})
            client.post(
                address.path(), {"text": VALUE, "erythema": VALUE, "reason": VALUE, "password": VALUE}
            )
    client.post(LOGIN, {"login": "a@example.org", "password": VALUE})
    assert VALUE not in caplog.text


def test_passwords_are_kept_by_argon2():
    assert [name.rsplit(".", 1)[1] for name in shipped.PASSWORD_HASHERS] == [Argon2PasswordHasher.__name__]


def test_the_site_is_never_in_debug_mode():
    assert shipped.DEBUG is False
    assert "DEBUG" not in Path(shipped.__file__).read_text(encoding="utf-8").replace("DEBUG = False", "")


def _settings(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python under other settings of the environment."""
    known = {**os.environ, "DJANGO_SETTINGS_MODULE": "firstdose.web.project.settings", **environment}
    return subprocess.run(
        [sys.executable, "-c", code], env=known, capture_output=True, text=True, timeout=120, check=False
    )


CHECK = "import django; django.setup(); from django.core.management import call_command as c; c('check', deploy=True, fail_level='INFO')"


def test_the_deployment_check_of_django_is_clean_behind_a_proxy(tmp_path):
    done = _settings(
        CHECK, FIRSTDOSE_STUDY=str(tmp_path), FIRSTDOSE_BEHIND_PROXY="1", FIRSTDOSE_HOSTS="trial.example.org",
        FIRSTDOSE_SECRET_KEY="", DATABASE_URL="",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_behind_a_proxy_https_is_compulsory_and_cookies_are_bound_to_it(tmp_path):
    code = (
        "from django.conf import settings as s; print(s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, "
        "s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS >= 31536000, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    )
    done = _settings(code, FIRSTDOSE_STUDY=str(tmp_path), FIRSTDOSE_BEHIND_PROXY="1", FIRSTDOSE_SECRET_KEY="")
    assert done.stdout.split() == ["True"] * 4 + ["__Host-session", "__Host-csrf"]


@pytest.mark.parametrize("more", [{"FIRSTDOSE_BEHIND_PROXY": "1"}, {"FIRSTDOSE_HOSTS": "trial.example.org"}])
def test_the_second_factor_cannot_be_switched_off_where_others_reach_the_site(tmp_path, more):
    done = _settings(
        "from django.conf import settings as s; s.DEBUG",
        FIRSTDOSE_STUDY=str(tmp_path),
        FIRSTDOSE_MFA="off",
        **more,
    )
    assert done.returncode != 0
    assert "rehearsal on this computer alone" in done.stderr


def test_the_secret_key_is_made_at_random_and_readable_by_its_owner_only(tmp_path):
    keys = []
    for name in ("one", "two"):
        folder = tmp_path / name
        _settings(
            "from django.conf import settings as s; s.DEBUG",
            FIRSTDOSE_STUDY=str(folder),
            FIRSTDOSE_SECRET_KEY="",
        )
        path = folder / "capture" / "secret.key"
        assert path.stat().st_mode & 0o077 == 0
        keys.append(path.read_text(encoding="ascii"))
    assert len(set(keys)) == 2
    assert min(map(len, keys)) >= 64


def test_every_login_goes_through_the_pages_of_login():
    """The second factor is asked of every session that came by HTTP; nothing of ours logs anybody in by itself."""
    ours = (ROOT / "src" / "firstdose" / "web").rglob("*.py")
    calls = [
        path.name
        for path in ours
        if re.search(r"force_login|[^_a-z]login\(request|import login\b", path.read_text("utf-8"))
    ]
    assert calls == []


def test_sessions_are_kept_in_the_database_as_json():
    assert site.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert site.SESSION_SERIALIZER.endswith("JSONSerializer")
