from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory, override_settings
from django.urls import ResolverMatch
from django.utils.module_loading import import_string
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests import views
from tests.ways import POLICY_MIDDLEWARE, WAYS, Way, documented, one

from security.conf import declared
from security.decorators import security_headers

HOSTILE = [
    "\r\n",
    "\n",
    "\r",
    ";",
    ",",
    "\x00",
    "\x7f",
    "\u00e9",
    "\u2028",
    "\x85",
    " ",
    "\t",
    '"',
    "\\",
    "'",
]
HONEST = ["self", "'self'", "none", "a.example", "https://a.example", "/r/", "main", "DENY", "*"]
TEXT = st.lists(
    st.sampled_from([*HOSTILE, *HONEST, "script-src *", "X-Evil: 1", "=", "(", ")", "%0d%0a"])
    | st.text(max_size=3),
    max_size=5,
).map("".join)
PRINTABLE = re.compile(r"[\x20-\x7e]*")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
PARENTHESES = re.compile(r"\([^()]*\)")


TEXTLESS = {
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_CONTENT_TYPE_NOSNIFF",
    "SECURITY_ORIGIN_AGENT_CLUSTER",
    "SECURITY_DNS_PREFETCH_CONTROL",
    "SECURITY_HSTS_RAMP",
}
HEADER_SETTINGS = {name for name, setting in declared().items() if setting.header}
EVERY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def worst(test: Any) -> Any:
    """Try what an attacker would."""
    for text in ("\r\nX-Evil: 1", "; script-src *", ", script-src *", ";\u00e9", "\x85", "a;b"):
        test = example(text)(test)
    return test


def parts(header: str, text: str, separator: str) -> int:
    """Count the parts of a header, as a browser would cut it."""
    if separator not in '" ' and not header.startswith("Content-Security-Policy"):
        text = PARENTHESES.sub("", QUOTED.sub("", text))
    return sum(map(text.count, separator)) + 1


def respond(way: Way, view: Any = views.sync_view) -> Any:
    request = RequestFactory().get("/page/", secure=True)
    request.resolver_match = ResolverMatch(view, (), {}, url_name="sync")
    return import_string(way.middleware)(view)(request)


def holds(way: Way, text: str, response: Any) -> None:
    for value in response.headers.values():
        assert PRINTABLE.fullmatch(value)
    found = response.headers.get(way.header)
    if found is not None:
        assert parts(way.header, found, way.separator) == way.parts(text)


def refused(answer: Callable[[], Any]) -> Any:
    """Return the answer, or ``None`` where the text was refused as it should be."""
    try:
        return answer()
    except ImproperlyConfigured as error:
        said = str(error)
    assert re.search(r" must (be|hold|not) ", said)
    assert said.isascii()
    return None


def test_every_header_setting_that_takes_text_has_a_way_in():
    covered = {way.setting for way in WAYS} | TEXTLESS
    edits = {name for name in HEADER_SETTINGS if name.startswith("SECURITY_CSP_")}
    assert HEADER_SETTINGS - covered - edits == set()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.setting}-{way.header}")
@EVERY
@worst
@given(TEXT)
def test_a_setting_lets_no_second_header_or_directive_in(way, text):
    values = dict(way.beside) | {way.setting: way.wrap(text)}
    with override_settings(**values):
        response = refused(partial(respond, way))
        if response is not None:
            holds(way, text, response)


OURS = [way for way in WAYS if way.setting in HEADER_SETTINGS and not way.beside]


@pytest.mark.parametrize("way", OURS, ids=lambda way: f"{way.setting}-{way.header}")
@EVERY
@worst
@given(TEXT)
def test_a_decorator_or_a_row_lets_no_second_header_or_directive_in(way, text):
    way = way._replace(middleware="security.middleware.SecurityMiddleware")
    row = {way.setting: way.wrap(text)}
    decorate = refused(partial(security_headers, **row))
    if decorate is not None and (
        response := refused(lambda: respond(way, decorate(views.sync_view)))
    ):
        holds(way, text, response)
    with override_settings(SECURITY_ROUTES={"sync": row}):
        response = refused(partial(respond, way))
        if response is not None:
            holds(way, text, response)


@EVERY
@worst
@given(TEXT)
def test_a_text_policy_is_sent_as_it_stands_or_not_at_all(text):
    way = documented(POLICY_MIDDLEWARE, "CSP_STRING", str, "", ";", one)
    with override_settings(CSP_STRING=text):
        response = refused(partial(respond, way))
        if response is not None:
            assert response.headers["Content-Security-Policy"] == text
            assert PRINTABLE.fullmatch(text)


@EVERY
@given(TEXT, st.sampled_from(["", "a.example", "a.example:8443", "[::1]"]))
def test_the_host_of_the_redirect_stays_a_host(text, start):
    way = Way("SECURE_SSL_HOST", str, "Location", "", one)
    with override_settings(SECURE_SSL_HOST=start + text, SECURE_SSL_REDIRECT=True):
        request = RequestFactory().get("/page/?a=b")
        answer = refused(lambda: import_string(way.middleware)(views.sync_view)(request))
        if answer is not None:
            assert answer.headers["Location"] == f"https://{start}{text}/page/?a=b"
            assert re.fullmatch(r"[\x21-\x7e]+", text + start)
            assert not set("/\\@?#") & set(text)
