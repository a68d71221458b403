"""G20: no request, however odd, is answered 500. Addresses come from the resolver; what is odd is drawn by Hypothesis."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.records.log.event import Key, NewEvent
from firstdose.web.accounts.rights import ROLES, may
from firstdose.web.audit.append import append
from tests.web import people
from tests.web.accounts.addresses import PARAMETER, PLAUSIBLE, Address, addresses, readable

pytestmark = pytest.mark.slow

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
ODD = (
    "", " ", "\0", "a\0b", "-1", "0", "9" * 40, "1e999", "NaN", "null", "[]", '{"a": 1}', "..", "%00", "%", "\r\nX: y",
    "<script>alert(1)</script>", "' OR 1=1 --", "{{ 7*7 }}", "x" * 5000, "۱۴۰۳", "\u202e\u200f", "😀", "é" * 300,
    "0000-00-00", "2024-02-30", "2024-13-01", "P-001", "L1", "BL", "new", "all",
)  # fmt: skip
NAMES = (
    "participant", "visit", "form", "repeat", "item", "day", "date", "reason", "text", "query", "idem", "digest", "page",
    "from", "to", "format", "level", "role", "site", "since", "until", "on", "seq", "number", "value", "values", "next",
    "keep", "confirm", "state", "seen", "password", "code", "meaning", "name", "email", "language",
)  # fmt: skip
TYPES = (
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data; boundary=x",
    "text/xml",
    "",
)
ALL = [address for address in addresses() if readable(address)]

odd = st.one_of(st.sampled_from(ODD), st.text(max_size=40).filter(lambda text: text.isprintable()))
fields = st.dictionaries(st.sampled_from(NAMES), odd, max_size=6)


@st.composite
def filled(draw, address: Address) -> str:
    """The route with plausible and odd arguments mixed."""
    values = []
    for name, kind in address.parameters:
        known = [*PLAUSIBLE.get(name, ["1"]), "2", "3"]
        value = draw(st.one_of(st.sampled_from(known), odd))
        values.append(
            quote(value, safe="") or "x" if kind != "int" else draw(st.sampled_from(["0", "1", "9" * 40]))
        )
    rest = iter(values)
    return PARAMETER.sub(lambda _: next(rest), address.route)


@pytest.fixture
def trial(study):
    """One participant with a record and a query about it."""
    people.add_participant()
    people.set_values("visits", {"date": "2024-02-06", "status": "done"}, visit="BL")
    people.set_values("plaque_score", {"erythema": "3"}, visit="BL", repeat="L1")
    told = {"text": "why?", "source": "person"}
    key = Key("P-001", "BL", "plaque_score", "L1", "erythema")
    append([NewEvent(kind="query.opened", key=key, site="site", payload=told)], by=people.SETTER)


def browser_of(address: Address, draw) -> object:
    """Somebody who may go there, or nobody in particular."""
    roles = [role for role in ROLES if any(may(role, right) for right in address.rights)] or list(ROLES)
    client = people.client_of(draw(st.sampled_from(sorted(roles))))
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("address", ALL, ids=[address.route for address in ALL])
def test_no_request_is_answered_500(trial, address):
    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def survives(drawn) -> None:
        client = browser_of(address, drawn.draw)
        path, query = drawn.draw(filled(address)), drawn.draw(fields)
        method, kind = drawn.draw(st.sampled_from(METHODS)), drawn.draw(st.sampled_from(TYPES))
        if method == "POST" and kind == TYPES[0]:
            answer = client.post(path, drawn.draw(fields), query_params=query)
        else:
            body = drawn.draw(
                st.one_of(odd, st.just('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'))
            )
            answer = client.generic(method, path, body, content_type=kind, query_params=query)
        assert answer.status_code < 500, (method, path, query, answer.status_code)

    survives()
