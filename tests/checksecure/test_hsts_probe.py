from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
import trustme
from tests.checksecure.ramp import settings_in

from security.management import https_probe
from security.policy.errors import PolicyError


def test_the_hosts_to_try_are_those_named_else_those_allowed(hsts, settings):
    local = ["localhost", "x.localhost", "127.0.0.1", "[::1]"]
    settings.ALLOWED_HOSTS = [".example.com", "a.example", "a.example", "*", *local]

    def tried(*words):
        lines = hsts("plan", *words).out.splitlines()
        return [line.split("https://")[1] for line in lines if "curl" in line]

    assert tried() == ["example.com/", "a.example/"]
    assert tried("b.example", "c.example:8443", "b.example") == ["b.example/", "c.example:8443/"]
    settings.ALLOWED_HOSTS = ["*"]
    assert hsts("plan").out.splitlines()[-1] == (
        "# Name the subdomains to try: ALLOWED_HOSTS lists none."
    )


BAD = [
    "",
    "a b",
    "-a",
    "a..b",
    "a\n",
    "a/b",
    "user@a",
    "a:",
    "a:123456",
    "\u00e4.example",
    "a" * 254,
]


@pytest.mark.parametrize("host", BAD, ids=ascii)
def test_what_is_no_host_name_is_not_tried(host):
    with pytest.raises(PolicyError):
        https_probe.named([host])
    assert https_probe.allowed([host]) == []


def test_no_more_hosts_are_tried_than_one_can_wait_for():
    many = [f"h{number}.example" for number in range(501)]
    assert https_probe.named(many[:500]) == many[:500]
    with pytest.raises(PolicyError) as raised:
        https_probe.named(many)
    assert str(raised.value) == "must be at most 500 hosts (got 501)."
    assert https_probe.allowed(many) == many[:500]


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@contextmanager
def served(handler, certificate=None):
    """Run a server on a free port of this machine, over TLS where it has a certificate."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def answering():
    """Return a handler that answers with a redirect to nowhere, and notes who asked."""

    class Redirecting(BaseHTTPRequestHandler):
        asked: ClassVar[list[str]] = []

        def do_HEAD(self):
            self.asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "https://nowhere.invalid/")
            self.end_headers()

        def log_message(self, *args):
            pass

    return Redirecting


def test_a_probe_tells_who_answers_over_https(hsts, answering, authority, tmp_path, monkeypatch):
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("no_proxy", "*")
    with (
        served(answering, authority.issue_cert("localhost")) as good,
        served(answering, trustme.CA().issue_cert("localhost")) as foreign,
        served(answering) as plain,
    ):
        code, out, _ = hsts("plan", f"localhost:{good}", "--probe")
        assert (code, out.splitlines()[-1]) == (0, f"#   localhost:{good}: ok: 302")
        assert answering.asked == ["/"]
        hosts = [f"localhost:{port}" for port in (good, foreign, plain)]
        code, out, _ = hsts("plan", *hosts, "--probe", "--timeout", "20")
    lines = [line.removeprefix("#   ").split(": ", 2) for line in out.splitlines()[-3:]]
    assert [line[:2] for line in lines] == [
        [hosts[0], "ok"],
        [hosts[1], "FAIL"],
        [hosts[2], "FAIL"],
    ]
    assert "CERTIFICATE_VERIFY_FAILED" in lines[1][2]
    assert code == 1
    assert answering.asked == ["/", "/"]
    settings_in(out)


def test_nobody_is_asked_unless_one_says_so(hsts, answering):
    with served(answering) as port:
        hsts("plan", f"localhost:{port}")
    assert answering.asked == []


def test_a_server_that_is_gone_and_one_that_talks_nonsense_are_failures(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with served(BaseHTTPRequestHandler) as port:
        pass
    answer = https_probe.ask(f"localhost:{port}", timeout=20)
    assert (answer.is_safe, "refused" in answer.text) == (False, True)
    assert https_probe.ask("localhost:99999", timeout=20).is_safe is False
