"""What the whole site's policy is made of: settings, apps, a rollout, a callable."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from tests import views

from security.decorators import csp_override
from security.middleware import requirements

POLICY = "Content-Security-Policy"
REPORT_ONLY = "Content-Security-Policy-Report-Only"


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURE_CSP = {"default-src": ["'self'"]}


@pytest.fixture
def widget(monkeypatch):
    """Let the sessions app be a library that needs a source."""
    config = apps.get_app_config("sessions")
    monkeypatch.setattr(config, "csp_sources", {"connect-src": ["api.example"]}, raising=False)
    return config


def test_settings_edit_the_policy_of_the_site(get, settings):
    settings.SECURITY_CSP_ADD = {"img-src": ["data:", "a.example"]}
    settings.SECURITY_CSP_REMOVE = {"img-src": ["data:"]}
    settings.SECURITY_CSP_REPLACE = {"base-uri": ["'none'"]}
    assert get("/sync/")[POLICY] == "default-src 'self'; img-src 'self' a.example; base-uri 'none'"


def test_settings_edit_the_policy_of_a_preset(get, settings):
    del settings.SECURE_CSP
    settings.SECURITY_PRESET = "strict"
    settings.SECURITY_CSP_ADD = {"img-src": ["data:"]}
    assert "; img-src 'self' data:; " in get("/sync/")[POLICY]


def test_an_app_gets_the_sources_it_declares(get, widget):
    assert get("/sync/")[POLICY] == "default-src 'self'; connect-src 'self' api.example"


@pytest.mark.parametrize(
    ("wanted", "sent"), [(False, False), (["auth"], False), (["sessions"], True)]
)
def test_the_project_decides_whose_wishes_count(get, settings, widget, wanted, sent):
    settings.SECURITY_CSP_APPS = wanted
    assert ("api.example" in get("/sync/")[POLICY]) is sent


def test_a_label_that_no_app_has_stops_the_start(get, settings):
    settings.SECURITY_CSP_APPS = ["session"]
    with pytest.raises(ImproperlyConfigured) as error:
        get("/sync/")
    assert str(error.value) == (
        "SECURITY_CSP_APPS must be made of labels of installed apps (got 'session').\n"
        "    HINT: Did you mean 'sessions'?"
    )


def test_a_wish_that_is_no_policy_names_the_app(get, widget):
    widget.csp_sources = {"connect-src": ["self"]}
    with pytest.raises(ImproperlyConfigured, match=r'SessionsConfig.csp_sources\["connect-src"\]'):
        get("/sync/")


def test_each_source_says_who_asked_for_it(settings, widget):
    settings.SECURITY_CSP_ADD = {"img-src": ["data:"]}
    assert requirements.provenance() == [
        ("default-src", "'self'", "SECURE_CSP"),
        ("connect-src", "'self'", "app sessions"),
        ("connect-src", "api.example", "app sessions"),
        ("img-src", "'self'", "SECURITY_CSP_ADD"),
        ("img-src", "data:", "SECURITY_CSP_ADD"),
    ]


def by_user(request, response):
    return {"default-src": ["'none'"]} if request.GET.get("strict") else None


def test_a_function_may_choose_the_policy_of_each_response(get, settings):
    settings.SECURITY_CSP_CALLABLE = f"{__name__}.by_user"
    assert get("/sync/")[POLICY] == "default-src 'self'"
    assert get("/sync/?strict=1")[POLICY] == "default-src 'none'"
    assert get("/missing/?strict=1")[POLICY] == "default-src 'none'"


@pytest.mark.parametrize("path", ["no.such.module", f"{__name__}.POLICY", "nodots", 7])
def test_a_function_that_is_not_there_stops_the_start(get, settings, path):
    settings.SECURITY_CSP_CALLABLE = path
    with pytest.raises(ImproperlyConfigured, match="SECURITY_CSP_CALLABLE must be the dotted path"):
        get("/sync/")


def visitors(get, settings, percent):
    settings.SECURITY_CSP_ROLLOUT = {"POLICY": {"default-src": ["'none'"]}, "PERCENT": percent}
    agents = {number: {"user-agent": f"browser {number}"} for number in range(40)}
    sent = {number: get("/sync/", headers=agent)[POLICY] for number, agent in agents.items()}
    return {number for number, policy in sent.items() if policy == "default-src 'none'"}


def test_nobody_gets_a_candidate_that_is_not_rolled_out(get, settings):
    settings.SECURITY_CSP_ROLLOUT = {"POLICY": {"default-src": ["'none'"]}, "PERCENT": 0}
    response = get("/sync/")
    assert response[POLICY] == "default-src 'self'"
    assert response[REPORT_ONLY] == "default-src 'none'"


def test_everybody_gets_a_candidate_at_a_hundred_percent(get, settings):
    settings.SECURITY_CSP_ROLLOUT = {"POLICY": {"default-src": ["'none'"]}, "PERCENT": 100}
    response = get("/sync/")
    assert response[POLICY] == "default-src 'none'"
    assert REPORT_ONLY not in response


def test_a_larger_share_keeps_those_it_had(site, settings):
    some = visitors(site.get, settings, 20)
    more = visitors(site.get, settings, 60)
    assert 0 < len(some) < len(more) < 40
    assert some < more


def test_a_page_with_a_policy_of_its_own_is_no_part_of_a_rollout(page, settings):
    settings.SECURITY_CSP_ROLLOUT = {"POLICY": {"default-src": ["'none'"]}, "PERCENT": 100}
    response = page(csp_override({"img-src": ["*"]})(views.sync_view))
    assert response[POLICY] == "img-src *"


def test_edits_reach_the_candidate(get, settings):
    settings.SECURITY_CSP_ADD = {"img-src": ["data:"]}
    settings.SECURITY_CSP_ROLLOUT = {"POLICY": {"default-src": ["'none'"]}, "PERCENT": 100}
    assert get("/sync/")[POLICY] == "default-src 'none'; img-src data:"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "SECURITY_CSP_ROLLOUT must be given a POLICY (got [])."),
        (
            {"POLICY": {"imgsrc": ["*"]}},
            'SECURITY_CSP_ROLLOUT["POLICY"] must be made of directives of Content-Security-Policy',
        ),
        (
            {"POLICY": {"img-src": ["*"]}, "PERCENT": 101},
            'SECURITY_CSP_ROLLOUT["PERCENT"] must be a share from 0 to 100, in percent (got 101).',
        ),
        (
            {"POLICY": {"img-src": ["*"]}, "SHARE": 1},
            "SECURITY_CSP_ROLLOUT must be made of the keys 'POLICY', 'PERCENT' (got 'SHARE').",
        ),
    ],
)
def test_a_rollout_that_cannot_be_stops_the_start(get, settings, value, message):
    settings.SECURITY_CSP_ROLLOUT = value
    with pytest.raises(ImproperlyConfigured) as error:
        get("/sync/")
    assert str(error.value).startswith(message)
