"""The report as a reader has it on a screen: wide and narrow, light and dark, by keyboard and by ear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from firstdose.report.html import render_html
from tests.unit.report.sample import sample_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
OVERLAPS = """() => [...document.querySelectorAll('.drawing > svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('g[id*="-text_"]')].map(group => {
    const {left, top, right, bottom} = group.getBoundingClientRect();
    return {name: group.id, left: left + 1, top: top + 1, right: right - 1, bottom: bottom - 1};
  }).filter(box => box.right > box.left);
  const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return boxes.flatMap((a, place) => boxes.slice(place + 1).filter(b => over(a, b)).map(b => a.name + ' ' + b.name));
})"""
CLIPPED = """() => [...document.querySelectorAll('.drawing > svg')].flatMap(svg => {
  const page = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('g[id*="-text_"]')].filter(group => {
    const box = group.getBoundingClientRect();
    return box.left < page.left - 1 || box.right > page.right + 1 || box.top < page.top - 1 || box.bottom > page.bottom + 1;
  }).map(group => group.id);
})"""
# Rows and heads whose words stick out of their cell.
SPILT = """() => [...document.querySelectorAll('th, td, dd, p, li')]
  .filter(cell => cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).display !== 'inline')
  .map(cell => cell.textContent.slice(0, 40))"""
UNFOLDED = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_html(sample_report()), "utf-8")
    return path.as_uri()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, scheme: str, browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, color_scheme=scheme, offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    page.goto(address)
    yield page
    assert asked == [address]
    context.close()


def test_the_page_never_scrolls_sideways(page: Page) -> None:
    page.evaluate(UNFOLDED)
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    assert page.evaluate(SPILT) == []


def test_words_of_figures_neither_overlap_nor_leave_the_drawing(page: Page) -> None:
    assert page.evaluate("document.querySelectorAll('g[id*=\"-text_\"]').length") > 100
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(CLIPPED) == []


def test_axe_finds_no_violation(page: Page) -> None:
    page.evaluate(UNFOLDED)
    # Where a ground is a gradient, axe cannot judge contrast and stays silent.
    page.add_style_tag(content=".scroll, .drawing { background-image: none !important; }")
    found = Axe().run(page, options={"resultTypes": ["violations", "incomplete"]})
    assert found.violations_count == 0, found.generate_report()
    assert [told for each in found.response["incomplete"] for told in undecided(each)] == []


def undecided(rule: dict[str, Any]) -> list[str]:
    """What axe could not decide, but for single letters, whose contrast it never judges."""
    checks = [(node["html"], check) for node in rule["nodes"] for check in node["any"]]
    return [html for html, check in checks if (check["data"] or {}).get("messageKey") != "shortTextContent"]


def test_figures_stand_on_a_light_card_in_either_scheme(page: Page) -> None:
    colours = page.evaluate(
        "[...document.querySelectorAll('.drawing')].map(each => getComputedStyle(each).backgroundColor)"
    )
    assert colours
    assert all(min(map(int, colour.strip("rgb()").split(", "))) > 225 for colour in colours)


def test_contents_stand_beside_a_wide_page_and_fold_away_on_a_narrow_one(page: Page) -> None:
    wide = page.viewport_size["width"] > 1000
    assert page.locator("nav.beside").is_visible() is wide
    assert page.locator("details.above").is_visible() is not wide


def test_the_first_tab_offers_to_skip_to_the_report(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator("a.skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "report"


def test_a_number_leads_to_its_trace(page: Page) -> None:
    number = page.locator("a.n").first
    wanted = number.get_attribute("href")
    number.click()
    assert page.evaluate("location.hash") == wanted
    assert page.locator(f"[id='{wanted[1:]}']").is_visible()


def test_a_wide_table_is_scrolled_by_the_keyboard(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=NARROW)
    page = context.new_page()
    page.goto(address)
    region = page.locator(".scroll:has(#plaques)")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.scroll:has(#plaques)').scrollLeft > 0")
    assert region.evaluate("each => each.querySelector('caption span').getBoundingClientRect().left") >= 0
    context.close()


def test_without_scripts_the_page_is_the_same(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=WIDE, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("figure svg[role=img]").count() == 9
    assert page.locator("nav.beside").is_visible()
    context.close()
