"""G9: two people on one form, the same save sent twice, a hundred requests for one slot.

python -m benchmarks.capture_drills.interleavings --rounds 1000 [--database postgresql://...] [--page]
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from benchmarks.capture_drills import ground
from benchmarks.capture_drills.page import table, write_section, written_by
from numpy.random import default_rng


def two_people(rounds: int) -> tuple[int, int, list[str]]:
    """(saves, refusals, lost updates) of two people who open and save the same form in a random order of steps."""
    from firstdose.records.log.event import Actor, Key
    from firstdose.web.audit.append import Moved, append
    from firstdose.web.audit.models import CurrentValue

    saved, refused, faults = 0, 0, []
    for number in range(rounds):
        draw = default_rng(number)
        keys = [Key(f"I-{number:04d}", "V1", "drill", "", f"item{each}") for each in range(3)]
        sight: dict[str, dict[Key, tuple[int, str]]] = {}
        for _ in range(8):
            who = ("ann", "bob")[draw.integers(2)]
            if who not in sight or draw.random() < 0.3:
                rows = {
                    row.item: (row.seq, row.text)
                    for row in CurrentValue.objects.filter(participant=keys[0].participant)
                }
                sight[who] = {key: rows.get(key.item, (0, "")) for key in keys}
                continue
            chosen = [keys[place] for place in draw.permutation(3)[: draw.integers(1, 4)]]
            new = [
                each
                for each in ground.form(keys[0].participant, "V1", f"{who} {draw.random()}", 3)
                if each.key in chosen
            ]
            before = sight.pop(who)
            try:
                written = append(new, by=Actor(who=who), seen={key: before[key][0] for key in chosen})
            except Moved:
                refused += 1
                continue
            saved += 1
            faults += [
                f"round {number}: {who} overwrote what was not seen"
                for event in written
                if event.payload["old"] != before[event.key][1]
            ]
    return saved, refused, faults


def at_once(many: int, act) -> list:
    """`act(number)` in this many threads that begin together; each on a connection of its own."""
    from django.db import connections

    gate = threading.Barrier(many)

    def one(number: int):
        gate.wait()
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def double_submits(rounds: int) -> list[str]:
    """The same save sent twice at the same moment: one record, the same answer."""
    from firstdose.records.log.event import Actor
    from firstdose.web.audit.append import append
    from firstdose.web.audit.models import Event

    faults = []
    for number in range(rounds):
        idem = f"double-{number}"

        def send(_: int, number: int = number, idem: str = idem) -> list[str]:
            form = ground.form(f"D-{number:04d}", "V1", "1", 3)
            return [event.hash for event in append(form, by=Actor(who="ann"), idem=idem)]

        one, other = at_once(2, send)
        if one != other or Event.objects.filter(idem=idem).count() != 3:
            faults.append(f"double submit {number}")
    return faults


def last_slot(rounds: int, requests: int = 100) -> list[str]:
    """Requests for one slot that all saw it empty: exactly one gets it."""
    from firstdose.records.log.event import Actor, Key, NewEvent
    from firstdose.web.audit.append import Moved, append

    faults = []
    for number in range(rounds):
        slot = Key("", "", "cohort", str(number), "slot")

        def ask(who: int, slot: Key = slot) -> bool:
            new = [NewEvent(kind="value.set", key=slot, payload={"new": f"P-{who}"})]
            try:
                return bool(append(new, by=Actor(who=f"person{who}"), seen={slot: 0}))
            except Moved:
                return False

        if (given := sum(at_once(requests, ask))) != 1:
            faults.append(f"slot {number} was given {given} times")
    return faults


def main() -> None:
    parser = ground.arguments(__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--slots", type=int, default=10)
    asked = parser.parse_args()
    name = ground.begin(asked.database)
    saved, refused, lost = two_people(asked.rounds)
    doubled, slots = double_submits(asked.rounds), last_slot(asked.slots)
    rows = [
        (
            "Interleavings of two people on one form",
            f"{asked.rounds} ({saved} saves, {refused} refused)",
            str(len(lost)),
        ),
        ("The same save sent twice at once", str(asked.rounds), str(len(doubled))),
        ("100 requests at once for one slot", str(asked.slots), str(len(slots))),
    ]
    heads = ("What", "How often", "Lost, doubled or given twice")
    text = (
        f"## Two people at once: {name}\n\n{written_by('benchmarks/capture_drills/interleavings.py')}\n\n"
        + table(heads, rows)
    )
    print(text, *(lost + doubled + slots)[:10], sep="\n")
    if asked.page:
        write_section(f"interleavings-{name.lower()}", text)
    sys.exit(bool(lost or doubled or slots))


if __name__ == "__main__":
    main()
