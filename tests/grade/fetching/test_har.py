from __future__ import annotations

import base64
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.grade.exchanges import BEST

from security import cli
from security.grade.fetch import har, har_pages
from security.grade.recorded import Unreadable

PAGE = "<!doctype html><script src='https://x.test/a.js'></script>"


def entry(url, *, status=200, headers=(), text=PAGE, kind="document", dest=None, **more):
    """Build an entry as Chromium writes it."""
    lines = {"Content-Type": "text/html", **dict(headers)}
    response = {
        "status": status,
        "headers": [{"name": name, "value": value} for name, value in lines.items()],
        "content": {"size": len(str(text or "")) or 9} | ({} if text is None else {"text": text}),
        "redirectURL": lines.get("Location", ""),
    }
    sent = [{"name": "sec-fetch-dest", "value": dest}] if dest else []
    said = {"_resourceType": kind} if kind else {}
    request = {"method": "GET", "url": url, "headers": sent}
    return {"request": request, "response": response, **said, **more}


def redirect(url, place, **more):
    headers = {"Location": place, **more.pop("headers", {})}
    return entry(url, status=301, headers=headers, text="", **more)


@pytest.fixture
def graded(tmp_path, capsys):
    """Return a function that runs the command on entries, and says code, cards and errors."""

    def run(entries, *arguments):
        path = tmp_path / "visit.har"
        if isinstance(entries, list):
            entries = {"log": {"version": "1.2", "entries": entries}}
        data = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
        path.write_bytes(data)
        code = cli.main(["grade", "--har", str(path), "--format=json", *arguments])
        out, errors = capsys.readouterr()
        return code, json.loads(out), errors

    return run


def results(card):
    return {test: one["result"] for test, one in card["observatory"]["tests"].items()}


def test_a_visit_over_http_and_https_is_one_site(graded):
    entries = [
        redirect("http://a.test/", "https://a.test/", headers={"Set-Cookie": "sessionid=1"}),
        entry("https://a.test/", headers=BEST, dest="document"),
        entry("https://a.test/a.js", kind="script"),
        entry("https://a.test/frame", dest="iframe"),
        entry("https://a.test/", kind=None, dest="empty"),
    ]
    code, [card], errors = graded(entries, "--fail-under=A")
    assert (code, card["target"], errors) == (1, "https://a.test/", "")
    found = results(card)
    assert found["redirection"] == "redirection-to-https"
    assert found["cookies"] == "cookies-session-without-httponly-flag"
    assert found["subresource-integrity"].startswith("sri-not-implemented-but-external-scripts")


def test_the_way_from_http_may_be_another_visit(graded):
    entries = [
        redirect("http://a.test/", "/in"),
        redirect("http://a.test/in", "https://a.test/"),
        entry("https://a.test/"),
        entry("https://a.test/later"),
        entry("https://b.test/"),
    ]
    _, cards, _ = graded(entries)
    assert [(card["target"], results(card)["redirection"]) for card in cards] == [
        ("https://a.test/", "redirection-not-to-https-on-initial-redirection"),
        ("https://a.test/later", "redirection-not-to-https-on-initial-redirection"),
        ("https://b.test/", "redirection-not-needed-no-http"),
    ]


def test_a_page_over_http_is_graded_as_such(graded):
    _, [card], _ = graded([entry("http://a.test/")])
    assert results(card)["strict-transport-security"] == "hsts-not-implemented-no-https"
    assert results(card)["redirection"] == "redirection-missing"


def test_a_redirect_that_the_browser_made_up_is_no_answer(graded):
    upgrade = redirect(
        "http://a.test/", "https://a.test/", headers={"Non-Authoritative-Reason": "HSTS"}
    )
    _, [card], _ = graded([upgrade, entry("https://a.test/")])
    assert results(card)["redirection"] == "redirection-not-needed-no-http"


def test_what_firefox_says_of_the_connection_counts(graded):
    _, cards, _ = graded(
        [
            entry("https://a.test/", kind=None, dest="document", _securityState="secure"),
            entry("https://b.test/", kind=None, dest="document", _securityState="insecure"),
        ]
    )
    assert [results(card)["strict-transport-security"] for card in cards] == [
        "hsts-not-implemented",
        "hsts-invalid-cert",
    ]


def test_without_a_word_of_the_browser_the_first_page_of_each_visit_counts(graded):
    entries = [
        redirect("http://a.test/logo", "/logo.png", kind=None, pageref="1"),
        entry("https://a.test/", kind=None, pageref="1"),
        entry("https://a.test/frame", kind=None, pageref="1"),
        entry("https://a.test/data", kind=None, pageref="2", headers={"Content-Type": "text/css"}),
        entry("https://a.test/two", kind=None, pageref="2"),
        entry("https://b.test/", kind=None),
    ]
    _, cards, errors = graded(entries)
    assert ([card["target"][8:] for card in cards], errors) == (
        ["a.test/", "a.test/two", "b.test/"],
        "",
    )


def test_lines_that_chromium_joins_are_taken_apart(graded):
    cookies = "sessionid=1; Secure; HttpOnly\ncsrftoken=2; Secure"
    _, [card], _ = graded(
        [entry("https://a.test/", headers={"set-cookie": cookies, ":status": "200"})]
    )
    assert results(card)["cookies"] == "cookies-anticsrf-without-samesite-flag"


def test_a_body_in_base64_is_read(graded):
    one = entry("https://a.test/")
    one["response"]["content"] |= {
        "text": base64.b64encode(PAGE.encode()).decode(),
        "encoding": "base64",
    }
    _, [card], _ = graded([one])
    assert "external-scripts" in results(card)["subresource-integrity"]


def test_a_body_that_was_not_recorded_is_told(graded):
    code, [card], errors = graded([entry("https://a.test/", text=None)])
    assert (code, results(card)["subresource-integrity"]) == (
        0,
        "sri-not-implemented-but-no-scripts-loaded",
    )
    assert errors == f"grade: https://a.test/: {har.NO_BODY}\n"


def test_a_long_body_is_cut_off(graded, monkeypatch):
    monkeypatch.setattr(har, "MAX_BODY", 8)
    one = entry("https://a.test/")
    two = entry("https://b.test/")
    two["response"]["content"] |= {
        "text": base64.b64encode(PAGE.encode()).decode(),
        "encoding": "base64",
    }
    _, cards, _ = graded([one, two])
    for card in cards:
        assert results(card)["subresource-integrity"].endswith("no-scripts-loaded")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (entry("https://b.test/", status=0), "has no answer of 'https://b.test/': 'blocked, or"),
        (entry("https://b.test/", status="200"), '["response"]["status"] must be a status, from'),
        (entry("https://b.test/", status=1), '["response"]["status"] must be a status, from 100'),
        (entry("http:///"), '["request"]["url"] must be an address of http or https (got \'ht'),
        (entry("https://[/"), '["request"]["url"] must be an address of http or https'),
        (entry(1), '["request"]["url"] must be an address of http or https (got 1).'),
        (1, "must be an object (got 1)."),
        ({"request": {}}, '["response"] must be an object (got None).'),
        (entry("https://b.test/") | {"request": {"url": "https://b.test/"}}, '["headers"] must be'),
        (entry("https://b.test/", text=5), '["response"]["content"]["text"] must be text (got 5)'),
        (entry("https://b.test/", headers={"a": 5}), "must be an object of a name and a value"),
        (redirect("https://b.test/", "https://c.test/"), "HAR: where https://b.test/ redirects to"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_what_is_broken_is_named_and_the_rest_is_graded(graded, broken, message):
    code, cards, errors = graded([entry("https://a.test/"), broken])
    assert (code, [card["target"] for card in cards]) == (2, ["https://a.test/"])
    assert errors.startswith("grade: HAR:")
    assert message in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a HAR file must be JSON: Expecting value, line 1."),
        (b"\xff", "a HAR file must be UTF-8."),
        (b"[" * 100_000, "a HAR file must be JSON of usual depth: RecursionError."),
        (b"[]", "a HAR file must be an object (got [])."),
        (b"{}", 'a HAR file["log"] must be an object (got None).'),
        (b'{"log": {}}', 'a HAR file["log"]["entries"] must be a list of requests (got None).'),
        (b'{"log": {"entries": []}}', "there must be at least one visit of a page (got none)."),
    ],
    ids=["empty", "bytes", "deep", "list", "no log", "no entries", "no page"],
)
def test_a_file_that_is_none_is_named(graded, data, message):
    code, cards, errors = graded(data)
    assert (code, cards, errors.splitlines()[0]) == (2, [], f"grade: {message}")


def test_files_and_lists_have_limits(graded, monkeypatch):
    monkeypatch.setattr(har_pages, "MAX_ENTRIES", 1)
    assert "must be a list of at most 1 requests (got '2 of them')" in graded([1, 1])[2]
    monkeypatch.setattr(har, "MAX_HAR", 10)
    message = "a HAR file must be at most 10 bytes long; record fewer pages."
    assert graded([entry("https://a.test/")])[2].startswith(f"grade: {message}")


def test_redirects_in_a_circle_have_an_end(graded):
    entries = [redirect("https://a.test/", "https://a.test/") for _ in range(100)]
    code, cards, _ = graded([*entries, entry("https://b.test/")])
    assert code == 2
    assert cards[-1]["target"] == "https://b.test/"


def test_a_redirect_away_from_http_is_the_page(graded):
    for place in ("ftp://a.test/", "https://[", ""):
        one = entry("https://a.test/", status=301, headers={"Location": place})
        _, [card], errors = graded([one])
        assert (card["target"], errors) == ("https://a.test/", "")


def test_what_is_no_address_of_a_site_is_passed_over(graded):
    entries = [entry("blob:https://a.test/1"), entry("data:text/html,x"), entry("https://a.test/")]
    code, cards, _ = graded(entries)
    assert (code, len(cards)) == (0, 1)


def test_base64_that_is_none_is_named(graded):
    one = entry("https://a.test/", text="a")
    one["response"]["content"]["encoding"] = "base64"
    assert '["response"]["content"]["text"] must be base64 (got \'a\').' in graded([one])[2]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(st.data())
@settings(max_examples=200)
def test_nothing_in_a_file_stops_the_run(data):
    one = redirect("http://a.test/", "https://a.test/", dest="document", pageref="1")
    two = entry("https://a.test/", _securityState="secure")
    document = {"log": {"entries": [one, two]}}
    place, keys = document, data.draw(st.integers(1, 7))
    for _ in range(keys):
        names = sorted(place) if isinstance(place, dict) else range(len(place))
        if not names:
            break
        name = data.draw(st.sampled_from(names))
        if not isinstance(place[name], dict | list) or _ == keys - 1:
            place[name] = data.draw(JSON)
            break
        place = place[name]
    for found in har.read_har(io.BytesIO(json.dumps(document).encode())):
        assert isinstance(found, Unreadable) or found.card()
