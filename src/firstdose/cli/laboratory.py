"""Commands about the files of instruments: what they are, what they yield, and where a number comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstdose.cli.application import app
from firstdose.cli.arguments import RECORDS, SourceFolder, StudyFolder
from firstdose.cli.printing import place_of, print_issues, progress, stop, write_json
from firstdose.cli.reading import read_checked_protocol, read_checked_records
from firstdose.cli.writing import write_report
from firstdose.values.issue import errors

if TYPE_CHECKING:
    from firstdose.catalogue import Assay, Request
    from firstdose.readers.reader import Source


@app.command()
def assay(
    files: Annotated[list[Path] | None, typer.Argument(help="Files of one run.", metavar="FILE...")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the page with its pictures.")] = None,
    name: Annotated[str, typer.Option("--assay", help="The assay, where several could measure them.")] = "",
    word: Annotated[list[str] | None, typer.Option("--set", help="A word of the assay: NAME=VALUE.")] = None,
    formats: Annotated[bool, typer.Option("--formats", help="List the formats and assays, and end.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the values as JSON.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Also set the page as PDF.")] = False,
) -> None:
    """Show what instrument files are, what they yield, their quality verdicts and their pictures."""
    from firstdose.laboratory.measuring import measure_run
    from firstdose.report.laboratory import build_assay_report
    from firstdose.report.text import render_text

    if formats or not files:
        _list_formats()
        return
    sources = _sources(files)
    with progress("reading"):
        entry = _assay_of(sources, name)
        request = _request(entry, word or [])
        measured = measure_run(entry, request, sources, ", ".join(source.name for source in sources))
    print_issues(measured.issues)
    if measured.refused:
        raise typer.Exit(RECORDS)
    typer.echo(render_text(build_assay_report(entry, measured, drawn=False)), nl=False)
    if json_file is not None:
        from firstdose.laboratory.exporting import run_as_json

        write_json(json_file, run_as_json(entry, measured))
    if out is not None:
        with progress("drawing"):
            tree = build_assay_report(entry, measured)
        write_report(tree, None, out, "assay", pdf=pdf)


@app.command()
def lineage(
    study: StudyFolder,
    result: Annotated[str, typer.Argument(help="Id of a result, the column `result` of results.json.")],
    results: Annotated[Path, typer.Option("--results", help="The results.json of the report.")],
    source: SourceFolder = None,
) -> None:
    """Follow a number of the report to the instrument files: file, digest, well or gate, rules, software."""
    from firstdose.records.lineage import tell_lineage

    protocol = read_checked_protocol(study / "protocol.yaml")
    reading, _ = read_checked_records(study, protocol, source)
    lines, found = tell_lineage(reading.snapshot, results, result)
    if errors(found):
        stop(found, RECORDS)
    typer.echo("\n".join(lines))


def _list_formats() -> None:
    from firstdose.catalogue import load
    from firstdose.laboratory.reading import formats

    for title, entries in (("Formats", formats()), ("Assays", load("assays"))):
        typer.echo(f"{title}:")
        width = max((len(name) for name in entries), default=0)
        for name, entry in sorted(entries.items()):
            typer.echo(f"  {name:{width}}  {entry.label}")


def _sources(files: list[Path]) -> list[Source]:
    from firstdose.readers import refusals
    from firstdose.readers.reader import source_of

    names = [path.name for path in files]
    found: list[Source] = []
    wrong = [
        refusals.twice(place_of(path), "file", path.name)
        for number, path in enumerate(files)
        if any(path.absolute() == other.absolute() for other in files[:number])
    ]
    for path in files:
        try:  # files of one name in two folders are told apart by their folders
            found.append(source_of(path, path.name if names.count(path.name) == 1 else str(path)))
        except OSError as refusal:
            wrong.append(
                refusals.not_recognised(place_of(path), (refusal.strerror or "it cannot be opened").lower())
            )
    if wrong:
        stop(wrong, RECORDS)
    return found


def _assay_of(sources: list[Source], name: str) -> Assay:
    """The assay that was named, or the only one that can measure the files."""
    from firstdose.catalogue import load
    from firstdose.laboratory.reading import read_source
    from firstdose.values.issue import did_you_mean

    shelf = load("assays")
    if name in shelf:
        entry: Assay = shelf[name]
        return entry
    if name:
        guess = did_you_mean(name, shelf)
        raise typer.BadParameter(
            f"no assay is called '{name}'. {guess}The shelf has {', '.join(sorted(shelf))}."
        )
    readings = [read_source(source) for source in sources]
    if wrong := [issue for reading in readings for issue in reading.issues if issue.weight == "error"]:
        stop(wrong, RECORDS)
    kinds = {type(content).__name__ for reading in readings for content in reading.contents}
    able: list[Assay] = [each for each in shelf.values() if kinds & {*each.takes}]
    if len(able) == 1:
        return able[0]
    listed = ", ".join(sorted(each.name for each in able)) or "none"
    formats = ", ".join(dict.fromkeys(reading.reader for reading in readings))
    raise typer.BadParameter(f"These files ({formats}) can be measured by: {listed}. Name one with --assay.")


def _request(entry: Assay, words: list[str]) -> Request:
    from firstdose.catalogue import Request
    from firstdose.protocol.checking_options import is_value, values_of

    said = dict(word.partition("=")[::2] for word in words)
    known = {option.name: option for option in entry.options}
    for key, value in said.items():
        if key not in known:
            raise typer.BadParameter(
                f"{entry.name} has no word '{key}'. It knows {', '.join(known) or 'none'}."
            )
        if not is_value(known[key], value):
            raise typer.BadParameter(f"{key} takes {values_of(known[key])}, not '{value}'.")
    return Request(words=said)
