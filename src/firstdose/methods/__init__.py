"""The shelf of methods: how an estimand becomes numbers, and what a given n can show at all.

One module per method, each with one `ENTRY`, found by `firstdose.catalogue.loading.load("methods")`.
The functions here are for planning: they come from `_kernel` when somebody asks for them, and scipy with them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firstdose.methods._kernel.planning import (
        detectable_d,
        detectable_dz,
        effective_n,
        n_for_power,
        power_one_sample_t,
        power_paired_t,
        power_two_sample_t,
        upper_bound_zero,
    )
    from firstdose.methods._kernel.planning_precision import (
        assurance_t,
        attainable_p,
        expected_half_width_binomial,
        expected_half_width_t,
        exposure_for_zero_events,
        n_for_half_width_binomial,
        n_for_half_width_t,
        n_for_zero_events,
    )
    from firstdose.methods._kernel.planning_ranks import (
        detectable_sign_flip,
        detectable_sign_test,
        detectable_signed_rank,
        power_sign_flip,
        power_sign_test,
        power_signed_rank,
    )
    from firstdose.methods._kernel.planning_tests import (
        detectable_f,
        power_binomial,
        power_fisher,
        power_mcnemar,
        power_poisson,
        power_rm_anova,
    )

__all__ = [
    "assurance_t",
    "attainable_p",
    "detectable_d",
    "detectable_dz",
    "detectable_f",
    "detectable_sign_flip",
    "detectable_sign_test",
    "detectable_signed_rank",
    "effective_n",
    "expected_half_width_binomial",
    "expected_half_width_t",
    "exposure_for_zero_events",
    "n_for_half_width_binomial",
    "n_for_half_width_t",
    "n_for_power",
    "n_for_zero_events",
    "power_binomial",
    "power_fisher",
    "power_mcnemar",
    "power_one_sample_t",
    "power_paired_t",
    "power_poisson",
    "power_rm_anova",
    "power_sign_flip",
    "power_sign_test",
    "power_signed_rank",
    "power_two_sample_t",
    "upper_bound_zero",
]

_HOMES = ("planning", "planning_precision", "planning_ranks", "planning_tests")


def __getattr__(name: str) -> Any:
    """A planning function, from the module of `_kernel` that has it."""
    if name in __all__:
        for home in _HOMES:
            module = import_module(f"firstdose.methods._kernel.{home}")
            if getattr(getattr(module, name, None), "__module__", "") == module.__name__:
                globals()[name] = getattr(module, name)
                return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
