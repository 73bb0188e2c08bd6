from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from tests.modes import connections, site
from tests.uploads.accepting.site import PAGE, sent, with_field
from tests.uploads.made import HTML, SAMPLES, png

from security.uploads import UploadValidator
from security.uploads.forms import SafeFileField, SafeImageField

__all__ = ["connections", "site"]

TEXT = SAMPLES["txt"]
EXTENSION = "extension.not_allowed"


def post(site, field, *file, **extra):
    with with_field(field):
        return site.post(PAGE, {**sent(*file), **extra})


def errors(response):
    assert response.status_code == 422
    return response.json()["errors"]


def test_a_file_is_accepted_under_a_safe_name(site):
    response = post(
        site, SafeFileField(types=["txt"]), "../Dear  reader.v2.TXT", TEXT, "text/plain"
    )
    assert response.json()["file"] == {
        "name": "Dear reader-v2.txt",
        "content_type": "text/plain",
        "size": len(TEXT),
        "content": TEXT.decode(),
        "kind": "AcceptedUpload",
    }


@pytest.mark.parametrize(
    ("name", "content", "declared", "rule", "sentence"),
    [
        ("a.exe", TEXT, "text/plain", EXTENSION, "must end in one of these: .txt, .png, .csv."),
        ("a.png.php", png(), "image/png", EXTENSION, "must end in one of these"),
        ("a", TEXT, "text/plain", EXTENSION, "must end in one of these"),
        ("a.pdf", SAMPLES["pdf"], "application/pdf", EXTENSION, "must end in one of these"),
        ("a.png", png(), "text/html", "declared.disagrees", "sent as text/html, but its name"),
        ("a.png", TEXT, "image/png", "content.disagrees", "is not PNG. It looks like text."),
        ("a.txt", png(), "text/plain", "content.disagrees", "is not text. It looks like PNG."),
        ("a.png", SAMPLES["gif"], "image/png", "content.disagrees", "It looks like GIF."),
        ("a.png", b"\0\1\2", "image/png", "content.disagrees", "the content is not PNG."),
        ("a.txt", HTML, "text/plain", "content.html", "would show this file as a web page."),
        ("a.csv", HTML, "text/csv", "content.html", "would show this file as a web page."),
        ("a.png", HTML, "image/png", "content.html", "would show this file as a web page."),
        (
            "a.txt",
            b"a" * 1001,
            "text/plain",
            "size.most",
            "is larger than 1000 bytes, the most that is",
        ),
        ("a.txt", b"", "text/plain", "empty", "The submitted file is empty."),
    ],
)
def test_a_refusal_says_which_rule_in_the_users_words(
    site, name, content, declared, rule, sentence
):
    field = SafeFileField(types=["txt", "png", "csv"], max_size=1000)
    ((code, message),) = errors(post(site, field, name, content, declared))
    assert code == rule
    assert sentence in message


def test_a_file_may_have_as_much_as_the_limit(site):
    field = SafeFileField(types=["txt"], max_size=1000)
    assert post(site, field, "a.txt", b"a" * 1000).status_code == 200


def test_a_polyglot_is_made_a_picture_or_is_refused(site):
    hidden = (png(text=HTML), png(after=HTML), png(text=b"<?php system(0); ?>"))
    for content in hidden:
        made = post(site, SafeImageField(), "me.png", content, "image/png").json()["file"]
        assert made["content"].startswith("\x89PNG")
        assert not {"script", "php"} & set(made["content"].replace("<", " ").split())
        assert "alert" not in made["content"]
        ((code, _),) = errors(post(site, SafeImageField(reencode=False), "me.png", content))
        assert code.partition(".")[0] in {"content", "picture"}


def test_a_picture_is_made_anew_unless_that_is_switched_off(site):
    commented = png(text=b"taken at home")
    field = SafeImageField
    made = post(site, field(), "me.png", commented, "image/png").json()["file"]
    kept = post(site, field(reencode=False), "me.png", commented, "image/png").json()["file"]
    assert (made["size"], made["content_type"]) == (len(made["content"]), "image/png")
    assert "taken at home" not in made["content"]
    assert kept["content"] == commented.decode("latin-1")


def test_pictures_only_are_pictures(site):
    assert errors(post(site, SafeImageField(), "a.txt", TEXT))[0][0] == EXTENSION


@override_settings(SECURITY_UPLOADS={"TYPES": ["csv"], "MAX_SIZE": 10})
def test_what_a_field_leaves_open_is_what_the_setting_says(site):
    assert errors(post(site, SafeFileField(), "a.txt", b"a"))[0][0] == EXTENSION
    assert errors(post(site, SafeFileField(), "a.csv", b"a," * 6))[0][0] == "size.most"
    assert post(site, SafeFileField(), "a.csv", b"a,b").status_code == 200
    assert post(site, SafeFileField(max_size=12), "a.csv", b"a," * 6).status_code == 200


def test_a_field_may_use_its_own_words(site):
    words = {"content.html": "No pages, please.", "size.most": "At most %(most)s."}
    field = SafeFileField(types=["txt"], max_size=5000, error_messages=words)
    assert errors(post(site, field, "a.txt", HTML)) == [["content.html", "No pages, please."]]
    assert errors(post(site, field, "a.txt", b"a" * 6000)) == [["size.most", "At most 4.9 KB."]]


def test_an_optional_field_may_stay_empty(site):
    with with_field(SafeFileField(types=["txt"], required=False)):
        assert site.post(PAGE, {}).json() == {"file": None}
    with with_field(SafeFileField(types=["txt"])):
        assert errors(site.post(PAGE, {}))[0][0] == "required"


@pytest.mark.parametrize("plain", [forms.FileField, SafeFileField])
def test_a_validator_does_for_a_field_that_is_there_already(site, plain):
    field = plain(validators=[UploadValidator(types=["txt"])])
    accepted = post(site, field, "a b.txt", TEXT, "text/plain").json()["file"]
    assert (accepted["name"], accepted["content"]) == ("a b.txt", TEXT.decode())
    assert errors(post(site, field, "a.txt", HTML, "text/plain"))[0][0] == "content.html"


def test_a_validator_does_for_djangos_image_field(site):
    field = forms.ImageField(validators=[UploadValidator(types=["png"], max_pixels=3)])
    ((code, message),) = errors(post(site, field, "a.png", png(2, 2), "image/png"))
    assert "3 pixels" in message
    assert "pixels" in code


def test_a_browser_offers_what_is_allowed():
    form = type("F", (forms.Form,), {"file": SafeFileField(types=["jpeg", "pdf"])})()
    assert 'accept=".jpg,.jpeg,.pdf"' in str(form["file"])
    own = SafeFileField(types=["pdf"], widget=forms.FileInput({"accept": "application/pdf"}))
    assert 'accept="application/pdf"' in str(type("F", (forms.Form,), {"file": own})()["file"])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SafeFileField(types=["jpg"]), 'SafeFileField["types"][0] must be one of png,'),
        (lambda: SafeFileField(types="png"), "HINT: Write ['png']."),
        (lambda: SafeImageField(max_pixels="many"), 'SafeImageField["max_pixels"] must be a whole'),
        (lambda: UploadValidator(maxsize=5), "Did you mean 'max_size'?"),
    ],
    ids=["type", "text", "limit", "option"],
)
def test_a_bad_option_stops_the_start(make, words):
    with pytest.raises(ImproperlyConfigured) as caught:
        make()
    assert words in str(caught.value)


def test_validators_are_compared_and_written_into_migrations():
    validator = UploadValidator(types=["pdf"], max_pages=3)
    assert validator == UploadValidator(types=["pdf"], max_pages=3)
    assert validator != UploadValidator(types=["pdf"])
    assert hash(validator) == hash(UploadValidator(types=["pdf"], max_pages=3))
    assert validator.deconstruct() == (
        "security.uploads.validators.UploadValidator",
        (),
        {"types": ["pdf"], "max_pages": 3},
    )
