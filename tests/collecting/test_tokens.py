from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.collecting.sending import body

from security.reports import tokens

DAY = date(2026, 11, 21)
ONE = timedelta(days=1)
BOTH = pytest.mark.parametrize("path", ["/reports/", "/csp-report/"])


def token_of(address):
    return address.rstrip("/").rpartition("/")[2]


@pytest.fixture
def signing(settings):
    settings.SECURITY_REPORTS = {**settings.SECURITY_REPORTS, "TOKEN": True}


def today():
    return datetime.now(UTC).date()


@BOTH
@pytest.mark.parametrize("age", [0, 1])
def test_the_tokens_of_today_and_yesterday_open_the_address(signing, start, keeper, path, age):
    assert start().post(tokens.signed(path, today() - age * ONE), body()).status == 204
    assert len(keeper().arrivals) == 1


@BOTH
@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda path: path, "unsigned"),
        (lambda path: f"{path}forged/", "stale-token"),
        (lambda path: tokens.signed(path, today() - 2 * ONE), "stale-token"),
        (lambda path: tokens.signed(path, today() + 2 * ONE), "stale-token"),
    ],
    ids=["none", "forged", "old", "to-come"],
)
def test_any_other_is_counted_and_answered_as_each_view_says(
    signing, start, keeper, path, made, reason
):
    answer = start().post(made(path), body())
    assert answer.status == {"/reports/": 204, "/csp-report/": 403}[path]
    assert (keeper().arrivals, dict(keeper().refused)) == ([], {reason: 1})


def test_without_the_setting_nobody_asks_for_a_token(server, keeper):
    server.post("/reports/forged/", body())
    server.post("/reports/", body())
    assert len(keeper().arrivals) == 2


def test_the_policy_that_was_violated_is_the_same_every_day(signing, start, keeper):
    server = start()
    for age in (0, 1):
        address = tokens.signed("/reports/", today() - age * ONE)
        policy = f"img-src 'self'; report-uri {address}"
        server.post(address, body(**{"original-policy": policy}))
    first, second = (arrival.entry for arrival in keeper().arrivals)
    assert first == second
    assert first.report.policy == "img-src 'self'; report-uri /reports/"


def test_a_token_is_good_for_the_host_of_its_url_alone():
    address = tokens.signed("https://reports.example:8443/reports/?x=1", DAY)
    assert address.startswith("https://reports.example:8443/reports/")
    assert address.endswith("/?x=1")
    token = token_of(address.removesuffix("?x=1"))
    assert tokens.is_valid(token, "reports.example", DAY)
    assert not tokens.is_valid(token, "www.example", DAY)


def test_a_host_that_is_not_allowed_has_no_token_of_its_own(signing, start, keeper):
    own = token_of(tokens.signed("https://evil.example/reports/", today()))
    start().post(f"/reports/{own}/", body(), headers={"Host": "evil.example"})
    assert dict(keeper().refused) == {"stale-token": 1}


def test_a_token_is_the_same_all_day_and_another_the_next():
    assert tokens.signed("/reports/", DAY) == tokens.signed("/reports/", DAY)
    assert tokens.signed("/reports/", DAY) != tokens.signed("/reports/", DAY + ONE)
    assert len(token_of(tokens.signed("/reports/", DAY))) <= tokens.MAX_TOKEN


def test_a_former_key_still_counts_and_a_foreign_one_does_not(settings):
    token = token_of(tokens.signed("/reports/", DAY))
    settings.SECRET_KEY, former = "another-key", settings.SECRET_KEY
    assert not tokens.is_valid(token, "testserver", DAY)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert tokens.is_valid(token, "testserver", DAY)


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_is_a_token_or_an_error(token, host):
    assert tokens.is_valid(token, host, DAY) is False
