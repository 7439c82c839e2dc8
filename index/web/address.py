"""Which web addresses are asked for: judged as they are written, and as they resolve.

Everything is decided on the name that is connected to: what one program reads as a host and another
as a user name, a path or a number is refused, not interpreted. Nothing is connected to here.
"""

import re
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from index.errors import ReadError

IPAddress = IPv4Address | IPv6Address

LONGEST = 2000
"""Characters of an address; browsers and servers give up above."""

_WEB = re.compile(r"https?://", re.IGNORECASE)
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
"""A last label that browsers read as a number, and the whole host as an IPv4 address."""
ASCII = "".join(map(chr, range(33, 127)))
"""What stays as it is where the rest is quoted."""
_PORTS = {"http": 80, "https": 443}
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""NAT64 (RFC 6052) and IPv4-compatible addresses: their last four bytes are an IPv4 address."""
_LOCAL_TRANSLATED = IPv6Network("64:ff9b:1::/48")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A web address that may be asked for, if what its host resolves to may."""

    url: str
    """All of it in ASCII, and without fragment."""
    host: str
    """A name in ASCII, or an address without brackets."""
    port: int


def is_web_address(text: str) -> bool:
    """Say whether a source is meant as a web page rather than as a file."""
    return _WEB.match(text) is not None


def parse_address(text: str) -> Address:
    r"""Read a web address strictly.

    Raises:
        ReadError: It has another scheme than http and https, a user name, a backslash, blanks or
            control characters, or a host that is no name and no plain IP address (decimal, octal
            and hexadecimal ones are not plain).
    """
    text = text.strip()
    if len(text) > LONGEST or _ODD.search(text):
        raise ReadError("its address has a blank or a backslash in it, or is too long; mend it")
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        host = parts.hostname or ""
    except ValueError as error:
        raise ReadError(f"its address is not well formed ({error}); mend it") from error
    if not is_web_address(text):
        raise ReadError(f"{parts.scheme!r} is not fetched; give an address with http or https")
    if "@" in parts.netloc:
        raise ReadError("its address has a user name in it; leave out what is before the @")
    host = _checked_host(host)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port == _PORTS[parts.scheme] else f"{shown}:{port}"
    url = urlunsplit(
        (parts.scheme, netloc, _in_ascii(parts.path or "/"), _in_ascii(parts.query), "")
    )
    return Address(url=url, host=host, port=port)


def _in_ascii(part: str) -> str:
    """Return a path or a query as browsers send it: letters beyond ASCII as percent signs.

    Raises:
        ReadError: It has half a character.
    """
    if part.isascii():
        return part
    try:
        return quote(part, safe=ASCII)
    except UnicodeEncodeError:
        raise ReadError("its address has half a character in it; mend it") from None


def is_public(address: IPAddress) -> bool:
    """Say whether an address is one of the open internet, also where it wraps another."""
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or address in _LOCAL_TRANSLATED:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for; None where it is its own."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _checked_host(host: str) -> str:
    if ":" in host:
        return _literal(host)
    try:
        name = _ascii_name(host).lower().removesuffix(".")
    except UnicodeError as error:
        raise ReadError("its address has a host that is no name; mend it") from error
    labels = name.split(".")
    if _NUMERIC.fullmatch(labels[-1]):
        return _literal(name)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ReadError("its address has a host that is no name; mend it")
    return name


def _ascii_name(host: str) -> str:
    """Return a host's name in ASCII, as browsers ask for it: straße.de is not strasse.de.

    Raises:
        UnicodeError: It is no name.
    """
    if not host.isascii():
        from idna import IDNAError, encode

        # What the standard of 2008 refuses, such as a snowman, that of 2003 may know.
        with suppress(IDNAError):
            return encode(host, uts46=True, transitional=False).decode("ascii")
    return host.encode("idna").decode("ascii")


def _literal(host: str) -> str:
    try:
        # Strict: no leading zeros, no hexadecimal, four numbers. A zone is a network card's name.
        return str(ip_address(host.replace("%", "/")))
    except ValueError as error:
        raise ReadError(
            "its address has a host written as a number; give its name, or four numbers with dots"
        ) from error


Resolve = Callable[[str, int], list[str]]
"""From a host's name and a port to its IP addresses; none where the name is unknown."""


def system_addresses(host: str, port: int) -> list[str]:
    """Return the IP addresses that the system knows for a host; empty where it knows none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(entry[4][0]) for entry in found]


def page_name(url: str, media_type: str) -> str:
    """Return a file name for what is at an address, from its end and the type that it has there."""
    place = urlsplit(url)
    name = PurePosixPath(unquote(place.path)).name or place.hostname or "page"
    is_page = media_type.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    return f"{name}.html" if is_page and not name.endswith((".html", ".htm")) else name
