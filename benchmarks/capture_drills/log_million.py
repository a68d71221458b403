"""G8: a long log: what verifying and rebuilding cost beside reading the same rows; a participant's page does not notice.

python -m benchmarks.capture_drills.log_million [--events 1000000] [--database postgresql://.../drill_million] [--page]

`--events` is the largest of three logs; the others have a hundredth and a tenth of its events.
"""

from __future__ import annotations

import sys
import time
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.capture_drills import ground
from benchmarks.capture_drills.load import make_person
from benchmarks.capture_drills.page import table, write_section, written_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.test import Client

    from firstdose.records.log.event import Event, Key

# Events of a participant, fewer in short logs: the values of a rehearsed one, then changes of them.
EACH = 1000
MODEL = "INV-003"
ASKED = "P-0001"
GOALS = {"rebuild": 15, "verify": 30}  # seconds for a million events


class Times(NamedTuple):
    """Seconds, and the queries of the participant's page."""

    reading: float
    rebuild: float
    verify: float
    page: float
    queries: int


def rehearsed() -> list[tuple[Key, str]]:
    """The values of one rehearsed participant of the seed trial."""
    from firstdose.records.log.of_snapshot import state_of
    from firstdose.records.study import read_study
    from firstdose.web.audit.study import current

    protocol = current().protocol
    known = state_of(protocol, read_study(ground.ROOT / "trials" / "adsc_psoriasis", protocol).snapshot)
    there = [(key, each.text) for key, each in known.values.items() if key.participant == MODEL]
    return [(key, text) for key, text in there if key.form != "participants"]


def invented(begin: int, end: int, values: Sequence[tuple[Key, str]], each: int, head) -> Iterator[Event]:
    """Events `begin` to `end` of a log that goes on after `head`: participant after participant."""
    from dataclasses import replace

    from firstdose.records.log.chain import make_event
    from firstdose.records.log.event import Actor, Key, NewEvent

    by, prev = Actor(who="ann", role="coordinator", auth="session password"), head.hash
    for seq in range(begin, end + 1):
        number, place = divmod(seq, each)
        if place == 0:
            key = Key(f"P-{number:04d}", form="participants")
            new = NewEvent(kind="participant.added", key=key, site="S1")
        else:
            again, turn = divmod(place - 1, len(values))
            key, text = values[turn]
            told = {"old": text if again else "", "new": text, "raw": text, "unit": "", "reason": "checked" if again else ""}  # fmt: skip
            key = replace(key, participant=f"P-{number:04d}")
            new = NewEvent(kind="value.set", key=key, site="S1", payload=told)
        event = make_event(
            new, study=head.study, seq=seq, at=_moment(seq), by=by, protocol=head.protocol, app="drill",
            idem=f"save-{seq // 20}", prev=prev, salt=f"{seq:032x}",
        )  # fmt: skip
        prev = event.hash
        yield event


def _moment(seq: int) -> str:
    """A second after the one before, within days that nobody has lived."""
    minutes, second = divmod(seq, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return f"2031-{1 + day // 28:02d}-{1 + day % 28:02d}T{hour:02d}:{minute:02d}:{second:02d}.000000Z"


def lengthen(to: int, values: Sequence[tuple[Key, str]], each: int = EACH) -> None:
    """The log goes on to event `to`; the triggers judge every row."""
    from firstdose.web.audit import append as appending
    from firstdose.web.audit.head import last_event, writing
    from firstdose.web.audit.rows import write_rows

    head = last_event()
    more = invented(head.seq + 1, to, values, each, head)
    while part := list(islice(more, 5000)):
        with writing():
            appending._insert(part, write_rows)  # noqa: SLF001, put_back wants an empty log


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def best(act: Callable[[], object], times: int = 20) -> float:
    return min(timed(act) for _ in range(times))


def measure(client: Client) -> Times:
    """All of it on the log as it is, right or not at all."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from firstdose.web.audit.actions import verify_now
    from firstdose.web.audit.projecting import differences, rebuild

    rebuilding = timed(rebuild)
    if found := differences():
        raise SystemExit(f"the projection differs: {found[:3]}")
    reading = timed(_every_row)
    verifying = timed(lambda: _whole(verify_now()))
    _shown(client)  # the first page of a process reads templates
    with CaptureQueriesContext(connection) as queries:
        _shown(client)
    many = len(queries)  # the next request begins the list anew
    return Times(reading, rebuilding, verifying, best(lambda: _shown(client)), many)


def _every_row() -> None:
    from firstdose.web.audit.reading import whole_log

    for _ in whole_log("e.seq, e.*, p.salt, p.text"):
        pass


def _whole(verdict) -> None:
    if not verdict.whole:
        raise SystemExit(f"the log is not whole: {verdict.findings[:3]}")


def _shown(client: Client) -> None:
    answer = client.get(f"/participants/{ASKED}/")
    if answer.status_code != 200 or ASKED.encode() not in answer.content:
        raise SystemExit(f"the participant's page answers {answer.status_code}")


def somebody() -> Client:
    """A coordinator, logged in."""
    from django.test import Client

    from firstdose.web.accounts.models import Person

    make_person(1)
    client = Client(SERVER_NAME="localhost")
    client.force_login(Person.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def render(name: str, many: int, each: int, found: Sequence[tuple[int, Times]]) -> str:
    heads = (
        "Events", "Reading every row", "Rebuild", "times reading", "Verify", "times reading", "Participant's page",
        "times that of the shortest log", "Its queries",
    )  # fmt: skip
    first = found[0][1].page
    rows = [
        (f"{events:,}", f"{took.reading:.2f} s", _against("rebuild", took.rebuild, events), f"{took.rebuild / took.reading:.1f}",
         _against("verify", took.verify, events), f"{took.verify / took.reading:.1f}", f"{took.page * 1000:.0f} ms",
         f"{took.page / first:.2f}", str(took.queries))
        for events, took in found
    ]  # fmt: skip
    return (
        f"## A long log: {name}\n\n{written_by('benchmarks/capture_drills/log_million.py')} "
        f"A participant has {each:,} events: {many:,} values of a rehearsed one, then changes of them. Goals for a million "
        "events: rebuild less than 15 s, verify less than 30 s; the page less than 200 ms, however long the log. Times "
        "depend on what else the machine does, ratios less so.\n\n" + table(heads, rows)
    )


def _against(what: str, seconds: float, events: int) -> str:
    missed = seconds > GOALS[what] * events / 1e6 and events >= 10**6
    return f"{seconds:.1f} s{', **missed**' if missed else ''}"


def main() -> None:
    parser = ground.arguments(__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000, help="of the longest log")
    asked = parser.parse_args()
    name, found = ground.begin(asked.database), []
    values, client, each = rehearsed(), somebody(), min(EACH, asked.events // 200)
    for events in (asked.events // 100, asked.events // 10, asked.events):
        built = timed(lambda events=events: lengthen(events, values, each))
        found.append((events, measure(client)))
        print(f"{events:,} events, built in {built:.0f} s: {found[-1][1]}", flush=True)
    text = render(name, min(len(values), each - 1), each, found)
    print(text)
    if asked.page:
        write_section(f"log-million-{name.lower()}", text)
    sys.exit(0)


if __name__ == "__main__":
    main()
