"""G8: a long log: what verifying and rebuilding cost beside reading the same rows; a participant's page does not notice.

python -m benchmarks.capture_drills.log_million --events 1000000 [--database postgresql://...] [--page]
"""

from __future__ import annotations

import sys
import time

from benchmarks.capture_drills import ground
from benchmarks.capture_drills.page import table, write_section, written_by

SHARE = 400  # participants of the longest log; each has 4/5 as many values as events, a quarter of them changed once


def invented(begin: int, end: int, each: int, head):
    """Events `begin` to `end` of a log that goes on after `head`: participant after participant."""
    from firstdose.records.log.chain import make_event
    from firstdose.records.log.event import Actor, Key, NewEvent

    by, prev = Actor(who="ann", role="coordinator", auth="session password"), head.hash
    for seq in range(begin, end + 1):
        participant, place = divmod(seq, each)
        number = place % (each * 4 // 5)
        key = Key(f"P-{participant:04d}", f"V{number % 12}", f"form{number % 10}", "", f"item{number}")
        new = NewEvent(
            kind="value.set",
            key=key,
            site="site",
            payload={
                "old": "",
                "new": str(place),
                "raw": str(place),
                "unit": "cm",
                "reason": "checked" if place >= each * 4 // 5 else "",
            },
        )
        event = make_event(new, study=head.study, seq=seq, at=f"2031-01-01T00:00:00.{seq % 10**6:06d}Z" if seq < 10**6 else "2031-01-02T00:00:00.000000Z", by=by, protocol=head.protocol, app="drill", idem="", prev=prev, salt=f"{seq:032x}")  # fmt: skip
        prev = event.hash
        yield event


def lengthen(to: int, each: int) -> None:
    from itertools import islice

    from firstdose.web.audit import append as appending
    from firstdose.web.audit.head import last_event, writing

    head = last_event()
    more = invented(head.seq + 1, to, each, head)
    while part := list(islice(more, 5000)):
        with writing():
            appending._insert(part)  # noqa: SLF001, put_back wants an empty log


def timed(act) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def best(act, times: int = 5) -> float:
    return min(timed(act) for _ in range(times))


def measure(events: int, each: int) -> tuple[float, float, float, float, int]:
    """(read, rebuild, verify, participant's page) in seconds, and the queries of that page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from firstdose.records.log.verifying import verify
    from firstdose.web.audit.projecting import differences, rebuild
    from firstdose.web.audit.reading import current_state
    from firstdose.web.audit.reading import events as all_events

    lengthen(events, each)
    rebuilding = timed(rebuild)
    if found := differences():
        raise SystemExit(f"the projection differs: {found[:3]}")
    reading = timed(lambda: sum(len(row) for row in _every_row()))
    verifying = timed(lambda: _whole(verify(all_events())))
    with CaptureQueriesContext(connection) as queries:
        current_state(participant="P-0001")
    page = best(lambda: current_state(participant="P-0001"))
    return reading, rebuilding, verifying, page, len(queries)


def _every_row():
    from django.db import connection

    with connection.cursor() as cursor:
        for after in range(0, 10**9, 20_000):
            cursor.execute(
                "SELECT e.*, p.salt, p.text FROM event e LEFT JOIN payload p ON p.seq = e.seq WHERE e.seq > %s AND e.seq <= %s ORDER BY e.seq",
                [after, after + 20_000],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            yield from rows


def _whole(verdict) -> None:
    if not verdict.whole:
        raise SystemExit(f"the log is not whole: {verdict.findings[:3]}")


def main() -> None:
    parser = ground.arguments(__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    asked = parser.parse_args()
    name = ground.begin(asked.database)
    rows, first = [], 0.0
    for events in (asked.events // 100, asked.events // 10, asked.events):
        reading, rebuilding, verifying, page, queries = measure(events, max(asked.events // SHARE, 5))
        first = first or page
        rows.append((f"{events:,}", f"{reading:.2f} s", f"{rebuilding / reading:.1f}", f"{verifying / reading:.1f}", f"{page / first:.1f}", str(queries)))  # fmt: skip
    heads = (
        "Events",
        "Reading every row",
        "Rebuild, times that",
        "Verify, times that",
        "Participant's values, times the shortest log",
        "Its queries",
    )
    text = (
        f"## A long log: {name}\n\n{written_by('benchmarks/capture_drills/log_million.py')} Participants have {asked.events // SHARE:,} events each; other programs ran on the machine.\n\n"
        + table(heads, rows)
    )
    print(text)
    if asked.page:
        write_section(f"log-million-{name.lower()}", text)
    sys.exit(0)


if __name__ == "__main__":
    main()
