"""The command line: one function per command, nothing but calls."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from firstdose import __version__
from firstdose.values.issue import Issue, Place, UserError, errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.records.study import StudyReading
    from firstdose.report.tree import Report

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="firstdose: one protocol file drives a phase I trial of a locally injected therapy.",
)
PROTOCOL, RECORDS, ANALYSIS, EXPORT, OURS, UNDECIDED = 10, 11, 12, 13, 14, 15

DAY = ["%Y-%m-%d"]

ProtocolFile = Annotated[Path, typer.Argument(help="The protocol file.", metavar="PROTOCOL")]
StudyFolder = Annotated[
    Path, typer.Argument(help="The study folder: protocol.yaml and records/.", metavar="STUDY")
]
OutFolder = Annotated[Path, typer.Option("--out", help="Folder for the output; made if absent.")]
SourceFolder = Annotated[
    Path | None, typer.Option("--source", help="Folder of the original files that mapping.yaml names.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the Issues as JSON.")]


@app.command()
def new(file: Annotated[Path, typer.Argument(help="The protocol file to start.", metavar="FILE")]) -> None:
    """Start a protocol file: a small complete trial to be edited."""
    from firstdose.protocol.writing import starter

    if file.exists():
        _stop([_exists(file)], EXPORT)
    _make_folder(file.parent)
    file.write_text(starter(), encoding="utf-8")
    typer.echo(f"{file} is ready to be edited. Then: firstdose check {file}")


@app.command()
def check(
    what: Annotated[
        Path, typer.Argument(help="A protocol file or a study folder.", metavar="PROTOCOL|STUDY")
    ],
    source: SourceFolder = None,
    as_json: AsJson = False,
) -> None:
    """Check a protocol file, or a study folder with its records; every mistake is told at once."""
    if not what.is_dir():
        _read_protocol(what, show=True, as_json=as_json)
        return
    from firstdose.escalation.on_record import check_escalation

    protocol = _read_protocol(what / "protocol.yaml")
    reading, issues = _read_records(what, protocol, source)
    issues = sorted([*issues, *check_escalation(protocol, reading.snapshot)])
    _print(issues, as_json=as_json)
    if not as_json:
        from firstdose.derived.deviations import derive_deviations

        snapshot = reading.snapshot
        for each in derive_deviations(protocol, snapshot):
            typer.echo(f"deviation  {each.participant}  {each.kind}: {each.sentence}")
        typer.echo(
            f"{_count(issues)}; {len(snapshot.participants)} participants, {len(snapshot.tables)} tables, "
            f"snapshot {snapshot.digest[:16]}"
        )
    if errors(issues):
        raise typer.Exit(RECORDS)


@app.command()
def tell(file: ProtocolFile) -> None:
    """Read the protocol back in sentences under the ICH M11 headings, with what so few participants can show."""
    from firstdose.protocol.identity import compute_identity
    from firstdose.protocol.telling import render_telling, tell_protocol

    protocol = _read_protocol(file)
    typer.echo(
        render_telling(tell_protocol(protocol), f"Identity {compute_identity(protocol)} (format 1)"), nl=False
    )


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="The protocol before.", metavar="OLD")],
    new_file: Annotated[Path, typer.Argument(help="The protocol after.", metavar="NEW")],
) -> None:
    """List what an amendment changes, in the sentences of `tell`."""
    from firstdose.protocol.comparing import compare_protocols
    from firstdose.protocol.telling import tell_differences

    before, after = _read_protocol(old), _read_protocol(new_file)
    differences = compare_protocols(before, after)
    typer.echo(tell_differences(before, after, differences), nl=False)


@app.command(name="import")
def import_(
    study: StudyFolder,
    out: OutFolder,
    source: SourceFolder = None,
) -> None:
    """Bring somebody else's spreadsheets into the layout of firstdose by mapping.yaml; the originals stay as they are."""
    from firstdose.records.importing import import_records

    protocol = _read_protocol(study / "protocol.yaml")
    files, issues = import_records(study, protocol, out, source)
    _print(issues)
    for file in files:
        typer.echo(file)
    if errors(issues):
        raise typer.Exit(RECORDS)


@app.command()
def decide(
    what: Annotated[
        Path, typer.Argument(help="A study folder, or a protocol file.", metavar="STUDY|PROTOCOL")
    ],
    outcomes: Annotated[str, typer.Option(help="Outcomes typed in place of records: '1NNN 2NTN'.")] = "",
    cut: Annotated[datetime | None, typer.Option(formats=DAY, help="What was known on this day.")] = None,
    resumed_after: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Day of the review that let dosing go on.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the decision as JSON.")] = None,
    source: SourceFolder = None,
) -> None:
    """Decide the next dose: what is due, when and why, who counts, and what can follow."""
    from firstdose.escalation import deciding, foreseeing, telling

    protocol = _read_protocol(what / "protocol.yaml" if what.is_dir() else what)
    try:
        if outcomes or not what.is_dir():
            decision = deciding.decide_line(protocol, outcomes)
        else:
            reading, found = _read_records(what, protocol, source)
            if errors(found):
                _stop(found, RECORDS)
            days = [each.date() if each else None for each in (cut, resumed_after)]
            decision = deciding.decide(protocol, reading.snapshot, days[0], resumed_after=days[1])
    except UserError as refusal:
        _stop(refusal.issues, refusal.exit_code)
    foreseen = foreseeing.foresee(decision)
    if json_file is not None:
        written = telling.decision_as_json(decision, foreseen)
        json_file.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    typer.echo("\n".join(telling.tell_decision(decision, foreseen)))
    if decision.standing == "undecided":
        _stop(decision.issues, UNDECIDED)


@app.command()
def design(
    file: ProtocolFile,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the appendix as HTML and PDF.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="A protocol whose design is set beside this one.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the numbers as JSON.")] = None,
    trials: Annotated[
        int, typer.Option(help="Trials drawn where nothing exact can be held.", min=100)
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="Of the drawn trials.", min=0)] = 1,
) -> None:
    """Show how the planned rule behaves: decisions, exact operating characteristics, length, boundaries, worst case."""
    from firstdose.escalation import appendix, appendix_json, comparing
    from firstdose.report.design_appendix import build_design_appendix
    from firstdose.report.text import render_text

    protocol = _read_protocol(file)
    other = _read_protocol(against) if against else None
    try:
        if size := appendix.tell_size(protocol):
            typer.echo(size, err=True)
        with _progress("looking at every way the trial can go") as step:
            found = appendix.compute_appendix(protocol, trials=trials, seed=seed, progress=step)
            beside = (
                comparing.compare_protocols(found, other, against.stem, trials, seed, step)
                if other and against
                else None
            )
    except UserError as refusal:
        _stop(refusal.issues, refusal.exit_code)
    if json_file is not None:
        _make_folder(json_file.parent)
        written = appendix_json.appendix_as_json(protocol, found, beside)
        json_file.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if out is None:
        typer.echo(render_text(build_design_appendix(protocol, found, beside, drawn=False)), nl=False)
    else:
        _write_report(build_design_appendix(protocol, found, beside), None, out, "design")


@app.command()
def board(
    study: StudyFolder,
    out: OutFolder,
    cut: Annotated[datetime | None, typer.Option(formats=DAY, help="What was known on this day.")] = None,
    resumed_after: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Day of the review that let dosing go on.")
    ] = None,
    source: SourceFolder = None,
) -> None:
    """Write the packet of the safety board: exposure, events, decision with its trace, what can follow, the vote."""
    from firstdose.escalation import deciding, foreseeing, on_record
    from firstdose.report.board import build_board_packet

    protocol = _read_protocol(study / "protocol.yaml")
    reading, issues = _read_records(study, protocol, source)
    snapshot = reading.snapshot
    days = [each.date() if each else None for each in (cut, resumed_after)]
    try:
        decision = deciding.decide(protocol, snapshot, days[0], resumed_after=days[1])
    except UserError as refusal:
        _stop(refusal.issues, refusal.exit_code)
    issues += on_record.check_escalation(protocol, snapshot)
    packet = build_board_packet(protocol, snapshot, decision, foreseeing.foresee(decision), issues)
    _write_report(packet, snapshot, out, "board")


@app.command()
def dose(study: StudyFolder, out: OutFolder, source: SourceFolder = None) -> None:
    """Write the dose sheets, one page a participant, as HTML and PDF."""
    from firstdose.report.dose_sheet import build_dose_sheets

    protocol = _read_protocol(study / "protocol.yaml")
    reading, _ = _read_records(study, protocol, source)
    _write_report(build_dose_sheets(protocol, reading.snapshot), reading.snapshot, out, "dose")


@app.command()
def report(
    study: StudyFolder,
    out: OutFolder,
    source: SourceFolder = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Also set the report as PDF.")] = True,
) -> None:
    """Analyse the study as planned and write the report: results.json, results.parquet, report.html, report.pdf."""
    _make_folder(out)
    protocol = _read_protocol(study / "protocol.yaml")
    reading, issues = _read_records(study, protocol, source)
    write_outputs(protocol, reading, issues, out, pdf=pdf)


@app.command()
def rehearse(
    file: ProtocolFile,
    out: OutFolder,
    participants: Annotated[int, typer.Option(help="How many invented participants.", min=1)] = 5,
    seed: Annotated[int, typer.Option(help="The same seed gives the same study.", min=0)] = 1,
    facts: Annotated[
        Path | None,
        typer.Option(help="Values held fixed: a CSV of activity, participant, lesion, visit, item, value."),
    ] = None,
) -> None:
    """Let invented participants walk the whole protocol; the study folder goes through every other command."""
    from firstdose.rehearsal import read_facts, write_study
    from firstdose.rehearsal import rehearse as walk

    protocol = _read_protocol(file)
    if (out / "records").exists():
        _stop([_exists(out / "records")], EXPORT)
    _make_folder(out)
    held, found = read_facts(facts) if facts else (None, ())
    if errors(found):
        _stop(found, RECORDS)
    with _progress("inventing participants") as step:
        rehearsed = walk(protocol, participants, seed, facts=held, progress=step)
    _print(rehearsed.issues)
    if errors(rehearsed.issues):
        raise typer.Exit(PROTOCOL)
    write_study(rehearsed, file.read_text(encoding="utf-8"), out)
    typer.echo(
        f"{out}: {participants} invented participants, seed {seed}. Then: firstdose report {out} --out report"
    )


@app.command()
def registry(
    file: ProtocolFile,
    against: Annotated[
        Path | None, typer.Option(help="A registered ICTRP record (XML); every difference is printed.")
    ] = None,
) -> None:
    """Print the trial's registration as ICTRP XML, or compare it with the registered one."""
    from firstdose.datasets.ictrp import compare_registration, render_registration

    protocol = _read_protocol(file)
    if against is None:
        typer.echo(render_registration(protocol), nl=False)
        return
    differences, issues = compare_registration(protocol, against)
    _print(issues)
    for line in differences:
        typer.echo(line)
    if issues or differences:
        raise typer.Exit(EXPORT)


@app.command()
def demo(out: OutFolder = Path("demo")) -> None:
    """Run the psoriasis plaque trial on invented records: check, dose sheets and report."""
    study = Path(__file__).parents[2] / "trials" / "adsc_psoriasis"
    if not study.is_dir():
        _stop(
            [
                Issue(
                    _place(study),
                    "FD-R014",
                    "the demonstration trial is not here.",
                    "Run it in a clone of the project.",
                )
            ],
            RECORDS,
        )
    protocol = _read_protocol(study / "protocol.yaml")
    reading, issues = _read_records(study, protocol, None)
    from firstdose.report.dose_sheet import build_dose_sheets

    _write_report(build_dose_sheets(protocol, reading.snapshot), reading.snapshot, out, "dose")
    write_outputs(protocol, reading, issues, out, pdf=True)


def write_outputs(
    protocol: Protocol, reading: StudyReading, issues: list[Issue], out: Path, *, pdf: bool
) -> None:
    """Everything `firstdose report` leaves behind."""
    from firstdose.analysis.basis import make_basis
    from firstdose.analysis.exporting import export_results
    from firstdose.analysis.running import analyse_basis
    from firstdose.report.content.building import build_report
    from firstdose.report.content.listings import export_listings

    _make_folder(out)
    with _progress("analysing"):
        basis = make_basis(protocol, reading.snapshot)
        results = analyse_basis(basis)
    for file in export_results(results, out):
        typer.echo(file)
    listed = export_listings(basis, issues, out)
    typer.echo(f"{out / 'listings'} ({len(listed)} tables)")
    with _progress("building the report"):
        tree = build_report(basis, results, issues)
    _write_report(tree, reading.snapshot, out, "report", pdf=pdf)


def _write_report(tree: Report, snapshot: Snapshot | None, out: Path, name: str, *, pdf: bool = True) -> None:
    """The tree as HTML and PDF, stamped with the last date on record, if any: the clock never enters a file."""
    from firstdose.derived.timing import derive_data_cut
    from firstdose.report.html import render_html
    from firstdose.report.pdf import render_pdf

    _make_folder(out)
    page = out / f"{name}.html"
    page.write_text(render_html(tree), encoding="utf-8")
    typer.echo(page)
    if pdf:
        cut = derive_data_cut(snapshot) if snapshot else None
        stamp = (
            datetime(cut.year, cut.month, cut.day, tzinfo=UTC) if cut else datetime(2000, 1, 1, tzinfo=UTC)
        )
        with _progress("setting the PDF"):
            content = render_pdf(tree, stamp)
        (out / f"{name}.pdf").write_bytes(content)
        typer.echo(out / f"{name}.pdf")


def _read_protocol(file: Path, *, show: bool = False, as_json: bool = False) -> Protocol:
    """The checked protocol; with errors the Issues are printed and the command ends with exit code 10."""
    from firstdose.protocol.checking import check_protocol
    from firstdose.protocol.reading import read_protocol

    reading = read_protocol(file)
    found = list(reading.issues)
    if reading.protocol is not None:
        found += check_protocol(reading.protocol, reading.places, reading.issues)
    if reading.protocol is None or errors(found):
        _stop(found, PROTOCOL, as_json=as_json)
    if show:
        _print(found, as_json=as_json)
        if not as_json:
            typer.echo(f"{file}: {_count(found)}")
    return reading.protocol


def _read_records(study: Path, protocol: Protocol, source: Path | None) -> tuple[StudyReading, list[Issue]]:
    from firstdose.derived.dose_slips import check_doses
    from firstdose.records.checking import check_records
    from firstdose.records.study import read_study

    with _progress("reading the records"):
        reading = read_study(study, protocol, source)
        found = (*check_records(protocol, reading.snapshot), *check_doses(protocol, reading.snapshot))
        return reading, sorted({*reading.issues, *found})


PLURAL = {"error": "errors", "query": "queries", "warning": "warnings"}


def _count(issues: list[Issue]) -> str:
    """`2 errors, 1 query`, or `no Issue`."""
    if not issues:
        return "no Issue"
    counts = {word: sum(issue.weight == word for issue in issues) for word in PLURAL}
    return ", ".join(f"{n} {word if n == 1 else PLURAL[word]}" for word, n in counts.items() if n)


def _print(issues: Iterable[Issue], *, as_json: bool = False) -> None:
    ordered = sorted(issues)
    if as_json:
        typer.echo(json.dumps([issue.as_json() for issue in ordered], ensure_ascii=False, indent=1))
        return
    for issue in ordered:
        typer.echo(str(issue))


def _stop(issues: Iterable[Issue], exit_code: int, *, as_json: bool = False) -> NoReturn:
    _print(issues, as_json=as_json)
    raise typer.Exit(exit_code)


def _make_folder(folder: Path) -> None:
    from firstdose.datasets.output import make_output_folder

    if issues := make_output_folder(folder):
        _stop(issues, EXPORT)


def _exists(path: Path) -> Issue:
    return Issue(
        _place(path),
        "FD-R028",
        f"'{path.name}' is already there.",
        "Name another place; nothing is overwritten.",
    )


def _place(path: Path) -> Place:
    return Place(str(path))


class _progress:  # noqa: N801
    """A spinner and, where a share is known, a bar on the error stream; silent when nobody looks."""

    def __init__(self, label: str) -> None:
        self.label = label

    def __enter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204
        if not sys.stderr.isatty():
            return lambda _share: None
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._bar.start()
        task = self._bar.add_task(self.label, total=None)
        return lambda share: self._bar.update(task, total=1.0, completed=share)

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_bar"):
            self._bar.stop()


def _version(value: bool) -> None:
    if value:
        typer.echo(f"firstdose {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """firstdose: one protocol file drives a phase I trial of a locally injected therapy."""


def run() -> None:
    """Entry point: a user sees sentences and exit codes, never a traceback for bad input."""
    try:
        app()
    except UserError as error:
        for issue in error.issues:
            typer.echo(str(issue))
        raise SystemExit(error.exit_code) from None
