"""Reading back what was rendered: words, elements, pages."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from tests.shared import program

if TYPE_CHECKING:
    from pathlib import Path

VOID = {"meta", "br", "wbr", "link", "img", "input", "hr", "col"}
LEFT_OUT = {"nav", "svg", "style", "title", "head"}
STRUCTURE_TEXT = re.compile(r'^\s*"(.*)"$')
FIRST_SECTION = re.compile(r'^\s*H1 "', re.MULTILINE)


@dataclass
class Page(HTMLParser):
    """Elements and words of a page; an element that is closed in the wrong order fails."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    skipped: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.elements.append((tag, known))
        if tag == "br":
            self.texts.append(" ")
        if tag in VOID:
            return
        self.open.append(tag)
        self.skipped += tag in LEFT_OUT or self._is_left_out(known)
        if tag not in {"a", "b", "span", "bdi", "strong", "small"}:
            self.texts.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.skipped -= tag in LEFT_OUT
        if tag == "details" and self.skipped and "main" in self.open and "figure" not in self.open:
            self.skipped -= 1
        if tag not in {"a", "b", "span", "bdi", "strong", "small"}:
            self.texts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.skipped and "main" in self.open:
            self.texts.append(data)

    def _is_left_out(self, known: dict[str, str]) -> bool:
        return known.get("class") == "above"

    def all(self, tag: str) -> list[dict[str, str]]:
        return [known for name, known in self.elements if name == tag]

    def words(self) -> list[str]:
        return "".join(self.texts).split()


def read_page(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def read_pdf_words(path: Path) -> tuple[list[str], list[str]]:
    """Words before and from the first section on, in the order a screen reader takes them."""
    answer = run("pdfinfo", "-struct-text", str(path))
    start = FIRST_SECTION.search(answer)
    place = start.start() if start else len(answer)
    return _structure_words(answer[:place]), _structure_words(answer[place:])


def _structure_words(text: str) -> list[str]:
    lines = (STRUCTURE_TEXT.match(line) for line in text.splitlines())
    return " ".join(line.group(1) for line in lines if line).replace("\u200b", "").split()


def run(name: str, *arguments: str) -> str:
    command = [program(name, "poppler-utils"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
