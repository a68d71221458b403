"""A day of injections in the middle of the trial, with a cell product: every step of its pages stands open somewhere.

The seed's trial with a product section, lots that are released and one that is not; on the day of its fifth participant one plaque
is given, one sheet waits for the syringe, one for the second person. One override was released, one is waited for, and a serious
event has its clocks running. All of it but the months before is done by the pages.
"""

from __future__ import annotations

import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.web.settings")

import django

django.setup()

from firstdose.protocol.names import ADMINISTRATION  # noqa: E402
from firstdose.protocol.reading import read_protocol_text  # noqa: E402
from firstdose.rehearsal.product_records import GivenLesion, rows_of_custody, rows_of_release  # noqa: E402
from firstdose.web.safety.sheet import COMPUTED, TYPED  # noqa: E402
from tests.browser.desks import BrowserDesk, Server, email_of  # noqa: E402
from tests.functional.test_rehearsal import TRIAL, seed_trial  # noqa: E402
from tests.unit.laboratory.product_study import PRODUCT  # noqa: E402
from tests.web.entering import SAVED, enter_record, faults_of  # noqa: E402
from tests.web.sheets import send  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from playwright.sync_api import Browser, Page

    from firstdose.protocol.model_of_product import CellProduct

AGAIN = ("volume_drawn", "residual_volume")  # typed twice
_TWICE = f"  idle: 30\n  twice: {' '.join(f'{ADMINISTRATION}.{name}' for name in AGAIN)}\n"
TEXT = (TRIAL / "protocol.yaml").read_text("utf-8").replace("  idle: 30\n", _TWICE) + PRODUCT
MOMENT = datetime(2024, 4, 16, 9, tzinfo=UTC)
EVE = MOMENT - timedelta(days=1)
WHO, BEFORE, HARMED, KEPT_BACK = "INV-005", "INV-004", "INV-001", "LOT-INV-006"
PAGES = {
    "injection day at every step": ("coordinator", f"/participants/{WHO}/injection-day/"),
    "injection day when all is given": ("coordinator", f"/participants/{BEFORE}/injection-day/"),
    "injection on record": ("coordinator", f"/injections/{WHO}/D0/L3/"),
    "override asked for": ("investigator", f"/participants/{WHO}/override/?level=DL1"),
    "override to be released": ("board", f"/participants/{WHO}/override/?level=DL1"),
    "events with clocks": ("investigator", "/events/"),
    "event with clocks": ("investigator", f"/events/{HARMED}/2/"),
    "custody": ("laboratory", "/custody/"),
    "custody of a lot": ("laboratory", f"/custody/LOT-{BEFORE}/"),
    "custody of a lot that is kept back": ("laboratory", f"/custody/{KEPT_BACK}/"),
}
EVENT = {
    "term": "fever in the night after a cold", "grade": "3", "onset": "2024-04-14", "ongoing": "yes",
    "outcome": "not recovered", "serious": "yes", "serious_criterion": "hospital stay", "related_cells": "unlikely",
    "related_procedure": "unlikely", "related_biopsy": "unlikely", "related_disease": "unlikely", "date": "2024-04-16",
}  # fmt: skip


@cache
def tables() -> dict[str, pl.DataFrame]:
    """The rehearsed tables with release and custody of their lots, and of one lot more that is kept back."""
    product = product_of()
    found, release, custody = seed_trial().tables, [], []
    for (lot,), rows in found[ADMINISTRATION].group_by("lot", maintain_order=True):
        given = [
            GivenLesion(participant=who, lesion=lesion, time=datetime.fromisoformat(f"{day}T{time}"))
            for who, lesion, day, time in rows.select("participant", "lesion", "date", "start_time").rows()
        ]
        at = min(each.time for each in given) - timedelta(hours=2)
        release += rows_of_release(product, str(lot), at)
        custody += rows_of_custody(product, str(lot), given)
    source = next(row for row in custody if row["kind"] == "bank")
    custody.insert(0, source | {"id": KEPT_BACK, "kind": "lot", "parent": source["id"]})
    bad = rows_of_release(product, KEPT_BACK, MOMENT)
    release += [row | ({"result": "growth"} if row["attribute"] == "sterility" else {}) for row in bad]
    return {**found, "product_release": pl.DataFrame(release), "custody": pl.DataFrame(custody)}


def product_of() -> CellProduct:
    protocol = read_protocol_text(TEXT).protocol
    assert protocol is not None
    assert protocol.product is not None
    return protocol.product


def folder_until(moment: datetime) -> bytes:
    """What came before that moment as a zip of tables: the doses of the days before, the rest of that day as well."""
    out, day, now = io.BytesIO(), moment.date().isoformat(), f"{moment:%Y-%m-%dT%H:%M}"
    with zipfile.ZipFile(out, "w") as held:
        for name, table in tables().items():
            past = pl.lit(True)
            if "date" in table.columns:
                past = pl.col("date") < day if name == ADMINISTRATION else pl.col("date") <= day
            elif "time" in table.columns:
                past = pl.col("time") <= now
            held.writestr(f"records/{name}.csv", table.filter(past).write_csv())
    return out.getvalue()


def bring_in(page: Page, base: str, content: bytes) -> None:
    """A zip of tables by the page of imports."""
    page.goto(f"{base}/import/")
    page.set_input_files("[name=file]", {"name": "s.zip", "mimeType": "application/zip", "buffer": content})
    with page.expect_navigation(timeout=120_000):
        page.click("button[name=confirm]")
    assert page.locator(".errors").count() == 0, page.inner_text("main")


class Day:
    """The day itself, by the pages."""

    def __init__(self, server: Server, browser: Browser) -> None:
        self.server, self.browser = server, browser
        self.desks: dict[str, BrowserDesk] = {}

    def desk(self, role: str) -> Any:
        if role not in self.desks:
            page = self.server.log_in(self.browser, role).pages[0]
            self.desks[role] = BrowserDesk(page, self.server.base)
        return self.desks[role]

    def close(self) -> None:
        for desk in self.desks.values():
            desk.page.context.close()

    def begin(self) -> None:
        """The day before an override is asked for and released, today again asked for; then the plaques and the event."""
        self.bring_in(EVE)
        self.ask()
        self.sign("board", {"reason": "agreed by telephone"}, ("act", "release"))
        self.bring_in(MOMENT)
        self.ask()
        self.inject()
        done(enter_record(self.desk("coordinator"), HARMED, "", "adverse_events", "new", EVENT, keep="seen"))

    def bring_in(self, moment: datetime) -> None:
        self.server.set_clock(moment)
        bring_in(self.desk("data manager").page, self.server.base, folder_until(moment))

    def ask(self) -> None:
        at = f"/participants/{WHO}/override/"
        page = self.desk("investigator").get(f"{at}?level=DL1")
        self.sign("investigator", {"reason": "prepared by mistake"}, ("act", "ask"), page)

    def sign(self, role: str, told: Mapping[str, str], button: tuple[str, str], page: Any = None) -> None:
        at = f"/participants/{WHO}/override/"
        done(send(self.desk(role), at, {**told, "password": self.server.password}, button, on=page))

    def inject(self) -> None:
        """L3 is given, L1 waits for the syringe, L2 for the second person."""
        at, desk = f"/participants/{WHO}/injection-day/", self.desk("coordinator")
        given = tables()[ADMINISTRATION].filter(pl.col("participant") == WHO)
        rows = {row["lesion"]: row for row in given.iter_rows(named=True)}
        for lesion in ("L1", "L3"):
            self.propose(lesion, rows[lesion])
        second = {"second_email": email_of("investigator"), "second_password": self.server.password}
        done(send(desk, at, second, ("act", "confirm")))
        left_out = {*TYPED, *COMPUTED, "participant", "visit", "lesion"}
        told = {name: text for name, text in rows["L3"].items() if text and name not in left_out}
        told |= {f"again-{name}": told[name] for name in AGAIN}
        done(send(desk, at, told, ("act", "record"), {"lesion": "L3"}))
        self.propose("L2", rows["L2"])

    def propose(self, lesion: str, row: Mapping[str, str | None]) -> None:
        told = {name: row[name] or "" for name in TYPED if row.get(name)}
        at = f"/participants/{WHO}/injection-day/"
        done(send(self.desk("coordinator"), at, told, ("act", "propose"), {"lesion": lesion}))


def done(answer: Any) -> None:
    assert answer.status_code == SAVED, faults_of(answer)
