"""Folders of raw files among the records: whose they are, and how far the reading has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.names import forms
from firstdose.records.laboratory import collect_laboratory, is_raw_folder, laboratory_values
from firstdose.records.sources import Sources
from tests.acceptance.study_of import seed_protocol

if TYPE_CHECKING:
    from pathlib import Path

SEED = seed_protocol()
KNOWN = forms(SEED)


def collected(records: Path, progress=None) -> Sources:
    sources = Sources()
    collect_laboratory(records, SEED, KNOWN, sources, progress)
    return sources


def test_a_study_without_records_or_without_folders_has_no_laboratory_values(tmp_path):
    for records in (tmp_path / "nowhere", tmp_path):
        sources = collected(records)
        assert sources.laboratory == []
        assert laboratory_values(sources) is None


def test_only_a_folder_that_bears_the_name_of_an_activity_is_one_of_raw_files(tmp_path):
    (tmp_path / "serum_cytokines").mkdir()
    (tmp_path / "photographs").mkdir()
    (tmp_path / "dermal_mrna").write_text("", encoding="utf-8")
    names = ("serum_cytokines", "photographs", "dermal_mrna")
    assert [is_raw_folder(tmp_path / name, KNOWN) for name in names] == [True, False, False]


def test_a_folder_whose_activity_no_assay_measures_leaves_no_table(tmp_path):
    (tmp_path / "skin_thickness").mkdir()
    sources = collected(tmp_path)
    assert [issue.code for issue in sources.issues] == ["FD-L110"]
    assert sources.parts == {}
    values = laboratory_values(sources)
    assert values is not None
    assert values.is_empty()


def test_the_share_of_one_folder_is_its_part_of_all(tmp_path):
    for name in ("blood_foxp3", "serum_cytokines"):
        (tmp_path / name).mkdir()
        text = "file,sample,participant,visit,date\n,,INV-001,BL,2024-01-01\nx,,INV-001,BL,2024-01-01\n"
        (tmp_path / name / "samples.csv").write_text(text, encoding="utf-8")
        (tmp_path / name / "x").write_bytes(b"nothing")
    shares: list[float] = []
    sources = collected(tmp_path, shares.append)
    assert shares == [0.5, 1.0]
    names = [
        f"{activity}/{file}"
        for activity in ("blood_foxp3", "serum_cytokines")
        for file in ("samples.csv", "x")
    ]
    assert sorted(sources.files) == [f"{tmp_path.name}/{name}" for name in names]
