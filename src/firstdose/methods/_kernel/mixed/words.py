"""What the protocol file may call covariances, random effects and information, and how a Result says them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Covariance:
    """Number of the structure in the compiled code, how it is said, whether times have their own variances."""

    number: int
    said: str
    own_variances: bool


COVARIANCES = {
    "unstructured": Covariance(0, "unstructured", own_variances=True),
    "compound_symmetry_h": Covariance(2, "heterogeneous compound symmetry", own_variances=True),
    "compound_symmetry": Covariance(1, "compound symmetry", own_variances=False),
    "ar1": Covariance(3, "first-order autoregressive", own_variances=False),
    "ar1_h": Covariance(4, "heterogeneous first-order autoregressive", own_variances=True),
    "toeplitz": Covariance(5, "Toeplitz", own_variances=False),
    "toeplitz_h": Covariance(6, "heterogeneous Toeplitz", own_variances=True),
    "ante_dependence": Covariance(7, "first-order ante-dependence", own_variances=True),
}
INFORMATION = {"observed": "observed information", "expected": "expected information"}
ALL = "participant_time_lesion"
RANDOM = {
    "participant": "random participant",
    "participant_lesion": "random participant and lesion",
    ALL: "random participant, participant by time, and lesion",
}
PLURAL = {
    "participant": "participants",
    "participant by time": "participants from time to time",
    "lesion": "lesions",
    "residual": "residuals",
}


def parameters(covariance: str, k: int) -> int:
    """How many parameters the covariance of k times has."""
    variances = k if COVARIANCES[covariance].own_variances else 1
    correlations = {
        "unstructured": k * (k - 1) // 2,
        "toeplitz": k - 1,
        "toeplitz_h": k - 1,
        "ante_dependence": k - 1,
    }
    return variances + correlations.get(covariance, 1)


def least_rank(covariance: str, k: int) -> int:
    """The residual degrees of freedom of participants without which the covariance cannot be fitted.

    Unstructured: a covariance matrix of k times has no inverse below k. With own variances, one degree of freedom
    fits any correlation perfectly.
    """
    if covariance == "unstructured":
        return k
    return 2 if COVARIANCES[covariance].own_variances else 1
