"""A mapping brings in what somebody else laid out: names, words, codes, units, wide to long, declared gaps."""

from __future__ import annotations

import polars as pl
import pytest

from firstdose.readers.delimited import table_of
from firstdose.records.checking import check_records
from firstdose.records.importing import import_records
from firstdose.records.mapped import collect_mapped
from firstdose.records.mapping import mapping_of
from firstdose.records.sources import Sources, part_of
from firstdose.records.study import read_study
from tests.unit.records.invented import protocol_of

PROTOCOL = """# firstdose protocol, format 1
trial:
  id: T1
  version: 1
  title: warts
  phase: II
  participants: 3
visits: |
  visit  day  window
  BL     0    0
  W16    112  100 .. 120
schedule: |
  activity   per          BL  W16
  wart       participant  x   x
  treatment  participant  x   .
items: |
  item    activity   label         kind      unit  range      decimals  codes
  area    wart       area          quantity  cm2   0 .. 100   2         .
  count   wart       number        integer   .     0 .. 100   .         .
  clear   wart       clear         truth     .     .          .         .
  arm     treatment  arm           code      .     .          .         active placebo
  since   treatment  first day     date      .     .          .         .
endpoints: |
  endpoint  level    measure     as     at   analysis
  E1        primary  wart.count  value  W16  descriptive
estimands:
  EST1:
    endpoint: E1
    population: all
    summary: mean
analyses:
  E1:
    set: all
    unit: participant
"""

WIDE = """Nr;Area (mm2) BL;Area (mm2) W16;n BL;n W16;Frei;LOCF;Arm;Seit
1;51,5;0;3;0;j;;A;15.04.2023
2;90;9,25;4;2;n;Y;P;04.2023
3;100;;5;;;;A;2023
"""

MAPPING = """# firstdose mapping, format 1
participants: 1 .. 4
sources:
  warts:
    file: wide.csv
    activity: wart
    participant: Nr
    decimal_comma: yes
    columns: |
      column          item   unit  visit
      Area (mm2) BL   area   mm2   BL
      Area (mm2) W16  area   mm2   W16
      n BL            count  .     BL
      n W16           count  .     W16
      Frei            clear  .     W16
    constants: |
      item  value
    codes: |
      item   text  code
      clear  j     yes
      clear  n     no
      clear  .     UNK: not written
    missing_when: |
      column  is  items       visit  reason
      LOCF    Y   area count  W16    ND: carried forward
  arms:
    file: wide.csv
    activity: treatment
    participant: Nr
    at: BL
    dates: dmy
    columns: |
      column  item
      Arm     arm
      Seit    since
    codes: |
      item  text  code
      arm   A     active
      arm   P     placebo
"""


@pytest.fixture
def study(tmp_path):
    (tmp_path / "wide.csv").write_text(WIDE, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


def test_wide_columns_become_records_with_units_words_and_reasons(study):
    protocol = protocol_of(PROTOCOL)
    reading = read_study(study, protocol)
    wart = reading.snapshot.table("wart")
    assert wart.select("participant", "visit", "area", "count", "clear").rows() == [
        ("1", "BL", 0.515, 3.0, None),
        ("1", "W16", 0.0, 0.0, True),
        ("2", "BL", 0.9, 4.0, None),
        ("2", "W16", None, None, False),
        ("3", "BL", 1.0, 5.0, None),
        ("3", "W16", None, None, None),
    ]
    assert reading.snapshot.table("treatment").select("arm", "since").rows() == [
        ("active", "2023-04-15"), ("placebo", "2023-04"), ("active", "2023"),
    ]  # fmt: skip
    assert reading.snapshot.participants == ("1", "2", "3", "4")
    assert [(issue.code, str(issue.place)) for issue in reading.issues] == [
        ("FD-R012", "wide.csv:1:1"),  # BL has no column for `clear`
        ("FD-R037", "wide.csv:4:3"),
        ("FD-R037", "wide.csv:4:5"),
    ]


def test_the_original_stands_beside_a_declared_gap(study):
    gaps = read_study(study, protocol_of(PROTOCOL)).snapshot.gaps
    own = gaps.filter((pl.col("participant") == "2") & (pl.col("item") == "area"))
    assert own.select("visit", "reason", "detail").rows() == [
        ("W16", "ND", "carried forward (the source holds '9,25')")
    ]


def test_the_original_file_is_not_touched_and_its_digest_travels(study):
    before = (study / "wide.csv").read_bytes()
    files = read_study(study, protocol_of(PROTOCOL)).snapshot.files
    assert [(file.name, file.rows) for file in files] == [("wide.csv", 3)]
    assert (study / "wide.csv").read_bytes() == before


def test_a_source_outside_the_study_is_found_where_the_caller_says(study, tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    (study / "wide.csv").rename(other / "wide.csv")
    protocol = protocol_of(PROTOCOL)
    assert {issue.code for issue in read_study(study, protocol).issues} == {"FD-R006"}
    assert read_study(study, protocol, other).snapshot.table("wart").height == 6


def test_what_was_imported_reads_as_the_same_records(study, tmp_path):
    protocol = protocol_of(PROTOCOL)
    mapped = read_study(study, protocol).snapshot
    files, found = import_records(study, protocol, tmp_path / "own")
    assert {path.name for path in files} == {"wart.csv", "treatment.csv", "participants.csv"}
    assert "error" not in {issue.weight for issue in found}
    own = read_study(tmp_path / "own", protocol)
    for name in ("wart", "treatment"):
        values = [column for column in mapped.table(name).columns if not column.startswith("_")]
        assert own.snapshot.table(name).select(values).equals(mapped.table(name).select(values))
    assert own.snapshot.participants == mapped.participants


def test_an_import_never_overwrites(study, tmp_path):
    protocol = protocol_of(PROTOCOL)
    import_records(study, protocol, tmp_path / "own")
    written = {path.name: path.read_bytes() for path in (tmp_path / "own" / "records").iterdir()}
    files, found = import_records(study, protocol, tmp_path / "own")
    assert files == ()
    assert {issue.code for issue in found if issue.weight == "error"} == {"FD-R028"}
    assert {path.name: path.read_bytes() for path in (tmp_path / "own" / "records").iterdir()} == written


def test_an_import_with_an_unreadable_value_writes_nothing(study, tmp_path):
    (study / "wide.csv").write_text(WIDE.replace("51,5", "51.5"), encoding="utf-8")
    files, found = import_records(study, protocol_of(PROTOCOL), tmp_path / "own")
    assert files == ()
    assert [str(issue.place) for issue in found if issue.weight == "error"] == ["wide.csv:2:2"]
    assert not (tmp_path / "own").exists()


def test_rows_repeated_for_every_visit_are_one_record_where_so_declared(tmp_path):
    long = "id,visit,arm,since\n1,a,A,2023\n1,b,A,2023\n2,a,P,2023\n2,b,A,2023\n"
    (tmp_path / "long.csv").write_text(long, encoding="utf-8")
    mapping = (
        MAPPING.partition("sources:")[0].replace("participants: 1 .. 4\n", "")
        + """sources:
  arms:
    file: long.csv
    activity: treatment
    participant: id
    at: BL
    once: yes
    columns: |
      column  item
      arm     arm
      since   since
    codes: |
      item  text  code
      arm   A     active
      arm   P     placebo
"""
    )
    (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
    protocol = protocol_of(PROTOCOL)
    reading = read_study(tmp_path, protocol)
    assert reading.snapshot.table("treatment")["arm"].to_list() == ["active", "placebo", "active"]
    twice = [issue for issue in check_records(protocol, reading.snapshot) if issue.code == "FD-R044"]
    assert [str(issue.place) for issue in twice] == ["long.csv:5:1"]  # the two arms of participant 2


def test_visits_can_be_told_by_a_column(tmp_path):
    (tmp_path / "seen.csv").write_text("id,when,gone,n\n1,Week 16,Y,\n2,Week 16,,3\n", encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text("""# firstdose mapping, format 1
sources:
  visits:
    file: seen.csv
    activity: visits
    participant: id
    visit: when
    columns: |
      column  item
      gone    status
    constants: |
      item    value
      reason  left out by the source
    visits: |
      word     visit
      Week 16  W16
    codes: |
      item    text  code
      status  Y     missed
      status  .     done
""", encoding="utf-8")  # fmt: skip
    visits = read_study(tmp_path, protocol_of(PROTOCOL)).snapshot.tables["visits"]
    assert visits.select("participant", "visit", "status").rows() == [
        ("1", "W16", "missed"),
        ("2", "W16", "done"),
    ]


@pytest.mark.parametrize(("old", "new", "code", "at"), [
    ("# firstdose mapping, format 1", "# firstdose protocol, format 1", "FD-R020", "# firstdose"),
    ("    dates: dmy", "    date_style: dmy", "FD-R021", "date_style"),
    ("  warts:\n    file: wide.csv\n", "  warts:\n", "FD-R022", "warts"),
    ("      Arm     arm", "      Atm     arm", "FD-R023", "Atm"),
    ("    participant: Nr\n    at", "    participant: Nummer\n    at", "FD-R023", "participant: Nummer"),
    ("      LOCF    Y", "      LOCV    Y", "FD-R023", "LOCV"),
    ("      Arm     arm", "      Arm     army", "FD-R024", "Arm     army"),
    ("activity: treatment", "activity: treatments", "FD-R024", "activity: treatments"),
    ("    at: BL", "    at: B1", "FD-R024", "at: B1"),
    ("mm2   W16", "mm3   W16", "FD-R025", "Area (mm2) W16"),
    ("mm2   W16", "acre  W16", "FD-R025", "Area (mm2) W16"),
    ("count  .     BL", "count  mm    BL", "FD-R025", "n BL"),
    ("dates: dmy", "dates: german", "FD-R026", "dates: german"),
    ("ND: carried forward", "carried forward", "FD-R026", "carried forward"),
    ("count  .     W16", "area   .     W16", "FD-R027", "n W16"),
])  # fmt: skip
def test_a_wrong_mapping_is_told_at_its_place(study, old, new, code, at):
    assert MAPPING.count(old) == 1
    text = MAPPING.replace(old, new)
    (study / "mapping.yaml").write_text(text, encoding="utf-8")
    before = text[: text.index(at)]
    found = {
        str(issue.place) for issue in read_study(study, protocol_of(PROTOCOL)).issues if issue.code == code
    }
    assert found == {f"mapping.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"}


@pytest.mark.parametrize(
    "text", ["", "# firstdose mapping, format 1\n", "sources: 3\n", "sources:\n  a: b\n", ": :\n\t- x"]
)
def test_a_file_that_is_hardly_a_mapping_gives_issues(text):
    _, found = mapping_of(text, "mapping.yaml")
    assert found


def test_a_mapping_that_is_not_there_is_an_issue_and_brings_nothing(tmp_path):
    sources = Sources()
    collect_mapped(tmp_path / "mapping.yaml", protocol_of(PROTOCOL), {}, sources)
    assert [(str(issue.place), issue.code) for issue in sources.issues] == [("mapping.yaml", "FD-R020")]
    assert (sources.parts, sources.roster) == ({}, ())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    file: wide.csv\n    activity: wart", "    file: |\n      a  b\n    activity: wart", "'file' holds a text, not a table."),
        ("    constants: |\n      item  value\n", "    constants: none of them\n", "'constants' holds a table."),
    ],
)  # fmt: skip
def test_a_text_for_a_table_and_a_table_for_a_text_are_told(old, new, message):
    assert MAPPING.count(old) == 1
    _, issues = mapping_of(MAPPING.replace(old, new), "mapping.yaml")
    assert message in [issue.message for issue in issues if issue.code == "FD-R022"]


def test_rows_after_a_cell_of_two_lines_keep_the_lines_of_their_file():
    table, _ = table_of(b'participant,note\nP1,"two\nlines"\nP2,\n', "notes.csv")
    assert part_of(table, "notes").frame["_row"].to_list() == [2, 4]
