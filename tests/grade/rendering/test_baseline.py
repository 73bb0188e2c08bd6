from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.grade.rendering.cards import hostile
from tests.grade.rendering.shots import taken

from security.grade import snapshot
from security.grade.baseline import Snapshot, compare, render
from security.grade.card import grade
from security.grade.exchange import Exchange
from security.grade.finding import Severity
from security.grade.snapshot import SECURITY_HEADERS, Found

TOKEN = "a-_4" * 10 + "abc"  # 43 characters, as a signature has


def changed(old, new):
    return compare([taken(**old)], [taken(**new)])


@pytest.mark.parametrize(
    "header",
    [
        {"Content_Security_Policy": "script-src 'nonce-{nonce}'"},
        {"Reporting_Endpoints": 'default="https://shop.test/r/{token}/", b="/r/{token}/"'},
        {"Content_Security_Policy": "default-src 'none'; report-uri /r/{token}/; base-uri 'none'"},
        {"Date": "{nonce}"},
        {"Set-Cookie": "a={nonce}; Path=/; Secure; HttpOnly; SameSite=Lax"},
    ],
    ids=["nonce", "endpoints", "report-uri", "date", "cookie"],
)
def test_what_changes_with_every_answer_is_no_change(header):
    one, other = (
        {name: text.format(nonce=nonce, token=token) for name, text in header.items()}
        for nonce, token in [("bm9uY2Vub25jZQ", TOKEN), ("c2Vjb25kbm9uYw==", TOKEN[::-1])]
    )
    assert not changed(one, other)


def test_a_token_is_one_as_the_package_makes_it():
    from security.reports.tokens import signed

    one, other = (signed("https://shop.test/r/", date(2026, 1, day)) for day in (1, 2))
    assert one != other
    assert snapshot.steady(one) == snapshot.steady(other) == "https://shop.test/r/*/"


def test_one_cause_is_one_line():
    old = [taken(target=f"https://shop.test/{number}") for number in range(7)]
    new = [
        taken(target=f"https://shop.test/{number}", Cross_Origin_Opener_Policy="unsafe-none")
        for number in range(3)
    ]
    changes = compare(old, [*new, *old[3:]])
    assert changes.is_worse
    assert render(changes) == (
        """\
Grade down
  A+ 150 -> A+ 140 on 3 URLs
      https://shop.test/0
      https://shop.test/1
      https://shop.test/2

New findings
  INFO coep.alone on 3 URLs
      https://shop.test/0
      https://shop.test/1
      https://shop.test/2
  INFO coop.unsafe-none on 3 URLs
      https://shop.test/0
      https://shop.test/1
      https://shop.test/2

Observatory
  cross-origin-opener-policy coop-implemented-with-same-origin (+10) -> """
        """coop-implemented-with-unsafe-none (+0) on 3 URLs
      https://shop.test/0
      https://shop.test/1
      https://shop.test/2

Headers
  Cross-Origin-Opener-Policy same-origin -> unsafe-none on 3 URLs
      https://shop.test/0
      https://shop.test/1
      https://shop.test/2

The site is worse than the baseline.
"""
    )


def test_nothing_changed_is_said():
    changes = compare([taken()], [taken()])
    assert (bool(changes), changes.is_worse) == (False, False)
    assert render(changes) == "Nothing has changed on 1 URL.\n"


WEAKER = {
    "a grade fell": ({}, {"without": "X-Content-Type-Options"}),
    "no grade": ({}, {"status": 500}),
    "a finding": ({}, {"without": "Permissions-Policy"}),
    "a test": (
        {"without": "Strict-Transport-Security"},
        {"without": ("Strict-Transport-Security", "Cross-Origin-Resource-Policy")},
    ),
}


@pytest.mark.parametrize("name", WEAKER)
def test_what_is_worse_is_worse_and_the_way_back_is_not(name):
    old, new = WEAKER[name]
    assert changed(old, new).is_worse
    back = changed(new, old)
    assert bool(back)
    assert not back.is_worse


def test_a_second_cookie_without_secure_is_worse():
    one = ("Set-Cookie", "a=1; SameSite=Lax")
    assert changed({"lines": [one]}, {"lines": [one, ("Set-Cookie", "b=1; SameSite=Lax")]}).is_worse
    assert not changed({"lines": [one]}, {"lines": [("Set-Cookie", "a=2; SameSite=Lax")]})


def test_a_new_value_of_the_same_fault_is_a_change_of_the_header_alone():
    changes = changed({"Server": "nginx/1.1"}, {"Server": "nginx/1.2"})
    assert not changes
    shorter = {"Strict_Transport_Security": "max-age=500"}
    changes = changed({"Strict_Transport_Security": "max-age=400"}, shorter)
    assert [change.what for change in changes.headers] == [
        "Strict-Transport-Security max-age=400 -> max-age=500"
    ]
    assert (changes.new_findings, changes.is_worse) == ((), False)


def test_a_header_may_come_and_go():
    changes = changed({}, {"without": "X-Frame-Options", "Cache-Control": "no-store"})
    assert [change.what for change in changes.headers] == [
        "Cache-Control (absent) -> no-store",
        "X-Frame-Options DENY -> (absent)",
    ]


def test_a_new_url_is_worse_where_it_has_a_fault_of_its_own():
    weak = {"without": "Permissions-Policy"}
    known = taken(target="a")
    assert not compare([known], [known, taken(target="b")]).is_worse
    assert compare([known], [known, taken(target="b", **weak)]).is_worse
    assert compare([known], [known, taken(target="b", status=500)]).is_worse
    old = taken(target="a", **weak)
    assert not compare([old], [old, taken(target="b", **weak)]).is_worse


def test_urls_that_come_and_go_are_told():
    text = render(compare([taken(target="a")], [taken(target="b")]))
    assert text == (
        "New URLs\n  graded A+ 150 on 1 URL\n      b\n\n"
        "URLs gone\n  no longer graded on 1 URL\n      a\n\n"
        "The site is no worse than the baseline.\n"
    )


def test_a_site_that_does_not_answer_has_a_snapshot():
    one = Exchange("gone.test", None)
    assert snapshot.snapshot(one, grade(one)) == Snapshot("gone.test", None, None)


def test_a_long_value_is_kept_by_its_hash():
    one, other = ({"Permissions_Policy": f"{'a' * 5000}{end}"} for end in "xy")
    (change,) = changed(one, other).headers
    assert change.what.count("... sha256:") == 2
    assert len(render(changed(one, other)).splitlines()[1]) < 400


def test_endless_changes_are_cut():
    old = [taken(target=f"{number}") for number in range(250)]
    new = [replace(one, headers={**one.headers, "NEL": one.target}) for one in old]
    text = render(compare(old, new))
    assert "  and 50 more changes\n" in text
    new = [replace(one, headers={**one.headers, "NEL": ""}) for one in old]
    assert "      and 245 more\n" in render(compare(old, new))


def test_every_header_that_is_kept_stands_once_and_in_order():
    assert list(SECURITY_HEADERS) == sorted(set(SECURITY_HEADERS), key=str.lower)


def test_a_finding_is_kept_without_its_words():
    one = Exchange("a", None)
    found = snapshot.snapshot(one, hostile()).findings
    assert Found("x.evil", Severity.HIGH) in found
