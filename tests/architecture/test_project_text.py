"""The project names no package registry and no folder of the machine it was written on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import project_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

# Put together here, so that this file does not find itself.
REGISTRIES = ["pypi" + ".org", "python" + "hosted", "npm" + "js.", "conda" + ".org", "crates" + ".io"]
FOLDERS = ["work", "tmp", "root", "opt"]
REFUSED = re.compile("|".join([*map(re.escape, REGISTRIES), rf"(?<![\w.)}}~-])/(?:{'|'.join(FOLDERS)})/"]))


def refused(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        for found in REFUSED.finditer(line):
            yield f"{number}: {found.group()}"


def test_no_text_of_the_project_names_a_registry_or_a_machines_folder() -> None:
    assert [f"{path}:{found}" for path, text in project_texts().items() for found in refused(text)] == []


@pytest.mark.parametrize(
    "planted", [f"https://{REGISTRIES[0]}/simple", f"see /{FOLDERS[0]}/main", f"'/{FOLDERS[1]}/x'"]
)
def test_a_planted_name_is_found(planted: str) -> None:
    assert len(list(refused(planted))) == 1


@pytest.mark.parametrize(
    "harmless", ["https://example.org/work/1", "tests/tmp/x", "a network / root / branch"]
)
def test_a_harmless_text_is_allowed(harmless: str) -> None:
    assert list(refused(harmless)) == []
