"""A drawn figure inside the page: named for those who hear it, its inner names its own."""

from __future__ import annotations

import re

from firstdose.report.html_spans import attribute

_PROLOGUE = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->|<title>.*?</title>", re.DOTALL
)
_REFERENCES = (
    (re.compile(r'(\bid=")([^"]+)(")'), r"\g<1>{}-\g<2>\g<3>"),
    (re.compile(r'(\b(?:xlink:)?href="#)([^"]+)(")'), r"\g<1>{}-\g<2>\g<3>"),
    (re.compile(r"(url\(#)([^)]+)(\))"), r"\g<1>{}-\g<2>\g<3>"),
)
_ROOT = re.compile(r"<svg\b([^>]*)>")
_OWN_SIZE = re.compile(r'\s(?:width|height|role|aria-label|version)="[^"]*"')
_VIEW = re.compile(r'viewBox="\S+ \S+ (\S+) \S+"')


def inline_svg(svg: str, name: str, alternative: str) -> str:
    """The drawing as an `<svg role="img">` that grows by a quarter at most and shares no id with another."""
    inner = _PROLOGUE.sub("", svg).strip()
    prefix = re.sub(r"[^A-Za-z0-9-]", "-", name)
    for pattern, replacement in _REFERENCES:
        inner = pattern.sub(replacement.format(prefix), inner)
    return _ROOT.sub(lambda root: _named_root(root.group(1), alternative), inner, count=1)


def _named_root(attributes: str, alternative: str) -> str:
    kept = _OWN_SIZE.sub("", attributes)
    width = _VIEW.search(attributes)
    size = f' style="max-width:calc(1.25 * {width.group(1)}pt)"' if width else ""
    return f'<svg{kept} role="img" aria-label={attribute(alternative)}{size}>'
