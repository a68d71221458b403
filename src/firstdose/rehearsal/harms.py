"""Adverse events: mostly mild, local ones soon after the injection, others whenever, and Koebner spread in clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from firstdose.catalogue import load
from firstdose.rehearsal.cohort import NONE, Rows
from firstdose.rehearsal.draft import Draft, date_texts
from firstdose.rehearsal.happened import Happened, joined
from firstdose.rehearsal.inventing import invent_form, leave_empty
from firstdose.rehearsal.streams import chosen, picked, poisson

if TYPE_CHECKING:
    from firstdose.catalogue import Term
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.streams import Bools, Ints


class Usual(NamedTuple):
    """An event as somebody tells it, the dictionary's word for it, how often, and whether it sits at a lesion."""

    verbatim: str
    term: str
    weight: float
    local: bool


USUAL = (
    Usual("redness and tenderness where the needle went in", "Injection site reaction", 5, local=True),
    Usual("the injected place itches", "Pruritus", 3, local=True),
    Usual("bruise after the injection", "Bruising", 2, local=True),
    Usual("headache", "Headache", 3, local=False),
    Usual("tired", "Fatigue", 2, local=False),
    Usual("sore muscles", "Myalgia", 1, local=False),
    Usual("feverish in the evening", "Fever", 1, local=False),
    Usual("nausea", "Nausea", 1, local=False),
    Usual("slept badly", "Insomnia", 1, local=False),
)
SKIN_OTHER = "Skin and subcutaneous tissue disorders - Other, specify"
KOEBNER = Usual("new psoriasis where the needle went in", SKIN_OTHER, 0, local=True)
KOEBNER_SHARE = 17 / 62  # of participants: Aydemir 2007, 10 pricks each, 28 days
KOEBNER_EACH = 0.35  # of the lesions of such a participant
KOEBNER_DAYS = (7, 28)
GRADES = (0.76, 0.21, 0.028, 0.002)  # of grade 1, 2, 3, 4
SERIOUS_AT_3 = 0.2


def invent_happened(cohort: Cohort) -> Happened:
    """Adverse events at the declared rate, and Koebner spread besides where the protocol watches for it."""
    terms = _terms(cohort)
    return joined([_usual(cohort, terms), _koebner(cohort, len(terms))])


def draft_events(cohort: Cohort, form: Form, happened: Happened) -> Draft:
    """The records of these events."""
    terms = (*_terms(cohort), KOEBNER)
    last = cohort.calendar.last_day[happened.who]
    rows = Rows(
        happened.who, np.full(len(last), NONE), happened.lesion, _told_on(cohort, happened),
        np.zeros(len(last), dtype=np.int64), 1,
    )  # fmt: skip
    draft = invent_form(cohort, form, rows)
    for item in form.items:
        if form.instrument and form.instrument.item(item.name):
            leave_empty(draft, item)
    _describe(cohort, draft, happened, terms, happened.onset + happened.duration <= last)
    return draft


def _terms(cohort: Cohort) -> tuple[Usual, ...]:
    """What may happen; only at lesions where there are none, nothing is local."""
    local = cohort.most_lesions > 0
    return tuple(usual if local else usual._replace(local=False) for usual in USUAL)


def _usual(cohort: Cohort, terms: tuple[Usual, ...]) -> Happened:
    mean = 1.0 if cohort.plan.adverse_events is None else float(cohort.plan.adverse_events)
    most = int(np.ceil(mean + 6 * np.sqrt(mean) + 4))
    counts = poisson(cohort.draws("adverse events count", 1)[:, 0], mean, most)
    who, time = np.nonzero(np.arange(most) < counts[:, None])
    draws = cohort.draws("adverse events", most, 6)[who, time]
    term = chosen(draws[:, 0], tuple(each.weight for each in terms))
    local = np.array([each.local for each in terms])[term]
    last = cohort.calendar.last_day[who]
    soon = np.minimum(np.floor(-2 * np.log(draws[:, 1])), 10)
    onset = np.where(local, soon, np.floor(draws[:, 1] * (last + 1))).astype(np.int64)
    lesion = np.where(local, picked(draws[:, 2], np.maximum(cohort.lesions[who], 1)), NONE)
    length = np.floor(-5 * np.log(draws[:, 3])).astype(np.int64)
    grade = chosen(draws[:, 4], GRADES) + 1
    return Happened(who, lesion, np.minimum(onset, last), length, term, grade, draws[:, 5], lesion != NONE)


def _koebner(cohort: Cohort, term: int) -> Happened:
    """In 27.4 % of participants, in several of their lesions at once: the clustering seen with needle pricks."""
    most = max(cohort.most_lesions, 1)
    safety = cohort.protocol.safety
    watched = safety is not None and "koebner" in safety.special_interest
    draws = cohort.draws("koebner", 1 + 3 * most)
    prone = watched & (draws[:, 0] < KOEBNER_SHARE)
    each = draws[:, 1 : 1 + most] < KOEBNER_EACH
    each[:, 0] |= ~each.any(axis=1)
    there = cohort.has_lesion() if cohort.most_lesions else np.ones((cohort.size, 1), dtype=bool)
    each[:, 0] |= ~(each & there).any(axis=1)
    who, lesion = np.nonzero(prone[:, None] & each & there)
    first, final = KOEBNER_DAYS
    onset = first + picked(draws[who, 1 + most + lesion], final - first + 1)
    length = np.floor(-60 * np.log(draws[who, 1 + 2 * most + lesion])).astype(np.int64)
    kind = np.full(len(who), term)
    place = lesion if cohort.most_lesions else np.full(len(who), NONE)
    last = cohort.calendar.last_day[who]
    mild = np.ones_like(kind)
    return Happened(who, place, np.minimum(onset, last), length, kind, mild, draws[who, 0], place != NONE)


def _told_on(cohort: Cohort, happened: Happened) -> Ints:
    """The day of the first visit from the onset on, on which the event is told."""
    calendar = cohort.calendar
    visits = np.where(calendar.done, calendar.days, np.iinfo(np.int64).max)[happened.who]
    later = np.where(visits >= happened.onset[:, None], visits, np.iinfo(np.int64).max).min(
        axis=1, initial=2**62
    )
    return np.asarray(np.minimum(later, np.maximum(happened.onset, calendar.last_day[happened.who])))


def _describe(
    cohort: Cohort, draft: Draft, happened: Happened, terms: tuple[Usual, ...], over: Bools
) -> None:
    known = _dictionary(cohort)
    coded = [known.get(each.term) for each in terms]
    grade = _graded(happened, coded)
    local, koebner = happened.lesion != NONE, happened.term == len(terms) - 1
    serious = (grade >= 4) | ((grade == 3) & (happened.chance < SERIOUS_AT_3))
    end = date_texts(cohort, happened.who, happened.onset + happened.duration)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(over))
    words = {
        "term": _word([each.verbatim for each in terms], happened.term),
        "coded_term": _word([term.name if term else None for term in coded], happened.term),
        "soc": _word([term.soc if term else None for term in coded], happened.term),
        "onset": date_texts(cohort, happened.who, happened.onset),
        "end": end.zip_with(pl.Series(over), nothing),
        "outcome": _either(over, "recovered", "recovering"),
        "serious_criterion": _word([None, "hospital stay", "life-threatening"], serious * (1 + (grade >= 4))),
        "related_cells": _word(
            ["unlikely", "possible", "probable"], np.where(happened.caused, 1 + (happened.chance < 0.4), 0)
        ),
        "related_procedure": _either(local, "probable", "unlikely"),
        "related_biopsy": _either(koebner, "possible", "unlikely"),
        "related_disease": _either(koebner, "probable", "unlikely"),
        "special_interest": _word([None, "koebner"], koebner.astype(np.int64)),
        "action": _word(
            ["none", "local treatment", "systemic treatment", "hospital"], np.minimum(grade - 1, 3)
        ),
    }
    numbers = {"grade": grade, "ongoing": ~over, "serious": serious}
    draft.words |= {name: texts for name, texts in words.items() if draft.form.item(name)}
    draft.numbers |= {name: values.astype(float) for name, values in numbers.items()}


def _dictionary(cohort: Cohort) -> dict[str, Term]:
    safety = cohort.protocol.safety
    found = load("instruments.dictionaries").get(safety.dictionary) if safety else None
    return {term.name: term for term in found.terms} if found else {}


def _graded(happened: Happened, coded: list[Term | None]) -> Ints:
    """The grade, but never one that the term does not have."""
    most = np.array(
        [max((g for g, words in enumerate(t.grades, 1) if words), default=4) if t else 4 for t in coded]
    )
    return np.asarray(np.minimum(happened.grade, np.minimum(most, 4)[happened.term]))


def _word(words: list[str | None], places: Ints) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(places)


def _either(truth: Bools, yes: str, no: str) -> pl.Series:
    return _word([no, yes], truth.astype(np.int64))
