"""Rules of quality of flow cytometry, with their limits and where they come from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from firstdose.catalogue.assay import QualityRule

_PRACTICE = "laboratory practice; the protocol decides"
_COUNTING = "counting error of a Poisson count: CV % = 100 / sqrt(events)"
_CDC = "after the revised guidelines for CD4+ T-cell determinations, CDC, MMWR 1997;46(RR-2); the protocol decides"


def _rule(name: str, label: str, breach: Any, source: str, **limits: Any) -> QualityRule:
    told: dict[str, Any] = {
        key: Decimal(value) if key in {"low", "high"} else value for key, value in limits.items()
    }
    return QualityRule(name=name, label=label, breach=breach, source=source, **told)


RULES = (
    _rule(
        "data_set",
        "the data set of a file with several is named",
        "reject",
        "never the first one silently",
        high=0,
    ),
    _rule(
        "gates",
        "the gates of the tube could be applied",
        "reject",
        "nothing is counted without gates",
        high=0,
    ),
    _rule("events_least", "events in the population, at least", "reject", _COUNTING, low=100),
    _rule("events_good", "events in the population for a CV of 5 %", "flag", _COUNTING, low=400),
    _rule("treg_parent", "CD4+ events above regulatory T cells", "flag", _PRACTICE, low=10000),
    _rule("lymphosum", "T + B + NK of lymphocytes", "flag", _CDC, low=95, high=105, unit="%"),
    _rule(
        "lymphosum_limit",
        "T + B + NK of lymphocytes, outer limits",
        "reject",
        _CDC,
        low=90,
        high=110,
        unit="%",
    ),
    _rule(
        "t_sum",
        "T less CD4 and CD8 (and gd), points of lymphocytes",
        "flag",
        _CDC,
        low=-10,
        high=10,
        unit="%",
    ),
    _rule(
        "time_drift",
        "wander of a channel over the run, of its 5 to 95 % range",
        "flag",
        f"the idea of PeacoQC; {_PRACTICE}",
        high=10,
        unit="%",
    ),
    _rule("saturation", "events at the end of a channel's range", "flag", _PRACTICE, high=1, unit="%"),
    _rule("viability", "viable events in the tube (thawed cells: 70 %)", "flag", _PRACTICE, low=80, unit="%"),
    _rule("viability_limit", "viable events in the tube, outer limit", "reject", _PRACTICE, low=70, unit="%"),
    _rule("compensation", "several fluorochromes are compensated", "reject", _PRACTICE, high=0),
    _rule("condition", "condition number of the compensation", "flag", _PRACTICE, high=50),
    _rule(
        "second_reader",
        "gates against the automatic reader, points of lymphocytes",
        "flag",
        "second reader beside the operator; it replaces nothing",
        high=2,
        unit="%",
    ),
    _rule(
        "second_reader_relative",
        "gates against the automatic reader, relative",
        "flag",
        "second reader beside the operator; it replaces nothing",
        high=10,
        unit="%",
    ),
    _rule(
        "recorded", "counts against those that the program recorded", "flag", _PRACTICE, high="0.1", unit="%"
    ),
    _rule("one_version", "versions of the gates in one run", "flag", "equal gates for all visits", high=1),
)
BY_NAME = {rule.name: rule for rule in RULES}
