"""The words in which the grammar of the protocol file is declared: sections and their fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Form = Literal["keys", "table", "blocks", "free", "schedule"]
PER = ("participant", "lesion")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A key or a column. `name`: the model's field, where it is called otherwise.

    `local`: the trial's own word for a lesion is taken; `limits`: closed; `columns` and `makes`: of a table.
    """

    key: str
    kind: str
    meaning: str
    required: bool = False
    name: str = ""
    choices: tuple[str, ...] = ()
    local: bool = False
    limits: tuple[int, int] | None = None
    columns: tuple[Field, ...] = ()
    makes: type | None = None

    @property
    def field(self) -> str:
        """The field of the model."""
        return self.name or self.key.replace(" ", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section. `form`: keys with values, a table, blocks of keys under a name each, free keys, or the schedule.

    `extra`: the model's field that takes keys not listed here; `title`: the M11 heading it belongs to.
    """

    name: str
    form: Form
    meaning: str
    makes: type | None = None
    fields: tuple[Field, ...] = ()
    required: bool = False
    extra: str = ""
    title: str = ""


def may(key: str, kind: str, meaning: str, **more: Any) -> Field:
    return Field(key=key, kind=kind, meaning=meaning, **more)


def must(key: str, kind: str, meaning: str, **more: Any) -> Field:
    return Field(key=key, kind=kind, meaning=meaning, required=True, **more)
