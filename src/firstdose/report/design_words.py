"""Words and small tables that all parts of the design appendix share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import End
from firstdose.escalation.following import told
from firstdose.report.content.pieces import text
from firstdose.report.tree import Column, Paragraph, Table, Text
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.catalogue import State, Step
    from firstdose.escalation.appendix import Appendix, Curve


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return printed(100 * float(share), 1)


def sentences(*said: str, kind: str = "plain") -> Iterator[Paragraph]:
    """A paragraph each."""
    for each in said:
        yield Paragraph((Text(each),), kind)


def step_words(appendix: Appendix, step: Step) -> str:
    """The step with the level's own name."""
    if isinstance(step, End):
        return told(step)
    return f"{told(step).rsplit(' at ', 1)[0]} at {appendix.levels[step.dose]}"


def state_words(appendix: Appendix, state: State) -> str:
    """Toxicities of participants at each level treated so far: `DL1 0/3, DL2 1/3`."""
    pairs = zip(appendix.levels, state.participants, state.dlts, strict=True)
    return ", ".join(f"{level} {y}/{n}" for level, n, y in pairs if n) or "nobody treated"


def named(curve: Curve) -> str:
    name = curve.name.replace("_", " ")
    return f"{name} (ours)" if curve.ours else name


def by_scenario(
    appendix: Appendix, table_id: str, title: str, head: str, rows: Sequence[Sequence[str]]
) -> Table:
    columns = (Column(head), *(Column(named(curve), numeric=True) for curve in appendix.curves))
    return Table(table_id, title, "", columns, tuple(tuple(text(word) for word in row) for row in rows))


def places(appendix: Appendix) -> range:
    return range(len(appendix.curves))


def how(appendix: Appendix) -> str:
    found = appendix.behaviour
    if found.exact:
        return f"exactly: {found.states:,} states, no random number"
    error = printed(100 * found.error, 2)
    return (
        f"{found.trials:,} drawn trials a scenario, seed {found.seed}; standard error at most {error} points"
    )
