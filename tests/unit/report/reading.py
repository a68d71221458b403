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
PAGE_SIZE = re.compile(r"Page +\d+ size: +(\S+) x (\S+) pts")


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


def read_pdf_words(path: Path) -> list[list[str]]:
    """Words of each page between head and foot, in the order they were set."""
    sizes = PAGE_SIZE.findall(run("pdfinfo", "-f", "1", "-l", "999", str(path)))
    return [_page_words(path, place, size) for place, size in enumerate(sizes, start=1)]


def _page_words(path: Path, place: int, size: tuple[str, str]) -> list[str]:
    width, height = (int(float(each)) for each in size)
    crop = ["-x", "0", "-y", "60", "-W", str(width), "-H", str(height - 120)]
    page = ["-f", str(place), "-l", str(place)]
    return run("pdftotext", "-raw", *page, *crop, str(path), "-").split()


def run(name: str, *arguments: str) -> str:
    command = [program(name, "poppler-utils"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
