"""The report as one accessible page: no script, no outside request, the same bytes for the same report."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from firstdose.report import wording
from firstdose.report.html_blocks import Drawing, render_blocks
from firstdose.report.html_spans import attribute, css_string, escaped
from firstdose.report.outline import number_blocks, target_ids
from firstdose.report.trace import with_trace
from firstdose.report.tree import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.report.tree import Report


def render_html(report: Report) -> str:
    """A self-contained page with the appendix of traces. ValueError where two blocks share an id."""
    report = with_trace(report)
    numbers = number_blocks(report)
    drawing = Drawing(numbers, target_ids(report, numbers))
    parts = [*_head(report), *_top(report, numbers)]
    parts += render_blocks(report.blocks, drawing, level=2)
    return "\n".join([*parts, "</main>", "</body>", "</html>", ""])


@cache
def _stylesheet() -> str:
    return files("firstdose.report").joinpath("stylesheet.css").read_text("utf-8")


def _head(report: Report) -> Iterator[str]:
    way = wording.direction(report.language)
    yield "<!doctype html>"
    yield f"<html lang={attribute(report.language)} dir={attribute(way)}>"
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f'<meta name="generator" content={attribute("firstdose " + report.software)}>'
    yield f"<title>{escaped(wording.full_title(report.title, report.trial))}</title>"
    yield f"<style>\n{_stylesheet()}{_running_words(report)}</style>"
    yield "</head>"
    looks = [name for name, on in (("invented", report.invented), ("paged", report.page_per_section)) if on]
    yield f"<body class={attribute(' '.join(looks))}>" if looks else "<body>"


def _running_words(report: Report) -> str:
    """The words in the margins of printed pages."""
    left, right = wording.identity(report.title, report.trial, report.snapshot, report.status)
    mark = wording.INVENTED_MARK if report.invented else ""
    return (
        "@page {\n"
        f"  @top-left {{ content: {css_string(left)}; }}\n"
        f"  @top-right {{ content: {css_string(mark)}; }}\n"
        f"  @bottom-left {{ content: {css_string(right)}; }}\n"
        '  @bottom-right { content: counter(page) " / " counter(pages); }\n'
        "}\n"
    )


def _top(report: Report, numbers: dict[str, str]) -> Iterator[str]:
    yield f'<a class="skip" href="#report">{wording.SKIP}</a>'
    if report.invented:
        yield f'<div class="watermark" aria-hidden="true">{wording.INVENTED_MARK}</div>'
    contents = _contents(report.blocks, numbers)
    yield f'<nav class="beside" aria-label="{wording.CONTENTS}"><h2>{wording.CONTENTS}</h2>{contents}</nav>'
    yield '<main id="report" tabindex="-1">'
    yield "<header>"
    yield f'<p class="trial">{escaped(report.trial)}</p>'
    yield f"<h1>{escaped(report.title)}</h1>"
    if report.invented:
        yield f'<p class="mark" role="note">{wording.INVENTED}</p>'
    if report.facts:
        yield '<dl class="facts">'
        for name, value in report.facts:
            yield f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>"
        yield "</dl>"
    yield "</header>"
    yield f'<details class="above"><summary>{wording.CONTENTS}</summary>'
    yield f'<nav aria-label="{wording.CONTENTS}">{contents}</nav></details>'


def _contents(blocks: tuple[Section, ...], numbers: dict[str, str], depth: int = 2) -> str:
    lines = ["<ol>"]
    for section in blocks:
        inner = tuple(block for block in section.blocks if isinstance(block, Section))
        deeper = _contents(inner, numbers, depth - 1) if inner and depth > 1 else ""
        number = f'<span class="number">{numbers[section.id]}</span>'
        lines.append(
            f"<li><a href={attribute(f'#{section.id}')}>{number} <span>{escaped(section.title)}</span></a>{deeper}</li>"
        )
    return "".join([*lines, "</ol>"])
