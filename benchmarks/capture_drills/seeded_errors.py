"""Goal G13: 1,000 errors of entry on rehearsed records; how many are asked about at once, and how often for nothing.

`python -m benchmarks.capture_drills.seeded_errors [--write]`. Every error is typed into its box (strict fields); what the
box takes is judged with the participant's records up to that visit (`check_records`, `check_doses`), as they
stand at entry, and its dates with the day of entry. Caught is what is refused or asked about and was not asked about before. The same errors are made
twice: under the seed's protocol, and under the same with the options of `OPTIONS`.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from django.conf import settings

if not settings.configured:
    settings.configure(USE_I18N=False)  # the boxes speak English here

from benchmarks.capture_drills.entry_errors import (
    OPTIONS,
    Cell,
    Slip,
    another_date,
    in_another_unit,
    with_digits_swapped,
)
from benchmarks.capture_drills.entry_ground import PARTICIPANTS, SEED, TRIALS, cells, ground, with_options
from benchmarks.capture_drills.page import table, write_section, written_by

from firstdose.catalogue import Item
from firstdose.records.log.tables import known_forms
from firstdose.web.capture.again import is_twice, say_of_day
from firstdose.web.capture.strict import read_typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.capture_drills.entry_ground import Ground, Tables

EACH = 200
# Entered on the day of the visit or up to three days later; the second typing goes wrong in its own way one time in ten.
DELAYS, WRONG_AGAIN = 4, 0.1


@dataclass(slots=True)
class Tally:
    """What came of the errors of one kind; `unseen` tells which fields they were in."""

    refused: int = 0
    asked: int = 0
    checked: int = 0
    clocked: int = 0
    twice: int = 0
    unseen: Counter[str] = field(default_factory=Counter)

    @property
    def caught(self) -> int:
        return self.refused + self.asked + self.checked + self.clocked + self.twice

    @property
    def all(self) -> int:
        return self.caught + self.unseen.total()


def typed_errors(
    on: Ground,
    among: list[Cell],
    wrong: Callable[[Cell, np.random.Generator], Slip | None],
    rng: np.random.Generator,
) -> Tally:
    """Errors of one value: form first, item next, value last, so that no long form speaks for all."""
    tally = Tally()
    fields: dict[str, dict[str, list[Cell]]] = {}
    again = np.random.default_rng(SEED)  # of its own, so that the errors are the same under every protocol
    for cell in among:
        if wrong(cell, np.random.default_rng(0)) is not None:
            fields.setdefault(cell.form, {}).setdefault(cell.item.name, []).append(cell)
    while tally.all < EACH:
        items = fields[str(rng.choice(sorted(fields)))]
        own = items[str(rng.choice(sorted(items)))]
        cell = own[int(rng.integers(len(own)))]
        slip, delay = wrong(cell, rng), int(rng.integers(DELAYS))
        if slip is not None:
            second = _second(cell, slip, wrong, again)
            _type(on, cell, slip.typed, second, delay, tally)
    return tally


def _second(
    cell: Cell,
    slip: Slip,
    wrong: Callable[[Cell, np.random.Generator], Slip | None],
    rng: np.random.Generator,
) -> str:
    """What is typed the second time: the same where it is meant, else what the source says, or now and then a slip anew."""
    if slip.meant:
        return slip.typed
    anew = wrong(cell, rng) if rng.random() < WRONG_AGAIN else None
    return anew.typed if anew else cell.text


def _type(on: Ground, cell: Cell, typed: str, second: str, delay: int, tally: Tally) -> None:
    read = read_typed(cell.item, typed)
    if read.refused:
        tally.refused += 1
    elif read.faults:
        tally.asked += 1
    elif on.news(cell.trial, _with(on, cell, read.text), cell.participant, cell.at):
        tally.checked += 1
    elif _by_the_clock(on, cell.form, cell.item, read.text, cell.day, delay):
        tally.clocked += 1
    elif second != typed and is_twice(on.capture, cell.form, cell.item):
        tally.twice += 1
    else:
        tally.unseen[f"{cell.form}.{cell.item.name}"] += 1


def _by_the_clock(on: Ground, form: str, item: Item, text: str, day: dt.date | None, delay: int) -> bool:
    """Whether the day of entry says something of a date."""
    if item.kind != "date" or day is None or not text[:4].isdigit():
        return False
    return bool(say_of_day(form, item, text, day + dt.timedelta(delay), on.capture))


def _with(on: Ground, cell: Cell, text: str) -> Tables:
    """The trial's tables with this text in the cell."""
    frame = on.trials[cell.trial][cell.form]
    values = frame[cell.item.name].to_list()
    values[cell.row] = text
    return on.trials[cell.trial] | {
        cell.form: frame.with_columns(pl.Series(cell.item.name, values, dtype=pl.String))
    }


DAY = Item(name="date", label="day of the visit", kind="date")


def window_errors(on: Ground, rng: np.random.Generator) -> Tally:
    """A visit dated 1 to 10 days outside its window, on the visit and on all its forms."""
    tally = Tally()
    planned = {visit.visit: visit for visit in on.protocol.visits}
    while tally.all < EACH:
        trial = int(rng.integers(len(on.trials)))
        tables = on.trials[trial]
        visits = tables["visits"].filter((pl.col("status") == "done") & (pl.col("visit") != "D0"))
        row = visits.row(int(rng.integers(visits.height)), named=True)
        first = tables["visits"].filter(
            (pl.col("participant") == row["participant"]) & (pl.col("visit") == "D0")
        )
        if not first.height or not first["date"][0] or row["visit"] not in planned:
            continue
        window, beyond = planned[row["visit"]].window, int(rng.integers(1, 11))
        day = window.last + beyond if rng.random() < 0.5 else window.first - beyond
        date = str(dt.date.fromisoformat(first["date"][0]) + dt.timedelta(day))
        delay = int(rng.integers(DELAYS))
        if _dated(on, trial, row, date):
            tally.checked += 1
        elif _by_the_clock(on, "visits", DAY, date, dt.date.fromisoformat(row["date"]), delay):
            tally.clocked += 1
        else:
            tally.unseen[f"visits.date of {row['visit']}"] += 1
    return tally


def _dated(on: Ground, trial: int, row: dict[str, str], date: str) -> set[str]:
    """The wrong day wherever the right one was written at that visit: on the visit, on its forms, in their dates."""
    at = on.place("visits", row["visit"])
    moved = {}
    for form, frame in on.trials[trial].items():
        here = pl.col("participant") == row["participant"]
        if "visit" in frame.columns:
            here &= pl.col("visit") == row["visit"]
        elif on.place(form, None) != at:
            continue
        texts = [name for name in frame.columns if name not in {"participant", "visit", "lesion"}]
        same = here & (pl.col(texts) == row["date"])
        moved[form] = frame.with_columns(
            pl.when(same).then(pl.lit(date)).otherwise(pl.col(texts)).name.keep()
        )
    return on.news(trial, on.trials[trial] | moved, row["participant"], at)


def lesion_errors(on: Ground, rng: np.random.Generator, *, exchanged: bool) -> Tally:
    """The record of a plaque under another one that has its own, or the records of two plaques exchanged."""
    tally = Tally()
    known = known_forms(on.protocol)
    names = [name for name in on.trials[0] if known[name].per == "lesion"]
    while tally.all < EACH // 2:
        trial, form = int(rng.integers(len(on.trials))), str(rng.choice(names))
        frame = on.trials[trial][form]
        row = int(rng.integers(frame.height))
        same = pl.col("participant") == frame["participant"][row]
        if "visit" in frame.columns:
            same &= pl.col("visit") == frame["visit"][row]
        others = frame.with_row_index("n").filter(same & (pl.col("n") != row))["n"].to_list()
        if not others:
            continue
        other, lesions = int(rng.choice(others)), frame["lesion"].to_list()
        if exchanged and _alike(frame, row, other):
            continue
        lesions[row], lesions[other] = lesions[other], lesions[row] if exchanged else lesions[other]
        changed = on.trials[trial] | {form: frame.with_columns(pl.Series("lesion", lesions, dtype=pl.String))}
        at = on.place(form, frame["visit"][row] if "visit" in frame.columns else None)
        if on.news(trial, changed, frame["participant"][row], at):
            tally.checked += 1
        else:
            tally.unseen[form] += 1
    return tally


def _alike(frame: pl.DataFrame, row: int, other: int) -> bool:
    """Whether the two records say the same, so that exchanging them is no error."""
    values = frame.drop("lesion")
    return values.row(row) == values.row(other)


# ------------------------------------------------------------------------------------------------------ the figures


@dataclass(frozen=True, slots=True)
class Clean:
    """Values as rehearsed: how many, how many are typed twice, and how many questions a box, the clock or a check asks."""

    fields: int
    twice: int
    asked: int
    clocked: int
    codes: Counter[str]


def clean_fields(on: Ground, among: list[Cell]) -> Clean:
    """Every value as it is typed, and every participant's records as they stand at each visit."""
    asked = sum(bool(read_typed(cell.item, cell.text).faults) for cell in among)
    clocked = sum(
        _by_the_clock(on, cell.form, cell.item, cell.text, cell.day, n % DELAYS)
        for n, cell in enumerate(among)
    )
    said: set[tuple[int, str, str]] = set()
    for trial, tables in enumerate(on.trials):
        for participant in tables["participants"]["participant"].to_list():
            for at in range(len(on.protocol.visits)):
                said |= {(trial, code, message) for code, message in on.stood(trial, participant, at)}
        said |= {(trial, code, message) for code, message in on.judged(tables)}
    twice = sum(is_twice(on.capture, cell.form, cell.item) for cell in among)
    return Clean(len(among), twice, asked, clocked, Counter(code for _, code, _ in said))


ON_PURPOSE = ("FD-R063", "FD-R069")


def _table(tallies: dict[str, Tally]) -> str:
    head = ("Error", "Seeded", "Refused in the box", "Asked in the box", "Asked by the checks", "Asked by the clock", "Typed twice", "Not seen", "Caught")  # fmt: skip
    rows: list[tuple[str, ...]] = [
        (name, f"{each.all}", f"{each.refused}", f"{each.asked}", f"{each.checked}", f"{each.clocked}", f"{each.twice}", f"{each.unseen.total()}", f"{each.caught / each.all:.0%}")
        for name, each in tallies.items()
    ]  # fmt: skip
    return table(head, rows)


def _told(tallies: dict[str, Tally], clean: Clean) -> str:
    """The table, the two figures, and where errors were not seen."""
    caught, errors = (sum(getattr(each, name) for each in tallies.values()) for name in ("caught", "all"))
    windows = sum(clean.codes[code] for code in ON_PURPOSE)
    others = clean.codes.total() - windows + clean.asked + clean.clocked
    by_code = ", ".join(
        f"{code} {count}" for code, count in sorted(clean.codes.items()) if code not in ON_PURPOSE
    )
    unseen = "\n".join(
        f"- {name}: " + ", ".join(f"`{where}` {count}" for where, count in each.unseen.most_common(6))
        for name, each in tallies.items()
        if each.unseen
    )
    return f"""{_table(tallies)}

**Caught: {caught} of {errors} ({caught / errors:.1%}).** The goal of 95 % is {"reached" if caught >= 0.95 * errors else "missed"}.

**False alarms: {others} on {clean.fields:,} clean values ({others / clean.fields:.2%}).** The goal of 1 % is
{"reached" if others <= 0.01 * clean.fields else "missed"}. By code: {by_code or "none"}. Beside them {windows} questions are about
visits that the rehearsal had put outside their windows on purpose.

Where errors were not seen most often:

{unseen}"""


def section(plain_one: tuple[dict[str, Tally], Clean], with_all: tuple[dict[str, Tally], Clean]) -> str:
    clean = with_all[1]
    return f"""## Seeded errors of entry (G13)

{written_by("benchmarks/capture_drills/seeded_errors.py")} Seed {SEED}; {TRIALS} invented trials of {PARTICIPANTS} participants.

Every error is typed into its box; what the box takes is judged with the participant's records up to that visit (checks of records
and, once there is an injection, of doses), and a date with the server's day, which is that of the visit or up to three days
later. Forms are drawn first, then their items, then a value, so that no long form speaks for all. The checks were not made for these errors: their limits stand in
[what is usual](../decisions/0016-what-is-usual.md) and are the same for every protocol.

### The seed's protocol as it is

{_told(*plain_one)}

### The same with the options of the section `capture`

The same errors, under the same protocol with `entered_within: 5`, limits for {OPTIONS.count(" .. ")} items under `usual`, and
{clean.twice:,} of {clean.fields:,} values ({clean.twice / clean.fields:.0%}) typed twice. A swap of digits or a misread date happens at each typing anew (the
second goes wrong as well one time in ten); another unit, day and month in the other order, and another plaque are meant, so
they are typed the same twice and the second box does not see them.

{_told(*with_all)}

### What stays unseen

Two plaques exchanged, mostly: at the first visit there is nothing to compare with, and later two plaques of one person are often
more alike than one plaque is to itself after treatment. Then values in another unit that are usual in this one too, slips on pages
where nothing is typed twice (visits), and days a little off of which nothing else is known. That rest is for source
data verification. Late entry is not among the clean values: under `entered_within` every late record is asked about, as is meant.
"""


def run(on: Ground) -> tuple[dict[str, Tally], Clean]:
    """All errors and all clean values under one protocol."""
    rng, among = np.random.default_rng(SEED), list(cells(on))
    clean = clean_fields(on, among)
    tallies = {
        "another unit": typed_errors(on, among, in_another_unit, rng),
        "two digits swapped": typed_errors(on, among, with_digits_swapped, rng),
        "another date": typed_errors(on, among, another_date, rng),
        "outside the window": window_errors(on, rng),
        "under a plaque that has its record": lesion_errors(on, rng, exchanged=False),
        "two plaques exchanged": lesion_errors(on, rng, exchanged=True),
    }
    return tallies, clean


def run_under(options: bool) -> tuple[dict[str, Tally], Clean]:  # noqa: FBT001, mapped over both
    """The same errors with and without the options, each in a process of its own."""
    on = ground()
    return run(with_options(on) if options else on)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--write", action="store_true", help="write the section of docs/reference/capture-drills.md"
    )
    given = asked.parse_args()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        told = section(*pool.map(run_under, (False, True)))
    print(told)
    if given.write:
        write_section("seeded-errors", told)


if __name__ == "__main__":
    main()
