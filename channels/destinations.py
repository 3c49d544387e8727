"""Where an outgoing connection may go: public addresses, and private hosts that the operator named.

An account's address is typed by a person and a gateway's name is answered by a stranger's name server,
so neither may lead into the network this product runs in (its database, its neighbours, the cloud's
metadata).
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Public in form, but answered by the cloud's own host: Azure's wire server.
METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
# Special by IANA's registry, but not to the ipaddress module of every Python that this runs on.
PROTOCOL_ASSIGNMENTS = ipaddress.ip_network("192.0.0.0/24")
# RFC 4291: all of IPv6 that is handed out for the internet so far.
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# RFC 6052: the last 32 bits are the IPv4 address that the translator connects to.
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenDestination(Exception):
    """The host leads to an address that outgoing connections must not reach."""


@dataclass(frozen=True, kw_only=True)
class ResolvedAddress:
    """One address of a host, ready to connect to."""

    family: socket.AddressFamily
    ip: str
    port: int


def is_public(ip: IpAddress) -> bool:
    """Whether `ip` is somewhere on the internet; an IPv4 address inside an IPv6 one is judged itself."""
    embedded = _embedded(ip)
    if embedded is not None:
        return is_public(embedded)
    is_special = ip.is_multicast or ip.is_reserved or ip.is_private or ip in PROTOCOL_ASSIGNMENTS or ip in METADATA
    return ip.is_global and not is_special and (ip.version == 4 or ip in GLOBAL_UNICAST)


def _embedded(ip: IpAddress) -> ipaddress.IPv4Address | None:
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


async def resolve(
    host: str,
    port: int,
    *,
    private_hosts: Iterable[str],
    family: socket.AddressFamily = socket.AF_UNSPEC,
) -> list[ResolvedAddress]:
    """The permitted addresses of `host`, one name server question.

    `private_hosts` are "host:port" (IPv6 in brackets) that may be anywhere. Raises OSError when the name
    has no address and ForbiddenDestination when it has none that is permitted.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
    addresses = [ResolvedAddress(family=one[0], ip=str(one[4][0]), port=port) for one in found]
    if is_named(host, port, private_hosts):
        return addresses
    permitted = [address for address in addresses if is_public(ipaddress.ip_address(address.ip))]
    if not permitted:
        raise ForbiddenDestination(f"{host}:{port}")
    return permitted


def is_named(host: str, port: int, private_hosts: Iterable[str]) -> bool:
    """Whether the operator named `host` and `port` as reachable wherever they are."""
    written = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return written.lower() in {named.strip().lower() for named in private_hosts}
