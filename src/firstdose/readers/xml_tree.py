"""XML without document types and entities: instruments write none, attackers do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from xml.etree.ElementTree import TreeBuilder
from xml.parsers import expat

from firstdose.readers import refusals

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_DEEPEST = 200


class _Refused(Exception):
    """Stops the parser at what is not safe."""


def read_xml(source: Source) -> tuple[Element | None, list[Issue]]:
    """The root element, names without their namespaces, or the Issue that says why not."""
    if not source.content:
        return None, [refusals.empty(source.place)]
    builder, depth = TreeBuilder(), [0]
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        depth[0] += 1
        if depth[0] > _DEEPEST:
            raise _Refused(f"it is nested more than {_DEEPEST} deep")
        builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        depth[0] -= 1
        builder.end(_local(name))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _no_document_type
    parser.EntityDeclHandler = _no_entity
    try:
        parser.Parse(source.content, True)
    except expat.ExpatError as broken:
        what = f"the XML ends or breaks at line {broken.lineno}"
        return None, [refusals.damaged(source.at(broken.lineno, broken.offset + 1), what)]
    except (
        _Refused,
        ValueError,
        LookupError,
    ) as refusal:  # an encoding that nobody knows is one of the last two
        return None, [refusals.unsafe(source.place, str(refusal))]
    return builder.close(), []


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _no_document_type(*_: object) -> NoReturn:
    raise _Refused("it declares a document type")


def _no_entity(*_: object) -> NoReturn:
    raise _Refused("it declares an entity")
