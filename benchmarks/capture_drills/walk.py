"""G12: a rehearsed trial of many participants walked through the real forms, then back by every export.

python -m benchmarks.capture_drills.walk --participants 60 [--database postgresql://.../drill_walk] [--page]

The rehearsal of sixty is several trials by the rule, begun on the same days; walked as one trial, doses that the rule forbids
are released by two signatures each. The walk is that of tests/web/walking.py: Django's client, page after page, one process.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.capture_drills import ground
from benchmarks.capture_drills.page import table, write_section, written_by

SEED = 3
BEGIN = datetime(2024, 1, 2, 9, tzinfo=UTC)


def begin(database: str) -> str:
    """The ground of the drills, as a rehearsal: one factor, quick passwords, logins that last by the real clock."""
    os.environ["FIRSTDOSE_MFA"] = "off"
    set_clock(BEGIN)
    name = ground.begin(database)
    from django.conf import settings

    from firstdose.web.accounts import sessions

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    sessions.now = lambda: datetime.now(UTC)  # noqa: TID251, logins last by the real clock
    return name


def set_clock(moment: datetime) -> None:
    """The server's clock stands at this moment."""
    from firstdose.web.audit import clock

    class Frozen(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    clock.datetime = Frozen


def walk_of(rehearsed):
    """The walk of the rehearsed tables with one client a role."""
    from firstdose.web.audit.study import current
    from tests.web import people
    from tests.web.walking import Walk, at_home, named_here

    clients: dict[str, object] = {}
    study = current()
    return Walk(
        study=study,
        tables=at_home(study, named_here(rehearsed.tables)),
        desks=lambda role: clients.get(role) or clients.setdefault(role, people.client_of(role)),
        set_clock=set_clock,
        email_of=lambda role: people.person_of(role).email,
        password=people.PASSWORD,
    )


def compared(walk, rehearsed) -> dict[str, int]:
    """In how many values what came back differs: the records, and each export read back; the snapshot as 0 or 1."""
    from firstdose.records.log.tables import study_tables
    from firstdose.web.audit.reading import current_state
    from firstdose.web.audit.snapshot import reading_now
    from tests.web import people
    from tests.web.comparing import cells_of, differences, digest_of, write_rehearsed

    protocol, state = walk.study.protocol, current_state()
    there, wanted = cells_of(protocol, study_tables(protocol, state)), cells_of(protocol, walk.tables)
    desk = walk.desks("data manager")
    with tempfile.TemporaryDirectory() as folder:
        rehearsed_folder = write_rehearsed(
            rehearsed, walk.tables, Path(folder) / "own", people.protocol_text()
        )
        same = reading_now().snapshot.digest == digest_of(rehearsed_folder)
        found = differences(
            protocol, state, lambda kind: desk.post(f"/exports/{kind}/").content, Path(folder)
        )
    return {"records": len(set(there) ^ set(wanted)), "snapshot": int(not same), **found}


def main() -> None:
    parser = ground.arguments(__doc__.split("\n")[0])
    parser.add_argument("--participants", type=int, default=60)
    asked = parser.parse_args()
    name = begin(asked.database)
    from firstdose.rehearsal import rehearse
    from firstdose.web.audit.study import current

    rehearsed = rehearse(current().protocol, asked.participants, SEED)
    walk, busy = walk_of(rehearsed), os.getloadavg()[0]
    began, cpu = time.perf_counter(), time.process_time()
    done = walk.go()
    walk.judge_deviations()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    back = compared(walk, rehearsed)
    rows = [(what, str(many)) for what, many in sorted(done.items())]
    rows += [
        ("minutes of the walk (goal: 10)", f"{seconds / 60:.1f}"),
        ("minutes of processor time in it", f"{cpu / 60:.1f}"),
    ]
    rows += [(f"differences: {what}", str(many)) for what, many in back.items()]
    text = (
        f"## A trial of {asked.participants} walked through the forms: {name} (G12)\n\n"
        f"{written_by('benchmarks/capture_drills/walk.py')} Load average of the machine before the run: {busy:.1f}.\n\n"
        + table(("What", "How many"), rows)
    )
    print(text)
    if asked.page:
        write_section(f"walk-{name.lower()}", text)
    sys.exit(bool(sum(back.values())))


if __name__ == "__main__":
    main()
