"""The part of the design appendix on the rule itself: its words, its decisions, what few participants can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.escalation.calibrating import RATES
from firstdose.report import figures
from firstdose.report.content.pieces import plain_table, text
from firstdose.report.design_words import alike, is_over_lesions, percent, sentences, state_words, step_words
from firstdose.report.tree import Block, Bullets, Column, Figure, Section, Table, Text
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.escalation.appendix import Appendix
    from firstdose.escalation.appendix_decisions import DecisionRow

KEPT = (
    "These sentences, the decisions, the numbers below and every decision during the trial come from one rule object."
    " The command firstdose tell prints the sentence of the design's entry on the shelf, with the same keys."
)


def rule_section(appendix: Appendix) -> Section:
    said = Bullets(tuple((Text(each),) for each in appendix.words))
    return Section("rule", "The rule", (said, *sentences(KEPT)))


def decisions_section(appendix: Appendix, *, drawn: bool) -> Section:
    if not appendix.table:
        return Section("decisions", "Next step in early states", (_early(appendix),))
    blocks: list[Block] = [_table_of(appendix.table, lesions=is_over_lesions(appendix))]
    if drawn:
        blocks.append(_grid(appendix.table))
    return Section("decisions", "Decision table", tuple(blocks))


def _table_of(rows: Sequence[DecisionRow], *, lesions: bool) -> Table:
    def least(count: int | None) -> str:
        return "–" if count is None else f"{count} or more"

    return Table(
        "t-decisions",
        f"Decision from the toxicities of n {'lesions' if lesions else 'participants'} at the current level",
        "lesions with a local toxicity" if lesions else "participants with a dose-limiting toxicity",
        (Column("n", numeric=True), *map(Column, ("escalate", "de-escalate", "close the level"))),
        tuple(
            (
                text(str(row.n)),
                text(_at_most(row.escalate)),
                text(least(row.deescalate)),
                text(least(row.closed)),
            )
            for row in rows
        ),
        footnotes=(
            (
                "Between the two the level is kept. A level is closed with all above it. Escalation waits where the next level"
                " is closed or there is none; de-escalation from the lowest level is no step."
            ),
        ),
    )


def _at_most(count: int | None) -> str:
    return "–" if count is None else "0" if count == 0 else f"{count} or fewer"


def _grid(rows: Sequence[DecisionRow]) -> Figure:
    columns = [
        figures.DecisionColumn(row.n, tuple(row.word(y) for y in range(row.n + 1))) for row in rows[:30]
    ]
    return Figure(
        "f-decisions",
        "Decision by participants and toxicities at the current level",
        "A cell for each count with the letter of its decision; the table above says the same.",
        figures.draw_decisions(columns),
    )


def _early(appendix: Appendix) -> Table:
    rows = [
        (state_words(appendix, each.state), step_words(appendix, each.step), each.step.reason)
        for each in appendix.steps
    ]
    more = (
        (f"The next layer has {appendix.steps_left_out} more states and is left out.",)
        if appendix.steps_left_out
        else ()
    )
    beside = "" if appendix.beside is None else ", then what else the design counts"
    notes = (f"Toxicities of participants at each level treated so far{beside}.", *more)
    return plain_table(
        "t-steps", "What is due in the first states", ("state", "next", "why"), rows, footnotes=notes
    )


def intervals_section(appendix: Appendix) -> Section:
    shown = [rate for rate in RATES if rate <= 0.3]
    rows = [
        (
            str(each.n),
            each.label,
            *(percent(each.under(rate)) for rate in shown),
            percent(each.mean),
            f"{percent(each.least)} near {printed(each.at, 3)}",
        )
        for each in appendix.coverage
    ]
    covered = Table(
        "t-coverage",
        "Exact coverage of 95 % intervals for a toxicity rate, %",
        "",
        (
            Column("n", numeric=True),
            Column("interval"),
            *(Column(rate, over="true rate", numeric=True) for rate in alike(shown)),
            Column("mean", numeric=True),
            Column("least, at rate"),
        ),
        tuple(tuple(text(word) for word in row) for row in rows),
        ("Finite sums over the n + 1 possible counts; mean: over all rates alike.",),
        row_heads=2,
    )
    none = Table(
        "t-none",
        "What no toxicity in n participants excludes: rates above, %",
        "",
        (
            Column("n", numeric=True),
            *(
                Column(name, numeric=True)
                for name in ("one-sided, exact", "two-sided, exact", "Wilson", "Jeffreys", "rule of three")
            ),
        ),
        tuple(
            tuple(
                text(word)
                for word in (
                    str(each.n),
                    *map(percent, (each.one_sided, each.two_sided, each.wilson, each.jeffreys, each.three)),
                )
            )
            for each in appendix.no_event
        ),
        ("With 95 % confidence; the rule of three, 3 / n, is shown because it is often quoted.",),
    )
    return Section("intervals", "What so few participants can show", (covered, none))


def worst_section(appendix: Appendix) -> Section | None:
    found = appendix.certificate
    if found is None:
        return None
    curve = ", ".join(alike(found.curve))
    said = (
        (
            f"Over all {found.curves:,} curves that never fall, on a grid of rates in steps of 0.01, the probability that a trial"
            f" is not halted and recommends a level with a true rate of {found.toxic_from:g} or more is at most {percent(found.worst)} %"
            f" (true rates {curve})."
        ),
        (
            f"No curve that never falls exceeds {percent(found.bound)} %, on the grid or between its points: bounded on"
            f" {found.cells:,} cells by the greatest value that each ending can have there."
        ),
    )
    return Section("worst", "The worst case", (*sentences(*said, kind="key"),))
