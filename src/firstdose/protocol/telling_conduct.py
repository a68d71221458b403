"""What is done: trial, visits, schedule, intervention, safety, eligibility, and what is recorded, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.names import names_in_sight, resolve_activity
from firstdose.protocol.telling_local import tell_local
from firstdose.protocol.telling_words import (
    be,
    capital,
    counted,
    day,
    ended,
    listed,
    number,
    percent,
    quantity,
    rule,
    spaced,
    visits,
    window,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.catalogue import Item
    from firstdose.protocol.model import (
        Activity,
        AnalysisSet,
        Assumption,
        Criterion,
        Derivation,
        DoseLevel,
        EditCheck,
        Intervention,
        LocalItem,
        PlannedStop,
        Protocol,
        Safety,
        Scale,
        Scenario,
        Visit,
    )
    from firstdose.protocol.names import Form

Keyed = dict[str, str]


def tell_trial(protocol: Protocol) -> Keyed:
    """Key of the section -> its sentence; an empty key has none."""
    trial = protocol.trial
    told = {
        "id": ended(f"{trial.id}, version {trial.version}"),
        "version": "",  # said with the id
        "title": ended(trial.title),
        "phase": f"Phase {trial.phase}.",
        "registry": f"Registered as {trial.registry}." if trial.registry else "",
        "sponsor": f"Sponsor: {ended(trial.sponsor)}" if trial.sponsor else "",
        "participants": f"{capital(counted(trial.participants, 'participant'))}.",
        "dropouts": f"The plan allows {counted(trial.dropouts, 'dropout')}." if trial.dropouts else "",
        "invented": "The records are invented." if trial.invented else "",
        "design": ended(capital(trial.design)) if trial.design else "",
        "follow_up": f"Participants are followed for {ended(trial.follow_up)}" if trial.follow_up else "",
        "month": f"A month is {ended(trial.month)}",
        "rationale": ended(" ".join(trial.rationale.split())) if trial.rationale else "",
        "background": ended(" ".join(trial.background.split())) if trial.background else "",
        "rounding": f"Printed numbers are rounded {trial.rounding}.",
    }
    return {key: sentence for key, sentence in told.items() if sentence}


def tell_assumption(row: Assumption) -> str:
    """What nobody published, and what stands in its place."""
    return f"{capital(row.about)}: we assume {row.we_assume}, because {ended(row.because)}"


def tell_visit(visit: Visit) -> str:
    """When a visit is planned, its window, its epoch."""
    label = f" ({visit.label})" if visit.label else ""
    planned = f"is planned {day(visit.day)}" if visit.day < 0 else f"is {day(visit.day)}"
    also = f" ({window(visit.window)})" if visit.window.first != visit.window.last or visit.day else ""
    epoch = f", in the {visit.epoch} epoch" if visit.epoch else ""
    if visit.window.first == visit.window.last != visit.day:
        also = f" (window: day {visit.window.first})"
    return f"{visit.visit}{label} {planned}{also}{epoch}."


def tell_activity(protocol: Protocol, row: Activity) -> str:
    """What is done to whom at which visits."""
    form = resolve_activity(protocol, row.activity)
    label, verb = (capital(form.label), form.verb) if form else (row.activity, "is recorded")
    whom = "participant" if row.per == "participant" else protocol.lesion_word
    when = f"at {visits(protocol, row.at)}" if row.at else "at no visit"
    if form and form.per == "event":
        return f"{be(label, verb)} as they occur and asked for once per {whom} {when}."
    return f"{be(label, verb)} once per {whom} {when}."


def tell_form(form: Form) -> str:
    """An instrument of the shelf: its scores, its variant, its source."""
    scores = [
        f"{score.label} ({score.low:g} to {score.high:g}{f' {score.unit}' if score.unit else ''})"
        for score in form.scores
    ]
    entry = form.instrument
    told = f"{capital(form.label)}: {counted(len(form.items), 'item')}"
    told += f"; score {listed(scores)}" if scores else ""
    note = dict(entry.variant_notes).get(form.variant, "") if entry else ""
    source = f" Source: {ended(entry.source)}" if entry and entry.source else ""
    return f"{told}.{f' {note}' if note else ''}{source}"


def tell_scale(scale: Scale) -> str:
    """A local scale with its anchors."""
    anchors = listed([f"{score} {meaning}" for score, meaning in scale.anchors])
    return f"{capital(scale.label)} ({scale.name}) is graded from {scale.low} to {scale.high}: {anchors}."


def tell_item(row: LocalItem) -> str:
    """One item of the file: label, kind, limits, unit, codes, precision."""
    item = row.item
    parts = [f"{capital(item.label)} ({item.name}, with {spaced(row.activity)}) is {_kind(item)}"]
    parts += list(_limits(item))
    return f"{', '.join(parts)}."


def _kind(item: Item) -> str:
    codes = listed([code if code == meaning else f"{code} ({meaning})" for code, meaning in item.codes], "or")
    return {
        "integer": "a whole number",
        "number": "a number",
        "ordinal": "a grade",
        "quantity": "a measured quantity",
        "code": "one of",
        "text": "a text",
        "date": "a date",
        "truth": "yes or no",
    }[item.kind] + (f" {codes}" if item.codes else "")


def _limits(item: Item) -> Iterator[str]:
    if item.low is not None and item.high is not None:
        yield f"from {number(item.low)} to {number(item.high)}"
    elif item.low is not None:
        yield f"at least {number(item.low)}"
    elif item.high is not None:
        yield f"at most {number(item.high)}"
    if item.unit:
        yield f"in {item.unit}"
    if item.decimals is not None:
        yield f"with {counted(item.decimals, 'decimal')}"
    if item.lloq is not None:
        yield f"quantified from {number(item.lloq)}"
    if item.uloq is not None:
        yield f"quantified up to {number(item.uloq)}"
    if not item.required:
        yield "may be left out"


def tell_derivation(protocol: Protocol, step: Derivation) -> str:
    """A value that follows by a rule."""
    whom = "participant" if step.per == "participant" else protocol.lesion_word
    words = rule(protocol, step.rule, names_in_sight(protocol, "derivation"))
    unit = f", in {step.unit}" if step.unit else ""
    decimals = f", with {counted(step.decimals, 'decimal')}" if step.decimals is not None else ""
    return f"{capital(step.label)} ({step.variable}), per {whom}, is computed: {words}{unit}{decimals}."


def tell_check(protocol: Protocol, check: EditCheck) -> str:
    """What must hold for each record."""
    words = rule(protocol, check.rule, names_in_sight(protocol, "check", check.activity))
    return f"Check {check.check} on {spaced(check.activity)}: {words}; else '{check.message}'."


def tell_criterion(protocol: Protocol, row: Criterion) -> str:
    """One criterion with its sentence and the rule behind it."""
    words = rule(protocol, row.rule, names_in_sight(protocol, "eligibility"))
    way = "takes part only if" if row.direction == "in" else "does not take part if"
    return f"{row.criterion}: {ended(row.sentence)} A participant {way}: {words}."


def tell_dose_level(level: DoseLevel) -> str:
    """The dose of a level with its unit."""
    return f"{level.level} is {quantity(level.dose)}."


def tell_intervention(protocol: Protocol) -> Keyed:
    """Key of the section -> its sentence; dose levels are told one by one."""
    given = protocol.intervention
    if given is None:
        return {}
    whom = "participant" if given.unit_of_dosing == "participant" else protocol.lesion_word
    told = {
        "product": f"{capital(given.product)}, {given.route}, dosed per {given.unit_of_dosing}.",
        "administrations": f"{capital(counted(given.administrations, 'administration'))} per {whom}.",
    }
    told |= {f"dose_levels {level.level}": tell_dose_level(level) for level in given.dose_levels}
    for key, words in {
        "cap": "At most {} are given to one participant",
        "concentration_limit": "The suspension holds at most {}",
        "volume_per_point": "Each injection point receives {}",
        "point_spacing": "Injection points lie {} apart",
        "dead_volume": "{} stay in syringe and needle",
        "syringe_graduation": "Syringes are read to {}",
    }.items():
        value = getattr(given, key)
        if value is not None:
            told[key] = f"{words.format(quantity(value))}."
    return told | _ranges(given, protocol.lesion_word)


def _ranges(given: Intervention, lesion: str) -> Keyed:
    told: Keyed = {}
    if given.tolerance is not None:
        low, high = given.tolerance
        told["tolerance"] = (
            f"A dose given is accepted from {percent(low)} to {percent(high)} of the dose planned."
        )
    if given.area_limits is not None:
        low_area, high_area = given.area_limits
        told["area_limits"] = f"A {lesion} is dosed from {quantity(low_area)} to {quantity(high_area)}."
    if given.volume_per_point_limits is not None:
        low_volume, high_volume = given.volume_per_point_limits
        told["volume_per_point_limits"] = (
            f"A point takes from {quantity(low_volume)} to {quantity(high_volume)}."
        )
    for key, what in {"area": "an area", "count": "a cell count", "volume": "a volume"}.items():
        share = getattr(given, f"uncertainty_{key}")
        if share is not None:
            told[f"uncertainty_{key}"] = f"The relative uncertainty of {what} is {percent(share)}."
    return told


def tell_safety(protocol: Protocol) -> Keyed:
    """Key of the section -> its sentence; a design's defaults are said too."""
    safety = protocol.safety
    if safety is None:
        return {}
    counts = names_in_sight(protocol, "counts")
    told: Keyed = {}
    if safety.dlt:
        words = rule(protocol, safety.dlt, names_in_sight(protocol, "dlt"))
        told["dlt"] = f"An adverse event is a dose-limiting toxicity if: {words}."
    if safety.design:
        told["design"] = _design(safety.design, dict(safety.keys))
    known = load("designs").get(safety.design)
    for key, value in safety.keys:
        if known is None or key not in {option.name for option in known.keys}:
            told[key] = f"{capital(spaced(key))}: {ended(value)}"
    told |= _timing(safety)
    if safety.stopping:
        told["stopping"] = " ".join(_stop(each, protocol.trial.participants) for each in safety.stopping)
    if safety.scenarios:
        told["scenarios"] = " ".join(_scenario(each) for each in safety.scenarios)
    told |= tell_local(protocol, safety)
    if safety.pause_when:
        told["pause_when"] = f"Dosing pauses when: {rule(protocol, safety.pause_when, counts)}."
    if safety.stop_when:
        told["stop_when"] = f"The trial stops when: {rule(protocol, safety.stop_when, counts)}."
    if safety.review:
        told["review"] = f"Review: {ended(safety.review)}"
    return told | _events(safety)


def _timing(safety: Safety) -> Keyed:
    told: Keyed = {}
    if safety.dlt_until is not None:
        told["dlt_until"] = (
            f"A participant is evaluable for dose-limiting toxicity after day {safety.dlt_until}, or as soon as one occurred."
        )
    if safety.sentinel is not None:
        told["sentinel"] = f"Sentinel: {safety.sentinel.words}."
    if safety.overlap:
        told["overlap"] = "A cohort may begin before the last one is evaluable."
    return told


def _stop(stop: PlannedStop, most: int) -> str:
    entry = load("designs.stopping").get(stop.rule)
    words = listed([f"{key} {value}" for key, value in stop.options])
    if entry is None:
        return f"Stopping rule {stop.stop}: {stop.rule}, {words}."
    return (
        f"Stopping rule {stop.stop}: {entry.label}{f', {words}' if words else ''}, for {most} participants."
    )


def _scenario(scenario: Scenario) -> str:
    rates = listed([f"{rate:f}" for rate in scenario.rates])
    response = listed([f"{rate:f}" for rate in scenario.response])
    weighed = f", of response {response}" if response else ""
    together = "" if scenario.together is None else f", correlation of the two {scenario.together:f}"
    return f"Scenario {scenario.scenario}: true rates {rates}{weighed}{together}."


def _design(name: str, said: Keyed) -> str:
    entry = load("designs").get(name)
    if entry is None:
        return f"Dose levels are chosen by {name}."
    chosen = {option.name: said.get(option.name) or f"{option.default} (default)" for option in entry.keys}
    if not entry.sentence:
        return f"Dose levels are chosen by {entry.label}: {listed([f'{key} {value}' for key, value in chosen.items()])}."
    return ended(entry.sentence.format(**chosen))


def _events(safety: Safety) -> Keyed:
    dictionary = load("instruments.dictionaries").get(safety.dictionary)
    words = f"{dictionary.label}, version {dictionary.version}" if dictionary else safety.dictionary
    told = {"dictionary": f"Adverse events are named and graded after {spaced(words)}."}
    if safety.special_interest:
        told["special_interest"] = (
            f"Of special interest: {listed(spaced(word) for word in safety.special_interest)}."
        )
    return told


def tell_set(protocol: Protocol, row: AnalysisSet) -> str:
    """Who is analysed."""
    words = rule(protocol, row.rule, names_in_sight(protocol, "analysis_set"))
    return f"Set {row.name}: {ended(row.sentence)} A participant belongs to it if: {words}."
