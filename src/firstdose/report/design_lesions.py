"""The part of the design appendix on lesions: what one participant can expect at each density, and what the rule makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.report.content.pieces import text
from firstdose.report.design_words import percent
from firstdose.report.tree import Bullets, Column, Section, Table, Text
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from firstdose.escalation.appendix import Appendix
    from firstdose.escalation.lesion_behaviour import LesionBehaviour
    from firstdose.report.tree import Cell

SHOWN = 6  # columns of numbers of lesions with toxicity


def lesions_section(appendix: Appendix, lesion: str) -> Section | None:
    """Densities, likeness and the rule under the scenarios of local toxicity; None where none is declared."""
    found = appendix.lesions
    if found is None:
        return None
    said = Bullets(tuple((Text(each),) for each in (*found.words, _how(found))))
    tables = (
        _expected(found, lesion),
        _numbers(found, lesion),
        _rule(found, lesion),
        _worth(appendix, found, lesion),
    )
    return Section("lesions", f"Local toxicity of the {lesion}s", (said, *tables))


def _how(found: LesionBehaviour) -> str:
    if found.people.exact:
        return (
            "What one participant can expect, and what the rule makes of it, is exact: every number of them with its"
            " beta-binomial probability, no random number."
        )
    error = printed(100 * found.people.error, 2)
    return (
        "What one participant can expect is exact (beta-binomial); the rule has too many states with lesions and is drawn:"
        f" {found.people.trials:,} trials a scenario with the stated correlation, seed {found.people.seed}, standard error at"
        f" most {error} points."
    )


def _head(found: LesionBehaviour, s: int, columns: int) -> tuple[Cell, ...]:
    truth = found.truths[s]
    name = f"{truth.name.replace('_', ' ')}, intraclass correlation {truth.alike:g}"
    return (text(name), *((),) * columns)


def _expected(found: LesionBehaviour, lesion: str) -> Table:
    heads = (
        f"of one {lesion}",
        "systemic",
        f"any {lesion}",
        f"{found.plan.least} or more" if found.plan.least > 1 else "local",
        "dose-limiting",
    )
    rows: list[tuple[Cell, ...]] = []
    for s, (truth, rates) in enumerate(zip(found.truths, found.rates, strict=True)):
        rows.append(_head(found, s, len(heads)))
        for d, level in enumerate(found.levels):
            numbers = (
                truth.local[d],
                rates.systemic[d],
                rates.any_lesion[d],
                rates.local[d],
                rates.either[d],
            )
            rows.append((text(f"  {level}"), *(text(percent(float(each))) for each in numbers)))
    return Table(
        "t-lesion-rates",
        "What one participant can expect at each level, %",
        "",
        (
            Column("scenario, level"),
            *(Column(head, over="true rate of toxicity", numeric=True) for head in heads),
        ),
        tuple(rows),
        (
            f"All but the first column: of a participant who is treated at the level, with the {lesion}s described above.",
        ),
    )


def _numbers(found: LesionBehaviour, lesion: str) -> Table:
    most = min(found.plan.most, SHOWN - 1)
    rows: list[tuple[Cell, ...]] = []
    for s, rates in enumerate(found.rates):
        rows.append(_head(found, s, most + 1))
        for d, level in enumerate(found.levels):
            chances = [*rates.lesions[d, :most], rates.lesions[d, most:].sum()]
            rows.append((text(f"  {level}"), *(text(percent(float(each))) for each in chances)))
    last = f"{most} or more" if found.plan.most > most else str(most)
    heads = (*map(str, range(most)), last)
    over = f"{lesion}s of one participant with local toxicity"
    return Table(
        "t-lesion-numbers",
        f"How many {lesion}s of one participant have a local toxicity, %",
        "",
        (Column("scenario, level"), *(Column(head, over=over, numeric=True) for head in heads)),
        tuple(rows),
    )


def _rule(found: LesionBehaviour, lesion: str) -> Table:
    people = found.people
    heads = ("recommended, %", "participants", "with toxicity", f"{lesion}s", "with local toxicity")
    rows: list[tuple[Cell, ...]] = []
    for s in range(len(found.truths)):
        rows.append(_head(found, s, len(heads)))
        sums = (people.participants, people.dlts, found.lesions, found.toxic)
        for d, level in enumerate(found.levels):
            numbers = [percent(people.selected[s, d]), *(printed(float(each[s, d]), 2) for each in sums)]
            rows.append((text(f"  {level}"), *map(text, numbers)))
        totals = [percent(people.selected[s, -1]), *(printed(float(each[s].sum()), 2) for each in sums)]
        rows.append((text("  no level / all"), *map(text, totals)))
    notes = [f"Expected numbers; {lesion}s stand at their own level, participants at the highest of theirs."]
    if not people.exact:
        worst = printed(float(people.participants_error.max()), 2)
        notes.append(f"Standard errors: at most {percent(people.error)} points and {worst} participants.")
    return Table(
        "t-lesion-rule",
        "What the rule recommends under local toxicity, and how many it takes",
        "",
        (Column("scenario, level"), *(Column(head, numeric=True) for head in heads)),
        tuple(rows),
        tuple(notes),
    )


def _worth(appendix: Appendix, found: LesionBehaviour, lesion: str) -> Table:
    size = appendix.rule.design.size
    counts = sorted({size, 2 * size, appendix.rule.most or 4 * size})
    rows = tuple(
        (
            text(str(n)),
            text(str(n * found.plan.most)),
            *(text(printed(worth, 1)) for worth in found.effective(n)),
        )
        for n in counts
    )
    names = [f"{truth.name.replace('_', ' ')} ({truth.alike:g})" for truth in found.truths]
    columns = (
        Column("participants", numeric=True),
        Column(f"{lesion}s", numeric=True),
        *(Column(name, over=f"independent {lesion}s that they are worth", numeric=True) for name in names),
    )
    note = f"If each participant has {found.plan.most} at one level; in brackets the intraclass correlation."
    return Table(
        "t-lesion-worth", f"What the {lesion}s of few participants are worth", "", columns, rows, (note,)
    )
