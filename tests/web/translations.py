"""The words of the site, read out of templates and code, and their Persian: `python -m tests.web.translations`.

Writes locale/fa/LC_MESSAGES/django.po anew, keeping what is translated, and compiles it to django.mo beside it.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WEB = ROOT / "src" / "firstdose" / "web"
KEPT = WEB / "project" / "locale" / "fa" / "LC_MESSAGES"
PO, MO = KEPT / "django.po", KEPT / "django.mo"
CALLS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
PLACEHOLDER = re.compile("(?<!\u2068)%(?:\\((?!link\\))[a-z]+\\))?[sd]")
HEADERS = {"Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
HEAD = "Persian words of firstdose's capture."


class Undated(Catalog):
    """Its head names neither day nor tool: the same words, the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [(name, text) for name, text in super().mime_headers if name in HEADERS]

    @mime_headers.setter
    def mime_headers(self, _: object) -> None:
        """What a file says of itself is not kept."""


def templates() -> list[Path]:
    return sorted(WEB.glob("*/templates/**/*.html"))


def _sources() -> Iterator[tuple[str, bytes]]:
    """(place, python code) of every file; a template becomes calls of gettext, as Django itself reads it."""
    from django.utils.translation.template import templatize

    for path in sorted(WEB.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path.read_bytes()
    for path in templates():
        with warnings.catch_warnings(action="ignore"):
            yield path.relative_to(ROOT).as_posix(), templatize(path.read_text("utf-8")).encode()


def found() -> Catalog:
    """Every message of the site, without translations."""
    catalog = Undated(locale="fa", header_comment=f"# {HEAD}", fuzzy=False)
    for place, code in _sources():
        for _, message, comments, context in extract("python", io.BytesIO(code), CALLS, ["Translators:"]):
            if message and message != ("", ""):
                catalog.add(message, locations=[(place, None)], auto_comments=comments, context=context)
    return catalog


def read_kept() -> Undated:
    kept = Undated(locale="fa")
    with PO.open("rb") as lines:
        for message in read_po(lines, locale="fa"):
            if message.id:
                kept[message.id] = message
    return kept


def po_bytes(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=110, omit_header=False, sort_output=True, include_lineno=False)
    return out.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def renewed() -> Catalog:
    """What is found now, with the translations that are kept; nothing is guessed from likeness."""
    catalog = found()
    kept = read_kept() if PO.is_file() else Undated(locale="fa")
    for message in catalog:
        known = kept.get(message.id[0] if isinstance(message.id, tuple) else message.id, message.context)
        if message.id and known is not None and isinstance(known.id, tuple) == isinstance(message.id, tuple):
            plain = isinstance(known.string, str)
            message.string = isolated(known.string) if plain else tuple(map(isolated, known.string))
    return catalog


def isolated(text: str) -> str:
    """Each placeholder between FIRST STRONG ISOLATE and its end: a date or a code keeps its own order in Persian.

    Not around addresses: a mail program would take the mark into the link.
    """
    return PLACEHOLDER.sub(lambda found: f"\u2068{found[0]}\u2069", text)


def main() -> None:
    """Write both files; say what has no translation."""
    KEPT.mkdir(parents=True, exist_ok=True)
    catalog = renewed()
    PO.write_bytes(po_bytes(catalog))
    MO.write_bytes(mo_bytes(read_kept()))
    bare = [message.id for message in catalog if message.id and not any(message.string or "")]
    print(f"{len(catalog)} messages, {len(bare)} without a translation")  # noqa: T201
    for each in bare:
        print(" ", each)  # noqa: T201


if __name__ == "__main__":
    main()
