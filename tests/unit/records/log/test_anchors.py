"""Anchors: one line that survives mails and footers, and a signature over exactly what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.records.log.anchors import Anchor, anchors_in, check_anchor, read_anchors

# Signed with an invented key.
ANCHOR = Anchor(
    study="SEED",
    seq=3,
    hash="0a" * 32,
    at="2026-01-05T08:00:03.000000Z",
    key="",
)


@pytest.fixture
def anchor():
    pytest.importorskip("cryptography")
    from benchmarks.capture_drills.logs import sign

    return sign(ANCHOR)


def read(text):
    return [each if isinstance(each, Anchor) else (each.code, each.place.line) for each in anchors_in(text)]


def without_place(anchors):
    return [replace(each, place=ANCHOR.place) for each in anchors]


def test_an_anchor_is_one_line_of_words_none_longer_than_64_characters(anchor):
    words = str(anchor).split(" ")
    assert words[:6] == ["firstdose", "anchor", "1", "SEED", "3", "2026-01-05T08:00:03.000000Z"]
    assert [len(word) for word in words[6:]] == [64, 64, 64, 64]


def test_what_is_signed_is_canonical_and_names_the_key(anchor):
    assert (
        anchor.to_sign()
        == (
            '["firstdose anchor",1,"SEED",3,"'
            + "0a" * 32
            + f'","2026-01-05T08:00:03.000000Z","{anchor.key}"]'
        ).encode()
    )


@pytest.mark.parametrize("study", ["SEED", "Étude 7", "50 % / a", "خارش"])
def test_any_name_of_a_study_survives_the_line(anchor, study):
    other = replace(anchor, study=study)
    assert without_place(read(f"Head of the log:\n{other}.")) == [other]


def test_an_anchor_is_found_in_mails_that_break_quote_and_encode_it(anchor):
    line = str(anchor)
    texts = [
        "Dear board,\n\n" + line.replace(" ", "\n") + "\nRegards",
        "On Monday she wrote:\n> " + line.replace(" ", "\n> "),
        "\n>> ".join(["", *line.split(" ")]),
        "=\r\n".join(line[place : place + 20] for place in range(0, len(line), 20)),
    ]
    assert [without_place(read(text)) for text in texts] == [[anchor]] * 4


def test_the_line_of_an_anchor_counts_every_break(anchor):
    text = f"one\n{anchor}\n" + str(anchor).replace("0a0a", "0a=\n0a") + f"\n\n{anchor}"
    assert [each.place.line for each in anchors_in(text)] == [2, 3, 21]


def test_what_begins_like_an_anchor_and_is_none_is_told(anchor):
    line = str(anchor)
    assert read(f"{line}\n{line[:-1]}\n\n{line}0\n{line.replace('SEED', '%FF')}") == [
        replace(anchor, place=replace(anchor.place, line=1)), ("FD-R332", 2), ("FD-R332", 4), ("FD-R332", 5),
    ]  # fmt: skip


def test_files_without_anchors_or_that_are_not_there_are_told(anchor, tmp_path):
    (tmp_path / "mail.txt").write_text(f"\xff {anchor}", encoding="latin-1")
    (tmp_path / "empty.txt").write_text("no firstdose anchors here")
    assert without_place(read_anchors(tmp_path / "mail.txt")[0]) == [anchor]
    assert [[each.code for each in read_anchors(tmp_path / name)[1]] for name in ("mail.txt", "empty.txt", "none")] == [
        [], ["FD-R332"], ["FD-R332"],
    ]  # fmt: skip


def test_a_signed_anchor_is_trusted_with_its_own_key_or_that_of_the_reader(anchor):
    assert check_anchor(anchor) is None
    assert check_anchor(anchor, ["00" * 32, anchor.key]) is None


def test_another_key_is_not_trusted(anchor):
    issue = check_anchor(anchor, ["00" * 32])
    assert issue is not None
    assert (issue.code, anchor.key in issue.message) == ("FD-R333", True)


@pytest.mark.parametrize(
    "other",
    [{"study": "SEED2"}, {"seq": 4}, {"hash": "0b" * 32}, {"at": "2026-01-05T08:00:04.000000Z"}, {"signature": "00" * 64},
     {"signature": ""}, {"key": "zz"}, {"key": "00" * 32}],
)  # fmt: skip
def test_an_anchor_that_says_something_else_than_was_signed_is_not_trusted(anchor, other):
    issue = check_anchor(replace(anchor, **other))
    assert issue is not None
    assert issue.code == "FD-R333"
