"""Shelf entries told in Markdown, one section each, for the reference pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstdose.catalogue.entries import (
        Dictionary,
        EscalationDesign,
        Instrument,
        Item,
        Method,
        Option,
        Procedure,
        Score,
    )
    from firstdose.catalogue.result import Need

KINDS = {
    "integer": "whole number",
    "number": "number",
    "ordinal": "grade",
    "quantity": "number, also below or above a limit (`<5`)",
    "code": "one of",
    "text": "text",
    "date": "date, as far as known",
    "truth": "yes or no",
}
DESIGNS = {
    "summary": "one value of each participant",
    "proportion": "yes or no of each participant",
    "rate": "a count of each participant, with what it is counted by",
    "paired": "two values of each participant",
    "paired proportion": "yes or no of each participant at two times",
    "within": "several times of each participant, complete",
    "longitudinal": "several times of each participant, some of which may be missing",
    "between": "one value of each participant, in independent groups",
    "nested": "the values of each lesion, with the participant it belongs to",
    "association": "two measures of each participant at several times",
}


def render_instrument(entry: Instrument) -> str:
    """The section of an instrument: how to name it, records, items, scores, rules between items, source."""
    parts = [
        _heading(entry.name, entry.label),
        _named(entry),
        f"{_records(entry)} {_keys(entry)}",
        _items(entry.items),
        _scores(entry.scores),
        _rules(entry),
        _list([*(f"`{variant}`: {note}" for variant, note in entry.variant_notes), *entry.notes]),
        _source(entry.source, entry.licence),
    ]
    return _joined(parts)


def render_method(entry: Method) -> str:
    """The section of a method: what it estimates, needs and refuses, its words, what the report says of it."""
    facts = [
        f"Estimates: {', '.join(f'`{summary}`' for summary in entry.summaries)}.",
        f"Looks at {DESIGNS[entry.design]}; {_needs(entry.need)}.",
        f"What it counts: {', '.join(entry.units)}.",
        f"{_judges(entry)}.",
        *(f"Refuses {each}." for each in entry.refuses),
    ]
    parts = [
        _heading(entry.name, entry.label),
        _list(facts),
        render_options(entry.options),
        f"In the report: {entry.sentence}",
        _source(entry.source),
        f"Held by `{entry.reference}`." if entry.reference else "",
    ]
    return _joined(parts)


def render_procedure(entry: Procedure) -> str:
    """The section of a way to judge tests together."""
    takes = {
        "weights": "`weights` of the members",
        "graph": "the section `graph`",
        "gates": "the families named under `after`",
    }
    facts = [
        f"Judges {'the p values of the members' if entry.needs == 'p' else 'the changes of all members together'}.",
        *([f"Takes {' and '.join(takes[each] for each in entry.takes)}."] if entry.takes else []),
        *(["The order of the members matters."] if entry.ordered else []),
    ]
    word = entry.name.replace("_", " ")
    parts = [
        _heading(word, entry.label),
        _list(facts),
        f"In the report: {entry.sentence}",
        _source(entry.source),
        f"Held by `{entry.reference}`." if entry.reference else "",
    ]
    return _joined(parts)


def render_dictionary(entry: Dictionary) -> str:
    """The section of a dictionary: its terms by system organ class, with the grades each has."""
    classes: dict[str, list[str]] = {}
    for term in entry.terms:
        grades = [number for number, words in enumerate(term.grades, start=1) if words]
        classes.setdefault(term.soc, []).append(f"{term.name} ({grades[0]} to {grades[-1]})")
    rows = [(soc, "; ".join(terms)) for soc, terms in classes.items()]
    parts = [
        _heading(entry.name, entry.label),
        f"Version: {entry.version}.",
        render_table(("system organ class", "terms, with their grades"), rows),
        _source(entry.source, entry.licence),
    ]
    return _joined(parts)


def render_design(entry: EscalationDesign) -> str:
    """The section of a design: what it does and the words that the protocol file may set."""
    parts = [
        _heading(entry.name, entry.label),
        render_options(entry.keys),
        f"Read back as: {entry.sentence.format(**{key.name: f'*{key.name}*' for key in entry.keys})}",
        _source(entry.source),
    ]
    return _joined(parts)


# ------------------------------------------------------------------------------------------------------- instruments


def _named(entry: Instrument) -> str:
    if not entry.variants:
        return ""
    names = " or ".join(f"`{entry.name}_{variant}`" for variant in entry.variants)
    return f"The variant is part of the name: {names}."


def _records(entry: Instrument) -> str:
    if entry.repeats:
        return "As many records as there is something to record."
    whose = "lesion" if entry.per == "lesion" else "participant"
    return f"One record for each {whose} and visit." if entry.by_visit else f"One record for each {whose}."


def _keys(entry: Instrument) -> str:
    visit = ["visit"] if entry.by_visit and not entry.repeats else []
    lesion = ["lesion"] if entry.per == "lesion" else []
    return f"Key columns: {', '.join(f'`{key}`' for key in ('participant', *visit, *lesion))}."


def _items(items: Iterable[Item]) -> str:
    """A code list stands once: items that share it name the first one."""
    first: dict[str, str] = {}
    rows = []
    for each in items:
        said = takes(each)
        before = first.setdefault(said, each.name)
        again = bool(each.codes) and before != each.name
        rows.append((_starred(each), each.label, f"as `{before}`" if again else said))
    return render_table(("item (\\* required)", "what", "takes"), rows)


def _starred(item: Item) -> str:
    return f"`{item.name}` \\*" if item.required else f"`{item.name}`"


def takes(item: Item) -> str:
    """What a cell of this item may hold: kind, limits, unit, codes, precision."""
    if item.kind == "code":
        return "; ".join(_code(code, words) for code, words in item.codes)
    words = [KINDS[item.kind], _limits(item), item.unit, _decimals(item), _quantified(item)]
    said = ", ".join(word for word in words if word)
    codes = "; ".join(f"{code} {meaning}" for code, meaning in item.codes)
    return f"{said}: {codes}" if codes else said


def _code(code: str, words: str) -> str:
    return f"`{code}`" if words in {"", code, code.replace("_", " ")} else f"`{code}` {words}"


def _limits(item: Item) -> str:
    if item.low is None or item.high is None:
        return ""
    return f"{plain(item.low)} to {plain(item.high)}"


def _decimals(item: Item) -> str:
    if not item.decimals:
        return ""
    return f"{item.decimals} decimal{'s' if item.decimals > 1 else ''}"


def _quantified(item: Item) -> str:
    known = [("from", item.lloq), ("up to", item.uloq)]
    said = " ".join(f"{word} {plain(limit)}" for word, limit in known if limit is not None)
    return f"quantified {said}" if said else ""


def _scores(scores: Sequence[Score]) -> str:
    rows = [
        (f"`{each.name}`", each.label, f"{each.low:g} to {each.high:g} {each.unit}".rstrip(), each.direction)
        for each in scores
    ]
    return render_table(("score", "what", "range", "direction"), rows)


def _rules(entry: Instrument) -> str:
    """Each code once: a rule of every region says the same."""
    first = {rule.code: rule.message for rule in reversed(entry.integrity)}
    told = [f"[{code}](../issues/{code}.md): {message}" for code, message in sorted(first.items())]
    return f"Told of a record:\n\n{_list(told)}" if told else ""


# ----------------------------------------------------------------------------------------------------------- methods


def _needs(need: Need) -> str:
    said = [
        f"at least {need.participants} participant{'s' if need.participants > 1 else ''}",
        _between(need.times, need.times_most, "times"),
        f"at least {need.groups} groups" if need.groups else "",
    ]
    return "needs " + ", ".join(word for word in said if word)


def _between(least: int, most: int | None, what: str) -> str:
    if not least:
        return ""
    return f"{least} {what}" if least == most else f"at least {least} {what}"


def _judges(entry: Method) -> str:
    if not entry.tests:
        return "Gives an exact interval and no p" if entry.exact else "Gives no p"
    return "Gives an exact p" if entry.exact else "Gives a p"


def _taken(option: Option) -> str:
    """The words of a closed list, or the kind of what is taken."""
    if option.kind == "range":
        return "`first .. last by step`"
    words = ", ".join(f"`{value}`" for value in option.values)
    if option.kind == "words":
        return f"one or more of {words}"
    return words or "a number"


def render_options(options: Iterable[Option]) -> str:
    rows = [
        (
            f"`{each.name}`",
            _taken(each),
            f"`{each.default}`" if each.default else "",
            each.meaning,
        )
        for each in options
    ]
    return render_table(("word", "takes", "if not said", "meaning"), rows)


# ---------------------------------------------------------------------------------------------------------- Markdown


def _heading(name: str, label: str) -> str:
    return f"## `{name}`\n\n{label[:1].upper()}{label[1:]}."


def _source(source: str, licence: str = "") -> str:
    return " ".join([f"Source: {source.rstrip('.')}.", licence]).rstrip()


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def render_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; empty without rows."""
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
