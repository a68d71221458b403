"""The Issues of the room `records`, one named constructor each; every code has its page in docs/issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place, Weight, did_you_mean
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CHECK_THE_SOURCE = "Check it at the source; correct the record, or confirm it in writing."


def no_such_activity(place: Place, name: str, activities: Iterable[str]) -> Issue:
    """FD-R010: a table named after nothing in the schedule."""
    known = list(activities)
    remedy = did_you_mean(name, known) or f"Name it after one of: {', '.join(known)}."
    message = f"No activity of the schedule is called {quoted(name)}; this table was not read."
    return Issue(place, "FD-R010", message, remedy.rstrip())


def not_read(place: Place) -> Issue:
    """FD-R010: a file among the records that is no table."""
    message = "This file is neither .csv nor .xlsx; it was not read."
    return Issue(place, "FD-R010", message, "Save it as a table, or move it out of the records.", "warning")


def unknown_column(place: Place, name: str, known: Sequence[str]) -> Issue:
    """FD-R011: a column that no item bears."""
    remedy = (
        did_you_mean(name, known)
        or "Rename it as in the protocol, or call it 'remark' if nobody analyses it."
    )
    message = f"No item is called {quoted(name)}; this column was not read."
    return Issue(place, "FD-R011", message, remedy.rstrip())


def column_missing(place: Place, name: str, activity: str, weight: Weight = "error") -> Issue:
    """FD-R012: a key or a required item without a column."""
    message = f"The column {name} of {activity} is missing."
    remedy = "Add it; where a value is not known, write ND, UNK, REF or NA with the reason after a colon."
    return Issue(place, "FD-R012", message, remedy, weight)


def not_in_source(place: Place, names: Sequence[str], activity: str) -> Issue:
    """FD-R012: required items that a mapping does not bring."""
    message = f"This source brings no {', '.join(names)} for {activity}: missing in every record."
    return Issue(place, "FD-R012", message, "Map a column, or name them under `absent`.", "warning")


def activity_twice(place: Place, activity: str, first: str) -> Issue:
    """FD-R013: two tables of one activity."""
    message = f"{activity} has two tables; {first} was read, this one was not."
    return Issue(place, "FD-R013", message, "Keep one.")


def no_records(place: Place) -> Issue:
    """FD-R014: a study without records."""
    message = "There are no records here: neither a folder `records` nor a `mapping.yaml`."
    return Issue(place, "FD-R014", message, "Put one table an activity into the folder `records`.")


def key_empty(place: Place, key: str) -> Issue:
    """FD-R043: a record of nobody knows whom, when or where."""
    return Issue(place, "FD-R043", f"The {key} of this record is missing.", f"Write the {key}.")


def no_such_participant(place: Place, name: str, known: Sequence[str]) -> Issue:
    """FD-R040: a participant who is not on the roster."""
    remedy = did_you_mean(name, known) or "Correct the name, or add the participant to the roster."
    return Issue(place, "FD-R040", f"Participant {quoted(name)} is not on the roster.", remedy.rstrip())


def no_such_visit(place: Place, name: str, known: Sequence[str]) -> Issue:
    """FD-R041: a visit that the protocol does not plan."""
    remedy = (
        did_you_mean(name, known)
        or f"Write one of {', '.join(known)}, or UNS1, UNS2 ... for unscheduled visits."
    )
    return Issue(place, "FD-R041", f"The protocol plans no visit {quoted(name)}.", remedy.rstrip())


def no_such_lesion(place: Place, word: str, name: str, participant: str, known: Sequence[str]) -> Issue:
    """FD-R042: a lesion that is not on the participant's lesion map."""
    has = f"It has {', '.join(known)}." if known else "It has none."
    message = f"Participant {participant} has no {word} {quoted(name)} on the lesion map."
    return Issue(place, "FD-R042", message, (did_you_mean(name, known) or has).rstrip())


def recorded_twice(place: Place, activity: str, whose: str, first: Place) -> Issue:
    """FD-R044: two records where one is expected."""
    message = f"{activity} of {whose} is recorded twice (first in line {first.line} of {first.file})."
    return Issue(place, "FD-R044", message, "Keep the right one; two values of one moment cannot both count.")


def looks_copied(place: Place, activity: str, whose: str, first: Place) -> Issue:
    """FD-R045: two records that are equal in everything, where several are allowed."""
    message = f"This record of {activity} of {whose} equals line {first.line} of {first.file} in everything."
    return Issue(
        place, "FD-R045", message, "Delete it if it is a copy; both are counted as they stand.", "warning"
    )


def date_not_complete(place: Place, text: str) -> Issue:
    """FD-R046: a record's date without its day."""
    message = f"The date {quoted(text)} has no day, so windows and order cannot be checked."
    return Issue(place, "FD-R046", message, "Write the whole date as 2023-04-15.", "query")


def not_scheduled(place: Place, activity: str, visit: str, at: Sequence[str]) -> Issue:
    """FD-R050: a record at a visit where the schedule has none."""
    message = f"{activity} is not scheduled at {visit}, only at {', '.join(at)}."
    return Issue(place, "FD-R050", message, CHECK_THE_SOURCE, "query")


def not_recorded(place: Place, activity: str, whose: str) -> Issue:
    """FD-R051: a scheduled record that is not there although the visit took place."""
    message = f"{activity} of {whose} has no record although the visit was done."
    return Issue(place, "FD-R051", message, "Enter it, or a row with ND and the reason.", "query")


def visit_not_listed(place: Place, participant: str, visit: str) -> Issue:
    """FD-R052: records at a visit that the table of visits does not know."""
    message = f"{visit} of participant {participant} is not in the table of visits."
    return Issue(place, "FD-R052", message, "Add the visit with its date.", "query")


def recorded_though_missed(place: Place, activity: str, participant: str, visit: str) -> Issue:
    """FD-R053: a record of a visit that is said to be missed."""
    message = f"{activity} is recorded at {visit} of participant {participant}, which is marked as missed."
    return Issue(
        place, "FD-R053", message, "Correct the visit's status, or the visit of this record.", "query"
    )


def missed_without_reason(place: Place, participant: str, visit: str) -> Issue:
    """FD-R054: a missed visit that does not say why."""
    message = f"{visit} of participant {participant} was missed without a reason."
    return Issue(place, "FD-R054", message, "Write the reason.", "query")


def visit_without_date(place: Place, participant: str, visit: str) -> Issue:
    """FD-R055: a visit that took place on no known day."""
    message = f"{visit} of participant {participant} was done on no known day: its window cannot be checked."
    return Issue(place, "FD-R055", message, "Write its date.", "query")


def before_consent(place: Place, what: str, whose: str, date: str, consent: str) -> Issue:
    """FD-R060: something of the trial happened before consent."""
    message = f"{what} of {whose} is dated {date}, before consent on {consent}: a deviation."
    return Issue(place, "FD-R060", message, CHECK_THE_SOURCE, "query")


def no_consent(place: Place, participant: str) -> Issue:
    """FD-R061: records without consent."""
    message = f"Participant {participant} has records and no dated consent."
    return Issue(place, "FD-R061", message, "Enter the consent with its date.", "query")


def out_of_order(place: Place, whose: str, visit: str, before: str) -> Issue:
    """FD-R062: visits whose dates contradict their order."""
    message = f"{visit} of {whose} is dated before {before}, which comes first in the protocol."
    return Issue(place, "FD-R062", message, "Check both dates at the source.", "query")


def outside_window(place: Place, whose: str, visit: str, day: int, window: str, off: int) -> Issue:
    """FD-R063: a visit outside its window."""
    days = f"{abs(off)} day{'s' if abs(off) != 1 else ''}"
    side = "after" if off > 0 else "before"
    message = f"{visit} of {whose} took place on day {day}, {days} {side} its window {window}: a deviation."
    return Issue(place, "FD-R063", message, CHECK_THE_SOURCE, "query")


def ends_before_start(place: Place, start: str, end: str, first: str, last: str) -> Issue:
    """FD-R064: something ends before it begins."""
    message = f"{end} ({last}) lies before {start} ({first})."
    return Issue(place, "FD-R064", message, "Check both at the source; perhaps they are exchanged.", "query")


def check_fails(place: Place, name: str, message: str, rule: str) -> Issue:
    """FD-R070: an edit check of the protocol does not hold."""
    sentence = message.rstrip(".") or f"{rule} does not hold"
    return Issue(place, "FD-R070", f"Check {name}: {sentence}.", CHECK_THE_SOURCE, "query")


def given_again(place: Place, whose: str, times: int, allowed: int) -> Issue:
    """FD-R071: more administrations than the protocol allows."""
    message = f"This is administration {times} to {whose}; the protocol allows {allowed}."
    return Issue(
        place, "FD-R071", message, "Stop and call the investigator; if it is a typing error, mend the record."
    )


def elsewhere_than_mapped(place: Place, whose: str, seen: str, mapped: str, other: str) -> Issue:
    """FD-R072: an injection at a place that is not this lesion's."""
    hint = f" That is the place of {other}: were they exchanged?" if other else ""
    message = f"The injection of {whose} was at '{seen}', the lesion map says '{mapped}'.{hint}"
    return Issue(
        place,
        "FD-R072",
        message,
        "Look at the photographs before anything else is injected or scored.",
        "query",
    )


def given_to_control(place: Place, whose: str) -> Issue:
    """FD-R073: an injection into a lesion that was to be observed only."""
    message = f"An injection was given to {whose}, a control on the lesion map."
    return Issue(place, "FD-R073", message, CHECK_THE_SOURCE, "query")


def not_asked(place: Place, item: str, rule: str) -> Issue:
    """FD-R074: a value of an item that the branching of the protocol does not ask for."""
    message = f"{item} is recorded, and it is asked only when {rule}."
    return Issue(
        place, "FD-R074", message, "Check both at the source; delete the value if it was not asked.", "query"
    )


def told(found: Sequence[Issue], most: int = 1000) -> list[Issue]:
    """The first Issues of one code, and one that counts the rest."""
    if len(found) <= most:
        return list(found)
    rest = found[most]
    message = f"{len(found) - most} more of the same kind follow."
    more = Issue(
        rest.place, rest.code, message, "Mend the first ones and read the records again.", rest.weight
    )
    return [*found[:most], more]


def no_results(place: Place) -> Issue:
    """FD-R029: a file that holds no results of ours."""
    message = "This file holds no results of firstdose."
    return Issue(place, "FD-R029", message, "Name the results.json that `firstdose report` wrote.")


def no_such_result(place: Place, result: str) -> Issue:
    """FD-R029: a result that is not in the file."""
    message = f"There is no result {quoted(result)} in this file."
    return Issue(place, "FD-R029", message, "Take an id of the column `result`.")
