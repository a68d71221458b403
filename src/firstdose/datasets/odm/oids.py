"""Names of definitions: a prefix and our own name, so that an OID can be read, and read back."""

from __future__ import annotations

EVENT, FORM, GROUP, ITEM, SCORE = "SE.", "FO.", "IG.", "IT.", "SC."
CODES, UNIT, CONDITION, METHOD = "CL.", "MU.", "CD.", "MT."
USER, LOCATION, SIGNATURE = "US.", "LO.", "SD."

# Beside the planned visits: what belongs to no visit, and every visit that nobody planned (by StudyEventRepeatKey).
COMMON, UNPLANNED = "SE._common", "SE._unplanned"
MISSING_LIST, ACT_LIST = "CL._missing", "CL._act"
COMPARATOR = "__comparator"  # beside a number that may be below or above quantification
AS_RECORDED = "TEXT"  # flag: the comment is the recorded text, which the declared type cannot hold


def item_oid(form: str, item: str) -> str:
    return f"{ITEM}{form}.{item}"


def score_oid(form: str, score: str) -> str:
    return f"{SCORE}{form}.{score}"


def names_of(oid: str) -> tuple[str, str]:
    """(form, item) of an item's OID, or of a score's."""
    form, _, item = oid.removeprefix(ITEM).removeprefix(SCORE).rpartition(".")
    return form, item


def unit_oid(unit: str) -> str:
    return f"{UNIT}{unit}"
