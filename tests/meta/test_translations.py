from __future__ import annotations

import gettext
import re
import sys
from importlib import import_module
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from tests.accounts.password_site import MIDDLEWARE, installed, logged_in, user
from tests.meta.tree import ROOT
from tests.modes import connections, get, site

from security.auth import DigitValidator, min_length
from security.models import PasswordExpiry

__all__ = ["connections", "get", "installed", "site", "user"]

LANGUAGES = ["de", "fr"]
PLACE = re.compile(r"%\(\w+\)[ds]|%[ds%]|\{\w*\}")


@pytest.fixture
def program(monkeypatch):
    """Return the script that makes the catalogues, as a module."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    yield import_module("update_translations")
    del sys.modules["update_translations"]


def catalogue(language: str):
    return ROOT / "src" / "security" / "locale" / language / "LC_MESSAGES" / "django.po"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_source_has_a_translation(program, language):
    said = program.read_po(catalogue(language).read_text(encoding="utf-8"))
    missing = [text for text in program.extract() if not all(said.get(text, ("",)))]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_what_the_script_makes_of_the_source(program, language):
    text = catalogue(language).read_text(encoding="utf-8")
    known = program.read_po(text)
    assert program.write_po(language, program.extract(), known) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_compiled_catalogue_is_that_of_its_source(program, language):
    path = catalogue(language)
    known = program.read_po(path.read_text(encoding="utf-8"))
    assert path.with_suffix(".mo").read_bytes() == program.compiled(known)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_text(program, language):
    known = program.read_po(catalogue(language).read_text(encoding="utf-8"))
    del known["",]
    wrong = [
        (text, said)
        for text, translations in known.items()
        for source, said in zip(text, translations, strict=True)
        if sorted(PLACE.findall(source)) != sorted(PLACE.findall(said))
    ]
    assert wrong == []


def test_gettext_reads_what_the_script_compiles(program):
    known = {
        ("",): (program.header("fr"),),
        ("one", "many"): ("un", "plusieurs"),
        ('with "quotes"\n',): ("avec \u00ab guillemets \u00bb\n",),
        ("not yet",): ("",),
    }
    assert program.read_po(program.write_po("fr", dict.fromkeys(list(known)[1:], "x"), known)) == (
        known
    )
    read = gettext.GNUTranslations(BytesIO(program.compiled(known)))
    found = [read.ngettext("one", "many", number) for number in (0, 1, 2)]
    assert found == ["un", "un", "plusieurs"]
    assert read.gettext('with "quotes"\n') == "avec \u00ab guillemets \u00bb\n"
    assert read.gettext("not yet") == "not yet"


def test_texts_are_found_by_whatever_name_the_module_gives_to_gettext(program):
    source = """
from django.utils.translation import gettext as _, ngettext, gettext_lazy as later
from django.utils import translation
_("one"); later("two"); ngettext("three", "threes", n); translation.gettext("four"); _(name)
other("five")
"""
    found = set(program.texts_of(source))
    assert found == {("one",), ("two",), ("three", "threes"), ("four",)}


def test_texts_of_a_template_are_found(program):
    template = (
        "{% load i18n %}{% translate 'one' %}{% blocktranslate count n=n %}{{ n }} two"
        "{% plural %}{{ n }} twos{% endblocktranslate %}{{ _('three') }}"
    )
    assert set(program.templatized(template)) == {
        ("one",),
        ("%(n)s two", "%(n)s twos"),
        ("three",),
    }


@pytest.mark.parametrize(
    ("language", "messages"),
    [
        (
            "de",
            [
                "Das Passwort muss mindestens 6 Zeichen lang sein.",
                "Das Passwort muss mindestens 2 Ziffern enthalten.",
                "Ablauf des Passworts",
            ],
        ),
        (
            "fr",
            [
                "Le mot de passe doit comporter au moins 6 caract\u00e8res.",
                "Le mot de passe doit contenir au moins 2 chiffres.",
                "expiration du mot de passe",
            ],
        ),
    ],
    ids=LANGUAGES,
)
def test_what_a_user_reads_is_in_the_language_of_the_user(language, messages):
    with translation.override(language):
        with pytest.raises(ValidationError) as caught:
            min_length(6)("")
        assert [
            caught.value.messages[0],
            DigitValidator(2).get_help_text(),
            str(PasswordExpiry._meta.verbose_name),
        ] == messages


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Passwort"), ("fr", "mot de passe")],
    ids=LANGUAGES,
)
def test_a_refusal_is_in_the_language_of_the_request(site, user, settings, language, words):
    settings.MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware", *MIDDLEWARE]
    asked = {"Accept": "application/json", "Accept-Language": language}
    with translation.override("en"):
        response = site.get("/", headers={**logged_in(user), **asked})
    assert words in response.json()["title"]
