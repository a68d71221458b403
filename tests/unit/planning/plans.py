"""Protocols to be planned: the seed trial, and parts of it without gaps and without rounding."""

from __future__ import annotations

from dataclasses import replace

from firstdose.protocol.reading import read_protocol
from tests.shared import ROOT

SEED = read_protocol(ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").protocol
assert SEED is not None


def only(*endpoints: str, missed: str | None = None, checks: bool = True, families: bool = True):
    """The seed with these endpoints alone, and no visit missed unless said."""
    return replace(
        SEED,
        endpoints=tuple(each for each in SEED.endpoints if each.endpoint in endpoints),
        sensitivity=SEED.sensitivity if checks else (),
        families=SEED.families if families else (),
        rehearsal=replace(SEED.rehearsal, missed_visit=missed),
    )
