"""Words of the page: every text is escaped here, once."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from firstdose.report import wording
from firstdose.report.lettering import bound_together, broken_up, code_point, runs_right_to_left, written_out
from firstdose.report.trace import trace_id
from firstdose.report.tree import Link, Number, Origin, Text, ToWrite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.report.tree import Span

_LONGEST_WORD = 28


def escaped(text: str) -> str:
    """The text as it was typed, for the inside of an element; right-to-left words keep to themselves."""
    parts = broken_up(written_out(text), _LONGEST_WORD).split("\n")
    words = "<br>".join(html.escape(part, quote=False) for part in parts).replace("\u200b", "<wbr>")
    return f"<bdi>{words}</bdi>" if runs_right_to_left(text) else words


def attribute(text: str) -> str:
    """The text in quotes, for an attribute."""
    return f'"{html.escape(written_out(text), quote=True)}"'


def css_string(text: str) -> str:
    """The text as a CSS string: whatever is neither letter, digit nor blank is a code."""
    return '"' + re.sub(r"[^A-Za-z0-9 ]", lambda c: f"\\{code_point(c.group())} ", written_out(text)) + '"'


def render_prose(spans: Iterable[Span], targets: frozenset[str]) -> str:
    """Spans of a sentence: a number and its sign stay on one line."""
    return bound_together(render_spans(spans, targets))


def render_spans(spans: Iterable[Span], targets: frozenset[str]) -> str:
    return "".join(render_span(span, targets) for span in spans)


def render_span(span: Span, targets: frozenset[str]) -> str:
    match span:
        case Text(text, strong=True):
            return f"<strong>{escaped(text)}</strong>"
        case Text(text):
            return escaped(text)
        case Number():
            return f'<a class="n" href="#n-{trace_id(span.row)}">{escaped(span.text)}</a>'
        case Origin():
            name = trace_id(span.row)
            return f'<span class="of" id="n-{name}"><b>{escaped(span.text)}</b> <small>{name}</small></span>'
        case Link(target, text) if target in targets:
            return f"<a href={attribute(f'#{target}')}>{escaped(text)}</a>"
        case Link(text=text):
            return escaped(text)
        case ToWrite(what, by_whom):  # pragma: no branch - there is no other kind of span
            return f'<span class="towrite">{escaped(wording.to_write(what, by_whom))}</span>'
