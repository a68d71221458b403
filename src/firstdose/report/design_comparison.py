"""The part of the design appendix that sets another design beside this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.report.content.pieces import plain_table, text
from firstdose.report.design_words import state_words, step_words
from firstdose.report.tree import Column, Paragraph, Section, Table, Text
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from firstdose.escalation.appendix import Appendix
    from firstdose.escalation.characteristics import Behaviour
    from firstdose.escalation.comparing import Comparison
    from firstdose.report.tree import Block, Cell


def comparison_section(appendix: Appendix, comparison: Comparison) -> Section:
    """Both designs under the same scenarios, and the states in which they differ."""
    blocks: list[Block] = [_side_by_side(appendix, comparison), Paragraph((Text(_differences(comparison)),))]
    if comparison.shown:
        rows = [
            (
                state_words(appendix, each.state),
                step_words(appendix, each.first),
                step_words(appendix, each.second),
            )
            for each in comparison.shown
        ]
        heads = ("toxicities of participants", "this design", comparison.name)
        blocks.append(plain_table("t-otherwise", "The first states in which they differ", heads, rows))
    return Section("comparison", f"Beside {comparison.name}", tuple(blocks))


def _differences(comparison: Comparison) -> str:
    if not comparison.differing:
        return f"In all {comparison.looked:,} states that were looked at both designs take the same step."
    part = "" if comparison.whole else " first"
    return (
        f"Of the{part} {comparison.looked:,} states that this design can reach, {comparison.differing:,} lead to another"
        " step in the other."
    )


def _side_by_side(appendix: Appendix, comparison: Comparison) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for s, curve in enumerate(appendix.curves):
        rows.append((text(curve.name.replace("_", " ")), *((),) * 3))
        for name, first, second in zip(
            _names(appendix), _numbers(comparison.first, s), _numbers(comparison.second, s), strict=True
        ):
            rows.append(
                (
                    text(f"  {name}"),
                    text(printed(first, 1)),
                    text(printed(second, 1)),
                    text(printed(second - first, 1)),
                )
            )
    columns = (
        Column("scenario"),
        *(Column(name, numeric=True) for name in ("this design", comparison.name, "difference")),
    )
    notes = [
        f"{name}: {each.trials:,} drawn trials, standard error at most {printed(100 * each.error, 2)} points."
        for name, each in (("This design", comparison.first), (comparison.name, comparison.second))
        if not each.exact
    ]
    return Table(
        "t-comparison", "Both designs under the same true rates", "", columns, tuple(rows), tuple(notes)
    )


def _names(appendix: Appendix) -> tuple[str, ...]:
    levels = tuple(f"{level} recommended, %" for level in appendix.levels)
    return (*levels, "no level, %", "halted, %", "participants", "with toxicity")


def _numbers(found: Behaviour, s: int) -> tuple[float, ...]:
    halted = found.causes.get("stopping rule")
    return (
        *(100 * float(chance) for chance in found.selected[s]),
        0.0 if halted is None else 100 * float(halted[s]),
        float(found.participants[s].sum()),
        float(found.dlts[s].sum()),
    )
