"""The element Study: visits, forms, groups of items, skip logic and scores, as the protocol has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.datasets.odm.definitions import (
    RULE_LANGUAGE,
    code_list_elements,
    item_defs,
    scores_of,
    speaks_of,
    unit_elements,
)
from firstdose.datasets.odm.element import alias, element, words, yes_no
from firstdose.datasets.odm.oids import (
    COMMON,
    COMPARATOR,
    CONDITION,
    EVENT,
    FORM,
    GROUP,
    METHOD,
    UNPLANNED,
    item_oid,
    score_oid,
)
from firstdose.records.log.tables import known_forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from xml.etree.ElementTree import Element

    from firstdose.catalogue import Item, Score
    from firstdose.datasets.odm.definitions import Extent
    from firstdose.datasets.odm.versions import Version, Versions
    from firstdose.datasets.recorded import Hide
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_capture import Branch
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Key

    Extents = Mapping[tuple[str, str], Extent]


def study_oid(protocol: Protocol) -> str:
    return protocol.trial.id


def study_element(versions: Versions, extents: Mapping[str, Extents], hide: Hide) -> Element:
    """Study with one MetaDataVersion for each version. `extents`: OID of a version > what is on record of its items."""
    trial = versions.now.protocol.trial
    units = unit_elements(form for version in versions.each for form in version.forms.values())
    return element(
        "Study",
        element(
            "GlobalVariables",
            element("StudyName", text=trial.id),
            element("StudyDescription", text=trial.title),
            element("ProtocolName", text=f"{trial.id}, version {trial.version}"),
        ),
        element("BasicDefinitions", *units) if units else None,
        *(_version_element(version, extents[version.oid], hide) for version in versions.each),
        OID=study_oid(versions.now.protocol),
    )


def _version_element(version: Version, extents: Extents, hide: Hide) -> Element:
    """One MetaDataVersion; no rule speaks of what is hidden."""
    protocol, forms = version.protocol, version.forms
    known = known_forms(protocol).values()
    hidden = {item.name for form in known for item in form.items if hide(form.name, item.name)}
    recorded = [key for key in version.keys if key.form in forms and key.participant]
    # Of nobody: the tables of the product are reference data and belong to no event.
    own = {name: form for name, form in forms.items() if form.of_participants}
    events = _events(protocol, own, recorded)
    return element(
        "MetaDataVersion",
        element("Protocol", *_event_refs(events)),
        *(_event_def(protocol, oid, held) for oid, held in events.items()),
        *(_form_def(form) for form in own.values()),
        *(_group_def(protocol, form) for form in forms.values()),
        *item_defs(protocol, forms, extents, hidden),
        *code_list_elements(forms),
        *(_condition(branch, forms, hidden) for branch in _branches(protocol, forms)),
        *(_score_method(form, score) for form in forms.values() for score in scores_of(form)),
        *_derivations(protocol, hidden),
        OID=version.oid,
        Name=f"version {protocol.trial.version}, identity {version.identity}",
    )


# --------------------------------------------------------------------------------------------------------- events


def event_of(protocol: Protocol, visit: str) -> tuple[str, str | None]:
    """(OID of the event, its repeat key where nobody planned the visit)."""
    if not visit:
        return COMMON, None
    return (f"{EVENT}{visit}", None) if protocol.visit(visit) else (UNPLANNED, visit)


def _events(protocol: Protocol, forms: Mapping[str, Form], keys: Iterable[Key]) -> dict[str, list[str]]:
    """Event > its forms in order: as planned, and wherever a record was kept."""
    oids = [COMMON, *(f"{EVENT}{visit.visit}" for visit in protocol.visits), UNPLANNED]
    held: dict[str, set[str]] = {oid: set() for oid in oids}
    for form in forms.values():
        for oid in _planned(protocol, form):
            held[oid].add(form.name)
    for key in keys:
        held[event_of(protocol, key.visit)[0]].add(key.form)
    return {oid: [name for name in forms if name in held[oid]] for oid in oids}


def _planned(protocol: Protocol, form: Form) -> Iterator[str]:
    row = protocol.activity(form.name)
    visits = row.at if row else tuple(visit.visit for visit in protocol.visits) if form.by_visit else ()
    if form.repeats or not visits:
        yield COMMON
        return
    yield from (f"{EVENT}{visit}" for visit in visits if protocol.visit(visit))
    if form.by_visit:
        yield UNPLANNED


def _event_refs(events: Iterable[str]) -> Iterator[Element]:
    for number, oid in enumerate(events, start=1):
        planned = oid not in {COMMON, UNPLANNED}
        yield element("StudyEventRef", StudyEventOID=oid, OrderNumber=number, Mandatory=yes_no(planned))


def _event_def(protocol: Protocol, oid: str, held: Iterable[str]) -> Element:
    visit = protocol.visit(oid.removeprefix(EVENT))
    refs = [
        element("FormRef", FormOID=f"{FORM}{name}", OrderNumber=number, Mandatory=yes_no(visit is not None))
        for number, name in enumerate(held, start=1)
    ]
    names = {COMMON: "of no visit", UNPLANNED: "visits nobody planned"}
    kinds = {COMMON: "Common", UNPLANNED: "Unscheduled"}
    window = f"day {visit.day}, from {visit.window.first} to {visit.window.last}" if visit else ""
    return element(
        "StudyEventDef",
        words("Description", f"{visit.label or visit.visit}: {window}") if visit else None,
        *refs,
        OID=oid,
        Name=visit.visit if visit else names[oid],
        Repeating=yes_no(oid == UNPLANNED),
        Type=kinds.get(oid, "Scheduled"),
        Category=visit.epoch or None if visit else None,
    )


# ---------------------------------------------------------------------------------------------- forms and groups


def _form_def(form: Form) -> Element:
    return element(
        "FormDef",
        words("Description", form.label),
        element("ItemGroupRef", ItemGroupOID=f"{GROUP}{form.name}", Mandatory="Yes"),
        OID=f"{FORM}{form.name}",
        Name=form.name,
        Repeating="No",
    )


def repeats(form: Form) -> bool:
    """Several records on one form: one a lesion, or one a thing that happened."""
    return form.repeats or form.per == "lesion"


def _group_def(protocol: Protocol, form: Form) -> Element:
    said = dict(form.instrument.mapping) if form.instrument else {}
    shown = {key: said[key] for key in ("domain",) if key in said}
    branched = {branch.item for branch in _branches(protocol, {form.name: form})}
    refs = [ref for item in form.items for ref in _item_refs(form, item, branched)]
    refs += [_score_ref(form, score) for score in scores_of(form)]
    for number, ref in enumerate(refs, start=1):
        ref.set("OrderNumber", str(number))
    return element(
        "ItemGroupDef",
        words("Description", form.label),
        *refs,
        *(alias("SDTM", domain) for domain in shown.values()),
        OID=f"{GROUP}{form.name}",
        Name=form.name,
        Repeating=yes_no(repeats(form)),
        IsReferenceData=yes_no(not form.of_participants),
        Domain=shown.get("domain"),
    )


def _item_refs(form: Form, item: Item, branched: set[str]) -> Iterator[Element]:
    skipped = f"{CONDITION}{form.name}.{item.name}" if item.name in branched else None
    yield element(
        "ItemRef",
        ItemOID=item_oid(form.name, item.name),
        Mandatory=yes_no(item.required),
        CollectionExceptionConditionOID=skipped,
    )
    if item.kind == "quantity":
        yield element("ItemRef", ItemOID=item_oid(form.name, f"{item.name}{COMPARATOR}"), Mandatory="No")


def _score_ref(form: Form, score: Score) -> Element:
    name = f"{form.name}.{score.name}"
    return element(
        "ItemRef", ItemOID=score_oid(form.name, score.name), Mandatory="No", MethodOID=f"{METHOD}{name}"
    )


# --------------------------------------------------------------------------------------------- rules and methods


def _branches(protocol: Protocol, forms: Mapping[str, Form]) -> list[Branch]:
    """Skip logic of the items that are shown."""
    return [
        branch
        for branch in protocol.branching
        if branch.activity in forms and forms[branch.activity].item(branch.item)
    ]


def _condition(branch: Branch, forms: Mapping[str, Form], hidden: set[str]) -> Element:
    """ODM asks when an item is NOT collected: where its rule is known not to hold."""
    label = forms[branch.activity].label
    rule = None if speaks_of(branch.rule, hidden) else f"not ({branch.rule})"
    return element(
        "ConditionDef",
        words("Description", f"{label}: {branch.item} is asked only where its rule holds"),
        element("FormalExpression", text=rule, Context=RULE_LANGUAGE) if rule else None,
        OID=f"{CONDITION}{branch.activity}.{branch.item}",
        Name=f"{branch.activity}.{branch.item}",
    )


def _score_method(form: Form, score: Score) -> Element:
    source = f" Source: {form.instrument.source}." if form.instrument else ""
    about = f"{score.label}, {score.low:g} to {score.high:g} {score.unit}".rstrip()
    name = f"{form.name}.{score.name}"
    return element(
        "MethodDef",
        words("Description", f"{about}, computed from the items of the form.{source}"),
        OID=f"{METHOD}{name}",
        Name=name,
        Type="Computation",
    )


def _derivations(protocol: Protocol, hidden: set[str]) -> Iterator[Element]:
    for step in protocol.derivations:
        if not speaks_of(step.rule, hidden):
            yield element(
                "MethodDef",
                words("Description", step.label),
                element("FormalExpression", text=step.rule, Context=RULE_LANGUAGE),
                OID=f"{METHOD}{step.variable}",
                Name=step.variable,
                Type="Computation",
            )
