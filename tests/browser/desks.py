"""A desk for a walk, which is a page of the browser, and the server it talks to."""

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
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

MOVED = 302
# Fills the one form of the page that has all these inputs and hidden values, as a person could: only boxes that are shown, a folded
# part is unfolded by its summary first. Answers where its button is; or what is not asked yet and waits for a look by the server.
FILL = """sent => {
  const named = (form, name) => [...form.elements].filter(each => each.name === name);
  const unasked = each => each.type === 'hidden' && each.name.startsWith('v-');
  const fixed = each => each.tagName === 'BUTTON' || (each.type === 'hidden' && !unasked(each));
  const fits = form => Object.entries(sent).every(([name, text]) =>
    named(form, name).some(each => !fixed(each) || each.value === text));
  const forms = [...document.querySelectorAll('main form')].filter(form => form.method === 'post' && fits(form));
  if (forms.length !== 1) throw new Error(forms.length + ' forms take ' + Object.keys(sent));
  const show = each => {
    for (let fold; (fold = each.closest('details:not([open])'));) fold.querySelector('summary').click();
    if (!each.checkVisibility({visibilityProperty: true}) || each.matches(':disabled')) throw new Error('not shown: ' + each.name);
  };
  const type = (each, text) => {
    show(each);
    each.value = text;
    if (each.value !== text || (each.maxLength >= 0 && text.length > each.maxLength)) throw new Error('not taken: ' + each.name);
    each.dispatchEvent(new Event('input', {bubbles: true}));
  };
  const tick = (each, wanted) => {
    show(each);
    each.checked = wanted;
    each.dispatchEvent(new Event('input', {bubbles: true}));
  };
  const waiting = [];
  let button = forms[0].querySelector('button'), last = null;
  for (const [name, sentText] of Object.entries(sent)) for (const each of named(forms[0], name)) {
    const text = sentText.replaceAll('\\r\\n', '\\n');
    if (each.tagName === 'BUTTON') { if (each.value === text) button = each; }
    else if (each.type === 'radio' || each.type === 'checkbox') {
      if (each.checked !== (each.value === text)) tick(last = each, each.value === text);
    } else if (each.value === text) continue;
    else if (unasked(each)) waiting.push(name);
    else type(last = each, text);
  }
  if (waiting.length) {
    if (last) last.dispatchEvent(new Event('change', {bubbles: true}));
    return {waiting};
  }
  show(button);
  button.scrollIntoView({block: 'center', behavior: 'instant'});
  const box = button.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
  if (!button.contains(document.elementFromPoint(x, y))) throw new Error('covered: ' + button.textContent);
  return {waiting, x, y};
}"""
# Any of these boxes is asked for by now.
ASKED = (
    "names => names.some(name => [...document.getElementsByName(name)].some(each => each.type !== 'hidden'))"
)
LOOKS = 9
PATIENCE = 120_000  # ms; a machine that is busy with other tests is no fault of a page


@dataclass(frozen=True, slots=True)
class Answer:
    """As Django's client answers: a redirect is 302 with the path it led to."""

    status_code: int
    url: str
    read: Callable[[], bytes]

    @property
    def content(self) -> bytes:
        """What came; read while the page stands."""
        return self.read()


@dataclass(slots=True)
class BrowserDesk:
    """A page of somebody's browser, filled as a whole, each button pressed by the mouse. `sent`: how many pages were."""

    page: Page
    base: str
    sent: int = 0

    def get(self, path: str) -> Answer:
        response = self.page.goto(self.base + path, wait_until="domcontentloaded")
        assert response is not None
        return Answer(response.status, path_of(self.page.url), response.body)

    def post(self, path: str, data: Mapping[str, str]) -> Answer:
        """The form of the page that stands open, filled and sent by its own button."""
        if path_of(self.page.url) != path:
            self.get(path)
        x, y = self._fill(dict(data))
        with self.page.expect_navigation(wait_until="commit") as led:
            self.page.mouse.click(x, y)
        response = led.value
        self.sent += 1
        if response.request.redirected_from is not None:
            return Answer(MOVED, path_of(self.page.url), response.body)
        self.page.wait_for_load_state("domcontentloaded")
        return Answer(response.status, path_of(self.page.url), response.body)

    def _fill(self, data: dict[str, str]) -> tuple[float, float]:
        """Where the button is, once every value is in its box; what is not asked at first is waited for."""
        for _ in range(LOOKS):
            told = self.page.evaluate(FILL, data)
            if not told["waiting"]:
                return told["x"], told["y"]
            self.page.wait_for_function(ASKED, arg=told["waiting"])
        raise AssertionError(told["waiting"])


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

    @property
    def number(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

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
        context.set_default_timeout(PATIENCE)
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
