"""Every address of the site, read from the resolver, with arguments that fit: a new page is tested from its first day."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from django.urls import get_resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
# Reached without a right: the way in and out, and what says nothing about the trial.
OPEN = frozenset({"health", "no_role", "set_language", "choose_role", "invitation"})
# By the name of a parameter: what may stand there. The first of each is the usual one.
PLAUSIBLE: Mapping[str, Sequence[str]] = {
    "participant": ["P-001"],
    "visit": ["BL", "D0"],
    "form": ["plaque_score", "lesion_map", "injection", "cell_product"],
    "repeat": ["L1"],
    "lesion": ["L1"],
    "number": ["1"],
    "code": ["monitor-invented"],
    "name": ["none"],
    "token": ["x:y"],
    "digest": ["0" * 64],
}
# Whatever else is known: a test that ends its own session learns nothing from the next page.
FIXED: Mapping[str, Mapping[str, Sequence[str]]] = {"login_end": {"number": ["0"]}}
BY_KIND = {"int": ["1"], "slug": ["none"], "str": ["none"], "path": ["none"], "uuid": ["0" * 8 + "-0000" * 3 + "-" + "0" * 12]}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """A route with its view. `parameters`: (name, kind) in their order."""

    route: str
    name: str
    view: Callable
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def rights(self) -> tuple[str, ...]:
        return getattr(self.view, "rights", ())

    @property
    def of_library(self) -> bool:
        return self.view.__module__.startswith("allauth.")

    def paths(self, known: Mapping[str, Sequence[str]] | None = None) -> Iterator[str]:
        """Addresses with every combination of what is known for each parameter."""
        known = dict(PLAUSIBLE) | dict(known or {}) | dict(FIXED.get(self.name, {}))
        offered = [known.get(name) or BY_KIND.get(kind, ["none"]) for name, kind in self.parameters]
        for values in product(*offered):
            filled = iter(values)
            yield PARAMETER.sub(lambda _: next(filled), self.route)  # noqa: B023, used at once

    def path(self) -> str:
        return next(self.paths())


def addresses() -> list[Address]:
    """Every address in the order of the resolver."""
    return list(_walk(get_resolver().url_patterns, "/"))


def _walk(patterns: Sequence, prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, route)
            continue
        found = Address(route, pattern.name or "", pattern.callback)
        parameters = tuple((name, kind or "str") for kind, name in PARAMETER.findall(route))
        yield replace(found, parameters=parameters)


def readable(address: Address) -> bool:
    """Whether the route can be filled in: not a regular expression of the library."""
    return "^" not in address.route
