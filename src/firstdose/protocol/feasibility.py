"""What the planned participants can and cannot show, for the planned number and after each dropout allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.methods import effective_n, upper_bound_zero
from firstdose.protocol.feasibility_tables import (
    FamilyReach,
    Feasibility,
    Nested,
    Precision,
    Reach,
    ZeroEvents,
)
from firstdose.protocol.feasibility_words import (
    family_sentence,
    nested_sentences,
    participants,
    precision_sentence,
    reach_sentence,
    reach_sentences,
    short,
    zero_sentence,
)
from firstdose.protocol.names import forms
from firstdose.protocol.planned import (
    even_sizes,
    group_count,
    has_direction,
    owner_of,
    planned,
    time_count,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.catalogue import Alternative
    from firstdose.catalogue.entries import Procedure
    from firstdose.protocol.model import Family, Protocol
    from firstdose.protocol.planned import Planned

__all__ = [
    "FamilyReach",
    "Feasibility",
    "Nested",
    "Precision",
    "Reach",
    "ZeroEvents",
    "alpha_of",
    "compute_family_reaches",
    "compute_feasibility",
    "compute_reaches",
    "counts_of",
    "participants",
    "reach_sentence",
    "shares_of",
    "short",
]

ICCS = (0.3, 0.5, 0.8)
POWERS = (0.8, 0.9)
DEFAULT_LEVEL = 0.95
MOST_COUNTS = 12  # further counts of a large trial would say the same again
_SIDED: dict[str, Alternative] = {"two sided": "two-sided", "greater": "greater", "less": "less"}


def compute_feasibility(protocol: Protocol) -> Feasibility:
    """Smallest p, detectable effect, precision, zero-event bounds and effective n for every count the plan allows."""
    counts = counts_of(protocol)
    reaches = tuple(reach for n in counts for reach in compute_reaches(protocol, n))
    families = tuple(
        reach
        for n in counts
        for reach in compute_family_reaches(protocol, [each for each in reaches if each.n == n])
    )
    zero_events = tuple(
        ZeroEvents(n=n, one_sided=upper_bound_zero(n, 0.95), two_sided=upper_bound_zero(n, 0.975))
        for n in counts
    )
    nested, precision = tuple(_nested(protocol, counts)), tuple(_precision(protocol, counts))
    return Feasibility(
        participants=protocol.trial.participants,
        dropouts=protocol.trial.dropouts,
        reaches=reaches,
        zero_events=zero_events,
        nested=nested,
        families=families,
        precision=precision,
        sentences=(
            *map(zero_sentence, zero_events),
            *reach_sentences(reaches),
            *map(family_sentence, families),
            *map(precision_sentence, precision),
            *nested_sentences(nested, protocol.lesion_word),
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
    for one in planned(protocol):
        if one.method.tests:
            yield _reach(protocol, one, n, with_effects=with_effects)


def alpha_of(protocol: Protocol, endpoint: str) -> tuple[float, str]:
    """(level, family) at which an endpoint or a comparison is judged: of its family, its interval, else .05."""
    family = next((row for row in protocol.families if endpoint in row.members), None)
    if family:
        return float(family.alpha), family.family
    analysis = protocol.analysis(owner_of(protocol, endpoint))
    return (float(1 - analysis.ci), "") if analysis and analysis.ci else (0.05, "")


def _reach(protocol: Protocol, one: Planned, n: int, *, with_effects: bool) -> Reach:
    method, name = one.method, one.endpoint.endpoint
    alpha, family = alpha_of(protocol, name)
    alternative: Alternative = _SIDED[one.analysis.direction] if has_direction(method) else "two-sided"
    # A one-sided test at alpha finds what a two-sided one finds at twice alpha: the other tail is next to nothing.
    level = 1 - alpha * (1 if alternative == "two-sided" else 2)
    found = [_detectable(one, n, power, level) for power in POWERS] if with_effects else [None, None]
    return Reach(
        test=one.name,
        endpoint=name,
        method=method.name,
        label=method.label,
        n=n,
        design=method.design,
        times=time_count(one),
        alternative=alternative,
        alpha=alpha,
        family=family if one.is_main else "",
        smallest_p=_smallest_p(protocol, one, n, alternative),
        detectable_80=found[0],
        detectable_90=found[1],
        groups=group_count(protocol, one),
        is_directed=has_direction(method),
    )


def _smallest_p(protocol: Protocol, one: Planned, n: int, alternative: Alternative) -> float | None:
    """Of the best allocation to the groups: as equal as can be."""
    if one.method.smallest_p is None:
        return None
    groups = group_count(protocol, one)
    sizes = even_sizes(n, groups) if groups > 1 else ()
    compared = groups if one.method.design == "between" else time_count(one)
    return one.method.smallest_p(n, compared, alternative, sizes)


def _detectable(one: Planned, n: int, power: float, level: float) -> float | None:
    find = one.method.detectable
    return find(n, power, level, time_count(one)) if find else None


def _nested(protocol: Protocol, counts: tuple[int, ...]) -> Iterator[Nested]:
    if not any(form.per == "lesion" for form in forms(protocol).values()):
        return
    low, high = protocol.rehearsal.lesions
    for n in counts:
        for lesions in range(max(low, 2), high + 1):
            for icc in ICCS:
                yield Nested(n=n, lesions=lesions, icc=icc, effective=effective_n(n, lesions, icc))


def _precision(protocol: Protocol, counts: Sequence[int]) -> Iterator[Precision]:
    """At the level of each interval declared, for trials that estimate a mean at all."""
    from firstdose.methods import expected_half_width_t

    means = [one for one in planned(protocol) if _estimates_a_mean(one)]
    levels = {float(one.analysis.ci or DEFAULT_LEVEL) for one in means}
    for level in sorted(levels):
        for n in counts:
            half = expected_half_width_t(n, level)
            if half is not None:
                yield Precision(n=n, level=level, half_width=half)


def _estimates_a_mean(one: Planned) -> bool:
    return one.is_main and any(summary.startswith("mean") for summary in one.method.summaries)


# ------------------------------------------------------------------------------------------------------ families


def compute_family_reaches(protocol: Protocol, reaches: Sequence[Reach]) -> Iterator[FamilyReach]:
    """Families of which some member cannot be rejected; `reaches`: those of one number of participants.

    Adjusted p never falls where a p rises: what is above alpha with every p at its smallest is always above.
    """
    shelf = load("methods.multiplicity")
    own = {reach.test: reach for reach in reaches}
    for family in protocol.families:
        procedure = shelf.get(family.method.replace(" ", "_"))
        if procedure is None or not any(member in own for member in family.members):
            continue
        if procedure.needs == "changes":
            adjusted = p = [_flipped(own.get(member)) for member in family.members]
        else:
            p = [_least(own.get(member)) for member in family.members]
            adjusted = _adjusted(protocol, family, procedure, p)
        reach = _family_reach(family, reaches[0].n, p, adjusted)
        if reach is not None:
            yield reach


def _flipped(reach: Reach | None) -> float:
    """The smallest p of signs flipped together: that of one sign flip, whatever the member's own test."""
    flip = load("methods").get("sign_flip_exact")
    if reach is None or flip is None or flip.smallest_p is None:
        return 0.0
    return float(flip.smallest_p(reach.n, 2, reach.alternative))


def _least(reach: Reach | None) -> float:
    """The smallest p that is known; 0 where a test has none, or where nothing is known of it."""
    return reach.smallest_p if reach is not None and reach.smallest_p is not None else 0.0


def _family_reach(
    family: Family, n: int, p: Sequence[float], adjusted: Sequence[float]
) -> FamilyReach | None:
    alpha = float(family.alpha)
    above = [(value, name) for value, name in zip(adjusted, family.members, strict=True) if value > alpha]
    if not above:
        return None
    return FamilyReach(
        family=family.family,
        method=family.method,
        n=n,
        alpha=alpha,
        members=family.members,
        unreachable=tuple(name for _, name in above),
        adjusted=min(value for value, _ in above),
        smallest=min(p),
    )


def _adjusted(protocol: Protocol, family: Family, procedure: Procedure, p: list[float]) -> list[float]:
    """Adjusted p; those before where weights or graph make no sense (said elsewhere)."""
    words: dict[str, object] = {}
    if "weights" in procedure.takes and family.weights:
        words["weights"] = [float(weight) for weight in family.weights]
    if "graph" in procedure.takes:
        words["graph"] = shares_of(protocol, family)
    try:
        return procedure.adjust(p, alpha=float(family.alpha), **words)
    except ValueError:
        return p


def shares_of(protocol: Protocol, family: Family) -> list[list[float]]:
    """The graph of a family as rows of shares: from each member to each, in the order of the members."""
    shares = {
        (edge.source, edge.target): edge.share for edge in protocol.graph if edge.family == family.family
    }
    return [
        [float(shares.get((source, target), 0)) for target in family.members] for source in family.members
    ]
