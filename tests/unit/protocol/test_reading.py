"""From text to model: what each kind of value becomes, what is told of it, and where everything stands."""

from __future__ import annotations

from decimal import Decimal

import pytest

from firstdose.protocol.model import Activity, Endpoint
from firstdose.protocol.reading import read_protocol, read_protocol_text
from firstdose.values.issue import Place
from firstdose.values.quantity import Quantity
from firstdose.values.units import read_unit
from firstdose.values.window import Window
from tests.shared import ROOT

SEED_FILE = ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml"
SEED = SEED_FILE.read_text("utf-8")

BASE = """\
# firstdose protocol, format 1
trial:
  id: A-1
  version: 1.0
  title: A trial
  phase: I
  participants: 5
visits: |
  visit  day  window
  SCR    -7   -14 .. -1
  D0     0    0
  M1     30   27 .. 33
schedule: |
  activity          per          SCR  D0  M1
  informed_consent  participant  x    .   .
  adverse_events    participant  .    x   x
endpoints: |
  endpoint  level    measure         as         at     analysis
  E1        primary  adverse_events  any event  D0 M1  exact_binomial
"""


def read(extra: str = "", **changed: str):
    text = BASE
    for old, new in changed.values():
        assert text.count(old) == 1
        text = text.replace(old, new)
    return read_protocol_text(text + extra)


def told(extra: str) -> list[tuple[int, int, str]]:
    """(line below the base file, column, code) of every Issue."""
    base = BASE.count("\n")
    return [(issue.place.line - base, issue.place.column, issue.code) for issue in read(extra).issues]


# -------------------------------------------------------------------------------------------------- the seed's file


@pytest.fixture(scope="module")
def seed():
    reading = read_protocol(SEED_FILE)
    assert reading.issues == ()
    return reading


def test_dose_levels_are_quantities(seed):
    doses = [level.dose for level in seed.protocol.intervention.dose_levels]
    unit = read_unit("cells/cm2")
    assert doses == [Quantity(Decimal(1_000_000), unit), Quantity(Decimal(3_000_000), unit)]


def test_percentages_are_kept_as_shares(seed):
    given = seed.protocol.intervention
    assert given.tolerance == (Decimal("0.9"), Decimal("1.1"))
    assert given.uncertainty_count == Decimal("0.075")


def test_a_range_of_quantities_has_its_unit_once(seed):
    unit = read_unit("mL")
    assert seed.protocol.intervention.volume_per_point_limits == (
        Quantity(Decimal("0.05"), unit),
        Quantity(Decimal("0.2"), unit),
    )


def test_windows_are_closed_and_one_day_is_its_own_window(seed):
    assert seed.protocol.visit("M3").window == Window(83, 97)
    assert seed.protocol.visit("D0").window == Window(0, 0)


def test_the_trials_word_for_a_lesion_is_taken(seed):
    assert seed.protocol.activity("injection") == Activity(activity="injection", per="lesion", at=("D0",))
    assert seed.protocol.analysis("E6").unit == "lesion in participant"


def test_a_range_of_visits_means_all_from_first_to_last(seed):
    names = tuple(visit.visit for visit in seed.protocol.visits)
    assert seed.protocol.endpoints[0].at == names[2:]


def test_change_from_a_visit_is_kind_and_reference(seed):
    assert seed.protocol.endpoints[4] == Endpoint(
        endpoint="E5",
        level="secondary",
        measure="PASI_Fredriksson",
        kind="change",
        at=("M6",),
        method="paired_t",
        objective="O2",
        reference="BL",
    )


def test_blocks_stand_in_the_order_of_their_names_with_numbers_counted(seed):
    assert [analysis.endpoint for analysis in seed.protocol.analyses] == [f"E{n}" for n in range(1, 15)]


def test_words_of_a_method_and_of_a_design_are_kept(seed):
    assert seed.protocol.analysis("E7").options == (("correction", "greenhouse_geisser"),)
    options = {row.check: row.options for row in seed.protocol.sensitivity}
    assert options["E7_hf"] == (("correction", "huynh_feldt"),)
    assert seed.protocol.safety.keys == (("last_level", "stop"), ("variant", "A"))


def test_codes_without_meanings_mean_their_own_words(seed):
    item = seed.protocol.items[1].item
    assert item.code_names == ("chronic_plaque", "pustular", "erythrodermic", "guttate", "drug_induced")
    assert item.codes[4] == ("drug_induced", "drug induced")


def test_prose_is_one_paragraph_however_its_lines_are_broken(seed):
    assert seed.protocol.trial.rationale.startswith(
        "Stromal cells modulate the inflammation of psoriasis. The trial"
    )
    assert "\n" not in seed.protocol.trial.rationale


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("trial", "version"), "1.0\n"),
        (("safety",), "safety:"),
        (("safety", "dlt"), "grade >= 3 and related and day"),
        (("intervention", "dose_levels", "DL2", "dose"), "3e6 cells/cm2\n  cap"),
        (("intervention", "dose_levels", "DL2"), "DL2    3e6"),
        (("schedule", "PASI_Fredriksson"), "PASI_Fredriksson        participant"),
        (("eligibility", "I1", "rule"), 'plaque_type == "chronic'),
        (("items", "il17a", "unit"), "pg/mL        0 .. 1e5   1         0.5"),
        (("endpoints", "E5", "analysis"), "paired_t\n  E6"),
        (("estimands", "EST4", "endpoint", "E9"), "E9 E12\n"),
        (("estimands", "EST4", "intercurrent_events", "death"), "composite worst"),
        (("analyses", "E7", "correction"), "greenhouse_geisser\n  E8"),
        (("sensitivity", "E7_hf", "with", "correction"), "correction huynh_feldt"),
        (("scales", "plaque_severity", "anchors", "3", "meaning"), "moderate\n"),
        (("registration", "countries"), "Iran\n"),
    ],
)
def test_every_part_has_its_place(seed, path, text):
    assert SEED.count(text) == 1
    start = SEED.index(text)
    line, column = SEED.count("\n", 0, start) + 1, start - SEED.rfind("\n", 0, start)
    assert seed.places.of(*path) == Place(str(SEED_FILE), line, column)


def test_a_cell_of_the_schedule_has_its_place(seed):
    place = seed.places.of("schedule", "PASI_Fredriksson", "M6")
    line = SEED.split("\n")[place.line - 1]
    assert line.split()[0] == "PASI_Fredriksson"
    assert place.column == len(line)


def test_an_unknown_part_has_the_place_of_what_holds_it(seed):
    assert seed.places.of("safety", "no_such_key") == seed.places.of("safety")
    assert seed.places.of("no_such_section") == Place(str(SEED_FILE))


# ------------------------------------------------------------------------------------------------------- the rest


def test_the_place_of_a_quoted_rule_is_its_first_character():
    reading = read("safety:\n  dlt: 'grade >= 3'\n")
    place = reading.places.of("safety", "dlt")
    assert (place.line, place.column) == (BASE.count("\n") + 2, 9)


def test_codes_may_have_meanings():
    reading = read(
        "items: |\n  item  activity  label  kind  codes\n  pain  pain_form  Pain  code  0=none at all, 1=some\n"
    )
    assert reading.issues == ()
    assert reading.protocol.items[0].item.codes == (("0", "none at all"), ("1", "some"))


def test_columns_of_a_table_may_stand_in_any_order():
    reading = read(visits=("  visit  day  window\n  SCR    -7   -14 .. -1\n  D0     0    0\n  M1     30   27 .. 33\n",
                           "  window     visit  day\n  -14 .. -1  SCR    -7\n  0          D0     0\n  27 .. 33   M1     30\n"))  # fmt: skip
    assert reading.issues == ()
    assert reading.protocol == read().protocol


def test_visits_of_an_endpoint_stand_in_the_order_of_the_plan():
    assert read(at=("D0 M1  exact", "M1 D0  exact")).protocol == read().protocol


def test_a_measure_without_visits_has_none():
    assert read(at=("D0 M1  exact", ".      exact")).protocol.endpoints[0].at == ()


def test_a_response_has_its_cut():
    endpoint = read(look=("any event  D0 M1", "response 50 from SCR  M1")).protocol.endpoints[0]
    assert (endpoint.kind, endpoint.cut, endpoint.reference) == ("response", Decimal(50), "SCR")


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ("nonsense: 1\n", [(1, 1, "FD-P010")]),
        ("rehearsal:\n  drop_out: 0.1\n", [(2, 3, "FD-P010")]),
        ("estimands:\n  A:\n    population: all\n", [(2, 3, "FD-P012")]),
        ("rehearsal:\n  dropout: 0,1\n", [(2, 12, "FD-P030")]),
        ("rehearsal:\n  dropout: 1.5\n", [(2, 12, "FD-P034")]),
        ("rehearsal:\n  lesions: 3 .. 1\n", [(2, 12, "FD-P033")]),
        ("rehearsal:\n  lesions: 1.5 .. 3\n", [(2, 12, "FD-P030")]),
        ("rehearsal:\n  lesions: 3 ..\n", [(2, 12, "FD-P038")]),
        ("rehearsal: none\n", [(1, 1, "FD-P014")]),
        ("items: none\n", [(1, 1, "FD-P014")]),
        ("families:\n  method: holm\n", [(1, 1, "FD-P014")]),
        ("safety:\n  dlt: |\n    grade >= 3\n", [(2, 3, "FD-P014")]),
        ("scales:\n  s: x\n", [(2, 3, "FD-P014")]),
        ("scales:\n  s:\n    label: A\n    range: 0 .. 5\n    anchors: none\n", [(5, 5, "FD-P014")]),
        ("intervention:\n  product: A\n  route: B\n  cap: 5\n", [(4, 8, "FD-P031")]),
        ("intervention:\n  product: A\n  route: B\n  cap: 5 cels\n", [(4, 8, "FD-P031")]),
        ("intervention:\n  product: A\n  route: B\n  tolerance: 1 .. 2 mL\n",
         [(4, 14, "FD-P032")]),
        ("intervention:\n  product: A\n  route: B\n  area_limits: 1 .. 2\n", [(4, 16, "FD-P038")]),
        ("intervention:\n  product: A\n  route: B\n  unit_of_dosing: a plaque\n", [(4, 19, "FD-P037")]),
        ("analyses:\n  E1:\n    set: all\n    unit: plaque\n", [(4, 11, "FD-P035")]),
        ("analyses:\n  E1:\n    set: all\n    unit: event\n    responders: 50 x\n", [(5, 20, "FD-P030")]),
        ("safety:\n  special_interest: A B A\n", [(2, 25, "FD-P036")]),
        ("safety:\n  special_interest: A 1B\n", [(2, 23, "FD-P037")]),
        ("safety:\n  stopped: |\n    a  b\n", [(2, 3, "FD-P014")]),
        ("items: |\n  item  activity  label  kind  codes\n  a     b         c      code  .\n", [(3, 32, "FD-P025")]),
        ("items: |\n  item  activity  label  kind  unit\n  a     b         c      text  kgg\n", [(3, 32, "FD-P031")]),
        ("items: |\n  item  activity  label  kind\n  a     b         .      text\n", [(3, 19, "FD-P025")]),
        ("items: |\n  item  activity  label  kind\n  a     b         c      texts\n", [(3, 26, "FD-P035")]),
        ("items: |\n  item  activity  label  kind  required\n  a     b         c      text  true\n", [(3, 32, "FD-P035")]),
        ("items: |\n  item  activity  kind\n  a     b         text\n", [(2, 3, "FD-P020")]),
        ("items: |\n  item  activity  label  kind  colour\n  a     b         c      text  .\n", [(2, 32, "FD-P020")]),
        ("items: |\n  item  activity  label  kind  kind\n  a     b         c      text  text\n", [(2, 32, "FD-P020")]),
        ("items: |\n  item  activity  label  kind\n  a     b         c\n", [(3, 3, "FD-P021")]),
        ("items: |\n  item  activity  label  kind\n  a  b  c  text\n  a  b  c  date\n", [(4, 3, "FD-P022")]),
        ("sensitivity: |\n  check  endpoint  attacks  use  with\n  a  E1  b  c  d 1, d 2\n", [(3, 21, "FD-P036")]),
        ("published: |\n  result  source  variable  statistic  value  n\n  a  b  c  mean  3x  5\n", [(3, 18, "FD-P030")]),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_told_at_its_place(extra, expected):
    assert told(extra) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("SCR  D0  M1\n  informed", "SCR  D0  M2\n  informed", [(14, 43, "FD-P042")]),
        ("SCR  D0  M1\n  informed", "SCR  M1  D0\n  informed", [(14, 39, "FD-P020")]),
        ("  M1     30   27 .. 33\n", "  M1     30   27 .. 33\n  M2     60   60\n", [(15, 3, "FD-P020")]),
        ("x    .   .\n", "X    .   .\n", [(15, 34, "FD-P023")]),
        ("x    .   .\n", "x    .\n", [(15, 3, "FD-P021")]),
        ("participant  x ", "person       x ", [(15, 21, "FD-P035")]),
        ("  adverse_events    p", "  informed_consent  p", [(16, 3, "FD-P022")]),
        ("any event", "any events", [(19, 38, "FD-P035")]),
        ("any event", "response 200 from SCR", [(19, 38, "FD-P034")]),
        ("any event", "response many from SCR", [(19, 38, "FD-P030")]),
        ("D0 M1  ex", "M1 .. D0  ex", [(19, 49, "FD-P033")]),
        ("D0 M1  ex", "D0 D0  ex", [(19, 52, "FD-P036")]),
        ("27 .. 33", "33 .. 27", [(12, 15, "FD-P033")]),
        ("27 .. 33", "27 - 33", [(12, 15, "FD-P030")]),
        ("participants: 5", "participants: five", [(7, 17, "FD-P030")]),
        ("participants: 5", "participants: 5.5", [(7, 17, "FD-P030")]),
        ("  title: A trial\n", "", [(2, 1, "FD-P012")]),
    ],
)
def test_a_mistake_in_the_plan_is_told_at_its_place(old, new, expected):
    issues = read(edit=(old, new)).issues
    assert [(issue.place.line, issue.place.column, issue.code) for issue in issues] == expected


def test_what_cannot_be_read_does_not_hide_the_rest():
    reading = read(edit=("27 .. 33", "33 .. 27"))
    assert reading.protocol == read().protocol


def test_a_misspelt_visit_in_the_schedule_still_counts_as_planned():
    assert read(edit=("SCR  D0  M1\n  informed", "SCR  D0  M2\n  informed")).protocol == read().protocol


def test_without_a_title_page_there_is_no_protocol():
    reading = read_protocol_text(BASE.replace("trial:", "trail:"))
    assert reading.protocol is None
    assert [issue.code for issue in reading.issues] == ["FD-P012", "FD-P010"]


def test_the_message_of_a_short_row_names_the_columns():
    (issue,) = read(edit=("x    .   .\n", "x    .\n")).issues
    assert str(issue) == (
        "protocol.yaml:15:3  FD-P021  This row has 4 cells, the header has 5 (activity, per, SCR, D0, M1)."
        " Cells stand two spaces apart; write '.' for none."
    )


def test_two_tabs_for_an_empty_cell_are_one_cell_too_few():
    (issue,) = read("items: |\n  item\tactivity\tlabel\tkind\tunit\n  a\tb\tc\t\ttext\n").issues
    assert issue.code == "FD-P021"
    assert "write '.' for none" in issue.remedy
