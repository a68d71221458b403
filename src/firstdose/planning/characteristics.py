"""How the declared analyses would behave: error, power and coverage at every number of participants the plan allows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.methods import detectable_dz
from firstdose.planning.assumptions import tell_assumptions
from firstdose.planning.counting import Interval, count_intervals
from firstdose.planning.families import families_of
from firstdose.planning.questions import SHARES, carried_out, questions_of, refusal
from firstdose.planning.spreading import spread
from firstdose.planning.tallying import SUMS, Share, mean, share
from firstdose.planning.trials import Study, run_block
from firstdose.protocol.identity import compute_identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstdose.planning.assumptions import Shape
    from firstdose.planning.questions import Question
    from firstdose.planning.trials import BlockTally
    from firstdose.protocol.model import Protocol

GRID = (0.0, 0.5, 1.0)
POWER = 0.8
_SAME = 0.02  # effects nearer than this are one


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFigure:
    """One test at one number of participants and one true effect. `analysed`: participants left on average."""

    test: str
    purpose: str
    method: str
    label: str
    n: int
    effect: float
    alpha: float
    level: float
    trials: int
    variable: str
    variables: int
    analysed: float | None
    answered: Share | None
    rejected: Share | None
    coverage: Share | None
    width: Share | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalFigure:
    """One interval of a share or a rate at one number of participants, by exact sums."""

    test: str
    purpose: str
    method: str
    label: str
    n: int
    level: float
    design: str
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFigure:
    """A family at one number of participants and one effect of all its members.

    `wrong`: the largest chance, over the members, to reject one that has no effect while the others have it.
    """

    family: str
    method: str
    members: tuple[str, ...]
    n: int
    effect: float
    alpha: float
    trials: int
    some: Share | None
    every: Share | None
    wrong: Share | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A test that cannot be carried out with n participants, and why."""

    test: str
    method: str
    n: int
    sentence: str
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristics:
    """Everything that `firstdose plan` tells."""

    trial: str
    version: str
    protocol: str
    software: str
    seed: int
    trials: int
    shape: str
    participants: int
    dropouts: int
    effects: tuple[float, ...]
    assumptions: tuple[str, ...]
    tests: tuple[TestFigure, ...]
    intervals: tuple[IntervalFigure, ...]
    families: tuple[FamilyFigure, ...]
    refused: tuple[Refused, ...]

    def as_json(self) -> dict[str, object]:
        """Plain values in fixed order."""
        return asdict(self)


def compute_characteristics(
    protocol: Protocol,
    *,
    trials: int = 10_000,
    seed: int = 1,
    shape: Shape = "normal",
    workers: int = 1,
    cluster: str = "",
    effects: tuple[float, ...] = (),
    progress: Callable[[float], object] = lambda _share: None,
) -> Characteristics:
    """Simulate the declared tests and sum up the declared intervals.

    `effects`: none first, then in ascending order; those of `effects_of` where not said.

    Raises:
        UserError: the cluster cannot be used.
    """
    study = Study(protocol, trials, seed, shape, effects or effects_of(protocol))
    total = _simulated(study, workers, cluster, progress)
    everything = questions_of(protocol)
    return Characteristics(
        trial=protocol.trial.id,
        version=protocol.trial.version,
        protocol=compute_identity(protocol),
        software=f"firstdose {__version__}",
        seed=seed,
        trials=trials,
        shape=shape,
        participants=protocol.trial.participants,
        dropouts=protocol.trial.dropouts,
        effects=study.effects,
        assumptions=tell_assumptions(
            study.assumed,
            protocol.lesion_word,
            groups=any(each.between or each.within for each in everything),
            pairs=any(each.method.design == "association" for each in everything),
        ),
        tests=tuple(_test_figures(study, total)) if total else (),
        intervals=tuple(_interval_figures(everything, study.counts)),
        families=tuple(_family_figures(study, total)) if total else (),
        refused=tuple(_refused(everything, study.counts)),
    )


def effects_of(protocol: Protocol) -> tuple[float, ...]:
    """None, half and one standard deviation, and what the paired t test finds with 80 % power."""
    found = detectable_dz(protocol.trial.participants, POWER)
    further = [found] if found is not None and min(abs(found - each) for each in GRID) > _SAME else []
    return tuple(sorted([*GRID, *further]))


def _simulated(
    study: Study, workers: int, cluster: str, progress: Callable[[float], object]
) -> BlockTally | None:
    if not study.questions:
        return None
    total: BlockTally | None = None
    blocks = spread(partial(run_block, study), study.blocks, workers=workers, cluster=cluster)
    for done, found in enumerate(blocks, start=1):
        total = found if total is None else total + found
        progress(done / study.blocks)
    return total


def _test_figures(study: Study, total: BlockTally) -> Iterator[TestFigure]:
    for i, question in enumerate(study.questions):
        for j, n in enumerate(study.counts):
            for k, effect in enumerate(study.effects):
                sums = dict(zip(SUMS, total.sums[i, j, k].tolist(), strict=True))
                if sums["trials"]:
                    yield _test_figure(carried_out(question, n) or question, n, effect, sums)


def _test_figure(question: Question, n: int, effect: float, sums: dict[str, float]) -> TestFigure:
    return TestFigure(
        test=question.test,
        purpose=question.plan.purpose,
        method=question.method.name,
        label=question.method.label,
        n=n,
        effect=question.sign * effect if effect else 0.0,
        alpha=question.alpha,
        level=question.level,
        trials=int(sums["trials"]),
        variable=question.outcome.variable,
        variables=question.outcome.variables,
        analysed=sums["participants"] / sums["trials"],
        answered=share(sums["answered"], sums["trials"]),
        rejected=share(sums["rejected"], sums["trials"]),
        coverage=share(sums["covered"], sums["intervals"]),
        width=mean(sums["width"], sums["width_squared"], sums["finite"]),
    )


def _interval_figures(questions: tuple[Question, ...], counts: tuple[int, ...]) -> Iterator[IntervalFigure]:
    for question in questions:
        if question.method.design not in SHARES:
            continue
        for n in counts:
            for interval in count_intervals(question, n):
                yield IntervalFigure(
                    test=question.test,
                    purpose=question.plan.purpose,
                    method=question.method.name,
                    label=question.method.label,
                    n=n,
                    level=question.level,
                    design=question.method.design,
                    interval=interval,
                )


def _family_figures(study: Study, total: BlockTally) -> Iterator[FamilyFigure]:
    for f, family in enumerate(families_of(study.protocol)):
        for j, n in enumerate(study.counts):
            for k, effect in enumerate(study.effects):
                place, of = (f, j, k), float(total.families.trials[f, j, k])
                if of:
                    yield FamilyFigure(
                        family=family.family,
                        method=family.method,
                        members=family.members,
                        n=n,
                        effect=effect,
                        alpha=float(family.alpha),
                        trials=int(of),
                        some=share(float(total.families.some[place]), of),
                        every=share(float(total.families.every[place]), of),
                        wrong=share(float(total.families.wrong[place].max()), of),
                    )


def _refused(questions: tuple[Question, ...], counts: tuple[int, ...]) -> Iterator[Refused]:
    for question in questions:
        for n in counts:
            if sentence := refusal(question, n):
                asked = carried_out(question, n)
                yield Refused(
                    test=question.test,
                    method=question.method.name,
                    n=n,
                    sentence=sentence,
                    instead=asked.method.name if asked else "",
                )
