"""Sentences about values that are possible and do not fit what else is known (FD-R065 to FD-R078)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.saying import Saying

_CONFIRM = noop("Look at the source; correct it, or confirm it in writing.")
_BOTH = noop("Check both dates at the source.")

ENTRY = {
    "FD-R065": Saying(
        (
            noop("%(what)s of %(whose)s is dated %(day)s, and %(visit)s took place on %(date)s: %(beyond)s."),
            noop("%(what)s of %(whose)s is dated %(day)s, and %(visit)s took place on %(date)s."),
        ),
        (noop("Is it so, or is one of the two dates wrong?"),),
    ),
    "FD-R066": Saying((noop("%(label)s is %(date)s, after %(day)s, the day of the record."),), (_CONFIRM,)),
    "FD-R067": Saying(
        (noop("the event began on %(onset)s, before consent on %(consent)s."),),
        (noop("Is the date right? What was there before belongs to the medical history, unless it grew worse."),),
    ),
    "FD-R068": Saying(
        (noop("consent is dated %(consent)s, %(days)s days before %(visit)s."),), (_CONFIRM,)
    ),
    "FD-R069": Saying(
        (
            noop(
                "%(visit)s is dated %(day)s, %(apart)s days after %(previous)s; by their windows it is "
                "%(near)s to %(far)s days, whenever the first administration will be."
            ),
        ),
        (_BOTH,),
    ),
    "FD-R075": Saying(
        (noop("%(label)s is %(now)s, and it was %(was)s at %(visit)s: %(change)s."),),
        (noop("Is it so? Look at the number, its unit and whose it is."),),
    ),
    "FD-R076": Saying(
        (
            noop(
                "what is recorded for %(lesion)s fits %(neighbour)s at %(visit)s better than %(lesion)s, "
                "and the other way round."
            ),
        ),
        (noop("Were the two exchanged? Look at the map and the photographs."),),
    ),
    "FD-R077": Saying(
        (noop("%(label)s is %(value)s; usual is %(usual)s."),),
        (noop("Is it so? Look at the number and its unit."),),
    ),
    "FD-R078": Saying(
        (noop("the last day in the trial is %(end)s, and %(visit)s took place on %(day)s."),), (_BOTH,)
    ),
}  # fmt: skip
