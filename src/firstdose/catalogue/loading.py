"""Find the entries of a shelf: our modules and those of installed packages, by name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@cache
def load(shelf: str) -> Mapping[str, Any]:
    """Every entry of one shelf by name, read once per process.

    Raises:
        ValueError: two modules define the same name, or a module has no ENTRY.
    """
    found: dict[str, tuple[str, Any]] = {}
    for where, entry in sorted((*_ours(shelf), *_theirs(shelf)), key=lambda pair: pair[0]):
        if entry.name in found:
            raise ValueError(
                f"{entry.name!r} is defined by {found[entry.name][0]} and by {where}. Rename one."
            )
        found[entry.name] = (where, entry)
    return {name: entry for name, (_, entry) in found.items()}


def _ours(shelf: str) -> Iterator[tuple[str, Any]]:
    package = import_module(f"firstdose.{shelf}")
    for module in iter_modules(package.__path__):
        if module.ispkg or module.name.startswith("_"):
            continue
        where = f"firstdose.{shelf}.{module.name}"
        entry = getattr(import_module(where), "ENTRY", None)
        if entry is None:
            raise ValueError(
                f"{where} has no ENTRY. A shelf module says what it holds in one constant ENTRY."
            )
        yield where, entry


def _theirs(shelf: str) -> Iterator[tuple[str, Any]]:
    for point in entry_points(group=f"firstdose.{shelf}"):
        yield point.value, point.load()
