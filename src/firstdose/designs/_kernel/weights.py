"""Participants still under observation: how much of the window each has passed, and what that says of the rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from firstdose.catalogue.rule import End

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.catalogue.rule import State, Step
    from firstdose.designs._kernel.power_model import CurveModel

WAITING = "follow-up pending"  # the cause of a halt that ends by itself, with more follow-up


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One participant: dose level, share of the window passed (0 to 1), and whether a toxicity was seen in it."""

    dose: int
    share: float
    toxic: bool = False

    @property
    def pending(self) -> bool:
        """Neither a toxicity seen nor the window passed."""
        return not self.toxic and self.share < 1


def follow_up(dose: int, days: float, window: float, *, toxic: bool = False) -> FollowUp:
    """A participant seen for so many days of the window."""
    return FollowUp(dose, min(days / window, 1.0), toxic)


def all_followed(state: State) -> tuple[FollowUp, ...]:
    """The participants of a state, each with the window passed."""
    counts = enumerate(zip(state.participants, state.dlts, strict=True))
    return tuple(FollowUp(dose, 1.0, i < y) for dose, (n, y) in counts for i in range(n))


def wait(reason: str) -> End:
    """Nobody is treated until more is known."""
    return End("halt", WAITING, reason)


class InTime(Protocol):
    """A design that decides while participants are still under observation."""

    def move_in_time(self, state: State, seen: Sequence[FollowUp]) -> Step:
        """The step after a cohort was entered. `state` counts all who entered, with the toxicities seen so far."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: participants entered, toxicities seen, participants pending, and the sum of their shares."""

    entered: int
    toxic: int
    pending: int
    followed: float

    @property
    def complete(self) -> int:
        return self.entered - self.pending

    def imputed_rate(self, target: float) -> float:
        """Toxicities seen, and for each pending participant the expected rest of one, a participant (Yuan et al. 2018).

        The rate put into the expectation is the posterior mean from the complete ones under Beta(target / 2, 1 - target / 2).
        """
        rate = (self.toxic + target / 2) / (self.complete + 1)
        return (self.toxic + rate / (1 - rate) * (self.pending - self.followed)) / self.entered

    def effective_rate(self) -> float:
        """Toxicities seen by effective number of participants: complete ones and shares of windows (Lin & Yuan 2020)."""
        size = self.complete + self.followed
        return self.toxic / size if size > 0 else 0.0


def level_of(seen: Sequence[FollowUp], dose: int) -> Level:
    """What is known of one level."""
    here = [each for each in seen if each.dose == dose]
    pending = [each.share for each in here if each.pending]
    return Level(len(here), sum(each.toxic for each in here), len(pending), sum(pending))


def weighted_mean(model: CurveModel, seen: Sequence[FollowUp]) -> float:
    """E(a | follow-up): one with toxicity counts p, one without 1 - share x p (Cheung & Chappell 2000)."""
    rates = np.clip(model.rates(model.nodes), 1e-300, 1 - 1e-16)
    weight = -(model.nodes**2) / (2 * model.variance)
    for each in seen:
        p = rates[:, each.dose]
        weight = weight + (np.log(p) if each.toxic else np.log1p(-each.share * p))
    weight = np.exp(weight - weight.max())
    return float(weight @ model.nodes / weight.sum())
