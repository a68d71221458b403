"""Words of what the records keep as codes: states, kinds of events, clocks, deviations: `{{ row.status|words }}`."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

register = template.Library()
WORDS = {
    "open": noop("open"),
    "opened": noop("opened"),
    "answered": noop("answered"),
    "closed": noop("closed"),
    "reopened": noop("reopened"),
    "proposed": noop("proposed"),
    "confirmed": noop("confirmed"),
    "dismissed": noop("dismissed"),
    "minor": noop("minor"),
    "major": noop("major"),
    "frozen": noop("frozen"),
    "locked": noop("locked"),
    "yes": noop("yes"),
    "no": noop("no"),
    "undecided": noop("undecided"),
    "not yet": noop("not yet"),
    "not evaluable": noop("not evaluable"),
    "treat": noop("treat"),
    "wait": noop("wait"),
    "halted": noop("halted"),
    "stopped": noop("stopped"),
    "complete": noop("complete"),
    "reported": noop("reported"),
    "running": noop("running"),
    "met": noop("met"),
    "met late": noop("met late"),
    "lifted": noop("lifted"),
    "overdue": noop("overdue"),
    "due": noop("due"),
    "coming": noop("coming"),
    "done": noop("done"),
    "missed": noop("missed"),
    "empty": noop("empty"),
    "started": noop("started"),
    "not needed": noop("not needed"),
    "erased": noop("erased"),
    "pass": noop("pass"),
    "fail": noop("fail"),
    "flag": noop("flagged"),
    "missing": noop("missing"),
    "overridden": noop("overridden"),
}
# Of a visit: whether it can be due is not known before its first day is.
VISITS = {"unknown": noop("no date yet")}
# Why there is no value, as the core labels it.
MISSING = {
    "not done": noop("not done"),
    "unknown": noop("unknown"),
    "refused": noop("refused"),
    "not applicable": noop("not applicable"),
}
# Of a clock of an adverse event: which it is, and how it stands.
CLOCKS = {
    "met": noop("met in time"),
    "24 h": noop("24 h"),
    "7 days": noop("7 days"),
    "15 days": noop("15 days"),
    "follow-up": noop("follow-up"),
}
DEVIATIONS = {
    "visit outside its window": noop("visit outside its window"),
    "visit missed": noop("visit missed"),
    "before consent": noop("before consent"),
    "consent missing": noop("consent missing"),
    "eligibility": noop("eligibility"),
    "given again": noop("given again"),
    "dose outside tolerance": noop("dose outside tolerance"),
    "wrong dose level": noop("wrong dose level"),
    "lot not released": noop("lot not released"),
    "dose cap exceeded": noop("dose cap exceeded"),
}
KINDS = {
    "protocol.activated": noop("protocol in force"),
    "participant.added": noop("participant added"),
    "value.set": noop("value entered"),
    "value.cleared": noop("value cleared"),
    "repeat.added": noop("record added"),
    "repeat.struck": noop("record struck out"),
    "repeat.restored": noop("record counts again"),
    "form.completed": noop("form complete"),
    "form.reopened": noop("form open again"),
    "photo.added": noop("photograph added"),
    "query.opened": noop("query opened"),
    "query.answered": noop("query answered"),
    "query.closed": noop("query closed"),
    "query.reopened": noop("query reopened"),
    "sdv.done": noop("compared with the source"),
    "sdv.voided": noop("verification lapsed"),
    "lock.frozen": noop("frozen"),
    "lock.thawed": noop("thawed"),
    "lock.locked": noop("locked"),
    "lock.unlocked": noop("unlocked"),
    "sign.made": noop("signed"),
    "sign.voided": noop("signature lapsed"),
    "deviation.proposed": noop("deviation proposed"),
    "deviation.confirmed": noop("deviation confirmed"),
    "deviation.dismissed": noop("deviation dismissed"),
    "dose.proposed": noop("dose proposed"),
    "dose.approved": noop("dose approved"),
    "dose.overridden": noop("dose gate overridden"),
    "dose.given": noop("dose given"),
    "cohort.decided": noop("board decided"),
    "ae.clock": noop("clock began"),
    "ae.notified": noop("notice sent"),
    "ae.reported": noop("report made"),
    "trail.reviewed": noop("trail reviewed"),
    "export.made": noop("export made"),
    "import.done": noop("import done"),
    "view.unblinded": noop("dose seen"),
    "user.added": noop("account added"),
    "user.changed": noop("account changed"),
    "user.identified": noop("identity checked"),
    "user.trained": noop("training recorded"),
    "user.left": noop("person left"),
    "role.granted": noop("role granted"),
    "role.withdrawn": noop("role withdrawn"),
    "role.reviewed": noop("rights reviewed"),
    "password.changed": noop("password changed"),
    "factor.added": noop("second factor added"),
    "factor.withdrawn": noop("second factor withdrawn"),
    "login.done": noop("login"),
    "login.failed": noop("login failed"),
    "login.locked": noop("login locked"),
    "logout.done": noop("logout"),
    "anchor.made": noop("anchor made"),
    "backup.made": noop("backup made"),
    "restore.done": noop("backup restored"),
    "redacted": noop("event erased"),
}
OF = {"visit": VISITS, "missing": MISSING, "clock": CLOCKS, "deviation": DEVIATIONS, "kind": KINDS}


@register.filter
def words(code: str, of: str = "") -> str:
    """The word of a code in the language of the page; what is not known stays as it is.

    `of`: visit, missing, clock, deviation or kind, where the same code could mean something else.
    """
    known = OF.get(of, {})
    told = known.get(code) or WORDS.get(code)
    return gettext(told) if told else code
