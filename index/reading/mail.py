"""Reading e-mail and saved web archives: the message, then what is attached to it."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from typing import Final

from index.card import Card, not_read
from index.errors import ReadError
from index.reading.html import HtmlReader, whole_page
from index.reading.layout import Block, set_blocks
from index.reading.metadata import clean_url, name_title
from index.reading.normal import charset_codec, decode, one_line
from index.types import Extract

MAX_ATTACHMENTS = 100
"""Attachments read of one message; a digest of a day's mail has some thirty."""

_HEADER: Final = ("From", "To", "Cc", "Date")
_LONGEST_LINE = 500
"""Characters of a line of the header that is shown; a list of a hundred people has more."""
_LONGEST_NAME = 255
"""Characters of a file's name; file systems have no longer ones."""

_MEDIA_TYPES: Final = ("message/rfc822", "multipart/related")
_BARE_BOUNDARY = re.compile(
    rb"^(content-type:[ \t]{0,9}multipart/[^\r\n]{0,200}?(?:\r?\n[ \t][^\r\n]{0,200}?){0,3}?"
    rb"\bboundary=)([^\s\";]{1,100})",
    re.IGNORECASE | re.MULTILINE,
)
"""Without quotes a boundary must have no "=" (RFC 2045), but programs write it."""
MAX_DEPTH = 3
"""Messages in messages; deeper ones are left out."""


class MailReader:
    """Reads e-mail (RFC 5322, MIME) and web archives (MHTML).

    The text is the message as plain text, or as HTML where it has no other, and then each
    attachment of a format that is read, under its file's name. The others are named as left out.
    """

    VERSION: Final = 5

    def __init__(self, *, depth: int = 0) -> None:
        self._depth = depth

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a message; title is its subject, author its sender, date the day it was sent.

        Raises:
            ReadError: Neither the message nor an attachment holds text.
        """
        message = message_from_bytes(_mended(data), policy=policy.default)
        assert isinstance(message, EmailMessage), "the default policy makes these"
        if _is_web_archive(message):
            return _web_archive(message, name=name)
        left_out: list[str] = []
        blocks = [*_body(message, left_out), *self._attached(message, left_out)]
        left_out += not_read(_inline_pictures(message), "picture", "what pictures show is not read")
        layout = set_blocks(blocks)
        if not layout.text.strip():
            told = f" (left out: {left_out[0]})" if left_out else ""
            raise ReadError(f"the message shows no text; there is nothing to quote from{told}")
        sender, address = parseaddr(_header(message, "From"))
        return Extract(
            card=Card(
                title=one_line(_header(message, "Subject")) or name_title(name),
                media_type="message/rfc822",
                published=_date(message),
                author=one_line(sender or address) or None,
                left_out=tuple(left_out),
                header=tuple(_told(message)),
            ),
            text=layout.text,
            section_starts=layout.section_starts,
        )

    def _attached(self, message: EmailMessage, left_out: list[str]) -> Iterator[Block]:
        parts = list(message.iter_attachments())
        for part in parts[:MAX_ATTACHMENTS]:
            name = _name(part)
            try:
                extract = self._read_part(part, name=name or "attachment")
            except ReadError as error:
                left_out.append(f"{name or 'attachment'}: {error}")
                continue
            head = name or extract.card.title
            left_out += [f"{head}: {inner}" for inner in extract.card.left_out]
            yield Block(text=head, level=2)
            yield Block(text=str(extract.text))
        too_many = f"only {MAX_ATTACHMENTS} attachments of a message are read"
        rest = [_name(part) or "attachment" for part in parts[MAX_ATTACHMENTS:]]
        left_out += [f"{name}: {too_many}" for name in rest[:MAX_ATTACHMENTS]]
        if unnamed := rest[MAX_ATTACHMENTS:]:
            left_out.append(f"{len(unnamed)} more: {too_many}")

    def _read_part(self, part: MIMEPart, *, name: str) -> Extract:
        from index.reading.registry import read_bytes
        from index.reading.sniff import media_type

        data = _content(part)
        # A forwarded message may have no field that a message alone has, such as MIME-Version.
        forwarded = part.get_content_type() == "message/rfc822"
        if not forwarded and media_type(data, name=name) not in _MEDIA_TYPES:
            return read_bytes(data, name=name)
        if self._depth == MAX_DEPTH:
            raise ReadError("messages in it are nested too deep")
        return MailReader(depth=self._depth + 1).read(data, name=name)


def _mended(data: bytes) -> bytes:
    """Return a message as the parser of mail asks for it: as UTF-8, and boundaries in quotes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or 0 in data[:2]:
        data = decode(data).encode(errors="replace")
    return _BARE_BOUNDARY.sub(rb'\1"\2"', data)


def _is_web_archive(message: EmailMessage) -> bool:
    """Tell a saved page from a message with pictures inside, which was sent to somebody."""
    sent = any(message[name] is not None for name in ("To", "Received", "Message-ID"))
    return message.get_content_type() == "multipart/related" and not sent


def _inline_pictures(message: EmailMessage) -> int:
    """Count the pictures of a message that are no attachments, as those inside a page are."""
    attached = {id(part) for part in message.iter_attachments()}
    pictures = [part for part in message.walk() if part.get_content_maintype() == "image"]
    return sum(1 for part in pictures if id(part) not in attached)


def _name(part: MIMEPart) -> str:
    return one_line(part.get_filename() or "")[:_LONGEST_NAME]


def _web_archive(message: EmailMessage, *, name: str) -> Extract:
    page = message.get_body(("html",))
    if page is None:
        raise ReadError("the web archive holds no page; save the page anew")
    extract = HtmlReader().read(_as_utf8(page), name=name)
    stated = (_header(message, "Snapshot-Content-Location"), str(page["Content-Location"] or ""))
    url = next(filter(None, map(clean_url, stated)), extract.card.url)
    return replace(extract, card=replace(extract.card, url=url))


def _body(message: EmailMessage, left_out: list[str]) -> Iterator[Block]:
    plain = message.get_body(("plain",))
    text = decode(_content(plain), declared=_charset(plain)) if plain is not None else ""
    if text.strip():
        yield Block(text=text)
        return
    page = message.get_body(("html",))
    if page is not None:
        try:
            yield from whole_page(decode(_content(page), declared=_charset(page), allow_nul=True))
        except ReadError as error:
            left_out.append(f"the message: {error}")


def _content(part: MIMEPart) -> bytes:
    """Return the bytes of a part; those of a message in a message are the message's."""
    content = part.get_payload(decode=True)
    if isinstance(content, bytes):
        return content
    inner = part.get_payload()
    if not isinstance(inner, list) or not inner or not isinstance(inner[0], Message):
        return b""
    return inner[0].as_bytes()


def _as_utf8(page: MIMEPart) -> bytes:
    """Return a page with a byte-order mark, so that the charset in its head is not asked."""
    text = decode(_content(page), declared=_charset(page), allow_nul=True)
    return text.encode("utf-8-sig", errors="replace")


def _charset(part: MIMEPart) -> str | None:
    return charset_codec(part.get_content_charset() or "")


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name) or "")


def _told(message: EmailMessage) -> Iterator[str]:
    """Yield who a message is from and to, and when it was sent, a line each; long ones are cut."""
    for name in _HEADER:
        value = one_line(_header(message, name))
        if len(value) > _LONGEST_LINE:
            value = f"{value[: _LONGEST_LINE - 1].rstrip()}…"
        if value:
            yield f"{name}: {value}"


def _date(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(_header(message, "Date")).date().isoformat()
    except (ValueError, TypeError, OverflowError):
        return None
