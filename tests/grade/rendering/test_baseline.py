from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.grade.exchanges import CASES, an_exchange
from tests.grade.rendering.cards import EVIL, hostile

from security.grade import baseline, snapshot
from security.grade.baseline import Snapshot, compare, read, render, write
from security.grade.card import grade
from security.grade.exchange import Exchange, from_recorded
from security.grade.finding import Severity
from security.grade.snapshot import MAX_VALUE, SECURITY_HEADERS, Found
from security.policy.errors import PolicyError

TOKEN = "a-_4" * 10 + "abc"  # 43 characters, as a signature has


def taken(target="https://shop.test/", **options):
    exchange = an_exchange(site={"target": target}, **options)
    return snapshot.snapshot(exchange, grade(exchange))


def changed(old, new):
    return compare([taken(**old)], [taken(**new)])


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "baseline.json"
    exchanges = [from_recorded(case["input"] | {"target": f"t{number}"})
                 for number, case in enumerate(CASES)]  # fmt: skip
    shots = [snapshot.snapshot(one, grade(one)) for one in exchanges]
    write(path, reversed(shots))
    assert sorted(read(path), key=lambda one: one.target) == sorted(
        shots, key=lambda one: one.target
    )
    assert not compare(read(path), shots)


def test_the_same_sites_are_the_same_bytes(tmp_path):
    shots = [taken(target=name) for name in "abc"]
    write(tmp_path / "one", shots)
    write(tmp_path / "two", reversed(shots))
    data = (tmp_path / "one").read_bytes()
    assert data == (tmp_path / "two").read_bytes()
    assert data.isascii()
    assert len(data.splitlines()) == 3 + 2
    assert json.loads(data)["version"] == 1


def test_a_hostile_site_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshot, "MAX_FINDINGS", 5)
    exchange = an_exchange(Content_Security_Policy=EVIL * 500, Referrer_Policy=EVIL)
    one = snapshot.snapshot(exchange, grade(exchange))
    write(tmp_path / "file", [one])
    assert read(tmp_path / "file") == (one,)
    worst = max(found.severity for found in grade(exchange).findings)
    assert (len(one.findings), one.findings[0].severity) == (5, worst)
    assert len(one.headers["Content-Security-Policy"]) < MAX_VALUE + 100
    assert "\x1b" not in render(compare([], [one]))
    assert render(compare([taken()], [one])).isascii()


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


@pytest.mark.parametrize("act", ["write", "compare"])
def test_two_sites_of_one_name_are_refused(act, tmp_path):
    with pytest.raises(PolicyError, match="that each have a name of their own"):
        write(tmp_path / "a", [taken()] * 2) if act == "write" else compare([], [taken()] * 2)
    assert list(tmp_path.iterdir()) == []


GOOD = {"format": "django-bulwark baseline", "version": 1, "algorithm": 6, "sites": []}
SITE = {"target": "a", "score": 1, "grade": "F", "headers": {}, "tests": {}, "findings": []}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "must be a baseline in JSON (got b'')."),
        ("\udcff", "must be a baseline in JSON (got b'\\xff')."),
        ("[" * 100_000, "must be a baseline in JSON"),
        ("9" * 5000, "must be a baseline in JSON"),
        ("[]", "must be an object (got [])."),
        (GOOD | {"format": 1}, "[\"format\"] must be 'django-bulwark baseline' (got 1)."),
        (GOOD | {"version": 2}, '["version"] must be 1 (got 2).'),
        (GOOD | {"version": True}, '["version"] must be 1 (got True).'),
        (GOOD | {"algorithm": 7}, '["algorithm"] must be 6 (got 7).'),
        (GOOD | {"sites": {}}, '["sites"] must be a list (got {}).'),
        (GOOD | {"sites": [1]}, '["sites"][0] must be an object (got 1).'),
        (GOOD | {"sites": [SITE, SITE]}, "must be of sites that each have a name"),
        *(
            (GOOD | {"sites": [SITE | part]}, f'["sites"][0]["{next(iter(part))}"] must be ')
            for part in (
                {"target": None},
                {"target": "a" * 5000},
                {"score": "1"},
                {"score": True},
                {"score": -1},
                {"grade": None},
                {"grade": []},
                {"grade": "Z"},
                {"headers": []},
                {"headers": {"a": 1}},
                {"headers": {"a": "b" * 10_001}},
                {"tests": dict.fromkeys(map(str, range(1001)), "")},
                {"findings": {}},
                {"findings": [["a", "HIGH"]]},
                {"findings": [["a", [], None]]},
                {"findings": [["a", "WORST", None]]},
                {"findings": [[1, "HIGH", None]]},
                {"findings": [["a", "HIGH", 1]]},
                {"findings": [["a", "HIGH", None]] * 1001},
            )
        ),
    ],
    ids=str,
)
def test_what_is_no_baseline_is_refused(tmp_path, data, message):
    text = data if isinstance(data, str) else json.dumps(data)
    path = tmp_path / "baseline.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PolicyError) as caught:
        read(path)
    assert caught.value.describe("").strip().startswith(message)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*SITE, "a"]), inner, max_size=6),
))  # fmt: skip
def test_whatever_stands_in_a_site_is_read_or_refused(tmp_path_factory, site):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(GOOD | {"sites": [site]}))
    with suppress(PolicyError):
        assert len(read(path)) == 1


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    write(tmp_path / "a", [taken()])
    monkeypatch.setattr(baseline, "MAX_FILE", 100)
    with pytest.raises(PolicyError, match="at most 100 bytes long"):
        read(tmp_path / "a")
    with pytest.raises(PolicyError, match="at most 100 bytes long"):
        write(tmp_path / "b", [taken()])
    monkeypatch.setattr(baseline, "MAX_SITES", 0)
    with pytest.raises(PolicyError, match="at most 0 sites"):
        write(tmp_path / "b", [taken()])
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_the_file_is_replaced_in_one_step_and_keeps_its_mode(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write(path, [taken()])
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(path)
    write(link, [])
    assert (link.is_symlink(), read(path), path.stat().st_mode & 0o777) == (True, (), 0o600)
    before = path.read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(path, [taken()])
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "link"]


def test_every_header_that_is_kept_stands_once_and_in_order():
    assert list(SECURITY_HEADERS) == sorted(set(SECURITY_HEADERS), key=str.lower)


def test_a_finding_is_kept_without_its_words():
    one = Exchange("a", None)
    found = snapshot.snapshot(one, hostile()).findings
    assert Found("x.evil", Severity.HIGH) in found
