"""Every page of docs/issues is run: its text is told as shown, and its mended text is not told at all."""

from __future__ import annotations

import re
from itertools import count

import pytest

from firstdose.catalogue import load
from tests.docs.issue_pages import BASE, PAGES, Page, pages, read_page, shelf_entries, unescaped, whole_protocol, write_study
from tests.docs.telling import COMMANDS, STUDY, run_python

ALL = [read_page(path) for path in pages()]


@pytest.fixture
def tell(tmp_path, monkeypatch):
    """What is told of the files of a page, by the page's command."""

    folders = (tmp_path / str(number) for number in count())

    def told(page: Page, shown) -> list[tuple[str, str]]:
        if not shown[0].path:
            monkeypatch.chdir(write_study(next(folders) / STUDY, ()))
            found = run_python(shown[0].text)
        else:
            study = write_study(next(folders) / STUDY, shown)
            for shelf, entry in shelf_entries(study, shown):
                monkeypatch.setitem(load(shelf), entry.name, entry)
            monkeypatch.chdir(study if "PROTOCOL" in page.command else study.parent)
            found = COMMANDS[page.command]()
        # A small study has many caveats; an Issue is never alone by chance.
        return [(weight, line) for weight, line in found if weight != "caveat" or line.startswith(page.code)]

    return told


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.code)
def test_what_a_page_writes_is_told_as_it_shows(page, tell):
    weights = set()
    for case in page.cases:
        told = tell(page, case.written)
        assert "".join(f"{line}\n" for _, line in told) == case.message
        weights |= {weight for weight, line in told if re.search(rf"(^|  ){page.code}  ", line)}
    assert weights == page.weights


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.code)
def test_what_a_page_mends_is_not_told_at_all(page, tell):
    assert [line for case in page.cases for _, line in tell(page, case.mended)] == []


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.code)
def test_a_page_is_named_after_its_code_and_every_message_names_it(page):
    assert (PAGES / f"{page.code}.md").exists()
    assert page.cases
    assert all(re.search(rf"(^|  ){page.code}  ", case.message, re.MULTILINE) for case in page.cases)


def test_the_index_lists_every_page_once_with_its_title():
    listed = re.findall(r"^- \[(FD-\w+)\]\((FD-\w+)\.md\)  (.+)$", (PAGES / "index.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == [(page.code, page.code, page.title) for page in ALL]


def test_the_index_shows_the_base_protocol():
    base = (BASE / "protocol.yaml").read_text("utf-8")
    assert f"```yaml\n{base}```\n" in (PAGES / "index.md").read_text("utf-8")


def test_no_two_pages_have_the_same_title():
    titles = [page.title for page in ALL]
    assert [title for title in set(titles) if titles.count(title) > 1] == []


@pytest.mark.parametrize("command", ["firstdose check PROTOCOL", "firstdose check STUDY", "firstdose dose STUDY"])
def test_the_base_study_is_told_nothing(command, tell):
    page = Page("FD-", "", frozenset(), command, ())
    assert tell(page, read_page(pages()[0]).cases[0].mended) == []


def test_a_page_adds_the_sections_it_does_not_write_below_its_own():
    base = (BASE / "protocol.yaml").read_text("utf-8")
    text = whole_protocol("# firstdose protocol, format 1\n# without safety\nvisits: |\n  visit\n")
    assert text.startswith("# firstdose protocol, format 1\n# without safety\nvisits: |\n  visit\n\ntrial:\n")
    assert [base.count("\nsafety:"), text.count("\nsafety:"), text.count("\nvisits:"), text.count("\nendpoints:")] == [1, 0, 1, 1]


def test_escapes_are_bytes_characters_and_tabs():
    assert unescaped("a\\x00\\xe4\\u2028\\tb\n") == b"a\x00\xe4\xe2\x80\xa8\tb\n"
