"""Sentences about records: keys, schedule, windows, order, checks and branching (FD-R010 to FD-R074)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.of_pages import CLOSED
from firstdose.web.audit.sayings.saying import Saying

SOURCE = noop("Check it at the source; correct the record, or confirm it in writing.")
MORE = noop("%(n)s more of the same kind follow.")
READ_AGAIN = noop("Mend the first ones and read the records again.")

RECORDS = {
    "FD-R010": Saying(
        (
            noop("No activity of the schedule is called %(typed)s; this table was not read."),
            noop("This file is neither .csv nor .xlsx; it was not read."),
        ),
        (
            noop("Name it after one of: %(known)s."),
            noop("Save it as a table, or move it out of the records."),
        ),
    ),
    "FD-R011": Saying(
        (noop("No item is called %(typed)s; this column was not read."),),
        (noop("Rename it as in the protocol, or call it 'remark' if nobody analyses it."),),
    ),
    "FD-R012": Saying(
        (
            noop("The column %(column)s of %(activity)s is missing."),
            noop("This source brings no %(columns)s for %(activity)s: missing in every record."),
        ),
        (
            noop("Add it; where a value is not known, write ND, UNK, REF or NA with the reason after a colon."),
            noop("Map a column, or name them under `absent`."),
        ),
    ),
    "FD-R013": Saying(
        (noop("%(activity)s has two tables; %(first)s was read, this one was not."),), (noop("Keep one."),)
    ),
    "FD-R014": Saying(
        (noop("There are no records here: neither a folder `records` nor a `mapping.yaml`."),),
        (noop("Put one table an activity into the folder `records`."),),
    ),
    "FD-R040": Saying(
        (noop("Participant %(typed)s is not on the roster."),),
        (noop("Correct the name, or add the participant to the roster."),),
    ),
    "FD-R041": Saying(
        (noop("The protocol plans no visit %(typed)s."),),
        (noop("Write one of %(known)s, or UNS1, UNS2 ... for unscheduled visits."),),
    ),
    "FD-R042": Saying(
        (noop("Participant %(participant)s has no %(word)s %(typed)s on the lesion map."),),
        (noop("It has none."), noop("It has %(known)s.")),
    ),
    "FD-R043": Saying((noop("The %(key)s of this record is missing."),), (noop("Write the %(key)s."),)),
    "FD-R044": Saying(
        (noop("%(activity)s of %(whose)s is recorded twice (first in line %(line)s of %(file)s)."),),
        (noop("Keep the right one; two values of one moment cannot both count."),),
    ),
    "FD-R045": Saying(
        (
            noop(
                "This record of %(activity)s of %(whose)s equals line %(line)s of %(file)s in everything."
            ),
        ),
        (noop("Delete it if it is a copy; both are counted as they stand."),),
    ),
    "FD-R046": Saying(
        (noop("The date %(typed)s has no day, so windows and order cannot be checked."),),
        (noop("Write the whole date as 2023-04-15."),),
    ),
    "FD-R050": Saying(
        (noop("%(activity)s is not scheduled at %(visit)s, only at %(visits)s."),), (SOURCE,)
    ),
    "FD-R051": Saying(
        (noop("%(activity)s of %(whose)s has no record although the visit was done."),),
        (noop("Enter it, or a row with ND and the reason."),),
    ),
    "FD-R052": Saying(
        (noop("%(visit)s of participant %(participant)s is not in the table of visits."),),
        (noop("Add the visit with its date."),),
    ),
    "FD-R053": Saying(
        (
            noop(
                "%(activity)s is recorded at %(visit)s of participant %(participant)s, which is marked as missed."
            ),
        ),
        (noop("Correct the visit's status, or the visit of this record."),),
    ),
    "FD-R054": Saying(
        (noop("%(visit)s of participant %(participant)s was missed without a reason."),),
        (noop("Write the reason."),),
    ),
    "FD-R055": Saying(
        (
            noop(
                "%(visit)s of participant %(participant)s was done on no known day: its window cannot be checked."
            ),
        ),
        (noop("Write its date."),),
    ),
    "FD-R060": Saying(
        (noop("%(what)s of %(whose)s is dated %(date)s, before consent on %(consent)s: a deviation."),),
        (SOURCE,),
    ),
    "FD-R061": Saying(
        (noop("Participant %(participant)s has records and no dated consent."),),
        (noop("Enter the consent with its date."),),
    ),
    "FD-R062": Saying(
        (noop("%(visit)s of %(whose)s is dated before %(before)s, which comes first in the protocol."),),
        (noop("Check both dates at the source."),),
    ),
    "FD-R063": Saying(
        (
            noop("%(visit)s of %(whose)s took place on day %(day)s, 1 day after its window %(window)s: a deviation."),
            noop("%(visit)s of %(whose)s took place on day %(day)s, 1 day before its window %(window)s: a deviation."),
            noop("%(visit)s of %(whose)s took place on day %(day)s, %(n)s days after its window %(window)s: a deviation."),
            noop("%(visit)s of %(whose)s took place on day %(day)s, %(n)s days before its window %(window)s: a deviation."),
        ),
        (SOURCE,),
    ),
    "FD-R064": Saying(
        (noop("%(end)s (%(last)s) lies before %(start)s (%(first)s)."),),
        (noop("Check both at the source; perhaps they are exchanged."),),
    ),
    "FD-R070": Saying(
        (noop("Check %(name)s: %(rule)s does not hold."), noop("Check %(name)s: %(sentence)s.")), (SOURCE,)
    ),
    "FD-R071": Saying(
        (noop("This is administration %(times)s to %(whose)s; the protocol allows %(allowed)s."),),
        (noop("Stop and call the investigator; if it is a typing error, mend the record."),),
    ),
    "FD-R072": Saying(
        (
            noop(
                "The injection of %(whose)s was at '%(seen)s', the lesion map says '%(mapped)s'. "
                "That is the place of %(other)s: were they exchanged?"
            ),
            noop("The injection of %(whose)s was at '%(seen)s', the lesion map says '%(mapped)s'."),
        ),
        (noop("Look at the photographs before anything else is injected or scored."),),
    ),
    "FD-R073": Saying(
        (noop("An injection was given to %(whose)s, a control on the lesion map."),), (SOURCE,)
    ),
    # Also of a page where a closed item is kept: stored under this code.
    "FD-R074": Saying(
        (
            noop("%(item)s is recorded, and it is asked only when %(rule)s."),
            *CLOSED.messages,
        ),
        (
            noop("Check both at the source; delete the value if it was not asked."),
            *CLOSED.remedies,
        ),
    ),
}  # fmt: skip
