"""P5, A8: who comes in, how often they may fail, how long they stay, and what the log keeps of it."""

from __future__ import annotations

import re

import pytest
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client, RequestFactory

from firstdose.web.accounts.models import Login
from firstdose.web.project import settings as site
from tests.web import people
from tests.web.accounts.doors import FACTOR, LOGIN, add_factor, code_of, log_in, told

ATTEMPTS = ("login.done", "login.failed", "login.locked")


@pytest.fixture
def somebody(study):
    return people.person_of("coordinator")


def fail(name: str, times: int) -> None:
    for _ in range(times):
        Client().post(LOGIN, {"login": name, "password": "wrong"})


def test_password_and_code_let_in_and_the_log_says_by_what(somebody):
    client = log_in(somebody, add_factor(somebody))
    assert client.get("/account/").status_code == 200
    ((_, payload),) = told("login.done")
    assert payload == {"name": somebody.email, "person": somebody.code, "factors": "password totp"}


def test_a_password_alone_opens_nothing_where_a_second_factor_is_set_up(somebody):
    add_factor(somebody)
    client = Client()
    client.post(LOGIN, {"login": somebody.email, "password": people.PASSWORD})
    assert client.get("/account/").url == f"{LOGIN}?next=/account/"


def test_whoever_has_no_second_factor_is_led_to_one_before_anything_else(
    somebody, django_capture_on_commit_callbacks
):
    client = Client()
    client.post(LOGIN, {"login": somebody.email, "password": people.PASSWORD})
    for address in ("/", "/calendar/", "/account/", "/accounts/password/change/", "/choose-role/"):
        assert client.get(address).url == "/accounts/2fa/totp/activate/"
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert "<svg" in page
    assert "style=" not in page.split("<main")[1]
    secret = re.search(r'<code dir="ltr">([A-Z2-7]+)</code>', page)[1]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.url == "/accounts/2fa/recovery-codes/"
    assert len(re.findall(r"<li><code>\d{8}</code>", client.get(answer.url).content.decode())) == 10
    assert client.get("/account/").status_code == 200
    assert sorted(payload["factor"] for _, payload in told("factor.added")) == ["recovery_codes", "totp"]


def test_the_secret_of_a_second_factor_is_not_readable_in_the_database(somebody):
    secret = add_factor(somebody)
    assert secret not in str(Authenticator.objects.get().data)


def test_recovery_codes_are_shown_once(somebody, django_capture_on_commit_callbacks):
    client = Client()
    client.post(LOGIN, {"login": somebody.email, "password": people.PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'<code dir="ltr">([A-Z2-7]+)</code>', page)[1]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    first = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert re.search(r"<code>\d{8}</code>", first)
    assert not re.search(r"<code>\d{8}</code>", client.get("/accounts/2fa/recovery-codes/").content.decode())


def test_a_code_lets_in_only_once(somebody):
    secret = add_factor(somebody)
    log_in(somebody, secret)
    client = Client()
    client.post(LOGIN, {"login": somebody.email, "password": people.PASSWORD})
    assert client.post(FACTOR, {"code": code_of(secret)}).status_code == 200
    assert client.get("/account/").status_code == 302


def test_the_fifth_failure_locks_for_fifteen_minutes_even_with_the_right_password(somebody, clock_of_tests):
    fail(somebody.email, 5)
    answer = Client().post(LOGIN, {"login": somebody.email, "password": people.PASSWORD})
    assert "locked for 15 minutes" in answer.content.decode()
    assert [kind for kind, _ in told(*ATTEMPTS)] == ["login.failed"] * 5 + ["login.locked"]
    clock_of_tests.pass_by(minutes=16)
    assert Client().post(LOGIN, {"login": somebody.email, "password": people.PASSWORD}).status_code == 302


def test_four_failures_and_failures_long_ago_do_not_lock(somebody, clock_of_tests):
    fail(somebody.email, 4)
    clock_of_tests.pass_by(minutes=16)
    fail(somebody.email, 4)
    assert Client().post(LOGIN, {"login": somebody.email, "password": people.PASSWORD}).status_code == 302


@pytest.fixture
def limits_of_the_site(settings):
    """The limits by address are off in other tests, which all come from one address."""
    settings.ACCOUNT_RATE_LIMITS = site.ACCOUNT_RATE_LIMITS


def use_up(app: str, action: str, times: int) -> None:
    """So many requests from the address of the tests, each for another name."""
    request = RequestFactory().post(LOGIN)
    for number in range(times):
        assert ratelimit.consume(request, app=app, action=action, key=f"name {number}")


def test_fifty_people_of_one_clinic_come_in_within_a_minute_behind_one_address(study, limits_of_the_site):
    for number in range(50):
        person = people.person_of("coordinator", name=f"Person Number {number}")
        if number % 2:
            fail(person.email, 1)
        answer = Client().post(LOGIN, {"login": person.email, "password": people.PASSWORD})
        assert answer.status_code == 302, f"{number}: {answer.status_code}"


def test_one_address_that_tries_name_after_name_is_refused_after_a_hundred_failures(
    somebody, limits_of_the_site
):
    use_up("allauth.account", "login_failed", 99)
    fail("the.hundredth@example.org", 1)
    answer = Client().post(LOGIN, {"login": somebody.email, "password": people.PASSWORD})
    assert (answer.status_code, "Too many failures" in answer.content.decode()) == (200, True)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(LOGIN, {"login": somebody.email, "password": people.PASSWORD}).status_code == 302


def test_one_address_that_asks_without_end_is_held_up(study, limits_of_the_site):
    use_up("allauth.account", "login", 239)
    answers = [Client().post(LOGIN, {"login": "", "password": ""}).status_code for _ in range(2)]
    assert answers == [200, 429]


def test_wrong_codes_of_the_second_factor_lock_too(somebody):
    add_factor(somebody)
    client = Client()
    client.post(LOGIN, {"login": somebody.email, "password": people.PASSWORD})
    for _ in range(5):
        client.post(FACTOR, {"code": "000000"})
    assert [payload["step"] for kind, payload in told(*ATTEMPTS) if kind == "login.locked"] == [
        "second factor"
    ]
    assert "locked for" in client.post(FACTOR, {"code": "000000"}).content.decode()


def test_an_unknown_name_and_a_known_one_answer_alike(somebody):
    known = Client().post(LOGIN, {"login": somebody.email, "password": "wrong"})
    unknown = Client().post(LOGIN, {"login": "nobody@example.org", "password": "wrong"})
    words = [
        re.sub(r'value="[^"]*"', "", answer.content.decode().replace(name, "NAME"))
        for answer, name in ((known, somebody.email), (unknown, "nobody@example.org"))
    ]
    assert words[0] == words[1]
    assert known.status_code == unknown.status_code


def test_the_log_keeps_no_password_that_was_tried(somebody):
    Client().post(LOGIN, {"login": somebody.email, "password": "secret-of-mine"})
    Client().post(LOGIN, {"login": "secret-of-mine", "password": "x"})
    assert "secret-of-mine" not in str(told(*ATTEMPTS))


def test_a_lock_warns_the_administrators_by_mail_and_on_their_pages(somebody, as_role):
    administrator = people.person_of("administrator")
    fail(somebody.email, 5)
    (letter,) = mail.outbox
    assert letter.to == [administrator.email]
    assert somebody.email in letter.body
    assert "1 account was locked" in as_role("administrator").get("/people/").content.decode()
    assert "account was locked" not in as_role("monitor").get("/people/").content.decode()


def test_half_an_hour_without_a_request_ends_a_session(somebody, clock_of_tests):
    client = log_in(somebody, add_factor(somebody))
    for minutes in (29, 29):
        clock_of_tests.pass_by(minutes=minutes)
        assert client.get("/account/").status_code == 200
    clock_of_tests.pass_by(minutes=31)
    assert client.get("/account/").url == LOGIN
    assert told("logout.done")[-1][1]["how"] == "limit of time"


def test_twelve_hours_end_a_session_whatever_was_done(somebody, clock_of_tests):
    client = log_in(somebody, add_factor(somebody))
    for _ in range(24):
        clock_of_tests.pass_by(minutes=29.9)
        assert client.get("/account/").status_code == 200
    clock_of_tests.pass_by(minutes=5)
    assert client.get("/account/").status_code == 302


def test_a_session_is_listed_and_can_be_ended_from_another(somebody):
    secret = add_factor(somebody)
    here, there = log_in(somebody, secret, -1), log_in(somebody, secret)
    other = Login.objects.order_by("pk").last()
    assert f"/account/logins/{other.pk}/" in here.get("/account/").content.decode()
    here.post(f"/account/logins/{other.pk}/")
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(somebody, as_role):
    log_in(somebody, add_factor(somebody))
    row = Login.objects.get(person=somebody)
    assert as_role("monitor").post(f"/account/logins/{row.pk}/").status_code == 404


def test_a_new_password_logs_out_everywhere_and_is_in_the_log(somebody):
    secret = add_factor(somebody)
    here, there = log_in(somebody, secret, -1), log_in(somebody, secret)
    new = "another long pass phrase"
    told_to = {"oldpassword": people.PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", told_to).status_code == 302
    assert there.get("/account/").status_code == 302
    assert told("password.changed")[-1][1]["person"] == somebody.code


@pytest.mark.parametrize("weak", ["short", "123456789012345", "password1234", "coordinator-invented"])
def test_a_weak_password_is_refused(somebody, weak):
    client = log_in(somebody, add_factor(somebody))
    answer = client.post(
        "/accounts/password/change/", {"oldpassword": people.PASSWORD, "password1": weak, "password2": weak}
    )
    assert answer.status_code == 200
    somebody.refresh_from_db()
    assert somebody.check_password(people.PASSWORD)


def test_logging_out_ends_the_session_and_is_in_the_log(somebody):
    client = log_in(somebody, add_factor(somebody))
    key = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    client.cookies["sessionid"] = key
    assert client.get("/account/").status_code == 302
    assert told("logout.done")[-1][1] == {"person": somebody.code, "how": "by the person"}


@pytest.mark.parametrize(
    "address",
    [
        "signup/",
        "email/",
        "password/reset/",
        "password/set/",
        "confirm-email/",
        "2fa/recovery-codes/download/",
    ],
)
def test_pages_of_the_library_that_are_not_used_are_not_there(client, as_role, study, address):
    assert client.get(f"/accounts/{address}").status_code == 404
    assert as_role("administrator").get(f"/accounts/{address}").status_code == 404


def test_without_the_second_factor_every_page_says_that_it_is_a_rehearsal(somebody, settings, client):
    settings.MFA_REQUIRED = False
    assert "second factor is switched off" in client.get(LOGIN).content.decode()
    client.post(LOGIN, {"login": somebody.email, "password": people.PASSWORD})
    assert "second factor is switched off" in client.get("/account/").content.decode()
