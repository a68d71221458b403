"""The limits of what a design may be told, on both sides of each: found by benchmarks/mutation.py."""

from __future__ import annotations

import pytest

from tests.reference.designs.escalating import design

INTERVAL = {
    "eliminate_above": (("-0.5", "1.5"), ("0", "0.5", "1")),
    "eliminate_from": (("-1", "0", "1.5", "1001"), ("1", "1000")),
    "cohort": (("-1", "0", "1.5", "1001"), ("1", "1000")),
}
LIMITS = {
    "boin": {**INTERVAL, "extra_safe": (("-0.5", "0.96", "1.5"), ("0", "0.05", "0.95"))},
    "keyboard": {
        **INTERVAL,
        "below": (("-0.5", "0", "0.0005", "0.95"), ("0.001", "0.1")),
        "above": (("-0.5", "0", "0.0005", "0.95"), ("0.001", "0.1")),
    },
    "i3_plus_3": {
        **INTERVAL,
        "below": (("-0.5", "0.95"), ("0", "0.1")),
        "above": (("-0.5", "0.95"), ("0", "0.1")),
    },
    "crm": {
        "cohort": INTERVAL["cohort"],
        "halfwidth": (("-0.5", "1.5", "nan"), ("0.001", "0.05", "0.249")),
        "variance": (("-0.5", "0", "0.009", "26"), ("0.01", "0.5", "25")),
        "stop_above": (("-0.5", "1.5"), ("0", "0.5", "1")),
    },
}
TOLD = [(name, key, *both) for name, keys in LIMITS.items() for key, both in keys.items()]


@pytest.mark.parametrize(("name", "key", "refused", "taken"), TOLD)
def test_the_limits_of_a_word_are_taken_and_what_lies_beyond_is_refused(name, key, refused, taken):
    for text in refused:
        with pytest.raises(ValueError, match=rf"^{key} is a (whole )?number .*'{text}' is written\.$"):
            design(name, 3, **{key: text})
    assert [design(name, 3, **{key: text}).doses for text in taken] == [3] * len(taken)


@pytest.mark.parametrize("text", ["0", "0.0009", "0.2495", "0.25"])
def test_a_halfwidth_next_to_nothing_or_to_the_target_is_refused(text):
    """Target .25."""
    with pytest.raises(ValueError, match=r"^halfwidth must be at least 0\.001"):
        design("crm", 3, halfwidth=text)
