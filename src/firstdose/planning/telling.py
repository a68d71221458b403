"""What the figures say: tables for the terminal and for files, and sentences on what n can and cannot show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.feasibility import participants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from firstdose.planning.characteristics import Characteristics, FamilyFigure, TestFigure
    from firstdose.planning.tallying import Share

# Monte Carlo errors by which a figure must differ from its aim to be called different: one in a hundred by chance.
SURE = 2.6
Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
ANSWERED = 0.99  # below it a test is told to have no answer in the rest
WORTH_TELLING = 0.8
UNSEEN = 0.1  # a share, or a rate


def tell_characteristics(found: Characteristics) -> str:
    """The whole answer as text, for a terminal 120 columns wide."""
    return "\n".join(_lines(found, _aligned)) + "\n"


def render_characteristics(found: Characteristics) -> str:
    """The same as Markdown."""
    title = f"# Plan of {found.trial}, version {found.version}\n"
    return "\n".join([title, *_lines(found, _piped, "## ")]) + "\n"


def _lines(found: Characteristics, make: Callable[[Table], list[str]], heading: str = "") -> Iterator[str]:
    yield from _paragraph(f"{heading}Assumed", _list(found.assumptions))
    if found.tests:
        yield from _paragraph(
            f"{heading}Tests: {found.trials:,} simulated trials, seed {found.seed}", make(tests_table(found))
        )
        yield from [*_list(_notes(found)), ""]
    if found.families:
        yield from _paragraph(f"{heading}Families", make(families_table(found)))
    if found.intervals:
        yield from _paragraph(
            f"{heading}Intervals of shares and rates: exact sums", make(intervals_table(found))
        )
    sentences = list(sentences_of(found))
    yield from _paragraph(f"{heading}What this plan can and cannot show", _list(sentences))


def _paragraph(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield title
    yield ""
    yield from lines
    yield ""


def _list(sentences: Iterable[str]) -> list[str]:
    return [f"- {sentence}" for sentence in sentences]


def _notes(found: Characteristics) -> Iterator[str]:
    yield (
        "Share of trials in which the test rejects at its own level, by the true change in standard deviations"
        " of the changes; 0 is the type I error. ± is the Monte Carlo standard error."
    )
    yield "Coverage and mean width (in the same standard deviations) of the interval where there is one, at no change."
    for trials in sorted({each.trials for each in found.tests if each.trials < found.trials}):
        names = dict.fromkeys(each.method for each in found.tests if each.trials == trials)
        yield f"{', '.join(names)}: the first {trials:,} trials only; these methods take one trial at a time."


# --------------------------------------------------------------------------------------------------------- tables


def tests_table(found: Characteristics) -> Table:
    """A row a test and number of participants, a column an effect."""
    heads = (
        "test", "method", "n", "alpha", *(f"change {effect:.2g}" for effect in found.effects), "coverage", "width",
    )  # fmt: skip
    rows = []
    for figures in _grouped(found.tests):
        first = figures[0]
        rows.append(
            (
                first.test,
                first.method,
                str(first.n),
                f"{first.alpha:.3g}",
                *(_said(each.rejected) for each in figures),
                _said(first.coverage),
                _said(first.width, 2),
            )
        )
    return heads, rows


def _grouped(figures: Sequence[TestFigure]) -> list[list[TestFigure]]:
    """By test and number of participants, in their order; effects from none."""
    groups: dict[tuple[str, int], list[TestFigure]] = {}
    for each in figures:
        groups.setdefault((each.test, each.n), []).append(each)
    return list(groups.values())


def families_table(found: Characteristics) -> Table:
    """A row a family, number of participants and effect."""
    heads = (
        "family",
        "method",
        "members",
        "n",
        "change",
        "at least one",
        "all",
        "one without effect rejected",
    )
    rows: list[tuple[str, ...]] = [
        (
            each.family,
            each.method,
            " ".join(each.members),
            str(each.n),
            f"{each.effect:.2g}",
            _said(each.some),
            _said(each.every),
            _said(each.wrong),
        )
        for each in found.families
    ]
    return heads, rows


def intervals_table(found: Characteristics) -> Table:
    """A row an interval, number of participants and true share or rate."""
    heads = ("test", "method", "n", "level", "true", "coverage", "mean width", "no event at all")
    rows: list[tuple[str, ...]] = [
        (
            each.test,
            each.method,
            str(each.n),
            f"{each.level:g}",
            f"{each.interval.true:g}",
            f"{each.interval.coverage:.3f}",
            f"{each.interval.width:.3f}",
            f"{each.interval.none:.3f}",
        )
        for each in found.intervals
    ]
    return heads, rows


def _said(value: Share | None, decimals: int = 3) -> str:
    return "." if value is None else f"{value.value:.{decimals}f} ± {value.error:.{decimals}f}"


def _aligned(table: Table) -> list[str]:
    heads, rows = table
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [heads, *rows]
    ]


def _piped(table: Table) -> list[str]:
    heads, rows = table
    return [f"| {' | '.join(row)} |" for row in (heads, ("---",) * len(heads), *rows)]


# ------------------------------------------------------------------------------------------------------ sentences


def sentences_of(found: Characteristics) -> Iterator[str]:
    """What the planned numbers can and cannot show, the planned number of participants first."""
    counts = dict.fromkeys([*(each.n for each in found.tests), *(each.n for each in found.intervals)])
    for n in counts:
        groups = [figures for figures in _grouped(found.tests) if figures[0].n == n]
        yield from _about_tests(groups, f"With {participants(n)}")
        for figures in groups:
            yield from _warnings(figures[0], f"With {participants(n)} {_named(figures[0])}")
    for figure in found.families:
        yield from _about_family(figure, found)
    yield from _about_none(found)
    for each in found.refused:
        instead = f" {each.instead} stands in its place, as declared." if each.instead else ""
        yield f"With {participants(each.n)} {each.test} ({each.method}) cannot be carried out: {each.sentence}.{instead}"


def _about_tests(groups: list[list[TestFigure]], start: str) -> Iterator[str]:
    """Tests with the same verdict in one sentence."""
    never: list[str] = []
    missed: list[str] = []
    found: list[str] = []
    for figures in groups:
        shares = [(each.effect, each.rejected) for each in figures if each.rejected]
        if all(share.value == 0 for _, share in shares):
            never.append(_named(figures[0]))
            continue
        enough = [(effect, share) for effect, share in shares if effect and _is_enough(share)]
        effect, share = enough[0] if enough else shares[-1]
        (found if enough else missed).append(f"{figures[0].test} {effect:.2f} in {_percent(share)}")
    if found:
        yield f"{start} changes are found, in standard deviations and share of trials: {'; '.join(found)}."
    if missed:
        yield (
            f"{start} even large changes are missed, in standard deviations and share of trials that find them:"
            f" {'; '.join(missed)}. No rejection will not mean no change."
        )
    if never:
        yield f"{start} these never reject and can only describe: {', '.join(never)}."


def _is_enough(share: Share) -> bool:
    """Whether it may be as large as the power usually asked for."""
    return share.value >= WORTH_TELLING - SURE * share.error


def _named(figure: TestFigure) -> str:
    return f"{figure.test} ({figure.method})"


def _warnings(first: TestFigure, start: str) -> Iterator[str]:
    """What is further from its aim than chance explains, where there is no change."""
    error, cover, answered = first.rejected, first.coverage, first.answered
    if error and error.value > first.alpha + SURE * error.error:
        yield f"{start} rejects {_percent(error)} of trials without any change, more than its {_of(first.alpha)}."
    if cover and cover.value < first.level - SURE * cover.error:
        yield f"{start}: its {_of(first.level)} interval holds the true change in {_percent(cover)} of trials only."
    if answered and answered.value < ANSWERED:
        yield f"{start} has no p in {_percent(_other(answered))} of trials, which count as not rejected."


def _about_none(found: Characteristics) -> Iterator[str]:
    """How often nothing at all is seen of what is there."""
    seen: set[tuple[str, int]] = set()
    for each in found.intervals:
        if (each.design, each.n) in seen or each.interval.true != UNSEEN:
            continue
        seen.add((each.design, each.n))
        what = (
            f"what {_of(UNSEEN)} of participants have"
            if each.design == "proportion"
            else f"{UNSEEN:g} events a participant"
        )
        yield f"With {participants(each.n)} {what} is not seen at all in {100 * each.interval.none:.1f} % of trials."


def _about_family(figure: FamilyFigure, found: Characteristics) -> Iterator[str]:
    start = f"With {participants(figure.n)} family {figure.family} ({figure.method})"
    worst = [share for share in (figure.wrong, figure.some if not figure.effect else None) if share]
    if any(share.value > figure.alpha + SURE * share.error for share in worst):
        yield (
            f"{start} rejects a hypothesis that holds in {_percent(max(worst, key=lambda each: each.value))} of trials"
            f" (others at {figure.effect:.2g}), more than its {_of(figure.alpha)}."
        )
    if figure.effect == found.effects[-1] and figure.some and figure.every:
        yield (
            f"{start} rejects at least one hypothesis in {_percent(figure.some)} of trials, all in"
            f" {_percent(figure.every)}, where every change is {figure.effect:.2f} standard deviations."
        )


def _percent(share: Share) -> str:
    return f"{100 * share.value:.1f} ± {100 * share.error:.1f} %"


def _of(level: float) -> str:
    return f"{100 * level:.3g} %"


def _other(share: Share) -> Share:
    return type(share)(1 - share.value, share.error)
