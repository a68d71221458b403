"""What YAML would hide or tell in its own words: every row of the table of traps, with our message at its place."""

from __future__ import annotations

import pytest

from firstdose.protocol.reading import read_protocol, read_protocol_text

SMALL = """\
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

safety:
  dlt: grade >= 3 and related
  design: three_plus_three
"""


def told(old: str, new: str) -> list[tuple[int, int, str]]:
    """(line, column, code) of every Issue after one replacement in the small file."""
    assert SMALL.count(old) == 1
    issues = read_protocol_text(SMALL.replace(old, new)).issues
    return [(issue.place.line, issue.place.column, issue.code) for issue in issues]


def test_the_small_file_has_no_mistake():
    assert read_protocol_text(SMALL).issues == ()


TITLE, DLT, ROWS = "  title: A trial\n", "  dlt: grade >= 3 and related\n", "  M1     30   27 .. 33\n"

TRAPS = [
    # id, old, new, [(line, column, code)]
    ("one blank and #", TITLE, "  title: Plaque #2\n", [(5, 17, "FD-P006")]),
    ("only a comment after one blank", TITLE, "  title: #2\n", [(5, 10, "FD-P006")]),
    ("colon and blank", TITLE, "  title: ADSC: a trial\n", [(5, 14, "FD-P003")]),
    ("colon at the end", TITLE, "  title: ADSC:\n", [(5, 14, "FD-P003")]),
    ("starts with >=", DLT, "  dlt: >= 3\n", [(25, 8, "FD-P003")]),
    ("starts with |x", TITLE, "  title: |x\n", [(5, 10, "FD-P003")]),
    ("starts with %", TITLE, "  title: %x\n", [(5, 10, "FD-P003")]),
    ("starts with @", TITLE, "  title: @x\n", [(5, 10, "FD-P003")]),
    ("starts with `", TITLE, "  title: `x`\n", [(5, 10, "FD-P003")]),
    ("starts with *", TITLE, "  title: *x\n", [(5, 10, "FD-P003")]),
    ("starts with a comma", TITLE, "  title: ,x\n", [(5, 10, "FD-P003")]),
    ("starts with ?", TITLE, "  title: ? x\n", [(5, 10, "FD-P003")]),
    ("anchor", TITLE, "  title: &x A trial\n", [(5, 10, "FD-P004")]),
    ("tag", TITLE, "  title: !x A trial\n", [(5, 10, "FD-P004")]),
    ("merge key", TITLE, TITLE + "  <<: x\n", [(6, 3, "FD-P004")]),
    ("key that starts with ?", TITLE, TITLE + "  ? x\n", [(6, 3, "FD-P004")]),
    ("anchor before a key", TITLE, TITLE + "  &a sponsor: x\n", [(6, 3, "FD-P004")]),
    ("alias before a key", TITLE, TITLE + "  *a : x\n", [(6, 3, "FD-P004")]),
    ("tag before a key", TITLE, TITLE + "  !t sponsor: x\n", [(6, 3, "FD-P004")]),
    ("directive", "\ntrial:", "\n%YAML 1.1\ntrial:", [(2, 1, "FD-P004")]),
    ("document", "\nsafety:", "\n---\nsafety:", [(24, 1, "FD-P004")]),
    ("document end", "\nsafety:", "\n...\nsafety:", [(24, 1, "FD-P004")]),
    ("brackets", TITLE, "  title: [A, B]\n", [(5, 10, "FD-P005")]),
    ("open bracket", TITLE, "  title: [A, B\n", [(5, 10, "FD-P005")]),
    ("braces", TITLE, "  title: {A: B}\n", [(5, 10, "FD-P005")]),
    ("open brace", TITLE, "  title: {A\n", [(5, 10, "FD-P005")]),
    ("brace at the start of a line", TITLE, TITLE + "  {a: b}\n", [(6, 3, "FD-P005")]),
    ("dash after a key", TITLE, "  title: - a\n", [(5, 10, "FD-P005")]),
    ("dashes below a key", DLT, DLT + "  - a\n  - b\n", [(26, 3, "FD-P005"), (27, 3, "FD-P005")]),
    ("open double quote", TITLE, '  title: "A trial\n', [(5, 10, "FD-P003")]),
    ("open single quote", TITLE, "  title: 'A trial\n", [(5, 10, "FD-P003")]),
    ("quote over two lines", TITLE, '  title: "A\n    trial"\n', [(5, 10, "FD-P003")]),
    ("text after a quote", TITLE, '  title: "A" trial\n', [(5, 13, "FD-P003")]),
    ("backslash in double quotes", TITLE, '  title: "A\\tB"\n', [(5, 12, "FD-P003")]),
    ("value over two lines", TITLE, "  title: A\n    trial\n", [(6, 5, "FD-P007")]),
    ("value over three lines", TITLE, "  title: A\n    long\n    trial\n", [(6, 5, "FD-P007"), (7, 5, "FD-P007")]),
    ("folded text", TITLE, "  title: >\n    A trial\n", [(5, 10, "FD-P007")]),
    ("bar with a sign", TITLE, TITLE + "  rationale: |-\n    Why.\n", [(6, 14, "FD-P003")]),
    ("no blank after the colon", TITLE, "  title:A\n", [(5, 9, "FD-P008")]),
    ("tab after the colon", TITLE, "  title:\tA\n", [(5, 9, "FD-P008")]),
    ("tab before a key", TITLE, "\ttitle: A trial\n", [(5, 1, "FD-P002")]),
    ("tab after blanks before a key", TITLE, "  \ttitle: A trial\n", [(5, 3, "FD-P002")]),
    ("tab at the start of a row", ROWS, "\tM1     30   27 .. 33\n", [(13, 1, "FD-P002")]),
    ("tab inside a value", TITLE, "  title: A\ttrial\n", [(5, 11, "FD-P002")]),
    ("tab before #", TITLE, "  title: A\t# trial\n", [(5, 11, "FD-P002")]),
    ("tab before a value", TITLE, "  title: \tA\n", [(5, 10, "FD-P002")]),
    ("tab in quotes", TITLE, "  title: 'A\ttrial'\n", [(5, 12, "FD-P002")]),
    ("first row further in", "  visit  day", "     visit  day", [(10, 6, "FD-P024")]),
    ("a later row further in", ROWS, "    M1   30   27 .. 33\n", [(13, 5, "FD-P024")]),
    ("row pasted with blanks", ROWS, "M1     30   27 .. 33\n", [(13, 1, "FD-P024")]),
    ("row pasted with tabs", ROWS, "M1\t30\t27 .. 33\n", [(13, 1, "FD-P024")]),
    ("comment between rows, not indented", ROWS, "# the last\n" + ROWS, [(13, 1, "FD-P024")]),
    ("key without a value", TITLE, "  title:\n", [(5, 3, "FD-P013")]),
    ("empty quotes", TITLE, "  title: ''\n", [(5, 3, "FD-P013")]),
    ("table without rows", "\nsafety:", "\nitems: |\n\nsafety:", [(24, 1, "FD-P013")]),
    ("second section", "\nsafety:", "\nvisits: |\n  visit  day  window\nsafety:", [(24, 1, "FD-P011")]),
    ("line separator", TITLE, "  title: A\u2028trial\n", [(5, 11, "FD-P001")]),
    ("paragraph separator", TITLE, "  title: A\u2029trial\n", [(5, 11, "FD-P001")]),
    ("next line", TITLE, "  title: A\u0085trial\n", [(5, 11, "FD-P001")]),
    ("control character", TITLE, "  title: A\x07trial\n", [(5, 11, "FD-P001")]),
    ("no-break space", TITLE, "  title: A\u00a0trial\n", [(5, 11, "FD-P001")]),
    ("turned direction", TITLE, "  title: A\u202etrial\n", [(5, 11, "FD-P001")]),
    ("surrogate", TITLE, "  title: A\ud800trial\n", [(5, 11, "FD-P001")]),
    ("first line missing", "# firstdose protocol, format 1\n", "# a protocol\n", [(1, 1, "FD-P009")]),
    ("unknown format", "format 1", "format 2", [(1, 30, "FD-P009")]),
    ("key under a value", TITLE, TITLE + "    sponsor: x\n", [(6, 5, "FD-P015")]),
    ("key between two columns", "  design: three", " design: three", [(26, 2, "FD-P015")]),
    ("no colon", TITLE, "  title A trial\n", [(5, 3, "FD-P016")]),
    ("section without its colon", "\nsafety:\n", "\nsafety\n", [(24, 1, "FD-P016")]),
    ("table without its bar", "\nvisits: |", "\nvisits:", [(9, 1, "FD-P014")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"), [row[1:] for row in TRAPS], ids=[row[0] for row in TRAPS]
)
def test_a_trap_is_told_once_and_where_it_lies(old, new, expected):
    assert told(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TITLE, "  title: A trial  # its title\n"),
        (TITLE, "  title: 'A trial'\n"),
        (TITLE, '  title: "A trial" # its title\n'),
        (TITLE, "  title:   A trial   \n"),
        (TITLE, "  title : A trial\n"),
        (TITLE, "  # its title\n" + TITLE),
        ("\nsafety:", "\nsafety:  # dose-limiting toxicity\n\n# and design"),
        (ROWS, ROWS.replace("  ", "\t").replace("\t", "  ", 1)),
        (ROWS, "\n  # the last\n" + ROWS),
        ("\nvisits: |", "\nvisits: |  # planned"),
    ],
)
def test_another_layout_is_the_same_protocol(old, new):
    reading = read_protocol_text(SMALL.replace(old, new))
    assert reading.issues == ()
    assert reading.protocol == read_protocol_text(SMALL).protocol


@pytest.mark.parametrize(
    "text", ["ADSC: a trial", "Plaque #2", ">= 3", "it's", 'the "first"', "- a", "[x]", "C:\\x"]
)
def test_any_text_can_be_a_value_in_single_quotes(text):
    quoted = text.replace("'", "''")
    reading = read_protocol_text(SMALL.replace(TITLE, f"  title: '{quoted}'\n"))
    assert reading.issues == ()
    assert reading.protocol.trial.title == text


@pytest.mark.parametrize(
    "text", ["1.10", "NO", "on", "12:30", "007", "~", "null", "1e6", "0x10", "2023-01-01"]
)
def test_no_text_is_taken_for_something_else(text):
    assert read_protocol_text(SMALL.replace("1.0\n", text + "\n")).protocol.trial.version == text


def test_line_ends_and_the_byte_order_mark_do_not_matter(tmp_path):
    texts = [
        SMALL,
        SMALL.replace("\n", "\r\n"),
        SMALL.replace("\n", "\r"),
        "\ufeff" + SMALL.replace("\n", "\r\n"),
    ]
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.yaml"
        path.write_bytes(text.encode("utf-8"))
        reading = read_protocol(path)
        assert reading.issues == ()
        assert reading.protocol == read_protocol_text(SMALL).protocol


def test_a_byte_that_is_not_utf8_is_told_at_its_column(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes(SMALL.replace("A trial", "Ein Märchen").encode("latin-1"))
    (issue,) = read_protocol(path).issues
    assert (issue.place.file, issue.place.line, issue.place.column, issue.code) == (
        str(path),
        5,
        15,
        "FD-P001",
    )


def test_a_file_of_another_kind_gives_issues(tmp_path):
    path = tmp_path / "x.yaml"
    for raw in (b"", b"\x00\xff" * 50, "# firstdose protocol, format 1".encode("utf-16"), b"x" * 1_000_001):
        path.write_bytes(raw)
        reading = read_protocol(path)
        assert reading.protocol is None
        assert reading.issues


def test_a_file_that_is_not_there_is_an_issue(tmp_path):
    (issue,) = read_protocol(tmp_path / "none.yaml").issues
    assert issue.code == "FD-P001"
    assert "No such file" in issue.message


def test_nesting_is_limited():
    deep = "".join(f"{'  ' * depth}a{depth}:\n" for depth in range(400))
    codes = {issue.code for issue in read_protocol_text(SMALL + deep).issues}
    assert "FD-P015" in codes
