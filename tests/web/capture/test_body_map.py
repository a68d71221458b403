"""The body map as text: every site and side can be chosen, left stays left, nothing tells dose or role."""

from __future__ import annotations

import math
import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from firstdose.instruments.lesion_map import SIDES, SITES
from firstdose.web.capture.body_map import SITE_WORDS, Mark, regions, render_body_map, view_of
from firstdose.web.capture.body_shapes import FRONT, HEIGHT, SHAPES, VIEWS, WIDTH, mirrored

LIMBS = ("upper arm", "elbow", "forearm", "hand", "thigh", "knee", "lower leg", "foot")


def chosen_map(marks=(), chosen=None, name=str, key="body-map"):
    return render_body_map(
        marks, chosen, name, lambda site, side: f"/choose?site={site}&side={side}", key=key
    )


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def links(html: str) -> list[ElementTree.Element]:
    return list(parsed(html).iter("a"))


def numbers(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[0-9.]+) (-?[0-9.]+)", path)]


def test_every_site_of_the_lesion_map_but_other_is_drawn() -> None:
    drawn = {site for view in VIEWS for site, _, _ in regions(view)}
    assert drawn == set(SITES) - {"other"} == set(SITE_WORDS)


def test_limbs_have_two_sides_and_head_and_trunk_a_midline_too() -> None:
    for view in VIEWS:
        for shape in SHAPES[view]:
            found = {side for site, side, _ in regions(view) if site == shape.site}
            assert found == ({"left", "right"} if shape.site in LIMBS else {side for side, _ in SIDES})


@pytest.mark.parametrize("view", VIEWS)
def test_the_figure_is_symmetrical_and_inside_its_frame(view) -> None:
    paths = {(site, side): path for site, side, path in regions(view)}
    for (site, side), path in paths.items():
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in numbers(path))
        other = paths[site, {"left": "right", "right": "left"}.get(side, side)]
        turned = np.array([(WIDTH - x, y) for x, y in numbers(path)])
        if side == "midline":
            assert {tuple(point) for point in turned.tolist()} == set(numbers(other))
        else:
            assert turned == pytest.approx(np.array(numbers(other)))


def test_from_the_front_the_participants_left_is_on_the_viewers_right_and_from_behind_on_the_left() -> None:
    for view, is_right in (("front", True), ("back", False)):
        for site, side, path in regions(view):
            middle = sum(x for x, _ in numbers(path)) / len(numbers(path))
            if side != "midline":
                assert (middle > WIDTH / 2) == (is_right == (side == "left")), (view, site, side)


def test_a_mirrored_path_mirrored_again_is_itself() -> None:
    for shape in FRONT:
        twice = np.array(numbers(mirrored(mirrored(shape.half))))
        assert twice == pytest.approx(np.array(numbers(shape.half)))


def test_every_region_is_a_link_to_its_own_address_with_its_name() -> None:
    html = chosen_map()
    expected = [(site, side) for view in VIEWS for site, side, _ in regions(view)]
    assert [link.get("href") for link in links(html)] == [f"/choose?site={a}&side={b}" for a, b in expected]
    assert [link.get("aria-label") for link in links(html)] == [f"{a}, {b}" for a, b in expected]


def test_links_go_from_head_to_foot() -> None:
    for view in VIEWS:
        order = [site for site, _, _ in regions(view)]
        assert order == sorted(order, key=SITES.index)


def test_a_picture_has_no_links_and_tells_its_lesions_in_words() -> None:
    html = render_body_map([Mark("L1", "elbow", "left"), Mark("L2", "knee", "right")], None, str)
    front, back = parsed(html).iter("svg")
    assert "<a" not in html
    assert [each.get("role") for each in (front, back)] == ["img", "img"]
    assert (front.findtext("desc"), back.findtext("desc")) == ("L2: knee, right.", "L1: elbow, left.")
    assert front.findtext("title") == "Body map from the front"


def test_the_chosen_region_is_told_and_shown() -> None:
    current = [link for link in links(chosen_map(chosen=("knee", "left"))) if link.get("aria-current")]
    assert [link.get("aria-label") for link in current] == ["knee, left"] * 2
    assert all("body-chosen" in link.find("path").get("class") for link in current)


def test_a_link_tells_the_lesions_of_its_region() -> None:
    marks = [Mark("L1", "hand", "left"), Mark("L2", "hand", "left"), Mark("L3", "hand", "right")]
    labels = [link.get("aria-label") for link in links(chosen_map(marks))]
    assert [label for label in labels if ":" in label] == ["hand, right: L3", "hand, left: L1, L2"]


@pytest.mark.parametrize("side", [side for side, _ in SIDES])
@pytest.mark.parametrize("site", [site for site in SITES if site != "other"])
def test_a_mark_stands_on_its_side(site: str, side: str) -> None:
    mark = Mark("L1", site, side)
    view = view_of(mark)
    if view is None:
        assert site in LIMBS
        assert side == "midline"
        return
    discs = list(parsed(render_body_map([mark], None, str)).iter("circle"))
    x = float(discs[0].get("cx"))
    assert len(discs) == 1
    assert x == 100 if side == "midline" else (x > 100) == ((side == "left") == (view == "front"))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("site", sorted(SITE_WORDS))
def test_several_marks_of_one_region_do_not_lie_on_each_other(site: str, side: str) -> None:
    for count in range(1, 7):
        html = render_body_map([Mark(f"L{n}", site, side) for n in range(count)], None, str)
        discs = [
            tuple(float(disc.get(key)) for key in ("cx", "cy", "r")) for disc in parsed(html).iter("circle")
        ]
        assert len(discs) == count
        for (x, y, r), (x2, y2, r2) in combinations(discs, 2):
            assert math.hypot(x - x2, y - y2) > 0.999 * (r + r2), count


@pytest.mark.parametrize("site", sorted(SITE_WORDS))
def test_a_mark_alone_stands_inside_its_region(site: str) -> None:
    for side, _ in SIDES:
        mark = Mark("L1", site, side)
        view = view_of(mark)
        if view is None:
            continue
        disc = next(parsed(render_body_map([mark], None, str)).iter("circle"))
        points = numbers(next(path for place, its, path in regions(view) if (place, its) == (site, side)))
        for value, ends in zip((disc.get("cx"), disc.get("cy")), zip(*points, strict=True), strict=True):
            assert min(ends) < float(value) < max(ends)


def test_a_mark_on_neither_figure_is_told_in_words() -> None:
    html = render_body_map([Mark("L9", "other", "midline"), Mark("L8", "knee", "midline")], None, str)
    assert parsed(html).findtext("p") == "L9: other, midline. L8: knee, midline."


@pytest.mark.parametrize("side", ["", "UNK: not written", "Left"])
def test_a_mark_whose_side_is_not_known_is_drawn_on_neither_side(side: str) -> None:
    html = render_body_map([Mark("L1", "chest", side)], None, str)
    assert not list(parsed(html).iter("circle"))
    assert parsed(html).findtext("p") == "L1: chest."


def test_a_mark_has_no_place_for_dose_or_role() -> None:
    assert set(Mark.__slots__) == {"name", "site", "side", "view"}


def test_words_are_translated_and_everything_is_escaped() -> None:
    words = {"elbow": "آرنج", "%(site)s, left": "%(site)s، چپ"}
    html = chosen_map([Mark('<b>"', "elbow", "left")], name=lambda text: words.get(text, text), key='a"b')
    labels = [link.get("aria-label") for link in links(html)]
    assert 'آرنج، چپ: <b>"' in labels
    assert "<b>" not in html


def test_there_is_no_inline_style_script_or_handler() -> None:
    html = chosen_map([Mark("L1", "elbow", "left")], ("face", "midline"))
    tags = {each.tag for each in parsed(html).iter()}
    names = {name for each in parsed(html).iter() for name in each.attrib}
    assert tags.isdisjoint({"style", "script", "foreignObject", "use", "image"})
    assert not [name for name in names if name == "style" or name.startswith("on")]


def test_ids_of_two_maps_on_one_page_differ() -> None:
    ids = re.findall(r' id="([^"]+)"', chosen_map() + chosen_map(key="second"))
    assert len(ids) == len(set(ids)) == 10


def test_a_map_is_light() -> None:
    assert len(chosen_map([Mark(f"L{n}", "back", "left") for n in range(6)]).encode()) < 25_000
