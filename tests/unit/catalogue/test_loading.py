"""A shelf is filled by our modules and by those of installed packages; what cannot be told apart is refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from firstdose.catalogue import loading
from firstdose.designs import three_plus_three


class Point(SimpleNamespace):
    """An entry point of another package that holds this entry."""

    def load(self):
        return self.entry


@pytest.fixture
def shelf_with(monkeypatch):
    def filled(entry):
        point = Point(value="others.design", entry=entry)
        monkeypatch.setattr(
            loading, "entry_points", lambda *, group: [point] * (group == "firstdose.designs")
        )
        return loading.load.__wrapped__("designs")

    return filled


def test_an_entry_of_another_package_stands_on_the_shelf_beside_ours(shelf_with):
    theirs = SimpleNamespace(name="their_design")
    shelf = shelf_with(theirs)
    assert shelf["their_design"] is theirs
    assert shelf["three_plus_three"] is three_plus_three.ENTRY


def test_two_entries_of_one_name_are_refused_with_both_places(shelf_with):
    with pytest.raises(
        ValueError, match=r"is defined by firstdose\.designs\.three_plus_three and by others\.design"
    ):
        shelf_with(SimpleNamespace(name="three_plus_three"))


def test_a_module_of_a_shelf_without_an_entry_is_refused(monkeypatch):
    monkeypatch.delattr(three_plus_three, "ENTRY")
    with pytest.raises(ValueError, match=r"firstdose\.designs\.three_plus_three has no ENTRY"):
        loading.load.__wrapped__("designs")
