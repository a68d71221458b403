"""Archives of selections: all are read, or the archive is refused with the member's name."""

from __future__ import annotations

from firstdose.readers.formats.imagej_roiset import ENTRY
from firstdose.readers.reader import Source
from tests.unit.readers.making_outlines import LINE, SQUARE, roi, roiset


def read(content):
    return ENTRY.read(Source("RoiSet.zip", content))


def test_every_selection_is_read_under_its_name():
    content = roiset(a_roi=SQUARE, b_roi=roi(1), **{"notes.txt": b"x"})
    assert ENTRY.recognises(Source("", content))
    outlines = read(content).contents
    assert [(outline.name, outline.place) for outline in outlines] == [
        ("square", "RoiSet.zip/a.roi"),
        ("b", "RoiSet.zip/b.roi"),
    ]


def test_a_member_without_area_refuses_the_archive_and_is_named():
    reading = read(roiset(a_roi=SQUARE, b_roi=roi(LINE)))
    assert reading.contents == ()
    assert [(issue.place.file, issue.code) for issue in reading.issues] == [("RoiSet.zip/b.roi", "FD-L008")]


def test_an_archive_without_selections_or_cut_off_is_refused():
    assert [issue.code for issue in read(roiset(**{"x.txt": b"x"})).issues] == ["FD-L004"]
    assert [issue.code for issue in read(roiset(a_roi=SQUARE)[:-30]).issues] == ["FD-L003"]


def test_other_archives_are_not_recognised():
    assert not ENTRY.recognises(Source("", roiset(**{"experiment.xml": b"<rdml/>"})))
