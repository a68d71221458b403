"""Rules by three ways: plainly, for a table, and by the naive evaluator below, which shares no code with the others.

Drawn rules are nested tuples. `written` turns one into text for the package; `naive` computes it with Fractions and
a truth table, as one would on paper.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from itertools import product

import polars as pl
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from firstdose.protocol.rule import Name, Rule, evaluate, expression, read_rule, tell_rule
from firstdose.values.issue import Place

NAMES = {
    "p": Name("truth"),
    "q": Name("truth"),
    "r": Name("truth"),
    "x": Name("number"),
    "y": Name("ordinal"),
    "wide": Name("number", "cm"),
    "deep": Name("number", "mm"),
    "side": Name("code", codes=("left", "right", "both")),
    "seen": Name("date"),
    "last": Name("date"),
}
VISITS = ("BL", "M1")
KINDS = {"truth": pl.Boolean, "date": pl.Date, "code": pl.String}
COLUMNS = {
    f"{name}{visit}": KINDS.get(described.kind, pl.Float64)
    for name, described in NAMES.items()
    for visit in ("", "@BL", "@M1")
}
OPERATORS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
VALUES = ["0", "0.1", "0.2", "0.3", "1", "2", "7.5", "10"]


# Drawing rules


def numbers(depth: int) -> st.SearchStrategy:
    leaf = st.one_of(
        st.tuples(st.just("number"), st.sampled_from(VALUES)),
        st.tuples(st.just("name"), st.sampled_from(["x", "y"])),
        st.tuples(st.sampled_from(["at", "change"]), st.sampled_from(["x", "y"]), st.sampled_from(VISITS)),
        st.tuples(st.just("days"), dates(), dates()),
    )
    if depth == 0:
        return leaf
    inner = numbers(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(st.just("negative"), inner),
        st.tuples(st.just("arithmetic"), st.sampled_from("+-*/"), inner, inner),
        st.tuples(st.just("fold"), st.sampled_from(["sum", "min", "max", "mean"]), st.tuples(leaf, leaf)),
        st.tuples(st.just("count"), st.tuples(atoms(), atoms())),
    )


def dates() -> st.SearchStrategy:
    name = st.tuples(st.just("name"), st.sampled_from(["seen", "last"]))
    lag = st.tuples(st.just("at"), st.sampled_from(["seen", "last"]), st.sampled_from(VISITS))
    return st.one_of(
        name, lag, st.tuples(st.just("fold"), st.sampled_from(["min", "max"]), st.tuples(name, lag))
    )


def atoms() -> st.SearchStrategy:
    """Truths that hold no other truth."""
    operator, codes = st.sampled_from(sorted(OPERATORS)), st.sampled_from(["left", "right", "both"])
    return st.one_of(
        st.tuples(st.just("name"), st.sampled_from("pqr")),
        st.tuples(st.just("at"), st.sampled_from("pqr"), st.sampled_from(VISITS)),
        st.tuples(st.just("length"), operator, st.sampled_from(["wide", "deep"]), st.sampled_from(VALUES)),
        st.tuples(st.just("code"), st.sampled_from(["==", "!="]), codes),
        st.tuples(
            st.just("in"), st.booleans(), st.lists(codes, min_size=1, max_size=3, unique=True).map(tuple)
        ),
        st.tuples(st.just("compare"), operator, dates(), dates()),
        st.tuples(st.just("missing"), st.sampled_from(sorted(NAMES)).map(lambda name: ("name", name))),
    )


def truths(depth: int) -> st.SearchStrategy:
    operator = st.sampled_from(sorted(OPERATORS))
    compared = st.tuples(st.just("compare"), operator, numbers(2), numbers(1))
    chained = st.tuples(st.just("chain"), operator, operator, numbers(0), numbers(1), numbers(0))
    leaf = st.one_of(atoms(), compared, chained)
    if depth == 0:
        return leaf
    inner = truths(depth - 1)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        leaf,
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), several),
        st.tuples(st.sampled_from(["any", "all"]), st.tuples(leaf, leaf)),
        st.tuples(st.just("missing"), leaf),
    )


@st.composite
def records_rules(draw):
    """An aggregate of one part, which names something."""
    of_truths = draw(st.booleans())
    part = draw(truths(1) if of_truths else numbers(1))
    assume(holds_a_name(part))
    if of_truths:
        return (draw(st.sampled_from(["any", "all", "count"])), (part,))
    return ("fold", draw(st.sampled_from(["sum", "min", "max", "mean"])), (part,))


def holds_a_name(rule) -> bool:
    return isinstance(rule, tuple) and (
        rule[0] in ("name", "at", "change", "length", "code", "in") or any(map(holds_a_name, rule))
    )


def aggregates_above(rule) -> int:
    if not isinstance(rule, tuple):
        return 0
    own = bool(rule) and rule[0] in ("any", "all", "count", "fold")
    return own + max(map(aggregates_above, rule), default=0)


def values() -> st.SearchStrategy:
    of_kind = {
        pl.Boolean: st.booleans(),
        pl.String: st.sampled_from(["left", "right", "both"]),
        pl.Date: st.sampled_from(
            [datetime.date(2024, 2, 28) + datetime.timedelta(days=day) for day in range(4)]
        ),
        pl.Float64: st.sampled_from([float(value) for value in VALUES]),
    }
    return st.fixed_dictionaries({name: st.none() | of_kind[kind] for name, kind in COLUMNS.items()})


# Writing them


def written(rule) -> str:
    match rule:
        case ("number", text) | ("name", text):
            return text
        case ("at" | "change" as function, name, visit):
            return f"{function}({name}, {visit})"
        case ("days", start, end):
            return f"days({written(start)}, {written(end)})"
        case ("negative" | "not" as word, inner):
            return f"{'-' if word == 'negative' else 'not '}({written(inner)})"
        case ("arithmetic" | "compare", sign, left, right):
            return f"({written(left)}) {sign} ({written(right)})"
        case ("fold", function, parts) | ("any" | "all" | "count" as function, parts):
            return f"{function}({', '.join(map(written, parts))})"
        case ("and" | "or" as word, parts):
            return f" {word} ".join(f"({written(part)})" for part in parts)
        case ("missing", inner):
            return f"missing({written(inner)})"
        case ("length", operator, name, number):
            return f"{name} {operator} {number} cm"
        case ("code", operator, code):
            return f'side {operator} "{code}"'
        case ("in", negated, codes):
            listed = ", ".join(f'"{code}"' for code in codes)
            return f"side {'not ' * negated}in ({listed})"
        case ("chain", first, second, low, middle, high):
            return f"({written(low)}) {first} ({written(middle)}) {second} ({written(high)})"
    raise AssertionError(rule)


# On paper

U = "unknown"


def naive(rule, row, records=()):
    """The value of a drawn rule, U where it is unknown; `records` replace the row inside an aggregate of one part."""
    match rule:
        case ("number", text):
            return Fraction(text)
        case ("name", name):
            return paper(row[name])
        case ("at", name, visit):
            return paper(row[f"{name}@{visit}"])
        case ("change", name, visit):
            return strict(lambda a, b: a - b, paper(row[name]), paper(row[f"{name}@{visit}"]))
        case ("days", start, end):
            return strict(lambda a, b: Fraction((b - a).days), naive(start, row), naive(end, row))
        case ("negative", inner):
            return strict(lambda a: -a, naive(inner, row))
        case ("arithmetic", sign, left, right):
            return calculated(sign, naive(left, row), naive(right, row))
        case ("compare", operator, left, right):
            return strict(OPERATORS[operator], naive(left, row), naive(right, row))
        case ("length", operator, name, number):
            per_cm = 1 if name == "wide" else 10
            return strict(lambda a: OPERATORS[operator](a, Fraction(number) * per_cm), paper(row[name]))
        case ("code", operator, code):
            return strict(OPERATORS[operator], paper(row["side"]), code)
        case ("in", negated, codes):
            return strict(lambda code: (code in codes) != negated, paper(row["side"]))
        case ("missing", inner):
            return naive(inner, row) == U
    return naive_over(rule, row, records)


def naive_over(rule, row, records):
    match rule:
        case ("not", inner):
            return {True: False, False: True, U: U}[naive(inner, row)]
        case ("and", parts):
            return lowest(naive(part, row) for part in parts)
        case ("or", parts):
            return highest(naive(part, row) for part in parts)
        case ("chain", first, second, low, middle, high):
            pairs = (("compare", first, low, middle), ("compare", second, middle, high))
            return lowest(naive(pair, row) for pair in pairs)
        case ("any" | "all" | "count" as function, parts):
            each = spread(parts, row, records)
            return {"any": highest, "all": lowest, "count": counted}[function](each)
        case ("fold", function, parts):
            return folded(function, spread(parts, row, records))
    raise AssertionError(rule)


def spread(parts, row, records):
    return (
        [naive(parts[0], record) for record in records]
        if len(parts) == 1
        else [naive(part, row) for part in parts]
    )


def paper(value):
    if value is None:
        return U
    return Fraction(str(value)) if isinstance(value, float) else value


def strict(function, *known):
    return U if any(isinstance(value, str) and value == U for value in known) else function(*known)


def lowest(known):
    """`and` is the lower of two truths, with unknown between no and yes."""
    ranks = [{False: 0, U: 1, True: 2}[truth] for truth in known]
    return (False, U, True)[min(ranks, default=2)]


def highest(known):
    ranks = [{False: 0, U: 1, True: 2}[truth] for truth in known]
    return (False, U, True)[max(ranks, default=0)]


def counted(known):
    return U if U in known else Fraction(known.count(True))


def calculated(sign, left, right):
    if U in (left, right) or (sign == "/" and right == 0):
        return U
    return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[sign](right)


def folded(function, known):
    if any(value == U for value in known) or (not known and function != "sum"):
        return U
    if function in ("min", "max"):
        return {"min": min, "max": max}[function](known)
    return sum(known, Fraction(0)) / (len(known) if function == "mean" else 1)


# The three ways agree


def read(drawn) -> Rule:
    """The rule; what the language has no room for (500 characters, aggregates two deep) is drawn again.

    So are days times days: they are given in the base unit of time, which `naive` does not know.
    """
    text = written(drawn)
    assume(len(text) <= 500 and aggregates_above(drawn) <= 2)
    rule, issues = read_rule(text, NAMES, Place("p.yaml", 1, 1), VISITS)
    # A number divided by a time is a frequency: the language rightly refuses to compare it with a time.
    assume("FD-P052" not in {issue.code for issue in issues})
    assert issues == [], text
    assert rule is not None
    assume(rule.unit in ("", "days"))
    return rule


def by_row(rule: Rule, row, records=()):
    at = {(name, visit): row[f"{name}@{visit}"] for name in NAMES for visit in VISITS}
    return evaluate(rule, {name: row[name] for name in NAMES}, at=at, records=records)


def same(found, expected) -> bool:
    if expected == U or found is None:
        return found is None and expected == U
    if isinstance(expected, Fraction):
        return found == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
    return found == expected


@given(truths(2), st.lists(values(), min_size=1, max_size=4))
@example(("compare", "==", ("arithmetic", "+", ("name", "x"), ("number", "0.2")), ("number", "0.3")), [])
def test_a_truth_is_the_same_by_all_three_ways(drawn, rows) -> None:
    rule = read(drawn)
    table = pl.DataFrame(rows, schema=COLUMNS).with_columns(expression(rule).alias("found"))
    for row, of_table in zip(rows, table["found"].to_list(), strict=True):
        found = by_row(rule, row)
        assert same(found, naive(drawn, row)), tell_rule(rule)
        assert found is of_table


@given(numbers(3), st.lists(values(), min_size=1, max_size=4))
def test_a_number_is_the_same_by_all_three_ways(drawn, rows) -> None:
    rule = read(drawn)
    table = pl.DataFrame(rows, schema=COLUMNS).with_columns(expression(rule).alias("found"))
    for row, of_table in zip(rows, table["found"].to_list(), strict=True):
        found = by_row(rule, row)
        assert same(found, naive(drawn, row)), tell_rule(rule)
        assert found == (None if of_table is None else pytest.approx(of_table, rel=1e-12, abs=1e-12))


@given(records_rules(), st.lists(values(), max_size=4))
def test_records_are_looked_at_the_same_way_by_all_three(drawn, records) -> None:
    rule = read(drawn)
    assert rule.aggregates
    found = evaluate(rule, {}, records=records)
    assert same(found, naive(drawn, {}, records)), tell_rule(rule)
    of_table = pl.DataFrame(records, schema=COLUMNS).select(expression(rule)).item()
    assert found == (
        of_table if found is None or isinstance(found, bool) else pytest.approx(of_table, rel=1e-12)
    )


def connectives(depth: int) -> st.SearchStrategy:
    leaf = st.tuples(st.just("name"), st.sampled_from("pqr"))
    if depth == 0:
        return leaf
    inner = connectives(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(st.just("not"), inner),
        st.tuples(st.just("missing"), inner),
        st.tuples(st.sampled_from(["and", "or"]), st.tuples(inner, inner)),
    )


@given(connectives(4))
def test_connectives_agree_over_all_three_valued_inputs(drawn) -> None:
    rule = read(drawn)
    rows = [dict(zip("pqr", truths, strict=True)) for truths in product([True, False, None], repeat=3)]
    schema = dict.fromkeys("pqr", pl.Boolean)
    of_table = (
        pl.DataFrame(rows, schema=schema).with_columns(expression(rule).alias("found"))["found"].to_list()
    )
    assert [evaluate(rule, row) for row in rows] == of_table
    assert of_table == [None if (truth := naive(drawn, row)) == U else truth for row in rows]


# Any text

WORDS = [
    *NAMES,
    *VISITS,
    "and",
    "or",
    "not",
    "in",
    "count",
    "any",
    "max",
    "at",
    "change",
    "days",
    "missing",
    "AND",
]
PIECES = st.sampled_from(
    [
        *WORDS,
        *OPERATORS,
        *"+-*/(),()",
        "3",
        "0.5 cm",
        "6 months",
        "2 foo",
        '"left"',
        '"',
        "#",
        "=",
        "&",
        "≥",
        "\n",
        "1_0",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=500),
    st.text(alphabet='pqxy()<>=!+-*/.,"0123456789 _andorti', max_size=500),
    st.lists(PIECES, max_size=60).map(" ".join),
    st.lists(PIECES, max_size=120).map("".join),
)


def assert_holds(text: str) -> None:
    """Either a rule that can be evaluated and told, or Issues inside the text; never an exception."""
    rule, issues = read_rule(text, NAMES, Place("p.yaml", 5, 7), VISITS)
    if rule is None:
        assert issues
        for issue in issues:
            assert issue.code in {"FD-P031", *(f"FD-P05{digit}" for digit in range(6))}
            assert issue.place.line == 5
            assert 7 <= issue.place.column <= 7 + len(text)
            assert issue.message
            assert issue.remedy
        return
    assert issues == []
    assert tell_rule(rule)
    assert evaluate(rule, {}) in (None, True, False) or rule.kind == "number"
    pl.DataFrame(schema=COLUMNS).select(expression(rule))


@given(TEXTS)
@example("not " * 125)
@example("(" * 500)
@example("-" * 499 + "x")
@example("x" + "+x" * 249)
@example("p and " * 82 + "p")
@example("x < " * 124 + "x")
@example('"\\N{x}"')
@example("1if p else 2")
@example("(((x)))(p)")
@example("𝐩")
def test_any_text_gives_a_rule_or_issues(text) -> None:
    assert_holds(text)


@given(truths(2), st.integers(0, 400), st.characters() | st.sampled_from('()"=<>.,_ 0'), st.booleans())
def test_one_wrong_character_gives_a_rule_or_issues(drawn, where, character, inserted) -> None:
    text = written(drawn)
    where = min(where, len(text))
    assert_holds(text[:where] + character + text[where + (not inserted) :])


@given(truths(2), st.integers(0, 60))
def test_an_issue_moves_with_the_rule(drawn, blanks) -> None:
    """The same mistake further right is reported further right by as much."""
    text = f"({written(drawn)}) and unknwon"
    _, here = read_rule(text, NAMES, Place("p.yaml", 1, 1), VISITS)
    _, there = read_rule(" " * blanks + text, NAMES, Place("p.yaml", 1, 1), VISITS)
    if {issue.code for issue in (*here, *there)} == {"FD-P051"}:
        assert [issue.place.column + blanks for issue in here] == [issue.place.column for issue in there]
        assert here[0].place.column == len(text) - len("unknwon") + 1
