"""Names that are no text, and names with characters that nobody sees."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from unicodedata import category
from uuid import UUID

import pytest
from django.contrib import auth
from django.contrib.auth import get_user_model
from django.db.models import UUIDField
from django.http import HttpResponse
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st
from tests.throttling import logins
from tests.throttling.logins import Browser, entered

from security.auth_throttling import attempt_count, increment_counters, names, reset_counters

SECRET = UUID("0f5c6a1e-3b5d-4c57-9a55-6a4f0c1d2e3f")
GUESSES = 5
COUNTED = [403, 403, 403, 429, 429]
UNSEEN = [chr(c) for c in range(sys.maxunicode + 1) if category(chr(c)) in ("Cc", "Cf")]


class Phone:
    """A number as a package for them reads it, whatever stands between the digits."""

    def __init__(self, typed):
        self.digits = "".join(each for each in typed if each.isdigit())

    def __str__(self):
        return f"+{self.digits}"


KINDS = {"uuid": UUID, "phone": Phone, "float": float, "decimal": Decimal, "bytes": str.encode}
TYPED = {"uuid": str(SECRET), "phone": "+49 151-12345", "float": "7.5", "decimal": "7.5"}


def by_kind(request, kind):
    name = KINDS[kind](request.POST["who"])
    return entered(request, auth.authenticate(request, username=name, password="wrong"))


def by_json(request):
    """Hand on what came, of whatever type."""
    data = json.loads(request.body)
    return entered(request, auth.authenticate(request, username=data["name"], password="wrong"))


def unread(request):
    """Take the name from a field that no setting knows."""
    data = request.POST
    user = auth.authenticate(request, username=data["who"], password=data["word"])
    if user is not None:
        auth.login(request, user)
    return HttpResponse(status=403 if user is None else 200)


urlpatterns = [
    *logins.urlpatterns,
    path("kind/<kind>/", by_kind),
    path("given/", by_json),
    path("unread/", unread),
]


@pytest.fixture
def asked(guarded, site, ann):
    guarded.ROOT_URLCONF = __name__
    return Browser(site)


@pytest.fixture
def numbered(asked, ann, monkeypatch):
    """Let users log in by number."""
    monkeypatch.setattr(get_user_model(), "USERNAME_FIELD", "id")
    return asked


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_of_any_type_is_counted(asked, kind):
    typed = TYPED.get(kind, "ann")
    found = [asked.post(f"/kind/{kind}/", {"who": typed}).status_code for _ in range(GUESSES)]
    assert found == COUNTED
    assert attempt_count("username", str(KINDS[kind](typed)) if kind != "bytes" else "ann") == 3


@pytest.mark.parametrize("name", [None, ["ann"], {"a": "ann"}])
def test_what_is_no_name_is_not_counted(asked, name):
    assert names.among({"username": name}) == []


def test_a_flag_beside_the_name_is_no_name():
    assert names.among({"login": True}) == names.among({"email": False}) == []


@pytest.mark.parametrize("address", ["/plain/", "/json/"])
def test_a_number_is_one_name_however_it_is_written(numbered, ann, address):
    arabic = "".join(chr(0x660 + int(digit)) for digit in str(ann.pk))
    spellings = (str(ann.pk), f"0{ann.pk}", f"0_{ann.pk}", f"00{ann.pk}", arabic)
    found = [numbered.attempt(name, "wrong", address) for name in spellings]
    assert found[2:] == [found[0], 429, 429]
    assert attempt_count("username", str(ann.pk)) == 3


def test_a_number_in_json_is_that_name_too(numbered, ann):
    pk = ann.pk
    found = [
        numbered.post("/given/", json.dumps({"name": name}), content_type="text/json").status_code
        for name in (pk, pk + 0.25, f"0{pk}", pk + 0.5, pk)
    ]
    assert found == COUNTED


@pytest.mark.parametrize("address", ["/plain/", "/unread/"])
@pytest.mark.parametrize("has_backend", [True, False])
def test_who_logs_in_by_number_starts_anew(guarded, numbered, ann, address, has_backend):
    pages = [("plain/", None), ("unread/", None)]
    guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": pages}
    if not has_backend:
        guarded.AUTHENTICATION_BACKENDS = guarded.AUTHENTICATION_BACKENDS[1:]
    assert numbered.attempt(f"0{ann.pk}", "wrong", address) in (200, 403)
    assert attempt_count("username", str(ann.pk)) == 1
    assert numbered.attempt(f"00{ann.pk}", "right", address) in (200, 302)
    assert numbered.get("/plain/").status_code == 200
    assert attempt_count("username", str(ann.pk)) == 0


def test_a_number_that_only_the_view_reads_logs_in(guarded, numbered, ann):
    guarded.AUTHENTICATION_BACKENDS = guarded.AUTHENTICATION_BACKENDS[1:]
    guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("unread/", None)]}
    data = {"who": f"0{ann.pk}", "word": "wrong"}
    assert numbered.post("/unread/", data).status_code == 403
    assert numbered.post("/unread/", {**data, "word": "right"}).status_code == 200
    guesses = [numbered.post("/unread/", data).status_code for _ in range(GUESSES)]
    assert guesses == COUNTED


def test_the_browser_of_who_logs_in_by_number_is_known(numbered, ann):
    assert numbered.attempt(str(ann.pk), "right") == 302
    for _ in range(GUESSES):
        increment_counters(username=ann.pk)
    assert numbered.attempt(f"0{ann.pk}", "right") == 302


def test_what_is_no_number_is_counted_as_typed(numbered):
    found = [numbered.attempt("b\u00f6b", "wrong", "/itself/") for _ in range(GUESSES)]
    assert found == [200, 200, 200, 429, 429]


def test_the_documented_counters_know_a_number_however_it_is_written(numbered):
    increment_counters(username="007")
    assert attempt_count("username", 7) == attempt_count("username", "07") == 1
    reset_counters(username="0007")
    assert attempt_count("username", "7") == 0


def test_the_names_of_a_user_are_text(numbered, ann):
    assert list(names.of_user(ann)) == [str(ann.pk), "ann@example.com"]


def test_a_uuid_is_one_name_however_it_is_written(monkeypatch):
    monkeypatch.setattr(names, "_field", UUIDField)
    for typed in (str(SECRET).upper(), SECRET.hex, f"{{{SECRET}}}", SECRET.urn, SECRET.int, SECRET):
        assert names.among({"username": typed}) == [str(SECRET)]
    assert names.among({"username": "ann"}) == ["ann"]


@pytest.mark.parametrize("address", ["/plain/", "/json/"])
def test_what_nobody_sees_makes_no_other_name(asked, address):
    spellings = ["ann", "\x01ann", "a\u00adnn", "\u200b" * 9 + "ann", "a\x7fnn"]
    found = [asked.attempt(name, "wrong", address) for name in spellings]
    assert found[2:] == [found[0], 429, 429]


def test_any_number_of_them_does_not():
    assert names.fold("\x01" * 2 * names.MAX_NAME + "ann") == "ann"
    endless = [names.fold(sign * names.MAX_TYPED + "ann") for sign in ("\x01", "\x02", "\x03\x04")]
    assert len(set(endless)) == 1


def test_all_controls_and_format_characters_are_such():
    assert names.fold("".join(UNSEEN) + "ann") == "ann"


@pytest.mark.parametrize("name", ["\u3164", "\u200b", "\x01"])
def test_a_name_of_nothing_else_is_counted_too(name):
    assert names.fold(name)
    assert names.fold(name) == names.fold(names.fold(name))


@given(
    st.text(st.sampled_from([*UNSEEN, "\u034f", "\u3164", *"aA\u00df\u0301\u0323\u1100\u1161 "]))
)
def test_folding_is_the_same_before_and_after_spelling(name):
    assert names.fold(names.fold(name)) == names.fold(names.spelled(name)) == names.fold(name)


def test_the_name_that_was_typed_stays_as_it_is():
    assert names.spelled("a\u00adnn") == "a\u00adnn"
    assert names.among({"username": "a\u00adnn", "email": "ann"}) == ["a\u00adnn"]
