"""One test for every assay and every format, ours and those of installed packages."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pkgutil import iter_modules

import pytest

from firstdose.catalogue import Assay, load
from firstdose.readers import contents
from firstdose.readers.reader import Reader, Source
from firstdose.values.units import read_unit

ASSAYS: dict[str, Assay] = dict(load("assays"))
FORMATS: dict[str, Reader] = dict(load("readers.formats"))
CONTENTS = {
    name
    for module in iter_modules(contents.__path__)
    for name, _ in inspect.getmembers(import_module(f"{contents.__name__}.{module.name}"), inspect.isclass)
}
NAME = re.compile(r"[a-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")

each_assay = pytest.mark.parametrize("entry", [ASSAYS[name] for name in sorted(ASSAYS)], ids=sorted(ASSAYS))
each_format = pytest.mark.parametrize(
    "reader", [FORMATS[name] for name in sorted(FORMATS)], ids=sorted(FORMATS)
)


@each_assay
def test_an_assay_names_itself_its_source_and_what_the_report_says(entry):
    assert NAME.fullmatch(entry.name)
    assert all((entry.label, entry.source, entry.sdtm, entry.version))
    assert entry.sentence.endswith(".")


@each_assay
def test_what_an_assay_takes_is_what_some_reader_yields(entry):
    read = {name for reader in FORMATS.values() for name in reader.yields}
    assert entry.takes
    assert [name for name in entry.takes if name not in read] == []


@each_assay
def test_quantities_have_names_of_their_own_and_units_that_can_be_read(entry):
    names = [each.name for each in entry.yields]
    assert names
    assert len(set(names)) == len(names)
    for each in entry.yields:
        assert NAME.fullmatch(each.name)
        assert each.decimals >= 0
        if each.unit not in {"", "1", "px2", "cycles"}:
            read_unit(each.unit)


@each_assay
def test_quality_rules_have_limits_that_can_be_met_and_a_source(entry):
    names = [rule.name for rule in entry.rules]
    assert len(set(names)) == len(names)
    for rule in entry.rules:
        assert NAME.fullmatch(rule.name)
        assert rule.source
        assert rule.label
        assert rule.low is None or rule.high is None or rule.low <= rule.high


@each_assay
def test_printed_examples_come_out(entry):
    for example in entry.examples:
        assert abs(example.compute() - example.value) <= example.tolerance, example.given
        assert example.source


@each_assay
def test_words_of_an_assay_mean_something_and_their_default_is_one_of_them(entry):
    for option in entry.options:
        assert option.meaning
        assert not option.values or option.default in option.values


@each_format
def test_a_format_says_what_it_yields_and_where_it_is_known_from(reader):
    assert NAME.fullmatch(reader.name)
    assert all((reader.label, reader.source, reader.version))
    assert reader.yields
    assert set(reader.yields) <= CONTENTS
    assert all(ending == ending.lower() and not ending.startswith(".") for ending in reader.extensions)


@each_format
@pytest.mark.parametrize("content", [b"", b"\x00", b"\n", b"PK\x03\x04", b"{}", b"<a/>", b"a,b\n1,2\n"])
def test_no_format_claims_what_says_nothing(reader, content):
    assert not reader.recognises(Source("file", content))


@each_format
@pytest.mark.parametrize("content", [b"", b"\x00", b"PK\x03\x04", b"{}", b"<a/>"])
def test_a_format_that_is_asked_all_the_same_refuses_with_an_issue(reader, content):
    reading = reader.read(Source("file", content))
    assert reading.contents == ()
    assert any(issue.weight == "error" for issue in reading.issues)
    assert all(issue.place.file == "file" for issue in reading.issues)
