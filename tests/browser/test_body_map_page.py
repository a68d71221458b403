"""The body map as people have it: by mouse, by keyboard, on a small and a large screen, from right to left."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from firstdose.web.capture.body_map import Mark, regions, render_body_map
from firstdose.web.capture.body_shapes import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STYLES = files("firstdose.web.project").joinpath("static", "body_map.css").read_text("utf-8")
MARKS = [
    Mark("L1", "elbow", "left"), Mark("L2", "knee", "right"), Mark("L3", "back", "midline"),
    Mark("L4", "lower leg", "left"), Mark("L5", "lower leg", "left"), Mark("L12", "abdomen", "left"),
]  # fmt: skip
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
REGIONS = [(site, side) for view in VIEWS for site, side, _ in regions(view)]
# A point inside a region, in pixels of the window.
INSIDE = """path => {
  path.scrollIntoView({block: 'center'});
  const box = path.getBBox(), at = path.ownerSVGElement.createSVGPoint();
  for (const across of [0.5, 0.3, 0.7, 0.15, 0.85]) for (const down of [0.5, 0.7, 0.3, 0.85]) {
    [at.x, at.y] = [box.x + across * box.width, box.y + down * box.height];
    if (path.isPointInFill(at)) { const seen = at.matrixTransform(path.getScreenCTM()); return [seen.x, seen.y]; }
  }
}"""
MIDDLE = "each => { const box = each.getBoundingClientRect(); return box.left + box.width / 2; }"


def address(site: str, side: str) -> str:
    return f"#{site.replace(' ', '-')}.{side}"


def whole_page(choosing: bool, direction: str = "ltr") -> str:
    drawn = render_body_map(MARKS, ("thigh", "left"), str, address if choosing else None)
    return (
        f'<!doctype html><html lang="en" dir="{direction}"><head><meta charset="utf-8"><title>Body map</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLES}</style></head>'
        f"<body><main><h1>Where is the plaque?</h1>{drawn}</main></body></html>"
    )


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, offline=True)
    yield context.new_page()
    context.close()


def place_of(page: Page, site: str, side: str) -> float:
    return float(page.locator(f"svg a[href='{address(site, side)}']").first.evaluate(MIDDLE))


def test_every_region_is_reached_by_tab_in_order_and_seen(page: Page) -> None:
    page.set_content(whole_page(choosing=True))
    reached = []
    for _ in REGIONS:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href')"))
        fill = page.evaluate("getComputedStyle(document.activeElement.querySelector('path')).fill")
        assert fill == "rgb(255, 211, 77)"
    assert reached == [address(*region) for region in REGIONS]


def test_the_enter_key_follows_a_region(page: Page) -> None:
    page.set_content(whole_page(choosing=True))
    page.locator("svg a").nth(4).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == address(*REGIONS[4])


def test_a_click_into_every_region_goes_to_its_address(page: Page) -> None:
    page.set_content(whole_page(choosing=True))
    for number, region in enumerate(REGIONS):
        page.evaluate("location.hash = ''")
        page.mouse.click(*page.locator("svg a path").nth(number).evaluate(INSIDE))
        assert page.evaluate("location.hash") == address(*region)


def test_a_click_on_a_mark_reaches_the_region_below_it(page: Page) -> None:
    page.set_content(whole_page(choosing=True))
    box = page.locator(".body-mark").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.evaluate("location.hash") in {address(mark.site, mark.side) for mark in MARKS}


def test_it_works_without_scripts(browser: Browser) -> None:
    context = browser.new_context(viewport=NARROW, java_script_enabled=False)
    page = context.new_page()
    page.set_content(whole_page(choosing=True))
    page.locator("svg a[aria-label='face, left']").click()
    assert page.url.endswith(address("face", "left"))
    context.close()


def test_a_page_from_right_to_left_does_not_mirror_the_body(page: Page) -> None:
    for direction in ("ltr", "rtl"):
        page.set_content(whole_page(True, direction))
        assert place_of(page, "thigh", "left") > place_of(page, "thigh", "right")  # first figure: the front
        back = page.locator("svg").nth(1)
        left, right = (
            back.locator(f"a[href='{address('thigh', side)}']").evaluate(MIDDLE) for side in ("left", "right")
        )
        assert left < right
        words = page.locator("svg").first.locator("text.body-side")
        said = sorted((words.nth(n).evaluate(MIDDLE), words.nth(n).text_content()) for n in range(2))
        assert [word for _, word in said] == ["right", "left"]


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("choosing", [True, False], ids=["choosing", "picture"])
def test_axe_finds_no_violation(page: Page, choosing: bool, direction: str) -> None:
    page.set_content(whole_page(choosing, direction))
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}})
    assert found.violations_count == 0, found.generate_report()


def test_the_page_never_scrolls_sideways(page: Page) -> None:
    page.set_content(whole_page(choosing=True))
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]


def test_words_and_marks_neither_overlap_nor_leave_the_figure(page: Page) -> None:
    page.set_content(whole_page(choosing=False))
    for figure in range(2):
        svg = page.locator("svg").nth(figure)
        frame = svg.bounding_box()
        boxes = [each.bounding_box() for each in svg.locator(".body-mark, .body-side").all()]
        for place, a in enumerate(boxes):
            assert frame["x"] <= a["x"]
            assert a["x"] + a["width"] <= frame["x"] + frame["width"]
            for b in boxes[place + 1 :]:
                beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
                assert beside or a["y"] + a["height"] <= b["y"] + 1 or b["y"] + b["height"] <= a["y"] + 1
