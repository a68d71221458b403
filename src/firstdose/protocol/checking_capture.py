"""Sites, branching and capture: what they name exists, branches can be followed, blind ratings do not show the dose."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from firstdose.protocol.branches import stands_on
from firstdose.protocol.checking_words import problem
from firstdose.protocol.names import (
    ADMINISTRATION,
    CONSENT,
    EVENTS,
    forms,
    is_early_phase,
    is_misspelt,
    names_in_sight,
)
from firstdose.protocol.rule import read_rule
from firstdose.protocol.telling_words import listed
from firstdose.values.issue import Place, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_capture import Branch, Capture
    from firstdose.protocol.names import Form
    from firstdose.protocol.rule import Rule
    from firstdose.values.issue import Issue

KEYS = frozenset({"participant", "visit", "lesion", "date"})
DOSE = "dose_level"
TYPED = frozenset({"integer", "number", "quantity", "date"})


def check_capture(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """FD-P190 to FD-P199, and visits that the plan does not have."""
    yield from _sites(protocol, places)
    for branch in protocol.branching:
        yield from _branch(protocol, branch, places)
    yield from _circles(protocol, places)
    if protocol.capture is not None:
        yield from _blind(protocol, protocol.capture, places)
        yield from _critical(protocol, protocol.capture, places)
        yield from _signed(protocol, protocol.capture, places)
        yield from _typed(protocol, protocol.capture, places)


# -------------------------------------------------------------------------------------------------------- sites


def _sites(protocol: Protocol, places: Places) -> Iterator[Issue]:
    first: dict[str, str] = {}
    for row in protocol.sites:
        if row.label and (other := first.setdefault(row.label.casefold(), row.site)) != row.site:
            place = places.of("sites", row.site, "label")
            yield problem("FD-P197", place, first=other, second=row.site, label=row.label)
        if not _is_zone(row.time_zone):
            guess = did_you_mean(row.time_zone, sorted(available_timezones()))
            place = places.of("sites", row.site, "time_zone")
            yield problem("FD-P196", place, name=row.time_zone, guess=guess)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no name at all; a folder of names such as Europe
        return False
    return True


# ---------------------------------------------------------------------------------------------------- branching


def _branch(protocol: Protocol, branch: Branch, places: Places) -> Iterator[Issue]:
    if not branch.item:  # told while reading
        return
    path = ("branching", branch.named)
    found = list(_named(protocol, branch.named, "branching", places.of(*path)))
    yield from found
    if found or branch.activity not in forms(protocol):
        return
    if branch.item in KEYS:
        yield problem("FD-P195", places.of(*path), item=branch.item)
    names = names_in_sight(protocol, "branching", branch.activity)
    rule, _ = read_rule(branch.rule, names, Place(""), [visit.visit for visit in protocol.visits])
    if rule is None:  # told with the rules
        return
    place, item = places.of(*path, "asked_when"), branch.item
    if item in rule.names:
        yield problem("FD-P192", place, item=item, activity=branch.activity)
    if beyond := _beyond(rule, forms(protocol)[branch.activity]):
        yield problem("FD-P193", place, item=item, beyond=listed(beyond), activity=branch.activity)


def _beyond(rule: Rule, form: Form) -> list[str]:
    """What the rule looks at that does not stand in the same record."""
    lags = [f"{name} at {visit}" for name, visit in sorted(rule.lags)]
    lagged = {name for name, _ in rule.lags}
    others = [name for name in sorted(rule.names - lagged) if form.item(name) is None]
    return [*others, *lags, *(["other records"] if rule.aggregates else [])]


def _circles(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Each circle once, at the first of its branches."""
    told: set[tuple[str, str]] = set()
    for branch in protocol.branching:
        below = stands_on(protocol, branch.activity)
        way = _way_back(branch.item, below)
        if way and (branch.activity, branch.item) not in told:
            told |= {(branch.activity, item) for item in (branch.item, *way)}
            place = places.of("branching", branch.named, "asked_when")
            yield problem("FD-P194", place, item=branch.item, way=listed(way))


def _way_back(item: str, below: dict[str, frozenset[str]]) -> tuple[str, ...]:
    """The other items of a circle through this one, in order; none where there is none."""
    pending: list[tuple[str, ...]] = [(item,)]
    seen: set[str] = set()
    while pending:
        way = pending.pop(0)
        onward = sorted(below.get(way[-1], frozenset()) - seen)
        if item in onward and len(way) > 1:
            return way[1:]
        seen |= set(onward)
        pending += [(*way, each) for each in onward if each != item]
    return ()


# ------------------------------------------------------------------------------------------------------ capture


def _blind(protocol: Protocol, capture: Capture, places: Places) -> Iterator[Issue]:
    for name in capture.blind:
        place = places.of("capture", "blind", name)
        yield from _named(protocol, name, "capture", place)
        form = forms(protocol).get(name)
        if form is not None and (shows := _shows(form)):
            yield problem("FD-P198", place, activity=name, shows=shows)


def _shows(form: Form) -> str:
    """How a form tells the dose; empty where it does not."""
    if form.item(DOSE) is not None:
        return f"its item {DOSE}"
    return "it is the administration" if form.name == ADMINISTRATION else ""


def _critical(protocol: Protocol, capture: Capture, places: Places) -> Iterator[Issue]:
    for name in capture.critical:
        yield from _named(protocol, name, "capture", places.of("capture", "critical", name))


def _signed(protocol: Protocol, capture: Capture, places: Places) -> Iterator[Issue]:
    known = [visit.visit for visit in protocol.visits]
    for name in capture.signed:
        if name not in known:
            place, guess = places.of("capture", "signed", name), did_you_mean(name, known)
            yield problem("FD-P042", place, name=name, guess=guess, visits=listed(known))


def _typed(protocol: Protocol, capture: Capture, places: Places) -> Iterator[Issue]:
    """What is typed twice or has usual values is a number or a date; never an answer that is chosen."""
    named: list[tuple[str, str, tuple[str, ...]]] = [
        ("twice", name, ("capture", "twice", name)) for name in capture.twice
    ]
    named += [("usual", row.item, ("capture", "usual", row.item, "item")) for row in capture.usual]
    for key, name, path in named:
        found = list(_named(protocol, name, "capture", places.of(*path)))
        yield from found
        activity, _, item = name.partition(".")
        form = forms(protocol).get(activity)
        if not found and form is not None and not is_typed(form, item):
            yield problem("FD-P199", places.of(*path), section=key, name=name)


def _named(protocol: Protocol, name: str, section: str, place: Place) -> Iterator[Issue]:
    """An activity, or activity.item."""
    activity, _, item = name.partition(".")
    form = forms(protocol).get(activity)
    if form is None:
        if not _is_told_at_schedule(protocol, activity):
            guess = did_you_mean(activity, forms(protocol))
            yield problem("FD-P190", place, section=section, name=activity, guess=guess)
    elif item and form.item(item) is None:
        guess = did_you_mean(item, [each.name for each in form.items])
        yield problem("FD-P191", place, activity=activity, item=item, guess=guess)


def is_typed(form: Form, item: str) -> bool:
    """Whether this item is a number or a date; without item: whether the form has one."""
    return any(each.kind in TYPED for each in form.items if not item or each.name == item)


def _is_told_at_schedule(protocol: Protocol, activity: str) -> bool:
    """Unknown to every shelf, misspelt, or missing where it is mandatory: that is said once, at the schedule."""
    if protocol.activity(activity) is not None or is_misspelt(protocol, activity):
        return True
    return activity in (CONSENT, ADMINISTRATION, EVENTS) and is_early_phase(protocol)
