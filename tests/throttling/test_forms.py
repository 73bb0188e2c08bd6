"""Whatever form a name comes in: on a listed page, a wrong password for it is counted."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from asgiref.sync import sync_to_async
from django.contrib import auth
from django.contrib.auth.signals import user_logged_in
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path
from tests.throttling import forms
from tests.throttling.conftest import REDIS
from tests.throttling.forms import READ, UNREAD, reached
from tests.throttling.guesses import caches
from tests.throttling.logins import BACKENDS, MIDDLEWARE, Browser

from security.auth_throttling import attempt_count, increment_counters

FOUR = [403, 403, 403, 429]
PAGES = {"LOGIN_URLS_WITH_TEMPLATES": [("in/", None), ("batch/", None)]}
CSRF = "django.middleware.csrf.CsrfViewMiddleware"


@pytest.fixture
def alone(guarded, ann, site, clock):
    """Have the middleware, and no backend that counts."""
    guarded.AUTHENTICATION_BACKENDS = [forms.MODEL]
    guarded.ROOT_URLCONF = forms.__name__
    guarded.AUTHENTICATION_THROTTLING = PAGES
    return Browser(site)


@pytest.fixture
def looked():
    """Return the names whose password a view has looked at."""
    found = []

    def note(name, **kwargs):
        found.append(name)

    reached.connect(note)
    yield found
    reached.disconnect(note)


def send(browser, form, word="wrong", name="ann", address="/in/"):
    sent = form(name, word)
    return browser._ask(
        "generic", sent.method, address, sent.content, sent.kind, headers=sent.headers
    )


def statuses(browser, form, number=4):
    return [send(browser, form).status_code for _ in range(number)]


def counted():
    return attempt_count("username", "ann"), attempt_count("ip", "127.0.0.1")


@pytest.mark.parametrize("form", READ.values(), ids=list(READ))
def test_a_name_that_can_be_read_is_refused_before_anybody_looks(alone, looked, form):
    assert statuses(alone, form, 6) == [*FOUR, 429, 429]
    assert len(looked) == 3
    assert counted() == (3, 3)
    assert send(alone, form, "right").status_code == 429


@pytest.mark.parametrize("form", UNREAD.values(), ids=list(UNREAD))
def test_a_name_that_only_the_view_can_read_is_counted_after_it(alone, form):
    assert statuses(alone, form, 6)[:4] == FOUR
    assert counted()[0] == 3
    assert send(alone, form, "right").status_code == 429
    assert alone.get("/who/").content == b"AnonymousUser"


@pytest.mark.parametrize("form", UNREAD.values(), ids=list(UNREAD))
def test_what_was_counted_after_a_view_locks_every_other_form(alone, looked, form):
    statuses(alone, form, 3)
    looked.clear()
    for other in READ.values():
        assert send(alone, other, "right").status_code == 429
    assert looked == []


@pytest.mark.parametrize("form", [*READ.values(), *UNREAD.values()], ids=[*READ, *UNREAD])
def test_a_failure_counts_once_and_a_success_starts_anew(alone, form):
    send(alone, form)
    assert counted() == (1, 1)
    assert send(alone, form, "right").status_code == 200
    assert counted()[0] == 0
    assert alone.get("/who/").content == b"ann"


@pytest.mark.parametrize("form", [*READ.values(), *UNREAD.values()], ids=[*READ, *UNREAD])
def test_with_the_backend_it_is_the_same(alone, looked, guarded, form):
    guarded.AUTHENTICATION_BACKENDS = BACKENDS
    assert statuses(alone, form, 6) == [*FOUR, 429, 429]
    assert counted()[0] == 3
    assert send(alone, form, "right").status_code == 429


def test_a_guess_by_get_counts_too(alone):
    assert statuses(alone, forms.by_header("GET"), 5) == [*FOUR, 429]
    assert counted() == (3, 3)


def test_a_page_that_is_not_listed_is_left_to_the_backend(alone):
    form = READ["JSON as text"]
    assert [send(alone, form, address="/other/").status_code for _ in range(5)] == [403] * 5
    assert counted() == (0, 0)


@pytest.mark.parametrize("template", [None, "registration/login.html"])
def test_a_right_guess_that_has_to_wait_is_answered_as_a_wrong_one(alone, guarded, site, template):
    naming = f"{forms.__name__}.Naming"
    guarded.MIDDLEWARE = [MIDDLEWARE[0], CSRF, MIDDLEWARE[1], naming, *MIDDLEWARE[2:]]
    guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("in/", template)]}
    form, told = UNREAD["another field"], []
    auth.get_user_model().objects.create_user("eve", password="right")
    increment_counters(username="ann")
    increment_counters(username="ann")
    increment_counters(username="ann")
    for word, is_in in (("right", True), ("wrong", True), ("right", False), ("wrong", False)):
        browser = Browser(site)
        if is_in:
            assert send(browser, form, "right", "eve").status_code == 200
        got = send(browser, form, word)
        text = got.content.decode().split("name=")[0]
        cookies = sorted((k, bool(m.value), m["max-age"]) for k, m in got.cookies.items())
        told.append((got.status_code, text, sorted(got.headers), cookies))
        assert got["X-User"] == "AnonymousUser"
        assert browser.get("/who/").content == b"AnonymousUser"
    assert told[0] == told[1]
    assert told[2] == told[3]
    assert told[2][0] == (429 if template is None else 200)


def by_address(account, ip):
    return 0, 60 if ip >= 2 else 0


def by_both(account, ip):
    return (60 if account >= 2 and ip >= 2 else 0), 0


@pytest.mark.parametrize("backends", [BACKENDS, BACKENDS[1:]], ids=["backend", "no backend"])
@pytest.mark.parametrize("function", [by_address, by_both], ids=["address", "both"])
@pytest.mark.parametrize("form", UNREAD.values(), ids=list(UNREAD))
def test_an_address_is_counted_once_and_refused_before_anybody_looks(
    alone, looked, guarded, form, function, backends
):
    guarded.AUTHENTICATION_BACKENDS = backends
    guarded.AUTHENTICATION_THROTTLING = {**PAGES, "DELAY_FUNCTION": function}
    assert statuses(alone, form) == [403, 403, 429, 429]
    assert counted() == (2, 2)
    if function is by_address:
        assert len(looked) == 2


@pytest.mark.parametrize("backends", [BACKENDS, BACKENDS[1:]], ids=["backend", "no backend"])
def test_what_shows_no_wrong_password_costs_its_address_nothing(alone, guarded, backends):
    guarded.AUTHENTICATION_BACKENDS = backends
    guarded.AUTHENTICATION_THROTTLING = {**PAGES, "DELAY_FUNCTION": by_address}
    for _ in range(4):
        assert alone.post("/batch/", [], content_type="application/json").status_code == 200
        assert send(alone, UNREAD["another field"], "right").status_code == 200
    assert counted() == (0, 0)


def test_a_batch_counts_each_guess_and_tells_no_more_than_it_may(alone):
    guesses = [["ann", "wrong"]] * 20 + [["ann", "right"]]
    got = alone.post("/batch/", guesses, content_type="application/json")
    assert (got.status_code, b"ann" in got.content) == (429, False)
    assert alone.get("/who/").content == b"AnonymousUser"
    assert counted()[0] == 3


def test_who_guesses_in_a_batch_hides_it_behind_no_login_of_his_own(alone):
    auth.get_user_model().objects.create_user("eve", password="right")
    guesses = [["ann", "wrong"]] * 5 + [["bob", "wrong"], ["ann", "right"], ["eve", "right"]]
    got = alone.post("/batch/", guesses, content_type="application/json")
    assert got.status_code == 429
    assert alone.get("/who/").content == b"AnonymousUser"
    assert [attempt_count("username", name) for name in ("ann", "bob", "eve")] == [3, 1, 1]


def test_a_batch_that_is_right_in_time_starts_anew(alone):
    guesses = [["ann", "wrong"], ["ann", "wrong"], ["ann", "right"]]
    assert alone.post("/batch/", guesses, content_type="application/json").status_code == 200
    assert alone.get("/who/").content == b"ann"
    assert counted()[0] == 0


class Slow:
    """Answer nobody before all of eight are asked."""

    def __init__(self):
        self.threads = Slow.threads
        self.tasks = Slow.tasks

    def authenticate(self, request, username=None, password=None):
        self.threads.wait()

    async def aauthenticate(self, request, username=None, password=None):
        await self.tasks.wait()


def waiting(request):
    auth.authenticate(request, username=request.POST["who"], password="x")
    return HttpResponse(status=403)


async def awaiting(request):
    await Slow().aauthenticate(request)
    failed = auth.signals.user_login_failed
    tell = failed.asend if hasattr(failed, "asend") else sync_to_async(failed.send)  # Django 5.0
    await tell(__name__, credentials={"username": request.POST["who"]}, request=request)
    return HttpResponse(status=403)


urlpatterns = [path("in/", waiting), path("awaiting/", awaiting)]


def test_of_eight_guesses_at_the_same_time_three_are_answered(settings, clock):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [MIDDLEWARE[-1]]
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.Slow"]
    settings.AUTHENTICATION_THROTTLING = PAGES
    Slow.threads, Slow.tasks = Barrier(8), None
    with ThreadPoolExecutor(8) as pool:
        guesses = [pool.submit(Client().post, "/in/", {"who": "ann"}) for _ in range(8)]
        found = [guess.result().status_code for guess in guesses]
    assert sorted(found) == [403] * 3 + [429] * 5
    assert counted() == (3, 3)


def test_of_eight_awaited_guesses_at_the_same_time_three_are_answered(settings, clock):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [MIDDLEWARE[-1]]
    settings.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("awaiting/", None)]}

    async def rush():
        Slow.threads, Slow.tasks = None, asyncio.Barrier(8)
        post = AsyncClient().post
        return await asyncio.gather(*(post("/awaiting/", {"who": "ann"}) for _ in range(8)))

    found = [got.status_code for got in asyncio.run(rush())]
    assert sorted(found) == [403] * 3 + [429] * 5
    assert counted() == (3, 3)


def test_a_cache_that_does_not_answer_lets_nobody_in(alone, guarded):
    guarded.CACHES = caches(REDIS, "redis://127.0.0.1:1", OPTIONS={"retry": None})
    assert send(alone, UNREAD["another field"], "right").status_code == 503
    assert send(alone, UNREAD["another field"]).status_code == 503
    assert alone.get("/who/").content == b"AnonymousUser"


def test_other_pages_are_followed_while_the_site_runs(alone, guarded, settings):
    guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("nowhere/", None)]}
    form = READ["JSON"]
    assert [send(alone, form).status_code for _ in range(5)] == [403] * 5
    guarded.AUTHENTICATION_THROTTLING = PAGES
    assert statuses(alone, form) == FOUR
    guarded.AUTHENTICATION_THROTTLING = {
        "LOGIN_URLS_WITH_TEMPLATES": [("in/", "registration/login.html")]
    }
    got = send(alone, form)
    assert (got.status_code, b"errorlist" in got.content) == (200, True)
    guarded.AUTHENTICATION_THROTTLING = {"LOGIN_URLS_WITH_TEMPLATES": [("nowhere/", None)]}
    assert send(alone, form).status_code == 403


def test_a_login_without_a_session_is_refused_as_well(alone, guarded):
    """As of a package that hands out tokens, and tells Django's signal of it."""
    guarded.MIDDLEWARE = [MIDDLEWARE[-1]]
    guarded.ROOT_URLCONF = (path("in/", handing_out),)
    for _ in range(3):
        increment_counters(username="ann")
    got = alone.post("/in/", {"who": "ann"})
    assert (got.status_code, b"secret" in got.content) == (429, False)


def handing_out(request):
    user = auth.get_user_model().objects.get(username=request.POST["who"])
    user_logged_in.send(user.__class__, request=request, user=user)
    return HttpResponse("secret")
