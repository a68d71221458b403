"""Desks for a walk: a page of the browser, and plain requests with the same login; and the server they talk to."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import urlopen

from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page

MOVED = 302
# Fills the one form of the page that has all these inputs and hidden values, and presses its button.
FILL = """sent => {
  const named = (form, name) => [...form.elements].filter(each => each.name === name);
  const fixed = each => each.tagName === 'BUTTON' || (each.type === 'hidden' && !each.name.startsWith('v-'));
  const fits = form => Object.entries(sent).every(([name, text]) =>
    named(form, name).some(each => !fixed(each) || each.value === text));
  const forms = [...document.querySelectorAll('main form')].filter(form => form.method === 'post' && fits(form));
  if (forms.length !== 1) throw new Error(forms.length + ' forms take ' + Object.keys(sent));
  let button = forms[0].querySelector('button');
  for (const [name, text] of Object.entries(sent)) for (const each of named(forms[0], name)) {
    if (each.tagName === 'BUTTON') { if (each.value === text) button = each; }
    else if (each.type === 'radio' || each.type === 'checkbox') each.checked = each.value === text;
    else if (each.value !== text) each.value = text;
  }
  forms[0].requestSubmit(button);
}"""


@dataclass(frozen=True, slots=True)
class Answer:
    """As Django's client answers: a redirect is 302 with the path it led to."""

    status_code: int
    content: bytes
    url: str


@dataclass(slots=True)
class BrowserDesk:
    """A page of somebody's browser. `pages`, `largest`: how many were sent, bytes of the largest."""

    page: Page
    base: str
    sent: int = 0

    def get(self, path: str) -> Answer:
        response = self.page.goto(self.base + path, wait_until="domcontentloaded")
        assert response is not None
        return Answer(response.status, response.body(), path_of(self.page.url))

    def post(self, path: str, data: Mapping[str, str]) -> Answer:
        """The form of the page that stands open, filled and sent by its own button."""
        if path_of(self.page.url) != path:
            self.get(path)
        with self.page.expect_navigation(wait_until="domcontentloaded") as led:
            self.page.evaluate(FILL, dict(data))
        response = led.value
        self.sent += 1
        moved = response.request.redirected_from is not None
        return Answer(MOVED if moved else response.status, response.body(), path_of(self.page.url))


@dataclass(slots=True)
class RequestDesk:
    """Requests with the login of a browser: what a page would send, without drawing it."""

    request: APIRequestContext
    base: str
    sent: int = 0

    def get(self, path: str) -> Answer:
        response = self.request.get(self.base + path)
        return Answer(response.status, response.body(), path_of(response.url))

    def post(self, path: str, data: Mapping[str, str]) -> Answer:
        response = self.request.post(
            self.base + path, form=dict(data), max_redirects=0, headers={"Referer": self.base}
        )
        self.sent += 1
        return Answer(
            response.status, response.body(), path_of(response.headers.get("location", response.url))
        )


def path_of(address: str) -> str:
    return urlsplit(address).path


@dataclass(slots=True)
class Server:
    """`firstdose serve` of a study folder in a process of its own, with the invented people it made."""

    folder: Path
    base: str = ""
    password: str = ""
    lines: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None
    _listener: threading.Thread = field(default_factory=threading.Thread)

    def start(self, moment: datetime) -> None:
        """Serve on a free port; returns once it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.set_clock(moment)
        words = [sys.executable, "-m", "tests.browser.served", str(self.folder), str(port)]
        with (self.folder / "errors.txt").open("w") as errors:
            self._process = subprocess.Popen(
                words, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.base = f"http://127.0.0.1:{port}"
        self._wait()
        told = re.search(r"password: (\S+)", "\n".join(self.lines))
        assert told, self.lines
        self.password = told[1]

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip())

    def _wait(self) -> None:
        for _ in range(1200):
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "errors.txt").read_text()
            try:
                with urlopen(f"{self.base}/accounts/login/", timeout=10):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def set_clock(self, moment: datetime) -> None:
        new = self.folder / "now.new"
        new.write_text(moment.isoformat(), "ascii")
        new.replace(self.folder / "now")

    def stop(self) -> None:
        if self._process is not None and self._process.stdout is not None:
            self._process.terminate()
            self._process.wait(30)
            self._listener.join(30)
            self._process.stdout.close()

    def log_in(self, browser: Browser, role: str, **more: object) -> BrowserContext:
        """A context of the browser in which somebody of this role has logged in by the page."""
        context = browser.new_context(viewport={"width": 1366, "height": 768}, **more)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{self.base}/accounts/login/")
        page.fill("input[type=email]", email_of(role))
        page.fill("input[type=password]", self.password)
        with page.expect_navigation():
            page.click("main form button")
        assert "/accounts/login" not in page.url, page.content()
        return context


def email_of(role: str) -> str:
    """The address of the invented person of a role."""
    return f"{role.replace(' ', '-')}@example.org"
