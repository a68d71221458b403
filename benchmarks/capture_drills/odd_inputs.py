"""Goal G6: hostile and odd inputs for every kind of field; no exception, no silently changed value.

`python -m benchmarks.capture_drills.odd_inputs [KIND ...] [--count N] [--write]`. What a field accepts is compared with
a second reading that shares no code with the field.
"""

# ruff: noqa: RUF001 - look-alikes are what the drill is made of

from __future__ import annotations

import argparse
import time
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.capture_drills.page import table, write_section, written_by
from benchmarks.capture_drills.second_reading import second, second_text

from firstdose.catalogue import Item
from firstdose.records.cells import read_cell
from firstdose.web.capture.strict import Typed, read_missing, read_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COUNT, CHUNK, SEED = 1_000_000, 20_000, 20261122
LANGUAGES = ("en", "fa", "ar")
CODES = (("elbow", ""), ("lower leg", ""), ("0", ""), ("UNK", ""), ("Ärm", ""))
ITEMS = {
    "integer": Item(name="x", label="x", kind="integer", low=Decimal(0), high=Decimal(5000)),
    "ordinal": Item(name="x", label="x", kind="ordinal", low=Decimal(0), high=Decimal(10)),
    "number": Item(name="x", label="x", kind="number", low=Decimal(-50), high=Decimal(500), decimals=2),
    "quantity": Item(name="x", label="x", kind="quantity", unit="pg/mL", decimals=1, lloq=Decimal("0.5")),
    "code": Item(name="x", label="x", kind="code", codes=CODES),
    "truth": Item(name="x", label="x", kind="truth"),
    "text": Item(name="x", label="x", kind="text", required=False),
    "date": Item(name="x", label="x", kind="date"),
    "time": Item(name="x", label="time, hh:mm", kind="text"),
    "moment": Item(name="x", label="when, YYYY-MM-DDThh:mm", kind="text"),
}
KINDS = (*ITEMS, "missing")

# ----------------------------------------------------------------------------------------------------- the inputs

PERSIAN, ARABIC, WIDE = "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９"
SCRIPTS = [
    str.maketrans("0123456789.", digits)
    for digits in (PERSIAN + "٫", ARABIC + "٫", PERSIAN + ".", WIDE + "．")
]
ALPHABET = [
    *("0123456789" * 4), *PERSIAN, *ARABIC, *WIDE, *"१๓²½Ⅷ①〇", *"+-−–—﹣－", *"...,,٫٬،'’_/::", *"<>=≤≥~%#",
    *" \u00a0\u2009\u202f\u3000\t\n\r\v\u2028", *"\x00\x1b\x7f\x85\ufffd\ufffe", "\ud800", "\udfff",
    *"\u200e\u200f\u061c\u202a\u202c\u202d\u202e\u2066\u2069\u200b\u200c\u200d\u2060\ufeff\u00ad",
    *"\u0301\u0308\u20dd\u0654", *"оОlIοＯ", *"eExXnNaAdDyYtTzZ", *"\"'&;()\\{}$", "\U0001f600", "\ue000", "\U000e0041",
]  # fmt: skip
TRAPS = (
    "", " ", "nan", "NaN", "inf", "-Infinity", "1_0", "1_0.0", "1e2", "1E2", "1e400", "0x10", "0b1", "١٢", "3٫5", "٣٫٥",
    "۳٫۵", "۳/۵", "１２", "1,5", "1,500", "1.500", "1.234.567", "1 000", "1\u202f000", "1'000", "1٬000", "-0", "-0.0",
    "+3", "007", ".5", "5.", "--1", "−5", "<0.5", "< 0.5", "≤1", "<=1", ">>1", "<-3", "<>", "12 pg/mL", "12%", "1/2",
    "0.1000000000000001", "9999999999999999", "123456789012345678901234567890", "2.675", "ND", "nd", "UNK: lost",
    "not done", "n/a", "NA ", "\u212aND", "UN\u212a", "elbow", "Elbow", "elbow ", "lower  leg", "Ärm", "A\u0308rm",
    "yes", "YES", "Y", "no\n", "true", "1", "0", "\u0130", "tru\u0435", "2024-05-12", "2024-5-12", "2024-02-30",
    "2024-05", "2024", "0000", "9999-12-31", "1899-12-31", "2101-01-01", "12/05/2024", "2024/05/12", "1402/11/16",
    "1402-11-16", "1402/12/30", "1403/12/30", "1402", "1445-09-01", "۱۴۰۲/۱۱/۱۶", "٢٠٢٤-٠٥-١٢", "2024-05-12T09:30",
    "2024-05-12 09:30", "2024-05-12T09:30:00Z", "2024-05-12T24:00", "09:30", "9:30", "24:00", "0930", "09:60", "۰۹:۳۰",
    "' OR 1=1 --", "'; DROP TABLE event; --", "<script>alert(1)</script>", "<b>3</b>", "&lt;3", "{{7*7}}", "${7*7}",
    "=1+1", "@SUM(A1)", "../../etc/passwd", "%00", "\\x00", "\x00", "3\x00", "3\n", "\u202e5.3", "3\u200e", "\ufeff3",
    "3\u0301", "Z̴̡̛a̸l̷g̶o̵", "می‌خورد", "e\u0301", "e\u0301\u0323", "\U0001f468\u200d\U0001f52c", "a\r\nb", "a\rb", "\ud800",
    "ND: \u202e", "ND:", "REF : no", "\uff4e\uff41\uff4e", "Ⅻ", "½", "²", "①", "〇", "⁵",
)  # fmt: skip


def odd_inputs(kind: str, count: int, seed: int) -> Iterator[tuple[str, str]]:
    """(typed text, language of the page), the same ones for the same arguments."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    done = 0
    while done < count:
        size = min(CHUNK, count - done)
        yield from _chunk(kind, size, rng)
        done += size


def _chunk(kind: str, size: int, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    style, languages = rng.random(size), rng.integers(0, len(LANGUAGES), size)
    picks, ats, marks = rng.random(size), rng.random(size), rng.integers(0, len(ALPHABET), size)
    texts = plausible(kind, size, rng)
    lengths, soup = rng.integers(1, 9, size), rng.integers(0, len(ALPHABET), (size, 8))
    points = rng.integers(0, 0x110000, (size, 8))
    for n in range(size):
        share = style[n]
        if share < 0.5:
            text = texts[n]
        elif share < 0.7:
            text = TRAPS[int(picks[n] * len(TRAPS))]
        elif share < 0.95:
            text = "".join(ALPHABET[each] for each in soup[n, : lengths[n]])
        elif share < 0.9995:
            text = "".join(map(chr, points[n, : lengths[n]].tolist()))
        else:
            text = (texts[n] + ALPHABET[marks[n]]) * int(1 + picks[n] * 20_000)
        if 0.25 < share < 0.5 or 0.6 < share < 0.7:
            text = _mutated(text, ats[n], ALPHABET[marks[n]])
        yield text, LANGUAGES[languages[n]]


def _mutated(text: str, where: float, mark: str) -> str:
    """One character put in, exchanged or taken out."""
    at = int(where * (len(text) + 1))
    way = int(where * 1e6) % 3
    return text[:at] + ("" if way == 0 else mark) + text[at + (way != 1) :]


def plausible(kind: str, size: int, rng: np.random.Generator) -> list[str]:
    """Texts as people mean them, in any script, with blanks around."""
    texts = _PLAUSIBLE.get(kind, _words)(size, rng)
    script, blank = rng.random(size), rng.random(size)
    for n in np.flatnonzero(script < 0.4):
        texts[n] = texts[n].translate(SCRIPTS[int(script[n] * 10)])
    for n in np.flatnonzero(blank < 0.1):
        texts[n] = f" {texts[n]}  "
    return texts


def _numbers(size: int, rng: np.random.Generator) -> list[str]:
    values, places = rng.lognormal(2, 3, size) * rng.choice([1, 1, 1, -1], size), rng.integers(0, 4, size)
    signs = rng.choice(["", "", "", "<", ">"], size)
    return [f"{sign}{value:.{place}f}" for value, place, sign in zip(values, places, signs, strict=True)]


def _whole(size: int, rng: np.random.Generator) -> list[str]:
    spread = rng.integers(1, 18, size)
    return [
        str(int(value * 10.0**power)) for value, power in zip(rng.uniform(-0.3, 1, size), spread, strict=True)
    ]


def _dates(size: int, rng: np.random.Generator) -> list[str]:
    years = np.where(rng.random(size) < 0.6, rng.integers(1890, 2110, size), rng.integers(1290, 1500, size))
    months, days, cut = rng.integers(0, 14, size), rng.integers(0, 33, size), rng.random(size)
    marks = rng.choice(["-", "-", "/", "."], size)
    made = []
    for year, month, day, mark, share in zip(years, months, days, marks, cut, strict=True):
        whole = (
            f"{year}{mark}{month:02d}{mark}{day:02d}" if share < 0.8 else f"{year}{mark}{month}{mark}{day}"
        )
        made.append(whole if share < 0.9 else whole[: 7 if share < 0.95 else 4])
    return made


def _times(size: int, rng: np.random.Generator) -> list[str]:
    return [
        f"{h:02d}:{m:02d}" for h, m in zip(rng.integers(0, 26, size), rng.integers(0, 62, size), strict=True)
    ]


def _moments(size: int, rng: np.random.Generator) -> list[str]:
    days, times, marks = _dates(size, rng), _times(size, rng), rng.choice(["T", "T", " ", "t"], size)
    return [f"{day}{mark}{clock}" for day, mark, clock in zip(days, marks, times, strict=True)]


def _words(size: int, rng: np.random.Generator) -> list[str]:
    return rng.choice(
        [*TRAPS[60:75], "elbow", "lower leg", "0", "yes", "no", "No", "by phone", "آرنج"], size
    ).tolist()


_PLAUSIBLE: dict[str, Callable[[int, np.random.Generator], list[str]]] = {
    "integer": _whole, "ordinal": _whole, "number": _numbers, "quantity": _numbers, "date": _dates, "time": _times,
    "moment": _moments,
}  # fmt: skip

# ------------------------------------------------------------------------------------------------------ the drill


@dataclass(slots=True)
class Count:
    """One kind. `changed`: accepted and not the value of the second reading; `lost`: right by it, and refused."""

    kind: str
    inputs: int = 0
    empty: int = 0
    accepted: int = 0
    refused: int = 0
    changed: int = 0
    lost: int = 0
    seconds: float = 0.0


def judge(kind: str, typed: str, language: str, read: Typed) -> tuple[bool, bool]:
    """(silently changed, refused though right) of one reading that is not empty."""
    if read.typed != typed or (read.refused and read.text):
        return True, False
    if kind == "text":
        meant: object = second_text(typed)
        same = read.text == meant
        return (
            not read.refused and not same
        ), False  # which marks are refused is the field's own, longer list
    meant = second(kind, typed, language, ITEMS[kind].code_names)
    if read.refused:
        return False, meant is not None
    if isinstance(meant, tuple):
        sign = read.text[0] if read.text[0] in "<>" else ""
        same = (sign, Decimal(read.text[len(sign) :])) == meant
    else:
        same = read.text == meant
    return not (same and _imported(kind, read.text)), False


def _imported(kind: str, text: str) -> bool:
    """Whether the cell is read from a folder of records to the value it shows."""
    cell = read_cell(ITEMS[kind], text)
    if isinstance(cell.value, float):
        return cell.value == float(text.lstrip("<>"))
    return cell.value == (text == "yes" if kind == "truth" else text)


def drill(kind: str, count: int = COUNT, seed: int = SEED) -> Count:
    """The whole drill of one kind; an exception ends it and shows its input."""
    found, start = Count(kind), time.perf_counter()
    for number, (typed, language) in enumerate(odd_inputs(kind, count, seed)):
        found.inputs += 1
        if kind == "missing":
            changed, lost, read = _missing(number, typed)
        else:
            read = read_typed(ITEMS[kind], typed, language)
            changed, lost = (
                judge(kind, typed, language, read)
                if read.text or read.refused
                else (bool(typed.strip()), False)
            )
        found.accepted += bool(read.text)
        found.refused += read.refused
        found.empty += not read.text and not read.refused
        found.changed += changed
        found.lost += lost
        if (changed or lost) and found.changed + found.lost <= 5:
            print(
                "LOOK",
                kind,
                language,
                ascii(typed)[:80],
                ascii(read.text)[:80],
                [each.code for each in read.faults],
            )
    found.seconds = time.perf_counter() - start
    return found


def _missing(number: int, typed: str) -> tuple[bool, bool, Typed]:
    """Reasons under each code and under none."""
    code = ("ND", "UNK", "REF", "NA", "", typed[:3])[number % 6]
    read = read_missing(code, typed)
    if read.refused:
        return bool(read.text), False, read
    reason = unicodedata.normalize("NFC", typed.replace("\r\n", "\n")).strip()
    cell = read_cell(ITEMS["number"], read.text)
    return (read.text, cell.reason, cell.detail) != (f"{code}: {reason}", code, reason), False, read


HEADS = (
    "Field",
    "Inputs",
    "Accepted",
    "Refused",
    "Empty",
    "Silently changed",
    "Refused though right",
    "Seconds",
)


def section(counts: list[Count]) -> str:
    """The section of the page."""
    inputs, changed = sum(each.inputs for each in counts), sum(each.changed for each in counts)
    rows = [
        (each.kind, *(f"{number:,}" for number in (each.inputs, each.accepted, each.refused, each.empty)),
         f"{each.changed:,}", "-" if each.kind in {"text", "missing"} else f"{each.lost:,}", f"{each.seconds:.0f}")
        for each in counts
    ]  # fmt: skip
    return f"""## Odd inputs in every kind of field (G6)

{written_by("benchmarks/capture_drills/odd_inputs.py")} Seed {SEED}.

{inputs:,} inputs on pages in English, Persian and Arabic: half of them as people mean them, in up to five scripts, half of
these with one character wrong; the rest known traps (SQL, HTML, `nan`, `1_0`, `3٫5`, lone surrogates, marks of
direction), characters at random, texts of up to 200,000 characters. What a field accepts is compared with a second
reading that shares no code with it, and with what an import reads from the same cell.

**Silently changed: {changed:,}.** No input raised an exception; one would have ended the run.

{table(HEADS, rows)}

Which marks a text refuses is the field's own list, longer than that of the second reading, so that what it refuses though
it is right is not counted for texts and for reasons of missing values.
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    asked.add_argument("--count", type=int, default=COUNT)
    asked.add_argument(
        "--write", action="store_true", help="write the section of docs/reference/capture-drills.md"
    )
    given = asked.parse_args()
    counts = []
    for kind in given.kinds or KINDS:
        counts.append(drill(kind, given.count))
        print(counts[-1], flush=True)
    print(section(counts))
    if given.write:
        write_section("odd-inputs", section(counts))


if __name__ == "__main__":
    main()
