"""What the feasibility tables say in sentences."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstdose.protocol.feasibility_tables import FamilyReach, Nested, Precision, Reach, ZeroEvents


def participants(n: int) -> str:
    """'1 participant', '5 participants'."""
    return f"{n} participant{'' if n == 1 else 's'}"


def short(number: float) -> str:
    """A probability with four significant digits: 0.0625, 0.0007716, 1.286e-05."""
    return f"{number:.4g}"


def zero_sentence(row: ZeroEvents) -> str:
    one, two = printed(100 * row.one_sided, 1), printed(100 * row.two_sided, 1)
    return (
        f"0 events in {participants(row.n)} exclude rates above {one} % with one-sided 95 % confidence"
        f" (upper end of the two-sided 95 % interval: {two} %)."
    )


def reach_sentences(reaches: Iterable[Reach]) -> Iterator[str]:
    """One sentence for all tests that share method, times, direction and level."""
    groups: dict[tuple[object, ...], list[Reach]] = defaultdict(list)
    for reach in reaches:
        key = (reach.n, reach.method, reach.times, reach.alternative, reach.alpha)
        groups[key].append(reach)
    for group in groups.values():
        yield f"{reach_sentence(group[0])} ({', '.join(reach.test for reach in group)})"


def reach_sentence(reach: Reach) -> str:
    """What this test can and cannot show, in words."""
    start = f"With {participants(reach.n)} the {lower_first(reach.label)}"
    alpha = f"{reach.alpha:.4g}"
    finds = _finds(reach)
    if reach.smallest_p is not None:
        p = short(reach.smallest_p)
        if not reach.can_reject:
            return f"{start} cannot give a {reach.sided} below {p}: it cannot reject at {alpha}."
        can = f"{start} can give a {reach.sided} as small as {p}: it can reject at {alpha}"
        return f"{can}, and finds {finds}." if finds else f"{can}."
    if finds:
        sided = reach.sided.removesuffix("p").rstrip()
        return f"{start} at {alpha}{f' ({sided})' if sided else ''} finds {finds}; a smaller one will often be missed."
    return f"{start} has no smallest p, and no detectable effect is computed for it."


def _finds(reach: Reach) -> str:
    """The effect found with 80 % and 90 % power; '' where none is computed."""
    if reach.detectable_80 is None or reach.detectable_90 is None:
        return ""
    at_80, at_90 = printed(reach.detectable_80, 2), printed(reach.detectable_90, 2)
    if reach.design == "paired":
        return f"a mean change of {at_80} standard deviations of the changes with 80 % power, of {at_90} with 90 %"
    if reach.design == "within":
        return (
            f"differences between the times of {at_80} (Cohen's f at a correlation of 0.5 and sphericity) with 80 % power,"
            f" of {at_90} with 90 %"
        )
    return f"a standardised effect of {at_80} with 80 % power, of {at_90} with 90 %"


def family_sentence(reach: FamilyReach) -> str:
    """What a family cannot reject with so few participants, whatever its tests show."""
    start = f"With {participants(reach.n)} family {reach.family} can reject"
    smallest = f"the smallest p of its tests is {short(reach.smallest)}"
    if reach.method == "holm" and set(reach.unreachable) == set(reach.members):
        first = reach.alpha / len(reach.members)
        return f"{start} nothing: Holm begins at {short(first)}, {smallest}."
    what = "nothing" if set(reach.unreachable) == set(reach.members) else f"no {', '.join(reach.unreachable)}"
    return (
        f"{start} {what} at {reach.alpha:.4g}: even where every test gives its smallest p, adjusting by {reach.method}"
        f" leaves {short(reach.adjusted)}."
    )


def precision_sentence(row: Precision) -> str:
    """How far the interval of a mean reaches to each side, on average, for values with a normal spread."""
    return (
        f"The {100 * row.level:.4g} % interval of a mean of {participants(row.n)} reaches {printed(row.half_width, 2)}"
        " standard deviations to each side on average."
    )


def nested_sentences(nested: Iterable[Nested], lesion: str) -> Iterator[str]:
    groups: dict[tuple[int, int], list[Nested]] = defaultdict(list)
    for row in nested:
        groups[row.n, row.lesions].append(row)
    for (n, lesions), rows in groups.items():
        worth = ", ".join(f"{printed(row.effective, 1)} (ICC {row.icc:g})" for row in rows)
        yield (
            f"{n * lesions} {lesion}s, {lesions} in each of {participants(n)}, are worth as much as {worth}"
            f" independent {lesion}s: they do not count as {n * lesions}."
        )


def lower_first(label: str) -> str:
    """The label inside a sentence: without its capital, unless it is a name or an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
