"""Every word of the site has its Persian, and no word stands in a page that could not have one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from firstdose.web.accounts.models import Person
from firstdose.web.accounts.templatetags.roles import role
from firstdose.web.audit.templatetags.words import OF, WORDS
from tests.web import people, translations

KEPT = {(message.id, message.context): message for message in translations.read_kept() if message.id}
PLACEHOLDER = re.compile(r"%(?:\([a-z_]+\))?[sd]")
CODE = re.compile(
    r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%\s*blocktranslate.*?endblocktranslate\s*%}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
SHOWN = re.compile(r"""(?:alt|aria-label|placeholder|title|content)=(?:"([^"]*)"|'([^']*)')""")
# What is the same in every language: our own name, formats, units, codes of the page's own making.
NAMES = {
    "firstdose",
    "UTC",
    "UTC ",
    "cells",
    "mL",
    "cm",
    "width",
    "device",
    "initial",
    "scale",
    "includeIndicatorStyles",
    "false",
    "allowEval",
}


def forms_of(message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_the_kept_words_are_those_of_templates_and_code():
    found = {(message.id, message.context) for message in translations.found() if message.id}
    assert found - KEPT.keys() == set(), "run: python -m tests.web.translations"
    assert KEPT.keys() - found == set(), "run: python -m tests.web.translations"


def unlike(message) -> bool:
    """Not Persian, not sure, or with other placeholders than the English."""
    sources = message.id if isinstance(message.id, tuple) else (message.id,)
    wanted = {tuple(sorted(PLACEHOLDER.findall(source))) for source in sources}
    shown = forms_of(message)
    told = all(re.search("[\u0600-\u06ff]", each) or re.fullmatch("[A-Za-z:-]+", each) for each in shown)
    return (
        message.fuzzy
        or not told
        or not {tuple(sorted(PLACEHOLDER.findall(each))) for each in shown} <= wanted
    )


def test_every_sentence_has_its_persian_with_the_same_placeholders():
    assert len(KEPT) > 800
    assert [message.id for message in KEPT.values() if unlike(message)] == []


def test_a_date_or_code_inside_a_persian_sentence_keeps_its_own_order():
    """Hyphens between digits after Arabic letters would turn 2024-01-25 round (Unicode bidirectional algorithm, W2)."""
    loose = [
        shown
        for message in KEPT.values()
        for shown in forms_of(message)
        if translations.isolated(shown) != shown
    ]
    assert loose == []
    day = re.compile("(?<!\u2066)[0-9]{4}-[0-9]{2}-[0-9]{2}")
    assert [shown for message in KEPT.values() for shown in forms_of(message) if day.search(shown)] == []


def test_what_is_shipped_is_what_is_kept():
    assert translations.MO.read_bytes() == translations.mo_bytes(translations.read_kept())


@pytest.mark.parametrize(
    "path", translations.templates(), ids=lambda path: path.relative_to(translations.WEB).as_posix()
)
def test_a_template_holds_no_words_of_its_own(path: Path):
    bare = CODE.sub(" ", path.read_text("utf-8"))
    told = [a or b for a, b in SHOWN.findall(bare)] + [re.sub("<[^>]*>", "\n", bare, flags=re.DOTALL)]
    words = {
        word
        for text in told
        for word in re.findall("[A-Za-z]{2,}", re.sub("FD-W[0-9]{3}|&[a-z]+;", "", text))
    }
    assert words - NAMES == set()


def test_every_word_of_a_state_differs_in_persian():
    others = [word for known in OF.values() for word in known.values()]
    with translation.override("fa"):
        assert [word for word in (*WORDS.values(), *others) if translation.gettext(word) == word] == []


def test_a_role_is_called_as_people_call_it():
    assert role("evaluator") == "blinded evaluator"
    assert role("somebody else") == "somebody else"
    with translation.override("fa"):
        assert role("data manager") == "مدیر داده"


def test_the_switch_turns_a_page_and_is_remembered_with_the_person(as_role, study):
    client = as_role("coordinator")
    assert client.post(reverse("set_language"), {"language": "fa", "next": "/calendar/"}).url == "/calendar/"
    page = client.get("/calendar/").content.decode()
    assert '<html lang="fa" dir="rtl">' in page
    assert "تقویم" in page
    assert Person.objects.get(email="coordinator-invented@example.org").language == "fa"
    elsewhere = people.client_of("coordinator")
    assert '<html lang="fa" dir="rtl">' in elsewhere.get("/calendar/").content.decode()
    elsewhere.post(reverse("set_language"), {"language": "en", "next": "/calendar/"})
    assert '<html lang="en" dir="ltr">' in elsewhere.get("/calendar/").content.decode()


def test_a_language_that_is_not_spoken_here_changes_nothing(as_role, study):
    client = as_role("coordinator")
    client.post(reverse("set_language"), {"language": "tlh", "next": "/calendar/"})
    assert '<html lang="en" dir="ltr">' in client.get("/calendar/").content.decode()
    assert Person.objects.get(email="coordinator-invented@example.org").language == "en"


def test_scripts_and_styles_leave_compressed_and_pages_do_not(client, study):
    for path, coding in (("/static/firstdose.css", "gzip"), ("/accounts/login/", "")):
        answer = client.get(path, headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers.get("Content-Encoding", "") == coding
        answer.close()
