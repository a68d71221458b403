"""Joint sign flip: one sign a participant turns all endpoints together, so their correlation counts as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Procedure
from firstdose.methods._kernel import multiplicity

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from firstdose.catalogue.result import Alternative


def adjust(
    changes: npt.ArrayLike,
    *,
    alpha: float = 0.05,  # noqa: ARG001, the same call for every procedure
    decimals: Sequence[int | None] | None = None,
    alternatives: Sequence[Alternative] | None = None,
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> list[float]:
    """Changes (n, m), a row a participant, NaN where an endpoint is missing: adjusted p of each endpoint.

    `decimals` and `alternatives` are one an endpoint: declared precision, and direction (two-sided where not said).
    All 2**n arrangements to 20 participants; above, `draws` random ones from `seed`, the observed one among them.

    Raises:
        ValueError: another shape, or infinite changes.
    """
    values = np.asarray(changes, dtype=np.float64)
    if values.ndim != 2 or np.isinf(values).any():
        raise ValueError(
            f"one row a participant is needed, shape (n, m), of finite changes; this is {values.shape}"
        )
    m = values.shape[1]
    return multiplicity.joint_sign_flip(
        values,
        (None,) * m if decimals is None else decimals,
        ("two-sided",) * m if alternatives is None else alternatives,
        int(float(draws)),
        int(float(seed)),
    )


ENTRY = Procedure(
    name="joint_sign_flip",
    label="Joint sign flip over endpoints (step-down min-p)",
    source="Westfall & Young 1993; Phipson & Smyth 2010",
    adjust=adjust,
    needs="changes",
    exact=True,
    sentence=(
        "The changes of each participant kept or turned their signs together in all endpoints of the family; the adjusted"
        " p is the share of all such arrangements (above 20 participants, of random ones from a fixed seed) in which the"
        " smallest p of the endpoints still in question is at least as small as that observed (step-down min-p)."
    ),
    reference="tests/reference/methods/test_multiplicity.py",
)
