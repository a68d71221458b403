"""Sentences of the verification of the log (FD-R320 to FD-R336)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.saying import Saying

_ASK = noop("Compare with a backup, or with the anchors that others hold, and ask who had access.")
_AGAIN = noop("Export the log again; if it stays, compare with a backup.")
_COPY = noop("Copy it again from where it was sent to.")

LOG = {
    "FD-R320": Saying(
        (
            noop("The log cannot be read (%(why)s)."),
            noop("The first line is not the title of a log of format 1."),
        ),
        (
            noop("Name the exported log."),
            noop(
                'It says {"firstdose log":1,"study":...}. Export the log again; if it stays, compare with a backup.'
            ),
        ),
    ),
    "FD-R321": Saying((noop("This line is no event of format 1; it was passed over."),), (_AGAIN,)),
    "FD-R322": Saying(
        (noop("Event %(first)s is missing."), noop("Events %(first)s to %(last)s are missing.")), (_ASK,)
    ),
    "FD-R323": Saying(
        (
            noop("Event %(first)s stands out of place."),
            noop("Events %(first)s to %(last)s stand out of place."),
            noop("Event %(first)s stands here a second time."),
            noop("Events %(first)s to %(last)s stand here a second time."),
        ),
        (_ASK,),
    ),
    "FD-R324": Saying(
        (
            noop("The hash of event %(event)s is not that of its header: its header was altered, or event %(before)s together with its hash."),
            noop("The hash of event %(event)s is not that of its header: its header was altered, or the study of the title."),
            noop("The hash of event %(event)s was altered: event %(after)s still follows from its header."),
            noop("Event %(event)s was altered together with its hash: event %(after)s tells another hash before its own."),
            noop("The hash before event %(event)s was altered: it follows from event %(before)s as that one stands."),
            noop("Event 1 does not follow from the origin of study %(study)s."),
        ),
        (_ASK,),
    ),
    "FD-R325": Saying(
        (noop("What event %(event)s says was altered: payload and salt do not give the digest of its header."),), (_ASK,)
    ),
    "FD-R326": Saying(
        (noop("What event %(event)s said is missing, and no later event of two persons tells that it was erased."),),
        (_ASK,),
    ),
    "FD-R327": Saying(
        (
            noop("What event %(event)s said was erased; event %(by)s tells why: %(typed)s."),
            noop("What event %(event)s said was erased, but its salt is still there: a short value can be guessed."),
            noop("Event %(by)s tells that event %(event)s was erased, but what it said is still there."),
        ),
        (
            noop("Nothing is wrong with the chain."),
            noop("Erase the salt too."),
            noop("Erase it, or look for an older copy of the log."),
        ),
    ),
    "FD-R328": Saying(
        (noop("Event %(event)s is of no known kind: %(typed)s."),),
        (noop("Verify it with the version that wrote it."),),
    ),
    "FD-R329": Saying((noop("Event %(event)s belongs to study %(study)s, the log to %(expected)s."),), (_ASK,)),
    "FD-R330": Saying(
        (
            noop("Event %(event)s is of %(at)s, the event before it of %(before)s: time runs backwards."),
            noop("The time of event %(event)s is %(typed)s, not YYYY-MM-DDThh:mm:ss.ffffffZ."),
        ),
        (_ASK,),
    ),
    "FD-R331": Saying(
        (noop("The save %(typed)s of event %(event)s was on record before: stored twice, or in two parts."),),
        (noop("Look whether a value was entered twice."),),
    ),
    "FD-R332": Saying(
        (
            noop("The anchors cannot be read (%(why)s)."),
            noop("There is no anchor in this file."),
            noop("This anchor is not written as `firstdose anchor 1 STUDY SEQ TIME HASH KEY SIGNATURE`."),
        ),
        (
            noop("Name the file that holds them."),
            noop("An anchor begins with `firstdose anchor 1`; save the mail or the text of the PDF as a text file."),
            _COPY,
        ),
    ),
    "FD-R333": Saying(
        (
            noop("The signature of the anchor of event %(event)s is wrong: the anchor was altered or never signed."),
            noop("The anchor of event %(event)s is signed with the key %(key)s, which is not one you trust."),
        ),
        (_COPY, noop("Ask who holds that key; add it with --key if you trust it.")),
    ),
    "FD-R334": Saying(
        (noop("The anchor of event %(event)s is of study %(study)s, the log of %(expected)s."),),
        (noop("Take the anchors of this study."),),
    ),
    "FD-R335": Saying(
        (
            noop("Event %(first)s is cut off: a signed anchor tells that event %(last)s was on record."),
            noop("Events %(first)s to %(last)s are cut off: a signed anchor tells that event %(anchored)s was on record."),
        ),
        (_ASK,),
    ),
    "FD-R336": Saying(
        (
            noop("Event %(event)s was written anew: a signed anchor of event %(anchored)s tells another hash."),
            noop(
                "Something between event %(first)s and event %(last)s was written anew: "
                "a signed anchor of event %(anchored)s tells another hash."
            ),
        ),
        (_ASK,),
    ),
}  # fmt: skip
