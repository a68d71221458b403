"""A fragment of the changelog is called `<issue or +word>.<kind>.md` and holds one sentence or two."""

from __future__ import annotations

import re
import tomllib

from tests.shared import ROOT

KINDS = {
    kind["directory"]
    for kind in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["towncrier"]["type"]
}
FRAGMENTS = [path for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md"]
NAME = re.compile(rf"(\d+|\+[a-z0-9-]+)\.({'|'.join(KINDS)})(\.\d+)?\.md")


def test_every_fragment_has_a_name_that_towncrier_reads() -> None:
    assert [path.name for path in FRAGMENTS if not NAME.fullmatch(path.name)] == []


def test_every_fragment_is_a_sentence() -> None:
    texts = {path.name: path.read_text("utf-8").strip() for path in FRAGMENTS}
    assert [name for name, text in texts.items() if not text.endswith(".") or "\n\n" in text] == []


def test_every_kind_is_explained() -> None:
    told = (ROOT / "changelog.d" / "README.md").read_text("utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in told] == []


def test_a_wrong_name_is_refused() -> None:
    assert NAME.fullmatch("2.added.md")
    assert not NAME.fullmatch("2.feature.md")
