"""The page: accessible, self-contained, and safe against whatever was typed into a record."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.report.html import render_html
from firstdose.report.html_svg import inline_svg
from firstdose.report.tree import (
    Bullets,
    Column,
    Figure,
    Link,
    Listing,
    Paragraph,
    Section,
    Table,
    Text,
    ToWrite,
)
from tests.unit.report.reading import read_page
from tests.unit.report.sample import HOSTILE, number, sample_report

if TYPE_CHECKING:
    from firstdose.report.tree import Block
    from tests.unit.report.reading import Page


@pytest.fixture(scope="module")
def html() -> str:
    return render_html(sample_report())


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return read_page(html)


def page_of(*blocks: Block, **named: object) -> Page:
    report = replace(sample_report(), blocks=(Section("s", "S", blocks),), **named)
    return read_page(render_html(report))


def test_every_id_is_used_once_and_every_inner_link_has_its_place(page: Page) -> None:
    ids = Counter(known["id"] for _, known in page.elements if "id" in known)
    assert [name for name, times in ids.items() if times > 1] == []
    inner = {
        value[1:]
        for _, known in page.elements
        for name, value in known.items()
        if name in {"href", "xlink:href"} and value.startswith("#")
    }
    assert inner - set(ids) == set()
    assert len(inner) > 50


def test_the_page_asks_nothing_of_anyone(html: str, page: Page) -> None:
    tags = {tag for tag, _ in page.elements}
    assert tags & {"script", "link", "iframe", "img", "object", "embed", "form"} == set()
    assert [
        known for _, known in page.elements if "src" in known or any(n.startswith("on") for n in known)
    ] == []
    outside = re.findall(r"(?:https?:)?//[\w.-]+", re.sub(r'xmlns(:\w+)?="[^"]*"', "", html))
    assert [place for place in outside if not place.startswith("// no")] == []
    assert "url(" not in re.sub(r"url\(#", "", html)
    assert "@import" not in html


def test_language_and_direction_stand_at_the_root(page: Page) -> None:
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert page_of(language="fa-IR").all("html") == [{"lang": "fa-IR", "dir": "rtl"}]


def test_there_is_one_main_landmark_and_a_way_to_skip_to_it(page: Page) -> None:
    assert [known["id"] for known in page.all("main")] == ["report"]
    assert page.all("a")[0] == {"class": "skip", "href": "#report"}
    assert len(page.all("nav")) == 2
    assert len(page.all("h1")) == 1


def test_headings_never_skip_a_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_table_has_a_caption_and_a_named_region_that_the_keyboard_reaches(page: Page) -> None:
    regions = [
        known for tag, known in page.elements if tag == "div" and "scroll" in known.get("class", "").split()
    ]
    assert len(page.all("caption")) == len(page.all("table")) == len(regions)
    assert all(known["role"] == "region" and known["tabindex"] == "0" for known in regions)
    names = [known["aria-label"] for known in regions]
    assert len(names) == len(set(names))


def test_every_head_of_a_table_says_what_it_heads(page: Page) -> None:
    assert all(known["scope"] in {"col", "row", "colgroup"} for known in page.all("th"))


def test_cells_under_a_grouped_head_name_all_their_heads(page: Page) -> None:
    named = {known["id"] for _, known in page.elements if "id" in known}
    cells = [known["headers"].split() for known in page.all("td") if "headers" in known]
    assert {name for heads in cells for name in heads} <= named
    assert ["pasi-g2", "pasi-c3", "pasi-r0-0"] in cells


def test_a_figure_is_an_image_with_words_and_its_numbers_can_be_unfolded(page: Page) -> None:
    drawings = [known for known in page.all("svg") if known.get("role") == "img"]
    assert len(drawings) == len(page.all("figure")) == 9
    assert all(known["aria-label"] for known in drawings)
    assert "Numbers of Figure 3 PASI by participant and visit" in " ".join(page.words())


def test_every_number_leads_to_its_place_in_the_appendix(page: Page) -> None:
    links = [known["href"] for known in page.all("a") if known.get("class") == "n"]
    assert len(links) > 80
    assert all(re.fullmatch(r"#n-[0-9a-f]{12}", link) for link in links)


def test_invented_records_are_marked_on_the_page_and_on_every_printed_page(html: str, page: Page) -> None:
    assert {"class": "invented"} in page.all("body")
    assert "Invented records." in " ".join(page.words())
    assert '@top-right { content: "INVENTED RECORDS"; }' in html


def test_a_report_of_real_records_bears_no_mark() -> None:
    real = render_html(replace(sample_report(), invented=False))
    assert "INVENTED RECORDS" not in real
    assert "Invented records." not in real


@pytest.mark.parametrize("typed", [*HOSTILE, "</style></body><b>", "درد در محل", "😀💉", "a\x00b\u202e"])
def test_hostile_text_is_shown_as_it_was_typed_wherever_it_stands(typed: str) -> None:
    blocks = (
        Paragraph((Text(typed), Text(typed, strong=True), ToWrite(typed, typed), Link("nowhere", typed))),
        Bullets(((Text(typed),),)),
        Table(
            "t",
            typed,
            typed,
            (Column(typed), Column(typed, typed)),
            (((Text(typed),), (Text(typed),)),),
            (typed,),
        ),
        Listing("l", typed, (typed,), ((typed,),), 2, typed, (typed,)),
        Figure("f", typed, typed, "<svg viewBox='0 0 1 1'></svg>", None, (typed,)),
        Paragraph((number("n", typed, "x"),)),
    )
    page = page_of(*blocks, title=typed, trial=typed, facts=((typed, typed),))
    assert page.all("script") == []
    assert len(page.all("style")) == 1
    shown = "".join(page.words())
    wanted = "".join(typed.replace("\x00", "[U+0000]").replace("\u202e", "[U+202E]").split())
    assert shown.count(wanted) >= 22


@settings(max_examples=25)
@given(st.text(max_size=60))
def test_no_text_breaks_the_page(typed: str) -> None:
    blocks = (Paragraph((Text(typed),), typed), Listing("l", typed, (typed,), ((typed,),), 9, typed))
    page = page_of(*blocks, title=typed, trial=typed, facts=((typed, typed),), language="en")
    assert page.words()
    assert page.all("script") == []


def test_a_link_to_nothing_stays_words() -> None:
    page = page_of(Paragraph((Link("nowhere", "there"), Link("s", "here"))))
    assert [known["href"] for known in page.all("a") if known["href"] == "#nowhere"] == []
    assert {"href": "#s"} in page.all("a")


def test_a_row_with_its_head_alone_stands_over_the_rows_set_under_it() -> None:
    rows = (((Text("Sex"),), ()), ((Text("  men"),), (Text("3"),)))
    page = page_of(Table("t", "T", "", (Column("A"), Column("B")), rows))
    assert {"class": "over"} in page.all("tr")
    assert {"scope": "row", "class": "inset1"} in page.all("th")


def test_a_listing_tells_how_many_rows_it_leaves_out_and_where_they_are() -> None:
    page = page_of(Listing("l", "Events", ("A",), (("x",),), 40, "listings/a b.csv"))
    assert "Rows shown: 1 of 40. All rows: listings/a b.csv" in " ".join(page.words())
    assert {"href": "listings/a%20b.csv"} in page.all("a")


def test_a_whole_listing_counts_its_rows() -> None:
    page = page_of(Listing("l", "Events", ("A",), (("x",), ("y",)), 2, "listings/a.csv"))
    assert "Rows: 2" in " ".join(page.words())
    assert "a.csv" not in " ".join(page.words())


def test_two_drawings_on_one_page_share_no_name() -> None:
    svg = '<?xml version="1.0"?><svg width="9pt" viewBox="0 0 9 9"><g id="a"/><use xlink:href="#a" clip-path="url(#a)"/></svg>'
    drawn = inline_svg(svg, "fig 1", 'say "x"')
    assert 'id="fig-1-a"' in drawn
    assert 'xlink:href="#fig-1-a"' in drawn
    assert "url(#fig-1-a)" in drawn
    assert drawn.startswith("<svg")
    assert 'role="img" aria-label="say &quot;x&quot;"' in drawn


def test_a_report_without_facts_has_no_list_of_them(html: str) -> None:
    assert '<dl class="facts">' in html
    assert '<dl class="facts">' not in render_html(replace(sample_report(), facts=()))


def test_a_column_without_a_title_is_no_head_of_its_cells() -> None:
    columns = (Column("", over="both"), Column("n", over="both"), Column("m"))
    table = Table("t", "T", "", columns, (((Text("a"),), (Text("1"),), (Text("2"),)),))
    heads = " ".join(known.get("headers", "") for _, known in page_of(table).elements).split()
    assert "t-c1" in heads
    assert "t-c0" not in heads
