"""Sites, branching and capture: read, written, told, compared and checked; protocols without them stay what they were."""

from __future__ import annotations

import pytest

from firstdose.protocol.branches import deciding_items, read_branches
from firstdose.protocol.checking import check_protocol
from firstdose.protocol.comparing import compare_protocols
from firstdose.protocol.identity import canonical, compute_identity
from firstdose.protocol.model_of_capture import Branch, Capture, Site
from firstdose.protocol.reading import read_protocol_text
from firstdose.protocol.telling import tell_differences, tell_part
from firstdose.protocol.writing import render_protocol
from tests.shared import ROOT

BASE = (ROOT / "docs" / "issues" / "base" / "protocol.yaml").read_text("utf-8")
SITES = "\nsites: |\n  site  label       time_zone\n  S1    Clinic one  Asia/Tehran\n  S2    Clinic two  .\n"
CAPTURE = """
capture:
  blind: plaque_score PASI_Fredriksson
  critical: informed_consent adverse_events.serious
  signed: M3 D0
  unit_of_lock: participant
  idle: 15
"""


def branching(*rows):
    return "\nbranching: |\n  item  asked_when\n" + "".join(f"  {item}  {rule}\n" for item, rule in rows)


WHOLE = SITES + branching(("adverse_events.serious_criterion", "serious")) + CAPTURE


def read(text):
    reading = read_protocol_text(BASE + text)
    assert reading.protocol is not None
    return reading


def told(text):
    """(code, line below the base protocol) of everything that is said about these sections."""
    reading = read(text)
    found = [*reading.issues, *check_protocol(reading.protocol, reading.places, reading.issues)]
    base = BASE.count("\n")
    return [(issue.code, issue.place.line - base) for issue in sorted(found) if issue.place.line > base]


def test_the_sections_are_read_as_they_are_written():
    protocol = read(WHOLE).protocol
    assert protocol.sites == (
        Site(site="S1", label="Clinic one", time_zone="Asia/Tehran"),
        Site(site="S2", label="Clinic two", time_zone="UTC"),
    )
    assert protocol.branching == (
        Branch(activity="adverse_events", item="serious_criterion", rule="serious"),
    )
    assert protocol.capture == Capture(
        blind=("plaque_score", "PASI_Fredriksson"),
        critical=("informed_consent", "adverse_events.serious"),
        signed=("D0", "M3"),
        unit_of_lock="participant",
        idle=15,
    )
    assert told(WHOLE) == []


def test_a_protocol_without_the_sections_keeps_its_identity():
    plain = read("").protocol
    assert {"sites", "branching", "capture"}.isdisjoint(canonical(plain))
    assert compute_identity(read(WHOLE).protocol) != compute_identity(plain)


def test_what_is_written_reads_back_as_the_same():
    protocol = read(WHOLE).protocol
    assert read_protocol_text(render_protocol(protocol)).protocol == protocol


def test_the_sections_are_told_in_sentences():
    protocol = read(WHOLE).protocol
    assert tell_part(protocol, "sites", "S1") == "Site S1 is Clinic one; its times are those of Asia/Tehran."
    assert tell_part(protocol, "branching", "adverse_events.serious_criterion") == (
        "Why serious (adverse events) is asked when serious, or where that is not known."
    )
    assert tell_part(protocol, "capture") == (
        "An evaluator who does not know the dose rates plaque severity score and Psoriasis Area and Severity Index"
        " (Fredriksson). Compared with the source value by value: informed consent and serious (adverse events)."
        " The investigator signs D0 and M3. Values are frozen and locked by each participant as a whole."
        " A login ends after 15 minutes without use."
    )


def test_an_amendment_of_a_branch_is_told_before_and_after():
    old, new = read(WHOLE).protocol, read(WHOLE.replace("  serious\n", "  serious and grade >= 3\n")).protocol
    (difference,) = compare_protocols(old, new)
    assert (difference.section, difference.name, difference.fields) == (
        "branching",
        "adverse_events.serious_criterion",
        ("rule",),
    )
    assert "is asked when serious and grade is at least 3" in tell_differences(old, new, [difference])


def test_two_branches_of_one_form_are_two_rows():
    rows = (("adverse_events.serious_criterion", "serious"), ("adverse_events.end", "not ongoing"))
    one, both = read(branching(*rows[:1])).protocol, read(branching(*rows)).protocol
    (difference,) = compare_protocols(one, both)
    assert (difference.what, difference.name) == ("added", "adverse_events.end")


@pytest.mark.parametrize(
    ("item", "rule", "code"),
    [
        ("adverse_event.end", "ongoing", "FD-P190"),
        ("adverse_events.ending", "ongoing", "FD-P191"),
        ("adverse_events.end", "missing(end)", "FD-P192"),
        ("adverse_events.end", "pregnant", "FD-P193"),
        ("adverse_events.end", "at(ongoing, M3)", "FD-P193"),
        ("adverse_events.end", "count(ongoing) > 1", "FD-P193"),
        ("adverse_events.lesion", "ongoing", "FD-P195"),
        ("adverse_events.end", "grade + 1", "FD-P052"),
        ("adverse_events.end", "on_going", "FD-P051"),
        ("adverse_events", "ongoing", "FD-P037"),
    ],
)
def test_a_branch_that_cannot_be_followed_is_told_at_its_line(item, rule, code):
    assert told(branching((item, rule))) == [(code, 4)]


def test_a_circle_is_told_once_with_the_way_round():
    rows = [
        ("adverse_events.end", 'outcome != "unknown"'),
        ("adverse_events.outcome", 'action == "none"'),
        ("adverse_events.action", "end > onset"),
        ("adverse_events.serious_criterion", "missing(end)"),
    ]
    reading = read(branching(*rows))
    (issue,) = [one for one in check_protocol(reading.protocol, reading.places) if one.code == "FD-P194"]
    assert "whether end is asked hangs on itself, by way of outcome and action." in issue.message


def test_branches_are_read_after_those_they_stand_on():
    rows = [
        ("adverse_events.action", 'serious_criterion == "death"'),
        ("adverse_events.serious_criterion", "serious"),
    ]
    branches = read_branches(read(branching(*rows)).protocol)["adverse_events"]
    assert [branch.item for branch in branches] == ["serious_criterion", "action"]


def test_what_an_item_hangs_on_is_found_through_others():
    rows = [
        ("adverse_events.action", 'serious_criterion == "death"'),
        ("adverse_events.serious_criterion", "serious"),
    ]
    protocol = read(branching(*rows)).protocol
    assert deciding_items(protocol, "adverse_events", "action") == ("serious", "serious_criterion")
    assert deciding_items(protocol, "adverse_events", "grade") == ()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("blind: injection", "FD-P198"),
        ("blind: plaque_score lesion_map", "FD-P198"),
        ("blind: plaque_scor", "FD-P190"),
        ("critical: screening.pregnan", "FD-P191"),
        ("signed: D0 M4", "FD-P042"),
        ("idle: 4", "FD-P034"),
        ("idle: 481", "FD-P034"),
        ("unit_of_lock: site", "FD-P035"),
    ],
)
def test_a_duty_that_cannot_be_done_is_told_at_its_line(line, code):
    found = told(f"\ncapture:\n  {line}\n")
    assert (code, 3) in found
    assert len(found) == 1


@pytest.mark.parametrize("zone", ["Asia/Teheran", "Asia", "../etc", "asia tehran"])
def test_a_time_zone_is_one_of_the_tz_database(zone):
    assert told(f"\nsites: |\n  site  label  time_zone\n  S1    Clinic  {zone}\n") == [("FD-P196", 4)]


def test_a_site_is_named_once_and_bears_a_label_of_its_own():
    head = "\nsites: |\n  site  label\n  S1    Clinic\n"
    assert [code for code, _ in told(f"{head}  S1    Other clinic\n")] == ["FD-P022"]
    assert told(f"{head}  S2    clinic\n") == [("FD-P197", 5)]
