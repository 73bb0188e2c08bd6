from __future__ import annotations

import json

import pytest

from security.reports import wire
from security.reports.twins import is_repeated

ORIGIN = "https://app.example.test"
CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0"
NEW = CHROMIUM.format(156)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
SAFARI = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{}.0 Safari/605"


def repeated(origin=ORIGIN, agent=NEW, **changes):
    members = {
        "document-uri": f"{ORIGIN}/",
        "effective-directive": "script-src-elem",
        "blocked-uri": "inline",
        "status-code": 200,
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    (report,) = wire.parse(json.dumps({"csp-report": members}).encode()).reports
    return is_repeated(report, origin=origin, user_agent=agent)


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("agent", [CHROMIUM.format(96), CHROMIUM.format(156), FIREFOX.format(149)])
def test_what_happens_in_an_ordinary_page_comes_twice(agent, status):
    assert repeated(agent=agent, status_code=status) is True


@pytest.mark.parametrize(
    "agent",
    [CHROMIUM.format(95), FIREFOX.format(148), SAFARI.format(18), SAFARI.format(200), "", "curl/8"],
)
def test_a_browser_that_may_not_know_report_to_is_believed(agent):
    assert repeated(agent=agent) is False


@pytest.mark.parametrize(
    "lost",
    [
        {"effective_directive": "frame-ancestors"},
        {"origin": "null"},
        {"origin": ""},
        {"status_code": 0},
        {"status_code": None},
    ],
    ids=["framed", "sandboxed", "no origin", "inherited or worker", "unknown"],
)
def test_what_report_to_loses_comes_once(lost):
    assert repeated(**lost) is False


def test_what_came_by_report_to_is_the_original():
    item = {"type": "csp-violation", "url": ORIGIN, "body": {"effectiveDirective": "img-src"}}
    item["body"]["statusCode"] = 200
    (report,) = wire.parse(json.dumps([item]).encode()).reports
    assert is_repeated(report, origin=ORIGIN, user_agent=NEW) is False
