"""What the planned participants can and cannot show, for the planned number and after each dropout allowed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.methods import effective_n, upper_bound_zero
from firstdose.protocol.names import forms, times_of
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.catalogue import Alternative, Method
    from firstdose.catalogue.entries import Design
    from firstdose.protocol.model import Endpoint, Protocol

ICCS = (0.3, 0.5, 0.8)
POWERS = (0.8, 0.9)
MOST_COUNTS = 12  # further counts of a large trial would say the same again
_SIDED: dict[str, Alternative] = {"two sided": "two-sided", "greater": "greater", "less": "less"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one test can show with n participants. None: the method has no such number.

    `test`: endpoint or sensitivity analysis; `times` that are compared; `alpha`: level of its family, else of its
    interval, else .05; detectable effects are standardised.
    """

    test: str
    endpoint: str
    method: str
    label: str
    n: int
    design: Design
    times: int
    alternative: Alternative
    alpha: float
    family: str = ""
    smallest_p: float | None = None
    detectable_80: float | None = None
    detectable_90: float | None = None

    @property
    def can_reject(self) -> bool:
        """Whether some outcome would reject at alpha."""
        return self.smallest_p is None or self.smallest_p <= self.alpha

    @property
    def sided(self) -> str:
        """`two-sided p`, `one-sided p`; several times together have no direction: `p`."""
        if self.design == "within":
            return "p"
        return "two-sided p" if self.alternative == "two-sided" else "one-sided p"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroEvents:
    """Upper 95 % bounds of a rate after 0 events in n participants."""

    n: int
    one_sided: float
    two_sided: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """How many independent participants n with so many lesions each are worth at this intraclass correlation."""

    n: int
    lesions: int
    icc: float
    effective: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasibility:
    """The feasibility page as tables, and what they say in words; each n from planned to the last allowed."""

    participants: int
    dropouts: int
    reaches: tuple[Reach, ...]
    zero_events: tuple[ZeroEvents, ...]
    nested: tuple[Nested, ...]
    sentences: tuple[str, ...]


def compute_feasibility(protocol: Protocol) -> Feasibility:
    """Smallest p, detectable effect, zero-event bounds and effective n for every count the plan allows."""
    counts = counts_of(protocol)
    reaches = tuple(reach for n in counts for reach in compute_reaches(protocol, n))
    zero_events = tuple(
        ZeroEvents(n=n, one_sided=upper_bound_zero(n, 0.95), two_sided=upper_bound_zero(n, 0.975))
        for n in counts
    )
    nested = tuple(_nested(protocol, counts))
    return Feasibility(
        participants=protocol.trial.participants,
        dropouts=protocol.trial.dropouts,
        reaches=reaches,
        zero_events=zero_events,
        nested=nested,
        sentences=(
            *(_zero_sentence(row) for row in zero_events),
            *_reach_sentences(reaches),
            *_family_sentences(protocol, reaches),
            *_nested_sentences(nested, protocol.lesion_word),
        ),
    )


def counts_of(protocol: Protocol) -> tuple[int, ...]:
    """The planned number of participants, then one fewer for each dropout allowed; in a large trial in steps."""
    planned, allowed = protocol.trial.participants, max(protocol.trial.dropouts, 0)
    steps = (
        range(allowed + 1)
        if allowed <= MOST_COUNTS
        else (allowed * i // MOST_COUNTS for i in range(MOST_COUNTS + 1))
    )
    return tuple(planned - fewer for fewer in steps if planned - fewer > 0)


def compute_reaches(protocol: Protocol, n: int, *, with_effects: bool = True) -> Iterator[Reach]:
    """Every planned test with n participants, sensitivity analyses after their endpoint.

    `with_effects`: detectable effects too, which take longer than all the rest.
    """
    methods = load("methods")
    for endpoint in protocol.endpoints:
        checks = [
            (row.check, row.method) for row in protocol.sensitivity if row.endpoint == endpoint.endpoint
        ]
        for test, name in ((endpoint.endpoint, endpoint.method), *checks):
            if name in methods and methods[name].tests:
                yield _reach(protocol, endpoint, test, methods[name], n, with_effects=with_effects)


def alpha_of(protocol: Protocol, endpoint: str) -> tuple[float, str]:
    """(level, family) at which an endpoint is judged: of its family, else of its interval, else .05."""
    family = next((row for row in protocol.families if endpoint in row.members), None)
    if family:
        return float(family.alpha), family.family
    analysis = protocol.analysis(endpoint)
    return (float(1 - analysis.ci), "") if analysis and analysis.ci else (0.05, "")


def _reach(
    protocol: Protocol, endpoint: Endpoint, test: str, method: Method, n: int, *, with_effects: bool
) -> Reach:
    analysis = protocol.analysis(endpoint.endpoint)
    alpha, family = alpha_of(protocol, endpoint.endpoint)
    times, alternative = times_of(endpoint), _SIDED[analysis.direction if analysis else "two sided"]
    if method.design == "within":
        alternative = "two-sided"
    sizes = (n - n // 2, n // 2) if method.design == "between" else ()
    smallest = method.smallest_p(n, times, alternative, sizes) if method.smallest_p else None
    # A one-sided test at alpha finds what a two-sided one finds at twice alpha: the other tail is next to nothing.
    level = 1 - alpha * (1 if alternative == "two-sided" else 2)
    found = [_detectable(method, n, power, level) for power in POWERS] if with_effects else [None, None]
    return Reach(
        test=test,
        endpoint=endpoint.endpoint,
        method=method.name,
        label=method.label,
        n=n,
        design=method.design,
        times=times,
        alternative=alternative,
        alpha=alpha,
        family=family if test == endpoint.endpoint else "",
        smallest_p=smallest,
        detectable_80=found[0],
        detectable_90=found[1],
    )


def _detectable(method: Method, n: int, power: float, level: float) -> float | None:
    return method.detectable(n, power, level) if method.detectable else None


def _nested(protocol: Protocol, counts: tuple[int, ...]) -> Iterator[Nested]:
    if not any(form.per == "lesion" for form in forms(protocol).values()):
        return
    low, high = protocol.rehearsal.lesions
    for n in counts:
        for lesions in range(max(low, 2), high + 1):
            for icc in ICCS:
                yield Nested(n=n, lesions=lesions, icc=icc, effective=effective_n(n, lesions, icc))


def participants(n: int) -> str:
    """'1 participant', '5 participants'."""
    return f"{n} participant{'' if n == 1 else 's'}"


def short(number: float) -> str:
    """A probability with four significant digits: 0.0625, 0.0007716, 1.286e-05."""
    return f"{number:.4g}"


def _zero_sentence(row: ZeroEvents) -> str:
    one, two = printed(100 * row.one_sided, 1), printed(100 * row.two_sided, 1)
    return (
        f"0 events in {participants(row.n)} exclude rates above {one} % with one-sided 95 % confidence"
        f" (upper end of the two-sided 95 % interval: {two} %)."
    )


def _reach_sentences(reaches: tuple[Reach, ...]) -> Iterator[str]:
    """One sentence for all tests that share method, times, direction and level."""
    groups: dict[tuple[object, ...], list[Reach]] = defaultdict(list)
    for reach in reaches:
        key = (reach.n, reach.method, reach.times, reach.alternative, reach.alpha)
        groups[key].append(reach)
    for group in groups.values():
        yield f"{reach_sentence(group[0])} ({', '.join(reach.test for reach in group)})"


def reach_sentence(reach: Reach) -> str:
    """What this test can and cannot show, in words."""
    start = f"With {participants(reach.n)} the {_lower_first(reach.label)}"
    alpha = f"{reach.alpha:.4g}"
    if reach.smallest_p is not None:
        p = short(reach.smallest_p)
        if not reach.can_reject:
            return f"{start} cannot give a {reach.sided} below {p}: it cannot reject at {alpha}."
        return f"{start} can give a {reach.sided} as small as {p}: it can reject at {alpha}."
    if reach.detectable_80 is not None and reach.detectable_90 is not None:
        at_80, at_90 = printed(reach.detectable_80, 2), printed(reach.detectable_90, 2)
        sided = reach.sided.removesuffix(" p")
        if reach.design == "paired":
            what = f"a mean change of {at_80} standard deviations of the changes with 80 % power, of {at_90} with 90 %"
        else:
            what = f"a standardised effect of {at_80} with 80 % power, of {at_90} with 90 %"
        return f"{start} at {alpha} ({sided}) finds {what}; a smaller one will often be missed."
    return f"{start} has no smallest p, and no detectable effect is computed for it."


def _family_sentences(protocol: Protocol, reaches: tuple[Reach, ...]) -> Iterator[str]:
    """Holm begins at alpha divided by the number of tests: if none gets there, none is rejected."""
    for family in protocol.families:
        if family.method != "holm" or len(family.members) < 2:
            continue
        first = float(family.alpha) / len(family.members)
        for n in counts_of(protocol):
            own = [reach for reach in reaches if reach.n == n and reach.family == family.family]
            known = [reach.smallest_p for reach in own if reach.smallest_p is not None]
            if own and len(known) == len(own) and min(known) > first:
                yield (
                    f"With {participants(n)} family {family.family} can reject nothing: Holm begins at"
                    f" {short(first)}, the smallest p of its tests is {short(min(known))}."
                )


def _nested_sentences(nested: tuple[Nested, ...], lesion: str) -> Iterator[str]:
    groups: dict[tuple[int, int], list[Nested]] = defaultdict(list)
    for row in nested:
        groups[row.n, row.lesions].append(row)
    for (n, lesions), rows in groups.items():
        worth = ", ".join(f"{printed(row.effective, 1)} (ICC {row.icc:g})" for row in rows)
        yield (
            f"{n * lesions} {lesion}s, {lesions} in each of {participants(n)}, are worth as much as {worth}"
            f" independent {lesion}s: they do not count as {n * lesions}."
        )


def _lower_first(label: str) -> str:
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
