"""The seed trial on its way: the records of an invented participant up to the day of injection, and what follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from firstdose.protocol.reading import read_protocol_text
from firstdose.records.log.event import Key, NewEvent
from firstdose.records.log.of_snapshot import state_of
from firstdose.records.study import read_study
from firstdose.web.audit import clock
from firstdose.web.audit.append import append
from firstdose.web.audit.models import Event, Payload
from tests.shared import ROOT
from tests.web import people

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest
    from django.test import Client

BEFORE = ("informed_consent", "demographics", "screening", "lesion_map")
ZERO = date(2024, 2, 6)  # the day on which the first invented participant was injected
SHEET = {"concentration": "10100000", "concentration_is": "viable", "viability": "89.0", "lot": "LOT-INV-001"}


@cache
def _seed() -> Mapping[Key, str]:
    folder = ROOT / "trials" / "adsc_psoriasis"
    protocol = read_protocol_text(people.protocol_text()).protocol
    assert protocol is not None
    state = state_of(protocol, read_study(folder, protocol).snapshot)
    return {key: value.text for key, value in state.values.items()}


def freeze(patch: pytest.MonkeyPatch, moment: datetime) -> None:
    """The server's clock stands at this moment."""

    class Frozen(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    patch.setattr(clock, "datetime", Frozen)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def prepare(
    participant: str = "INV-001", *, leave_out: str = "", level: str = "DL1", on: date = ZERO
) -> None:
    """Everything that stands before an injection, its dates moved to end before a day."""
    people.add_participant(participant)
    shift = on - _day_zero(participant)
    new = []
    for key, text in _seed().items():
        if key.participant != participant or key.form not in BEFORE or key.form == leave_out:
            continue
        said = level if key.item == "dose_level" else _moved(text, shift)
        new.append(NewEvent(kind="value.set", key=key, site="site", payload={"new": said, "raw": said}))
    append(new, by=people.SETTER)


def _day_zero(participant: str) -> date:
    given = [
        text
        for key, text in _seed().items()
        if (key.participant, key.form, key.item) == (participant, "injection", "date")
    ]
    return min(map(date.fromisoformat, given))


def _moved(text: str, shift: timedelta) -> str:
    try:
        return str(date.fromisoformat(text) + shift)
    except ValueError:
        return text


def lesions(participant: str = "INV-001") -> list[str]:
    return sorted(
        {key.repeat for key in _seed() if (key.participant, key.form) == (participant, "lesion_map")}
    )


def given(participant: str, lesion: str) -> dict[str, str]:
    """How the invented injection was carried out."""
    return {
        key.item: text
        for key, text in _seed().items()
        if (key.participant, key.form, key.repeat) == (participant, "injection", lesion)
    }


def page(participant: str = "INV-001") -> str:
    return f"/participants/{participant}/injection-day/"


def propose(client: Client, lesion: str, participant: str = "INV-001", **more: str):
    return client.post(
        page(participant), {"act": "propose", "lesion": lesion, "dose_level": "DL1", **SHEET, **more}
    )


def confirm(
    client: Client, participant: str = "INV-001", by: str = "investigator", name: str = "", **more: str
):
    second = people.person_of(by, name=name)
    shown = sheets(participant)
    told = {
        "act": "confirm",
        "second_email": second.email,
        "second_password": people.PASSWORD,
        **shown,
        **more,
    }
    return client.post(page(participant), told)


def sheets(participant: str) -> dict[str, str]:
    """The hidden fields of the page for the sheets that wait."""
    from firstdose.web.safety.on_record import sheets_of

    waiting = [each for each in sheets_of(participant).values() if not each.approved]
    return {f"sheet-{number}": str(each.seq) for number, each in enumerate(waiting, start=1)}


def record(client: Client, lesion: str, participant: str = "INV-001", on: date = ZERO, **more: str):
    told = {name: text for name, text in given(participant, lesion).items() if name != "date"}
    return client.post(
        page(participant), {"act": "record", "lesion": lesion, **told, "date": str(on), **more}
    )


def kinds(prefix: str = "") -> list[str]:
    return [
        kind
        for kind in Event.objects.order_by("seq").values_list("kind", flat=True)
        if kind.startswith(prefix)
    ]


def payload(kind: str) -> str:
    """The payload of the last event of a kind."""
    event = Event.objects.filter(kind=kind).order_by("-seq").first()
    assert event is not None
    return str(Payload.objects.get(seq=event.seq).text)


def treat(participant: str, on: date, level: str = "DL1", *, watched: bool = True) -> None:
    """Somebody treated earlier, entered directly; `watched`: the visit at the end of the watch took place."""
    prepare(participant, on=on, level=level)
    for lesion in lesions(participant):
        told = {**given(participant, lesion), "date": str(on), "dose_level": level}
        people.set_values("injection", told, participant, "D0", lesion)
    if watched:
        people.set_values(
            "visits", {"date": str(on + timedelta(days=30)), "status": "done"}, participant, "W4"
        )


def harm(participant: str, onset: date, number: str = "1", **more: str) -> None:
    """A related event of grade 3 unless said otherwise."""
    told = {
        "term": "necrosis at the site", "grade": "3", "onset": str(onset), "ongoing": "yes", "outcome": "not recovered",
        "serious": "no", "related_cells": "probable", "related_procedure": "possible", "related_biopsy": "unlikely",
        "related_disease": "unlikely", "date": str(onset), **more,
    }  # fmt: skip
    people.set_values("adverse_events", told, participant, "", number)


def asked(participant: str = "INV-001", on: date = ZERO, **more):
    """The gate as the pages ask it."""
    from firstdose.web.safety.asking import ask

    return ask(participant, on, **more)
