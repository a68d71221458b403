"""Sentences of capture's own pages that go on record with an answer: English until they are shown (FD-W044, W057, W058)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.saying import Saying

CLOSED = Saying(
    (noop("By the answers above this is not asked, and it has a value."),),
    (noop("Clear it with a reason, or keep it with a reason."),),
)

PAGES = {
    "FD-W044": CLOSED,
    "FD-W057": Saying(
        (noop("%(day)s is still to come: where the site is it is %(today)s."),),
        (noop("Is it so, or is the date wrong?"),),
    ),
    "FD-W058": Saying(
        (noop("%(day)s is %(days)s days ago, and records are entered within %(within)s days."),),
        (noop("Is the date right? Then say why it is entered late."),),
    ),
}
