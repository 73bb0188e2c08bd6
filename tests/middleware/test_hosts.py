from __future__ import annotations

import logging
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.http import HttpResponse
from django.urls import path

from security.conf import conf
from security.middleware.hosts import MAX_REFUSED, MAX_REMEMBERED, QUIET
from security.middleware.shield import Shield

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
REFUSED = (400, b"Bad Request: this host is not served here.\n")


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.ALLOWED_HOSTS = ["testserver", ".example.com", "[2001:db8::1]"]


@pytest.fixture
def clock(monkeypatch):
    """Return a list with the seconds that a process counts."""
    now = [1000.0]
    monkeypatch.setattr("security.middleware.hosts.time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def lines(caplog):
    """Return what was logged, by anybody, since the last time."""

    def read():
        found = [(record.name, record.getMessage()) for record in caplog.records]
        caplog.clear()
        return found

    caplog.set_level(logging.INFO)
    return read


def refusal(host, number=1):
    since = f" ({number} requests since the last line about it)" if number > 1 else ""
    text = f"Refused host {host!a}{since}. "
    return "security.hosts", text + "If it is yours, add it to ALLOWED_HOSTS."


@pytest.mark.parametrize(
    "host",
    [
        "testserver",
        "TestServer",
        "testserver.",
        "testserver:8000",
        "shop.example.com",
        "example.com:443",
        "[2001:db8::1]",
        "[2001:db8::1]:8000",
    ],
)
def test_a_host_of_ours_is_served(wire, host):
    site = wire()
    answers = [site(headers={"Host": host}) for _ in range(2)]  # the second is remembered
    assert [(answer.status, answer.body) for answer in answers] == [(200, b"ok")] * 2


FOREIGN = [
    "evil.example",
    "testserver.evil.example",
    "eviltestserver",
    "example.com.evil.example",
    "evilexample.com",
    "testserver@evil.example",
    "testserver, evil.example",
    "testserver evil.example",
    "testserver/evil",
    "testserver:80:80",
    "testserver:http",
    "testserver\\evil.example",
    "127.0.0.1",
    "[::1]",
    "2001:db8::1",
    "",
    "*",
    "\u0442estserver",
    "x" * 10_000,
]


@pytest.mark.parametrize("host", FOREIGN, ids=lambda host: ascii(host)[:30])
def test_a_foreign_host_is_refused_before_any_view(wire, settings, host):
    calls = []

    def view(request):
        calls.append(request)
        return HttpResponse()

    settings.ROOT_URLCONF = (path("sync/", view),)
    site = wire()
    for _ in range(2):
        answer = site(headers={"Host": host})
        assert (answer.status, answer.body, calls) == (*REFUSED, [])


def test_a_refusal_is_protected_and_says_nothing(wire):
    answer = wire()(headers={"Host": "evil.example"})
    content = {"content-type": "text/plain; charset=utf-8"}
    found = {name: value for name, value in answer.headers if name != "content-length"}
    assert found == HEADERS | content


def test_a_refusal_renders_no_template_and_calls_no_handler(wire, settings, monkeypatch):
    def work(*args, **kwargs):
        raise AssertionError("a refusal is made of nothing")

    monkeypatch.setattr("django.template.engine.Engine.get_template", work)
    monkeypatch.setattr("django.template.base.Template.render", work)
    monkeypatch.setattr("django.core.handlers.exception.response_for_exception", work)
    answer = wire()(headers={"Host": "evil.example"})
    assert (answer.status, answer.body) == REFUSED


def test_the_host_is_validated_for_pages_that_nobody_serves(wire):
    site = wire()
    for address in ("/nothing/", "/static/", "/broken/"):
        answer = site(path=address, headers={"Host": "evil.example"})
        assert (answer.status, answer.body) == REFUSED


def test_refused_requests_are_counted_for_each_host(wire):
    site = wire()
    for host in ("a.test", "b.test", "a.test", "a.test"):
        site(headers={"Host": host})
    refused = conf.memo[Shield].doorkeeper.refused
    assert {host: since for host, (_, since) in refused.items()} == {"a.test": 2, "b.test": 0}


def test_a_host_stays_refused_after_one_of_ours_was_served(wire):
    site = wire()
    hosts = ["testserver", "evil.example", "testserver", "evil.example", "testserver:1"]
    statuses = [site(headers={"Host": host}).status for host in hosts]
    assert statuses == [200, 400, 200, 400, 200]


def test_without_the_header_the_name_of_the_server_counts(wire, settings):
    assert wire()(headers={}).status == 200
    settings.ALLOWED_HOSTS = ["elsewhere.example"]
    assert wire()(headers={}).status == 400


def test_the_hosts_of_a_test_are_seen_at_once(wire, settings):
    site = wire()
    assert site().status == 200
    settings.ALLOWED_HOSTS = ["elsewhere.example"]
    assert site().status == 400
    assert site(headers={"Host": "elsewhere.example"}).status == 200


def test_validation_can_be_left_to_django(wire, settings):
    settings.SECURITY_VALIDATE_HOST = False
    assert wire()(headers={"Host": "evil.example"}).status == 200


def test_while_debugging_the_answer_says_what_to_do(wire, settings):
    settings.DEBUG = True
    answer = wire()(headers={"Host": "evil.example"})
    assert answer.status == 400
    assert b"Invalid HTTP_HOST header: 'evil.example'" in answer.body


def test_every_host_is_served_where_all_are_allowed(wire, settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert wire()(headers={"Host": "any.example"}).status == 200
    assert wire()(headers={"Host": "any host"}).status == 400


def test_a_refused_host_is_logged_once_an_hour(wire, lines, clock):
    site = wire()
    for _ in range(20):
        site(headers={"Host": "evil.example"})
    assert lines() == [refusal("evil.example")]
    clock[0] += QUIET - 1
    site(headers={"Host": "evil.example"})
    assert lines() == []
    clock[0] += 1
    site(headers={"Host": "evil.example"})
    assert lines() == [refusal("evil.example", 21)]
    site(headers={"Host": "evil.example"})
    assert lines() == []


def test_each_host_has_its_line(wire, lines):
    site = wire()
    for host in ("a.test", "b.test", "a.test"):
        site(headers={"Host": host})
    assert lines() == [refusal("a.test"), refusal("b.test")]


def test_a_logged_host_is_ascii_on_one_short_line(wire, lines):
    site = wire()
    for host in ("evil\u2028.example", "x" * 10_000):
        site(headers={"Host": host})
    texts = [text for _, text in lines()]
    assert len(texts) == 2
    assert all(text.isascii() and text.isprintable() and len(text) < 250 for text in texts)


def test_ten_thousand_refused_hosts_take_little_memory_and_few_lines(wire, settings, lines):
    site = wire()
    for number in range(10_000 if site.mode == "wsgi" else 500):
        site(headers={"Host": f"{number:x}.evil.example"})
    refused = conf.memo[Shield].doorkeeper.refused
    assert len(refused) <= MAX_REFUSED + 1
    assert len(lines()) == MAX_REFUSED + 1  # and one for all others


def test_any_number_of_accepted_hosts_takes_little_memory(wire, settings):
    site = wire()
    for number in range(1_500):
        assert site(headers={"Host": f"{number:x}.example.com"}).status == 200
    assert len(conf.memo[Shield].accepted) <= MAX_REMEMBERED


def test_after_an_hour_new_hosts_have_lines_again(wire, lines, clock):
    site = wire()
    for number in range(MAX_REFUSED + 5):
        site(headers={"Host": f"{number}.test"})
    lines()
    clock[0] += QUIET
    site(headers={"Host": "new.test"})
    assert lines() == [refusal("new.test")]


@pytest.fixture
def hasty():
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("site", ["wsgi"], indirect=True)
def test_many_threads_may_refuse_at_once(wire, hasty, caplog):
    caplog.set_level(logging.CRITICAL)
    serve = wire()

    def ask(number):
        return serve(headers={"Host": f"{number}.evil.example"}).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(3_000))) == {400}
