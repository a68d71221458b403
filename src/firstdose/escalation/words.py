"""The rule in sentences for protocol and analysis plan, written by the object that decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.escalation.length import Windows
    from firstdose.escalation.rule import Rule

_FIRST = {"cohort": "each cohort", "dose level": "a dose level", "trial": "the trial"}


def rule_text(rule: Rule, windows: Windows | None = None) -> tuple[str, ...]:
    """Everything that decides the next step, in the order in which it is asked.

    Every number in it is read off the rule; `windows` adds how long is waited, where the protocol says so.
    """
    return tuple(_sentences(rule, windows))


def _sentences(rule: Rule, windows: Windows | None) -> Iterator[str]:
    for stop in rule.stops:
        yield from stop.words()
    if 0 < rule.alone < rule.design.size:
        wait = f" for {_days(windows.alone)}" if windows and windows.alone else ""
        yield (
            f"{_counted(rule.alone).capitalize()} of {_FIRST[rule.alone_of]} {'is' if rule.alone == 1 else 'are'} treated alone{wait}; stopping rules and the"
            " closing of levels are asked before the others follow."
        )
    yield from rule.design.words()
    if windows and windows.between:
        yield f"The first administrations of any two participants are at least {_days(windows.between)} apart."
    if windows and windows.watch and not hasattr(rule.design, "move_in_time"):
        yield f"No cohort begins before each participant of the last one was watched for {_days(windows.watch)}."
    if rule.most is not None:
        yield f"At most {rule.most} participants are treated; the last cohort is cut short where needed."


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _counted(alone: int) -> str:
    return "the first participant" if alone == 1 else f"the first {alone} participants"
