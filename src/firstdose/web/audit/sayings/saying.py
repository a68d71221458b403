"""The shape of a sentence of the core: a template with named places, and the pattern that finds what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLACE = re.compile(r"%\(([a-z]+)\)s|%%")


@dataclass(frozen=True, slots=True)
class Saying:
    """The templates of one code, the most particular first: what is wrong, and what to do."""

    messages: tuple[str, ...]
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence of the core taken apart. `capital`: whether it begins with another letter case than its template."""

    template: str
    values: Mapping[str, str]
    recased: bool = False

    def english(self) -> str:
        """The sentence made again, word for word."""
        text = self.template % self.values
        return text[:1].swapcase() + text[1:] if self.recased else text


def found_in(templates: Iterable[str], text: str) -> Found | None:
    """The first template that makes this sentence, with what stands in its places; None where none does."""
    for template in templates:
        match = _pattern(template).fullmatch(text)
        if match:
            values = match.groupdict()
            return Found(template, values, recased=template % values != text)
    return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Whatever may stand in a place, as little of it as fits; the first letter in either case, as a page begins it."""
    parts, at, seen = [], 0, set()
    for place in _PLACE.finditer(template):
        parts.append(re.escape(template[at : place.start()]))
        name, at = place[1], place.end()
        parts.append("%" if name is None else f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
        seen.add(name)
    parts.append(re.escape(template[at:]))
    first = template[:1]
    if first.isalpha():
        parts[0] = f"[{first.upper()}{first.lower()}]" + parts[0][1:]
    return re.compile("".join(parts), re.DOTALL)


def places_of(template: str) -> set[str]:
    """The names of its places."""
    return {place[1] for place in _PLACE.finditer(template) if place[1]}
