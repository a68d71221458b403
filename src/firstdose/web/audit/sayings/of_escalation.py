"""Sentences of the escalation rule (FD-E001 to FD-E025), and of deviations by their kind."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.saying import Saying

_COMPLETE = noop("Complete the record; until then no dose is decided.")
_AWAIT = noop("Wait for what is missing, or put an override on record.")

ESCALATION = {
    "FD-E001": Saying(
        (noop("No dose can be decided: %(why)s"),), (noop("Choose a design that escalates, under safety."),)
    ),
    "FD-E002": Saying((noop("No dose can be decided: the protocol does not say %(lacks)s."),)),
    "FD-E003": Saying(
        (
            noop("Whether '%(term)s' of %(participant)s is dose-limiting is not known: %(item)s is not on record."),
            noop("Whether '%(term)s' of %(participant)s is dose-limiting is not known: %(item)s is '%(written)s'."),
            noop("What the design counts of '%(term)s' of %(participant)s is not known: %(item)s is not on record."),
            noop("What the design counts of '%(term)s' of %(participant)s is not known: %(item)s is '%(written)s'."),
        ),
        (_COMPLETE,),
    ),
    "FD-E004": Saying(
        (
            noop("The dose level that %(participant)s received is not known."),
            noop("The day on which %(participant)s was treated is not known."),
            noop("%(participant)s left (%(status)s); whether before the end of the watch is not known."),
        ),
        (
            noop("Write a level of the protocol; until then no dose is decided."),
            noop("Write the date; until then no dose is decided."),
            noop("Write the last day in the trial; until then no dose is decided."),
        ),
    ),
    "FD-E005": Saying(
        (noop("Whether %(name)s holds is not known: %(counts)s."),),
        (noop("Complete the records of these events; until then no dose is decided."),),
    ),
    "FD-E020": Saying(
        (noop("Nobody may be treated: dosing rests for a review (%(reason)s)."),),
        (noop("Have the review decide, and say on which day it did."),),
    ),
    "FD-E021": Saying(
        (noop("%(given)s may not be given: %(due)s is due, %(reason)s."),),
        (noop("Give %(due)s, or put an override on record."),),
    ),
    "FD-E022": Saying(
        (noop("%(day)s is too early: the next participant may be treated from %(earliest)s on."),),
        (noop("Wait until %(earliest)s, or put an override on record."),),
    ),
    "FD-E023": Saying((noop("Nobody may be treated yet: %(reason)s."),), (_AWAIT,)),
    "FD-E024": Saying(
        (noop("Nobody may be treated any more: %(reason)s."),),
        (noop("Amend the protocol before more are treated."),),
    ),
    "FD-E025": Saying(
        (noop("%(participant)s was treated against the rule. %(sentence)s"),),
        (noop("Put an override on record (%(lacks)s), or correct the record."),),
    ),
}  # fmt: skip

# Kind of a deviation > its sentences.
DEVIATIONS = {
    "visit outside its window": Saying(
        (
            noop("%(visit)s took place on day %(day)s, 1 day after its window (day %(first)s to %(last)s)."),
            noop("%(visit)s took place on day %(day)s, 1 day before its window (day %(first)s to %(last)s)."),
            noop("%(visit)s took place on day %(day)s, %(n)s days after its window (day %(first)s to %(last)s)."),
            noop("%(visit)s took place on day %(day)s, %(n)s days before its window (day %(first)s to %(last)s)."),
        )
    ),
    "visit missed": Saying(
        (
            noop("%(visit)s was missed, without a reason on record."),
            noop("%(visit)s was missed: %(words)s."),
        )
    ),
    "before consent": Saying(
        (
            noop("A record of %(activity)s was made on %(date)s, before consent on %(consent)s."),
            noop("%(visit)s took place on %(date)s, before consent on %(consent)s."),
        )
    ),
    "consent missing": Saying((noop("Visits took place; no dated consent is on record."),)),
    "eligibility": Saying(
        (
            noop("Treated although the record fails criterion %(criterion)s: %(sentence)s."),
            noop("Treated although the record leaves open criterion %(criterion)s: %(sentence)s."),
        )
    ),
    "given again": Saying((noop("%(n)s administrations are on record; the protocol allows %(most)s."),)),
    "dose outside tolerance": Saying(
        (noop("%(delivery)s %% of the planned cells were given; %(low)s to %(high)s %% are allowed."),)
    ),
    "wrong dose level": Saying((noop("%(given)s was given; %(planned)s was planned."),)),
    "lot not released": Saying((noop("Lot %(lot)s was given and is not released: %(why)s."),)),
    "dose cap exceeded": Saying((noop("%(given)s were given in all; the cap is %(cap)s."),)),
}  # fmt: skip
