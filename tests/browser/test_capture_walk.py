"""The five rehearsed participants walk their six months through `firstdose serve`, from the protocol file to the report.

The first two walk in the system's chromium: every page is drawn, filled and sent by its own button, as a person's would
be, except that one script types all values of a page at once. The other three walk by plain requests with the same logins to
the same server, which sends the same forms without drawing them: five in the browser would take more than four minutes.
Injection days, signatures, locks, the board's decision and the exports go through the browser for the first two as well.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.web.settings")

import django  # noqa: E402

django.setup()

from firstdose.protocol.identity import compute_identity  # noqa: E402
from firstdose.records.log.file import read_log  # noqa: E402
from firstdose.records.log.state import fold  # noqa: E402
from firstdose.records.log.tables import study_tables  # noqa: E402
from firstdose.records.log.verifying import verify  # noqa: E402
from firstdose.web.audit.study import Study  # noqa: E402
from tests.browser.desks import BrowserDesk, RequestDesk, Server, email_of  # noqa: E402
from tests.functional.test_rehearsal import PROTOCOL, TRIAL, seed_trial  # noqa: E402
from tests.web.comparing import (  # noqa: E402
    cells_of,
    differences,
    digest_of,
    results_of,
    unpack,
    write_rehearsed,
)
from tests.web.walking import Task, Walk, named_here, only  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from tests.web.sheets import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PARTICIPANTS = int(os.environ.get("WALK_PARTICIPANTS", "5"))
DRAWN = frozenset({"P-001", "P-002"})
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
    """One login a role, used by the page and by the requests."""

    def __init__(self, server: Server, browser: Browser) -> None:
        self.server, self.browser, self.drawn = server, browser, True
        self.contexts: dict[str, BrowserContext] = {}
        self.desks: dict[tuple[str, bool], Desk] = {}

    def context(self, role: str) -> BrowserContext:
        if role not in self.contexts:
            self.contexts[role] = self.server.log_in(self.browser, role)
        return self.contexts[role]

    def desk(self, role: str) -> Any:
        context = self.context(role)
        if (role, self.drawn) not in self.desks:
            base = self.server.base
            self.desks[role, self.drawn] = (
                BrowserDesk(context.pages[0], base) if self.drawn else RequestDesk(context.request, base)
            )
        return self.desks[role, self.drawn]

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


class HalfDrawn(Walk):
    """A walk in which only some participants are drawn by the browser."""

    logins: Logins

    def enter(self, task: Task) -> None:
        self.logins.drawn = task.participant in DRAWN
        super().enter(task)


@pytest.fixture(scope="module")
def walk(server: Server, logins: Logins) -> Walk:
    walk = HalfDrawn(
        study=Study(PROTOCOL, TEXT, compute_identity(PROTOCOL), 0),
        tables=named_here(only(seed_trial().tables, PARTICIPANTS)),
        desks=logins.desk,
        set_clock=server.set_clock,
        email_of=email_of,
        password=server.password,
    )
    walk.logins = logins
    walk.go()
    logins.drawn = True
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
    log = list(read_log(pack / "log.jsonl"))
    assert verify(log).findings == ()
    state = fold(log)
    assert cells_of(PROTOCOL, study_tables(PROTOCOL, state)) == cells_of(PROTOCOL, walk.tables)
    assert differences(PROTOCOL, state, take, tmp_path) == {"ODM": 0, "REDCap": 0, "CSV": 0}
