from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core import signing
from django.template import Context, Engine
from django.urls import path, reverse
from hypothesis import given
from hypothesis import strategies as st

from security.policy.errors import PolicyError
from security.uploads.serve import MediaView, is_signed, links, signed_url
from security.uploads.serve.links import MAX_AGE, SKEW

NOW = 1_790_000_000  # seconds since 1970
ANN, BOB = User(pk=7, username="ann"), User(pk=8, username="bob")
URL = "/media/deep/er/photo.JPEG"


class Clock:
    def __init__(self):
        self.now = float(NOW)

    def time(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(signing, "time", clock)
    monkeypatch.setattr(links, "time", clock)
    return clock


@pytest.fixture
def is_good(rf):
    """Tell what a link is worth to a visitor."""

    def is_good(url, user=None):
        request = rf.get(url)
        if user is not None:
            request.user = user
        return is_signed(request)

    return is_good


def test_a_link_is_short_and_says_for_how_long(clock):
    url = signed_url(URL, max_age=600)
    assert re.fullmatch(re.escape(URL) + r"\?signature=600a:[0-9A-Za-z]{6}:[\w-]{43}", url)


def test_a_link_is_good_until_it_expires(clock, is_good):
    url = signed_url(URL, max_age=600)
    clock.now += 600
    assert is_good(url)
    clock.now += 1
    assert not is_good(url)


def test_a_link_from_the_future_is_refused(clock, is_good):
    clock.now += SKEW
    near = signed_url(URL)
    clock.now += 1
    far = signed_url(URL)
    clock.now = NOW
    assert is_good(near)
    assert not is_good(far)


@pytest.mark.parametrize(
    "other",
    ["/media/deep/er/photo.PNG", "/media/deep/er/photo.JPEG/", "/private/deep/er/photo.JPEG", "/"],
)
def test_a_link_is_good_for_one_path(is_good, other):
    assert not is_good(signed_url(URL).replace(URL, other))


def test_nobody_prolongs_a_link_or_takes_the_user_out_of_it(is_good):
    url, bound = signed_url(URL, max_age=600), signed_url(URL, max_age=600, user=ANN)
    assert not is_good(url.replace("=600a", "=601a"))
    assert not is_good(bound.replace("=600u", "=600a"), ANN)
    assert not is_good(url.replace("=600a", "=600u"), ANN)


@pytest.mark.parametrize(
    ("user", "good"), [(ANN, True), (BOB, False), (AnonymousUser(), False), (None, False)], ids=str
)
def test_a_link_for_one_user_is_good_for_that_user(is_good, user, good):
    assert is_good(signed_url(URL, user=ANN), user) is good


def test_a_link_for_anybody_is_good_for_a_user(is_good):
    assert is_good(signed_url(URL), ANN)


def test_a_key_that_looks_like_two_fields_is_one(is_good):
    odd, even = User(pk="7:/media"), User(pk="7")
    url = signed_url("/x", user=odd)
    assert is_good(url, odd)
    assert not is_good("/media:/x" + url.removeprefix("/x"), even)


@pytest.mark.parametrize("name", ["\u00e9t\u00e9 100%?.png", "a:b#c&d=e.png", "../%2e%2e/x.png"])
def test_any_name_can_be_signed(settings, is_good, name):
    settings.ROOT_URLCONF = (path("media/<path:path>", MediaView.as_view(), name="media"),)
    assert is_good(signed_url(reverse("media", args=[name])))


def test_the_query_stays_and_is_not_signed(is_good):
    url = signed_url(f"https://www.example.com{URL}?width=80")
    assert url.startswith(f"https://www.example.com{URL}?width=80&signature=")
    assert is_good(url.removeprefix("https://www.example.com"))


def test_a_key_that_was_rotated_out_counts_while_it_is_a_fallback(settings, is_good):
    url = signed_url(URL)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-0123456789-0123456789-0123456789"
    assert not is_good(url)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert is_good(url)


def test_what_somebody_else_signed_is_no_link(is_good):
    for salt in ("", "django.core.signing", "security.reports.token"):
        value = signing.TimestampSigner(salt=salt or None).sign(f"600::{URL}")
        assert not is_good(f"{URL}?signature=600a:{':'.join(value.rsplit(':', 2)[1:])}")


@given(st.text(max_size=80) | st.text("0123456789au:-_A", max_size=140))
def test_no_text_is_a_signature(text):
    from django.test import RequestFactory

    assert not is_signed(RequestFactory().get(URL, {"signature": text}))


@pytest.mark.parametrize("age", [0, -1, MAX_AGE + 1, True, 1.5, "600", None], ids=repr)
def test_an_age_must_be_possible(age):
    with pytest.raises(PolicyError, match=f"must be 1 to {MAX_AGE} seconds"):
        signed_url(URL, max_age=age)


def test_a_link_is_made_once_and_for_somebody_who_is_logged_in():
    with pytest.raises(ValueError, match="must be a user who is logged in"):
        signed_url(URL, user=AnonymousUser())
    with pytest.raises(ValueError, match="must be a URL without a signature"):
        signed_url(signed_url(URL))


def test_a_template_signs_a_link(is_good):
    engine = Engine(libraries={"security_uploads": "security.templatetags.security_uploads"})
    source = "{% load security_uploads %}{% signed_url url max_age=60 user=user %}"
    url = engine.from_string(source).render(Context({"url": URL, "user": ANN}))
    assert is_good(url.replace("&amp;", "&"), ANN)
    assert not is_good(url, BOB)


def test_the_view_wants_a_link_and_tells_nobody_its_address(ask, clock):
    url = signed_url("/media/photo.png", max_age=60)
    query = url.partition("?")[2]
    answer = ask("photo.png", query=query, signed=True)
    assert (answer.status, answer["referrer-policy"]) == (200, "no-referrer")
    assert ask("page.html", query=query, signed=True).status == 404
    assert ask("photo.png", signed=True).status == 404
    clock.now += 61
    assert ask("photo.png", query=query, signed=True).status == 404


def test_a_link_does_not_replace_the_permission(ask):
    query = signed_url("/media/photo.png").partition("?")[2]
    answer = ask("photo.png", query=query, signed=True, allow=lambda request, path: False)
    assert answer.status == 404
