"""Where a webhook may be: https, and an address that the whole internet reaches.

A name is resolved when a connection is made and the connection goes to the very address that was
looked at, so that a name that answers differently the next time (DNS rebinding) helps nobody.
"""

import ipaddress
import socket
from asyncio import get_running_loop
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import httpx

from shared import errors

LONGEST = 2000
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA has given to the IPv6 internet; site-local addresses are not in it."""
_NOT_REACHED = tuple(map(ipaddress.ip_network, ("3fff::/20", "192.88.99.0/24")))
"""Documentation (RFC 9637) and relays of 6to4 (RFC 7526), which the library does not know."""
# Names that hang wait beside each other, and beside nobody else's: a thread stays with one for some
# times as long as anybody waits for it, so there are more than can be asked for at once.
_RESOLVERS = ThreadPoolExecutor(max_workers=256, thread_name_prefix="webhook-names")


class WebhookUrlRefused(errors.Invalid):
    """A webhook's address must be an https URL without user, password and fragment."""

    zh = "回调地址必须是 https 网址，且不含用户名、密码和片段。"
    mend = "Give an address such as https://example.com/onestop."
    mend_zh = "请填写如 https://example.com/onestop 的地址。"


class AddressRefused(Exception):
    """The name leads to an address that is not of the whole internet."""


@dataclass(frozen=True)
class Allowed:
    """What else the configuration allows: plain http, and addresses of private networks."""

    http: bool = False
    private: bool = False


def check(url: str, *, allowed: Allowed) -> None:
    """Raises WebhookUrlRefused. Where the name leads is not looked at here."""
    schemes = {"https", "http"} if allowed.http else {"https"}
    try:
        read = httpx.URL(url)
        port = read.port
    except (httpx.InvalidURL, ValueError):
        raise WebhookUrlRefused(pointer="/url") from None
    fits = read.scheme in schemes and read.host and not read.userinfo and not read.fragment
    written = len(url) <= LONGEST and url.isascii() and " " not in url
    if not fits or not written or not (port is None or 0 < port < 65536):
        raise WebhookUrlRefused(pointer="/url")


async def resolve(host: str, port: int, *, allowed: Allowed) -> str:
    """The address to connect to. Raises AddressRefused, OSError.

    If only one of a name's addresses is refused, all are: which one is taken is not ours to choose.
    """
    found = await get_running_loop().run_in_executor(
        _RESOLVERS, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )
    addresses = [str(each[4][0]) for each in found]
    if not addresses:
        raise OSError("no address")
    for each in addresses:
        if not allowed.private and not is_global(each):
            raise AddressRefused
    return addresses[0]


def is_global(address: str) -> bool:
    """Whether the whole internet reaches an address, also one that is written inside of another."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return False  # with a zone: a link's own
    if read in _NAT64:  # nothing but the way to an IPv4 address
        read = ipaddress.IPv4Address(int(read) & 0xFFFFFFFF)
    return all(_is_global(each) for each in (read, *_inside(read)))


def _is_global(address: Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    given = address.version == 4 or address in _UNICAST
    return address.is_global and given and not special and not _is_in(address, _NOT_REACHED)


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in each for each in networks)


def _inside(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inside: list[Address] = [each for each in (address.ipv4_mapped, address.sixtofour) if each]
    if address.teredo:
        inside += address.teredo
    return inside
