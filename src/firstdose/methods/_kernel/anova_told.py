"""What the reader of an analysis of variance must be told, and the corrections that it may declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_anova as tell
from firstdose.methods._kernel.anova_design import effect_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat
    from firstdose.methods._kernel.anova import Numbers
    from firstdose.methods._kernel.anova_design import Design
    from firstdose.methods._kernel.results import Floats

    Flags = npt.NDArray[np.bool_]
    Table = Mapping[str, Numbers]

CORRECTIONS = {
    "greenhouse_geisser": ("Greenhouse-Geisser", "epsilon_gg", "p_gg"),
    "huynh_feldt": ("Huynh-Feldt (Lecoutre)", "epsilon_hf", "p_hf"),
    "huynh_feldt_original": ("Huynh-Feldt (original)", "epsilon_hf_original", "p_hf_original"),
    "none": ("sphericity assumed", "", "p_uncorrected"),
}


def of_one_factor(found: Table, design: Design, correction: str) -> list[tuple[Caveat, ...]]:
    """One factor within, none between: those of each data set; none where nothing varies."""
    line, p = found[design.headline.name], len(design.within[1].rows)
    uncapped, rank = line["epsilon_hf_uncapped"], line["rank"]
    two, no_t2 = say.two_times(), say.no_hotelling(design.n, p + 1)
    uncorrected, cautious = say.uncorrected(), say.conservative_epsilon()
    wanted: tuple[tuple[Flags | bool, Callable[[int], Caveat]], ...] = (
        (p == 1, lambda _: two),
        (np.isnan(uncapped), lambda i: say.singular_error(p, int(rank[i]))),
        ((p > 1) & (uncapped > 1), lambda i: say.hf_capped(float(uncapped[i]))),
        (np.isnan(_number(line, "hotelling_t2")), lambda _: no_t2),
        (p > 1 and correction == "none", lambda _: uncorrected),
        (_cautious(p, design, correction), lambda _: cautious),
    )
    told: list[list[Caveat]] = [[] for _ in rank]
    for holds, caveat in wanted:
        for i in np.flatnonzero(holds & ~np.isnan(rank)).tolist():
            told[i].append(caveat(i))
    return [tuple(each) for each in told]


def _number(line: Numbers, name: str) -> Floats:
    """NaN where it does not exist."""
    return line[name] if name in line else np.full(len(line["f"]), np.nan)


def _cautious(p: int, design: Design, correction: str) -> bool:
    return p > 1 and design.n <= 12 and correction == "greenhouse_geisser"


def of_several_factors(found: Table, design: Design, correction: str) -> list[tuple[Caveat, ...]]:
    """Several factors: each caveat once, with the effects that it is about; those of each data set."""
    within = {effect_name(b, w): len(w.rows) for b, w in design.effects if w.factors}
    every = [effect_name(*pair) for pair in design.effects]
    epsilon = "epsilon_hf_uncapped" if correction == "huynh_feldt" else CORRECTIONS[correction][1]
    huynh_feldt = correction.startswith("huynh_feldt")
    above = [huynh_feldt and within.get(name, 0) > 1 and _number(found[name], epsilon) > 1 for name in every]
    flags = (
        *(np.isnan(found[name]["f"]) for name in every),
        *(np.isnan(_number(found[name], "epsilon_hf")) for name in every),
        *(np.broadcast_to(each, len(found[every[0]]["f"])) for each in above),
    )
    rows = list(zip(*(flag.tolist() for flag in flags), strict=True))
    known = {row: _of_effects(row, every, within, design, correction) for row in set(rows)}
    return [known[row] for row in rows]


def _of_effects(
    row: Sequence[bool], every: Sequence[str], within: Mapping[str, int], design: Design, correction: str
) -> tuple[Caveat, ...]:
    """`row`: whether each effect has no F, no Huynh-Feldt epsilon, and one above 1."""
    count = len(every)
    no_f, no_epsilon, beyond = (
        {name for name, holds in zip(every, row[part * count :], strict=False) if holds} for part in range(3)
    )
    constant = [name for name in every if name in no_f]
    tested = [name for name in within if name not in no_f]
    singular = [name for name in tested if name in no_epsilon]
    above = [name for name in tested if name in beyond]
    largest = max(within.values())
    wanted: tuple[tuple[bool | list[str], Callable[[], Caveat]], ...] = (
        (constant, lambda: tell.no_error_of(constant)),
        (singular, lambda: tell.singular_errors(singular)),
        (correction.startswith("huynh_feldt") and singular, lambda: tell.fewer_than_contrasts(singular)),
        (above, lambda: tell.capped_epsilons(above, CORRECTIONS[correction][0])),
        (largest > 1 and correction == "none", say.uncorrected),
        (_cautious(largest, design, correction), say.conservative_epsilon),
    )
    return tuple(caveat() for holds, caveat in wanted if holds)
