"""Sentences about one cell: numbers, dates, codes, limits (FD-R030 to FD-R039)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.saying import Saying

# A form has two inputs of its own for a missing value.
EMPTY_REMEDY = noop("Write the value, or choose why it is missing and write the reason.")
_WRITE = noop("Write %(offered)s.")
_MISSING = noop("Say why it is missing (ND, UNK, REF, NA).")
_GROUPED = noop("Write the digits with at most one '%(mark)s'.")

CELLS = {
    "FD-R030": Saying(
        (
            noop("%(typed)s compares with a negative number."),
            noop("%(typed)s is in another unit; its unit is %(unit)s."),
            noop("%(typed)s is in another unit; it has no unit."),
            noop("%(typed)s has a year of two digits."),
            noop("%(typed)s has %(n)s digits."),
            noop("%(typed)s is too large or too small."),
            noop("There is no number here."),
            noop("%(typed)s is not a number."),
            noop("%(typed)s has a dash that is not the minus sign."),
            noop("%(typed)s has digits that are not 0 to 9."),
            noop("%(typed)s has a blank inside the number."),
            noop("%(typed)s has a tab, line end or special blank."),
            noop("%(typed)s has an underscore."),
            noop("%(typed)s is not in the decimal system."),
            noop("%(typed)s has a comparator."),
            noop("%(typed)s has two signs."),
            noop("%(typed)s has no digit before the mark."),
            noop("%(typed)s has no digit after the mark."),
            noop("%(typed)s has a decimal comma."),
            noop("%(typed)s has a point, but a decimal comma is declared."),
            noop("%(typed)s has marks between thousands."),
            noop("%(typed)s has more than a number."),
            noop("%(typed)s is not a date. The year %(year)s is outside %(first)s to %(last)s."),
            noop("%(typed)s is not a date. There is no month %(month)s."),
            noop("%(typed)s is not a date. There is no %(day)s."),
            noop("%(typed)s is not a date. The date has a day without a month, or a month without a year."),
            noop("There is no date here."),
            noop("%(typed)s has characters that a date does not have."),
            noop("%(typed)s has a time of day."),
            noop("%(typed)s is not a date in the order %(order)s."),
        ),
        (
            noop("Write the limit of quantification after '<' or '>'."),
            noop("Convert it, or declare the source's unit in a mapping."),
            noop("Write at most %(most)s; more cannot be held exactly."),
            noop("Check the exponent and the unit."),
            noop("Write it, or say why it is missing (ND, UNK, REF, NA)."),
            noop("Write digits with '%(mark)s' before the decimals, such as %(example)s."),
            noop("Write '-' as on the keyboard."),
            noop("Write the digits 0 to 9."),
            noop("Write one number, without blanks."),
            noop("Delete it and type the number again."),
            noop("Write the digits without it."),
            _MISSING,
            noop("Write a decimal number."),
            noop("Only a quantity declared with a limit takes '<' or '>'."),
            noop("Write one."),
            noop("Write %(offered)s, or declare decimal_comma in the mapping."),
            _GROUPED,
            noop("Write the number alone; the unit is declared."),
            noop("Correct the year."),
            noop("Write a month from 01 to 12; check the order."),
            noop("Correct the day."),
            noop("Leave the day out."),
            noop("Write it as %(dates)s, or UNK."),
            noop("Write it as %(dates)s."),
            noop("Write the year with four, as %(dates)s."),
            noop("Write the date alone: %(day)s."),
            _WRITE,
        ),
    ),
    "FD-R031": Saying((noop("%(typed)s is not a whole number."),), (noop("Write a whole number."),)),
    "FD-R032": Saying(
        (
            noop("%(typed)s is not on the scale %(limits)s."),
            noop("%(typed)s is outside its limits, %(limits)s."),
        ),
        (noop("Write a grade from %(limits)s."), noop("Check value and unit at the source.")),
    ),
    "FD-R033": Saying((noop("%(typed)s is not in the code list."),), (noop("Write one of: %(known)s."),)),
    "FD-R034": Saying((noop("%(typed)s is neither yes nor no."),), (noop("Write yes or no."),)),
    "FD-R037": Saying(
        (noop("%(item)s is missing without a reason."),),
        (noop("Write the value, or ND, UNK, REF or NA with the reason after a colon."), EMPTY_REMEDY),
    ),
    "FD-R038": Saying(
        (noop("%(typed)s has more decimals than the %(most)s declared."),),
        (noop("It is kept as typed. Check it at the source."),),
    ),
    "FD-R039": Saying(
        (
            noop("%(typed)s is below the limit of quantification, %(limit)s."),
            noop("%(typed)s is above the limit of quantification, %(limit)s."),
        ),
        (noop("Write %(limit)s, as the laboratory reports it."),),
    ),
}
