from __future__ import annotations

import re

import pytest
from tests.grade.exchanges import BEST
from tests.grade.fetching.servers import Server, answer, redirect, site
from tests.meta.tree import ROOT

from security.grade import exchange
from security.grade.fetch import crawl, har, har_pages, session
from security.grade.fetch.ask import ask_now
from security.grade.fetch.site import read_target
from security.grade.fetch.trust import trust
from security.grade.observatory_tests import ORIGIN

DOTALL = re.MULTILINE | re.DOTALL

LINES = [f"{name}: {value}" for name, value in BEST.items()]


def best(request):
    return answer("<!doctype html><title>t</title>", *LINES)


def test_the_best_of_sites_has_all_points(graded, authority):
    with site(best, authority) as (secure, plain):
        code, [card], errors = graded(secure.url, "--http-port", plain.port, "--fail-under=A+")
    assert (code, errors) == (0, "")
    assert (card["target"], card["observatory"]["score"]) == (secure.url, 150)
    assert card["securityheaders"]["grade"] == "A+"


def test_a_site_is_asked_as_the_observatory_asks(graded, authority):
    with site(best, authority) as (secure, plain):
        graded(f"{secure.url}/path?q=%20", "--http-port", plain.port, "--user-agent=me/1.0")
    asked = [(request.method, request.path) for request in secure.requests]
    assert sorted(asked) == [("GET", "/path?q=%20")] * 2 + [("OPTIONS", "/path?q=%20")]
    assert [request.path for request in plain.requests] == ["/path?q=%20"]
    (preflight,) = [one for one in secure.requests if one.method == "OPTIONS"]
    assert preflight.headers["origin"] == ORIGIN
    assert preflight.headers["access-control-request-method"] == "GET"
    for request in (*secure.requests, *plain.requests):
        assert request.headers["user-agent"] == "me/1.0"
        assert request.headers["host"] in {secure.url[8:], plain.url[7:]}


def test_redirects_are_followed_to_the_page_and_their_cookies_are_kept(graded, authority, tests):
    def respond(request):
        match request.path:
            case "/":
                return redirect("/two", "Set-Cookie: sessionid=1", status=302)
            case "/two":
                return redirect(f"//localhost:{port}/three", status=307)
        assert request.headers["cookie"] == "sessionid=1"
        return answer("", *LINES)

    with site(respond, authority) as (secure, plain):
        port = secure.port
        _, [card], _ = graded(secure.url, "--http-port", plain.port)
    assert secure.errors == []
    assert tests(card)["cookies"] == "cookies-session-without-httponly-flag"
    assert tests(card)["content-security-policy"].startswith("csp-implemented-with-no-unsafe")


@pytest.mark.parametrize(
    ("way", "result"),
    [
        (["https"], "redirection-to-https"),
        (["http", "https"], "redirection-not-to-https-on-initial-redirection"),
        (["http"], "redirection-not-to-https"),
        ([], "redirection-missing"),
    ],
    ids=["at once", "in two steps", "never", "none"],
)
def test_the_way_from_plain_http_is_judged(graded, authority, tests, way, result):
    def plain(request):
        place = int(request.path.strip("/") or 0)
        if place >= len(way):
            return answer()
        return redirect(secure.url if way[place] == "https" else f"/{place + 1}")

    with site(best, authority, plain) as (secure, server):
        _, [card], _ = graded(secure.url, "--http-port", server.port)
    assert tests(card)["redirection"] == result


@pytest.mark.parametrize(
    "place",
    ["ftp://localhost/", "javascript:alert(1)", "file:///etc/passwd", "https://[", "https:///"],
)
def test_a_redirect_away_from_http_is_not_followed(graded, authority, tests, place):
    with site(best, authority, lambda request: redirect(place)) as (secure, plain):
        code, [card], _ = graded(secure.url, "--http-port", plain.port)
    assert (code, tests(card)["redirection"]) == (0, "redirection-missing")
    assert len(plain.requests) == 1


def test_a_password_in_a_redirect_is_not_sent(graded, authority):
    def respond(request):
        if request.path == "/":
            return redirect(f"https://user:secret@localhost:{secure.port}/in")
        return answer()

    with site(respond, authority) as (secure, _):
        graded(secure.url)
    assert all("authorization" not in request.headers for request in secure.requests)
    assert {request.path for request in secure.requests} == {"/", "/in"}


def test_a_password_in_a_redirect_is_not_recorded():
    def respond(request):
        if request.count > 0:
            return answer()
        return redirect(f"http://user:secret@localhost:{server.port}/#part")

    with Server(respond) as server:
        fetched = ask_now(read_target(server.url), session.Terms(trust(), timeout=5))
    assert [hop.url for hop in fetched.exchange.http.hops] == [f"{server.url}/"] * 2


def test_a_certificate_that_nobody_vouches_for_is_graded_all_the_same(graded, authority, tests):
    with Server(best, authority.tls("other.test")) as server:
        code, [card], errors = graded(server.url)
    assert (code, errors) == (0, "")
    assert tests(card)["strict-transport-security"] == "hsts-invalid-cert"
    assert "transport.certificate" in {finding["id"] for finding in card["findings"]}


def test_a_bad_certificate_on_the_way_from_http_is_told(graded, authority, tests):
    with (
        Server(best, authority.tls("other.test")) as bad,
        site(best, authority, lambda request: redirect(bad.url)) as (secure, plain),
    ):
        _, [card], _ = graded(secure.url, "--http-port", plain.port)
    assert tests(card)["redirection"] == "redirection-invalid-cert"
    assert tests(card)["strict-transport-security"] != "hsts-invalid-cert"


@pytest.mark.parametrize("status", [200, 404])
def test_the_answer_to_the_preflight_is_judged(graded, authority, tests, status):
    def respond(request):
        if request.method == "GET":
            return answer()
        lines = (f"Access-Control-Allow-Origin: {request.headers['origin']}",)
        return answer("", *lines, "Access-Control-Allow-Credentials: true", status=status)

    with Server(respond, authority.tls()) as server:
        _, [card], _ = graded(server.url)
    found = "implemented-with-universal-access" if status == 200 else "not-implemented"
    assert tests(card)["cross-origin-resource-sharing"] == f"cross-origin-resource-sharing-{found}"


def test_a_site_without_https_is_graded_over_http_and_that_is_said(graded, tests):
    with (
        Server(lambda request: b"junk\r\n", is_rude=True) as closed,
        Server(best) as plain,
    ):
        closed_url = f"https://localhost:{closed.port}"
        code, [card], errors = graded(closed_url, "--http-port", plain.port)
    assert code == 0
    assert tests(card)["strict-transport-security"] == "hsts-not-implemented-no-https"
    assert [request.method for request in plain.requests] == ["GET", "OPTIONS"]
    assert errors.startswith(f"grade: {closed_url}: https: no TLS connection (")
    assert errors.endswith("); the page over http is graded.\n")


def test_an_address_of_http_is_asked_there_only(graded, tests):
    with Server(best) as server:
        code, [card], errors = graded(f"{server.url}/a")
    assert (code, errors, card["target"]) == (0, "", f"{server.url}/a")
    assert tests(card)["strict-transport-security"] == "hsts-not-implemented-no-https"
    assert tests(card)["redirection"] == "redirection-missing"


def test_an_address_of_http_that_leads_to_https_is_graded_there(graded, authority, tests):
    with site(best, authority) as (_, plain):
        _, [card], _ = graded(plain.url)
    assert card["observatory"]["score"] == 150
    assert tests(card)["redirection"] == "redirection-to-https"


def test_what_http_does_wrong_is_said(graded, authority, tests):
    with site(best, authority, lambda request: redirect("/")) as (secure, plain):
        code, [card], errors = graded(secure.url, "--http-port", plain.port)
    assert code == 0
    assert tests(card)["redirection"] == "redirection-not-needed-no-http"
    note = "http: more than 10 redirects; the way from there is not judged."
    assert errors == f"grade: {secure.url}: {note}\n"
    assert len(plain.requests) == 11


def test_what_does_not_answer_is_not_graded_and_the_others_are(graded, authority):
    with Server(best, authority.tls()) as server:
        code, cards, errors = graded("localhost:1", server.url, "nosuchhost.invalid", "a b")
    assert code == 2
    assert [card["observatory"]["score"] for card in cards] == [None, 150, None, None]
    assert [card["target"] for card in cards] == [
        "localhost:1", server.url, "nosuchhost.invalid", "a b",
    ]  # fmt: skip
    assert sorted(errors.splitlines())[0::2] == [
        "grade: a b: a target must be a host, host:port, or an address of http or https "
        "(got 'a b').",
        "grade: nosuchhost.invalid: https: no such host; http: no such host.",
    ]
    assert "grade: localhost:1: https: connection refused.\n" in errors


def test_a_status_that_is_not_graded_is_named(graded, authority):
    with Server(lambda request: answer(status=500), authority.tls()) as server:
        code, [card], errors = graded(server.url)
    assert (code, card["observatory"]["score"]) == (2, None)
    assert errors.startswith(f"grade: {server.url}: The site answers with status 500;")


@pytest.mark.parametrize("least", ["A+", "F"])
def test_the_exit_code_says_whether_all_are_good_enough(graded, authority, least):
    with Server(lambda request: answer(), authority.tls()) as server:
        code, *_ = graded(server.url, f"--fail-under={least}")
    assert code == (1 if least == "A+" else 0)


def test_only_pages_are_read(graded, authority, tests):
    def respond(request):
        yield b"HTTP/1.1 200 S\r\nContent-Type: image/png\r\n\r\n"
        while not request.over.wait(0.01):
            yield bytes(65_536)

    with Server(respond, authority.tls()) as server:
        code, [card], errors = graded(server.url)
    assert (code, errors) == (0, "")
    assert tests(card)["subresource-integrity"] == "sri-not-implemented-response-not-html"


@pytest.mark.parametrize("is_endless", [False, True])
def test_a_preflight_follows_redirects_up_to_ten(graded, authority, tests, is_endless):
    def respond(request):
        if request.method == "GET":
            return answer()
        if is_endless or request.path == "/":
            return redirect("/on", status=307)
        return answer("", "Access-Control-Allow-Origin: *")

    with Server(respond, authority.tls()) as server:
        code, [card], errors = graded(server.url)
    found = "not-implemented" if is_endless else "implemented-with-public-access"
    assert tests(card)["cross-origin-resource-sharing"].endswith(found)
    assert (code, errors) == (0, "")


def test_a_preflight_without_an_answer_is_none(graded, authority, tests):
    def respond(request):
        if request.method == "OPTIONS":
            request.over.wait(20)
        return answer()

    with Server(respond, authority.tls()) as server:
        code, [card], errors = graded(server.url, "--timeout=0.5")
    assert tests(card)["cross-origin-resource-sharing"].endswith("not-implemented")
    assert (code, errors) == (0, "")


def test_the_example_of_the_page_works(authority, tmp_path, monkeypatch):
    page = (ROOT / "docs" / "grade.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(from security.grade.fetch.+?)^```$", page, DOTALL)
    (tmp_path / "authority.pem").write_bytes(authority.path.read_bytes())
    monkeypatch.chdir(tmp_path)
    with site(best, authority) as (secure, plain):
        code = example.replace("8443", str(secure.port)).replace("8000", str(plain.port))
        names = {}
        exec(code, names)  # noqa: S102
    assert names["card"].target == "home"
    assert names["card"].observatory.score == 150


def test_the_page_tells_the_limits():
    page = (ROOT / "docs" / "grade.md").read_text(encoding="utf-8")
    numbers = (har.MAX_HAR, har_pages.MAX_ENTRIES, crawl.WINDOW, exchange.MAX_BODY)
    for number in (*numbers, exchange.MAX_LINES, session.MAX_REDIRECTS, session.TIMEOUT):
        assert f"{number:,.0f}" in page
    assert session.AGENT in page
    assert session.PATIENCE == 3
