"""Recognised by content, never by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from firstdose.laboratory import keeping, reading
from firstdose.readers.reader import Source, source_of
from tests.unit.laboratory.conftest import MAGIC, SMALL


def told(name: str, content: bytes) -> list[str]:
    return [str(issue) for issue in reading.read_source(Source(name, content)).issues]


def test_a_file_is_recognised_whatever_it_is_called():
    found = reading.read_source(Source("odd.pdf", MAGIC + b"S1 IL-17 1 1\n"))
    assert (found.reader, found.file, found.issues) == ("small 1", "odd.pdf", ())


def test_a_name_alone_is_not_believed_and_says_what_is_wrong():
    assert "it does not begin with SMALL" in told("a.small", b"x")[0]


def test_a_file_that_nobody_knows_is_refused():
    assert "FD-L001" in told("a.txt", b"x")[0]


def test_an_empty_file_is_refused():
    assert "FD-L002" in told("a.small", b"")[0]


def test_a_file_that_two_formats_claim_is_refused(monkeypatch):
    twin = replace(SMALL, name="twin", label="its twin")
    monkeypatch.setattr(reading, "load", lambda _: {"small": SMALL, "twin": twin})
    assert "'a small file', 'its twin'" in told("a.small", MAGIC)[0]


def test_a_source_is_the_bytes_under_their_name(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"abc")
    assert source_of(tmp_path / "a.bin").name == "a.bin"
    with pytest.raises(OSError, match="none"):
        source_of(tmp_path / "none")


def test_the_cache_lies_in_the_users_cache_folder(monkeypatch):
    monkeypatch.delenv("FIRSTDOSE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert keeping.cache_folder() == Path("/somewhere/firstdose")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert keeping.cache_folder() == Path.home() / ".cache" / "firstdose"
