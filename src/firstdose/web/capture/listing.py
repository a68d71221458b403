"""The records of a form that repeats: one row each, struck ones too, and the way to add one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render

from firstdose.web.accounts.blinding import hidden
from firstdose.web.accounts.standing import require_participant
from firstdose.web.audit.reading import current_state
from firstdose.web.audit.study import current
from firstdose.web.capture.sheet import may_enter, records_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Key
    from firstdose.records.log.state import State
    from firstdose.web.accounts.standing import Request, Standing

MOST_COLUMNS = 6


def list_of(request: Request, participant: str, form: Form) -> HttpResponse:
    """All records of a form of one participant."""
    require_participant(request, participant)
    if hidden(request.standing, form.name):
        raise Http404
    state = current_state(participant=participant, form=form.name)
    context = {
        "participant": participant,
        "form": form,
        "columns": columns_of(form, request.standing),
        "rows": rows_of(form, state, participant, request.standing),
        "enters": may_enter(current(), request.standing, form.name),
    }
    return render(request, "capture/records.html", context)


def columns_of(form: Form, standing: Standing) -> list[str]:
    """Labels of the first items, as many as fit."""
    return [item.label for item in form.items if not hidden(standing, form.name, item.name)][:MOST_COLUMNS]


def rows_of(form: Form, state: State, participant: str, standing: Standing) -> list[dict[str, object]]:
    """Number, state and first values of each record."""
    shown = [item.name for item in form.items if not hidden(standing, form.name, item.name)][:MOST_COLUMNS]
    found = []
    for key in records_of(state, participant, form.name):
        known = state.records[key]
        cells = [_text(state, key, name) for name in shown]
        found.append(
            {"repeat": key.repeat, "cells": cells, "struck": known.struck, "complete": known.completed}
        )
    return found


def _text(state: State, record: Key, item: str) -> str:
    value = next(
        (value for key, value in state.values.items() if key.record == record and key.item == item), None
    )
    return value.text if value else ""
