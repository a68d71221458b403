"""The Issues of the room `laboratory`, one named constructor each; every code has its page in docs/issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place, did_you_mean
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstdose.catalogue import Finding


def no_samples(place: Place) -> Issue:
    """FD-L101: a folder of raw files without its list of samples."""
    message = "This folder of instrument files has no samples.csv."
    return Issue(place, "FD-L101", message, "List in it whose every sample is: file, sample, participant ...")


def not_listed(place: Place) -> Issue:
    """FD-L102: a raw file that the list of samples does not name."""
    message = "samples.csv does not name this file; nothing was taken from it."
    return Issue(place, "FD-L102", message, "Add its samples, or move it out of the folder.", "query")


def no_such_file(place: Place, name: str, present: Iterable[str]) -> Issue:
    """FD-L103: the list names a file that is not there."""
    message = f"The file {quoted(name)} is not in this folder."
    return Issue(
        place, "FD-L103", message, f"{did_you_mean(name, present)}Bring the file, or correct its name."
    )


def no_such_sample(place: Place, sample: str, known: Sequence[str]) -> Issue:
    """FD-L104: the list names a sample that the run does not hold."""
    named = sample or "this file"
    guess = did_you_mean(sample, known)
    holds = ", ".join(quoted(name) for name in known[:6]) + (" ..." if len(known) > 6 else "")
    message = f"The run holds no value of {quoted(named)}; it holds {holds or 'none'}."
    return Issue(place, "FD-L104", message, f"{guess}Write the sample as the instrument's file names it.")


def no_such_analyte(place: Place, analyte: str, known: Sequence[str]) -> Issue:
    """FD-L105: the protocol names an analyte that the run does not hold."""
    message = f"The run holds no {quoted(analyte)}; it holds {', '.join(map(quoted, known[:8])) or 'none'}."
    guess = did_you_mean(analyte, known)
    return Issue(
        place, "FD-L105", message, f"{guess}Name the analyte in the protocol as the instrument does."
    )


def several_values(place: Place, what: str, runs: Sequence[str]) -> Issue:
    """FD-L106: several values of one sample, and nobody said which counts."""
    message = f"There are several values of {what} ({', '.join(runs)}); none was taken."
    return Issue(place, "FD-L106", message, "Write in repeat_of which run is repeated, and the reason.")


def repeat_without_reason(place: Place) -> Issue:
    """FD-L107: a repeat whose reason nobody wrote."""
    message = "This run repeats another one, and no reason is given."
    return Issue(place, "FD-L107", message, "Write in the column reason why it was repeated.")


def no_such_run(place: Place, run: str, known: Sequence[str]) -> Issue:
    """FD-L108: a repeat of a run that is not there."""
    message = f"There is no run {quoted(run)} to repeat."
    return Issue(place, "FD-L108", message, f"{did_you_mean(run, known)}The runs are {', '.join(known)}.")


def key_missing(place: Place, key: str) -> Issue:
    """FD-L109: a sample of nobody."""
    message = f"This sample has no {key}."
    return Issue(place, "FD-L109", message, f"Write the {key}, or the role that makes it no participant's.")


def no_assay(place: Place, activity: str) -> Issue:
    """FD-L110: raw files of an activity for which the protocol names no assay."""
    message = f"These are instrument files of {activity}, and the protocol names no assay for it."
    return Issue(
        place, "FD-L110", message, "Add it to the section laboratory, or bring a table of its values."
    )


def unlike_units(place: Place, measured: str, item: str) -> Issue:
    """FD-L111: a file in units that cannot be converted into the item's."""
    message = f"The run is in {measured}, which does not fit the unit of {item}."
    return Issue(place, "FD-L111", message, "Export the run in units of the same kind.")


def column_missing(place: Place, name: str) -> Issue:
    """FD-L112: a column without which a list of samples cannot be read."""
    return Issue(place, "FD-L112", f"The list of samples has no column {name}.", "Add it.")


def rejected(place: Place, finding: Finding) -> Issue:
    """FD-L113: a broken quality rule that keeps the value out of every analysis."""
    where = f" ({finding.place})" if finding.place else ""
    message = f"Quality rule {finding.rule}{where}: {finding.message}; no endpoint value comes of it."
    return Issue(
        place, "FD-L113", message, "Repeat the run and say so in repeat_of, or leave it missing.", "query"
    )


def flagged(place: Place, finding: Finding, more: int = 0) -> Issue:
    """FD-L114: a broken quality rule that asks for a look; the value is kept. `more`: how often else it was broken."""
    where = f" ({finding.place})" if finding.place else ""
    also = f" It was broken {more} more time{'s' if more > 1 else ''} here." if more else ""
    message = f"Quality rule {finding.rule}{where}: {finding.message}.{also}"
    return Issue(place, "FD-L114", message, "Look at the run; the value is kept.", "warning")


def not_understood(place: Place, assay: str, format_: str, takes: Iterable[str]) -> Issue:
    """FD-L115: a file that is read, and that the assay cannot use."""
    message = f"{assay} does not use files of the kind {format_}; it uses {', '.join(takes)}."
    return Issue(place, "FD-L115", message, "Name another assay, or take the file away.")


def number_expected(place: Place, name: str, text: str) -> Issue:
    """FD-L116: a column of the list of samples that holds no number."""
    return Issue(
        place, "FD-L116", f"{quoted(text)} in {name} is no number.", "Write a number, or leave it empty."
    )


def typed_value(place: Place, item: str, text: str) -> Issue:
    """FD-L117: a value typed where the instrument's file gives it."""
    message = f"{quoted(text)} is typed for {item}, which is measured from the file; it was not read."
    remedy = "Leave the cell empty, or write ND, UNK, REF or NA with the reason after a colon."
    return Issue(place, "FD-L117", message, remedy)


def no_reason(place: Place) -> Issue:
    """FD-L118: a sample without a file, and nobody says why."""
    message = "This sample has no file, and no reason is given."
    return Issue(place, "FD-L118", message, "Name its file, or write in the column reason why there is none.")
