"""Scrutiny: what this many participants can show, published summaries, named outcomes, gaps and open Issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.analysis.consistency import check_published
from firstdose.methods import upper_bound_zero
from firstdose.report import figures
from firstdose.report.content.pieces import Material, plain_table, sentence, text
from firstdose.report.tree import Block, Bullets, Column, Figure, Listing, Number, Section, Table, Text
from firstdose.values.rounding import printed, printed_p

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.feasibility import Feasibility

SHOWN = 200
MOST_POINTS = 200


def feasibility_section(material: Material) -> Section:
    """What n participants can and cannot show, for every dropout count the protocol allows."""
    from firstdose.protocol.feasibility import compute_feasibility

    found = compute_feasibility(material.basis.protocol)
    sentences = tuple((Text(words),) for words in found.sentences)
    blocks: list[Block] = [Bullets(sentences)] if sentences else []
    blocks += [
        _bounds_figure(material),
        *_zero_events(found),
        *_reaches(found),
        *_nested(found, material.basis.protocol.lesion_word),
    ]
    return Section("feasibility", "What this trial can and cannot show", tuple(blocks), e3="9.7.2")


def _bounds_figure(material: Material) -> Figure:
    """How far 0 events reach for each number of participants, the planned one marked."""
    planned = material.basis.protocol.trial.participants
    most = max(30, planned)
    counts = (
        tuple(range(2, most + 1)) if most <= MOST_POINTS else tuple(range(2, most + 1, most // MOST_POINTS))
    )
    curves = tuple(
        figures.Curve(label, tuple(map(float, counts)), tuple(upper_bound_zero(n, level) for n in counts))
        for label, level in (
            ("one-sided 95 % bound", 0.95),
            ("upper limit of the two-sided 95 % interval", 0.975),
        )
    )
    bound = upper_bound_zero(planned, 0.95)
    mark = figures.Mark(f"planned: {planned}", float(planned), bound)
    svg = figures.draw_feasibility(
        curves,
        (mark,),
        x_label="participants with 0 events",
        y_label="rates above are excluded",
        percent=True,
    )
    words = (
        f"Upper bounds of a rate after 0 events fall with the number of participants; {planned} are planned."
    )
    return Figure("f-bounds", "What 0 events exclude", words, svg)


def _zero_events(found: Feasibility) -> Iterator[Block]:
    rows = [
        (str(row.n), f"{printed(100 * row.one_sided, 1)} %", f"{printed(100 * row.two_sided, 1)} %")
        for row in found.zero_events
    ]
    columns = ("participants", "one-sided 95 % bound", "upper limit of the two-sided 95 % interval")
    yield plain_table("t-zero-events", "After 0 events, rates above this are excluded", columns, rows)


def _reaches(found: Feasibility) -> Iterator[Block]:
    rows = [
        (
            row.test,
            row.label,
            str(row.n),
            f"{printed_p(row.smallest_p)} {row.sided}" if row.smallest_p is not None else "–",
            printed(row.detectable_80, 2) if row.detectable_80 is not None else "–",
            printed(row.detectable_90, 2) if row.detectable_90 is not None else "–",
            "yes" if row.can_reject else f"no, not at {row.alpha:g}",
        )
        for row in found.reaches
    ]
    if rows:
        columns = (
            "analysis",
            "method",
            "n",
            "smallest p",
            "effect at 80 % power",
            "effect at 90 % power",
            "can reject",
        )
        note = ("Effects are standardised: the mean change divided by its standard deviation (dz).",)
        yield plain_table("t-reach", "What each test can reach", columns, rows, footnotes=note)


def _nested(found: Feasibility, word: str) -> Iterator[Block]:
    rows = [(str(row.n), str(row.lesions), f"{row.icc:g}", printed(row.effective, 1)) for row in found.nested]
    if rows:
        columns = ("participants", f"{word}s each", "intraclass correlation", "effective number")
        title = f"How many independent participants the {word}s are worth"
        yield plain_table("t-nested", title, columns, rows)


def consistency_section(material: Material) -> Section | None:
    """GRIM and GRIMMER of published summaries, and outcomes named by registry, paper and protocol."""
    blocks = [*_published(material), *_outcomes(material), *_checks(material)]
    return (
        Section("consistency", "Consistency of published and planned", tuple(blocks), e3="13")
        if blocks
        else None
    )


def _published(material: Material) -> Iterator[Block]:
    verdicts = check_published(material.basis.protocol.published)
    if not verdicts:
        return
    words = {True: "possible", False: "impossible as n - 1", None: "not judged"}
    rows = [
        (
            each.source,
            each.variable,
            each.statistic,
            each.value,
            str(each.n),
            words[each.possible],
            each.sentence,
        )
        for each in verdicts
    ]
    columns = ("source", "variable", "statistic", "printed", "n", "verdict", "why")
    note = (
        "Exact arithmetic on whole numbers (GRIM, GRIMMER): a printed summary that no data could give is named.",
    )
    yield plain_table("t-published", "Published summaries checked", columns, rows, footnotes=note)


def _outcomes(material: Material) -> Iterator[Block]:
    protocol = material.basis.protocol
    if not protocol.outcomes:
        return
    planned = {endpoint.measure for endpoint in protocol.endpoints}
    activities = {measure.partition(".")[0] for measure in planned}
    rows = []
    for each in protocol.outcomes:
        if not each.measured_by:
            state = "not measured"
        elif each.measured_by in planned:
            state = "endpoint of this protocol"
        elif each.measured_by.partition(".")[0] in activities | {row.activity for row in protocol.schedule}:
            state = "recorded and described, no endpoint"
        else:
            state = "not measured"
        rows.append((each.source, each.level, each.outcome, each.measured_by or "–", state))
    columns = ("source", "level", "outcome", "measured by", "in this protocol")
    yield plain_table("t-outcomes", "Outcomes as registered, published and planned", columns, rows)
    yield from _differences(material)


def _differences(material: Material) -> Iterator[Block]:
    """Outcomes that one source names and another does not, level by level."""
    outcomes = material.basis.protocol.outcomes
    sources = list(dict.fromkeys(each.source for each in outcomes))
    found = []
    for level in ("primary", "secondary"):
        named = {
            source: {o.outcome for o in outcomes if o.source == source and o.level == level}
            for source in sources
        }
        for one in sources:
            for other in sources:
                only = sorted(named[one] - named[other])
                if one != other and only:
                    found.append(f"Named as {level} by the {one} and not by the {other}: {', '.join(only)}.")
    if found:
        yield sentence("The sources differ:")
        yield Bullets(tuple((Text(words),) for words in found))


def _checks(material: Material) -> Iterator[Block]:
    rules = {each.check: each for each in material.basis.protocol.checks}
    numbers = material.numbers
    names = numbers.words("checks", "variable")
    if not names:
        return
    rows = tuple(
        (
            text(name),
            text(rules[name].message),
            numbers.cell("checks", "records", variable=name, unit="event"),
            numbers.cell("checks", "broken", variable=name, unit="event"),
        )
        for name in names
    )
    columns = (
        Column("check"),
        Column("what it says"),
        Column("records judged", numeric=True),
        Column("records that break it", numeric=True),
    )
    yield Table("t-checks", "Edit checks of the protocol", "records", columns, rows)


def records_section(material: Material) -> Section:
    """What is missing and why, and every Issue that is still open."""
    blocks = [*_missing(material), *_issues(material)]
    return Section("records", "Records: gaps and open Issues", tuple(blocks), e3="11.4.2.2")


def _missing(material: Material) -> Iterator[Block]:
    rows = tuple(
        (text(row.variable), text(row.level), (Number(row),))
        for row in material.numbers.of_analysis("missing")
    )
    if not rows:
        yield sentence("No value is missing.")
        return
    columns = (Column("form"), Column("reason"), Column("values", numeric=True))
    yield Table("t-missing", "Missing values by reason", "values", columns, rows, row_heads=2)


def _issues(material: Material) -> Iterator[Block]:
    if not material.issues:
        yield sentence("The records gave no Issue.")
        return
    shown = tuple(
        (each.weight, each.code, str(each.place), f"{each.message} {each.remedy}")
        for each in material.issues[:SHOWN]
    )
    heads = ("weight", "code", "place", "what is wrong and what to do")
    yield Listing("l-issues", "Open Issues", heads, shown, len(material.issues), "listings/issues.csv")


def sources_section(material: Material) -> Section:
    """The files read, each with its SHA-256."""
    snapshot = material.basis.snapshot
    rows = tuple((each.name, str(each.rows), each.sha256) for each in snapshot.files)
    listing = Listing("l-files", "Files read", ("file", "rows", "SHA-256"), rows, len(rows))
    words = "Every number carries an id and leads to the records that made it: see the list of sources at the end."
    return Section("sources", "Files and software", (sentence(words), listing), e3="16.4")
