"""Entering by the real pages: read the form that a person gets, fill its inputs, send it as a browser would.

enter_record(client, "P-001", "SCR", "informed_consent", "", {"consent_date": "2024-01-25", "version": "1.0"})
enter_record(client, "P-001", "", "adverse_events", "new", {"term": "headache", ...}, keep="as in the source")
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from firstdose.values.missing import read_missing_reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.test import Client

SAVED, REFUSED = 302, 422


class Inputs(HTMLParser):
    """What a browser would send of one form: `sent` (name -> value), the buttons left out; `offered`: every name."""

    def __init__(self, html: str, form: str = "record") -> None:
        super().__init__(convert_charrefs=True)
        self.sent: dict[str, str] = {}
        self.offered: set[str] = set()
        self.choices: dict[str, list[str]] = {}
        self._form, self._inside, self._dead = form, False, 0
        self._area: str | None = None
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = told.get("id", "") == self._form
        if not self._inside:
            return
        if tag == "fieldset" and (self._dead or "disabled" in told):
            self._dead += 1
        if self._dead:
            return
        name = told.get("name", "")
        if tag == "input" and name:
            self._input(name, told)
        elif tag == "textarea":
            self._area = name
            self.sent[name] = ""
            self.offered.add(name)
        elif tag == "select":
            self._select = name
            self.sent[name] = ""
            self.offered.add(name)
        elif tag == "option" and self._select:
            self.choices.setdefault(self._select, []).append(told.get("value", ""))
            if "selected" in told:
                self.sent[self._select] = told.get("value", "")

    def _input(self, name: str, told: dict[str, str]) -> None:
        kind, value = told.get("type", "text"), told.get("value", "")
        self.offered.add(name)
        if kind in {"radio", "checkbox"}:
            self.choices.setdefault(name, []).append(value)
            if "checked" in told:
                self.sent[name] = value
        else:
            self.sent[name] = value

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.sent[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._area is not None:
            text = self.sent[self._area]
            self.sent[self._area] = text.removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "fieldset" and self._dead:
            self._dead -= 1


def address(participant: str, visit: str, form: str, repeat: str = "") -> str:
    """Where the form of a record is."""
    own = f"{repeat}/" if repeat else ""
    return f"/participants/{participant}/{visit or '-'}/{form}/{own}"


def inputs_of(client: Client, at: str) -> Inputs:
    """The inputs of a page as they stand."""
    answer = client.get(at)
    assert answer.status_code == 200, (answer.status_code, at)
    return Inputs(answer.content.decode())


def fill(inputs: Inputs, values: Mapping[str, str], repeat: str = "") -> dict[str, str]:
    """What would be sent once these items were typed; 'ND: reason' goes into the two boxes for no value."""
    sent = dict(inputs.sent)
    for item, text in values.items():
        box, code, why = (f"{letter}-{repeat}-{item}" for letter in "vmw")
        assert box in inputs.offered, f"the page has no box for {item}: {sorted(inputs.offered)[:40]}"
        missing = read_missing_reason(text) if text not in inputs.choices.get(box, ()) else None
        if missing is None:
            assert box not in inputs.choices or text in {"", *inputs.choices[box]}, (
                item,
                text,
                inputs.choices[box],
            )
            sent |= {box: text, code: "", why: ""}
        else:
            sent |= {box: "", code: missing.code, why: missing.reason}
    return sent


def enter_record(
    client: Client,
    participant: str,
    visit: str,
    form: str,
    repeat: str,
    values: Mapping[str, str],
    *,
    do: str = "complete",
    reason: str = "",
    keep: str = "",
) -> Any:
    """Fill and send the page of one record; `reason` for changes, `keep` for soft faults. Answers the last response.

    `repeat`: a lesion, the number of a record, `new`, or '' where the form has one record.
    """
    return enter_sheet(
        client, participant, visit, form, {repeat: values}, repeat=repeat, do=do, reason=reason, keep=keep
    )


def enter_sheet(
    client: Client,
    participant: str,
    visit: str,
    form: str,
    records: Mapping[str, Mapping[str, str]],
    *,
    repeat: str = "",
    do: str = "complete",
    reason: str = "",
    keep: str = "",
) -> Any:
    """Fill and send a page that holds several records side by side: lesion -> item -> text."""
    at = address(participant, visit, form, repeat)
    inputs = inputs_of(client, at)
    sent = dict(inputs.sent)
    for each, values in records.items():
        sent |= {
            name: text for name, text in fill(inputs, values, each).items() if name.split("-")[1:2] == [each]
        }
    if reason:
        sent |= {"reason_for_all": reason, "same": "yes"}
    answer = client.post(at, sent | {"do": do})
    if answer.status_code == REFUSED and keep:
        again = Inputs(answer.content.decode())
        kept = {name: keep for name in again.offered if name.startswith("k-")}
        answer = client.post(at, again.sent | kept | {"do": do})
    return answer


def faults_of(answer: Any) -> list[str]:
    """What a page says stands in the way, as plain text."""
    return Faults(answer.content.decode()).found


class Faults(HTMLParser):
    """The texts of a page's faults."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        classes = (told.get("class") or "").split()
        if (tag == "p" and "fault" in classes) or (tag == "ul" and "errors" in classes):
            self._depth, self._tag = 1, tag
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag == self._tag:
            self._depth = 0

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.found[-1] += data
