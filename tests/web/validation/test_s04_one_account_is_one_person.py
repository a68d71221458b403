"""S4: one account is one person, never used again."""

from __future__ import annotations

import pytest

from firstdose.web.accounts.models import Person
from tests.web.accounts.addresses import addresses
from tests.web.validation.acting import log, text

NEW = {"name": "Nika Invented", "email": "nika@example.org", "code": "nika", "reason": "joins"}


@pytest.fixture
def administrator(as_role):
    client = as_role("administrator")
    assert client.post("/people/new/", NEW).status_code == 302
    return client


@pytest.mark.parametrize(
    "same", [{"code": "nika2"}, {"email": "other@example.org"}, {"email": "NIKA@example.org"}]
)
@pytest.mark.parametrize("left", [False, True])
def test_a_short_name_or_address_is_never_given_to_somebody_else(administrator, same, left):
    if left:
        administrator.post("/people/p/nika/leave/", {"reason": "leaves"})
    answer = administrator.post("/people/new/", NEW | {"name": "Another Invented"} | same)
    assert (answer.status_code, "FD-W137" in answer.content.decode()) == (422, True)
    assert Person.objects.filter(email__iexact=NEW["email"]).count() == 1
    assert len(log("user.added")) == 1


def test_a_closed_account_is_not_opened_again_and_no_page_deletes_one(administrator):
    administrator.post("/people/p/nika/leave/", {"reason": "leaves"})
    for act in ("grant", "invite", "train", "factor"):
        told = {
            "role": "monitor",
            "since": "2024-05-01",
            "on": "2024-05-01",
            "training": "GCP",
            "reason": "back",
        }
        administrator.post(f"/people/p/nika/{act}/", told)
    nika = Person.objects.get(code="nika")
    assert (nika.is_active, nika.has_usable_password(), nika.memberships.count()) == (False, False, 0)
    assert "closed" in text(administrator.get("/people/p/nika/"))
    assert not [each.route for each in addresses() if "delete" in each.route and "people" in each.route]
