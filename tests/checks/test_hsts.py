from __future__ import annotations

import pytest
from tests.checks.catalogue import DJANGO, OURS, SESSIONS, ids, ramp, say, texts

OUR_HSTS = "security.middleware.StrictTransportSecurityMiddleware"


@pytest.mark.parametrize(
    ("middleware", "values", "found"),
    [
        ([DJANGO], {"SECURE_HSTS_SECONDS": 60}, ["bulwark.W050"]),
        ([DJANGO], {"SECURE_HSTS_SECONDS": 0}, []),
        ([OUR_HSTS], {"STS_MAX_AGE": 60, "STS_PRELOAD": True}, ["bulwark.W050"]),
        (
            [OUR_HSTS],
            {"STS_INCLUDE_SUBDOMAINS": False, "STS_PRELOAD": True},
            ["bulwark.W049"],
        ),
        ([OURS], {"SECURE_HSTS_SECONDS": 60}, ["bulwark.W049", "bulwark.W050"]),
        ([OURS], {"SECURE_HSTS_SECONDS": 0}, []),
        ([SESSIONS], {"SECURE_HSTS_SECONDS": 60}, []),
    ],
)
def test_preload_is_judged_by_who_sends_it(settings, middleware, values, found):
    base = {
        "SECURITY_PRESET": None,
        "MIDDLEWARE": middleware,
        "SECURE_HSTS_PRELOAD": True,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
    }
    checks = ("hsts.check_preload_subdomains", "hsts.check_preload_age")
    assert [i for check in checks for i in ids(say(settings, check, base, values))] == found


@pytest.mark.parametrize(
    "steps",
    [
        ramp((-60, 300), (-10, 31_536_000)),
        ramp((-9, 86_400), (5, 0)),
        ramp((1, 300), (8, 86_400)),
    ],
    ids=["just over", "a withdrawal", "tomorrow"],
)
def test_a_ramp_that_goes_its_way_is_silent(settings, steps):
    for check in ("check_ramp_end", "check_ramp_start", "check_ramp_rise"):
        assert say(settings, f"hsts.{check}", steps) == []


def test_a_withdrawal_of_nothing_is_over_the_next_day(settings):
    assert ids(say(settings, "hsts.check_ramp_end", ramp((-1, 0)))) == ["bulwark.W052"]
    assert say(settings, "hsts.check_ramp_end", ramp((0, 0))) == []


def test_a_ramp_that_nobody_reads_is_not_judged(settings):
    values = {"MIDDLEWARE": [DJANGO], **ramp((90, 300), (91, 60))}
    assert say(settings, "hsts.check_ramp_start", values) == []
    assert say(settings, "hsts.check_ramp_rise", values) == []


def test_a_fall_before_the_withdrawal_is_still_a_fall(settings):
    values = ramp((-9, 600), (-5, 300), (1, 0))
    assert texts(say(settings, "hsts.check_ramp_rise", values)) == [
        "SECURITY_HSTS_RAMP must rise, or end with 0 (got 300 after 600): browsers that heard the "
        "higher number forget it with their next visit."
    ]
