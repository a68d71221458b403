"""Figures: the same bytes every time, nothing clipped, nothing written over something else, legible in print."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from firstdose.report import figures as f
from firstdose.report.figures.canvas import PALETTE, WIDTH, hide_crowded, styled
from tests.unit.report import sample_figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

SAMPLES = [
    sample_figures.trajectories,
    sample_figures.panels,
    sample_figures.forest,
    sample_figures.flow,
    sample_figures.reactions,
    sample_figures.swimmer,
    sample_figures.doses,
    sample_figures.shares,
    sample_figures.feasibility,
    sample_figures.chances,
    sample_figures.decisions,
    sample_figures.boundary,
]
# A figure takes a quarter of a second: a long search for the shortest failure helps nobody.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
LONG = "a label of many words that no reasonable person would put beside a row of a figure"
HOSTILE = ("$x^2$", "$", "a_b^c{", "<&>", "سلام 💉", "\x00\u202e", "w" * 80, LONG)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Figures as they were just before they became SVG text."""
    from firstdose.report.figures import canvas

    caught: list[Figure] = []
    write = canvas.svg_text

    def catch(figure: Figure) -> str:
        caught.append(figure)
        return write(figure)

    monkeypatch.setattr(canvas, "svg_text", catch)
    return caught


def written_boxes(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Bbox, float]]:
    """Text, place and size of every word that is really drawn."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    found: list[tuple[str, Bbox, float]] = []
    draw = Text.draw

    def record(self: Text, renderer: Any, *args: Any, **kwargs: Any) -> None:
        if self.get_visible() and self.get_text().strip():
            found.append((self.get_text(), self.get_window_extent(renderer), float(self.get_fontsize())))
        draw(self, renderer, *args, **kwargs)

    with styled(), monkeypatch.context() as patch:
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        for axes in figure.axes:
            hide_crowded(axes)
        patch.setattr(Text, "draw", record)
        canvas.draw()
    return found


def check_legible(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = written_boxes(figure, monkeypatch)
    assert boxes
    page = figure.bbox.padded(0.5)
    outside = [text for text, box, _ in boxes if not (page.contains(*box.min) and page.contains(*box.max))]
    assert outside == []
    over = [
        (text, other)
        for place, (text, box, _) in enumerate(boxes)
        for other, other_box, _ in boxes[place + 1 :]
        if box.padded(-0.5).overlaps(other_box.padded(-0.5))
    ]
    assert over == []
    assert min(size for _, _, size in boxes) >= 8
    assert figure.get_figwidth() * 2.54 <= WIDTH + 1e-9


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.__name__)
def test_no_word_of_a_figure_is_clipped_covered_or_too_small(
    sample: Callable[[], str], built: list[Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    sample()
    check_legible(built[-1], monkeypatch)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.__name__)
def test_a_figure_drawn_twice_has_the_same_bytes_and_no_date(sample: Callable[[], str]) -> None:
    first = sample()
    assert first == sample()
    assert "<dc:date>" not in first
    assert "<text" not in first


def test_the_settings_file_of_the_machine_changes_nothing() -> None:
    import matplotlib as mpl

    before = sample_figures.shares()
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "black", "svg.fonttype": "none"}):
        assert sample_figures.shares() == before


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_are_drawn_as_letters(
    label: str, built: list[Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f.draw_change_forest([f.ForestRow(label, 1, 0, 2, (1.0,), "1.0")], x_label=label)
        f.draw_flow([f.FlowStep(label, "n = 1", (label,)), f.FlowStep(label, "n = 1")])
        f.draw_trajectories([f.Line(label, "g", (0, 1), (1, 2))], x_ticks=[(0, "a"), (1, "b")], y_label="y")
        f.draw_swimmer([f.SwimRow("P01", 0, 3, (0,), ((1, label),), "done")], x_label="day")
        f.draw_local_reactions(f.HeatMap((label,), ("BL",), ((f.HeatCell(1, "1"),),), 4, "grade"))
    for figure in built:
        check_legible(figure, monkeypatch)


def test_nothing_to_draw_is_an_empty_figure_not_an_error() -> None:
    assert f.draw_trajectories([], x_ticks=[], y_label="y").count("<svg") == 1
    assert f.draw_change_forest([], x_label="x").count("<svg") == 1
    assert f.draw_share_intervals([], x_label="x").count("<svg") == 1
    assert f.draw_swimmer([], x_label="x").count("<svg") == 1
    assert f.draw_dose_bars([], x_label="x").count("<svg") == 1
    assert f.draw_feasibility([], x_label="x", y_label="y").count("<svg") == 1
    assert f.draw_flow([f.FlowStep("Screened", "n = 0")]).count("<svg") == 1
    assert f.draw_local_reactions(f.HeatMap((), (), (), 4, "grade")).count("<svg") == 1


def test_a_value_below_the_limit_is_an_open_triangle_and_named(built: list[Figure]) -> None:
    line = f.Line("P01", "", (0, 1), (5, 2), (False, True))
    f.draw_trajectories([line], x_ticks=[(0, "BL"), (1, "M6")], y_label="IL-17 (pg/mL)")
    (triangle,) = [drawn for drawn in built[0].axes[0].get_lines() if drawn.get_marker() == "v"]
    assert triangle.get_markerfacecolor() == "white"
    assert (triangle.get_xdata().tolist(), triangle.get_ydata().tolist()) == ([1], [2])
    names = [text.get_text() for text in built[0].legends[0].get_texts()]
    assert names == ["P01", "below the limit of quantification"]


def test_a_missing_value_is_a_gap(built: list[Figure]) -> None:
    f.draw_trajectories([f.Line("P01", "", (0, 1, 2), (5, None, 2))], x_ticks=[], y_label="y")
    heights = built[0].axes[0].get_lines()[0].get_ydata().tolist()
    assert heights[0] == 5
    assert heights[1] != heights[1]
    assert heights[2] == 2


def test_every_panel_says_how_many_lines_it_has(built: list[Figure]) -> None:
    lines = [f.Line(f"P{n}", "DL1" if n < 2 else "DL2", (0, 1), (1, n)) for n in range(5)]
    f.draw_trajectories(lines, x_ticks=[], y_label="y", counted="plaques")
    titles = [axes.get_title(loc="left").replace("\u00a0", " ") for axes in built[0].axes]
    assert titles == ["DL1, n = 2 plaques", "DL2, n = 3 plaques"]


def test_lines_are_told_apart_by_more_than_colour(built: list[Figure]) -> None:
    f.draw_trajectories([f.Line(f"P{n}", "", (0, 1), (1, n)) for n in range(14)], x_ticks=[], y_label="y")
    looks = {(d.get_marker(), d.get_linestyle()) for d in built[0].axes[0].get_lines()}
    assert len(looks) == 14
    assert len(set(PALETTE)) == 7


def test_crowded_visits_lose_names_and_keep_their_ticks(
    built: list[Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = [(float(day), f"day {day}") for day in range(60)]
    f.draw_trajectories([f.Line("P01", "", (0, 59), (1, 2))], x_ticks=ticks, y_label="y")
    check_legible(built[0], monkeypatch)
    assert len(built[0].axes[0].get_xticks()) == 60


def test_equal_values_stand_side_by_side_and_the_axis_says_so(built: list[Figure]) -> None:
    lines = [f.Line(f"P{n}", "", (0, 1, 2), (4, 4, n)) for n in range(3)]
    f.draw_trajectories(lines, x_ticks=[(0, "BL"), (1, "M3"), (2, "M6")], y_label="score", x_label="visit")
    (axes,) = built[0].axes
    assert [line.get_xdata()[0] for line in axes.get_lines()] == [-0.2, 0, 0.2]
    assert [list(line.get_ydata()) for line in axes.get_lines()] == [[4, 4, 0], [4, 4, 1], [4, 4, 2]]
    assert axes.get_xlabel() == "visit (equal values stand side by side)"


def test_lines_that_never_meet_stay_at_their_visits(built: list[Figure]) -> None:
    lines = [f.Line(f"P{n}", "", (0, 1), (n, n)) for n in range(3)]
    f.draw_trajectories(lines, x_ticks=[], y_label="score", x_label="visit")
    assert {tuple(line.get_xdata()) for line in built[0].axes[0].get_lines()} == {(0, 1)}
    assert built[0].axes[0].get_xlabel() == "visit"


def test_many_groups_get_rows_of_three_panels(built: list[Figure], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f.Line("P01", f"level {n}", (0, 1), (1, n)) for n in range(7)]
    f.draw_trajectories(lines, x_ticks=[(0, "BL"), (1, "M6")], y_label="y")
    assert len(built[0].axes) == 7
    check_legible(built[0], monkeypatch)


def test_a_map_with_many_visits_turns_their_names(built: list[Figure]) -> None:
    columns = tuple(f"month {n}" for n in range(30))
    cells = (tuple(f.HeatCell(0, "0") for _ in columns),)
    f.draw_local_reactions(f.HeatMap(("P01-1",), columns, cells, 4, "grade"))
    assert {label.get_rotation() for label in built[0].axes[0].get_xticklabels()} == {45}


def test_an_unbounded_side_of_a_share_reaches_the_end_of_the_scale(built: list[Figure]) -> None:
    f.draw_share_intervals([f.ShareRow("a", 0.0, None, 0.45), f.ShareRow("b", 1.0, 0.55, None)], x_label="x")
    spans = [line.get_xdata() for line in built[0].axes[0].get_lines() if len(line.get_xdata()) == 2]
    assert [0.0, 0.45] in [list(span) for span in spans]
    assert [0.55, 1.0] in [list(span) for span in spans]


@settings(max_examples=8, phases=NO_SHRINKING)
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4, unique=True))
def test_any_labels_can_be_drawn(labels: list[str]) -> None:
    rows = [f.ForestRow(label, 0.0, -1.0, 1.0, (0.5,), label) for label in labels]
    assert f.draw_change_forest(rows, x_label=labels[0]).count("<svg") == 1


def words_drawn(figure: Figure) -> set[str]:
    from matplotlib.text import Text

    return {text.get_text() for text in figure.findobj(Text) if text.get_visible()}


def test_a_lesion_without_dose_on_record_has_its_row_and_no_bar(built: list[Figure]) -> None:
    f.draw_dose_bars([f.DoseBar("P1 / L1", None, None, "–")], x_label="cells")
    (axes,) = built[0].axes
    assert (len(axes.patches), len(axes.lines)) == (0, 0)
    assert {"P1 / L1", "–"} <= words_drawn(built[0])


def test_a_participant_who_was_not_treated_has_no_mark_of_treatment(built: list[Figure]) -> None:
    f.draw_swimmer([f.SwimRow("P1", 0, 10)], x_label="day")
    f.draw_swimmer([f.SwimRow("P1", 0, 10, treatments=(0.0,))], x_label="day")
    untreated, treated = map(words_drawn, built)
    assert "injection" not in untreated
    assert "injection" in treated


def test_an_arm_without_steps_has_no_arrow(built: list[Figure]) -> None:
    step = f.FlowStep("Treated", "n = 1")
    f.draw_flow((f.FlowStep("Enrolled", "n = 1"),), arms=((step,), ()))
    assert "Treated" in " ".join(words_drawn(built[0]))
    assert sum(getattr(text, "arrow_patch", None) is not None for text in built[0].axes[0].texts) == 1


def test_a_line_without_a_name_stands_in_no_legend(built: list[Figure]) -> None:
    for name in ("", "P1"):
        f.draw_trajectories(
            [f.Line(name, "", (0, 1), (1.0, 2.0))], x_ticks=((0, "BL"), (1, "M6")), y_label="y"
        )
    unnamed, named = map(words_drawn, built)
    assert "P1" in named
    assert named - unnamed == {"P1"}


def test_a_tick_without_a_label_takes_no_room_from_its_neighbours() -> None:
    from matplotlib.figure import Figure as Plain

    def shown(middle: str) -> list[str]:
        axes = Plain(figsize=(0.5, 1)).subplots()
        axes.set_xticks([0, 0.5, 1], ["aa", middle, "cc"])
        hide_crowded(axes)
        return [label.get_text() for label in axes.get_xticklabels() if label.get_text()]

    assert shown("") == ["aa", "cc"]
    assert shown("a wide label") != ["aa", "a wide label", "cc"]
