"""The lesion map: a new lesion is placed by a link on the body map, or from the list of places."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from firstdose.records.due import LESIONS
from firstdose.web.capture.body_map import Mark, render_body_map
from firstdose.web.capture.sheet import lesions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.records.log.event import Key
    from firstdose.records.log.state import State
    from firstdose.web.capture.entries import Entry
    from firstdose.web.capture.sheet import Sheet


def place_lesion(sheet: Sheet, entries: dict[Key, Entry], asked: Mapping[str, str]) -> dict[Key, Entry]:
    """The boxes of a new lesion, place and side filled in as they were chosen on the figure."""
    if sheet.name != LESIONS:
        return entries
    chosen = {"site": asked.get("site", ""), "laterality": asked.get("laterality", "")}
    known = {item.name: item.code_names for item in sheet.items}
    return {
        key: replace(entry, typed=chosen[key.item])
        if chosen.get(key.item, "") in known.get(key.item, ())
        else entry
        for key, entry in entries.items()
    }


def marks_of(state: State, participant: str) -> list[Mark]:
    """The lesions on the map with their places."""
    found = []
    for lesion in lesions_of(state, participant):
        texts = {
            key.item: value.text
            for key, value in state.values.items()
            if (key.participant, key.form, key.repeat) == (participant, LESIONS, lesion)
        }
        if texts.get("site"):
            found.append(Mark(lesion, texts["site"], texts.get("laterality", "")))
    return found


def body_map(state: State, participant: str, visit: str = "", chosen: tuple[str, str] | None = None) -> str:
    """Both figures; with a visit, each place is a link that begins a new lesion there."""
    address = reverse("record_new", args=[participant, visit, LESIONS]) if visit else ""

    def href(site: str, side: str) -> str:
        return f"{address}?{urlencode({'site': site, 'laterality': side})}"

    drawn = render_body_map(marks_of(state, participant), chosen, gettext, href if visit else None)
    return mark_safe(drawn)  # noqa: S308, drawn by us, every word of others escaped
