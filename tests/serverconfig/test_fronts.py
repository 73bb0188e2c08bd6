from __future__ import annotations

import ssl
from collections import Counter
from dataclasses import replace

import pytest
from tests.serverconfig import fronts
from tests.serverconfig.conftest import FRONTS, MEDIA, STATIC

from security.grade.card import grade
from security.grade.exchange import Chain, Exchange, Hop, Reply
from security.grade.finding import Severity
from security.server_config.site import MEDIA_CSP

ONCE = {
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "x-permitted-cross-domain-policies": "none",
    "x-dns-prefetch-control": "off",
    "x-xss-protection": "0",
}
LARGE = b"x" * 30_000  # bytes; the site takes 20,000
PLACES = {
    "/": 200,
    "/nowhere/": 404,
    "/static/site.css": 200,
    "/static/nowhere.css": 404,
    "/media/photo.png": 200,
    "/media/evil.html": 200,
    "/media/nowhere.png": 404,
}
FORGED = ("203.0.113.66", "evil.test", "http", "https")
CLAIMS = [
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Forwarded-Prefix",
    "X-Forwarded-Ssl",
    "X-Real-IP",
    "Forwarded",
    "Proxy",
]


def protected(answer):
    """Return what the answer says of each header that must be there once."""
    counted = Counter(name for name, _ in answer.headers)
    assert {name for name, count in counted.items() if count > 1} == set()
    assert answer["permissions-policy"]
    assert answer["content-security-policy"]
    return {name: answer[name] for name in ONCE}


def graded(front, path):
    answer, plain = front(path), front(path, secure=False)
    host = "www.example.test"
    hops = (Hop(f"http://{host}{path}", plain.status), Hop(plain["location"], answer.status))
    reply = Reply(answer.status, answer.headers, answer.body.decode())
    return grade(Exchange(host, reply, http=Chain(hops)))


@pytest.mark.parametrize("path", PLACES)
def test_every_answer_has_each_header_once(front, path):
    answer = front(path)
    assert (answer.status, protected(answer)) == (PLACES[path], ONCE)


def test_a_body_too_large_is_refused_with_every_header_once(front):
    answer = front("/length/", method="POST", body=LARGE)
    assert (answer.status, protected(answer)) == (413, ONCE)


def test_a_body_within_the_limit_arrives(front):
    assert front("/length/", method="POST", body=LARGE[:20_000]).body == b"20000"


@pytest.mark.parametrize("path", ["/", "/static/nowhere.css", "/media/nowhere.png"])
def test_without_django_every_answer_still_has_each_header_once(lonely, path):
    answer = lonely(path)
    expected = {502, 503} if path == "/" else {404}
    assert answer.status in expected
    assert protected(answer) == ONCE


@pytest.mark.parametrize("status", [200, 404, 503])
def test_a_header_that_a_view_leaves_out_stays_out(front, status):
    answer = front(f"/unframed/?status={status}")
    assert (answer.status, answer["x-frame-options"], answer.body) == (status, None, b"in a frame")


@pytest.mark.parametrize("path", ["/", "/static/site.css", "/media/photo.png", "/media/evil.html"])
def test_every_kind_of_answer_is_graded_a_plus(front, path):
    card = graded(front, path)
    assert (card.observatory.grade, card.securityheaders.grade) == ("A+", "A+")
    assert [finding for finding in card.findings if finding.severity >= Severity.MEDIUM] == []


@pytest.mark.parametrize("name", [name for name in MEDIA if not name.startswith(".")])
def test_an_upload_is_sent_and_never_run(front, name):
    answer = front(f"/media/{name}")
    assert (answer.status, answer.body.decode()) == (200, MEDIA[name])
    assert answer["content-security-policy"] == MEDIA_CSP
    shown = {"photo.png": "image/png", "evil.php.jpg": "image/jpeg"}
    kind = "image/svg+xml" if name == "evil.svg" else "application/octet-stream"
    assert answer["content-type"] == shown.get(name, kind)
    assert answer["content-disposition"] == (None if name in shown else "attachment")


def test_a_folder_of_uploads_is_no_page(front):
    answer = front("/media/")
    assert "text/html" not in (answer["content-type"] or "") or answer.status != 200
    assert answer.status != 200 or answer["content-disposition"] == "attachment"


@pytest.mark.parametrize("path", ["/media/../static%20files/x", "/media/..%2f..%2ftls/server.pem"])
def test_no_path_leads_out_of_a_folder(front, path):
    assert b"PRIVATE KEY" not in front(path).body


@pytest.mark.parametrize("name", STATIC)
def test_a_static_file_is_kept_for_ever_only_if_its_name_has_a_hash(front, name):
    kept = "public, max-age=31536000, immutable" if "0123456789ab" in name else "max-age=60"
    answer = front(f"/static/{name}")
    assert (answer.body.decode(), answer["cache-control"]) == (STATIC[name], kept)


def test_a_picture_keeps_its_styles_and_runs_nothing(front):
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert front("/static/icon.svg")["content-security-policy"] == policy


@pytest.mark.parametrize("forged", FORGED)
def test_django_believes_nothing_that_the_client_claims(front, forged):
    spelt = {name: forged for claim in CLAIMS for name in (claim, claim.replace("-", "_"))}
    spelt |= {"X_Forwarded-For": forged, "X-Forwarded_For": forged}
    honest, lied = front("/told/"), front("/told/", headers=spelt)
    assert lied.body == honest.body
    assert b'"address": "127.0.0.1", "secure": true, "host": "www.example.test' in lied.body


def test_the_host_of_the_request_line_is_the_one_that_django_gets(front):
    told = front("https://www.example.test/told/", host="evil.test", name="www.example.test")
    assert told.status in {200, 400}
    assert b"evil" not in told.body


@pytest.mark.parametrize("secure", [True, False])
def test_an_unknown_host_is_refused(front, secure):
    try:
        answer = front(host="evil.test", name="www.example.test", secure=secure)
    except (ConnectionError, ssl.SSLError):
        return
    assert answer.status == 403
    assert b"Shop" not in answer.body


def test_an_unknown_host_in_tls_gets_no_page(front):
    try:
        answer = front(host="evil.example.test")
    except (ConnectionError, ssl.SSLError):
        return
    assert answer.status == 403


def test_a_subdomain_of_a_host_with_a_dot_is_served(front):
    assert front(host="a.other.test").status == 200


@pytest.mark.parametrize("path", ["/", "/a%20b//c?d=%0d%0a&e=f%3Fg", "/%3F%25?x", "/static/x"])
def test_plain_http_is_redirected_to_the_same_place(front, path):
    answer = front(path, secure=False)
    there = (301, f"https://www.example.test{path}")
    assert (answer.status, answer["location"]) == there


def test_a_form_sent_over_plain_http_keeps_its_method(front):
    answer = front("/length/", secure=False, method="POST", body=b"x")
    assert (answer.status, answer["location"]) == (308, "https://www.example.test/length/")


@pytest.mark.parametrize("path", PLACES)
def test_no_version_is_told(front, path):
    for answer in (front(path), front(path, secure=False)):
        assert answer["server"] in {"nginx", "Apache", "Caddy"}


def test_a_line_of_a_head_is_limited(front):
    assert front(headers={"X-Long": "x" * 60_000}).status in {400, 431}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(front, version):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = version
    with pytest.raises((ssl.SSLError, ConnectionError)):
        replace(front, trust=old)()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_new_tls_is_spoken(front, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    assert replace(front, trust=context)().status == 200


@pytest.mark.parametrize("server", FRONTS)
def test_a_body_of_unknown_length_meets_the_limit_too(server, folder):
    chunks = b"7530\r\n" + LARGE + b"\r\n0\r\n\r\n"
    with fronts.django(folder, "asgi") as upstream, fronts.front(server, folder, upstream) as front:
        answer = front(
            "/length/", method="POST", body=chunks, headers={"Transfer-Encoding": "chunked"}
        )
    # Apache wants a length; the others count.
    assert answer.status == (411 if server == "apache" else 413)
    assert protected(answer) == ONCE
