"""The numbers of the statistician's tour: the plaque trial's own protocol, its invented records, its report."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from firstdose.analysis.basis import make_basis
from firstdose.analysis.running import analyse_basis
from firstdose.catalogue.describing import render_table
from firstdose.protocol.feasibility import compute_feasibility
from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from firstdose.report.content.building import build_report
from firstdose.report.tree import Bullets, Paragraph, Section, Table, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from firstdose.protocol.model import Protocol
    from firstdose.report.tree import Report, Span

SECTIONS = ("endpoints", "estimands", "analyses", "sensitivity", "families")


class Tour:
    """One endpoint after the other, from the plan to the sentence of the report."""

    def __init__(self, study: Path) -> None:
        self.study = study

    @cache  # noqa: B019, one tour a run
    def protocol(self) -> Protocol:
        """The plaque trial."""
        found = read_protocol(self.study / "protocol.yaml").protocol
        assert found is not None
        return found

    @cache  # noqa: B019
    def report(self) -> Report:
        """Its report, made as `firstdose report` makes it."""
        protocol = self.protocol()
        reading = read_study(self.study, protocol, None)
        basis = make_basis(protocol, reading.snapshot)
        return build_report(basis, analyse_basis(basis), reading.issues)

    def plan(self, endpoint: str) -> str:
        """The lines of the protocol file that are about the endpoint."""
        lines = (self.study / "protocol.yaml").read_text("utf-8").splitlines()
        kept = [line for name in SECTIONS for line in self._lines(lines, name, endpoint)]
        return "\n".join(["```yaml", *kept, "```"])

    def _lines(self, lines: list[str], name: str, endpoint: str) -> Iterator[str]:
        start = next((i for i, line in enumerate(lines) if line.startswith(f"{name}:")), None)
        if start is None:
            return
        body = [line for line in _until_next(lines[start + 1 :]) if line.strip()]
        if lines[start].endswith("|"):
            rows = [line for line in body[1:] if re.search(rf"\b{endpoint}\b", line)]
            kept = [body[0], *rows] if rows else []
        else:
            blocks = _blocks(body)
            kept = [
                line
                for block in blocks
                if re.search(rf"\b{endpoint}\b", "\n".join(block[:2]))
                for line in block
            ]
        if kept:
            yield lines[start]
            yield from kept

    def reach(self, endpoint: str) -> str:
        """What the plan can show, as `firstdose tell` says it for the planned number."""
        names = {endpoint, *(row.check for row in self.protocol().sensitivity if row.endpoint == endpoint)}
        planned = f"With {self.protocol().trial.participants} participants"
        sentences = [
            sentence
            for sentence in compute_feasibility(self.protocol()).sentences
            if sentence.startswith(planned) and names & set(re.findall(r"\w+", sentence.rpartition("(")[2]))
        ]
        return "\n".join(f"- {sentence}" for sentence in sentences)

    def printed(self, section: str, wanted: str = "") -> str:
        """Sentences, tables and caveats of a section of the report; with `wanted` only tables whose title has it."""
        found = next(
            each for each in walk(self.report().blocks) if isinstance(each, Section) and each.id == section
        )
        parts = [
            _MARKDOWN[type(block)](block)
            for block in found.blocks
            if type(block) in _MARKDOWN and (not isinstance(block, Table) or re.search(wanted, block.title))
        ]
        return "\n\n".join(parts)


def _until_next(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if re.match(r"\w+:", line):
            return
        yield line


def _blocks(body: list[str]) -> list[list[str]]:
    blocks: list[list[str]] = []
    for line in body:
        if re.match(r"  \w", line):
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _words(spans: tuple[Span, ...]) -> str:
    return "".join(getattr(span, "text", "") for span in spans)


def _table(table: Table) -> str:
    heads = [f"{column.over}: {column.title}" if column.over else column.title for column in table.columns]
    rows = [[_words(cell) for cell in row] for row in table.rows]
    notes = "".join(f"\n\n{note}" for note in table.footnotes)
    return f"*{table.title}*\n\n{render_table(heads, rows)}{notes}"


_MARKDOWN: dict[type, Callable[..., str]] = {
    Paragraph: lambda block: _words(block.spans),
    Table: _table,
    Bullets: lambda block: "\n".join(f"- {_words(item)}" for item in block.items),
}
