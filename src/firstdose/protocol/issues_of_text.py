"""The Issues of text, YAML and the tree of a protocol file, FD-P001 to FD-P016, one named constructor each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place, did_you_mean
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FIRST_LINE = "# firstdose protocol, format 1"

# ---------------------------------------------------------------------------------------------- text and YAML


def not_utf8(place: Place) -> Issue:
    message = "This character is not UTF-8, or was lost when the file was saved."
    return Issue(place, "FD-P001", message, "Save the file as UTF-8 and write the character again.")


def unseen_character(place: Place, character: str) -> Issue:
    message = f"There is a character here that cannot be seen (U+{ord(character):04X})."
    return Issue(
        place, "FD-P001", message, "Delete it; a blank, a tab and a line end are the only ones allowed."
    )


def too_large(place: Place, size: int) -> Issue:
    return Issue(
        place, "FD-P001", f"The file has {size} bytes, a protocol at most 1 MB.", "Give the protocol file."
    )


def no_such_file(place: Place, why: str) -> Issue:
    return Issue(place, "FD-P001", f"The file cannot be read ({why}).", "Give the path of a protocol file.")


def tab_before(place: Place) -> Issue:
    message = "There is a tab before the first word of this line."
    return Issue(place, "FD-P002", message, "Indent with spaces; a tab between the cells of a table is fine.")


def tab_inside(place: Place) -> Issue:
    return Issue(
        place, "FD-P002", "There is a tab inside a value.", "Write a space; tabs belong between cells only."
    )


def colon_inside(place: Place) -> Issue:
    return Issue(place, "FD-P003", "There is a colon and a space inside a value.", "Put the value in quotes.")


def wrong_start(place: Place, start: str) -> Issue:
    remedy = "Put it in quotes; a rule starts with a name."
    return Issue(place, "FD-P003", f"A value cannot start with {quoted(start)}.", remedy)


def open_quote(place: Place, quote: str) -> Issue:
    remedy = f"Close it on the same line with {quote}, or take the quotes away."
    return Issue(place, "FD-P003", "The quote that opens here is not closed on this line.", remedy)


def after_quote(place: Place) -> Issue:
    remedy = "Put the whole value in quotes, in 'single' ones where it holds double quotes."
    return Issue(place, "FD-P003", "There is text after the closing quote.", remedy)


def backslash(place: Place) -> Issue:
    remedy = "Use single quotes, where a backslash is an ordinary character."
    return Issue(place, "FD-P003", "A backslash inside double quotes changes the text.", remedy)


def block_mark(place: Place, mark: str) -> Issue:
    remedy = "Write '|' alone, and the lines below it, indented."
    return Issue(place, "FD-P003", f"A table or a text block does not start with {quoted(mark)}.", remedy)


def machinery(place: Place, what: str) -> Issue:
    remedy = "Take it away; if it is meant as text, put the value in quotes."
    return Issue(place, "FD-P004", f"{what} is not used in a protocol file.", remedy)


def brackets(place: Place) -> Issue:
    remedy = "Write the names with single spaces between."
    return Issue(place, "FD-P005", "A list in brackets or braces is not used here.", remedy)


def dashes(place: Place) -> Issue:
    remedy = "Lists of things are tables; names stand in one line with single spaces between."
    return Issue(place, "FD-P005", "A list of lines with dashes is not used here.", remedy)


def swallowed_comment(place: Place) -> Issue:
    remedy = "Put the value in quotes, or two spaces before a comment."
    return Issue(place, "FD-P006", "Everything from '#' on is left out.", remedy)


def second_line(place: Place, key: str) -> Issue:
    remedy = "Write it on one line; put a ':' after the first word if it is a key."
    return Issue(place, "FD-P007", f"The value of {quoted(key)} runs on over this line.", remedy)


def folded(place: Place) -> Issue:
    return Issue(
        place, "FD-P007", "Folded text ('>') is not used here.", "Write '|' for a text of several lines."
    )


def no_blank_after_colon(place: Place) -> Issue:
    return Issue(place, "FD-P008", "There is no space after the colon.", "Write 'key: value'.")


def first_line_missing(place: Place) -> Issue:
    return Issue(
        place, "FD-P009", "The first line does not say what this file is.", f"Write '{FIRST_LINE}' there."
    )


def unknown_format(place: Place, number: str) -> Issue:
    remedy = f"Write '{FIRST_LINE}', or use the firstdose version that wrote this."
    return Issue(place, "FD-P009", f"Format {number} is not known here.", remedy)


# ------------------------------------------------------------------------------------------------------- tree


def unknown_key(place: Place, key: str, around: str, known: Iterable[str]) -> Issue:
    names = list(known)
    where = f"in '{around}'" if around else "at the left margin"
    remedy = did_you_mean(key, names) or f"Known here: {', '.join(names)}."
    return Issue(place, "FD-P010", f"No key is called {quoted(key)} {where}.", remedy.rstrip())


def defined_twice(place: Place, key: str, first: Place) -> Issue:
    return Issue(
        place, "FD-P011", f"{quoted(key)} is defined twice (first on line {first.line}).", "Keep one."
    )


def key_missing(place: Place, key: str, around: str, meaning: str) -> Issue:
    where = f" in '{around}'" if around else ""
    return Issue(place, "FD-P012", f"{quoted(key)} is missing{where}.", f"Write '{key}: ...' ({meaning}).")


def no_value(place: Place, key: str) -> Issue:
    return Issue(
        place, "FD-P013", f"{quoted(key)} has no value.", "Write one after the colon, or delete the key."
    )


def table_expected(place: Place, key: str, columns: Sequence[str]) -> Issue:
    remedy = f"Write '{key}: |' and below it rows with the columns {', '.join(columns)}."
    return Issue(place, "FD-P014", f"{quoted(key)} is a table.", remedy)


def keys_expected(place: Place, key: str, example: str) -> Issue:
    remedy = f"Write '{key}:' and below it indented lines such as '{example}'."
    return Issue(place, "FD-P014", f"{quoted(key)} holds keys with values.", remedy)


def value_expected(place: Place, key: str) -> Issue:
    remedy = f"Write it after the colon: '{key}: ...'."
    return Issue(place, "FD-P014", f"{quoted(key)} holds one value on one line.", remedy)


def bar_missing(place: Place, key: str) -> Issue:
    remedy = f"Write '{key}: |' before a table or a text of several lines."
    return Issue(
        place, "FD-P014", f"The lines below {quoted(key)} are neither keys nor marked as a table.", remedy
    )


def wrong_indent(place: Place) -> Issue:
    remedy = "Keys that belong together start in the same column."
    return Issue(place, "FD-P015", "This key starts in a column where no key above it started.", remedy)


def under_a_value(place: Place, above: str) -> Issue:
    remedy = "Start both keys in the same column."
    return Issue(
        place, "FD-P015", f"This key is further in than {quoted(above)}, which has its value already.", remedy
    )


def too_deep(place: Place) -> Issue:
    return Issue(
        place, "FD-P015", "Keys are nested more than six deep here.", "Nothing in a protocol is that deep."
    )


def neither_key_nor_row(place: Place) -> Issue:
    remedy = "Write 'key: value', or indent it if it is the row of a table."
    return Issue(place, "FD-P016", "This line is neither a key with a colon nor the row of a table.", remedy)


def not_readable(place: Place, why: str) -> Issue:
    return Issue(
        place, "FD-P016", f"The file cannot be read from here on ({why}).", "Compare it with the starter."
    )
