"""The first page: what was done and found, in sentences whose numbers are traced, and what was assumed (E3 1 and 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.names import forms, measures
from firstdose.report.content.pieces import Material, plain_table, sentence
from firstdose.report.tree import Block, Bullets, Paragraph, Section, Text, ToWrite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.results import ResultRow
    from firstdose.protocol.model import Endpoint

# Title page, assumptions and feasibility have sections of their own; the registration is printed by `firstdose registry`.
TOLD_ELSEWHERE = frozenset({"", "10.11", "11.1", "12"})
INVENTED = (
    "Every participant, value and date in this report is invented. It shows how firstdose works; "
    "it says nothing about any therapy."
)


def synopsis_section(material: Material) -> Section:
    """Section 2 of ICH E3: the trial in a page."""
    blocks: list[Block] = []
    if material.basis.snapshot.invented:
        blocks.append(sentence(INVENTED, kind="invented"))
    blocks += [_people(material), *_safety(material), *_activity(material)]
    blocks.append(Paragraph((ToWrite("Interpretation and conclusion", "the principal investigator"),)))
    return Section("synopsis", "Synopsis", tuple(blocks), e3="2")


def _people(material: Material) -> Paragraph:
    numbers, trial = material.numbers, material.basis.protocol.trial
    flow = {name: numbers.find("flow", "participants", variable=name) for name in ("treated", "completed")}
    enrolled = numbers.find("flow", "participants", variable="enrolled")
    words: list[str | ResultRow | None] = [
        f"{trial.title}. Phase {trial.phase}",
        f"; {trial.design}. " if trial.design else ". ",
    ]
    words += ["Enrolled: ", enrolled, "; treated: ", flow["treated"]]
    if material.basis.protocol.activity("end_of_study"):
        words += ["; completed follow-up: ", flow["completed"]]
    age = _age(material)
    return sentence(*words, ". ", *age)


def _age(material: Material) -> list[str | ResultRow | None]:
    """Mean age with its SD, the divisor named."""
    for variable in material.numbers.words("facts", "variable"):
        if variable.endswith(".age"):
            find = material.numbers.find
            return [
                "Mean age ", find("facts", "mean", variable=variable),
                " years (SD ", find("facts", "sd", variable=variable), " with divisor n - 1, ",
                find("facts", "sd_population", variable=variable), " with divisor n).",
            ]  # fmt: skip
    return []


def _safety(material: Material) -> Iterator[Paragraph]:
    """The safety endpoints in words: never `safe` without its bound."""
    for endpoint in material.basis.protocol.endpoints:
        if endpoint.kind == "any event":
            yield from _occurrence(material, endpoint)


def _occurrence(material: Material, endpoint: Endpoint) -> Iterator[Paragraph]:
    numbers = material.numbers
    estimand = material.basis.protocol.estimand(endpoint.endpoint)
    what = estimand.objective if estimand and estimand.objective else "Participants with an event"
    for level in numbers.words(endpoint.endpoint, "level"):
        where = {"variable": "adverse_events", "visit": _visit(endpoint), "level": level}
        count = numbers.find(endpoint.endpoint, "count", **where)
        if count is None:
            continue
        group = f" ({level})" if level else ""
        if count.value == 0:
            none, of, bound = (
                numbers.find(endpoint.endpoint, name, **where)
                for name in ("numerator", "of", "upper_one_sided")
            )
            yield sentence(
                f"{what}{group}: ", none, " of ", of,
                ": rates above ", bound, " are excluded with one-sided 95 % confidence.", kind="key",
            )  # fmt: skip
            continue
        low, high = (numbers.find(endpoint.endpoint, name, **where) for name in ("ci_low", "ci_high"))
        level_row = numbers.find(endpoint.endpoint, "level", **where)
        yield sentence(
            f"{what}{group}: ", count, ", ", level_row, " interval ", low, " to ", high, ".", kind="key"
        )


def _visit(endpoint: Endpoint) -> str:
    return " ".join((*endpoint.at[:1], *endpoint.at[1:][-1:]))


def _activity(material: Material) -> Iterator[Paragraph]:
    """Change of each tested secondary endpoint with its interval; p only beside them."""
    for endpoint in material.basis.protocol.endpoints:
        if endpoint.kind not in {"change", "percent change"} or endpoint.level == "exploratory":
            continue
        for variable in measures(material.basis.protocol, endpoint.measure):
            yield from _change(material, endpoint, variable.name, variable.label)


def _change(material: Material, endpoint: Endpoint, variable: str, label: str) -> Iterator[Paragraph]:
    numbers = material.numbers
    for visit in endpoint.at:
        for level in numbers.words(endpoint.endpoint, "level"):
            where = {"variable": variable, "visit": visit, "level": level}
            estimate = numbers.find(endpoint.endpoint, "estimate", **where)
            if estimate is None or estimate.value is None:
                continue
            low, high = (numbers.find(endpoint.endpoint, name, **where) for name in ("ci_low", "ci_high"))
            head = f"{label[:1].upper()}{label[1:]}, change from {endpoint.reference} to {visit}"
            group = f" ({level})" if level else ""
            words: list[str | ResultRow | None] = [f"{head}{group}: ", estimate]
            if low is not None and low.value is not None:
                words += [" (interval ", low, " to ", high, ")"]
            else:
                words += [" (no interval of the declared level exists at this n)"]
            p, n = (
                numbers.find(endpoint.endpoint, "p", **where),
                numbers.find(endpoint.endpoint, "n", **where),
            )
            yield sentence(*words, ", n = ", n, ", p = ", p, ".")


def assumptions_section(material: Material) -> Section | None:
    """What nobody published and we put in place: on the first page, not in a footnote."""
    found = material.basis.protocol.assumptions
    if not found:
        return None
    rows = [(each.about, each.we_assume, each.because) for each in found]
    table = plain_table("t-assumptions", "Declared assumptions", ("about", "we assume", "because"), rows)
    return Section("assumptions", "Assumptions", (table,), e3="9.1")


def plan_section(material: Material) -> Section:
    """The protocol read back in sentences under its ICH M11 headings (E3 8 and 9)."""
    from firstdose.protocol.telling import tell_protocol

    blocks = []
    for heading in tell_protocol(material.basis.protocol):
        if heading.number not in TOLD_ELSEWHERE:
            said = Bullets(tuple((Text(words),) for words in heading.sentences))
            name = f"plan-{heading.number.replace('.', '-')}"
            blocks.append(Section(name, f"{heading.title} (M11 {heading.number})", (said,)))
    return Section("plan", "Objectives and plan", tuple(blocks), e3="8, 9")


def contents_note(material: Material) -> tuple[tuple[str, str], ...]:
    """The facts of the title page."""
    trial, snapshot = material.basis.protocol.trial, material.basis.snapshot
    return (
        ("Trial", trial.id),
        ("Registry", trial.registry or "none declared"),
        ("Protocol version", trial.version),
        ("Protocol identity", snapshot.protocol_identity[:16]),
        ("Snapshot", snapshot.digest[:16]),
        ("Forms", str(len(forms(material.basis.protocol)))),
        ("Rounding", f"{trial.rounding}, once, from full precision"),
    )
