"""Caveats of analyses of variance with several factors, and of tests that exchange participants or times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.result import Caveat

if TYPE_CHECKING:
    from collections.abc import Sequence


def singular_errors(effects: Sequence[str]) -> Caveat:
    """Some error matrices are singular: Mauchly's test, Huynh-Feldt and the multivariate tests do not exist there."""
    return Caveat(
        "FD-A140",
        f"The error matrix of {_listed(effects)} is singular, as always with more contrasts than residual"
        " degrees of freedom: Mauchly's W, the Huynh-Feldt epsilons and multivariate tests do not exist there. The Greenhouse-Geisser"
        " epsilon does, and is used.",
    )


def fewer_than_contrasts(effects: Sequence[str]) -> Caveat:
    """Huynh-Feldt was declared, and does not exist for these effects: they have no p."""
    return Caveat(
        "FD-A141",
        f"The declared Huynh-Feldt correction does not exist for {_listed(effects)}: no p value is given there.",
    )


def capped_epsilons(effects: Sequence[str], formula: str) -> Caveat:
    """Huynh-Feldt above 1 was capped."""
    return Caveat(
        "FD-A142",
        f"The {formula} epsilon of {_listed(effects)} is above 1 and was capped at 1.",
    )


def one_level(factors: Sequence[str]) -> Caveat:
    """Everybody has the same level of a factor, which was left out."""
    return Caveat(
        "FD-A143", f"All participants have the same level of {_listed(factors)}, which was left out."
    )


def empty_cells(cells: Sequence[str]) -> Caveat:
    """Nobody is in some combination of levels: type III hypotheses do not exist."""
    return Caveat(
        "FD-A144",
        f"Nobody is in {_listed(cells)}: effects that are averaged over all combinations of levels (type III)"
        " do not exist, and nothing was computed.",
    )


def no_error_of(effects: Sequence[str]) -> Caveat:
    """Some effects have no residual variation."""
    return Caveat(
        "FD-A145",
        f"There is no residual variation for {_listed(effects)}: no ratio to it exists."
        " Check the entry of these values.",
    )


def approximate_exchange(effect: str) -> Caveat:
    """Residuals were exchanged: exact only where no other effect is in the model."""
    return Caveat(
        "FD-A146",
        f"The test of {effect} exchanges residuals of the model without it (Freedman & Lane 1983): with other effects"
        " in the model these are exchangeable only approximately, even if every arrangement is counted.",
    )


def no_groups() -> Caveat:
    """A test that exchanges participants between groups found no groups."""
    return Caveat("FD-A147", "There are no groups to compare: only times were exchanged within participants.")


def no_exact_test(effects: Sequence[str]) -> Caveat:
    """No exchange tests the effect of one of several factors between, or how two factors within interact."""
    return Caveat(
        "FD-A148",
        f"No exact test exists for {_listed(effects)}: exchanging participants or their values would remove the effects"
        " of the other factors too. The Freedman-Lane test does so approximately.",
    )


def cannot_reach_of(effect: str, smallest: float, alpha: float) -> Caveat:
    """The smallest attainable p of one of several tests lies above the level of significance."""
    return Caveat(
        "FD-A149",
        f"The smallest p that the test of {effect} can give here is {smallest:.4g}: it cannot reach {alpha:.4g},"
        " whatever the effect.",
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
