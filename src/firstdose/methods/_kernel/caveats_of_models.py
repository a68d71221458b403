"""Caveats of the mixed models, FD-A126 to FD-A139; one maker per code, the sentence goes into the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.result import Caveat

if TYPE_CHECKING:
    from collections.abc import Sequence


def gaps(complete: int, n: int, values: int) -> Caveat:
    """Not every participant has every value."""
    return Caveat(
        "FD-A126",
        f"{complete} of {n} participants have a value at every time. The model uses all {values} values of all of"
        " them, which is right where values are missing at random; an analysis of complete participants has"
        f" {complete}.",
    )


def without_values(names: Sequence[str]) -> Caveat:
    """Rows without any value."""
    return Caveat("FD-A127", f"Without any value, and so not in this analysis: {', '.join(names)}.")


def covariance_impossible(covariance: str, rank: int, needed: int) -> Caveat:
    """Too few participants for the covariance."""
    return Caveat(
        "FD-A128",
        f"The {covariance} covariance cannot be fitted: participants less groups leave {rank} residual degrees of"
        f" freedom, and it needs {needed}.",
    )


def not_converged(model: str) -> Caveat:
    """The optimum was not reached."""
    return Caveat(
        "FD-A129",
        f"The fit of the {model} did not converge: the length of its score is not below 1e-8."
        " Nothing of it is reported.",
    )


def fell_back(declared: str, used: str) -> Caveat:
    """Another covariance than the first was used."""
    return Caveat(
        "FD-A130", f"The {used} covariance stands in place of the {declared} one, as declared for this case."
    )


def nothing_fitted(declared: int) -> Caveat:
    """No declared covariance could be fitted."""
    which = (
        "the declared covariance could not"
        if declared == 1
        else f"none of {declared} declared covariances could"
    )
    return Caveat("FD-A131", f"Nothing was estimated: {which} be fitted.")


def empty_cells(names: Sequence[str]) -> Caveat:
    """Cells of the design without any value."""
    return Caveat(
        "FD-A132",
        f"There is no value at all of {', '.join(names)}: means, comparisons and tests that need"
        f" {'it' if len(names) == 1 else 'them'} are not given.",
    )


def liberal_joint_tests(n: int) -> Caveat:
    """Satterthwaite F with several numerator degrees of freedom."""
    return Caveat(
        "FD-A133",
        f"Tests of several degrees of freedom by Satterthwaite reject too often with {n} participants;"
        " Kenward-Roger does not.",
    )


def zero_variance(components: Sequence[str], consequence: str) -> Caveat:
    """Variances at their boundary."""
    return Caveat(
        "FD-A134",
        f"Estimated as zero, its smallest value, is the variance of {' and of '.join(components)}: {consequence}.",
    )


def expected_instead() -> Caveat:
    """The observed information has no inverse."""
    return Caveat(
        "FD-A135",
        "The observed information has no inverse at this optimum: the expected information was used for standard"
        " errors and degrees of freedom.",
    )


def one_lesion_each(merged: Sequence[str]) -> Caveat:
    """No participant has two lesions; which variance is part of which."""
    return Caveat(
        "FD-A136",
        f"Every participant has one lesion, so not all variances can be told apart: {', and '.join(merged)}.",
    )


def independent_changes() -> Caveat:
    """Random intercepts only, of several lesions at several times."""
    return Caveat(
        "FD-A139",
        "The lesions of one participant are taken to change independently of each other: if they do not, comparisons"
        " of times find differences that are not there more often than the level says.",
    )


def no_test(names: Sequence[str]) -> Caveat:
    """The adjusted covariance or the moments of F do not exist."""
    return Caveat(
        "FD-A138",
        f"There is next to no information on the covariance in these values: the test of {', '.join(names)} does not"
        " exist. Degrees of freedom of what remains may be very small.",
    )


def not_determined(model: str) -> Caveat:
    """The values leave parameters open."""
    return Caveat(
        "FD-A137",
        f"These values do not determine the {model}: two times are never seen together, or an effect cannot be told"
        " from a variance.",
    )
