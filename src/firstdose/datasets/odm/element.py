"""Elements of an ODM file: made in one line, written the same way every time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ElementTree, indent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
LANGUAGE = "en"


def element(tag: str, /, *parts: Element | None, text: str = "", **attributes: str | int | None) -> Element:
    """An element with the attributes that are not None and the parts that are not None."""
    made = Element(tag, {name: str(value) for name, value in attributes.items() if value is not None})
    made.text = text or None
    made.extend(part for part in parts if part is not None)
    return made


def words(tag: str, text: str) -> Element:
    """Words in the language of the protocol, inside `tag`."""
    said = Element("TranslatedText", {"xml:lang": LANGUAGE})
    said.text = text
    return element(tag, said)


def alias(context: str, name: str) -> Element:
    return element("Alias", Context=context, Name=name)


def yes_no(truth: bool) -> str:  # noqa: FBT001 - one truth, told
    return "Yes" if truth else "No"


def write(root: Element, path: Path) -> None:
    """The file in UTF-8, indented by one blank, lines ended by a line feed."""
    root.set("xmlns", NAMESPACE)
    indent(root, " ")
    with path.open("wb") as file:
        ElementTree(root).write(file, encoding="UTF-8", xml_declaration=True)
        file.write(b"\n")


def unwritable(texts: Iterable[str]) -> str:
    """The first text with a character that XML cannot hold, or ''."""
    return next((text for text in texts if not all(map(_is_legal, text))), "")


def _is_legal(letter: str) -> bool:
    code = ord(letter)
    return (code >= 0x20 and not (0xD800 <= code <= 0xDFFF or code in {0xFFFE, 0xFFFF})) or letter in "\t\n\r"
