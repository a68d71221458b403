"""Tables of a log as a study folder: every command reads them, and every value is the same."""

from __future__ import annotations

from pathlib import Path

from firstdose.datasets.tables import export_tables
from firstdose.records.log.of_snapshot import state_of
from firstdose.records.log.state import fold
from firstdose.records.log.tables import read_state
from firstdose.records.study import read_study
from tests.functional.test_rehearsal import PROTOCOL, TRIAL, seed_trial
from tests.log_of_study import events_of


def test_the_seed_trial_comes_back_without_a_difference(tmp_path: Path) -> None:
    state = fold(events_of(seed_trial().tables, PROTOCOL))
    export_tables(PROTOCOL, state, tmp_path)
    again, snapshot = read_study(tmp_path, PROTOCOL).snapshot, read_state(PROTOCOL, state).snapshot
    assert again.digest == snapshot.digest
    assert again.gaps.height == snapshot.gaps.height


def test_the_snapshot_of_a_study_folder_is_the_same_after_a_round_trip(tmp_path: Path) -> None:
    snapshot = read_study(TRIAL, PROTOCOL).snapshot
    export_tables(PROTOCOL, state_of(PROTOCOL, snapshot), tmp_path, invented=True)
    again = read_study(tmp_path, PROTOCOL).snapshot
    assert again.invented
    for name, table in snapshot.tables.items():
        columns = [column for column in table.columns if not column.startswith("_")]
        assert again.tables[name].select(columns).equals(table.select(columns)), name


def test_hidden_items_have_no_column(tmp_path: Path) -> None:
    state = fold(events_of(seed_trial().tables, PROTOCOL))
    files = export_tables(
        PROTOCOL, state, tmp_path, hide=lambda form, item: form == "injection" or item == "dose_level"
    )
    assert [path.name for path in files if path.stem == "injection" or "dose_level" in path.read_text()] == []
