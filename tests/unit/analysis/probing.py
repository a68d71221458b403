"""A method that answers what it was given: what the plan, the records and the methods' contract make of each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from firstdose.catalogue import Caveat, Effect, Item, Method, Need, Option, Result, load
from firstdose.protocol.model import Activity, LocalItem

EVERYTHING = ("layout", "contrasts", "exposure", "sides", "units", "names")


@dataclass
class Probe:
    """`calls`: the values and keywords of each call; `result`: what it answers."""

    result: Result
    calls: list[tuple[np.ndarray, dict[str, Any]]] = field(default_factory=list)

    def estimate(self, y: Any, **keywords: Any) -> Result:
        self.calls.append((np.asarray(y), keywords))
        return self.result

    @property
    def y(self) -> np.ndarray:
        return self.calls[-1][0]

    @property
    def given(self) -> dict[str, Any]:
        return self.calls[-1][1]


def probe_on_shelf(monkeypatch, design, name="probe", *, takes=(), options=(), effects=(), **words) -> Probe:
    """Puts a method of that design on the shelf for one test."""
    fields = {"estimate_name": "mean difference", "estimate": 1.0, "ci_low": 0.5, "ci_high": 1.5, "p": 0.04}
    answer = {name: words.pop(name, value) for name, value in fields.items()}
    caveats = tuple(Caveat(code, sentence) for code, sentence in words.pop("caveats", ()))
    probe = Probe(Result(method=name, effects=tuple(effects), caveats=caveats, **answer))
    entry = Method(
        name=name,
        label=f"The {name}",
        source="Nobody 2000",
        design=design,
        estimate=probe.estimate,
        summaries=("mean change",),
        takes=takes,
        options=tuple(Option(name=each, **more) for each, more in dict(options).items()),
        need=words.pop("need", Need()),
        **words,
    )
    monkeypatch.setitem(load("methods"), name, entry)
    return probe


def effect(name, kind, **numbers) -> Effect:
    return Effect(name=name, kind=kind, **numbers)


def with_form(plan, activity, item, *, per="participant", codes=(), kind="code"):
    """The plan with one more form of one item, recorded at the first visit."""
    from dataclasses import replace

    made = Item(name=item, label=item, kind=kind, codes=tuple((code, code) for code in codes))
    row = Activity(activity=activity, per=per, at=plan.schedule[0].at[:1])
    return replace(
        plan,
        schedule=(*plan.schedule, row),
        items=(*plan.items, LocalItem(activity=activity, item=made)),
    )
