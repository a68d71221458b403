"""Words and small tables that all parts of the design appendix share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import End
from firstdose.escalation.counted import counts_of_design, more_of
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


def alike(rates: Sequence[float]) -> list[str]:
    """Rates beside each other, all with as many decimals as the one that needs most, at least 2 and at most 4."""
    needed = [len(f"{round(float(rate), 4):.4f}".rstrip("0").partition(".")[2]) for rate in rates]
    return [printed(float(rate), max([2, *needed])) for rate in rates]


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
    more = beside_words(appendix, state)
    rows = zip(appendix.levels, state.participants, state.dlts, more, strict=True)
    return ", ".join(f"{level} {y}/{n}{also}" for level, n, y, also in rows if n) or "nobody treated"


def beside_words(appendix: Appendix, state: State) -> list[str]:
    """What a state counts beside toxicities, a word a level: `, 2 with response`."""
    more = more_of(state)
    if not more or appendix.beside is None:
        return [""] * len(appendix.levels)
    whole = appendix.beside.whole
    scored = counts_of_design(appendix.rule) == "scores"
    return [f", score {count / whole:.3g}" if scored else f", {count} with response" for count in more]


def is_over_lesions(appendix: Appendix) -> bool:
    """Whether the design counts lesions."""
    return counts_of_design(appendix.rule) == "lesions"


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
        states = f"{found.states:,} states, " if found.states else ""
        return f"exactly: {states}no random number"
    error = printed(100 * found.error, 2)
    return (
        f"{found.trials:,} drawn trials a scenario, seed {found.seed}; standard error at most {error} points"
    )
