"""Elements that Gating-ML and FlowJo workspaces share: numbers, dimensions, transforms, and gates in good order."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.flow import (
    Asinh,
    BooleanGate,
    Hyperlog,
    Linear,
    Log,
    Logicle,
)
from firstdose.readers.plain_text import number_of
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from numpy.typing import NDArray

    from firstdose.readers.contents.flow import Gate, Transform
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_DEEPEST = 100


class NotGated(Exception):
    """Carries the Issue that ends the reading of a file of gates."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(issue.message)


def number_in(source: Source, element: Element, key: str, gate: str) -> float:
    """The number that an attribute must be.

    Raises:
        NotGated: it is missing or no number.
    """
    value = optional_number(source, element, key, gate)
    if value is None:
        what = f"{gate}: the element {element.tag} has no attribute {key}"
        raise NotGated(refusals.damaged(source.place, what))
    return value


def optional_number(source: Source, element: Element, key: str, gate: str) -> float | None:
    """The number that an attribute is, None where it is not there.

    Raises:
        NotGated: it is no number.
    """
    if (text := element.get(key)) is None:
        return None
    if (value := number_of(text)) is None:
        what = f"{gate}: the attribute {key} of {element.tag} is {quoted(text)}, which is no number"
        raise NotGated(refusals.damaged(source.place, what))
    return value


def coordinates(source: Source, element: Element | None, gate: str) -> list[float]:
    """The values of an element's coordinates, none for no element."""
    found = element.iter("coordinate") if element is not None else ()
    return [number_in(source, each, "value", gate) for each in found]


def vertices_of(source: Source, parents: Sequence[Element], gate: str, least: int) -> NDArray[np.float64]:
    """Vertices (n, 2), n at least `least`.

    Raises:
        NotGated: too few of them, or not of two dimensions.
    """
    rows = [coordinates(source, each, gate) for each in parents]
    if len(rows) < least or any(len(row) != 2 for row in rows):
        what = f"{gate} has {len(rows)} vertices, at least {least} of two coordinates each are needed"
        raise NotGated(refusals.damaged(source.place, what))
    return np.array(rows, dtype=np.float64)


def scale_of(source: Source, element: Element, name: str) -> Transform | None:
    """The transform of a Gating-ML element, None for one of another kind.

    Raises:
        NotGated: a parameter is missing or impossible.
    """

    def told(*keys: str) -> list[float]:
        return [number_in(source, element, key, name) for key in keys]

    match element.tag:
        case "flin":
            T, A = told("T", "A")
            return _checked(source, name, Linear(T, A), good=T + A > 0)
        case "flog":
            T, M = told("T", "M")
            return _checked(source, name, Log(T, M), good=T > 0 and M > 0)
        case "fasinh":
            T, M, A = told("T", "M", "A")
            return _checked(source, name, Asinh(T, M, A), good=T > 0 and 0 < M < 100 and M + A > 0)
        case "logicle":
            return _checked(
                source, name, Logicle(*(four := told("T", "W", "M", "A"))), good=_sound(four, 0.0)
            )
        case "hyperlog":
            return _checked(
                source, name, Hyperlog(*(four := told("T", "W", "M", "A"))), good=_sound(four, 1e-9)
            )
    return None


def _sound(four: list[float], least: float) -> bool:
    """0 <= W <= M / 2 and -W <= A <= M - 2 W, as Gating-ML 2.0 demands."""
    T, W, M, A = four
    return T > 0 and 0 < M < 100 and least <= W <= M / 2 and -W <= A <= M - 2 * W


def _checked(source: Source, name: str, scale: Transform, *, good: bool) -> Transform:
    if not good:
        raise NotGated(refusals.damaged(source.place, f"the transform {quoted(name)} cannot be: {scale}"))
    return scale


def in_order(source: Source, gates: Sequence[Gate]) -> tuple[Gate, ...]:
    """Parents and operands before those that need them.

    Raises:
        NotGated: an id occurs twice, a gate that others need is not there, or gates need each other in a circle.
    """
    by_id: dict[str, Gate] = {}
    for gate in gates:
        if by_id.setdefault(gate.id, gate) is not gate:
            raise NotGated(refusals.twice(source.place, "gate", gate.id))
    done: dict[str, Gate] = {}
    for gate in gates:
        _place(source, gate, by_id, done, ())
    return tuple(done.values())


def _place(
    source: Source, gate: Gate, by_id: dict[str, Gate], done: dict[str, Gate], above: tuple[str, ...]
) -> None:
    if gate.id in done:
        return
    if gate.id in above or len(above) > _DEEPEST:
        raise NotGated(refusals.damaged(source.place, f"the gate {quoted(gate.id)} needs itself"))
    for needed in _needed(gate):
        if needed not in by_id:
            what = f"the gate {quoted(gate.id)} needs {quoted(needed)}, which is not in the file"
            raise NotGated(refusals.damaged(source.place, what))
        _place(source, by_id[needed], by_id, done, (*above, gate.id))
    done[gate.id] = gate


def _needed(gate: Gate) -> Iterator[str]:
    if gate.parent:
        yield gate.parent
    if isinstance(gate, BooleanGate):
        yield from (operand for operand, _ in gate.operands)


def digest_of(*parts: object) -> str:
    """What gates alike has the same digest."""
    return hashlib.sha256("\n".join(_told(part) for part in parts).encode()).hexdigest()[:16]


def _told(part: object) -> str:
    if isinstance(part, np.ndarray):
        return repr(part.tolist())
    if isinstance(part, dict):
        return repr([(key, _told(part[key])) for key in sorted(part)])
    if isinstance(part, (list, tuple)):
        return repr([_told(each) for each in part])
    fields = getattr(part, "__dataclass_fields__", None)
    if fields is None:
        return repr(part)
    return f"{type(part).__name__}({', '.join(f'{name}={_told(getattr(part, name))}' for name in fields)})"
