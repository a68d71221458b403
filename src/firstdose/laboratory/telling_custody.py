"""A chain of custody in lines of text, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstdose.laboratory.release import why_not_released

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.laboratory.custody import Chain, Link
    from firstdose.laboratory.release import LotRelease
    from firstdose.values.issue import Issue


def tell_chain(chain: Chain, releases: dict[str, LotRelease] | None) -> list[str]:
    """A line a link, each step further in; the id asked for is marked. `releases` None: nothing is released."""
    lines = [_line(depth, link, mark=link is chain.link) for depth, link in in_steps(chain)]
    if releases is not None:
        lines += [f"lot {lot}: {_standing(releases, lot)}" for lot in chain.lots]
    return lines


def in_steps(chain: Chain) -> Iterator[tuple[int, Link]]:
    """(steps from the source, link) of everything in the chain, from above to below."""
    yield from enumerate(chain.above)
    start = len(chain.above)
    yield start, chain.link
    for depth, link in chain.below:
        yield start + depth, link


def _line(depth: int, link: Link, *, mark: bool) -> str:
    whose = " ".join(filter(None, [link.participant, link.lesion]))
    said = "  ".join(filter(None, [link.kind, link.id, link.time, link.person, whose]))
    return f"{'>' if mark else ' '} {'  ' * depth}{said}"


def _standing(releases: dict[str, LotRelease], lot: str) -> str:
    why = why_not_released(releases, lot)
    if why:
        return f"not released: {why}"
    overridden = [each.attribute for each in releases[lot].results if each.standing == "overridden"]
    return f"released, overriding {', '.join(overridden)}" if overridden else "released"


def chain_as_json(chain: Chain, releases: dict[str, LotRelease], issues: Sequence[Issue]) -> dict[str, Any]:
    """The chain as plain values."""
    links = [
        {
            "depth": depth,
            "id": link.id,
            "kind": link.kind,
            "parent": link.parent,
            "time": link.time,
            "person": link.person,
            "participant": link.participant,
            "lesion": link.lesion,
            "file": link.place.file,
            "line": link.place.line,
        }
        for depth, link in in_steps(chain)
    ]
    return {
        "id": chain.link.id,
        "links": links,
        "lots": [_lot(releases[lot]) for lot in chain.lots if lot in releases],
        "issues": [issue.as_json() for issue in issues],
    }


def _lot(release: LotRelease) -> dict[str, Any]:
    return {
        "lot": release.lot,
        "released": release.released,
        "results": [
            {
                "attribute": each.attribute,
                "result": each.result,
                "limit": each.limit,
                "standing": each.standing,
                "person": each.person,
                "time": each.time,
                "file": each.place.file,
                "line": each.place.line,
            }
            for each in release.results
        ],
    }
