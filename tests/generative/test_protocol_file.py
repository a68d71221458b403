"""Whatever is written, reading answers: the same protocol from any layout, and Issues, never an error, from any text."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from firstdose.protocol.comparing import compare_protocols
from firstdose.protocol.desk import cleaned
from firstdose.protocol.grammar import BY_NAME, SECTIONS
from firstdose.protocol.identity import compute_identity
from firstdose.protocol.makers import MAKERS
from firstdose.protocol.model import Activity, Protocol, Safety, Visit
from firstdose.protocol.model_of_capture import Capture
from firstdose.protocol.model_of_product import CellProduct, Limit
from firstdose.protocol.model_of_safety import Sentinel
from firstdose.protocol.reading import read_protocol_text
from firstdose.protocol.table import read_prose
from firstdose.protocol.tree import Block, Branch, read_tree
from firstdose.protocol.writing import Prose, Rows, outline, render_protocol, starter, value_as_written
from firstdose.values.quantity import Quantity
from firstdose.values.units import read_unit
from firstdose.values.window import Window
from tests.shared import ROOT

SEED = (ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").read_text("utf-8")

# A whole protocol takes long to draw: half as many as the profile asks for.
FEWER = settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# ------------------------------------------------------------------------------------------ generated protocols

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,6}", fullmatch=True).filter(lambda name: name != "participant")
ITEMS = st.tuples(NAMES, NAMES).map(".".join)
WORDS = st.text("abcXYZ019éö:#'\"|>%@&*![]{}-?=<().;~`\\/ ", min_size=1, max_size=25).map(cleaned)
TEXTS = WORDS.filter(lambda text: text and text != "." and text[0] != "#")
PLAIN = st.text("abcXYZ 019", min_size=1, max_size=12).map(cleaned).filter(bool)
NUMBERS = st.integers(-(10**6), 10**6).map(lambda number: Decimal(number).scaleb(-3))
UNITS = st.sampled_from(["mL", "cells/cm2", "x ULN", "10^6 cells/mL", "%", "months", "mg/dL"]).map(read_unit)
SEEDS = st.integers(0, 2**32 - 1)
SHARES = st.integers(0, 1000).map(lambda number: Decimal(number).scaleb(-3))


SYMBOLS = st.just("") | UNITS.map(str)
LIMITS = st.one_of(
    st.builds(Limit, low=NUMBERS, open_low=st.booleans(), unit=SYMBOLS),
    st.builds(Limit, high=NUMBERS, open_high=st.booleans(), unit=SYMBOLS),
    st.tuples(st.integers(-99, 99), st.integers(1, 99), SYMBOLS).map(
        lambda told: Limit(low=Decimal(told[0]), high=Decimal(told[0] + told[1]), unit=told[2])
    ),
    st.lists(
        st.sampled_from(["negative", "no growth", "normal", "reviewed"]), min_size=1, max_size=3, unique=True
    ).map(lambda words: Limit(words=tuple(words))),
)


def thousandths(low: int, high: int) -> Any:
    return st.integers(1000 * low, 1000 * high).map(lambda number: Decimal(number).scaleb(-3))


def pairs_of(values: Any) -> Any:
    return st.dictionaries(NAMES, values, max_size=3).map(lambda found: tuple(sorted(found.items())))


def ordered(values: Any) -> Any:
    return st.tuples(values, values).map(lambda ends: tuple(sorted(ends)))


def looks(visits: list[str]) -> Any:
    visit = st.sampled_from(visits)
    changes = st.sampled_from(["change", "percent change", "worst change"])
    return st.one_of(
        st.tuples(st.sampled_from(["value", "any event", "profile"]), st.just(""), st.none()),
        st.tuples(changes, visit, st.none()),
        st.tuples(st.just("response"), visit, st.integers(1, 100).map(Decimal)),
    )


def subsets(visits: list[str]) -> Any:
    return st.sets(st.sampled_from(visits)).map(
        lambda some: tuple(visit for visit in visits if visit in some)
    )


def of_kind(field: Any, visits: list[str]) -> Any:
    """Values of the model as a field of this kind can hold them."""
    if field.kind == "table":
        return tables(field.columns, field.makes, visits)
    if field.kind == "visits":
        return subsets(visits)
    return looks(visits) if field.kind == "look" else plain_kinds(field.choices, field.limits)[field.kind]


@cache
def plain_kinds(choices: tuple[str, ...], limits: tuple[int, int] | None) -> dict[str, Any]:
    """Those that no visit has a part in: made once, to make them takes longer than to draw."""
    low, high = limits or (-9999, 9999)
    return {
        "text": TEXTS,
        "rule": TEXTS,
        "prose": st.lists(TEXTS, min_size=1, max_size=3).map("\n\n".join),
        "name": NAMES,
        "measure": st.one_of(NAMES, ITEMS),
        "measures": st.lists(st.one_of(NAMES, ITEMS), min_size=1, max_size=4, unique=True).map(tuple),
        "item": ITEMS,
        "names": st.lists(NAMES, min_size=1, max_size=4, unique=True).map(tuple),
        "integer": st.integers(low, high),
        "number": thousandths(*limits) if limits else NUMBERS,
        "numbers": st.lists(NUMBERS, min_size=1, max_size=4).map(tuple),
        "number text": st.sampled_from(["32.8", "8.180", "5", "-0.10"]),
        "share": SHARES,
        "percent": SHARES,
        "percent range": ordered(SHARES),
        "quantity": st.builds(Quantity, NUMBERS, UNITS),
        "quantity range": st.tuples(ordered(NUMBERS), UNITS).map(
            lambda found: tuple(Quantity(end, found[1]) for end in found[0])
        ),
        "unit": UNITS.map(str),
        "range": ordered(NUMBERS),
        "integer range": ordered(st.integers(-99, 99)),
        "window": ordered(st.integers(-99, 99)).map(lambda ends: Window(*ends)),
        "choice": st.sampled_from(choices or ("",)),
        "truth": st.booleans(),
        "sentinel": st.builds(
            Sentinel,
            st.integers(0, 9999),
            st.sampled_from(["dose level", "cohort", "trial"]),
            st.none() | st.integers(0, 9999),
        ),
        "codes": st.dictionaries(NAMES, PLAIN, min_size=1, max_size=3).map(
            lambda found: tuple(found.items())
        ),
        "limit": LIMITS,
        "options": pairs_of(st.one_of(st.just(""), PLAIN)).filter(bool),
        "free": pairs_of(TEXTS),
    }


@st.composite
def values_of(draw: Any, listed: Any, visits: list[str]) -> dict[str, Any]:
    chosen = [field for field in listed if field.required or draw(st.booleans())]
    return {field.field: draw(of_kind(field, visits)) for field in chosen}


@st.composite
def tables(draw: Any, columns: Any, makes: type | None, visits: list[str]) -> tuple[Any, ...]:
    rows = draw(
        st.lists(
            values_of(columns, visits),
            min_size=1,
            max_size=3,
            unique_by=lambda row: str(row[columns[0].field]),
        )
    )
    if makes is None:
        return tuple(tuple(row[field.field] for field in columns) for row in rows)
    return tuple(MAKERS.get(makes, makes)(**item_that_holds(row)) for row in rows)


def item_that_holds(row: dict[str, Any]) -> dict[str, Any]:
    """An item of a kind that asks for nothing else."""
    return row | {"kind": "text"} if row.get("kind") in {"code", "quantity", "ordinal"} else row


@st.composite
def parts(draw: Any, section: Any, visits: list[str]) -> Any:
    if section.form == "free":
        return draw(pairs_of(TEXTS))
    if section.form == "table":
        return draw(tables(section.fields, section.makes, visits))
    names = sorted(draw(st.sets(st.from_regex(r"[A-Z]{1,3}", fullmatch=True), min_size=1, max_size=3)))
    made = []
    for name in names if section.form == "blocks" else [""]:
        values = draw(values_of(section.fields, visits))
        if section.extra:
            known = {field.key for field in section.fields}
            values[section.extra] = tuple(pair for pair in draw(pairs_of(TEXTS)) if pair[0] not in known)
        if name:
            values[fields(section.makes)[0].name] = name
        made.append(MAKERS.get(section.makes, section.makes)(**values))
    return tuple(made) if section.form == "blocks" else made[0]


@st.composite
def protocols(draw: Any) -> Protocol:
    """A protocol that can be written and read; it need not make sense."""
    visits = draw(
        st.lists(NAMES, min_size=1, max_size=4, unique=True).filter(
            lambda v: not {"activity", "per"} & set(v)
        )
    )
    filled: dict[str, Any] = {
        "visits": tuple(
            Visit(**draw(values_of(BY_NAME["visits"].fields, visits)) | {"visit": visit}) for visit in visits
        ),
        "schedule": tuple(
            Activity(
                activity=name, per=draw(st.sampled_from(["participant", "lesion"])), at=draw(subsets(visits))
            )
            for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
        ),
    }
    optional = [section.name for section in SECTIONS if section.name not in filled and not section.required]
    # A protocol with everything in it is more than Hypothesis draws: any seven sections beside the required ones.
    some = draw(st.sets(st.sampled_from(optional), max_size=7))
    for section in SECTIONS:
        if section.name not in filled and (section.required or section.name in some):
            filled[section.name] = draw(parts(section, visits))
    if filled.get("safety") == Safety():
        del filled["safety"]  # a section that says nothing cannot be written
    if filled.get("product") == CellProduct():
        del filled["product"]
    if filled.get("capture") == Capture():
        del filled["capture"]
    return Protocol(**filled)


# -------------------------------------------------------------------------------------------- any layout of them


class Printer:
    """Prints the outline of a protocol in a layout of chance: order of keys, quotes, spacing, comments."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)

    def yes(self) -> bool:
        return bool(self.chance.integers(2))

    def blanks(self, fewest: int, most: int) -> str:
        return " " * int(self.chance.integers(fewest, most + 1))

    def shuffled(self, things: Any) -> list[Any]:
        found = list(things)
        return [found[place] for place in self.chance.permutation(len(found))]

    def file(self, part: dict[str, Any]) -> str:
        lines = ["# firstdose protocol, format 1", *self.keys(part, "")]
        text = "".join(line + self.blanks(0, 2) + "\n" for line in lines)
        text = text.replace("\n", "\r\n") if self.yes() else text
        return "\ufeff" + text if self.yes() else text

    def keys(self, part: dict[str, Any], lead: str) -> list[str]:
        lines = []
        for key in self.shuffled(part):
            if self.yes():
                lines += ["", lead + "# a comment: with 'anything' in it"]
            lines += self.entry(key, part[key], lead)
        return lines

    def entry(self, key: str, node: Any, lead: str) -> list[str]:
        deeper = lead + self.blanks(2, 4)
        if isinstance(node, Rows):
            return [f"{lead}{key}: |", *self.table(node.rows, deeper, free=key != "schedule")]
        if isinstance(node, Prose):
            return [f"{lead}{key}: |", *self.prose(node.paragraphs, deeper)]
        if isinstance(node, str):
            return [f"{lead}{key}:{self.blanks(1, 3)}{self.value(node)}"]
        return [f"{lead}{key}:" + ("  # below" if self.yes() else ""), *self.keys(node, deeper)]

    def value(self, text: str) -> str:
        if self.yes():
            return value_as_written(text) + ("  # so it is" if self.yes() else "")
        return json.dumps(text, ensure_ascii=False) if self.yes() else "'" + text.replace("'", "''") + "'"

    def table(self, rows: Any, lead: str, *, free: bool) -> list[str]:
        columns = list(range(len(rows[0])))
        columns = self.shuffled(columns) if free else columns
        lines = []
        for row in rows:
            if self.yes():
                lines.append("" if self.yes() else lead + "# a comment")
            apart = self.shuffled(["  ", "   ", "\t", " \t "])[0]
            lines.append(lead + apart.join(row[column] for column in columns))
        return lines

    def prose(self, paragraphs: Any, lead: str) -> list[str]:
        lines = []
        for paragraph in paragraphs:
            words = paragraph.split(" ")
            cut = int(self.chance.integers(1, len(words) + 1))
            lines += [
                "",
                lead + " ".join(words[:cut]),
                *([lead + " ".join(words[cut:])] if words[cut:] else []),
            ]
        return lines[1:]


@given(protocols(), SEEDS)
@FEWER
@pytest.mark.slow
def test_a_protocol_in_any_layout_reads_back_as_the_same(protocol, seed):
    text = Printer(seed).file(outline(protocol))
    reading = read_protocol_text(text)
    assert reading.issues == ()
    assert reading.protocol == protocol
    assert compute_identity(reading.protocol) == compute_identity(protocol)
    assert compare_protocols(protocol, reading.protocol) == ()
    printed = render_protocol(protocol)
    assert read_protocol_text(printed).protocol == protocol


@given(protocols(), protocols(), st.sampled_from(SECTIONS))
@FEWER
@pytest.mark.slow
def test_identity_differs_exactly_where_comparing_finds_a_difference(one, other, section):
    """Two protocols that share all but one section, so that small differences are drawn too."""
    mixed = replace(one, **{section.name: getattr(other, section.name)})
    differences = compare_protocols(one, mixed)
    assert (compute_identity(one) == compute_identity(mixed)) == (differences == ())
    assert {difference.section for difference in differences} <= {section.name}


# ------------------------------------------------------------------------------------------------------ any text

HOSTILE = st.sampled_from([*" \t\n:#|>'\"-?&*!%@`[]{},.<=\\x0\u2028\u00a0é\x00~", "  ", ": ", "\n  ", "\n- "])


@st.composite
def mutated(draw: Any, text: str) -> str:
    """A valid file with one to three characters deleted, inserted or replaced."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text) - 1))
        new = draw(st.one_of(st.just(""), HOSTILE, st.characters()))
        text = text[:at] + new + text[at + draw(st.integers(0, 1)) :]
    return text


def yaml_agrees(text: str, file: str = "x") -> None:
    """What we accept, an ordinary YAML reader reads as the same tree of texts."""
    # YAML allows tabs before a comment and at the end of a line, PyYAML does not.
    text = re.sub(
        r"[ \t]+(?=\r?$)", "", re.sub(r"^[ \t]*\t[ \t]*#", "#", text, flags=re.MULTILINE), flags=re.MULTILINE
    )
    _compare(read_tree(text, file).root, yaml.compose(text, yaml.BaseLoader))


def _compare(node: Any, other: Any) -> None:
    if isinstance(node, Branch):
        assert [entry.key for entry in node.entries] == [key.value for key, _ in other.value]
        for entry, (_, value) in zip(node.entries, other.value, strict=True):
            _compare(entry.node, value)
    elif isinstance(node, Block):
        assert read_prose(node).split() == other.value.split()
    else:
        assert node.text == other.value


@pytest.mark.parametrize("text", [SEED, starter()], ids=["seed", "starter"])
@given(data=st.data())
def test_one_changed_character_gives_issues_or_a_protocol_and_never_an_error(text, data):
    changed = data.draw(mutated(text))
    reading = read_protocol_text(changed)
    lines = changed.count("\n") + changed.count("\r") + 1
    assert all(0 <= issue.place.line <= lines and issue.message and issue.remedy for issue in reading.issues)
    if not reading.issues:
        yaml_agrees(changed)
        again = read_protocol_text(render_protocol(reading.protocol))
        assert compute_identity(again.protocol) == compute_identity(reading.protocol)


@given(st.text(max_size=300))
def test_any_text_gives_issues_or_a_protocol(text):
    reading = read_protocol_text(text)
    assert reading.issues or reading.protocol


@given(st.lists(st.tuples(st.integers(0, 5), st.text("ab:|#'\"-.x \t&*[{>?!%", max_size=12)), max_size=12))
def test_any_lines_below_the_first_give_issues_or_a_protocol(lines):
    text = "\n".join(["# firstdose protocol, format 1", *(" " * indent + line for indent, line in lines)])
    assert read_protocol_text(text).issues


@given(protocols(), SEEDS)
@FEWER
@pytest.mark.slow
def test_both_loaders_of_yaml_see_the_same_places(protocol, seed):
    """The quick one, in C, and the plain one: same keys at same marks."""
    quick = getattr(yaml, "CBaseLoader", None)
    assume(quick is not None)
    text = Printer(seed).file(outline(protocol)).removeprefix("\ufeff")
    assert _marks(yaml.compose(text, quick)) == _marks(yaml.compose(text, yaml.BaseLoader))


def _marks(node: Any) -> list[Any]:
    here = [(node.value if isinstance(node.value, str) else "", node.start_mark.line, node.start_mark.column)]
    below = node.value if isinstance(node, yaml.MappingNode) else ()
    return here + [mark for pair in below for each in pair for mark in _marks(each)]
