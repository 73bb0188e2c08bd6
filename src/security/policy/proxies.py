"""Whose ``X-Forwarded-*`` is believed, and which address is the client's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple, Self

from . import forwarded as hops
from .errors import must_be
from .forwarded import Hop

IPV4_MAPPED = 96  # bits before the IPv4 address in ::ffff:10.0.0.5; RFC 4291 section 2.5.5.2
UNIX = "unix"  # a peer on a Unix socket has no address


class Client(NamedTuple):
    """
    Who asks, and over what.

    ``address`` is in its one spelling, without port; it is empty behind a Unix socket whose
    proxy names nobody. ``scheme`` is ``http`` or ``https``.
    """

    address: str
    scheme: str


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The networks of our own proxies. An empty one trusts nobody."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    unix: bool = False

    @classmethod
    def from_list(cls, entries: object) -> Self:
        """
        Read addresses (``"10.0.0.5"``), networks (``"10.0.0.0/8"``) and ``"unix"``.

        Raises ``PolicyError`` for anything else, also for a network with host bits set.
        """
        if not isinstance(entries, list | tuple):
            typed = entries if isinstance(entries, str) and _network(entries) else "10.0.0.5"
            raise must_be("a list of networks", entries, hint=f'Write ["{typed}"].')
        networks = []
        for index, entry in enumerate(entries):
            if entry == UNIX:
                continue
            network = _network(entry)
            if network is None:
                raise must_be(
                    "an address, a network or 'unix'",
                    entry,
                    hint='Write the proxy as "10.0.0.5" or "10.0.0.0/8".',
                ).within(index)
            networks.append(network)
        return cls(tuple(networks), UNIX in entries)

    def __bool__(self) -> bool:
        return bool(self.networks) or self.unix

    def trusts(self, peer: str) -> bool:
        """Tell whether the peer of the connection is one of ours. Unreadable: it is not."""
        if not peer or peer == UNIX:
            return self.unix
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return self._holds(address)

    def _holds(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self.networks)

    def client(self, peer: str, forwarded_for: str = "") -> str:
        """
        Return the address of the client: the right-most hop that is not one of ours.

        ``peer`` is the address at the other end of the connection, ``forwarded_for`` the
        X-Forwarded-For that came over it. What an undeclared peer claims does not count.
        Returns the peer where no hop can be read; ports and brackets are taken off.
        """
        return self.resolve(peer, "", forwarded_for=forwarded_for).address

    def resolve(
        self,
        peer: str,
        scheme: str,
        *,
        forwarded_for: str = "",
        forwarded_proto: str = "",
        forwarded: str = "",
    ) -> Client:
        """
        Return the client of a request that came from ``peer`` over ``scheme``.

        The keywords are the values of X-Forwarded-For, X-Forwarded-Proto and Forwarded; of
        a header that came more than once, joined by commas. They count where ``peer`` is
        one of ours. Then the client is the right-most hop that is not, and the scheme the
        one by which it came to the first proxy of ours. What stands further left was
        written by strangers and changes nothing.

        Where both kinds of headers came and do not say the same, one of them was let
        through from the client, and nobody can tell which: neither counts.
        """
        connected = hops.address_of(peer)
        here = Client(peer if connected is None else str(connected), scheme)
        if not self.trusts(peer):
            return here
        claims = []
        if forwarded_for or forwarded_proto:
            claims.append(self._nearest(hops.x_forwarded(forwarded_for, forwarded_proto)))
        if forwarded:
            claims.append(self._nearest(hops.forwarded(forwarded)))
        if not claims or claims[0] != claims[-1]:
            return here
        address, proto = claims[0]
        return Client(here.address if address is None else str(address), proto or scheme)

    def _nearest(self, claimed: Iterable[Hop]) -> Hop:
        """Return the first hop that is not one of ours; without address where there is none."""
        proto = None
        for hop in claimed:
            proto = hop.proto
            if hop.address is None or not self._holds(hop.address):
                return hop
        return Hop(None, proto)


def _network(entry: object) -> IPv4Network | IPv6Network | None:
    if not isinstance(entry, str):  # ip_network() takes numbers too
        return None
    try:
        network = ip_network(entry)
    except ValueError:
        return None
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= IPV4_MAPPED:
        return IPv4Network((mapped, network.prefixlen - IPV4_MAPPED))
    return network
