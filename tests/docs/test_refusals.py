"""The table of refusals says of each sentence its own remedy, however the source comes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docs.refusals import _of_file

if TYPE_CHECKING:
    from pathlib import Path

ONE_AFTER_ANOTHER = """
def refuse(text):
    if not text:
        message = _("It is empty.")
        raise Refused("FD-W001", message, _("Type it."))
    message = _("%(typed)s is too long.") % {"typed": text}
    remedy = _("Shorten it.")
    raise Refused("FD-W001", message, remedy)
"""
ONE_OR_THE_OTHER = """
def refuse(text, whole):
    remedy = _("Write %(offered)s.") % {"offered": text} if whole else _("Write a whole number.")
    raise Refused("FD-W002", _("It has decimals."), remedy)
"""
WITHIN_BRANCHES = """
def refuse(early):
    if early:
        message = _("It is too early.")
        remedy = _("Wait.")
    else:
        message = _("It is too late.")
        remedy = _("Say why.")
    return Issue(place, "FD-W003", message, remedy)
"""


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        (
            ONE_AFTER_ANOTHER,
            [("FD-W001", "It is empty.", "Type it."), ("FD-W001", "… is too long.", "Shorten it.")],
        ),
        (
            ONE_OR_THE_OTHER,
            [
                ("FD-W002", "It has decimals.", "Write …."),
                ("FD-W002", "It has decimals.", "Write a whole number."),
            ],
        ),
        (
            WITHIN_BRANCHES,
            [("FD-W003", "It is too early.", "Wait."), ("FD-W003", "It is too late.", "Say why.")],
        ),
    ],
)
def test_a_sentence_stands_beside_its_own_remedy(
    source: str, rows: list[tuple[str, ...]], tmp_path: Path
) -> None:
    file = tmp_path / "source.py"
    file.write_text(source, encoding="utf-8")
    assert list(_of_file(file)) == rows
