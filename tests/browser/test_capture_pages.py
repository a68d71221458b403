"""The pages of capture as people have them: both languages, three widths, by keyboard, by ear, and by their weight.

axe judges every page in English on a wide screen and in Persian on a telephone; edges, words and sizes are looked at in both
languages at every width, and at half the width of an office screen, which is what a zoom of 200 % leaves.
`FIRSTDOSE_PICTURES=1` writes the pictures of docs/explanation/capture-in-pictures.md anew.
"""

from __future__ import annotations

import io
import os
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.functional.test_rehearsal import TRIAL, seed_trial

pytest.importorskip("django", reason="the extra `web` is not installed")

from tests.browser import dosing
from tests.browser.desks import Server
from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOMENT = datetime(2024, 5, 13, 9, tzinfo=UTC)
P, WIDE, TABLET, TELEPHONE, ZOOMED = "INV-003", 1366, 768, 390, 683
PAGES = {
    "calendar": ("coordinator", "/calendar/"),
    "participants": ("coordinator", "/participants/"),
    "participant": ("coordinator", f"/participants/{P}/"),
    "demographics": ("coordinator", f"/participants/{P}/-/demographics/"),
    "lesion map": ("coordinator", f"/participants/{P}/BL/lesion_map/"),
    "new lesion": ("coordinator", f"/participants/{P}/BL/lesion_map/new/"),
    "adverse events of one": ("coordinator", f"/participants/{P}/-/adverse_events/"),
    "adverse event form": ("coordinator", f"/participants/{P}/-/adverse_events/1/"),
    "photographs": ("coordinator", f"/photographs/{P}/"),
    "account": ("coordinator", "/account/"),
    "second factor": ("coordinator", "/accounts/2fa/"),
    "pasi": ("evaluator", f"/participants/{P}/W4/PASI_Fredriksson/"),
    "plaques": ("evaluator", f"/participants/{P}/W4/plaque_score/"),
    "injection day": ("investigator", f"/participants/{P}/injection-day/"),
    "override": ("investigator", f"/participants/{P}/override/"),
    "signing": ("investigator", f"/sign/{P}/W4/"),
    "events": ("investigator", "/events/"),
    "event": ("investigator", f"/events/{P}/1/"),
    "terms": ("investigator", "/events/terms/"),
    "escalation": ("board", "/escalation/"),
    "queries": ("data manager", "/queries/"),
    "query": ("data manager", "/queries/1/"),
    "deviations": ("data manager", "/deviations/"),
    "locks": ("data manager", "/locks/"),
    "trail": ("data manager", "/trail/"),
    "protocol": ("data manager", "/protocol/"),
    "exports": ("data manager", "/exports/"),
    "import": ("data manager", "/import/"),
    "verification": ("monitor", f"/verify/{P}/W4/"),
    "participants for the laboratory": ("laboratory", "/participants/"),
    "people": ("administrator", "/people/"),
    "person": ("administrator", "/people/p/coordinator/"),
    "days of people": ("administrator", "/people/history/"),
    "rights": ("administrator", "/rights/"),
    "system": ("administrator", "/system/"),
    "login": ("", "/accounts/login/"),
    "no such page": ("coordinator", "/participants/nobody/"),
    **dosing.PAGES,
}
# Nothing but what scrolls by itself may stand outside of the page.
OUTSIDE = """() => [...document.querySelectorAll('body *')].filter(each => {
  const box = each.getBoundingClientRect(), width = document.documentElement.clientWidth;
  return box.width && (box.right > width + 1 || box.left < -1) && !each.closest('.scroll, .skip, nav, .visually-hidden, pre');
}).map(each => each.tagName + ' ' + each.className).slice(0, 5)"""
# Words that stick out of their button, badge or cell.
SPILT = """() => [...document.querySelectorAll('th, td, dd, p, li, .badge, button, .button, h1, h2, legend, label')]
  .filter(each => each.scrollWidth > each.clientWidth + 2 && getComputedStyle(each).display !== 'inline'
    && getComputedStyle(each).overflow === 'visible' && !each.closest('.visually-hidden') && !each.querySelector('.visually-hidden'))
  .map(each => each.tagName + ' ' + each.textContent.trim().slice(0, 40))"""
LITTLE = """() => [...document.querySelectorAll('button, .button, select, summary, nav a, .steps a, label.choice, input')]
  .filter(each => !['hidden', 'checkbox', 'radio'].includes(each.type) && each.checkVisibility({visibilityProperty: true}))
  .filter(each => { const height = each.getBoundingClientRect().height; return height && height < 43.9; })
  .map(each => each.tagName + ' ' + (each.name || each.textContent).trim().slice(0, 30))"""

CONTROL = "main :is(a[href], button, input:not([type=hidden]), select, textarea, summary)"
# Places in the document; one radio of a group is reached by tab, the others by arrows.
TABBED = f"""() => [...document.querySelectorAll('*')].map((each, at) => [each, at]).filter(([each, at]) =>
  each.matches('{CONTROL}') && each.checkVisibility() && !each.closest('svg') && !(each.type === 'radio' && !each.checked))
  .map(([each, at]) => at)"""
FOCUSED = """() => { const each = document.activeElement, box = each.getBoundingClientRect();
  const bar = document.querySelector('.sticky'), over = bar && !bar.contains(each) ? bar.getBoundingClientRect() : null;
  const free = !over || box.top < over.top || box.top >= over.bottom - 1;
  return [[...document.querySelectorAll('*')].indexOf(each), each === document.body || (free && box.bottom > 0 && box.top < innerHeight)]; }"""
HEIGHTS = {WIDE: 900, TABLET: 1024, TELEPHONE: 844}
STARTS = {"injection-day-steps-tablet": "#plaque-1"}  # pictures that begin further down their page
PICTURES = [
    ("calendar", "calendar", "en", WIDE),
    ("participant", "participant", "en", WIDE),
    ("plaques-tablet", "plaques", "en", TABLET),
    ("lesion-map-tablet", "new lesion", "en", TABLET),
    ("injection-day-tablet", "injection day", "en", TABLET),
    ("injection-day-steps-tablet", "injection day at every step", "en", TABLET),
    ("override", "override to be released", "en", WIDE),
    ("custody", "custody of a lot", "en", WIDE),
    ("events", "events", "en", WIDE),
    ("escalation", "escalation", "en", WIDE),
    ("trail", "trail", "en", WIDE),
    ("signing", "signing", "en", WIDE),
    ("calendar-fa", "calendar", "fa", WIDE),
    ("participant-fa", "participant", "fa", WIDE),
    ("plaques-telephone-fa", "plaques", "fa", TELEPHONE),
]


def tables_until(moment: datetime) -> bytes:
    """The invented study as a zip of its tables, as far as it had come on that day."""
    day, out = moment.date().isoformat(), io.BytesIO()
    with zipfile.ZipFile(out, "w") as held:
        for name, table in seed_trial().tables.items():
            past = pl.col("date").cast(pl.String) <= day if "date" in table.columns else pl.lit(True)
            held.writestr(f"records/{name}.csv", table.filter(past).write_csv())
    return out.getvalue()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """The seed's trial in the middle of its course, with a query that is open."""
    folder: Path = tmp_path_factory.mktemp("pages")
    (folder / "protocol.yaml").write_text((TRIAL / "protocol.yaml").read_text("utf-8"), "utf-8")
    served = Server(folder)
    served.start(MOMENT)
    context = served.log_in(browser, "data manager")
    page = context.pages[0]
    dosing.bring_in(page, served.base, tables_until(MOMENT))
    page.goto(
        f"{served.base}/queries/new/?participant={P}&visit=W4&form=plaque_score&repeat=L1&item=erythema"
    )
    page.fill("main [name=text]", "Severe at week 3, moderate at week 4: is this so?")
    page.click("main form button")
    page.goto(f"{served.base}/queries/")
    href = page.get_attribute("tbody a", "href")
    assert href
    PAGES["query"] = ("data manager", href)
    context.close()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def rooms(server: Server, browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """A context of the browser for each role; '' is nobody's."""
    found = {"": browser.new_context()}
    roles = {role for name, (role, _) in PAGES.items() if name not in dosing.PAGES}
    found |= {role: server.log_in(browser, role) for role in sorted(roles - {""})}
    for context in found.values():
        if not context.pages:
            context.new_page()
    yield found
    for context in found.values():
        context.close()


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[dosing.Day]:
    """The day of injections with all that it began."""
    folder: Path = tmp_path_factory.mktemp("dosing")
    (folder / "protocol.yaml").write_text(dosing.TEXT, "utf-8")
    served = Server(folder)
    served.start(dosing.EVE)
    day = dosing.Day(served, browser)
    day.begin()
    yield day
    day.close()
    served.stop()


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Any:
    """`place("custody")`: the login that sees this page, and its whole address."""

    def find(name: str) -> tuple[BrowserContext, str]:
        if name in dosing.PAGES:
            role, address = PAGES[name]
            day = request.getfixturevalue("day")
            return day.desk(role).page.context, day.server.base + address
        rooms, server = request.getfixturevalue("rooms"), request.getfixturevalue("server")
        role, address = PAGES[name]  # the page of a query is known once the query is
        return rooms[role], server.base + address

    return find


@pytest.fixture
def opened(place: Any) -> Any:
    """`opened("calendar", "fa", 390)`: that page, in that language and width."""

    def go(name: str, language: str = "en", width: int = WIDE) -> Page:
        context, address = place(name)
        chosen = {"name": "django_language", "value": language}
        context.add_cookies([{**chosen, "domain": str(urlsplit(address).hostname), "path": "/"}])
        page = context.pages[0]
        page.set_viewport_size({"width": width, "height": 768 if width > TELEPHONE else 844})
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (404 if name == "no such page" else 200), (name, answer.status)
        return page

    return go


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "width"), [("en", WIDE), ("fa", TELEPHONE)], ids=["en", "fa"])
def test_a_page_is_accessible_and_whole_at_every_width(opened, name, language, width):
    """axe at one width; edges, words and sizes of what is touched at each."""
    page = opened(name, language, width)
    direction = "rtl" if language == "fa" else "ltr"
    assert page.evaluate("[document.documentElement.lang, document.dir]") == [language, direction]
    found = Axe().run(
        page, options={"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    )
    assert found.violations_count == 0, found.generate_report()
    for width in (TELEPHONE, ZOOMED, TABLET, WIDE):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth") == width, page.evaluate(OUTSIDE)
        assert (width, page.evaluate(OUTSIDE)) == (width, [])
        assert (width, page.evaluate(SPILT)) == (width, [])
        assert (width, page.evaluate(LITTLE)) == (width, [])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_weighs_less_than_100_kilobytes_on_the_wire(place, browser, name, record_property):
    """All that is sent for the page with an empty cache, photographs apart; headers count."""
    room, address = place(name)
    context = browser.new_context(storage_state=room.storage_state())
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sent: list[int] = []
    wire.on("Network.loadingFinished", lambda told: sent.append(told["encodedDataLength"]))
    page.goto(address)
    page.wait_for_timeout(50)
    context.close()
    record_property("bytes", sum(sent))
    assert len(sent) >= 4
    assert sum(sent) < 100_000


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("name", ["pasi", "injection day at every step"])
def test_every_control_of_a_form_is_reached_by_the_tab_key(opened, name, language):
    """And is seen when it is: the bar with the buttons never stands over it."""
    page = opened(name, language)
    wanted = page.evaluate(TABBED)
    reached = []
    for _ in range(3 * len(wanted)):
        page.keyboard.press("Tab")
        at, seen = page.evaluate(FOCUSED)
        assert seen, page.evaluate("document.activeElement.outerHTML")
        reached.append(at)
        if len(set(wanted) - set(reached)) == 0:
            break
    assert len(wanted) > 20
    assert [each for each in wanted if each not in reached] == []


def test_a_form_is_filled_and_saved_by_the_keyboard_alone(opened, server):
    page = opened("demographics")
    page.locator("input[name^='v-'], input[type=text], textarea").first.focus()
    page.locator("[name=reason_for_all]").focus()
    page.keyboard.type("looked up in the source")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.checked")
    page.locator("button[value=save]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".messages li").count() == 2


def test_the_first_tab_offers_to_skip_to_the_content(opened):
    page = opened("calendar")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_language_is_switched_without_scripts(server, rooms, browser):
    context = browser.new_context(
        storage_state=rooms["coordinator"].storage_state(), java_script_enabled=False
    )
    page = context.new_page()
    page.goto(server.base + "/participants/")
    page.click("button[lang=fa], button[lang=en]")
    turned = page.get_attribute("html", "lang")
    page.click("button[lang=fa], button[lang=en]")
    assert page.url == server.base + "/participants/"
    assert {turned, page.get_attribute("html", "lang")} == {"en", "fa"}
    context.close()


def test_a_right_to_left_page_is_mirrored_but_not_its_dates_and_bodies(opened):
    page = opened("participant", "en")
    side = {each: page.locator(each).first.bounding_box()["x"] for each in (".brand", ".who", ".body-figure")}
    page = opened("participant", "fa")
    turned = {
        each: page.locator(each).first.bounding_box()["x"] for each in (".brand", ".who", ".body-figure")
    }
    assert side[".brand"] < side[".who"]
    assert turned[".who"] < turned[".brand"]
    said = page.locator(".body-figure").first.locator("text.body-side")
    at = sorted((said.nth(n).bounding_box()["x"], said.nth(n).text_content()) for n in range(2))
    assert [word for _, word in at] == ["راست", "چپ"]
    assert page.locator("main bdi").first.evaluate("each => getComputedStyle(each).unicodeBidi") == "isolate"


@pytest.mark.skipif(
    not os.environ.get("FIRSTDOSE_PICTURES"), reason="pictures of docs are written when they are asked for"
)
@pytest.mark.parametrize(("file", "name", "language", "width"), PICTURES)
def test_pictures_of_the_pages_are_written(opened, file, name, language, width):
    from PIL import Image

    page = opened(name, language, width)
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    if file in STARTS:
        page.locator(STARTS[file]).evaluate("each => each.scrollIntoView({behavior: 'instant'})")
    drawn = page.screenshot()
    picture = Image.open(io.BytesIO(drawn)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    path = ROOT / "docs" / "capture" / f"{file}.png"
    path.parent.mkdir(exist_ok=True)
    picture.save(path, optimize=True)
    assert path.stat().st_size < 150_000
