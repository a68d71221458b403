"""What the rule says now, with the board's decisions of the log, as the escalation page shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from firstdose.escalation.deciding import Decision, decide, due
from firstdose.escalation.following import told
from firstdose.escalation.foreseeing import Foreseen, foresee
from firstdose.escalation.on_record import NEEDED, OVERRIDE
from firstdose.escalation.telling import level_counts
from firstdose.values.issue import Issue, UserError
from firstdose.values.rounding import printed
from firstdose.web.safety.dose_gate import RESUME, basis_of, needs_board
from firstdose.web.safety.on_record import board_decisions, overrides_of
from firstdose.web.safety.snapshot import Now, now_on_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.escalation.foreseeing import Forecast
    from firstdose.records.snapshot import Snapshot
    from firstdose.web.safety.dose_gate import BoardDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The escalation as it stands. `decision` None: `issues` say why no rule decides."""

    now: Now
    decision: Decision | None
    foreseen: Foreseen
    board: tuple[BoardDecision, ...]
    issues: tuple[Issue, ...] = ()

    @property
    def due(self) -> str:
        return due(self.decision) if self.decision else ""

    @property
    def level(self) -> str:
        """The level that the rule says, '' where nobody is due."""
        decision = self.decision
        return "" if decision is None or decision.level is None else decision.conduct.levels[decision.level]

    @property
    def board_is_asked(self) -> bool:
        """Whether the protocol's review has to decide before the next dose, and has not on these outcomes."""
        decision = self.decision
        if decision is None or not needs_board(decision):
            return decision is not None and decision.standing == "halted"
        last = self.board[-1] if self.board else None
        return last is None or last.basis != basis_of(decision) or last.level != self.level

    def counts(self) -> list[tuple[str, dict[str, int]]]:
        """Level and its participants."""
        if self.decision is None:
            return []
        conduct = self.decision.conduct
        return [(conduct.level(i), level_counts(self.decision, i)) for i in range(conduct.rule.doses)]

    def outlooks(self) -> list[tuple[str, str]]:
        """(outcome of those awaited, what follows)."""
        return [(each.told, told(each.step)) for each in self.foreseen.next_steps]

    def forecasts(self) -> list[tuple[str, list[tuple[str, str]], str]]:
        """(assumption, level > probability in %, further participants expected)."""
        return [
            (each.name.replace("_", " "), list(self._selected(each)), printed(each.expected, 1))
            for each in self.foreseen.forecasts
        ]

    def _selected(self, forecast: Forecast) -> Iterator[tuple[str, str]]:
        assert self.decision is not None
        for level, name in enumerate(self.decision.conduct.levels):
            yield name, printed(100 * forecast.selected.get(level, 0.0), 1)
        yield "none", printed(100 * forecast.selected.get(None, 0.0), 1)


def desk_now() -> Desk:
    """The escalation from everything on record."""
    now = now_on_record()
    return _desk(now.seq, now.head)


@lru_cache(maxsize=2)
def _desk(_seq: int, _head: str) -> Desk:
    now, board = now_on_record(), board_decisions()
    resumed = max((each.day for each in board if each.decision == RESUME), default=None)
    try:
        decision = decide(now.protocol, now.snapshot, resumed_after=resumed)
    except UserError as why:
        none = Foreseen(next_steps=(), forecasts=())
        return Desk(now=now, decision=None, foreseen=none, board=board, issues=why.issues)
    return Desk(now=now, decision=decision, foreseen=foresee(decision), board=board, issues=decision.issues)


def with_overrides(snapshot: Snapshot) -> Snapshot:
    """The same records with the overrides of the log, where the core's check of administrations looks for them."""
    rows = [
        {
            "participant": each.participant,
            "reason": each.reason,
            "decided_by": each.first,
            "confirmed_by": each.second,
        }
        for each in overrides_of()
        if each.second
    ]
    names = ("participant", *NEEDED)
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    return replace(snapshot, tables={**snapshot.tables, OVERRIDE: table})
