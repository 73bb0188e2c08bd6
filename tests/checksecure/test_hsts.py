from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
import trustme
from django.core.management import CommandError

from security import parsers
from security.management import https_probe
from security.middleware import plan
from security.policy.errors import PolicyError

OURS = "security.middleware.SecurityMiddleware"
RAMP = [("2029-12-01", 300), ("2030-01-10", 86_400), ("2030-02-01", 63_072_000)]
TODAY = date(2030, 1, 15)


@pytest.fixture(autouse=True)
def calendar(monkeypatch, settings):
    """Be a site with our middleware on a given day; return what turns the page."""
    settings.MIDDLEWARE = [OURS]
    settings.ALLOWED_HOSTS = ["www.example.com"]

    def turn(day):
        monkeypatch.setattr(plan, "today", lambda: day)

    turn(TODAY)
    return turn


@pytest.fixture
def hsts(run):
    return lambda *words, **options: run("hsts", *words, **options)


def refused(call, *words, **options):
    with pytest.raises(CommandError) as raised:
        call(*words, **options)
    return raised.value.returncode, str(raised.value)


def settings_in(text):
    place = {}
    exec(text, place)  # noqa: S102
    return {name: value for name, value in place.items() if name.isupper()}


def test_the_plan_is_lines_of_a_settings_file(hsts):
    code, out, err = hsts("plan", "--start", "2027-01-04", "--include-subdomains")
    assert (code, err) == (0, "")
    assert out == (
        "# Each row holds from midnight UTC of its date.\n"
        "SECURITY_HSTS_RAMP = [\n"
        '    ("2027-01-04", 300),  # 5 minutes\n'
        '    ("2027-01-11", 86_400),  # a day\n'
        '    ("2027-01-18", 604_800),  # a week\n'
        '    ("2027-01-25", 2_592_000),  # a month\n'
        '    ("2027-02-24", 63_072_000),  # two years\n'
        "]\n"
        "SECURE_HSTS_INCLUDE_SUBDOMAINS = True\n"
        "# Before SECURE_HSTS_INCLUDE_SUBDOMAINS, each answers over HTTPS:\n"
        "#   curl --head --max-time 10 https://www.example.com/\n"
    )
    found = settings_in(out)
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert len(parsers.ramp(found["SECURITY_HSTS_RAMP"]).steps) == 5


def test_the_plan_begins_today_and_holds_as_long_as_it_is_told(hsts):
    ramp = settings_in(hsts("plan", "--hold", "1").out)["SECURITY_HSTS_RAMP"]
    assert [day for day, _ in ramp] == [
        "2030-01-15",
        "2030-01-16",
        "2030-01-17",
        "2030-01-24",
        "2030-02-23",
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--hold", "0"), "The ramp must be held for 1 to 365 days (got 0)."),
        (("--start", "9999-01-01"), "The ramp must be begun by "),
        (("--timeout", "0"), "--timeout must be more than 0 and at most 300 seconds (got 0.0)."),
        (("--timeout", "nan"), "--timeout must be more than 0 and at most 300 seconds (got nan)."),
        (("https://a.example/",), "HOST must be a host name such as 'www.example.com' (got "),
        (("--start", "tomorrow"), "must be a date such as 2027-01-31 (got 'tomorrow')."),
    ],
)
def test_an_argument_that_cannot_work_is_refused(hsts, words, text):
    code, said = refused(hsts, "plan", *words)
    assert text in said
    assert code in {1, 2}


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


def test_preload_is_refused_before_the_end_of_the_ramp(hsts, settings, calendar):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    for words in ((), ("--start", "2020-01-01")):
        assert refused(hsts, "plan", "--preload", *words) == (
            1,
            "SECURE_HSTS_PRELOAD must wait until 2030-02-01, the last step of the ramp (today is "
            "2030-01-15).\n"
            "    HINT: A host stays on the browsers' lists for months after it was taken off.",
        )
    calendar(date(2030, 2, 1))
    assert settings_in(hsts("plan", "--preload").out) == {
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_HSTS_PRELOAD": True,
    }
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = False
    assert "SECURE_HSTS_INCLUDE_SUBDOMAINS" in refused(hsts, "plan", "--preload")[1]
    assert hsts("plan", "--preload", "--include-subdomains").code == 0


@pytest.mark.parametrize(
    ("seconds", "is_refused"), [(0, True), (86_400, True), (31_536_000, False)]
)
def test_preload_without_a_ramp_needs_a_year(hsts, settings, seconds, is_refused):
    settings.SECURE_HSTS_SECONDS = seconds
    words = ("plan", "--preload", "--include-subdomains")
    if is_refused:
        assert refused(hsts, *words)[1].startswith("SECURE_HSTS_PRELOAD must wait for a ramp")
    else:
        assert hsts(*words).code == 0


STATUS = {
    date(2029, 11, 30): [
        "Step 0 of 3: no header is sent yet.",
        "Next on 2029-12-01, in 1 day: max-age=300 (5 minutes).",
        "The last step is on 2030-02-01.",
    ],
    TODAY: [
        "Step 2 of 3: max-age=86400 (a day) is sent.",
        "Next on 2030-02-01, in 17 days: max-age=63072000 (two years).",
        "The last step is on 2030-02-01.",
    ],
    date(2030, 2, 1): [
        "Step 3 of 3: max-age=63072000 (two years) is sent.",
        "It was the last step.",
    ],
}


@pytest.mark.parametrize(("day", "lines"), STATUS.items(), ids=str)
def test_the_status_tells_where_the_ramp_stands(hsts, settings, calendar, day, lines):
    settings.SECURITY_HSTS_RAMP = RAMP
    calendar(day)
    code, out, err = hsts("status")
    assert (code, out.splitlines(), err) == (0, lines, "")


def test_the_status_of_a_site_without_a_ramp(hsts, settings):
    assert hsts("status").out.splitlines() == [
        "No ramp, and SECURE_HSTS_SECONDS is 0: no header is sent.",
        "    HINT: 'manage.py hsts plan' prints a ramp to begin with.",
    ]
    settings.SECURITY_PRESET = "strict"
    assert hsts("status") == (0, "No ramp. SECURE_HSTS_SECONDS is 31536000 (a year).\n", "")


def test_the_status_of_a_withdrawal_says_how_long_it_has_to_stay(hsts, settings, calendar):
    settings.SECURITY_HSTS_RAMP = [*RAMP[:2], ("2030-01-12", 0)]
    settings.SECURE_HSTS_PRELOAD = True
    assert hsts("status") == (
        0,
        "Withdrawn: max-age=0 is sent. Keep it, and HTTPS, until 2030-01-13.\n"
        "It was the last step.\n",
        "",
    )


@pytest.mark.parametrize(
    ("middleware", "seconds", "found"),
    [
        ([], 0, "none"),
        (["django.middleware.security.SecurityMiddleware"], 3600, "'max-age=3600'"),
        ([OURS, "security.middleware.StrictTransportSecurityMiddleware"], 0, "'max-age=31536000;"),
    ],
    ids=["nobody", "django", "two"],
)
def test_the_status_sees_what_visitors_get(hsts, settings, middleware, seconds, found):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.MIDDLEWARE = middleware
    settings.SECURE_HSTS_SECONDS = seconds
    code, _, err = hsts("status")
    assert code == 1
    assert err.startswith(
        "Strict-Transport-Security must be 'max-age=86400' today by the settings (visitors get "
        f"{found}"
    )


def test_the_status_says_when_preload_came_too_soon(hsts, settings):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.SECURE_HSTS_PRELOAD = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    code, _, err = hsts("status")
    assert (code, err.partition("\n")[0]) == (
        1,
        "SECURE_HSTS_PRELOAD must wait until 2030-02-01, the last step of the ramp (today is "
        "2030-01-15).",
    )


def test_a_withdrawal_is_lines_of_a_settings_file(hsts, settings):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.SECURE_HSTS_PRELOAD = True
    code, out, _ = hsts("withdraw")
    assert (code, out.partition("\n")[0]) == (
        0,
        "# Keep this, and HTTPS, until 2030-01-16. Then nobody remembers.",
    )
    assert settings_in(out) == {
        "SECURITY_HSTS_RAMP": [*RAMP[:2], ("2030-01-15", 0)],
        "SECURE_HSTS_PRELOAD": False,
    }


def test_beside_a_ramp_the_number_has_no_say(hsts, settings):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.SECURE_HSTS_SECONDS = 31_536_000
    assert "until 2030-01-16." in hsts("withdraw").out


def test_a_number_is_withdrawn_as_well_as_a_ramp(hsts, settings):
    assert refused(hsts, "withdraw")[0] == 1
    settings.SECURE_HSTS_SECONDS = 31_536_000
    assert "until 2031-01-15." in hsts("withdraw").out
    words = ("--start", "2030-03-01", "--longest", "63072000")
    assert "until 2032-02-29." in hsts("withdraw", *words).out
    assert refused(hsts, "withdraw", "--longest", "-1") == (
        2,
        "--longest must be 0 seconds or more (got -1).",
    )


@pytest.mark.parametrize("words", [("status",), ("withdraw",), ("plan", "--preload")])
def test_a_setting_that_cannot_work_is_told_and_is_no_traceback(hsts, settings, words):
    settings.SECURITY_HSTS_RAMP = [("2030-01-01", "a year")]
    code, text = refused(hsts, *words)
    assert (code, text.startswith("SECURITY_HSTS_RAMP[0] must be")) == (2, True)
