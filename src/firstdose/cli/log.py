"""The command about the log of capture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstdose.cli.application import app
from firstdose.cli.arguments import RECORDS
from firstdose.cli.printing import counted, progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstdose.records.log.verifying import Verdict
    from firstdose.records.log.walking import Finding
    from firstdose.values.issue import Issue


def _keys(texts: list[str]) -> list[str]:
    wrong = [text for text in texts if not re.fullmatch(r"[0-9A-Fa-f]{64}", text)]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} is no public key; it has 64 hexadecimal digits.")
    return [text.lower() for text in texts]


@app.command()
def verify(
    log: Annotated[Path, typer.Argument(help="The exported log.", metavar="LOG")],
    anchors: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files with anchors: lists, or mails and PDF texts that hold some.", metavar="ANCHOR"
        ),
    ] = None,
    key: Annotated[
        list[str],
        typer.Option(help="The public key that you trust; may be given again.", callback=_keys),
    ] = [],  # noqa: B006, typer copies it
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
) -> None:
    """Verify a log, alone or against signed anchors: nothing missing, moved, changed, cut off or written anew."""
    from firstdose.records.log.anchors import read_anchors
    from firstdose.records.log.verifying import verify_file

    readings = [read_anchors(path) for path in anchors or ()]
    known = [anchor for found, _ in readings for anchor in found]
    unread = [issue for _, issues in readings for issue in issues]
    with progress("verifying") as step:
        verdict = verify_file(log, known, keys=key, progress=step)
    told = _json(verdict, unread) if as_json else "\n".join(_tell(log, verdict, unread))
    typer.echo(told)
    if unread or not verdict.whole:
        raise typer.Exit(RECORDS)


def _tell(log: Path, verdict: Verdict, unread: list[Issue]) -> Iterator[str]:
    """Issues, then what is proven and what is not."""
    found = [*unread, *(each.issue for each in verdict.findings)]
    yield from (str(issue) for issue in (*found, *(each.issue for each in verdict.notes)))
    if verdict.more:
        yield f"{log}: and {verdict.more} more, which are not listed."
    yield f"{log}: {_outcome(verdict, found)}"
    yield from _listed("Proven:", verdict.proven)
    yield from _listed("Not proven:", verdict.unproven)


def _outcome(verdict: Verdict, found: list[Issue]) -> str:
    many = f"{verdict.events} event" if verdict.events == 1 else f"{verdict.events} events"
    if found:
        return f"{many}, {counted(found)}."
    return f"{many}, whole. Head: {verdict.head or 'none'}"


def _listed(title: str, sentences: Iterable[str]) -> Iterator[str]:
    for number, sentence in enumerate(sentences):
        if number == 0:
            yield title
        yield f"- {sentence}"


def _json(verdict: Verdict, unread: list[Issue]) -> str:
    import json

    written = {
        "study": verdict.study,
        "whole": verdict.whole and not unread,
        "events": verdict.events,
        "last": verdict.last,
        "head": verdict.head,
        "began": verdict.began,
        "ended": verdict.ended,
        "anchors": verdict.anchors,
        "anchored": verdict.anchored,
        "findings": [*(issue.as_json() for issue in unread), *map(_finding, verdict.findings)],
        "more": verdict.more,
        "notes": [_finding(each) for each in verdict.notes],
        "proven": list(verdict.proven),
        "unproven": list(verdict.unproven),
    }
    return json.dumps(written, ensure_ascii=False, indent=1)


def _finding(found: Finding) -> dict[str, Any]:
    return {"first": found.first, "last": found.last, **found.issue.as_json()}
