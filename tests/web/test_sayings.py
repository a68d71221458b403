"""Sentences of the core are found again by their templates, so that a page can say them in its own language."""

from __future__ import annotations

import inspect
import re
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from firstdose.catalogue import Item
from firstdose.catalogue.loading import load
from firstdose.derived import dose_issues
from firstdose.escalation import issues as of_escalation
from firstdose.laboratory import issues_of_product
from firstdose.readers import issues as of_tables
from firstdose.records import issues as of_records
from firstdose.records import issues_of_entry
from firstdose.records.cells import Style, read_cell
from firstdose.records.log import issues as of_log
from firstdose.values.issue import Issue, Place
from firstdose.web.audit import sayings
from firstdose.web.audit.sayings import ANY, SAYINGS
from firstdose.web.audit.sayings.of_cells import CELLS, EMPTY_REMEDY
from firstdose.web.audit.sayings.of_parts import PARTS
from firstdose.web.audit.sayings.saying import found_in, places_of
from firstdose.web.capture import issues as of_pages
from firstdose.web.capture.strict import Objection, read_missing, read_typed
from tests.web import translations

MODULES = (of_records, issues_of_entry, of_tables, dose_issues, issues_of_product, of_escalation, of_log)
# Said by the command line alone.
NOT_SAID = {"FD-R029", "FD-E006", "FD-E030"}
VALUES = {
    "Place": [Place("records/visits.csv", 3)],
    "str": ["‹text›"],
    "object": ["", "‹text›"],
    "int": [1, 5, -1, -5],
    "bool": [False, True],
    "date": [date(2024, 2, 5)],
    "Sequence[str]": [["‹one›", "‹two›"], []],
    "Iterable[str]": [["‹one›", "‹two›"], []],
    "tuple[str, ...]": [("‹one›", "‹two›")],
    "list[str]": [["‹one›", "‹two›"], []],
    "Iterable[tuple[str, int, int]]": [[("deaths", 1, 2), ("dlt", 0, 3)]],
    "Weight": ["error"],
}
OWN = {
    "delimiter": [",", ";", "\t"],
    "character": ["\x00"],
    "key": ["participant"],
    "item": ["", "‹text›"],
    "beyond": ["", "‹text›"],
}


def is_constructor(made: object, module: object) -> bool:
    own = inspect.isfunction(made) and made.__module__ == module.__name__
    return own and inspect.signature(made).return_annotation == "Issue"


def constructors() -> list:
    return [
        pytest.param(made, id=f"{module.__name__.rpartition('firstdose.')[2]}.{name}")
        for module in MODULES
        for name, made in sorted(vars(module).items())
        if name[0] != "_" and is_constructor(made, module)
    ]


def made_by(constructor) -> list[Issue]:
    """Its Issue with every kind of argument that its words depend on."""
    names = inspect.signature(constructor).parameters
    choices = [OWN.get(name) or VALUES[each.annotation] for name, each in names.items()]
    keywords = [name for name, each in names.items() if each.kind is each.KEYWORD_ONLY]
    found = []
    for chosen in product(*choices):
        told = dict(zip(names, chosen, strict=True))
        named = {name: told.pop(name) for name in keywords}
        found.append(constructor(*told.values(), **named))
    return found


def without_whose(text: str) -> str:
    """A sentence without the words before its colon that say whose record it is, which `say` takes off first."""
    return re.sub("^(?:Participant )?‹text›: ", "", text)


def whole(text: str) -> bool:
    """Whether no argument was torn apart."""
    return text.count("‹") == text.count("›")


def is_said(templates, text: str) -> bool:
    found = found_in(templates, text)
    return (
        found is not None
        and found.english() == text
        and all(whole(each) for each in found.values.values())
        and (found.template == text or not re.search("[‹›]", found.template))
    )


@pytest.mark.parametrize("constructor", constructors())
def test_what_the_core_says_is_found_again_word_for_word(constructor):
    """A change of its wording breaks this test: mend the templates, and translate them anew."""
    for issue in made_by(constructor):
        if issue.code in NOT_SAID:
            continue
        saying = SAYINGS[issue.code]
        assert is_said(saying.messages, without_whose(issue.message)), issue.message
        if issue.remedy != "‹text›":  # where the caller brings it
            assert is_said((*saying.remedies, *ANY.remedies), issue.remedy), issue.remedy


def test_no_template_is_left_over():
    """Each is used by a sentence of the core."""
    used = set()
    for param in constructors():
        for issue in made_by(param.values[0]):
            saying = SAYINGS.get(issue.code)
            for templates, text in (
                []
                if saying is None
                else [(saying.messages, without_whose(issue.message)), (saying.remedies, issue.remedy)]
            ):
                if found := found_in(templates, text):
                    used.add((issue.code, found.template))
    codes = {code for code, _ in used}
    known = {(code, each) for code in codes for each in (*SAYINGS[code].messages, *SAYINGS[code].remedies)}
    of_pages = {("FD-R074", each) for each in SAYINGS["FD-W044"].messages + SAYINGS["FD-W044"].remedies}
    by_callers = {
        ("FD-R070", "Check %(name)s: %(sentence)s."),
        ("FD-R070", "Check %(name)s: %(rule)s does not hold."),
        ("FD-R072", SAYINGS["FD-R072"].messages[1]),
        ("FD-R006", SAYINGS["FD-R006"].remedies[0]),
        ("FD-R236", SAYINGS["FD-R236"].remedies[0]),
    }
    assert known - used - of_pages - by_callers == set()


def test_a_check_without_words_of_its_own_is_told_by_its_rule():
    told = of_records.check_fails(Place("x"), "C1", "", "erythema <= 3")
    assert is_said(SAYINGS["FD-R070"].messages[:1], told.message)
    told = of_records.elsewhere_than_mapped(Place("x"), "participant P-1", "back", "arm", "")
    assert is_said(SAYINGS["FD-R072"].messages[1:], told.message)


def test_what_is_said_where_a_caller_brings_nothing_or_a_name_is_near():
    told = of_tables.not_a_table(Place("x"), "it is a picture")
    assert is_said(SAYINGS["FD-R006"].remedies, told.remedy)
    told = issues_of_product.no_such_parent(Place("x"), "PLAQUE-1", "LOT-1", ["LOT-2"])
    assert is_said(SAYINGS["FD-R236"].remedies[:1], told.remedy)


@pytest.mark.parametrize(
    "told",
    [
        of_pages.no_longer_asked(),
        of_pages.still_to_come("2024-02-06", "2024-02-05"),
        of_pages.long_ago("2024-02-06", 12, 7),
    ],
    ids=lambda told: told.code,
)
def test_what_a_page_asks_and_keeps_is_found_again(told):
    assert is_said(SAYINGS[told.code].messages, told.message)
    assert is_said(SAYINGS[told.code].remedies, told.remedy)


def test_the_rest_of_many_is_counted_in_words_that_are_known():
    many = [of_records.not_recorded(Place("x", n), "labs", "participant P-1") for n in range(30)]
    for last in (of_records.told(many, 20)[-1], of_tables.told(many)[-1]):
        assert is_said(ANY.messages, last.message)
        assert is_said(ANY.remedies, last.remedy)


def item_of(kind: str, **how) -> Item:
    return Item(name="amount", label="amount", kind=kind, **how)


NUMBER = item_of("number", low=Decimal(0), high=Decimal(10), decimals=1, unit="mm")
LAB = item_of("quantity", unit="mg/L", lloq=Decimal("0.5"), uloq=Decimal(80), low=Decimal(0))
BARE = item_of("number")
DAY = item_of("date")
EXAMPLES = [
    (LAB, ["<-1", "5 g/L", "0.1", "90", "1e3", "-3"]),
    (item_of("quantity", unit="", low=Decimal(1)), ["5 kg", "0"]),
    (item_of("quantity", unit="", high=Decimal(1)), ["7"]),
    (NUMBER, ["11", "2.55", "1234567890123456", "1e40", "1e400", "1,5", "1.000,5", "1 000", "1 2", "", "abc", "\u22125"]),
    (BARE, ["\u0661\u0662", "\u0661.\u0662.3", "5\t", "1_0", "nan", "0x1F", "< 5", "--3", ".5", "5.", "12 mm", "1'000"]),
    (item_of("integer"), ["1.5"]),
    (item_of("ordinal", low=Decimal(0), high=Decimal(4)), ["7"]),
    (item_of("code", codes=(("mild", ""), ("severe", ""))), ["mil", "xyz"]),
    (item_of("truth"), ["perhaps"]),
    (DAY, ["1850-01-01", "2024-13-01", "2024-02-31", "2024-UNK-05", "12.05.24", "2024-05-12T09:30", "5/12/2024", "2024-\u0661-1"]),
]  # fmt: skip
STYLED = [
    (BARE, "1.5", Style(decimal_mark=",")),
    (BARE, ".5", Style(decimal_mark=",")),
    (DAY, "2024/05/12", Style(dates="dmy")),
    (DAY, "12.12.2024", Style(dates="mdy")),
]


def faults_of_examples():
    for item, texts in EXAMPLES:
        for text in texts:
            yield from read_cell(item, text).faults
    for item, text, style in STYLED:
        yield from read_cell(item, text, style).faults


def bare(fault) -> Objection:
    return Objection.of(fault, "amount")


def test_every_sentence_about_a_cell_is_found_again():
    for fault in faults_of_examples():
        told, saying = bare(fault), SAYINGS[fault.code]
        assert is_said(saying.messages, told.message), told
        assert is_said((*saying.remedies, *ANY.remedies), told.remedy), told


def test_no_template_of_a_cell_is_left_over_but_those_of_empty_boxes():
    used = set()
    for fault in faults_of_examples():
        told, saying = bare(fault), SAYINGS[fault.code]
        for templates, text in ((saying.messages, told.message), (saying.remedies, told.remedy)):
            if found := found_in(templates, text):
                used.add(found.template)
    known = {each for saying in CELLS.values() for each in (*saying.messages, *saying.remedies)}
    # A blank cell is missing before it is read as a number or a date.
    empty = {
        "There is no number here.",
        "There is no date here.",
        "Write it, or say why it is missing (ND, UNK, REF, NA).",
        EMPTY_REMEDY,
    }
    assert known - used - empty == set()


@given(
    st.sampled_from([LAB, NUMBER, BARE, DAY]),
    st.text(alphabet="0123456789.,-+eE<> \t/:T_xnaif'٣−mg", max_size=18),
)
def test_whatever_is_typed_the_core_speaks_in_templates(item, text):
    for fault in read_cell(item, text).faults:
        told, saying = bare(fault), SAYINGS[fault.code]
        assert found_in(saying.messages, told.message), told
        assert found_in((*saying.remedies, *ANY.remedies), told.remedy), told


@pytest.mark.parametrize("name", sorted(load("instruments")))
def test_the_rules_of_every_instrument_are_found_again(name):
    for rule in load("instruments")[name].integrity:
        assert is_said(SAYINGS[rule.code].messages, rule.message), rule.message
        assert is_said(SAYINGS[rule.code].remedies, rule.remedy), rule.remedy


def test_a_sentence_is_said_with_and_without_the_words_before_its_colon():
    whose = "Participant P-001, plaque L1, visit BL: the diameter across is longer than the longest diameter."
    page = "The diameter across is longer than the longest diameter."
    with translation.override("fa"):
        rest = translation.gettext("the diameter across is longer than the longest diameter.")
        assert sayings.say_message("FD-R109", page) == rest
        said = sayings.say_message("FD-R109", whose)
    assert said.endswith(rest)
    assert "شرکت‌کنندهٔ" in said
    assert "Participant" not in said
    found = found_in(SAYINGS["FD-R109"].messages, page)
    assert found is not None
    assert found.english() == page


def test_whose_record_it_is_is_taken_off_before_what_stands_in_a_place():
    whose = "participant P-001, visit W4"
    told = issues_of_entry.departs(
        Place("x"), whose, "Weight", "71 kg", "17 kg", "W3", "over 2.5 times as much"
    )
    with translation.override("fa"):
        said = sayings.say_message(told.code, told.message)
    assert "Participant" not in said
    assert "visit" not in said
    assert "over" not in said
    assert "Weight" in said


def test_in_persian_only_the_values_stay_latin():
    issue = of_records.outside_window(Place("visits"), "participant P-001", "W4", 31, "25 to 30", 1)
    with translation.override("fa"):
        said = sayings.say(issue)
    assert (
        re.findall("[A-Za-z]+", str(said).replace("P-001", "").replace("W4", "").replace(" to ", " ")) == []
    )
    assert "\u2068W4\u2069" in said.message
    assert str(said) == f"{said.message} {said.remedy}"


def test_several_that_are_awaited_are_each_told():
    reason = (
        "no cohort begins before the last one is evaluable: "
        "P-1 is watched to 2024-02-05, P-2 is watched to 2024-02-09"
    )
    with translation.override("fa"):
        said = sayings.say_part("reason", reason)
        assert sayings.say_part("reason", "something new") == "something new"
    assert re.findall("[A-Za-z]+", said) == ["P", "P"]
    assert sayings.say_part("reason", reason) == reason


def test_a_stored_text_is_taken_apart_into_message_and_remedy():
    issue = of_records.visit_without_date(Place("visits"), "P-001", "W4")
    text = f"{issue.message} {issue.remedy}"
    assert sayings.say_stored(issue.code, text) == text
    with translation.override("fa"):
        assert sayings.say_stored(issue.code, text) == str(sayings.say(issue))
        assert sayings.say_stored(issue.code, issue.message) == sayings.say(issue).message
        assert sayings.say_stored("", "words of a person") == "words of a person"


@pytest.mark.parametrize("language", ["en", "fa"])
def test_what_no_template_makes_is_said_as_it_is(language):
    issue = Issue(Place("x"), "FD-R070", "Never said: so far", "Nor this.")
    unknown = Issue(Place("x"), "FD-X999", "Never said.", "Nor this.")
    with translation.override(language):
        assert str(sayings.say(issue)) == "Never said: so far Nor this."
        assert str(sayings.say(unknown)) == "Never said. Nor this."


def test_the_english_page_says_what_the_core_says():
    for fault in faults_of_examples():
        assert str(sayings.say(bare(fault))) == f"{bare(fault).message} {bare(fault).remedy}"


def test_words_in_a_place_belong_to_a_place():
    used = {
        place
        for saying in SAYINGS.values()
        for each in (*saying.messages, *saying.remedies)
        for place in places_of(each)
    } | {place for parts in PARTS.values() for each in parts for place in places_of(each)}
    asked_for_by_pages = {"then", "outlook", "assumption"}
    assert set(PARTS) - used - asked_for_by_pages == set()


REFUSED = [
    (NUMBER, ["+1", "01", "1,5", "1 000", "1_0", "1e3", ".5", "5.", "nan", "<5", "5 mm", "5.55", "abc", "-0", "ND", "9" * 60]),
    (LAB, ["< 5", ">=5", "1234567890123456"]),
    (item_of("integer"), ["1.0", "1.5"]),
    (DAY, ["12.05.2024", "05.06.2024", "2024-13-01", "1402/13/01", "1402-11", "20240512", "2024-05-12T09:30", "soon"]),
    (item_of("text"), ["a\u200bb", "a\ud800b", "NA: x"]),
    (Item(name="amount", label="time, hh:mm", kind="text"), ["25:00", "930"]),
    (Item(name="amount", label="moment, YYYY-MM-DDThh:mm", kind="text"), ["2024-05-12", "2024-05 09:30"]),
]  # fmt: skip


@pytest.mark.parametrize(("item", "text"), [(item, text) for item, texts in REFUSED for text in texts])
def test_a_strict_field_refuses_in_the_language_of_the_page(item, text):
    def told() -> list[str]:
        return [str(sayings.say(fault)) for fault in read_typed(item, text, "en").faults]

    english = told()
    with translation.override("fa"):
        persian = told()
    assert len(english) == len(persian) == 1
    assert re.search("[\u0600-\u06ff]", persian[0])
    outside = re.sub("\u2068[^\u2068\u2069]*\u2069|\u2066[^\u2069]*\u2069|\\(tab\\)", "", persian[0])
    assert re.findall("[A-Za-z]{2,}", outside) == []


def test_reasons_for_a_missing_value_are_told_with_their_words():
    with translation.override("fa"):
        assert "نامعلوم" in str(sayings.say(read_missing("XX", "why").faults[0]))
        assert "\u2068انجام نشده\u2069" in str(sayings.say(read_missing("ND", "").faults[0]))


def test_a_page_says_an_issue_in_one_way_only():
    """By the filters `message` and `remedy`, or by `say`: nothing else reads the English words onto a page."""
    for path in translations.templates():
        assert re.findall(r"\.(?:message|remedy)\b(?!s)", path.read_text("utf-8")) == [], path
    spoken = re.compile(r"\{\w+\.(?:message|remedy)\}")
    # What goes on record, what was shown, and `say` itself.
    allowed = {"capture/actions.py", "capture/reading.py", "audit/sayings/__init__.py"}
    found = {
        path.relative_to(translations.WEB).as_posix()
        for path in translations.WEB.rglob("*.py")
        if spoken.search(path.read_text("utf-8"))
    }
    assert found - allowed == set()
