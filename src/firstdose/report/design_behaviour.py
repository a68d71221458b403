"""The part of the design appendix on behaviour: what is recommended, how many it takes, why and when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.report import figures
from firstdose.report.content.pieces import text
from firstdose.report.design_words import (
    alike,
    by_scenario,
    how,
    is_over_lesions,
    named,
    percent,
    places,
    sentences,
)
from firstdose.report.tree import Block, Column, Figure, Section, Table
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.escalation.appendix import Appendix
    from firstdose.report.tree import Cell

NOT_DECLARED = (
    "The protocol declares no scenarios. The three below are ours, made from the design's target (0.3 where it names none);"
    " they stand for nobody's belief about this therapy. Declare your own under safety, scenarios."
)
HALT = "stopping rule"
QUARTILES = (0.25, 0.5, 0.75)


def behaviour_section(appendix: Appendix, *, drawn: bool) -> Section:
    blocks: list[Block] = [*(sentences(NOT_DECLARED, kind="caution") if appendix.are_ours else ())]
    if not appendix.behaviour.exact:
        blocks += sentences(f"Not enumerated: {how(appendix)}.", kind="caution")
    blocks.append(_characteristics(appendix))
    if drawn:
        blocks.append(_selection(appendix))
    blocks += [_sizes(appendix), *([_size_figure(appendix)] if drawn else []), _endings(appendix)]
    return Section("behaviour", "Operating characteristics", tuple(blocks))


def _characteristics(appendix: Appendix) -> Table:
    found, halts = appendix.behaviour, bool(appendix.stops)
    rows: list[tuple[Cell, ...]] = []
    shown = _true_rates(appendix)
    for s, curve in enumerate(appendix.curves):
        rows.append((text(named(curve)), *((),) * (4 + halts + 2 * (appendix.beside is not None))))
        lines = [
            _line(appendix, f"  {level}", rate, s, d)
            for d, (level, rate) in enumerate(zip(appendix.levels, shown[s], strict=True))
        ]
        rows += [*lines, _line(appendix, "  no level / all", "–", s, -1)]
    heads = ["true rate", "recommended, %", "participants", "with toxicity"]
    if appendix.beside is not None:
        heads = ["true rate", appendix.beside.words[0], *heads[1:], appendix.beside.words[1]]
    notes = ["Participants and participants with a dose-limiting toxicity: expected numbers."]
    if halts:
        heads.insert(heads.index("participants"), "without a halt, %")
        notes.append(
            "A level is recommended from the counts at the end, also where a stopping rule halted dosing; without a halt: of"
            " all trials, those that also came to their planned end. After a halt a review decides."
        )
    if not found.exact:
        worst = printed(float(found.participants_error.max()), 2)
        notes.append(f"Standard errors: at most {percent(found.error)} points and {worst} participants.")
    return Table(
        "t-characteristics",
        "What the rule recommends, and how many it takes",
        "",
        (Column("scenario, level"), *(Column(name, numeric=True) for name in heads)),
        tuple(rows),
        tuple(notes),
    )


def _line(appendix: Appendix, name: str, rate: str, s: int, d: int) -> tuple[Cell, ...]:
    """One level, or, with d = -1, no level and the sums."""
    found = appendix.behaviour
    expected = [each[s].sum() if d < 0 else each[s, d] for each in (found.participants, found.dlts)]
    numbers = [percent(found.selected[s, d]), *(printed(float(each), 2) for each in expected)]
    if appendix.stops:
        numbers.insert(1, percent(found.unhalted[s, d]))
    if appendix.beside is not None:
        more = appendix.beside.expected[s]
        numbers.append(printed(float(more.sum() if d < 0 else more[d]), 2))
        numbers.insert(0, "–" if d < 0 else f"{appendix.beside.rates[s, d]:.3g}")
    return (text(name), text(rate), *map(text, numbers))


def _true_rates(appendix: Appendix) -> list[list[str]]:
    """Of each scenario and level, all with the same decimals."""
    flat = iter(alike([rate for curve in appendix.curves for rate in curve.rates]))
    return [[next(flat) for _ in curve.rates] for curve in appendix.curves]


def _selection(appendix: Appendix) -> Figure:
    target = getattr(appendix.rule.design, "target", None)
    panels, shown = [], _true_rates(appendix)
    for s, curve in enumerate(appendix.curves):
        chances = appendix.behaviour.selected[s]
        away = [abs(rate - target) for rate in _aimed(appendix, s)] if target else []
        nearest = tuple(d for d, each in enumerate(away) if each <= min(away) + 1e-9)
        labels = tuple(f"{level} {rate}" for level, rate in zip(appendix.levels, shown[s], strict=True))
        panels.append(
            figures.ChancePanel(named(curve), (*labels, "none"), tuple(map(float, chances)), nearest)
        )
    marked = " Hatched: the level whose true rate is nearest to the target." if target else ""
    return Figure(
        "f-selection",
        "Recommended level by scenario, %",
        "Bars of the probability of recommending each level or none; the table above holds the numbers.",
        figures.draw_chances(panels, x_label="level with its true rate of dose-limiting toxicity"),
        footnotes=(marked.strip(),) if marked else (),
    )


def _aimed(appendix: Appendix, s: int) -> Sequence[float]:
    """The true rates that the design's target is about."""
    if appendix.beside is not None:
        return [float(rate) for rate in appendix.beside.rates[s]]
    if is_over_lesions(appendix) and appendix.lesions is not None:
        return appendix.lesions.truths[s].local
    return appendix.curves[s].rates


def _sizes(appendix: Appendix) -> Table:
    sizes = appendix.behaviour.total_size
    rows = [
        (str(size), *(percent(chance) for chance in chances))
        for size, chances in sorted(sizes.items())
        if max(chances) >= 5e-5
    ]
    rows.append(
        ("expected", *(printed(float(each), 2) for each in appendix.behaviour.participants.sum(axis=1)))
    )
    return by_scenario(appendix, "t-sizes", "Number of participants, %", "participants", rows)


def _size_figure(appendix: Appendix) -> Figure:
    sizes = sorted(appendix.behaviour.total_size.items())
    panels = [
        figures.ChancePanel(
            named(curve),
            tuple(str(size) for size, _ in sizes),
            tuple(float(chances[s]) for _, chances in sizes),
        )
        for s, curve in enumerate(appendix.curves)
    ]
    return Figure(
        "f-sizes",
        "Number of participants by scenario, %",
        "Bars of the probability of each number of participants; the table above holds the numbers.",
        figures.draw_chances(panels, x_label="participants in all"),
    )


def _endings(appendix: Appendix) -> Table:
    found = appendix.behaviour
    rows = []
    for cause, chances in found.causes.items():
        rows.append((cause, *map(percent, chances)))
        if cause == HALT:
            rows += [
                (f"  {stop.planned.stop}", *map(percent, found.halts[:, place]))
                for place, stop in enumerate(appendix.stops)
            ]
    return by_scenario(appendix, "t-endings", "Why the trial ends, %", "reason", rows)


def length_section(appendix: Appendix) -> Section:
    lengths = appendix.lengths
    if lengths is None:
        said = f"The length of the trial is not computed: {appendix.no_length}."
        return Section("length", "Length of the trial", (*sentences(said),))
    windows = lengths.windows
    how = "Exact" if not lengths.trials else f"From {lengths.trials:,} drawn trials"
    alone = (
        f" The first is watched alone for {windows.alone} days before the rest follow."
        if windows.alone
        else ""
    )
    between = (
        f" Others follow {windows.between} days apart."
        if windows.between
        else " Others begin on the same day."
    )
    said = (
        f"{how}, from the first administration to the decision that ends escalation, if participants are always there:"
        f" each cohort waits {windows.watch} days after its last participant.{alone}{between}"
        " Arrivals and reviews come on top."
    )
    quantiles = [lengths.quantile(share) for share in QUARTILES]
    rows = [("expected", *(printed(float(day), 0) for day in lengths.mean))]
    rows += [
        (f"{percent(share).removesuffix('.0')} % have ended by", *map(str, days))
        for share, days in zip(QUARTILES, quantiles, strict=True)
    ]
    longest = [max(day for day, chance in lengths.days.items() if chance[s] > 0) for s in places(appendix)]
    rows.append(("longest", *map(str, longest)))
    table = by_scenario(appendix, "t-length", "Days of escalation", "days", rows)
    return Section("length", "Length of the trial", (*sentences(said), table))
