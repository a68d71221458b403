"""Every page of docs/issues is run: its text is told as shown, and its mended text is not told at all."""

from __future__ import annotations

import re

import pytest

from tests.docs.issue_pages import BASE, PAGES, Page, pages, read_page, unescaped, whole_protocol
from tests.docs.telling import Teller

ALL = [read_page(path) for path in pages()]
each_page = pytest.mark.parametrize("page", ALL, ids=lambda page: page.code)


@pytest.fixture(scope="module")
def teller(tmp_path_factory):
    """One for all pages: most mended texts are those of the base, and one study is told once."""
    with pytest.MonkeyPatch.context() as patch:
        yield Teller(tmp_path_factory.mktemp("pages"), patch)


@each_page
def test_what_a_page_writes_is_told_as_it_shows(page, teller):
    weights = set()
    for case in page.cases:
        told = teller.tell(page, case.written)
        assert "".join(f"{line}\n" for _, line in told) == case.message
        weights |= {weight for weight, line in told if re.search(rf"(^|  ){page.code}  ", line)}
    assert weights == page.weights


@each_page
def test_what_a_page_mends_is_not_told_at_all(page, teller):
    assert [line for case in page.cases for _, line in teller.tell(page, case.mended)] == []


@each_page
def test_a_page_is_named_after_its_code_and_every_message_names_it(page):
    assert (PAGES / f"{page.code}.md").exists()
    assert page.cases
    assert all(re.search(rf"(^|  ){page.code}  ", case.message, re.MULTILINE) for case in page.cases)


@pytest.mark.parametrize(
    "command", ["firstdose check PROTOCOL", "firstdose check STUDY", "firstdose dose STUDY"]
)
def test_the_base_study_is_told_nothing(command, teller):
    assert teller.tell(Page("FD-", "", frozenset(), command, ()), ()) == []


def test_the_index_lists_every_page_once_with_its_title():
    index = (PAGES / "index.md").read_text("utf-8")
    listed = re.findall(r"^- \[(FD-\w+)\]\((FD-\w+)\.md\)  (.+)$", index, re.MULTILINE)
    assert sorted(listed) == [(page.code, page.code, page.title) for page in ALL]


def test_the_index_shows_the_base_protocol():
    base = (BASE / "protocol.yaml").read_text("utf-8")
    assert f"```yaml\n{base}```\n" in (PAGES / "index.md").read_text("utf-8")


def test_no_two_pages_have_the_same_title():
    titles = [page.title for page in ALL]
    assert [title for title in set(titles) if titles.count(title) > 1] == []


def test_a_page_adds_the_sections_it_does_not_write_below_its_own():
    text = whole_protocol("# firstdose protocol, format 1\n# without safety\nvisits: |\n  visit\n")
    assert text.startswith("# firstdose protocol, format 1\n# without safety\nvisits: |\n  visit\n\ntrial:\n")
    assert [text.count(f"\n{name}:") for name in ("safety", "visits", "endpoints")] == [0, 1, 1]


def test_escapes_are_bytes_characters_tabs_and_repetitions():
    assert unescaped("a\\x00\\xe4\\u2028\\tb \\{3:no }\n") == b"a\x00\xe4\xe2\x80\xa8\tb no no no \n"
