"""The Issues of table readers, one named constructor each; every code has its page in docs/issues."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place, did_you_mean
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# A broken file can be wrong on every line: as many are told one by one, the rest is counted.
MOST_TOLD = 20


def not_utf8(place: Place, why: str) -> Issue:
    """FD-R001: bytes that are not UTF-8."""
    return Issue(place, "FD-R001", f"This file is not UTF-8 text: {why}.", "Save it again as CSV UTF-8.")


def ragged_row(place: Place, cells: int, names: int, delimiter: str) -> Issue:
    """FD-R002: a row with more or fewer cells than the header."""
    mark = {",": "a comma", ";": "a semicolon", "\t": "a tab"}[delimiter]
    remedy = f"Leave empty cells empty, and put a cell that holds {mark} in double quotes."
    return Issue(place, "FD-R002", f"This row has {_cells(cells)}, the header has {names}.", remedy)


def blank_line(place: Place) -> Issue:
    """FD-R002: a line without any cell between the rows."""
    return Issue(place, "FD-R002", "This line is blank.", "Delete it, or write the row that belongs there.")


def wrong_quotes(place: Place) -> Issue:
    """FD-R002: double quotes that are not closed, or closed in the middle of a cell."""
    message = "The double quotes of this row do not close where its cell ends."
    return Issue(place, "FD-R002", message, 'Close them; inside a quoted cell write "" for one double quote.')


def empty_name(place: Place, number: int) -> Issue:
    """FD-R003: a column without a name."""
    return Issue(
        place, "FD-R003", f"Column {number} has no name.", "Name it in the first line, or delete it."
    )


def name_twice(place: Place, name: str, first: int) -> Issue:
    """FD-R003: a column name that occurs more than once."""
    message = f"Column {quoted(name)} stands here for the second time (first as column {first})."
    return Issue(place, "FD-R003", message, "Rename or delete one.")


def control_character(place: Place, character: str) -> Issue:
    """FD-R004: a character that cannot be seen and means nothing in a table."""
    message = f"There is a control character here (U+{ord(character):04X})."
    return Issue(place, "FD-R004", message, "Delete it; it is invisible, so type the cell again.")


def empty_file(place: Place) -> Issue:
    """FD-R005: nothing to read."""
    return Issue(
        place, "FD-R005", "There is no table here: it is empty.", "Write the column names in the first line."
    )


def not_a_table(
    place: Place, why: str, remedy: str = "Save it as CSV UTF-8 or as a workbook (.xlsx)."
) -> Issue:
    """FD-R006: a file that no reader of tables knows, or that cannot be opened."""
    return Issue(place, "FD-R006", f"This file cannot be read as a table: {why}.", remedy)


def sheet_not_named(place: Place, sheets: Sequence[str]) -> Issue:
    """FD-R007: several sheets, and nobody said which one."""
    message = f"The workbook has {len(sheets)} sheets ({_listed(sheets)}), and none is named."
    return Issue(place, "FD-R007", message, "Name the sheet in the mapping.")


def sheet_absent(place: Place, sheet: str, sheets: Sequence[str]) -> Issue:
    """FD-R007: the sheet that was named does not exist."""
    has = f"The file has {_listed(sheets)}." if sheets else "A text file has no sheets."
    return Issue(place, "FD-R007", f"There is no sheet {quoted(sheet)}. {has}", _sheet_remedy(sheet, sheets))


def error_cell(place: Place, cell: str, value: str) -> Issue:
    """FD-R008: a spreadsheet cell that shows an error."""
    return Issue(
        place, "FD-R008", f"Cell {cell} shows the error {value}.", "Mend the formula, or write the value."
    )


def formula_without_value(place: Place, cell: str) -> Issue:
    """FD-R009: a formula whose result was never saved."""
    message = f"Cell {cell} holds a formula and no result."
    return Issue(place, "FD-R009", message, "Open the workbook in its program, save it, and read it again.")


def told(found: Iterable[Issue]) -> list[Issue]:
    """The first Issues of one kind; the last of them says how many more there are."""
    return list(_shortened(list(found)))


def _shortened(found: list[Issue]) -> Iterator[Issue]:
    yield from found[:MOST_TOLD]
    if rest := found[MOST_TOLD:]:
        message = f"{len(rest)} more of the same kind follow."
        remedy = "Mend the first ones and read the file again."
        yield replace(rest[0], message=message, remedy=remedy)


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def _sheet_remedy(sheet: str, sheets: Sequence[str]) -> str:
    return did_you_mean(sheet, sheets).rstrip() or ("Name one of them." if sheets else "Leave the sheet out.")
