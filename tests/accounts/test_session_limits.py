from __future__ import annotations

import asyncio
import math

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpResponse
from tests.accounts.visits import MIDDLEWARE, Visitor

from security.conf import conf
from security.middleware import SessionExpiryPolicyMiddleware, session_limits

pytestmark = pytest.mark.django_db(transaction=True)

ASKED: list[str] = []


def by_name(request, user):
    """Let bob stay for ten minutes, idle for one; the others as in the settings."""
    ASKED.append(f"{request.path} {user.get_username()}")
    return (600, 60) if user.get_username() == "bob" else None


async def awaited(request, user):
    await asyncio.sleep(0)
    return by_name(request, user)


@pytest.fixture(params=["by_name", "awaited"])
def limits(request, settings):
    settings.SECURITY_SESSION_LIMITS = f"{__name__}.{request.param}"
    ASKED.clear()


@pytest.fixture
def returned(monkeypatch, settings):
    """Return a function that says what the function of the project returns."""

    def say(value):
        def function(request, user):
            if isinstance(value, Exception):
                raise value
            return value

        settings.SECURITY_SESSION_LIMITS = f"{__name__}.by_name"
        monkeypatch.setitem(conf.__dict__, "SECURITY_SESSION_LIMITS", function)

    return say


@pytest.fixture
def bob(visitor):
    visitor.get("/enter/?name=bob")
    return visitor


def test_a_user_has_limits_of_their_own(bob, limits, clock):
    for passed in range(60, 601, 60):
        clock.passed = passed
        assert bob.who() == "bob"
    clock.passed = 601
    assert bob.who() == ""


def test_their_idle_time_is_their_own_too(bob, limits, clock):
    clock.passed = 61
    assert bob.who() == ""


def test_their_activity_is_recorded_in_time(bob, limits, clock, saves):
    for passed in (5, 6, 65):
        clock.passed = passed
        assert bob.who() == "bob"
    assert len(saves) == 2


def test_for_none_the_settings_hold(ann, limits, clock):
    clock.passed = 1_800
    assert ann.who() == "ann"
    clock.passed += 1_801
    assert ann.who() == ""


def test_it_is_asked_for_users_alone(visitor, limits, clock):
    for page in ("/plain/", "/basket/", "/look/", "/enter/", "/plain/"):
        visitor.get(page)
    assert ASKED == ["/plain/ ann"]


def test_it_is_not_asked_on_an_exempt_page(ann, limits, settings):
    settings.SESSION_EXPIRY_EXEMPT_URLS = ["plain"]
    ann.get("/plain/")
    assert ASKED == []


def test_a_limit_of_0_ends_the_session_at_once(ann, returned):
    returned((0, 60))
    assert ann.who() == ""


def test_a_longer_idle_time_than_in_the_settings_holds(ann, returned, clock):
    returned((86_400, 7_200))
    clock.passed = 7_200
    assert ann.who() == "ann"


def test_who_is_no_user_any_more_has_the_limits_of_the_settings(ann, limits, clock, serving):
    get_user_model().objects.filter(username="ann").update(is_active=False)
    assert ann.who() == ""
    assert ASKED == []
    clock.passed = 1_801
    ann.get("/plain/")
    assert ann.cookie is None


def test_who_changed_the_password_elsewhere_has_nothing_left_to_judge(ann, limits):
    user = get_user_model().objects.get(username="ann")
    user.set_password("another")
    user.save()
    assert ann.who() == ""
    assert (ann.cookie, ASKED) == (None, [])


def test_the_user_is_loaded_once(ann, limits, serving, monkeypatch):
    loads = []
    inner = ModelBackend.get_user
    monkeypatch.setattr(
        ModelBackend, "get_user", lambda *args: [loads.append(args[1]), inner(*args)][1]
    )
    if hasattr(ModelBackend, "aget_user"):
        monkeypatch.setattr(ModelBackend, "aget_user", _awaited(loads, ModelBackend.aget_user))
    assert ann.who() == "ann"
    assert len(loads) == 1


def _awaited(loads, inner):
    async def aget_user(self, user_id):
        loads.append(user_id)
        return await inner(self, user_id)

    return aget_user


def test_a_site_without_users_is_told_what_is_missing(ann, limits, settings):
    settings.MIDDLEWARE = [MIDDLEWARE[0], MIDDLEWARE[2], MIDDLEWARE[1]]
    restarted = Visitor(ann.mode)
    restarted.client.cookies = ann.client.cookies
    with pytest.raises(ImproperlyConfigured, match=r"must name AuthenticationMiddleware before"):
        restarted.get("/plain/")


def test_a_site_without_users_needs_them_for_the_sessions_of_users_alone(
    visitor, limits, clock, settings
):
    settings.MIDDLEWARE = [MIDDLEWARE[0], MIDDLEWARE[2]]
    visitor.get("/basket/")
    clock.passed = 1_801
    assert visitor.get("/look/").content == b""


@pytest.mark.parametrize(
    "nonsense",
    [
        0,
        True,
        60,
        "60",
        (),
        (60,),
        (60, 60, 60),
        (60, None),
        (-1, 60),
        (math.nan, 60),
        (60, math.inf),
        (10**400, 10**400),
        {"age": 60, "idle": 60},
        HttpResponse,
    ],
    ids=lambda value: f"{value!r:.20}",
)
def test_nonsense_lets_nobody_in(ann, returned, nonsense):
    returned(nonsense)
    with pytest.raises(ImproperlyConfigured) as raised:
        ann.who()
    first, hint = str(raised.value).splitlines()
    assert first.startswith(
        "SECURITY_SESSION_LIMITS must be a function that returns None or two numbers of "
        "seconds, (age, idle) (got "
    )
    assert hint == "    HINT: Return (28_800, 900) for eight hours and fifteen minutes."


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("secret"), PermissionDenied(), KeyError("x")], ids=repr
)
def test_an_error_lets_nobody_in(ann, returned, error):
    returned(error)
    with pytest.raises(ImproperlyConfigured) as raised:
        ann.who()
    assert str(raised.value) == (
        "SECURITY_SESSION_LIMITS must be a function that returns limits for every user "
        f"(got {type(error).__name__}).\n    HINT: Return None for the limits of the settings."
    )
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("wrong", ["nowhere.at.all", f"{__name__}.missing", f"{__name__}.ASKED"])
def test_the_site_does_not_start_without_that_function(settings, wrong):
    settings.SECURITY_SESSION_LIMITS = wrong
    with pytest.raises(ImproperlyConfigured, match="SECURITY_SESSION_LIMITS"):
        SessionExpiryPolicyMiddleware(lambda request: HttpResponse())


def test_the_refresh_of_the_settings_holds_for_everybody(settings, returned):
    settings.SECURITY_SESSION_REFRESH = 7
    assert session_limits.standing().refresh == 7
