"""G7: so many people save a form of 21 boxes every ten seconds, and a bare Django view takes the same between.

python -m benchmarks.capture_drills.load --people 20 [--minutes 5] [--page]
python -m benchmarks.capture_drills.load --people 50 --database postgresql://.../drill_load [--minutes 5] [--page]

The server is that of `firstdose serve` (gunicorn, threads); on PostgreSQL with two workers, as deploy/firstdose.service runs it.
Each person has a login and a participant with six months of records, and changes all boxes of local tolerability of three
lesions at one visit: a save is the POST until its redirect, the page it leads to is fetched too. Half a period later the same
boxes go to a view behind the same middleware (session, login, CSRF) that inserts them as rows and nothing else.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from benchmarks.capture_drills import ground
from benchmarks.capture_drills.page import table, write_section, written_by

PERIOD = 10.0
LOGIN_EVERY = 0.3  # seconds: one address may log in 240 times a minute
PASSWORD = "a long pass phrase of drills"
FORM, VISIT = "local_tolerability_mm", "M6"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_CODES = {"bruise": ("no", "yes"), "necrosis": ("no", "no")}
_ITEMS = ("pain", "burning", "itching", "redness_mm", "swelling_mm", "bruise", "necrosis")


@dataclass
class Tally:
    """Seconds by what was asked; everything that was no success in words."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"save": [], "page": [], "bare": []})
    faults: list[str] = field(default_factory=list)


class Person(threading.Thread):
    """Somebody who saves every ten seconds until the end, late or not."""

    def __init__(self, number: int, port: int, opens: float, begin: float, end: float, tally: Tally) -> None:
        super().__init__(daemon=True)
        self.number, self.opens, self.begin, self.end, self.tally = number, opens, begin, end, tally
        self.web = HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies: dict[str, str] = {}
        self.at = f"/participants/P-{number:03d}/{VISIT}/{FORM}/"

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """(status, page) of one request, cookies kept."""
        heads = {"Cookie": "; ".join(f"{name}={text}" for name, text in self.cookies.items())}
        body = urlencode(fields) if fields is not None else None
        if body is not None:
            heads["Content-Type"] = "application/x-www-form-urlencoded"
        self.web.request(method, path, body, heads)
        answer = self.web.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, page

    def timed(
        self, kind: str, method: str, path: str, wanted: int, fields: dict[str, str] | None = None
    ) -> str:
        started = time.perf_counter()
        status, page = self.ask(method, path, fields)
        self.tally.seconds[kind].append(time.perf_counter() - started)
        if status != wanted:
            said = " ".join(re.findall(r"FD-[A-Z]\d+", page)[:5])
            self.tally.faults.append(f"{kind} of person {self.number}: {status} {said}")
        return page

    def log_in(self) -> str:
        """Through the page of the login; the form as it stands."""
        _, page = self.ask("GET", "/accounts/login/")
        told = {"login": f"person{self.number}@example.org", "password": PASSWORD}
        self.ask("POST", "/accounts/login/", hidden_of(page) | told)
        status, page = self.ask("GET", self.at)
        if status != 200:
            self.tally.faults.append(f"person {self.number} got no form: {status}")
        return page

    def run(self) -> None:
        try:
            self.work()
        except (OSError, HTTPException) as why:  # counted as an error of the run
            self.tally.faults.append(f"person {self.number}: {why!r}")

    def work(self) -> None:
        self.wait(self.opens)
        page, turn = self.log_in(), 0
        while (now := self.begin + turn * PERIOD) < self.end:
            self.wait(now)
            boxes = self.boxes(turn)
            told = {"do": "save", "reason_for_all": "drill", "same": "yes"}
            sent = hidden_of(page) | boxes | told
            self.timed("save", "POST", self.at, 302, sent)
            page = self.timed("page", "GET", self.at, 200)
            self.wait(now + PERIOD / 2)
            self.timed("bare", "POST", "/bare/", 200, sent)
            turn += 1

    def wait(self, moment: float) -> None:
        """Sleep; the server has closed an idle connection by then, so the next request opens one as a browser would."""
        self.web.close()
        time.sleep(max(0.0, moment - time.perf_counter()))

    def boxes(self, turn: int) -> dict[str, str]:
        """All boxes of three lesions, each another value than the turn before, together as they were not for 42 turns."""
        return {
            f"v-L{lesion}-{item}": _value(item, self.number + turn) for lesion in (1, 2, 3) for item in _ITEMS
        }


def _value(item: str, number: int) -> str:
    if item in _CODES:
        return _CODES[item][number % 2]
    # Nothing that anybody would ask about after the month before: no leap, no two lesions exchanged.
    return str(4 + number % 7 if item.endswith("_mm") else 1 + number % 3)


def hidden_of(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    return {name: unescape(text) for name, text in _HIDDEN.findall(page)}


# ------------------------------------------------------------------------------------------------------------ ground


def furnish(people: int) -> None:
    """Logins and participants: the rehearsed ones with three lesions, copied as often as needed."""
    from benchmarks.capture_drills.load_urls import TABLE
    from django.db import connection

    from firstdose.records.log.event import Actor, Key, NewEvent
    from firstdose.records.log.of_snapshot import state_of
    from firstdose.records.study import read_study
    from firstdose.web.audit.append import append
    from firstdose.web.audit.study import current

    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    protocol, by = current().protocol, Actor(who="process drill 1")
    known = state_of(protocol, read_study(ground.ROOT / "trials" / "adsc_psoriasis", protocol).snapshot)
    models = ("INV-003", "INV-004", "INV-005")
    values = {
        name: [(key, each.text) for key, each in known.values.items() if key.participant == name]
        for name in models
    }
    for number in range(1, people + 1):
        make_person(number)
        name = f"P-{number:03d}"
        new = [NewEvent(kind="participant.added", key=Key(name, form="participants"), site="S1")]
        for key, text in values[models[number % 3]]:
            if key.form != "participants":
                there = Key(name, key.visit, key.form, key.repeat, key.item)
                told = {"old": "", "new": text, "raw": text, "unit": "", "reason": ""}
                new.append(NewEvent(kind="value.set", key=there, site="S1", payload=told))
        append(new, by=by)


def make_person(number: int) -> None:
    from datetime import UTC, date, datetime

    from firstdose.web.accounts.models import Membership
    from firstdose.web.accounts.models import Person as Account

    account = Account.objects.create_user(
        email=f"person{number}@example.org", password=PASSWORD, code=f"person{number}", printed_name=f"Person {number}",
        joined=datetime(2024, 1, 1, tzinfo=UTC), identified_on=date(2024, 1, 1),
    )  # fmt: skip
    Membership.objects.create(
        person=account,
        role="coordinator",
        site="",
        since=datetime(2024, 1, 1, tzinfo=UTC),
        trained_on=date(2024, 1, 1),
    )


def serve(port: int) -> None:
    """The server of `firstdose serve` in this process."""
    from firstdose.web.project import serving

    serving.configure(Path(os.environ["FIRSTDOSE_STUDY"]), rehearsal=True)
    serving.run("127.0.0.1", port, 8)


def started(port: int, name: str) -> subprocess.Popen[bytes]:
    """The server in a process of its own, once it answers; on PostgreSQL two workers, as in production."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.capture_drills.load_settings",
        "FIRSTDOSE_MFA": "off",
    }
    environment |= {"WEB_CONCURRENCY": "2" if name == "PostgreSQL" else "1"}
    words = [sys.executable, "-m", "benchmarks.capture_drills.load", "--serve", str(port)]
    process = subprocess.Popen(words, env=environment, cwd=ground.ROOT)
    for _ in range(600):
        try:
            web = HTTPConnection("127.0.0.1", port, timeout=10)
            web.request("GET", "/accounts/login/")
            web.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return process
    raise SystemExit("the server does not answer")


def run(people: int, minutes: float, port: int) -> Tally:
    tally = Tally()
    opens = time.perf_counter()
    begin = opens + 5 + people * LOGIN_EVERY
    crowd = [
        Person(
            number,
            port,
            opens + number * LOGIN_EVERY,
            begin + PERIOD * number / people,
            begin + minutes * 60,
            tally,
        )
        for number in range(1, people + 1)
    ]
    for person in crowd:
        person.start()
    for person in crowd:
        person.join()
    return tally


def rows_of(tally: Tally) -> list[tuple[str, ...]]:
    """What, how often, median, p95, p99, longest in ms."""
    words = {"save": "Save of the form", "page": "Page after it", "bare": "Bare view"}
    found = []
    for kind, each in tally.seconds.items():
        told = (
            [f"{1000 * value:.0f}" for value in (*np.percentile(each, [50, 95, 99]), max(each))]
            if each
            else ["-"] * 4
        )
        found.append((words[kind], str(len(each)), *told))
    return found


def main() -> None:
    parser = ground.arguments(__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--serve", type=int, default=0, help="used by the drill itself: serve on this port")
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    name = ground.begin(asked.database)
    furnish(asked.people)
    from django.db import connections

    connections.close_all()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = started(port, name)
    busy = os.getloadavg()[0]
    try:
        tally = run(asked.people, asked.minutes, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    if not all(tally.seconds.values()):
        raise SystemExit("\n".join(["nothing was measured", *tally.faults[:10]]))
    ratio = np.percentile(tally.seconds["save"], 99) / np.percentile(tally.seconds["bare"], 99)
    heads = ("What", "Requests", "Median, ms", "p95, ms", "p99, ms", "Longest, ms")
    text = (
        f"## {asked.people} people save at once: {name} (G7)\n\n{written_by('benchmarks/capture_drills/load.py')} "
        f"Load average of the machine before the run: {busy:.1f}.\n\n"
        f"{asked.people} people, {asked.minutes:g} minutes, each a save of 21 boxes every {PERIOD:g} s, the page after it, and the same "
        f"boxes to a bare view half a period later.\n\n{table(heads, rows_of(tally))}\n\n"
        f"Errors: {len(tally.faults)}. p99 of a save over p99 of the bare view: {ratio:.1f} (goal: at most 5)."
    )
    print(text, *tally.faults[:10], sep="\n")
    if asked.page:
        write_section(f"load-{name.lower()}", text)
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    main()
