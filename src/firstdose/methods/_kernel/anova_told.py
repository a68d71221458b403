"""What the reader of an analysis of variance must be told, and the corrections that it may declare."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_anova as tell
from firstdose.methods._kernel.anova_design import effect_name

if TYPE_CHECKING:
    from firstdose.catalogue.result import Caveat
    from firstdose.methods._kernel.anova_design import Design

CORRECTIONS = {
    "greenhouse_geisser": ("Greenhouse-Geisser", "epsilon_gg", "p_gg"),
    "huynh_feldt": ("Huynh-Feldt (Lecoutre)", "epsilon_hf", "p_hf"),
    "huynh_feldt_original": ("Huynh-Feldt (original)", "epsilon_hf_original", "p_hf_original"),
    "none": ("sphericity assumed", "", "p_uncorrected"),
}
Number = Callable[[str, str], float]  # of an effect, by operation id; NaN where it does not exist


def of_one_factor(number: Number, design: Design, correction: str) -> list[Caveat]:
    """One factor within, none between."""
    name, p = design.headline.name, len(design.within[1].rows)
    uncapped = number(name, "epsilon_hf_uncapped")
    wanted: tuple[tuple[bool, Callable[[], Caveat]], ...] = (
        (p == 1, say.two_times),
        (math.isnan(uncapped), lambda: say.singular_error(p, int(number(name, "rank")))),
        (p > 1 and uncapped > 1, lambda: say.hf_capped(uncapped)),
        (math.isnan(number(name, "hotelling_t2")), lambda: say.no_hotelling(design.n, p + 1)),
        (p > 1 and correction == "none", say.uncorrected),
        (_cautious(p, design, correction), say.conservative_epsilon),
    )
    return [caveat() for holds, caveat in wanted if holds]


def _cautious(p: int, design: Design, correction: str) -> bool:
    return p > 1 and design.n <= 12 and correction == "greenhouse_geisser"


def of_several_factors(number: Number, design: Design, correction: str) -> list[Caveat]:
    """Several factors: each caveat once, with the effects that it is about."""
    within = {effect_name(b, w): len(w.rows) for b, w in design.effects if w.factors}
    every = [effect_name(*pair) for pair in design.effects]
    constant = [name for name in every if math.isnan(number(name, "f"))]
    tested = [name for name in within if name not in constant]
    singular = [name for name in tested if math.isnan(number(name, "epsilon_hf"))]
    formula, epsilon, _ = CORRECTIONS[correction]
    uncapped = "epsilon_hf_uncapped" if correction == "huynh_feldt" else epsilon
    huynh_feldt = correction.startswith("huynh_feldt")
    above = [name for name in tested if huynh_feldt and within[name] > 1 and number(name, uncapped) > 1]
    largest = max(within.values())
    wanted: tuple[tuple[bool | list[str], Callable[[], Caveat]], ...] = (
        (constant, lambda: tell.no_error_of(constant)),
        (singular, lambda: tell.singular_errors(singular)),
        (huynh_feldt and singular, lambda: tell.fewer_than_contrasts(singular)),
        (above, lambda: tell.capped_epsilons(above, formula)),
        (largest > 1 and correction == "none", say.uncorrected),
        (_cautious(largest, design, correction), say.conservative_epsilon),
    )
    return [caveat() for holds, caveat in wanted if holds]
