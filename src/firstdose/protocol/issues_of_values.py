"""The Issues of tables and of single values, FD-P020 to FD-P039 and FD-P042, one named constructor each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place, did_you_mean
from firstdose.values.unreadable import Unreadable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def unknown_column(place: Place, column: str, known: Iterable[str]) -> Issue:
    names = list(known)
    remedy = did_you_mean(column, names) or f"Known here: {', '.join(names)}."
    return Issue(place, "FD-P020", f"No column is called {quoted(column)}.", remedy.rstrip())


def column_missing(place: Place, column: str, meaning: str) -> Issue:
    remedy = f"Add it ({meaning}); cells stand two spaces apart."
    return Issue(place, "FD-P020", f"The column {quoted(column)} is missing.", remedy)


def column_twice(place: Place, column: str) -> Issue:
    return Issue(place, "FD-P020", f"The column {quoted(column)} stands here twice.", "Keep one.")


def column_order(place: Place, column: str, expected: Sequence[str]) -> Issue:
    remedy = f"The columns follow the visits: {', '.join(expected)}."
    return Issue(place, "FD-P020", f"The column {quoted(column)} is not in its order.", remedy)


def wrong_cells(place: Place, cells: int, header: Sequence[str]) -> Issue:
    message = f"This row has {_count(cells, 'cell')}, the header has {len(header)} ({', '.join(header)})."
    return Issue(place, "FD-P021", message, "Cells stand two spaces apart; write '.' for none.")


def row_twice(place: Place, name: str, first: Place) -> Issue:
    message = f"The row {quoted(name)} is defined twice (first on line {first.line})."
    return Issue(place, "FD-P022", message, "Keep one, or rename one.")


def neither_x_nor_dot(place: Place, text: str) -> Issue:
    return Issue(
        place, "FD-P023", f"{quoted(text)} is neither 'x' nor '.'.", "Write 'x' for planned, '.' for not."
    )


def row_not_indented(place: Place) -> Issue:
    remedy = "Select the rows and indent them by two spaces."
    return Issue(place, "FD-P024", "This row of a table is not indented.", remedy)


def row_elsewhere(place: Place, usual: int) -> Issue:
    message = f"This row starts in column {place.column}, the others in column {usual}."
    return Issue(place, "FD-P024", message, "All rows of a table start in the same column.")


def line_further_out(place: Place, first: int) -> Issue:
    message = f"This line starts in column {place.column}, the first of the text in column {first}."
    return Issue(place, "FD-P024", message, "Start the first line where the others start.")


def empty_cell(place: Place, column: str, why: str = "") -> Issue:
    message = f"The cell under {quoted(column)} holds nothing{f', but {why}' if why else ''}."
    return Issue(place, "FD-P025", message, "Write its value.")


# ----------------------------------------------------------------------------------------------------- values


def not_a_number(place: Place, why: Unreadable) -> Issue:
    return Issue(place, "FD-P030", why.message, why.remedy)


def not_whole(place: Place, text: str) -> Issue:
    return Issue(place, "FD-P030", f"{quoted(text)} is not a whole number.", "Write one, such as 5.")


def no_such_unit(place: Place, why: Unreadable) -> Issue:
    return Issue(place, "FD-P031", why.message, why.remedy)


def wrong_dimension(place: Place, text: str, what: str, needs: str, example: str) -> Issue:
    return Issue(place, "FD-P032", f"{quoted(text)} is {what}, {needs}.", f"Write {example}.")


def range_reversed(place: Place, first: str, last: str) -> Issue:
    return Issue(place, "FD-P033", f"The range '{first} .. {last}' is reversed.", f"Write {last} .. {first}.")


def outside_limits(place: Place, text: str, limits: str) -> Issue:
    return Issue(place, "FD-P034", f"{quoted(text)} is outside its limits.", f"It must be {limits}.")


def not_listed(place: Place, text: str, choices: Sequence[str]) -> Issue:
    remedy = f"{did_you_mean(text, choices)}Write one of: {', '.join(choices)}."
    return Issue(place, "FD-P035", f"{quoted(text)} is not one of the words for this place.", remedy)


def named_twice(place: Place, name: str) -> Issue:
    return Issue(place, "FD-P036", f"{quoted(name)} is named twice in this list.", "Name it once.")


def not_a_name(place: Place, text: str) -> Issue:
    remedy = "Write a letter, then letters, digits or '_', without blanks."
    return Issue(place, "FD-P037", f"{quoted(text)} cannot be used as a name.", remedy)


def not_an_item(place: Place, text: str) -> Issue:
    remedy = "Write activity.item, such as adverse_events.serious_criterion."
    return Issue(place, "FD-P037", f"{quoted(text)} does not name an item with its activity.", remedy)


def not_a_range(place: Place, text: str, example: str) -> Issue:
    return Issue(
        place, "FD-P038", f"{quoted(text)} is not a range.", f"Write first .. last, such as {example}."
    )


def text_too_long(place: Place, length: int, most: int) -> Issue:
    return Issue(place, "FD-P039", f"This text has {length} characters.", f"Write at most {most}.")


# ------------------------------------------------------------------------------------------------------ names


def no_such_visit(place: Place, visit: str, visits: Sequence[str]) -> Issue:
    remedy = did_you_mean(visit, visits) or f"The visits are {', '.join(visits)}."
    return Issue(place, "FD-P042", f"No visit is called {quoted(visit)}.", remedy.rstrip())


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
