"""Sentences about files of an import: text, rows, columns, workbooks (FD-R001 to FD-R009)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.saying import Saying

TABLES = {
    "FD-R001": Saying((noop("This file is not UTF-8 text: %(why)s."),), (noop("Save it again as CSV UTF-8."),)),
    "FD-R002": Saying(
        (
            noop("This row has 1 cell, the header has %(names)s."),
            noop("This row has %(n)s cells, the header has %(names)s."),
            noop("This line is blank."),
            noop("The double quotes of this row do not close where its cell ends."),
        ),
        (
            noop("Leave empty cells empty, and put a cell that holds a comma in double quotes."),
            noop("Leave empty cells empty, and put a cell that holds a semicolon in double quotes."),
            noop("Leave empty cells empty, and put a cell that holds a tab in double quotes."),
            noop("Delete it, or write the row that belongs there."),
            noop('Close them; inside a quoted cell write "" for one double quote.'),
        ),
    ),
    "FD-R003": Saying(
        (
            noop("Column %(n)s has no name."),
            noop("Column %(typed)s stands here for the second time (first as column %(first)s)."),
        ),
        (noop("Name it in the first line, or delete it."), noop("Rename or delete one.")),
    ),
    "FD-R004": Saying(
        (noop("There is a control character here (%(character)s)."),),
        (noop("Delete it; it is invisible, so type the cell again."),),
    ),
    "FD-R005": Saying(
        (noop("There is no table here: it is empty."),), (noop("Write the column names in the first line."),)
    ),
    "FD-R006": Saying(
        (noop("This file cannot be read as a table: %(why)s."),),
        (noop("Save it as CSV UTF-8 or as a workbook (.xlsx)."),),
    ),
    "FD-R007": Saying(
        (
            noop("The workbook has %(n)s sheets (%(sheets)s), and none is named."),
            noop("There is no sheet %(typed)s. The file has %(sheets)s."),
            noop("There is no sheet %(typed)s. A text file has no sheets."),
        ),
        (
            noop("Name the sheet in the mapping."),
            noop("Name one of them."),
            noop("Leave the sheet out."),
        ),
    ),
    "FD-R008": Saying(
        (noop("Cell %(cell)s shows the error %(error)s."),), (noop("Mend the formula, or write the value."),)
    ),
    "FD-R009": Saying(
        (noop("Cell %(cell)s holds a formula and no result."),),
        (noop("Open the workbook in its program, save it, and read it again."),),
    ),
}  # fmt: skip
