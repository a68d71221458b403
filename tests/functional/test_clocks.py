"""A serious event on record brings its reporting clocks into the report."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from firstdose.analysis.basis import make_basis
from firstdose.analysis.running import analyse_basis
from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from firstdose.report.content.pieces import Material, Numbers
from firstdose.report.content.safety import safety_section
from firstdose.report.tree import Listing, walk

SEED = Path(__file__).parents[2] / "trials" / "adsc_psoriasis"


def clocks(folder: Path, **changes: str) -> tuple[tuple[str, ...], ...]:
    """The listing of clocks of the seed's invented study with the first event changed."""
    shutil.copytree(SEED, folder)
    file = folder / "records" / "adverse_events.csv"
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    rows[0] |= changes
    names = list(dict.fromkeys([*rows[0], *changes]))
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    protocol = read_protocol(folder / "protocol.yaml").protocol
    assert protocol is not None
    basis = make_basis(protocol, read_study(folder, protocol).snapshot)
    section = safety_section(Material(basis, Numbers.of(analyse_basis(basis)), ()))
    assert section is not None
    listings = [block for block in walk((section,)) if isinstance(block, Listing) and block.id == "l-clocks"]
    return listings[0].rows if listings else ()


def test_a_serious_event_has_24_hours_and_15_days(tmp_path):
    found = clocks(
        tmp_path / "s", serious="yes", serious_criterion="hospital stay", sponsor_aware="2024-02-20"
    )
    assert [row[2:] for row in found] == [("2024-02-20", "2024-02-21 00:00", "2024-03-06", "–")]


def test_a_threat_to_life_has_7_days_and_8_more_across_29_february(tmp_path):
    found = clocks(
        tmp_path / "s", serious="yes", serious_criterion="life-threatening", sponsor_aware="2024-02-24"
    )
    assert [row[2:] for row in found] == [("2024-02-24", "2024-02-25 00:00", "2024-03-02", "2024-03-10")]


def test_without_a_serious_event_there_is_no_clock(tmp_path):
    assert clocks(tmp_path / "s", sponsor_aware="2024-02-24") == ()
