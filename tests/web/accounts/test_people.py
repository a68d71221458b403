"""P2-P4, P8, P9, S4, S7, S8: accounts and roles, each change an event, the past as it was."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from firstdose.records.log.event import Actor
from firstdose.values.issue import Issue
from firstdose.web.accounts import people as acts
from firstdose.web.accounts.history import held_on
from firstdose.web.accounts.invitations import accept, invite
from firstdose.web.accounts.models import Membership, Person
from firstdose.web.accounts.rights import RIGHTS, ROLES, may
from firstdose.web.accounts.separation import apart
from firstdose.web.audit.clock import now
from firstdose.web.audit.models import Event
from tests.web import people
from tests.web.accounts.doors import LOGIN, add_factor, log_in, told

BY = Actor(who="administrator-invented", role="administrator")
SITE = "https://trial.example.org"
NEW = {"name": "Nika Invented", "email": "Nika@example.org", "code": "nika", "reason": "joins"}
LINK = re.compile(r"/accounts/invitation/\S+")


@pytest.fixture
def administrator(as_role) -> Client:
    return as_role("administrator")


@pytest.fixture
def nika(study) -> Person:
    return acts.add_person(code="nika", email="nika@example.org", name="Nika Invented", by=BY, reason="joins")


def grant(person, role="coordinator", site="", since=None, until=None):
    since = since or now()
    return acts.grant(person=person, role=role, site=site, since=since, until=until, by=BY, reason="joins")


def link_in_mail() -> str:
    return LINK.search(mail.outbox[-1].body)[0]


# ------------------------------------------------------------------------------------------------ accounts, invitations


def test_a_person_comes_in_by_a_link_that_only_the_person_gets(administrator):
    page = administrator.post("/people/new/", NEW, follow=True).content.decode()
    assert mail.outbox[0].to == ["nika@example.org"]
    link = link_in_mail()
    assert link not in page
    assert link.split("/")[3] not in page
    chosen = "a phrase that I chose"
    assert Client().get(link).status_code == 200
    assert Client().post(link, {"password": chosen, "again": chosen}).url == LOGIN
    assert Person.objects.get(code="nika").check_password(chosen)
    assert [kind for kind, _ in told("user.added", "user.changed", "password.changed")] == [
        "user.added", "user.changed", "password.changed",
    ]  # fmt: skip


def test_a_link_works_once(nika):
    link = LINK.search(invite(person=nika, by=BY, reason="r", address=SITE))[0]
    form = {"password": "a phrase that I chose", "again": "a phrase that I chose"}
    assert Client().post(link, form).status_code == 302
    assert Client().post(link, form).status_code == 404


def test_a_link_works_for_72_hours(nika, clock_of_tests):
    link = LINK.search(invite(person=nika, by=BY, reason="r", address=SITE))[0]
    clock_of_tests.pass_by(hours=71)
    assert Client().get(link).status_code == 200
    clock_of_tests.pass_by(hours=2)
    assert Client().get(link).status_code == 404


def test_a_newer_link_voids_the_older(nika):
    first, second = (LINK.search(invite(person=nika, by=BY, reason="r", address=SITE))[0] for _ in range(2))
    assert [Client().get(link).status_code for link in (first, second)] == [404, 200]


def test_a_forged_link_is_void(nika):
    link = LINK.search(invite(person=nika, by=BY, reason="r", address=SITE))[0].split("/")[3]
    nonce, signature = link.rsplit(":", 1)
    for forged in (f"{nonce}x:{signature}", f"{nonce}:{signature}x", nonce, "x"):
        assert accept(token=forged, password="a phrase that I chose").code == "FD-W143"


def test_a_reset_ends_sessions_and_the_old_password(nika):
    """S8: made by the administrator, confirmed by the mail of the person."""
    nika.set_password(people.PASSWORD)
    nika.save()
    secret = add_factor(nika)
    grant(nika)
    acts.record_training(person=nika, role="coordinator", on=date(2024, 1, 1), training="GCP", by=BY)
    client = log_in(nika, secret)
    assert client.get("/account/").status_code == 200
    token = invite(person=nika, by=BY, reason="forgotten", address=SITE).rstrip("/").rsplit("/", 1)[1]
    accept(token=token, password="a phrase that I chose")
    assert client.get("/account/").status_code == 302


def test_no_mail_no_invitation_and_the_page_says_so(nika, monkeypatch):
    def fail(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    assert invite(person=nika, by=BY, reason="r", address=SITE).code == "FD-W147"


@pytest.mark.parametrize("clash", [{"code": "nika2"}, {"email": "other@example.org"}])
def test_neither_short_name_nor_address_is_given_twice(administrator, clash):
    """S4, 21 CFR 11.300(a): also when the account is closed."""
    administrator.post("/people/new/", NEW)
    Person.objects.filter(code="nika").update(is_active=False)
    answer = administrator.post("/people/new/", NEW | clash)
    assert answer.status_code == 422
    assert "FD-W137" in answer.content.decode()


@pytest.mark.parametrize(
    "odd", [{"code": "No!"}, {"email": "nobody"}, {"name": ""}, {"reason": " "}, {"name": "a\nb"}]
)
def test_an_odd_field_of_a_new_person_is_said_beside_it(administrator, odd):
    answer = administrator.post("/people/new/", NEW | odd)
    assert answer.status_code == 422
    assert not Person.objects.filter(code="nika").exists()


# ------------------------------------------------------------------------------------------------------------------ roles


def test_a_role_counts_only_from_the_day_of_training(nika):
    """P8, 21 CFR 11.10(i)."""
    row = grant(nika)
    assert not row.in_force
    acts.record_training(person=nika, role="coordinator", on=date(2024, 1, 1), training="GCP", by=BY)
    row.refresh_from_db()
    assert row.in_force
    assert told("user.trained")[-1][1]["training"] == "GCP"


def test_a_role_counts_from_its_first_day_to_its_last(nika):
    moment = now()
    acts.record_training(person=nika, role="coordinator", on=date(2024, 1, 1), training="GCP", by=BY)
    row = grant(nika, since=moment + timedelta(days=1), until=moment + timedelta(days=3))
    row.trained_on = date(2024, 1, 1)
    at = [row.in_force_at(moment + timedelta(days=days)) for days in (0, 1.5, 2.9, 3)]
    assert at == [False, True, True, False]


def test_whoever_administers_enters_no_data(nika):
    """P2."""
    entering = [role for role in ROLES if apart("administrator", role)]
    assert {"coordinator", "investigator", "evaluator", "laboratory", "data manager", "board"} <= set(
        entering
    )
    grant(nika, "administrator")
    assert {grant(nika, role).code for role in entering} == {"FD-W135"}
    assert isinstance(grant(nika, "monitor"), Membership)


def test_the_blinded_evaluator_holds_nothing_that_sees_the_dose(nika):
    grant(nika, "evaluator")
    for role in ROLES:
        if may(role, "see dose"):
            assert grant(nika, role).code == "FD-W135"


def test_whoever_saw_the_dose_once_cannot_rate_blind_later(nika):
    row = grant(nika, "coordinator")
    acts.record_training(person=nika, role="coordinator", on=date(2024, 1, 1), training="GCP", by=BY)
    acts.withdraw(membership=Membership.objects.get(pk=row.pk), by=BY, reason="changes")
    assert grant(nika, "evaluator").code == "FD-W136"


def test_nobody_gives_a_role_to_themselves(as_role):
    administrator = people.person_of("administrator")
    refused = acts.grant(
        person=administrator, role="monitor", site="", since=now(), until=None, reason="r",
        by=Actor(who=administrator.code),
    )  # fmt: skip
    assert refused.code == "FD-W142"


def test_the_last_administrator_stays(study):
    person = people.person_of("administrator")
    assert acts.withdraw(membership=person.memberships.get(), by=BY, reason="r").code == "FD-W141"
    assert acts.leave(person=person, by=people.SETTER, reason="r").code == "FD-W141"
    people.person_of("administrator", name="Second Invented")
    assert acts.leave(person=person, by=people.SETTER, reason="r") is None


def test_the_same_role_at_the_same_site_is_given_once(nika):
    grant(nika)
    assert grant(nika).code == "FD-W140"


def test_somebody_with_two_roles_chooses_one_for_the_session(as_role):
    client = as_role("monitor")
    person = people.person_of("monitor")
    Membership.objects.create(
        person=person, role="statistician", since=people.WHEN, trained_on=date(2024, 1, 1)
    )
    assert client.get("/people/").url == "/choose-role/"
    assert client.post("/choose-role/", {"role": "statistician"}).status_code == 302
    assert client.get("/people/").status_code == 403
    client.post("/choose-role/", {"role": "administrator"})
    assert client.get("/people/").status_code == 403
    client.post("/choose-role/", {"role": "monitor"})
    assert client.get("/people/").status_code == 200


def test_a_chosen_role_that_is_withdrawn_is_not_replaced_by_another_silently(as_role):
    client = as_role("monitor")
    person = people.person_of("monitor")
    for role in ("statistician", "data manager"):
        Membership.objects.create(person=person, role=role, since=people.WHEN, trained_on=date(2024, 1, 1))
    client.post("/choose-role/", {"role": "statistician"})
    person.memberships.filter(role="statistician").update(until=now())
    assert client.get("/account/").url == "/choose-role/"


# ----------------------------------------------------------------------------------------------------- leaving, lost factor


def test_leaving_ends_roles_sessions_links_and_factors_at_once(nika):
    """P4."""
    nika.set_password(people.PASSWORD)
    nika.save()
    secret = add_factor(nika)
    grant(nika)
    acts.record_training(person=nika, role="coordinator", on=date(2024, 1, 1), training="GCP", by=BY)
    client = log_in(nika, secret)
    token = invite(person=nika, by=BY, reason="r", address=SITE).rsplit("/", 2)[1]
    assert acts.leave(person=nika, by=BY, reason="leaves the centre") is None
    assert client.get("/account/").status_code == 302
    assert Client().post(LOGIN, {"login": nika.email, "password": people.PASSWORD}).status_code == 200
    assert accept(token=token, password="a phrase that I chose").code == "FD-W143"
    assert [kind for kind, _ in told("role.withdrawn", "factor.withdrawn", "logout.done", "user.left")] == [
        "role.withdrawn", "factor.withdrawn", "logout.done", "user.left",
    ]  # fmt: skip
    assert grant(nika).code == "FD-W144"


def test_a_lost_second_factor_is_void_at_once_and_its_replacement_is_logged(nika):
    """P9, 21 CFR 11.300(c)."""
    nika.set_password(people.PASSWORD)
    nika.save()
    secret = add_factor(nika)
    client = log_in(nika, secret)
    assert acts.withdraw_factor(person=nika, by=BY, reason="telephone stolen", address=SITE) is None
    assert client.get("/accounts/2fa/").status_code == 302
    assert not Authenticator.objects.filter(user=nika).exists()
    assert Client().post(LOGIN, {"login": nika.email, "password": people.PASSWORD}).status_code == 200
    assert told("factor.withdrawn")[-1][1]["reason"] == "telephone stolen"
    assert "/accounts/invitation/" in mail.outbox[-1].body


def test_an_act_leaves_neither_row_nor_event_when_its_event_cannot_be_written(nika, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("firstdose.web.accounts.people.note", fail)
    with pytest.raises(RuntimeError):
        grant(nika)
    assert not nika.memberships.exists()


@pytest.mark.parametrize("name", ["grant", "train", "identify", "invite", "factor", "logins", "leave"])
def test_an_act_without_what_it_needs_is_refused_on_the_page(administrator, nika, name):
    before = Event.objects.count()
    answer = administrator.post(f"/people/p/nika/{name}/", {})
    assert answer.status_code == 422
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("name", "fields", "kind"),
    [
        ("grant", {"role": "monitor", "site": "", "since": "2024-05-01", "reason": "joins"}, "role.granted"),
        ("train", {"role": "monitor", "on": "2024-05-01", "training": "GCP 2"}, "user.trained"),
        ("identify", {"document": "passport", "on": "2024-05-01"}, "user.identified"),
        ("invite", {"reason": "forgotten"}, "user.changed"),
        ("factor", {"reason": "lost"}, "user.changed"),
        ("leave", {"reason": "leaves"}, "user.left"),
    ],
)
def test_every_act_of_the_page_is_on_record_with_who_did_it(administrator, nika, name, fields, kind):
    assert administrator.post(f"/people/p/nika/{name}/", fields).status_code == 302
    event = Event.objects.filter(kind=kind).order_by("-seq").first()
    assert (event.actor, event.role) == ("administrator-invented", "administrator")


# ------------------------------------------------------------------------------------------------------ the past, the matrix


def test_who_was_what_on_a_past_day_is_told_as_it_was(study, clock_of_tests):
    """P3, E6(R3) 4.3.8(c). The log's own clock is set; nothing is written into the past."""
    start = clock_of_tests.now()
    person = acts.add_person(code="nika", email="nika@example.org", name="Nika", by=BY, reason="joins")
    acts.grant(person=person, role="coordinator", site="", since=start, until=None, by=BY, reason="joins")
    clock_of_tests.pass_by(days=10)
    acts.record_training(
        person=person, role="coordinator", on=clock_of_tests.now().date(), training="GCP", by=BY
    )
    clock_of_tests.pass_by(days=10)
    acts.withdraw(membership=person.memberships.get(), by=BY, reason="ends")
    found = [held_on((start + timedelta(days=days)).date()) for days in (-1, 1, 11, 20, 21)]
    assert [len(rows) for rows in found] == [0, 1, 1, 1, 0]
    assert [rows[0].in_force for rows in found[1:4]] == [False, True, True]
    assert found[3][0].until


def test_the_history_is_a_page_and_a_table(administrator, nika):
    grant(nika)
    day = now().date().isoformat()
    assert "Nika Invented" in administrator.get(f"/people/history/?day={day}").content.decode()
    answer = administrator.get(f"/people/history/?day={day}&format=csv")
    (row,) = csv.DictReader(answer.content.decode().splitlines())
    assert (row["person"], row["role"], row["granted_by"]) == (
        "nika",
        "coordinator",
        "administrator-invented",
    )
    assert administrator.get("/people/history/?day=31").status_code == 422


def test_a_cell_of_the_table_is_no_formula_of_a_spreadsheet(administrator, study):
    person = acts.add_person(code="nika", email="n@example.org", name="=HYPERLINK(1)", by=BY, reason="joins")
    grant(person)
    answer = administrator.get("/people/history/?format=csv").content.decode()
    assert ",'=HYPERLINK(1)," in answer


def test_the_matrix_of_rights_is_printed_cell_by_cell(administrator):
    page = administrator.get("/rights/").content.decode()
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    cells = [["yes" in cell for cell in row.split("<td>")[1:]] for row in body.split("<tr>")[1:]]
    assert cells == [[role in holders for role in ROLES] for _, holders in RIGHTS.values()]


def test_a_review_of_rights_is_on_record(administrator):
    administrator.post("/people/review/", {"finding": "nothing to change"})
    assert told("role.reviewed") == [("role.reviewed", {"finding": "nothing to change"})]
    assert "Last reviewed on" in administrator.get("/people/").content.decode()


def test_the_first_administrator_gets_a_link_and_nothing_else(study):
    process = Actor(who="process serve 1")
    link = acts.begin(
        email="a@example.org", name="Ada Invented", by=process, address=SITE, training="manual 1"
    )
    assert not isinstance(link, Issue)
    person = Person.objects.get(email="a@example.org")
    assert not person.has_usable_password()
    assert [(row.role, row.in_force) for row in person.memberships.all()] == [("administrator", True)]
