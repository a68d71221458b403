"""P1, P7, G15: role x address x site x blinding, every cell, the addresses taken from the resolver itself.

What is searched for the blinded: every answer's status line, headers, file name and body, the files of an archive too; the
inside of a PDF is not read. Timing is not tested: how long
an answer takes could tell something in theory, and no promise is made about it.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from firstdose.records.log.event import Key, NewEvent
from firstdose.web.accounts.rights import BLIND, RIGHTS, ROLES, may
from firstdose.web.accounts.sessions import USED
from firstdose.web.audit.append import append
from firstdose.web.audit.models import Event
from tests.web import people
from tests.web.accounts.addresses import OPEN, addresses, readable

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tests.web.accounts.addresses import Address

pytestmark = pytest.mark.slow

METHODS = ("get", "post")
ELSEWHERE = "XQ-777"  # a participant of another site
SECRETS = ("DLSECRET77", "LOTSECRET88", "31234567")
OURS = [address for address in addresses() if address.rights]
ASKED = {
    "participant": "P-001", "visit": "D0", "form": "injection", "repeat": "L1", "lesion": "L1",
    "item": "planned_cells", "key": "P-001|D0|injection|L1|planned_cells", "q": "cells", "day": "2024-02-06",
}  # fmt: skip


@pytest.fixture
def trial(study):
    """One participant here and one at another site, with records; no visit of either is empty."""
    for participant, site in (("P-001", "site"), (ELSEWHERE, "elsewhere")):
        people.add_participant(participant, site)
        people.set_values("visits", {"date": "2024-02-06", "status": "done"}, participant, "BL")
        people.set_values("plaque_score", {"erythema": "3"}, participant, "BL", "L1")
    append(
        [NewEvent(kind="query.opened", key=Key(ELSEWHERE, "BL", "plaque_score", "L1", "erythema"), site="elsewhere",
                  payload={"text": f"is this of {ELSEWHERE}?", "source": "person"})],
        by=people.SETTER,
    )  # fmt: skip


def told_by(answer: HttpResponse) -> str:
    """Everything that leaves: status line, headers, body."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b" ".join([name.encode() + b" " + packed.read(name) for name in packed.namelist()])
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{answer.reason_phrase} {headers} {body.decode('utf-8', 'replace')} {body.decode('latin-1')}"


# --------------------------------------------------------------------------------------------------------- role x address


def test_every_address_bears_a_right_or_is_on_the_short_list():
    bare = [
        each.route
        for each in addresses()
        if not each.rights and each.name not in OPEN and not each.of_library
    ]
    assert bare == []
    assert {each.name for each in addresses() if not each.rights and not each.of_library} == OPEN


def test_every_right_is_known_and_somebody_has_it():
    assert {right for each in OURS for right in each.rights} <= set(RIGHTS)
    assert all(holders and holders <= set(ROLES) for _, holders in RIGHTS.values())


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_those_who_have_the_right_and_403_the_others(trial, role):
    """A page that may be read but not sent answers 403 to what is sent (405 where nobody may), and writes nothing."""
    client = people.client_of(role)
    client.raise_request_exception = False
    wrong = []
    for address in OURS:
        allowed = any(may(role, right) for right in address.rights)
        read, before = client.get(address.path()), Event.objects.count()
        sent = client.post(address.path())
        wrote = Event.objects.count() > before
        right = all(_right(answer, allowed, address) for answer in (read, sent)) and not _sent_away(
            read, sent
        )
        if not right or (wrote and (not allowed or sent.status_code in {403, 405})):
            wrong.append(
                (address.path(), read.status_code, sent.status_code, "may" if allowed else "may not")
            )
    assert wrong == []


def _right(answer: HttpResponse, allowed: bool, address: Address) -> bool:
    """403, or 405 where nobody may do it so. With several rights the record decides which of them is asked for."""
    if not allowed:
        return answer.status_code in {403, 405}
    by_record = answer.request["REQUEST_METHOD"] == "POST" or len(address.rights) > 1
    return answer.status_code < 500 and (by_record or answer.status_code != 403)


def _sent_away(*answers: HttpResponse) -> bool:
    """A redirect to login or to the page without a role is no answer to somebody who is in."""
    away = ("/accounts/login", "/no-role")
    return any(answer.status_code == 302 and answer.url.startswith(away) for answer in answers)


@pytest.mark.parametrize("method", METHODS)
def test_nobody_comes_in_without_a_login(client, trial, method):
    for address in OURS:
        answer = getattr(client, method)(address.path())
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/"), address.route


@pytest.mark.parametrize("method", METHODS)
def test_an_account_without_a_role_in_force_reaches_nothing(trial, method):
    client = people.client_of("coordinator")
    people.person_of("coordinator").memberships.update(trained_on=None)
    for address in OURS:
        assert getattr(client, method)(address.path()).url == "/no-role/", address.route


def test_what_the_library_brings_is_reached_only_where_it_is_used(trial):
    client = people.client_of("administrator")
    for address in addresses():
        if address.of_library and readable(address) and address.name not in USED:
            assert client.get(address.path()).status_code == 404, address.route


# --------------------------------------------------------------------------------------------------------- role x site


@pytest.mark.parametrize("role", ROLES)
def test_a_participant_of_another_site_does_not_exist(trial, role):
    """404, as for a name that nobody bears: also not in lists, tables, file names and error texts."""
    client = people.client_of(role, site="site")
    client.raise_request_exception = False
    there, shown = [], []
    numbers = [str(seq) for seq in Event.objects.values_list("seq", flat=True)]
    for address in OURS:
        if any(name == "participant" for name, _ in address.parameters):
            for path in address.paths({"participant": [ELSEWHERE], "number": numbers}):
                for method in METHODS:
                    answer = getattr(client, method)(path)
                    if answer.status_code not in {403, 404, 405}:
                        there.append((method, path, answer.status_code))
            continue
        for path in (
            address.path(),
            f"{address.path()}?participant={ELSEWHERE}&visit=BL&form=plaque_score&repeat=L1",
        ):
            words = told_by(client.get(path))
            if ELSEWHERE in words.replace(path, "").replace(f"participant={ELSEWHERE}", ""):
                shown.append(path)
    assert there == []
    assert shown == []


# ------------------------------------------------------------------------------------------------------------- blinding


@pytest.fixture
def dosed(trial):
    """P-001 with a dose: level, lot and number of cells have words that stand nowhere else."""
    level, lot, cells = SECRETS
    people.set_values(
        "lesion_map", {"site": "elbow", "dose_level": level, "role": "treated"}, "P-001", "BL", "L1"
    )
    given = {"date": "2024-02-06", "site": "elbow", "dose_level": level, "lot": lot, "planned_cells": cells}
    people.set_values("injection", given, "P-001", "D0", "L1")
    people.set_values("cell_product", {"lot": lot, "total_cells": cells}, "P-001", "D0", "")
    key = Key("P-001", "D0", "injection", "L1", "planned_cells")
    told = [
        NewEvent(kind="query.opened", key=key, site="site", payload={"text": f"{cells} of {lot}?", "source": "person"}),
        NewEvent(kind="dose.approved", key=Key("P-001"), site="site", payload={"level": level, "clause": "first"}),
        NewEvent(kind="dose.given", key=Key("P-001", "D0", "injection", "L1"), site="site", payload={"level": level}),
    ]  # fmt: skip
    append(told, by=people.SETTER)


def pages(client, role: str):
    """(method, path, everything told) for every address this role may reach, with all plausible arguments."""
    numbers = [str(seq) for seq in Event.objects.values_list("seq", flat=True)]
    query = "&".join(f"{name}={value}" for name, value in ASKED.items())
    for address in OURS:
        if any(may(role, right) for right in address.rights):
            for path in address.paths({"number": numbers}):
                yield "get", path, told_by(client.get(path))
                yield "post", path, told_by(client.post(path, ASKED))
            yield "get", f"{address.path()}?{query}", told_by(client.get(f"{address.path()}?{query}"))


@pytest.mark.parametrize("role", sorted(BLIND))
def test_no_page_tells_the_blinded_the_dose(dosed, role):
    client = people.client_of(role)
    client.raise_request_exception = False
    leaks = [
        (method, path, secret)
        for method, path, words in pages(client, role)
        for secret in SECRETS
        if secret in words.replace(",", "").replace("\u202f", "").replace("\xa0", "")
    ]
    assert leaks == []


def test_the_search_for_leaks_finds_the_dose_where_it_is_shown(dosed):
    """The test above can fail: the monitor, who may know, is shown every planted word."""
    client = people.client_of("monitor")
    client.raise_request_exception = False
    words = "".join(told for method, path, told in pages(client, "monitor"))
    assert [secret in words.replace(",", "") for secret in SECRETS] == [True] * 3
