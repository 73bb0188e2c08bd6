from __future__ import annotations

import re
from ipaddress import ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from security.policy.forwarded import (
    MAX_FORWARDED,
    address_of,
    forwarded,
    scheme_of,
    x_forwarded,
)
from security.policy.forwarded import Hop as ReadHop
from security.policy.proxies import Client, TrustedProxies

PROXIES = TrustedProxies.from_list(["10.0.0.0/8", "fd00::/8", "unix"])
OURS = "10.0.0.1"


def Hop(address, proto):  # noqa: N802
    """Write the address as text."""
    return ReadHop(address and ip_address(address), proto)


def text_of(address):
    return None if address is None else str(address)


@pytest.mark.parametrize(
    ("header", "hops"),
    [
        # The examples of RFC 7239, sections 4 and 7.1.
        ('for="_gazonk"', [Hop(None, None)]),
        ('For="[2001:db8:cafe::17]:4711"', [Hop("2001:db8:cafe::17", None)]),
        ("for=192.0.2.60;proto=http;by=203.0.113.43", [Hop("192.0.2.60", "http")]),
        (
            "for=192.0.2.43, for=198.51.100.17",
            [Hop("198.51.100.17", None), Hop("192.0.2.43", None)],
        ),
        ("for=_hidden, for=_SEVKISEK", [Hop(None, None)] * 2),
        (
            'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
            [Hop(None, None), Hop("2001:db8:cafe::17", None), Hop("192.0.2.43", None)],
        ),
        ("for=192.0.2.43;host=shop.example;proto=HTTPS", [Hop("192.0.2.43", "https")]),
        ("proto=https", [Hop(None, "https")]),
        ('for="192.0.2.43:_port"', [Hop("192.0.2.43", None)]),
        ('for="192.0.2.43:47011"', [Hop("192.0.2.43", None)]),
        # Looser than the grammar, and clear.
        ("for=192.0.2.43:4711", [Hop("192.0.2.43", None)]),
        ("for=[2001:db8::1]:443 ; proto=https", [Hop("2001:db8::1", "https")]),
        ("for=192.0.2.1;;proto=https;", [Hop("192.0.2.1", "https")]),
        (" , for=192.0.2.1 ,,", [Hop("192.0.2.1", None)]),
        ('for="192.0\\.2.1"', [Hop("192.0.2.1", None)]),
        ('for=192.0.2.1;host="a,b;\\"for=6.6.6.6\\", c"', [Hop("192.0.2.1", None)]),
        (
            'for=192.0.2.1;host="\\\\", for=192.0.2.2',
            [Hop("192.0.2.2", None), Hop("192.0.2.1", None)],
        ),
        # Malformed: nothing of the element counts.
        ("for=192.0.2.1;for=192.0.2.2;proto=https", [Hop(None, None)]),
        ("for=192.0.2.1 proto=https", [Hop(None, None)]),
        ("for = 192.0.2.1", [Hop(None, None)]),
        ("for=;proto=https", [Hop(None, None)]),
        ("192.0.2.1", [Hop(None, None)]),
        ('for="192.0.2.1', [Hop(None, None)]),
        ('for="192.0.2.1" "', [Hop(None, None)]),
        ("for=192.0.2.1:99999999", [Hop(None, None)]),
        ("for=192.0.2.1;proto=ftp", [Hop("192.0.2.1", None)]),
        ("", []),
    ],
    ids=ascii,
)
def test_forwarded_is_read_as_its_rfc_has_it(header, hops):
    assert list(forwarded(header)) == hops


def test_an_open_quote_on_the_left_hides_nothing_on_the_right():
    assert next(forwarded('for="6.6.6.6, for=192.0.2.1;proto=http')) == Hop("192.0.2.1", "http")


def test_an_element_that_was_cut_does_not_count():
    long = "x" * MAX_FORWARDED
    assert list(forwarded(f"for=192.0.2.1;host={long}, for=192.0.2.2")) == [Hop("192.0.2.2", None)]
    assert list(forwarded(f"for=192.0.2.1;host={long}")) == []
    assert list(forwarded(f'for=192.0.2.1;host="{long}"')) == [Hop(None, None)]


def test_addresses_and_schemes_are_paired_from_the_right():
    assert list(x_forwarded("192.0.2.1, 10.0.0.2", "ftp, https, http")) == [
        Hop("10.0.0.2", "http"),
        Hop("192.0.2.1", "https"),
    ]


def test_a_hop_without_a_scheme_of_its_own_has_the_right_most():
    assert list(x_forwarded("192.0.2.1, 10.0.0.3, 10.0.0.2", "http, https")) == [
        Hop("10.0.0.2", "https"),
        Hop("10.0.0.3", "http"),
        Hop("192.0.2.1", "https"),
    ]


def test_a_scheme_may_come_alone():
    assert list(x_forwarded("", "HTTPS ")) == [Hop(None, "https")]


def test_the_entry_that_a_cut_went_through_does_not_count():
    hops = list(x_forwarded("111.111.111.1," * 1000))
    assert {text_of(hop.address) for hop in hops} == {"111.111.111.1", None}
    assert len(hops) < 200


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("2001:db8:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:c000:201]:1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("192.0.2.01", None),
        ("192.0.2.1:", None),
        ("192.0.2.1:http", None),
        ("[192.0.2.1]", "192.0.2.1"),
        ("[2001:db8::1", None),
        ("[2001:db8::1]x", None),
        ("2001:db8::1]:80", None),
        ("unknown", None),
        ("_hidden", None),
        ("3221225985", None),
        ("\u0661.1.1.1", None),
        ("", None),
    ],
    ids=ascii,
)
def test_an_address_has_one_spelling(written, address):
    assert text_of(address_of(written)) == address


# What a client may have written: anything at all, and what looks like a header.
STRANGE = st.text(alphabet=st.sampled_from('for=;,"\\ []:.1https_byunkow\t\x00\u00e9'), max_size=80)
WRITTEN = st.one_of(st.text(max_size=80), STRANGE)
ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
STRANGERS = ADDRESSES.filter(lambda address: not PROXIES.trusts(address)).map(
    lambda text: str(address_of(text))
)
PROTOS = st.sampled_from(["http", "https"])
CHAIN = st.lists(st.tuples(st.sampled_from(["10.0.0.2", "fd00::2"]), PROTOS), max_size=4)


def node(address: str) -> str:
    return f'"[{address}]:443"' if ":" in address else address


@given(WRITTEN, WRITTEN, WRITTEN, WRITTEN, st.sampled_from([OURS, "", "6.6.6.6", "x"]))
def test_nothing_that_is_sent_is_an_error(peer, addresses, protos, header, trusted):
    for sender in (peer, trusted):
        client = PROXIES.resolve(
            sender, "http", forwarded_for=addresses, forwarded_proto=protos, forwarded=header
        )
        assert client.scheme in {"http", "https"}
        assert client.address == sender or text_of(address_of(client.address)) == client.address


@given(STRANGERS, WRITTEN, WRITTEN, WRITTEN)
def test_what_an_undeclared_peer_claims_never_counts(peer, addresses, protos, header):
    client = PROXIES.resolve(
        peer, "http", forwarded_for=addresses, forwarded_proto=protos, forwarded=header
    )
    assert client == Client(peer, "http")


@given(STRANGERS, PROTOS, CHAIN, WRITTEN, WRITTEN)
@example("192.0.2.1", "http", [], "6.6.6.6", "https")
@example("192.0.2.1", "http", [("10.0.0.2", "http")], "6.6.6.6, 10.0.0.3", "https, https")
def test_a_client_cannot_change_x_forwarded_by_what_it_sends(
    stranger, proto, chain, addresses, protos
):
    hops = [(stranger, proto), *chain]
    ours = ", ".join(address for address, _ in hops), ", ".join(scheme for _, scheme in hops)
    for sent in (ours, (f"{addresses},{ours[0]}", f"{protos},{ours[1]}")):
        client = PROXIES.resolve(OURS, "http", forwarded_for=sent[0], forwarded_proto=sent[1])
        assert client == Client(stranger, proto)


@given(STRANGERS, PROTOS, CHAIN, WRITTEN)
@example("192.0.2.1", "http", [], 'for="6.6.6.6')
@example("192.0.2.1", "http", [], 'for="6.6.6.6\\')
def test_a_client_cannot_change_forwarded_by_what_it_sends(stranger, proto, chain, header):
    elements = [f"for={node(address)};proto={p}" for address, p in [(stranger, proto), *chain]]
    for sent in (elements, [header, *elements]):
        client = PROXIES.resolve(OURS, "http", forwarded=", ".join(sent))
        assert client == Client(stranger, proto)


@given(WRITTEN, WRITTEN, WRITTEN, PROTOS)
def test_to_ask_again_changes_nothing(addresses, protos, header, scheme):
    claims = {"forwarded_for": addresses, "forwarded_proto": protos, "forwarded": header}
    client = PROXIES.resolve(OURS, scheme, **claims)
    assert PROXIES.resolve(OURS, client.scheme, **claims) == client


@given(
    WRITTEN, st.one_of(WRITTEN, PROTOS, st.just("HTTPS ")).filter(lambda s: "," not in s), PROTOS
)
@example("1.1.1.1," * 1000, "https", "http")
@example("", "https" + " " * 4000, "http")
@example("", " " * 4000 + "https", "http")
def test_a_single_scheme_is_that_of_every_hop(addresses, proto, scheme):
    client = PROXIES.resolve(OURS, scheme, forwarded_for=addresses, forwarded_proto=proto)
    assert client.scheme == (scheme_of(proto) or scheme)


QUOTED = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12).map(
    lambda text: '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
)


@given(st.lists(st.tuples(STRANGERS, QUOTED, QUOTED), min_size=1, max_size=5))
def test_from_the_right_a_wellformed_header_reads_as_from_the_left(elements):
    header = ", ".join(f"by={by};for={node(a)};host={host}" for a, by, host in elements)
    assert list(forwarded(header)) == [Hop(a, None) for a, _, _ in reversed(elements)]


@pytest.mark.parametrize(
    "text", ['"', '""', '\\"', ',""', '","', ",", "\\", 'for="', ";", "a=b;"], ids=ascii
)
def test_a_megabyte_takes_no_more_than_its_end(text):
    header = text * (1_000_000 // len(text))
    assert len(list(forwarded(header))) <= MAX_FORWARDED
    assert PROXIES.resolve(OURS, "http", forwarded=header) == Client(OURS, "http")
