"""The gate as the pages and actions ask it: with the board's decisions and the overrides of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from firstdose.web.safety import issues
from firstdose.web.safety.dose_gate import Gate, judge
from firstdose.web.safety.facts import facts_of
from firstdose.web.safety.on_record import Override, board_decisions, overrides_of
from firstdose.web.safety.snapshot import now_on_record

if TYPE_CHECKING:
    from datetime import date

    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The gate and, where it is closed, the override that releases the dose all the same.

    `for_record`: what the gate says, in English in whatever language somebody reads it.
    """

    gate: Gate
    for_record: str
    override: Override | None = None

    @property
    def passes(self) -> bool:
        return self.gate.open or self.override is not None

    @property
    def faults(self) -> tuple[Issue, ...]:
        """Empty where it passes."""
        return () if self.passes else (issues.gate_closed(self.gate.sentence), *self.gate.issues)

    @property
    def clause(self) -> str:
        """By what the dose is allowed."""
        if self.override is not None:
            return f"override {self.override.seq_of_second}: {self.override.reason}"
        return self.for_record


def ask(
    participant: str,
    day: date,
    *,
    level: str = "",
    lesion: str = "",
    lot: str = "",
    ahead: Snapshot | None = None,
) -> Asked:
    """The gate of a dose as everything stands now."""
    now = now_on_record()
    facts = facts_of(now.protocol, now.snapshot, participant, day, lesion=lesion, lot=lot, ahead=ahead)
    board = board_decisions()
    found = judge(facts, level, board)
    with translation.override(settings.LANGUAGE_CODE):
        for_record = judge(facts, level, board).sentence
    if found.open:
        return Asked(gate=found, for_record=for_record)
    covering = (each for each in overrides_of(participant) if each.covers(found))
    return Asked(gate=found, for_record=for_record, override=next(covering, None))
