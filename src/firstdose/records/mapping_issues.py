"""The Issues of mapping files, FD-R020 to FD-R028, one named constructor each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place, did_you_mean
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence


def not_readable(place: Place, why: str) -> Issue:
    """FD-R020: no mapping where one was named."""
    return Issue(place, "FD-R020", f"The mapping cannot be read: {why}.", "Check its name.")


def first_line(place: Place, wanted: str) -> Issue:
    """FD-R020: the first line does not say what the file is."""
    return Issue(place, "FD-R020", "The first line does not say that this is a mapping.", f"Write: {wanted}")


def unknown_key(place: Place, key: str, known: Sequence[str], where: str) -> Issue:
    """FD-R021: a key or a column that the notation does not have."""
    remedy = did_you_mean(key, known) or f"It has {', '.join(known)}."
    return Issue(place, "FD-R021", f"There is no {quoted(key)} in {where}.", remedy.rstrip())


def key_missing(place: Place, key: str, where: str) -> Issue:
    """FD-R022: something without which nothing can be brought in."""
    return Issue(place, "FD-R022", f"{quoted(key)} is missing in {where}.", "Write it.")


def text_expected(place: Place, key: str) -> Issue:
    """FD-R022: a table where a text belongs."""
    return Issue(place, "FD-R022", f"{quoted(key)} holds a text, not a table.", "Write it on the same line.")


def table_expected(place: Place, key: str) -> Issue:
    """FD-R022: a text where a table belongs."""
    return Issue(
        place, "FD-R022", f"{quoted(key)} holds a table.", "Write '|' after the colon, the rows below it."
    )


def no_such_column(place: Place, column: str, columns: Sequence[str], file: str) -> Issue:
    """FD-R023: a column that the source does not have."""
    remedy = did_you_mean(column, columns) or f"It has {', '.join(map(quoted, columns))}."
    return Issue(place, "FD-R023", f"{file} has no column {quoted(column)}.", remedy.rstrip())


def no_such_name(place: Place, kind: str, name: str, known: Sequence[str], where: str = "") -> Issue:
    """FD-R024: an activity, item or visit that the protocol does not have."""
    remedy = did_you_mean(name, known) or f"It has {', '.join(known)}."
    return Issue(place, "FD-R024", f"The protocol has no {kind} {quoted(name)}{where}.", remedy.rstrip())


def wrong_unit(place: Place, message: str, remedy: str) -> Issue:
    """FD-R025: a unit that does not exist, or does not become the item's."""
    return Issue(place, "FD-R025", message, remedy)


def not_in_list(place: Place, key: str, text: str, choices: Sequence[str]) -> Issue:
    """FD-R026: a word that this key does not take."""
    remedy = did_you_mean(text, choices) or f"Write {' or '.join(choices)}."
    return Issue(place, "FD-R026", f"{quoted(key)} cannot be {quoted(text)}.", remedy.rstrip())


def not_a_reason(place: Place, text: str) -> Issue:
    """FD-R026: missing without one of the words for missing."""
    remedy = "Write ND, UNK, REF or NA, and the reason after a colon."
    return Issue(place, "FD-R026", f"{quoted(text)} does not say why a value is missing.", remedy)


def item_twice(place: Place, item: str, first: str) -> Issue:
    """FD-R027: two source columns for one item of one visit."""
    message = f"{item} is filled from {quoted(first)} already."
    return Issue(place, "FD-R027", message, "Keep one, or name the visit of each column.")


def already_there(place: Place) -> Issue:
    """FD-R028: an import would overwrite records."""
    return Issue(place, "FD-R028", "This table exists; nothing was written.", "Import into an empty folder.")
