"""What each command tells about a study: (weight, line) of everything, as the pages show it."""

from __future__ import annotations

import runpy
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking import check_protocol
from firstdose.protocol.reading import read_protocol
from firstdose.records.checking import check_records
from firstdose.records.study import read_study
from firstdose.values.issue import UserError, errors
from tests.docs.issue_pages import shelf_entries, write_study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pytest

    from firstdose.protocol.model import Protocol
    from firstdose.records.study import StudyReading
    from firstdose.values.issue import Issue
    from tests.docs.issue_pages import Page, Shown

    Told = list[tuple[str, str]]

STUDY = Path("study")  # as it is typed, in the folder that holds the study


def check_the_protocol() -> Told:
    """`firstdose check PROTOCOL`, typed inside the study, so that places say protocol.yaml."""
    return _told(_of_protocol(Path("protocol.yaml"))[1])


def check_the_study() -> Told:
    from firstdose.escalation.on_record import check_escalation

    reading, protocol = _read()
    found = (*check_records(protocol, reading.snapshot), *check_escalation(protocol, reading.snapshot))
    return _told({*reading.issues, *found})


def decide_the_study() -> Told:
    """What keeps `firstdose decide STUDY` from deciding; nothing where it decides."""
    from firstdose.escalation.deciding import decide

    reading, protocol = _read()
    try:
        return _told([*reading.issues, *decide(protocol, reading.snapshot).issues])
    except UserError as refusal:
        return _told([*reading.issues, *refusal.issues])


def show_the_design() -> Told:
    """What keeps `firstdose design PROTOCOL` from its appendix; nothing where it shows one."""
    from firstdose.escalation.appendix import judged_rule

    protocol, _ = _of_protocol(Path("protocol.yaml"))
    assert protocol is not None
    try:
        judged_rule(protocol)
    except UserError as refusal:
        return _told(refusal.issues)
    return []


def dose_the_study() -> Told:
    from firstdose.derived.dose_slips import check_doses

    reading, protocol = _read()
    return _told([*reading.issues, *check_doses(protocol, reading.snapshot)])


def import_the_records() -> Told:
    from firstdose.records.importing import import_records

    protocol = _protocol()
    return _told(import_records(STUDY, protocol, STUDY)[1])


def compare_with_the_registry() -> Told:
    """`firstdose registry PROTOCOL --against registered.xml`, typed inside the study."""
    from firstdose.datasets.ictrp import compare_registration

    protocol, _ = _of_protocol(Path("protocol.yaml"))
    assert protocol is not None
    return _told(compare_registration(protocol, Path("registered.xml"))[1])


def rehearse_the_protocol() -> Told:
    """`firstdose rehearse PROTOCOL --out rehearsed`, with the facts of facts.csv where the page has them."""
    from firstdose.rehearsal import read_facts, rehearse, write_study

    protocol, _ = _of_protocol(Path("protocol.yaml"))
    assert protocol is not None
    facts, found = read_facts(Path("facts.csv")) if Path("facts.csv").exists() else ({}, ())
    try:
        rehearsed = rehearse(protocol, 5, 1, facts=facts)
        write_study(rehearsed, None, Path("rehearsed"))
    except UserError as refusal:
        return _told([*found, *refusal.issues])
    return _told([*found, *rehearsed.issues])


def assay_the_raw_files() -> Told:
    """`firstdose assay FILE` for every file of the folder `raw`: what its reader tells."""
    from firstdose.laboratory.reading import read_source
    from firstdose.readers.reader import source_of

    paths = sorted(Path("raw").iterdir()) if Path("raw").is_dir() else []
    return _told(issue for path in paths for issue in read_source(source_of(path, str(path))).issues)


def follow_a_result() -> Told:
    """`firstdose lineage STUDY 5f2c --results STUDY/results.json`."""
    from firstdose.records.lineage import tell_lineage

    return _told(tell_lineage(_read()[0].snapshot, STUDY / "results.json", "5f2c")[1])


def report_the_study() -> Told:
    """Only the caveats of the planned analyses: the report tells Issues as `check` does."""
    from firstdose.analysis.running import analyse

    reading, protocol = _read()
    caveats = {text for row in analyse(protocol, reading.snapshot).rows for text in row.caveats}
    return [("caveat", text.replace(" ", "  ", 1)) for text in sorted(caveats)]


def verify_the_log() -> Told:
    """`firstdose verify LOG anchor.txt`, typed inside the study; without anchors where the page has none."""
    from firstdose.records.log.anchors import read_anchors
    from firstdose.records.log.verifying import verify_file

    anchors, unread = read_anchors(Path("anchor.txt")) if Path("anchor.txt").exists() else ([], [])
    verdict = verify_file(Path("log.jsonl"), anchors)
    return _told([*unread, *(each.issue for each in (*verdict.findings, *verdict.notes))])


def run_python(text: str) -> Told:
    """What these lines leave in `issues`, or the caveats of the `result` they leave; run inside the base study."""
    script = Path("lines.py")
    script.write_text(text, encoding="utf-8")
    left = runpy.run_path(str(script))
    if "issues" in left:
        return _told(left["issues"])
    return [("caveat", f"{caveat.code}  {caveat.sentence}") for caveat in left["result"].caveats]


COMMANDS: dict[str, Callable[[], Told]] = {
    "firstdose assay FILE": assay_the_raw_files,
    "firstdose check PROTOCOL": check_the_protocol,
    "firstdose check STUDY": check_the_study,
    "firstdose decide STUDY": decide_the_study,
    "firstdose design PROTOCOL": show_the_design,
    "firstdose dose STUDY": dose_the_study,
    "firstdose import STUDY": import_the_records,
    "firstdose lineage STUDY 5f2c": follow_a_result,
    "firstdose registry PROTOCOL --against registered.xml": compare_with_the_registry,
    "firstdose rehearse PROTOCOL": rehearse_the_protocol,
    "firstdose report STUDY": report_the_study,
    "firstdose verify LOG": verify_the_log,
}


@dataclass(slots=True)
class Teller:
    """Runs pages below a folder; what was run once is remembered by the files it was run on."""

    folder: Path
    patch: pytest.MonkeyPatch
    remembered: dict[object, Told] = field(default_factory=dict)

    def tell(self, page: Page, shown: tuple[Shown, ...]) -> Told:
        """Everything that is told; of caveats, which a small study has many of, only those of the page."""
        study = write_study(Path(tempfile.mkdtemp(dir=self.folder)) / STUDY, shown)
        files = {path.relative_to(study): path.read_bytes() for path in study.rglob("*.*") if path.is_file()}
        script = (shown[0].text or "") if shown and not shown[0].path else ""
        key = (page.command, script, frozenset(files.items()))
        if key not in self.remembered:
            self.remembered[key] = self._run(page, study, shown, script)
        shutil.rmtree(study.parent)
        found = self.remembered[key]
        return [(weight, line) for weight, line in found if weight != "caveat" or line.startswith(page.code)]

    def _run(self, page: Page, study: Path, shown: tuple[Shown, ...], script: str) -> Told:
        with self.patch.context() as patch:
            for shelf, entry in shelf_entries(study, shown):
                patch.setitem(load(shelf), entry.name, entry)
            inside = script or "PROTOCOL" in page.command or "FILE" in page.command or "LOG" in page.command
            patch.chdir(study if inside else study.parent)
            return run_python(script) if script else COMMANDS[page.command]()


def _told(issues: Iterable[Issue]) -> Told:
    return [(issue.weight, str(issue)) for issue in sorted(issues)]


def _of_protocol(path: Path) -> tuple[Protocol | None, list[Issue]]:
    reading = read_protocol(path)
    if reading.protocol is None:
        return None, list(reading.issues)
    return reading.protocol, [
        *reading.issues,
        *check_protocol(reading.protocol, reading.places, reading.issues),
    ]


def _protocol() -> Protocol:
    protocol, issues = _of_protocol(STUDY / "protocol.yaml")
    assert protocol is not None
    assert errors(issues) == []
    return protocol


def _read() -> tuple[StudyReading, Protocol]:
    protocol = _protocol()
    return read_study(STUDY, protocol), protocol
