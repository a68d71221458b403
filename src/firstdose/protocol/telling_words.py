"""Words for numbers, days, visits and lists: the small change of the read-back."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from firstdose.protocol.names import forms, measures
from firstdose.protocol.rule import read_rule, tell_rule
from firstdose.values.issue import Place
from firstdose.values.rounding import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.rule import Name
    from firstdose.values.quantity import Quantity
    from firstdose.values.window import Window

_SINGULAR = ("ss", "is", "us")


def listed(words: Iterable[object], last: str = "and") -> str:
    """'BL, M3 and M6'; 'none' of nothing."""
    found = [str(word) for word in words]
    if len(found) < 2:
        return found[0] if found else "none"
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def capital(sentence: str) -> str:
    """The sentence with a capital letter in front."""
    return sentence[:1].upper() + sentence[1:]


def ended(sentence: str) -> str:
    """The sentence with one full stop at its end."""
    return f"{sentence.rstrip().rstrip('.')}."


def counted(number: int, word: str) -> str:
    """'1 visit', '5 visits'."""
    return f"{grouped(number)} {word}{'' if number == 1 else 's'}"


def number(value: Decimal) -> str:
    """A Decimal as people write it: 1,000,000; 0.05; 7.5."""
    return grouped(value.normalize() if value == value.to_integral_value() or "." in f"{value:f}" else value)


def quantity(value: Quantity) -> str:
    """'1,000,000 cells/cm2'."""
    return f"{number(value.value)} {value.unit}"


def percent(share: Decimal) -> str:
    """A share from 0 to 1 as '7.5 %'."""
    return f"{number(share * 100)} %"


def day(of: int) -> str:
    """'14 days before treatment', 'the day of treatment', 'day 30'."""
    if of == 0:
        return "the day of treatment"
    return f"{counted(-of, 'day')} before treatment" if of < 0 else f"day {of}"


def window(of: Window) -> str:
    """'28 to 8 days before', '27 to 33', 'no other day'."""
    if of.first == of.last:
        return "no other day"
    if of.last < 0:
        return f"{-of.first} to {counted(-of.last, 'day')} before"
    return f"{day(of.first)} to day {of.last}" if of.first < 0 else f"day {of.first} to {of.last}"


def visits(protocol: Protocol, names: Sequence[str]) -> str:
    """'BL, M3 and M6'; more than three in a row as 'D0 to M6 (12 visits)'."""
    order = [visit.visit for visit in protocol.visits]
    places = [order.index(name) for name in names if name in order]
    in_a_row = len(places) == len(names) and all(after == before + 1 for before, after in pairwise(places))
    if in_a_row and len(names) > 3:
        return f"{names[0]} to {names[-1]} ({len(names)} visits)"
    return listed(names)


def measure(protocol: Protocol, name: str) -> str:
    """What a measure is in words; its own name where nothing is known of it."""
    found = measures(protocol, name)
    form = forms(protocol).get(name)
    if form is not None:
        labels = [variable.label for variable in found]
        many = 1 < len(labels) < 9 and form.instrument is None
        together = "; ".join(labels) if any("," in label for label in labels) else listed(labels)
        return f"{form.label} ({together})" if many else form.label
    if not found:
        return name
    home = forms(protocol).get(found[0].activity)
    return f"{found[0].label} ({home.label})" if home and home.label != found[0].label else found[0].label


def rule(protocol: Protocol, text: str, names: Mapping[str, Name]) -> str:
    """A rule in words; as it is written where it cannot be read."""
    read, _ = read_rule(text, names, Place(""), [visit.visit for visit in protocol.visits])
    return tell_rule(read) if read is not None else f"'{text}'"


def be(label: str, verb: str) -> str:
    """'PASI is rated', 'Adverse events are recorded': the verb agrees with what it is said of."""
    bare = label.partition(" (")[0]
    plural = bare.endswith("s") and not bare.endswith(_SINGULAR)
    return f"{label} {'are' + verb.removeprefix('is') if plural and verb.startswith('is ') else verb}"


def spaced(word: str) -> str:
    """'rescue_topical' as people read it."""
    return word.replace("_", " ")
