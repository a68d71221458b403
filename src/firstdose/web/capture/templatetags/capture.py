"""What templates of capture say besides values: addresses that may not be there, the body map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import get_language_bidi

from firstdose.web.audit.templatetags.words import words
from firstdose.web.capture.views_of_lesions import body_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.web.audit.models import CurrentQuery
    from firstdose.web.capture.forms import Field, FormView
    from firstdose.web.capture.schedule import Step

register = template.Library()


@register.simple_tag
def history_of(field: Field) -> str:
    """The address of a value's history; '' where there is no such page."""
    names = ("participant", "visit", "form", "repeat", "item")
    told = {name: part for name, part in zip(names, field.history, strict=True) if part}
    try:
        return f"{reverse('history')}?{urlencode(told)}"
    except NoReverseMatch:
        return ""


@register.simple_tag
def body_map_of(view: FormView) -> str:
    """The lesions on the figure; places are links for those who may add one."""
    sheet = view.sheet
    chosen = ("", "")
    if sheet.is_new:
        told = {each.reading.item.name: each.value for each in view.records[0].fields}
        chosen = (told.get("site", ""), told.get("laterality", ""))
    return body_map(sheet.state, sheet.participant, "" if view.read_only else sheet.visit, chosen)


@register.filter
def area_text(text: str) -> str:
    """A browser drops one line break at the start of a textarea: a second one keeps the first."""
    return f"\n{text}" if text.startswith("\n") else text


@register.simple_tag
def query_at(row: CurrentQuery) -> str:
    """The address of a query; '' where there is no such page."""
    try:
        return reverse("query", args=[row.query])
    except NoReverseMatch:
        return ""


# State -> colour of its box in a row of visits; the words stand in the picture's label too.
COLOURS = {
    "done": "#1d6b3a",
    "missed": "#a31621",
    "overdue": "#a31621",
    "due": "#8a4b00",
    "coming": "#d9d5cc",
    "unknown": "#f6f5f1",
    "not needed": "#f6f5f1",
}


@register.simple_tag
def row_of(steps: Sequence[Step]) -> str:
    """A participant's visits as a row of boxes: filled once done, struck where missed, framed where due."""
    told = ", ".join(f"{step.visit} {words(step.state, 'visit')}" for step in steps)
    in_order = (
        tuple(reversed(steps)) if get_language_bidi() else steps
    )  # read from the right: the first is there
    boxes = "".join(_box_of(at, step) for at, step in enumerate(in_order))
    return format_html(
        '<svg role="img" aria-label="{}" width="{}" height="34" viewBox="0 0 {} 34" direction="ltr">{}</svg>',
        told,
        36 * len(steps),
        36 * len(steps),
        mark_safe(boxes),  # noqa: S308, every word is escaped below
    )


def _box_of(at: int, step: Step) -> str:
    colour, x = COLOURS.get(step.state, "#d9d5cc"), 36 * at
    fill = colour if step.state in {"done", "coming", "unknown", "not needed"} else "#fff"
    cross = format_html('<path d="M{} 4l28 12M{} 16l28-12" stroke="{}"/>', x + 2, x + 2, colour)
    return format_html(
        '<rect x="{}" y="3" width="30" height="14" rx="3" fill="{}" stroke="{}" stroke-width="1.5"/>{}'
        '<text x="{}" y="30" font-size="10" text-anchor="middle" fill="#1e2124">{}</text>',
        x + 1,
        fill,
        colour if step.state not in {"coming", "unknown", "not needed"} else "#7a7f86",
        cross if step.state == "missed" else "",
        x + 16,
        step.visit,
    )
