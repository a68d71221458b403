"""Any form of any page: found by its button, filled, and sent with its hidden fields as a browser would send it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Desk(Protocol):
    """Where somebody works: Django's client, a browser, or plain requests; all answer status_code, content, url."""

    def get(self, path: str) -> Any: ...

    def post(self, path: str, data: Mapping[str, str]) -> Any: ...


@dataclass(slots=True)
class OneForm:
    """A form of a page: what it would send, and its buttons (name, value)."""

    sent: dict[str, str] = field(default_factory=dict)
    offered: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    method: str = "get"

    def has(self, button: tuple[str, str], hidden: Mapping[str, str]) -> bool:
        """Whether it has this button and these values in its hidden fields."""
        return button in self.buttons and all(self.sent.get(name) == text for name, text in hidden.items())


class Forms(HTMLParser):
    """All forms of the page's main part, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[OneForm] = []
        self._now: OneForm | None = None
        self._text = self._choice = ""
        self._main = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self._main = self._main or tag == "main"
        if tag == "form" and self._main:
            self._now = OneForm(method=told.get("method", "get"))
            self.found.append(self._now)
        if self._now is None:
            return
        name = told.get("name", "")
        if tag == "button":
            self._now.buttons.append((name, told.get("value", "")))
        elif tag == "option" and self._choice and "selected" in told:
            self._now.sent[self._choice] = told.get("value", "")
        elif tag in {"input", "textarea", "select"} and name:
            self._box(tag, name, told, self._now)

    def _box(self, tag: str, name: str, told: Mapping[str, str], now: OneForm) -> None:
        now.offered.add(name)
        self._text, self._choice = (
            name if tag == "textarea" else "",
            name if tag == "select" else self._choice,
        )
        if told.get("type") not in {"radio", "checkbox"} or "checked" in told:
            now.sent[name] = told.get("value", "")

    def handle_data(self, text: str) -> None:
        if self._now is not None and self._text:
            self._now.sent[self._text] += text

    def handle_endtag(self, tag: str) -> None:
        self._main = self._main and tag != "main"
        if tag == "form":
            self._now = None
        elif tag == "textarea":
            self._text = ""
        elif tag == "select":
            self._choice = ""


def forms_of(answer: Any) -> list[OneForm]:
    return Forms(answer.content.decode()).found


def the_form(
    answer: Any, button: tuple[str, str] = ("", ""), hidden: Mapping[str, str] | None = None
) -> OneForm:
    """The one form of a page with this button and these hidden values."""
    found = [each for each in forms_of(answer) if each.method == "post" and each.has(button, hidden or {})]
    assert len(found) == 1, (button, hidden, len(found), [each.buttons for each in forms_of(answer)])
    return found[0]


def send(
    desk: Desk,
    path: str,
    values: Mapping[str, str],
    button: tuple[str, str] = ("", ""),
    hidden: Mapping[str, str] | None = None,
    on: Any = None,
) -> Any:
    """Open a page (or stay `on` it), fill the form with this button, press it; the answer."""
    answer = on or desk.get(path)
    assert answer.status_code == 200, (answer.status_code, path)
    form = the_form(answer, button, hidden)
    assert values.keys() <= form.offered, (sorted(values.keys() - form.offered), sorted(form.offered))
    pressed = {button[0]: button[1]} if button[0] else {}
    return desk.post(path, form.sent | dict(values) | pressed)


def links_of(answer: Any, start: str) -> Iterator[str]:
    """The addresses of a page that begin like this, each once."""
    seen: dict[str, None] = {}
    parser = _Links(start, seen)
    parser.feed(answer.content.decode())
    yield from seen


class _Links(HTMLParser):
    def __init__(self, start: str, seen: dict[str, None]) -> None:
        super().__init__(convert_charrefs=True)
        self._start, self._seen = start, seen

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith(self._start):
            self._seen[address] = None
