"""P7: the blinded see no allocation by any path: pages, tables, file names, headers, errors, counts of what they may filter.

Every address of the site is asked, with every argument that is known, read and sent. How long an answer takes is not
tested, and nothing is promised about it.
"""

from __future__ import annotations

import pytest

from firstdose.records.log.event import Key, NewEvent
from firstdose.web.accounts.rights import BLIND
from firstdose.web.audit.append import append
from firstdose.web.audit.models import Event
from tests.web import people
from tests.web.accounts.addresses import addresses, readable

LEVEL, LOT, CELLS = PLANTED = ("DLSECRET42", "LOTSECRET43", "31234544")
FORMS = ("injection", "cell_product", "lesion_map", "plaque_score", "plaque_severity", "PASI_Fredriksson", "adverse_events",
         "demographics", "nothing")  # fmt: skip
ASKED = {
    "participant": "P-001", "visit": "D0", "form": "injection", "repeat": "L1", "lesion": "L1", "item": "planned_cells",
    "dose_level": "DL1", "v-L1-dose_level": "DL1", "n-L1-dose_level": "0", "q": "SECRET", "do": "save", "print": "1",
}  # fmt: skip


@pytest.fixture
def dosed(coordinator):
    """P-001 has a dose, planted in words that stand nowhere else: in values, a query, a free text, and acts on the dose."""
    plaque = {"site": "elbow", "dose_level": LEVEL, "role": "treated"}
    people.set_values("lesion_map", plaque, visit="BL", repeat="L1")
    given = {"date": "2024-02-06", "site": "elbow", "dose_level": LEVEL, "lot": LOT, "planned_cells": CELLS}
    people.set_values("injection", given, visit="D0", repeat="L1")
    people.set_values("cell_product", {"lot": LOT, "total_cells": CELLS}, visit="D0")
    key = Key("P-001", "D0", "injection", "L1", "planned_cells")
    dose = Key("P-001", "D0", "injection", "L1")
    append(
        [
            NewEvent(kind="query.opened", key=key, site="S1", payload={"text": f"{CELLS} of {LOT}?", "source": "person"}),
            NewEvent(kind="dose.approved", key=Key("P-001"), site="S1", payload={"level": LEVEL, "clause": "first"}),
            NewEvent(kind="dose.given", key=dose, site="S1", payload={"level": LEVEL}),
            NewEvent(kind="cohort.decided", payload={"decision": "follow", "level": LEVEL}),
            NewEvent(kind="deviation.proposed", key=dose, site="S1", payload={"deviation": "d", "what": "dose", "text": LEVEL}),
        ],
        by=people.SETTER,
    )  # fmt: skip


def everything_told(client):
    """(method and path, status line + headers + body) of everything this browser can ask for."""
    known = {
        "form": FORMS,
        "visit": ("SCR", "BL", "D0", "all", "-"),
        "repeat": ("L1", "new"),
        "lesion": ("L1",),
    }
    numbers = {"number": [str(seq) for seq in Event.objects.values_list("seq", flat=True)]}
    for each in addresses():
        if not readable(each) or each.name in {"account_logout", "login_end", "set_language"}:
            continue
        for path in each.paths(known | numbers):
            for method in ("get", "post"):
                answer = getattr(client, method)(path, ASKED)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
                told = f"{answer.reason_phrase} {headers} {body.decode('utf-8', 'replace')}"
                yield f"{method} {path}", told.replace(",", "").replace("\u202f", "").replace("\xa0", "")


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(BLIND))
def test_nothing_that_the_blinded_can_ask_for_tells_a_planted_word(dosed, role):
    client = people.client_of(role)
    client.raise_request_exception = False
    asked = list(everything_told(client))
    assert [(where, word) for where, told in asked for word in PLANTED if word in told] == []
    assert sum(told.startswith("OK") for _, told in asked) > 10, "pages were given at all"


def test_the_same_search_finds_every_word_where_it_may_be_known(dosed):
    client = people.client_of("monitor")
    told = client.get("/participants/P-001/D0/injection/L1/").content.decode()
    told += client.get("/queries/").content.decode()
    assert [word for word in PLANTED if word not in told.replace(",", "")] == []


def test_no_export_is_open_to_the_blinded(dosed):
    client = people.client_of("evaluator")
    for name in ("study", "csv", "odm", "redcap", "crf-blank", "crf-annotated", "crf/P-001", "pack"):
        assert client.post(f"/exports/{name}/").status_code == 403
