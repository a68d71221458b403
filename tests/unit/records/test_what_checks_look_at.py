"""What checks of records see: the columns of a form, and silence where protocol or table has nothing to compare."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from firstdose.records.checking_forms import Arrays, check_edits
from firstdose.records.checking_lesions import SEEN, check_places
from firstdose.records.scope import Scope
from tests.unit.derived.dose_records import injected, mapped, seed_protocol, snapshot_of
from tests.unit.records.invented import protocol_of
from tests.unit.records.test_checks import CHECKED, clean_study, read


def test_the_columns_of_a_form_are_a_mapping_of_arrays():
    arrays = Arrays(pl.DataFrame({"pain": [1, None], "side": ["left", None]}))
    assert (list(arrays), len(arrays)) == (["pain", "side"], 2)
    assert {name: len(column) for name, column in arrays.items()} == {"pain": 2, "side": 2}


def test_an_edit_check_that_cannot_be_read_is_told_with_the_protocol_and_not_with_its_records(tmp_path):
    protocol = protocol_of(CHECKED)
    study = clean_study(2, protocol=protocol)
    study["nails"][-1]["count"] = "0"
    snapshot = read(tmp_path, study, protocol).snapshot
    broken = tuple(replace(check, rule="count >=> 0") for check in protocol.checks)
    assert list(check_edits(Scope(protocol, snapshot))) != []
    assert list(check_edits(Scope(replace(protocol, checks=broken), snapshot))) == []


def test_lesions_without_site_and_side_cannot_be_exchanged():
    lesion, injection = mapped("P1", "L1", laterality="left"), injected("P1", "L1", laterality="right")
    snapshot = snapshot_of([lesion], [injection])
    assert [issue.code for issue in check_places(Scope(seed_protocol(), snapshot))] == ["FD-R072"]
    tables = {**snapshot.tables, "injection": snapshot.tables["injection"].drop(SEEN)}
    assert list(check_places(Scope(seed_protocol(), replace(snapshot, tables=tables)))) == []
