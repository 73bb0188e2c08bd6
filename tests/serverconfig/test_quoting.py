"""Laws: what a file says is what the server sends, byte for byte."""

from __future__ import annotations

import pytest
from demo.tls import certificate
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.serverconfig import fronts
from tests.serverconfig.conftest import FRONTS

from security.policy.errors import PolicyError
from security.policy.grammar import MAX_HEADER
from security.server_config import apache, caddy, nginx, quoting
from security.server_config.site import Folder, Plain, Site, Upstream

RENDER = {"nginx": nginx.render, "apache": apache.render, "caddy": caddy.render}
QUOTE = {"nginx": lambda text: quoting.nginx(text, "d"), "apache": quoting.apache}
QUOTE["caddy"] = quoting.caddy
VISIBLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
AWKWARD = st.sampled_from(
    ["\\", '"', "'", "`", "$", "${", "{", "}", "{$", "%", "%{", "%%", ";", "#", "\\n", "\\{", "<"]
)
NAMES = st.sampled_from(
    ["$host", "${PATH}", "%{Host}i", "{host}", "{env.HOME}", "{$HOME}", "expr="]
)
VALUES = st.lists(st.one_of(AWKWARD, NAMES, VISIBLE), min_size=1, max_size=12).map("".join)
DRAWN = (Phase.explicit, Phase.generate)  # an example starts a server: none is shrunk
KNOWN = [
    "\\",
    '"',
    'a"b\\"c\\\\"d\\',
    "$host ${host} $1 ${",
    "${PATH} ${bulwark_dollar}",
    "%{Host}i %% %t %",
    "{host} {} } { {env.HOME} \\{ \\\\{",
    "a } \\} b",
    "{",
    "a;b{c}d#e",
    "'single' `back`",
    "\\t\\n\\r",
    "http://x/?a=%20b&c=$d",
    "x" * 3_900,
]


def can_write(server, text):
    try:
        QUOTE[server](text)
    except PolicyError:
        return False
    return True


def sent(server, folder, values):
    """Return what a server sends by a file with these values: for a file, and for its own 502."""
    held = certificate(folder / "tls")
    for attempt in range(fronts.ATTEMPTS):
        ports = fronts.free_ports()
        site = Site(
            hosts=("www.example.test",),
            headers=tuple((f"X-Law-{n}", value) for n, value in enumerate(values)),
            hsts=None,
            resource=("Cross-Origin-Resource-Policy", "same-origin"),
            plain=Plain.REDIRECTED,
            redirect_host=None,
            static=Folder("/static/", f"{folder}/static files/", "STATIC_ROOT"),
            media=None,
            upstream=Upstream(fronts.NOBODY),
            max_body=1000,
            certificate=str(held.server),
            key=str(held.server),
            address=fronts.HOST,
            http_port=ports[0],
            https_port=ports[1],
        )
        with fronts.started(server, folder, RENDER[server](site), ports) as front:
            if front is not None:
                return [
                    [answer[f"x-law-{n}"] for n in range(len(values))]
                    for answer in (front("/static/site.css"), front("/"))
                ]
        assert attempt < fronts.ATTEMPTS - 1
    raise AssertionError


@pytest.mark.parametrize("server", FRONTS)
def test_awkward_values_arrive_as_they_are(server, folder):
    values = [value for value in KNOWN if can_write(server, value)]
    assert len(values) >= len(KNOWN) - 3
    assert sent(server, folder, values) == [values, values]


@pytest.mark.parametrize("server", FRONTS)
@settings(max_examples=8, phases=DRAWN)
@given(drawn=st.lists(VALUES, min_size=15, max_size=25))
def test_whatever_can_be_written_arrives_as_it_is(server, folder, drawn):
    values = [value for value in drawn if can_write(server, value)]
    assert sent(server, folder, values) == [values, values]


@pytest.mark.parametrize("server", QUOTE)
@given(text=st.text(max_size=40))
def test_a_value_is_written_on_one_line_or_refused(server, text):
    try:
        written = QUOTE[server](text)
    except PolicyError:
        return
    assert (written.isascii(), written.isprintable()) == (True, True)


@pytest.mark.parametrize("server", QUOTE)
@pytest.mark.parametrize("text", ["", " x", "x ", "a\nb", "a\r\nX: y", "\u00e9", "x" * 16_385])
def test_what_no_header_may_hold_is_refused(server, text):
    with pytest.raises(PolicyError, match="must be"):
        QUOTE[server](text)


@pytest.mark.parametrize(
    ("server", "text"),
    [
        ("nginx", '"' * 2_001),
        ("apache", "expr=1"),
        ("apache", "x" * 8_001),
        ("caddy", "a {$HOME} b"),
        ("caddy", "}"),
        ("caddy", "`\\"),
        ("caddy", '`\\"'),
    ],
)
def test_what_a_server_has_no_way_to_say_is_refused(server, text):
    assert len(text) <= MAX_HEADER
    with pytest.raises(PolicyError, match="must be"):
        QUOTE[server](text)
