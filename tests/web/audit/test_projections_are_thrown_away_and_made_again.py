"""The current tables follow from the log: dropped, spoiled or half written, they come back equal."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.records.log.event import Actor, Key, NewEvent
from firstdose.records.log.state import fold
from firstdose.web.audit import models
from firstdose.web.audit.append import Refused, append
from firstdose.web.audit.projecting import PROJECTIONS, differences, rebuild
from firstdose.web.audit.reading import current_state, events
from tests.web import people
from tests.web.audit.conftest import SITE, key_of, setting

DATA = Actor(who="dan", role="data manager")


class Draw:
    """Picks that can be made again."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def choice(self, options):
        return options[int(self.rng.integers(len(options)))]


def random_step(draw: Draw) -> list[NewEvent]:
    """A save such as people make: values, records, queries, locks, verification, signatures."""
    seqs = list(models.CurrentValue.objects.values_list("seq", flat=True)) or [0]
    queries = list(models.CurrentQuery.objects.values_list("query", flat=True)) or [0]
    key = key_of(draw.choice("abc"), visit=draw.choice(["V1", "V2"]), repeat=draw.choice(["", "L1"]))
    kind = draw.choice(
        ["value.set"] * 6 + ["value.cleared", "repeat.added", "repeat.struck", "repeat.restored", "form.completed",
         "form.reopened", "query.opened", "query.answered", "query.closed", "query.reopened", "sdv.done", "sdv.done",
         "sign.made", "lock.frozen", "lock.thawed", "login.done"]
    )  # fmt: skip
    told = {
        "new": str(draw.rng.integers(10**6)),
        "raw": "x",
        "unit": "",
        "reason": "r",
        "text": "q",
        "source": "person",
    }
    told |= {
        "seq": draw.choice(seqs),
        "query": draw.choice(queries),
        "shown": [["k", seq] for seq in {draw.choice(seqs) for _ in range(3)}],
    }
    where = key if kind.startswith(("value", "sdv", "query")) else key.record
    where = Key(key.participant, key.visit) if kind.startswith("lock") else where
    return [NewEvent(kind=kind, key=where, site="site", payload=told) for _ in range(draw.choice([1, 1, 3]))]


def walk(seed: int, steps: int = 25) -> None:
    draw = Draw(seed)
    for _ in range(steps):
        try:
            append(
                [each for _ in range(draw.choice([1, 2])) for each in random_step(draw)],
                by=draw.choice([SITE, DATA]),
            )
        except Refused:
            continue


def tables() -> list[list[tuple]]:
    return [
        sorted(model.objects.values_list(*[f.name for f in model._meta.fields if f.name != "id"]))
        for model in PROJECTIONS
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_saves_and_the_fold_of_the_log_come_to_the_same(participant, seed):
    walk(seed)
    assert differences() == []
    by_core, by_tables = fold(events()), current_state()
    assert (by_tables.values, by_tables.records) == (by_core.values, by_core.records)


def test_tables_that_were_lost_or_spoiled_are_found_and_come_back(participant):
    walk(1, 60)
    before = tables()
    models.CurrentValue.objects.filter(item="a").delete()
    models.CurrentRecord.objects.update(completed=99)
    models.CurrentQuery.objects.update(status="odd")
    models.CurrentLock.objects.create(participant="P-009", level="locked", seq=1)
    assert {line.split(":")[0] for line in differences()} == {model._meta.db_table for model in PROJECTIONS}
    rebuild()
    assert tables() == before


def test_the_command_says_what_differs_and_rebuilds(participant, capsys):
    append([setting("1")], by=SITE)
    call_command("rebuild", check=True)
    models.CurrentValue.objects.update(text="2")
    with pytest.raises(CommandError, match="2 rows"):
        call_command("rebuild", check=True)
    call_command("rebuild")
    call_command("rebuild", check=True)
    assert "current_value: ('P-001', 'V1', 'pasi', '', 'pasi'" in capsys.readouterr().err
    assert models.CurrentValue.objects.get().text == "1"


def test_saves_go_on_after_a_rebuild(participant):
    people.set_values("pasi", {"pasi": "1"}, visit="V1")
    rebuild()
    people.set_values("pasi", {"pasi": "2"}, visit="V1")
    assert differences() == []
