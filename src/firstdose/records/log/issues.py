"""The Issues of the log, one named constructor each; every code has its page in docs/issues."""

from __future__ import annotations

from firstdose.values.issue import Issue, Place
from firstdose.values.unreadable import quoted

ASK = "Compare with a backup, or with the anchors that others hold, and ask who had access."
EXPORT_AGAIN = "Export the log again; if it stays, compare with a backup."


def log_not_read(place: Place, why: str) -> Issue:
    """FD-R320: there is no such file, or it may not be read."""
    return Issue(place, "FD-R320", f"The log cannot be read ({why}).", "Name the exported log.")


def no_title(place: Place) -> Issue:
    """FD-R320: the first line is no title of a log."""
    message = "The first line is not the title of a log of format 1."
    return Issue(place, "FD-R320", message, 'It says {"firstdose log":1,"study":...}. ' + EXPORT_AGAIN)


def no_event(place: Place) -> Issue:
    """FD-R321: a line that is no event."""
    return Issue(place, "FD-R321", "This line is no event of format 1; it was passed over.", EXPORT_AGAIN)


def events_missing(place: Place, first: int, last: int) -> Issue:
    """FD-R322: numbers that no event bears."""
    return Issue(place, "FD-R322", f"{_events(first, last)} missing.", ASK)


def out_of_place(place: Place, first: int, last: int) -> Issue:
    """FD-R323: events that stand elsewhere than their number says."""
    what = f"Event {first} stands" if first == last else f"Events {first} to {last} stand"
    return Issue(place, "FD-R323", f"{what} out of place.", ASK)


def repeated(place: Place, first: int, last: int) -> Issue:
    """FD-R323: events that stand twice."""
    what = f"Event {first} stands" if first == last else f"Events {first} to {last} stand"
    return Issue(place, "FD-R323", f"{what} here a second time.", ASK)


def header_altered(place: Place, seq: int) -> Issue:
    """FD-R324: the hash of an event is not that of its header."""
    why = f"its header was altered, or event {seq - 1} together with its hash"
    if seq == 1:
        why = "its header was altered, or the study of the title"
    return Issue(place, "FD-R324", f"The hash of event {seq} is not that of its header: {why}.", ASK)


def hash_altered(place: Place, seq: int) -> Issue:
    """FD-R324: the header is as it was, its hash is not."""
    message = f"The hash of event {seq} was altered: event {seq + 1} still follows from its header."
    return Issue(place, "FD-R324", message, ASK)


def rehashed(place: Place, seq: int) -> Issue:
    """FD-R324: the next event tells another hash before it."""
    message = (
        f"Event {seq} was altered together with its hash: event {seq + 1} tells another hash before its own."
    )
    return Issue(place, "FD-R324", message, ASK)


def link_altered(place: Place, seq: int) -> Issue:
    """FD-R324: an event tells another hash before it than stands before it, and yet follows from that."""
    message = f"The hash before event {seq} was altered: it follows from event {seq - 1} as that one stands."
    return Issue(place, "FD-R324", message, ASK)


def origin_wrong(place: Place, study: str) -> Issue:
    """FD-R324: a log that does not begin at the origin of its study."""
    message = f"Event 1 does not follow from the origin of study {quoted(study)}."
    return Issue(place, "FD-R324", message, ASK)


def payload_altered(place: Place, seq: int) -> Issue:
    """FD-R325: what an event says is not what its header holds the digest of."""
    message = f"What event {seq} says was altered: payload and salt do not give the digest of its header."
    return Issue(place, "FD-R325", message, ASK)


def payload_missing(place: Place, seq: int) -> Issue:
    """FD-R326: a payload erased without a word."""
    message = f"What event {seq} said is missing, and no later event of two persons tells that it was erased."
    return Issue(place, "FD-R326", message, ASK)


def payload_erased(place: Place, seq: int, by: int, reason: str) -> Issue:
    """FD-R327: a payload erased as the rules ask."""
    message = f"What event {seq} said was erased; event {by} tells why: {quoted(reason)}."
    return Issue(place, "FD-R327", message, "Nothing is wrong with the chain.", "warning")


def salt_left(place: Place, seq: int) -> Issue:
    """FD-R327: an erased payload whose salt lets short values be guessed."""
    message = f"What event {seq} said was erased, but its salt is still there: a short value can be guessed."
    return Issue(place, "FD-R327", message, "Erase the salt too.", "warning")


def not_erased(place: Place, seq: int, by: int) -> Issue:
    """FD-R327: a payload that should be gone."""
    message = f"Event {by} tells that event {seq} was erased, but what it said is still there."
    return Issue(place, "FD-R327", message, "Erase it, or look for an older copy of the log.", "warning")


def kind_unknown(place: Place, seq: int, kind: str) -> Issue:
    """FD-R328: a kind of event that the format does not know."""
    message = f"Event {seq} is of no known kind: {quoted(kind)}."
    return Issue(place, "FD-R328", message, "Verify it with the version that wrote it.")


def wrong_study(place: Place, seq: int, study: str, expected: str) -> Issue:
    """FD-R329: an event of another study."""
    message = f"Event {seq} belongs to study {quoted(study)}, the log to {quoted(expected)}."
    return Issue(place, "FD-R329", message, ASK)


def time_backwards(place: Place, seq: int, at: str, before: str) -> Issue:
    """FD-R330: earlier than the event before it."""
    message = f"Event {seq} is of {at}, the event before it of {before}: time runs backwards."
    return Issue(place, "FD-R330", message, ASK)


def time_unreadable(place: Place, seq: int, at: str) -> Issue:
    """FD-R330: no time in the form of the log."""
    message = f"The time of event {seq} is {quoted(at)}, not YYYY-MM-DDThh:mm:ss.ffffffZ."
    return Issue(place, "FD-R330", message, ASK)


def save_twice(place: Place, seq: int, idem: str) -> Issue:
    """FD-R331: a save whose events do not stand together."""
    message = f"The save {quoted(idem)} of event {seq} was on record before: stored twice, or in two parts."
    return Issue(place, "FD-R331", message, "Look whether a value was entered twice.", "warning")


def anchor_not_read(place: Place, why: str) -> Issue:
    """FD-R332: there is no such file, or it may not be read."""
    return Issue(place, "FD-R332", f"The anchors cannot be read ({why}).", "Name the file that holds them.")


def no_anchor(place: Place) -> Issue:
    """FD-R332: a file without any anchor."""
    remedy = (
        "An anchor begins with `firstdose anchor 1`; save the mail or the text of the PDF as a text file."
    )
    return Issue(place, "FD-R332", "There is no anchor in this file.", remedy)


def anchor_unreadable(place: Place) -> Issue:
    """FD-R332: something that begins like an anchor."""
    message = "This anchor is not written as `firstdose anchor 1 STUDY SEQ TIME HASH KEY SIGNATURE`."
    return Issue(place, "FD-R332", message, "Copy it again from where it was sent to.")


def signature_wrong(place: Place, seq: int) -> Issue:
    """FD-R333: the signature is not that of the key over what the anchor says."""
    message = f"The signature of the anchor of event {seq} is wrong: the anchor was altered or never signed."
    return Issue(place, "FD-R333", message, "Copy it again from where it was sent to.")


def key_unknown(place: Place, seq: int, key: str) -> Issue:
    """FD-R333: signed by somebody else."""
    message = f"The anchor of event {seq} is signed with the key {key}, which is not one you trust."
    return Issue(place, "FD-R333", message, "Ask who holds that key; add it with --key if you trust it.")


def anchor_of_another_study(place: Place, seq: int, study: str, expected: str) -> Issue:
    """FD-R334: an anchor of another log."""
    message = f"The anchor of event {seq} is of study {quoted(study)}, the log of {quoted(expected)}."
    return Issue(place, "FD-R334", message, "Take the anchors of this study.")


def tail_cut(place: Place, first: int, last: int) -> Issue:
    """FD-R335: an anchor knows of events that the log has not."""
    message = f"{_events(first, last)} cut off: a signed anchor tells that event {last} was on record."
    return Issue(place, "FD-R335", message, ASK)


def rewritten(place: Place, first: int, last: int) -> Issue:
    """FD-R336: a whole chain, but another one than was anchored."""
    where = f"Event {last}" if first == last else f"Something between event {first} and event {last}"
    message = f"{where} was written anew: a signed anchor of event {last} tells another hash."
    return Issue(place, "FD-R336", message, ASK)


def _events(first: int, last: int) -> str:
    return f"Event {first} is" if first == last else f"Events {first} to {last} are"
