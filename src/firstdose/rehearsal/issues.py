"""What a rehearsal has to say: each Issue made here, in words that name the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place, did_you_mean
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstdose.rehearsal.facts import Fact

PLAN = Place("protocol.yaml")


def nobody_eligible(criteria: Sequence[str], left: int, participants: int, tries: int) -> Issue:
    """FD-R300: no values were found that meet all criteria."""
    message = f"{left} of {participants} invented participants do not meet {', '.join(criteria)} after {tries} tries."
    return Issue(
        PLAN, "FD-R300", message, "Look for criteria that contradict each other or the limits of their items."
    )


def criterion_not_invented(criterion: str, names: Iterable[str]) -> Issue:
    """FD-R301: a criterion on values that are not known when participants are chosen."""
    message = f"Criterion {criterion} looks at {', '.join(sorted(names))}, which no form before treatment records once."
    return Issue(
        PLAN,
        "FD-R301",
        message,
        "Invented participants may fail it; record the item at screening.",
        "warning",
    )


def rules_not_kept(activity: str, codes: Sequence[str], rows: int) -> Issue:
    """FD-R302: records that break a rule of their form although all was tried."""
    message = f"{rows} invented records of {activity} do not keep {', '.join(codes)}."
    return Issue(
        PLAN,
        "FD-R302",
        message,
        "Look for checks that contradict each other or the form's limits.",
        "warning",
    )


def facts_without(place: Place, columns: Sequence[str]) -> Issue:
    """FD-R303: a file of facts that lacks columns."""
    message = f"The facts have no column {', '.join(columns)}."
    remedy = "The header is activity, participant, lesion, visit, item, value."
    return Issue(place, "FD-R303", message, remedy)


def fact_without_place(fact: Fact, part: str, known: Iterable[str]) -> Issue:
    """FD-R304: a fact about something that the invented study does not have."""
    where = ", ".join(word for word in fact if word)
    message = f"The fact {quoted(where)} has no place: {part} is not in the invented study."
    remedy = did_you_mean(getattr(fact, part), known) or "Correct the fact, or invent more participants."
    return Issue(Place("facts"), "FD-R304", message, remedy.rstrip())


def fact_unreadable(fact: Fact, value: str, why: str) -> Issue:
    """FD-R305: a fact whose value its item cannot hold."""
    message = f"The fact {quoted(', '.join(word for word in fact if word))} cannot be {quoted(value)}: {why}"
    return Issue(Place("facts"), "FD-R305", message, "Correct the value.")


def folder_is_not_invented(folder: str) -> Issue:
    """FD-R306: a folder that holds records of somebody else."""
    message = f"{folder} holds records that no rehearsal wrote."
    return Issue(
        Place(folder), "FD-R306", message, "Name another folder: real records are never overwritten."
    )


def not_a_number_of_participants(participants: int, seed: int) -> Issue:
    """FD-R307: a rehearsal without participants, or with a negative seed."""
    message = f"A rehearsal of {participants} participants with seed {seed} cannot be invented."
    return Issue(PLAN, "FD-R307", message, "Ask for at least one participant, and give a seed from 0 on.")


def nothing_to_walk(what: str) -> Issue:
    """FD-R308: a protocol without visits or schedule."""
    return Issue(
        PLAN, "FD-R308", f"The protocol has no {what}: there is nothing to rehearse.", "Write it first."
    )


def trial_over(entered: int, asked: int, why: str) -> Issue:
    """FD-R309: the protocol's rule ends the rehearsed trial before all participants have entered."""
    message = (
        f"The rule ends the rehearsed trial after {entered} of {asked} participants: {why.removesuffix('.')}."
    )
    remedy = "Nobody is invented beyond that; another seed shows another course."
    return Issue(PLAN, "FD-R309", message, remedy, "warning")


def several_trials(asked: int, trials: int, most: int) -> Issue:
    """FD-R310: more participants than one trial treats."""
    message = f"{asked} participants are {trials} trials by the rule, all begun on the same day."
    remedy = f"Read as one trial they break it: rehearse at most {most} participants to see its conduct."
    return Issue(PLAN, "FD-R310", message, remedy, "warning")
