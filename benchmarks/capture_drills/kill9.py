"""G2: a process that saves forms is killed (kill -9) at random moments; what it acknowledged must be there, whole.

python -m benchmarks.capture_drills.kill9 --kills 1000 [--database postgresql://.../drill_kill] [--page]

`--kills` counts those during a save. The process rests between two saves about as long as a save takes: further kills fall
there, where everything was acknowledged.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.capture_drills import ground
from benchmarks.capture_drills.page import table, write_section, written_by
from numpy.random import Generator, default_rng

ITEMS = 20
REST = 0.03  # seconds between two saves, at most


@dataclass
class Tally:
    in_save: int = 0  # kills between the beginning of a save and its acknowledgement
    between: int = 0  # kills while the process rests
    landed: int = 0  # of those: the save stands whole all the same
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)


def save_for_ever(out: int, kill: int) -> None:
    """The child: a form after the other, each told when it begins and when it is committed."""
    from firstdose.records.log.event import Actor
    from firstdose.web.audit.append import append

    by, number, draw = Actor(who="ann", role="coordinator"), 0, default_rng((2, kill))
    while True:
        number += 1
        idem = f"{kill}-{number}"
        os.write(out, f"+{idem}\n".encode())
        append(ground.form(f"P-{kill:04d}", f"V{number % 3}", str(number), ITEMS), by=by, idem=idem)
        os.write(out, f"={idem}\n".encode())
        time.sleep(draw.uniform(0, REST))


def kill_once(kill: int, draw: Generator) -> tuple[list[str], list[str]]:
    """(begun, acknowledged) forms of a child that lived for a random time."""
    from django.db import connections

    connections.close_all()
    take, give = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            save_for_ever(give, kill)
        finally:
            os._exit(1)
    os.close(give)
    first = os.read(take, 4096)  # the first save has begun
    time.sleep(draw.uniform(0, 0.25))
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    told = first
    while more := os.read(take, 65536):
        told += more
    os.close(take)
    if not os.WIFSIGNALED(status):
        raise SystemExit(f"the child of kill {kill} ended by itself")
    words = [word for word in told.decode().split("\n") if word]
    return [w[1:] for w in words if w[0] == "+"], [w[1:] for w in words if w[0] == "="]


def judge(kill: int, begun: list[str], acknowledged: list[str], tally: Tally) -> None:
    """Nothing acknowledged is lost, no form is half there, and the projection is the fold."""
    from firstdose.web.audit import models
    from firstdose.web.audit.folding import FOLDED, Now, happened
    from firstdose.web.audit.head import writing
    from firstdose.web.audit.projecting import load
    from firstdose.web.audit.reading import events

    with writing():  # waits until the database has noticed the death
        there = list(events(participant=f"P-{kill:04d}"))
        rows = models.CurrentValue.objects.filter(participant=f"P-{kill:04d}").count()
        table = load({event.key for event in there})
    forms = Counter(event.idem for event in there if event.payload is not None)
    fold = Now()
    fold.apply(happened(event) for event in there if event.kind in FOLDED)
    tally.acknowledged += len(acknowledged)
    tally.in_save += len(begun) > len(acknowledged)
    tally.between += len(begun) == len(acknowledged)
    tally.landed += len(forms) > len(acknowledged)
    if lost := set(acknowledged) - set(forms):
        tally.faults.append(f"kill {kill}: acknowledged and lost: {sorted(lost)}")
    if half := {idem: many for idem, many in forms.items() if many != ITEMS}:
        tally.faults.append(f"kill {kill}: half a form: {half}")
    if set(forms) - set(begun):
        tally.faults.append(f"kill {kill}: forms that nobody sent")
    if fold.values != table.values or len(fold.values) != rows:
        tally.faults.append(f"kill {kill}: the projection is not the fold")


def run(kills: int, seed: int = 1) -> Tally:
    from firstdose.records.log.verifying import verify
    from firstdose.web.audit.projecting import differences
    from firstdose.web.audit.reading import events

    draw, tally, kill = default_rng(seed), Tally(), 0
    while tally.in_save < kills:
        kill += 1
        judge(kill, *kill_once(kill, draw), tally)
    tally.faults += differences()
    tally.faults += [str(finding.issue) for finding in verify(events()).findings]
    return tally


def main() -> None:
    parser = ground.arguments(__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    asked = parser.parse_args()
    name = ground.begin(asked.database)
    tally = run(asked.kills)
    rows = [
        ("Kills during a save", str(tally.in_save)),
        ("of those saves, whole in the log though not acknowledged", str(tally.landed)),
        ("Kills between two saves", str(tally.between)),
        ("Forms of 20 items acknowledged", str(tally.acknowledged)),
        ("Acknowledged forms lost, half forms, projections that differ", str(len(tally.faults))),
    ]
    text = (
        f"## A saving process is killed: {name}\n\n{written_by('benchmarks/capture_drills/kill9.py')}\n\n"
        + table(("What", "How many"), rows)
    )
    print(text, *tally.faults[:10], sep="\n")
    if asked.page:
        write_section(f"kill9-{name.lower()}", text)
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    main()
