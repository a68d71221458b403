"""Items in ODM's words: ItemDef, CodeList, MeasurementUnit, with limits and checks as far as they are declared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.datasets.odm.element import alias, element, words
from firstdose.datasets.odm.oids import (
    ACT_LIST,
    AS_RECORDED,
    CODES,
    COMPARATOR,
    MISSING_LIST,
    item_oid,
    score_oid,
    unit_oid,
)
from firstdose.datasets.odm.typing import TYPES
from firstdose.values.missing import MISSING
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from xml.etree.ElementTree import Element

    from firstdose.catalogue import Item, Score
    from firstdose.protocol.model import EditCheck, Protocol
    from firstdose.protocol.names import Form

TEXT_LENGTH, INTEGER_LENGTH, FLOAT_LENGTH, DECIMALS = 200, 10, 20, 6
RULE_LANGUAGE, RULE_CODE = "firstdose rule language", "firstdose check"
ACTS = {
    "query": "a question about a value",
    "sdv": "comparison with the source",
    "lock": "entries closed or opened",
    "form": "the record is complete, or open again",
    "signature": "a signature no longer holds",
}


@dataclass(frozen=True, slots=True)
class Extent:
    """The longest text and the most decimals of an item on record."""

    length: int = 0
    decimals: int = 0

    def with_text(self, text: str) -> Extent:
        decimals = len(text.partition(".")[2]) if text.replace(".", "", 1).lstrip("<>-").isdigit() else 0
        return Extent(max(self.length, len(text)), max(self.decimals, decimals))


def item_defs(
    protocol: Protocol,
    forms: Mapping[str, Form],
    extents: Mapping[tuple[str, str], Extent],
    hidden: Iterable[str],
) -> Iterator[Element]:
    """ItemDefs of every form in order: items, comparators beside quantities, scores."""
    lists = code_lists(forms)
    for form in forms.values():
        for item in form.items:
            extent = extents.get((form.name, item.name), Extent())
            yield _item_def(form, item, extent, lists, _checks(protocol, form, item, set(hidden)))
            if item.kind == "quantity":
                yield _comparator(form, item)
        yield from (_score_def(form, score) for score in scores_of(form))


def scores_of(form: Form) -> tuple[Score, ...]:
    """The scores of a form whose items are shown; none where an item of the instrument is not.

    A scale is its own score: what an item of the form already says is not said twice.
    """
    entry = form.instrument
    whole = entry is None or all(form.item(item.name) for item in entry.items)
    return tuple(score for score in form.scores if whole and form.items and not form.item(score.name))


def _item_def(
    form: Form, item: Item, extent: Extent, lists: Mapping[tuple[str, str], str], checks: Iterable[Element]
) -> Element:
    named = lists.get((form.name, item.name))
    return element(
        "ItemDef",
        words("Question", item.label),
        element("MeasurementUnitRef", MeasurementUnitOID=unit_oid(item.unit)) if item.unit else None,
        *_limits(item),
        *checks,
        element("CodeListRef", CodeListOID=named) if named else None,
        *(alias("SDTM", name) for name in sdtm_of(form, item.name)),
        OID=item_oid(form.name, item.name),
        Name=item.name,
        DataType=TYPES[item.kind],
        **_sizes(item, extent),
    )


def _sizes(item: Item, extent: Extent) -> dict[str, str]:
    """Length and SignificantDigits: as declared, never less than what is on record."""
    match TYPES[item.kind]:
        case "text":
            codes = [len(code) for code in item.code_names]
            return {"Length": str(max([extent.length, *(codes or [TEXT_LENGTH])]))}
        case "integer":
            return {"Length": str(max(extent.length, INTEGER_LENGTH))}
        case "float":
            declared = DECIMALS if item.decimals is None else item.decimals
            digits = max(declared, extent.decimals)
            return {"Length": str(max(extent.length, FLOAT_LENGTH)), "SignificantDigits": str(digits)}
        case _:
            return {}


def _limits(item: Item) -> Iterator[Element]:
    """A grade off its scale is refused; any other number outside its limits is asked about."""
    hard = "Hard" if item.kind == "ordinal" else "Soft"
    for comparator, limit in (("GE", item.low), ("LE", item.high)):
        if limit is not None:
            yield element(
                "RangeCheck", element("CheckValue", text=plain(limit)), Comparator=comparator, SoftHard=hard
            )


def _checks(protocol: Protocol, form: Form, item: Item, hidden: set[str]) -> Iterator[Element]:
    """Checks over several items stand at the first of them."""
    for check in protocol.checks:
        if (
            check.activity == form.name
            and first_item(check, form) == item.name
            and not speaks_of(check.rule, hidden)
        ):
            yield _soft(RULE_LANGUAGE, check.rule, check.message)
    for rule in form.integrity:
        if rule.columns[:1] == (item.name,) and not hidden & set(rule.columns):
            yield _soft(RULE_CODE, rule.code, f"{rule.message} {rule.remedy}")


def _soft(context: str, text: str, message: str) -> Element:
    formal = element("FormalExpression", text=text, Context=context)
    return element("RangeCheck", formal, words("ErrorMessage", message), SoftHard="Soft")


def first_item(check: EditCheck, form: Form) -> str:
    """The item of the form that the rule names first; its first item where it names none."""
    named = [item.name for item in form.items if speaks_of(check.rule, {item.name})]
    return min(named, key=check.rule.index, default=form.items[0].name if form.items else "")


def speaks_of(rule: str, names: set[str]) -> bool:
    """Whether a rule has one of these names in it."""
    return bool(names & set(re.findall(r"\w+", rule)))


def _comparator(form: Form, item: Item) -> Element:
    name = f"{item.name}{COMPARATOR}"
    return element(
        "ItemDef",
        words("Question", f"{item.label}: below or above quantification"),
        element("CodeListRef", CodeListOID=f"{CODES}{COMPARATOR}"),
        OID=item_oid(form.name, name),
        Name=name,
        DataType="text",
        Length=1,
    )


def _score_def(form: Form, score: Score) -> Element:
    return element(
        "ItemDef",
        words("Description", score.label),
        element("MeasurementUnitRef", MeasurementUnitOID=unit_oid(score.unit)) if score.unit else None,
        OID=score_oid(form.name, score.name),
        Name=score.name,
        DataType="float",
        Length=FLOAT_LENGTH,
        SignificantDigits=score.decimals,
        Origin="Derived",
    )


def sdtm_of(form: Form, item: str) -> tuple[str, ...]:
    """`EX.EXLOC`: the SDTM variable of an item, where the instrument names it."""
    said = dict(form.instrument.mapping) if form.instrument else {}
    return (
        (f"{said['domain']}.{said[item]}",) if item in said and item != "domain" and "domain" in said else ()
    )


# ------------------------------------------------------------------------------------------------- lists and units


def code_lists(forms: Mapping[str, Form]) -> dict[tuple[str, str], str]:
    """(form, item) > OID of its code list; equal lists are one, named after the first item that has it."""
    first: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
    found: dict[tuple[str, str], str] = {}
    for form in forms.values():
        for item in form.items:
            if item.codes:
                oid = f"{CODES}{form.name}.{item.name}"
                found[form.name, item.name] = first.setdefault((TYPES[item.kind], item.codes), oid)
    return found


def code_list_elements(forms: Mapping[str, Form]) -> Iterator[Element]:
    """The code lists, then our own: comparators, reasons for missing values, acts."""
    written: set[str] = set()
    for (form, name), oid in code_lists(forms).items():
        item = forms[form].item(name)
        if oid not in written and item is not None:
            written.add(oid)
            yield _code_list(oid, item.label, item.codes, "integer" if item.kind == "ordinal" else "text")
    if any(item.kind == "quantity" for form in forms.values() for item in form.items):
        signs = (("<", "below the limit"), (">", "above the limit"))
        yield _code_list(f"{CODES}{COMPARATOR}", "below or above quantification", signs)
    reasons = [(code, label) for code, (label, _) in MISSING.items()]
    kept = (AS_RECORDED, "the comment is the text as recorded")
    yield _code_list(MISSING_LIST, "why there is no value", [*reasons, kept])
    yield _code_list(ACT_LIST, "what was done", list(ACTS.items()))


def _code_list(oid: str, name: str, codes: Iterable[tuple[str, str]], kind: str = "text") -> Element:
    items = [
        element("CodeListItem", words("Decode", meaning or code), CodedValue=code) for code, meaning in codes
    ]
    return element("CodeList", *items, OID=oid, Name=name, DataType=kind)


def unit_elements(forms: Iterable[Form]) -> list[Element]:
    """Every unit that an item or a score has, by name."""
    units: set[str] = set()
    for form in forms:
        units |= {item.unit for item in form.items} | {score.unit for score in scores_of(form)}
    return [
        element("MeasurementUnit", words("Symbol", unit), OID=unit_oid(unit), Name=unit)
        for unit in sorted(units - {""})
    ]
