"""FCS files: every way of storing events, and every refusal with its place."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest

from firstdose.readers.formats.fcs import ENTRY, read_fcs
from firstdose.readers.reader import Source
from tests.unit.readers.making_flow import FLOATS, channel, fcs, mixed, two_channels, two_data_sets

WORDS = np.array([[1, 10], [2, 20], [3, 30], [2047, 1023]])
WHOLE = {"bits": 16, "R": "1024"}


def read(content, **asked):
    return read_fcs(Source("tube.fcs", content), **asked)


def events_of(content, **asked):
    reading = read(content, **asked)
    assert reading.contents, reading.issues
    return reading.contents[0]


def issue_of(content):
    reading = read(content)
    assert reading.contents == ()
    (issue,) = reading.issues
    assert issue.place.file == "tube.fcs"
    return issue


def test_floats_are_a_view_of_the_files_own_bytes():
    events = events_of(fcs())
    assert np.array_equal(events.values, FLOATS)
    assert not events.values.flags.owndata
    assert not events.values.flags.writeable


@pytest.mark.parametrize(
    ("order", "kind", "bits", "dtype"),
    [("4,3,2,1", "F", 32, ">f4"), ("1,2,3,4", "D", 64, "<f8"), ("2,1", "D", 64, ">f8")],
)
def test_byte_orders_and_widths_of_floating_point_are_read(order, kind, bits, dtype):
    content = fcs(
        FLOATS.astype(dtype).tobytes(), {"$BYTEORD": order}, channels=two_channels(bits=bits), kind=kind
    )
    assert np.array_equal(events_of(content).scaled(1), FLOATS[:, 1].astype(float))


@pytest.mark.parametrize("bits", [16, 32, 64])
@pytest.mark.parametrize(("order", "mark"), [("1,2,3,4", "<"), ("4,3,2,1", ">")])
def test_whole_numbers_lose_the_bits_beyond_their_range(bits, order, mark):
    content = fcs(
        WORDS.astype(f"{mark}u{bits // 8}").tobytes(),
        {"$BYTEORD": order},
        channels=two_channels(bits=bits),
        kind="I",
    )
    assert events_of(content).scaled(0).tolist() == [1, 2, 3, 1023]


def test_a_byte_whose_range_is_full_needs_no_mask():
    content = fcs(bytes([0, 255, 7, 9]), channels=channel(1, bits=8, R="256"), kind="I")
    events = events_of(content)
    assert events.channels[0].mask is None
    assert events.scaled(0).tolist() == [0, 255, 7, 9]


def test_a_log_amplifier_and_a_gain_are_undone():
    """f2 x 10^(f1 x / R), f2 = 0 read as 1; x / gain (FCS 3.1, $PnE and $PnG)."""
    channels = channel(1, "log", 16, E="4,0") | channel(2, "lin", 16, G="2")
    events = events_of(
        fcs(np.array([[0, 8], [512, 4]], "<u2").tobytes(), channels=channels, kind="I", total=2)
    )
    assert events.scaled(0) == pytest.approx([1.0, 100.0])
    assert events.scaled(1).tolist() == [4.0, 2.0]
    assert events.scaled(1, gain=False).tolist() == [8.0, 4.0]


def test_a_log_amplifier_of_floating_point_is_not_applied_but_told():
    reading = read(fcs(channels=two_channels(E="4,1")))
    assert [issue.code for issue in reading.issues] == ["FD-L010", "FD-L010"]
    assert "$P1E is '4,1'" in reading.issues[0].message
    assert reading.contents[0].scaled(0).tolist() == [1, 2, 3, 4]


def test_parameters_stored_in_different_ways_are_read_side_by_side():
    events = events_of(mixed())
    assert events.scaled(0).tolist() == [0, 0.5, 1, 1.5]
    assert events.scaled(1).tolist() == [0, 1, 2, 3]


def test_a_doubled_delimiter_stands_for_itself():
    events = events_of(fcs(channels=channel(1, "FL1/A") | channel(2, "B")))
    assert [each.name for each in events.channels] == ["FL1/A", "B"]
    assert events.index("FL1_A") == 0
    assert events.index("C") is None


def test_empty_values_of_old_programs_do_not_shift_the_keywords_after_them():
    content = fcs(keywords={"NOTE": ""}, version=b"FCS2.0", offsets=False)
    assert events_of(content).channels[1].name == "B"


def test_latin_text_is_read():
    assert events_of(fcs(keywords={"$OP": "J\xfcrgen"})).keywords["$OP"] == "J\xfcrgen"


def test_a_supplemental_text_segment_adds_its_keywords():
    plain = fcs(keywords={"$BEGINSTEXT": "000000", "$ENDSTEXT": "000000"})
    more = b"/NOTE/more/"
    content = plain.replace(b"$BEGINSTEXT/000000", b"$BEGINSTEXT/%06d" % len(plain))
    content = content.replace(b"$ENDSTEXT/000000", b"$ENDSTEXT/%06d" % (len(plain) + len(more) - 1)) + more
    assert events_of(content).keywords["NOTE"] == "more"


def test_who_and_what_wrote_the_file_is_told():
    keywords = {
        "$CYT": "Canto",
        "CREATOR": "Diva 8",
        "$DATE": "02-JUL-2013",
        "$OP": "Ann",
        "$TIMESTEP": "0.01",
    }
    reading = read(fcs(keywords=keywords))
    told = (reading.instrument, reading.software, reading.run_date, reading.operator)
    assert told == ("Canto", "Diva 8", "2013-07-02", "Ann")
    assert reading.contents[0].time_step == 0.01


def test_a_year_of_two_digits_is_left_as_it_is():
    assert read(fcs(keywords={"$DATE": "23-Aug-02"})).run_date == "23-Aug-02"


def test_the_spillover_matrix_is_rows_of_fluorochromes():
    spillover = events_of(fcs(keywords={"$SPILLOVER": "2,A,B,1,0.5,0.25,1"})).spillover
    assert spillover.detectors == ("A", "B")
    assert spillover.matrix.tolist() == [[1, 0.5], [0.25, 1]]


@pytest.mark.parametrize("text", ["2,A,B,1,0.5,0.25", "x,A,1", "2,A,B,1,a,0,1"])
def test_a_spillover_matrix_that_cannot_be_is_told_and_left_out(text):
    reading = read(fcs(keywords={"$SPILLOVER": text}))
    assert reading.contents[0].spillover is None
    assert [(issue.code, issue.weight) for issue in reading.issues] == [("FD-L007", "query")]


def test_each_data_set_of_a_file_comes_with_its_number():
    reading = read(two_data_sets())
    assert [(each.dataset, each.datasets, each.name) for each in reading.contents] == [
        (1, 2, "one"),
        (2, 2, "two"),
    ]


def test_offsets_that_only_text_says_are_used():
    assert len(events_of(fcs(header=(0, 0)))) == 4


def test_fcs_2_without_a_total_counts_its_bytes():
    assert len(events_of(fcs(version=b"FCS2.0", offsets=False, drop=("$TOT",)))) == 4


def test_a_file_without_events_is_read():
    content = fcs(b"", total=0)
    events = events_of(content)
    assert events.values.shape == (0, 2)
    assert events.scaled(0).tolist() == []


def test_an_end_of_data_one_byte_too_far_is_told():
    reading = read(fcs(FLOATS.tobytes() + b"\0"))
    assert [issue.code for issue in reading.issues] == ["FD-L010"]
    assert "33 bytes for 4 x 8 = 32" in reading.issues[0].message


def test_a_channel_without_a_range_has_none():
    assert math.isnan(events_of(fcs(channels=two_channels(R=None))).channels[0].range)


def test_offsets_in_dispute_are_refused_with_both_and_can_be_overridden():
    plain = fcs()
    first = plain.index(FLOATS.tobytes())
    content = fcs(header=(first - 9, first + 31))
    issue = issue_of(content)
    assert issue.code == "FD-L005"
    assert (
        f"HEADER puts DATA at bytes {first - 9} to {first + 31}, TEXT at {first} to {first + 31}"
        in issue.message
    )
    assert np.array_equal(events_of(content, trust="text").values, FLOATS)
    assert not np.array_equal(events_of(content, trust="header").values, FLOATS)


REFUSED = {
    "cut inside HEADER": (fcs()[:40], "FD-L003", "the HEADER at byte 0 ends after 40 bytes"),
    "other version": (fcs(version=b"FCS4.0"), "FD-L006", "'FCS4.0'"),
    "no digits in HEADER": (fcs()[:10] + b"   xx   " + fcs()[18:], "FD-L003", "start of TEXT at byte 10"),
    "TEXT nowhere": (
        fcs()[:10] + b" " * 16 + fcs()[26:],
        "FD-L003",
        "HEADER puts TEXT from byte 0 to byte 0",
    ),
    "cut inside TEXT": (fcs()[:90], "FD-L003", "TEXT ends at byte"),
    "keyword missing": (fcs(drop=("$DATATYPE",)), "FD-L004", "'$DATATYPE'"),
    "total missing": (fcs(drop=("$TOT",)), "FD-L004", "'$TOT'"),
    "name missing": (fcs(channels=two_channels(N=None)), "FD-L004", "'$P1N'"),
    "width missing": (fcs(keywords={"$PAR": "3"}), "FD-L004", "'$P3B'"),
    "no parameter": (fcs(keywords={"$PAR": "0"}), "FD-L003", "$PAR is 0"),
    "no whole number": (fcs(keywords={"$PAR": "2.5"}), "FD-L003", "$PAR is '2.5'"),
    "keyword twice": (fcs(keywords={"$tot": "5"}), "FD-L013", "'$TOT'"),
    "histogram": (fcs(keywords={"$MODE": "U"}), "FD-L006", "'U' is not list mode"),
    "byte order": (fcs(keywords={"$BYTEORD": "3,4,1,2"}), "FD-L006", "'3,4,1,2'"),
    "text numbers": (fcs(kind="A"), "FD-L006", "parameter 1 is stored as $DATATYPE 'A'"),
    "ten bits": (fcs(channels=two_channels(bits=10), kind="I"), "FD-L006", "in 10 bits"),
    "free width": (fcs(channels=two_channels(bits="*"), kind="I"), "FD-L006", "in 0 bits"),
    "range in words": (fcs(channels=two_channels(R="much")), "FD-L003", "$P1R is 'much'"),
    "range below one": (fcs(channels=two_channels(bits=32, R="0"), kind="I"), "FD-L003", "$P1R is 0"),
    "no range of whole numbers": (fcs(channels=two_channels(R=None), kind="I"), "FD-L004", "'$P1R'"),
    "amplifier": (fcs(channels=two_channels(E="4")), "FD-L003", "$P1E is '4'"),
    "amplifier missing": (fcs(channels=two_channels(E=None), kind="I"), "FD-L003", "$P1E is ''"),
    "too short": (fcs()[:-3], "FD-L003", "DATA holds 29 bytes, $TOT x bytes per event is 4 x 8 = 32"),
    "too long": (fcs(FLOATS.tobytes() * 2), "FD-L005", "DATA is said to have 64 bytes"),
    "too many": (fcs(total=10**9), "FD-L003", "1000000000 x 8 = 8000000000"),
    "backwards": (fcs(header=(400, 200), offsets=False), "FD-L003", "DATA goes from byte 400 to byte 200"),
    "halves of events": (
        fcs(FLOATS.tobytes()[:-3], version=b"FCS2.0", offsets=False, drop=("$TOT",)),
        "FD-L003",
        "DATA holds 29 bytes",
    ),
    "next data set outside": (fcs(keywords={"$NEXTDATA": "99999"}), "FD-L003", "at byte 99999 of"),
    "next data set in itself": (fcs(keywords={"$NEXTDATA": "7"}), "FD-L003", "at byte 7 of"),
    "next data set is none": (fcs(keywords={"$NEXTDATA": "60"}), "FD-L006", "the data set at byte 60"),
    "supplement outside": (
        fcs(keywords={"$BEGINSTEXT": "90000", "$ENDSTEXT": "90010"}),
        "FD-L003",
        "supplemental TEXT ends at byte 90010",
    ),
    "empty": (b"", "FD-L002", "empty"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_contradicts_itself_is_refused_with_its_place(what):
    content, code, words = REFUSED[what]
    issue = issue_of(content)
    assert issue.code == code
    assert words in issue.message
    assert issue.remedy


def test_more_than_64_data_sets_are_refused():
    one = fcs(keywords={"$NEXTDATA": "000000"})
    chained = one.replace(b"$NEXTDATA/000000", b"$NEXTDATA/%06d" % len(one))
    assert issue_of(chained * 70).code == "FD-L003"


def test_only_fcs_is_recognised_and_anything_else_is_told_what_it_lacks():
    assert ENTRY.recognises(Source("a", fcs()))
    assert not ENTRY.recognises(Source("a", struct.pack("<I", 7) * 99))
    assert "'PK" in ENTRY.why_not(Source("a.fcs", b"PK\x03\x04.1")).message
    assert ENTRY.why_not(Source("a.fcs", b"")).code == "FD-L002"
