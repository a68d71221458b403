"""What is wrong, where, and what to do: the one form in which firstdose speaks of a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Weight = Literal["error", "query", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file: line and column from 1, 0 where the file as a whole is meant."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One mistake. `error` stops the step, `query` waits for a named person, `warning` asks for a look."""

    place: Place
    code: str
    message: str
    remedy: str
    weight: Weight = "error"

    def __str__(self) -> str:
        return f"{self.place}  {self.code}  {self.message} {self.remedy}".rstrip()

    def as_json(self) -> dict[str, str | int]:
        """The Issue as one flat record for `--json` and for pages."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "code": self.code,
            "weight": self.weight,
            "message": self.message,
            "remedy": self.remedy,
        }


class UserError(Exception):
    """Work cannot go on; carries the Issues to print and the exit code that says why.

    Exit codes: 10 protocol, 11 records or imports, 12 analysis, 13 export, 14 our own error.
    """

    def __init__(self, issues: Iterable[Issue], exit_code: int) -> None:
        self.issues = tuple(sorted(issues))
        self.exit_code = exit_code
        super().__init__("\n".join(map(str, self.issues)))


def errors(issues: Iterable[Issue]) -> list[Issue]:
    """The Issues that stop the step."""
    return [issue for issue in issues if issue.weight == "error"]


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """`Did you mean 'PASI'? ` or nothing: the closest of the names in sight."""
    from difflib import get_close_matches

    known = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"Did you mean '{known[close[0]]}'? " if close else ""
