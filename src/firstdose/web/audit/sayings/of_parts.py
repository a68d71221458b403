"""What may stand in a place of a sentence and is itself in words: by the name of the place."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

_WHY = (
    noop("no lot is named"),
    noop("it has no release on record"),
    noop("it has no record of the cell product"),
    noop("sterility or mycoplasma failed"),
    noop("it expired on %(day)s"),
    noop("%(attribute)s has no result"),
    noop("%(attribute)s cannot be judged"),
    noop("only one person is named"),
    noop("nobody is named"),
    noop("it is the same person twice"),
    noop("there is no reason"),
)

# Why the escalation rule says what it says: of every design the words around it, and all words of 3+3.
_REASON = (
    noop("facts are missing"),
    noop("no cohort begins before the last one is evaluable: %(awaited)s"),
    noop("%(reason)s; the first of the cohort alone"),
    noop("the trial begins at the lowest level"),
    noop("the trial begins at its starting level"),
    noop("%(n)s at this level: its cohort of three is completed first"),
    noop("1 of 3: three more at the same level"),
    noop("%(n)s of %(total)s: escalate"),
    noop("two toxicities at the lowest level"),
    noop("two toxicities above: the level below is filled to six"),
    noop("two toxicities; the level below has been tried"),
    noop("%(n)s of %(total)s: the highest open level is filled to six"),
    noop("%(n)s of %(total)s at the highest open level"),
    noop("no dose-limiting toxicity to day %(days)s"),
    noop("dose-limiting toxicity: %(events)s"),
    noop("watched to %(day)s; nothing dose-limiting so far"),
    noop("%(n)s participants, as planned"),
    noop("%(reason)s; %(awaited)s"),
)
_LEVEL = (noop("level %(n)s (%(name)s)"),)
_DUE = (
    noop("nobody yet"),
    noop("nobody: dosing rests until a review"),
    noop("nobody: the trial stops"),
    noop("nobody: escalation is complete"),
    noop("no decision"),
    noop("halt"),
    noop("the end of escalation"),
    *_LEVEL,
    noop("1 participant at %(level)s"),
    noop("%(n)s participants at %(level)s"),
)
_THEN = (
    noop("if no toxicity is seen until then"),
    noop("%(days)s days after the last participant"),
    noop("%(days)s days after %(participant)s, who came first"),
    noop("the review let dosing go on"),
)
_CELLS = (noop("%(n)s million cells"),)

PARTS = {
    "whose": (
        noop("participant %(participant)s, %(word)s %(lesion)s, visit %(visit)s"),
        noop("participant %(participant)s, visit %(visit)s"),
        noop("participant %(participant)s, %(word)s %(lesion)s"),
        noop("%(word)s %(lesion)s of participant %(participant)s"),
        noop("participant %(participant)s"),
    ),
    "limits": (
        noop("at least %(low)s"),
        noop("at most %(high)s"),
        noop("%(low)s to %(high)s"),
    ),
    "window": (noop("%(low)s .. %(high)s"),),
    "beyond": (noop("day %(day)s, outside the window %(window)s"),),
    "usual": (noop("%(low)s to %(high)s days from the day of the record"), noop("%(low)s to %(high)s")),
    "change": (
        noop("over %(times)s times as much"),
        noop("less than a %(times)sth part"),
        noop("more by over %(by)s"),
        noop("less by over %(by)s"),
        noop("more"),
        noop("less"),
    ),
    "tolerance": (noop("%(low)s to %(high)s"),),
    "dates": (noop("%(first)s, %(second)s or %(third)s"),),
    "order": (noop("year, month, day"), noop("day, month, year"), noop("month, day, year")),
    "region": (noop("head"), noop("arms"), noop("trunk"), noop("legs")),
    "key": (noop("participant"), noop("visit"), noop("lesion"), noop("date")),
    "lot": (noop("unknown"),),
    "item": (noop("relation to the cells"), noop("day of onset")),
    "why": _WHY,
    "reason": _REASON,
    "due": _DUE,
    "then": _THEN,
    "level": _LEVEL,
    "outlook": (noop("%(n)s of %(total)s with toxicity"),),
    "assumption": (noop("the rates are as seen so far"), noop("none")),
    "awaited": (noop("%(participant)s is watched to %(day)s"),),
    "total": _CELLS,
    "cap": _CELLS,
    "given": (*_CELLS, *_LEVEL),
    "computed": _CELLS,
    "written": (noop("%(volume)s drawn"), *_CELLS),
    "area": (
        noop("%(n)s cm2 (traced)"),
        noop("%(n)s cm2 (as given)"),
        noop("%(n)s cm2 (ellipse)"),
        noop("%(n)s cm2 (rectangle)"),
    ),
    "concentration": (noop("%(n)s million cells/mL"),),
}
PARTS |= {
    "one": PARTS["area"],
    "other": PARTS["area"],
    "ellipse": PARTS["area"],
    "limit": PARTS["concentration"],
    "used": PARTS["concentration"],
    "released": PARTS["concentration"],
}

# Places that hold several, and what stands between them.
LISTED = {"awaited": ", "}
