"""The five rehearsed participants walk their six months through `firstdose serve`, from the protocol file to the report.

All five walk in the system's chromium: every page is drawn, filled in the boxes that it shows and sent by its own button, as a
person's would be, except that one script fills all boxes of a page at once. Injection days, adverse events, decisions,
signatures, locks and exports go through the browser as well; only the pages that are never sent, such as the one that a save
leads to, are left before they are drawn to the end.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.web.settings")

import django

django.setup()

from firstdose.protocol.identity import compute_identity  # noqa: E402
from firstdose.records.log.event import Event  # noqa: E402
from firstdose.records.log.file import read_log  # noqa: E402
from firstdose.records.log.state import fold  # noqa: E402
from firstdose.records.log.tables import study_tables  # noqa: E402
from firstdose.records.log.verifying import verify  # noqa: E402
from firstdose.web.audit.study import Study  # noqa: E402
from tests.browser.desks import BrowserDesk, Server, email_of  # noqa: E402
from tests.functional.test_rehearsal import PROTOCOL, TRIAL, seed_trial  # noqa: E402
from tests.web.comparing import (  # noqa: E402
    cells_of,
    differences,
    digest_of,
    results_of,
    unpack,
    write_rehearsed,
)
from tests.web.entering import SAVED, enter_record, faults_of  # noqa: E402
from tests.web.sheets import send  # noqa: E402
from tests.web.walking import Walk, named_here, only  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

assert PROTOCOL is not None
PARTICIPANTS = int(os.environ.get("WALK_PARTICIPANTS", "5"))
TEXT = (TRIAL / "protocol.yaml").read_text("utf-8")
BEGIN = datetime(2024, 1, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The protocol file alone in a folder, served by one command."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "protocol.yaml").write_text(TEXT, "utf-8")
    server = Server(folder)
    server.start(BEGIN)
    yield server
    server.stop()


class Logins:
    """One login a role, each with a page of the browser."""

    def __init__(self, server: Server, browser: Browser) -> None:
        self.server, self.browser = server, browser
        self.contexts: dict[str, BrowserContext] = {}
        self.desks: dict[str, BrowserDesk] = {}

    def context(self, role: str) -> BrowserContext:
        if role not in self.contexts:
            self.contexts[role] = self.server.log_in(self.browser, role)
        return self.contexts[role]

    def desk(self, role: str) -> Any:
        if role not in self.desks:
            self.desks[role] = BrowserDesk(self.context(role).pages[0], self.server.base)
        return self.desks[role]

    def download(self, role: str, path: str, words: str) -> bytes:
        """A file by its button on the page of exports."""
        page = self.context(role).pages[0]
        page.goto(self.server.base + "/exports/")
        with page.expect_download() as got:
            page.locator(f"form[action='{path}'] button").click()
        return got.value.path().read_bytes()

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()


@pytest.fixture(scope="module")
def logins(server: Server, browser: Browser) -> Iterator[Logins]:
    logins = Logins(server, browser)
    yield logins
    logins.close()


def walk_of(server: Server, logins: Logins, participants: int) -> Walk:
    """The rehearsed tables of the first participants, to be walked by these logins."""
    return Walk(
        study=Study(PROTOCOL, TEXT, compute_identity(PROTOCOL), 0),
        tables=named_here(only(seed_trial().tables, participants)),
        desks=logins.desk,
        set_clock=server.set_clock,
        email_of=email_of,
        password=server.password,
    )


@pytest.fixture(scope="module")
def walk(server: Server, logins: Logins) -> Walk:
    walk = walk_of(server, logins, PARTICIPANTS)
    walk.go()
    walk.judge_deviations()
    return walk


def test_the_rehearsed_participants_walk_six_months_and_come_back_as_rehearsed(
    walk: Walk, logins: Logins, tmp_path: Path
) -> None:
    """Entered, injected, signed, locked, exported by the pages: records, exports and report are those of the folder."""
    done = walk.done
    assert (done["participants"], done["locks"], done["signatures"]) == (
        PARTICIPANTS,
        PARTICIPANTS,
        3 * PARTICIPANTS,
    )
    assert (done["overrides"], done["injections"]) == (0, walk.tables["injection"].height)

    def take(kind: str) -> bytes:
        return logins.download("data manager", f"/exports/{kind}/", kind)

    folder = write_rehearsed(seed_trial(), walk.tables, tmp_path / "rehearsed", TEXT)
    back = unpack(take("study"), tmp_path / "study", "")
    assert digest_of(back) == digest_of(folder)
    assert results_of(back, tmp_path / "1") == results_of(folder, tmp_path / "2")

    pack = unpack(take("pack"), tmp_path / "pack", "")
    lines = list(read_log(pack / "log.jsonl"))
    log = [each for each in lines if isinstance(each, Event)]
    assert len(log) == len(lines)
    assert verify(log).findings == ()
    state = fold(log)
    assert cells_of(PROTOCOL, study_tables(PROTOCOL, state)) == cells_of(PROTOCOL, walk.tables)
    assert differences(PROTOCOL, state, take, tmp_path) == {"ODM": 0, "REDCap": 0, "CSV": 0}


def a_visit(server: Server, logins: Logins, role: str = "coordinator") -> str:
    """Somebody new with consent and four lesions on the map; the address of their baseline, up to the form."""
    desk = logins.desk(role)
    at = send(desk, "/participants/", {}).url
    consent = {"consent_date": "2024-01-02", "version": "1.0"}
    participant = at.strip("/").split("/")[-1]
    saved = enter_record(desk, participant, "SCR", "informed_consent", "", consent)
    assert saved.status_code == SAVED, faults_of(saved)
    for place, side in (("elbow", "left"), ("elbow", "right"), ("knee", "left"), ("back", "midline")):
        lesion = {"site": place, "laterality": side, "long_diameter": "6.4", "short_diameter": "5.1"}
        saved = enter_record(desk, participant, "BL", "lesion_map", "new", lesion | {"role": "treated"})
        assert saved.status_code == SAVED, faults_of(saved)
    return f"{server.base}/participants/{participant}/BL/"


RATED = ("local_tolerability_mm", "plaque_severity", "plaque_score")


def test_a_visit_of_four_lesions_takes_few_interactions_beyond_its_values(
    server: Server, logins: Logins
) -> None:
    """G17: opening, choosing and saving count; a value is a click on a strip or a typed box. Every page under 100 kB."""
    at, beyond, values, largest = a_visit(server, logins), 0, 0, 0
    page = logins.context("coordinator").pages[0]
    participant = at.removesuffix("BL/")
    page.goto(f"{participant}?visit=BL")
    for form in RATED:
        click_and_arrive(page, f"a[href$='/BL/{form}/']")
        beyond += 1
        values += type_by_mouse(page)
        click_and_arrive(page, "button[value=complete]")
        beyond += 1
        assert not page.locator(".fault.hard").count(), page.locator(".fault.hard").all_inner_texts()
        click_and_arrive(page, "main p a")
        beyond += 1
        largest = max(largest, len(logins.context("coordinator").request.get(f"{at}{form}/").body()))
    assert values == 4 * (7 + 1 + 3)
    assert beyond <= 60
    assert largest < 100_000


def click_and_arrive(page: Page, what: str) -> None:
    """The first of these clicked, and the page it leads to read to its end: a list of boxes waits for nothing."""
    with page.expect_navigation():
        page.locator(what).first.click()


def type_by_mouse(page: Page) -> int:
    """Every empty required box of a form filled: strips by a click, boxes by typing; how many."""
    done = 0
    for strip in page.locator("form#record .strip[role=radiogroup]").all():
        strip.locator("label").first.click()
        done += 1
    for box in page.locator(
        "form#record .field > input:not([type=hidden]):not([dir=ltr][name*='-date'])"
    ).all():
        if box.is_visible() and not box.input_value():
            box.fill("2")
            done += 1
    return done


# Where the keyboard stands.
FOCUS = """() => { const each = document.activeElement; return {
  kind: each.type || '', name: each.name || '', value: each.value || '', href: each.getAttribute('href') || '',
  box: each.matches(".field > input[name^='v-']:not([type=radio], [name*='-date'])"),
}; }"""
BOX = ".field > input[name^='v-']:not([type=hidden], [name*='-date'])"
KEPT = f"form#record :is(.strip input:checked, {BOX})"
FAR = 400


def test_a_visit_is_entered_by_keyboard_alone(server: Server, logins: Logins) -> None:
    """No click and no script that types: tab, arrows, digits, space and enter, from the participant's page and back to it."""
    at, entered = a_visit(server, logins), 0
    page = logins.context("coordinator").pages[0]
    page.goto(f"{at.removesuffix('BL/')}?visit=BL")
    for form in RATED:
        follow_by_keys(page, f"/BL/{form}/")
        typed = type_by_keys(page)
        assert page.locator("legend .badge.complete").count() == 4, page.locator(".fault").all_inner_texts()
        kept = page.locator(KEPT).evaluate_all("all => all.map(each => each.value)")
        assert len(kept) == typed
        assert set(kept) <= {"2", "yes"}  # a strip of two answers comes round to its first
        entered += typed
        follow_by_keys(page, "?visit=BL")
    assert entered == 4 * (7 + 1 + 3)


def follow_by_keys(page: Page, end: str) -> None:
    """Tab to the link that ends like this, and enter."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUS)["href"].endswith(end):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"no link {end} is reached")


def type_by_keys(page: Page) -> int:
    """Every strip set to its third answer, every box to 2, saved as complete by enter; how many."""
    done: set[str] = set()
    for _ in range(FAR):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at["kind"] == "radio" and at["name"] not in done:
            for key in ("Space", "ArrowRight", "ArrowRight"):
                page.keyboard.press(key)
            done.add(at["name"])
        elif at["box"] and not at["value"]:
            page.keyboard.type("2")
            done.add(at["name"])
        elif (at["name"], at["value"]) == ("do", "complete"):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return len(done)
    raise AssertionError("the button is not reached")


def test_a_visit_is_entered_with_javascript_switched_off(
    server: Server, logins: Logins, browser: Browser
) -> None:
    """Clicks and typing only; calculated values come with the page that the save leads to."""
    at = a_visit(server, logins)
    context = server.log_in(browser, "coordinator", java_script_enabled=False)
    page = context.new_page()
    for form in RATED:
        page.goto(f"{at}{form}/")
        type_by_mouse(page)
        click_and_arrive(page, "button[value=complete]")
        assert page.locator("legend .badge.complete").count() == 4, page.locator(".fault").all_inner_texts()
    context.close()
