"""The address that a saved page is from, as its browser or the page itself states it."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from index.errors import ReadError
from index.web.address import parse_address

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_HEAD = 10_000
"""Characters of a page in which browsers leave their note."""
_NOTE = re.compile(
    r"<!--\s{0,9}(?:saved from url=\(\d{1,6}\)|Page saved with SingleFile\s{1,9}url:\s{0,9})"
    r"(\S{1,2000}?)(?=\s|-->)",
    re.IGNORECASE,
)
_PLAIN = "%/:=&?~+!$,;'@()*[]"
"""Characters of an address that may stand as they are (RFC 3986), letters and digits aside."""


def page_url(source: str, tree: "Element") -> str | None:
    """Return a page's address: the browser's note, its canonical link, or its `og:url`.

    Args:
        source: The page as it was saved.
        tree: The same parsed.

    Returns:
        As `clean_url`, of the first that is an address.
    """
    noted = [found.group(1) for found in _NOTE.finditer(source[:_HEAD])]
    links = [
        link.get("href") or ""
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    named = [m.get("content") or "" for m in tree.iter("meta") if m.get("property") == "og:url"]
    return next(filter(None, map(clean_url, (*noted, *links, *named))), None)


def clean_url(stated: str) -> str | None:
    """Return a stated http or https address in ASCII, without fragment; None for anything else.

    Addresses with a user name, with blanks or of more than 2,000 characters are none.
    """
    try:
        return quote(parse_address(stated).url, safe=_PLAIN)
    except ReadError:
        return None
