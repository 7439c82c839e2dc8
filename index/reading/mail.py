"""Reading e-mail and saved web archives: the message, then what is attached to it."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime

from index.errors import ReadError
from index.reading.encoding import charset_codec, decode
from index.reading.html import HtmlReader
from index.reading.layout import Block, set_blocks
from index.reading.normal import one_line
from index.reading.page_url import clean_url
from index.reading.titles import name_title
from index.types import Extract

MAX_ATTACHMENTS = 100
"""Attachments read of one message; a digest of a day's mail has some thirty."""

MAX_DEPTH = 3
"""Messages in messages; deeper ones are left out."""


class MailReader:
    """Reads e-mail (RFC 5322, MIME) and web archives (MHTML).

    The text is the message as plain text, or as HTML where it has no other, and then each
    attachment of a format that is read, under its file's name. Pictures and the like are left out.
    """

    media_types = ("message/rfc822", "multipart/related")

    def __init__(self, *, depth: int = 0) -> None:
        self._depth = depth

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a message; title is its subject, author its sender, date the day it was sent.

        Raises:
            ReadError: Neither the message nor an attachment holds text.
        """
        message = message_from_bytes(data, policy=policy.default)
        assert isinstance(message, EmailMessage), "the default policy makes these"
        if message.get_content_type() == "multipart/related":
            return _web_archive(message, name=name)
        layout = set_blocks([*_body(message), *self._attached(message)])
        if not layout.text.strip():
            raise ReadError("the message shows no text; there is nothing to quote from")
        sender, address = parseaddr(_header(message, "From"))
        return Extract(
            title=one_line(_header(message, "Subject")) or name_title(name),
            text=layout.text,
            media_type="message/rfc822",
            section_starts=layout.section_starts,
            published=_date(message),
            author=one_line(sender or address) or None,
        )

    def _attached(self, message: EmailMessage) -> Iterator[Block]:
        for number, part in enumerate(message.iter_attachments()):
            if number == MAX_ATTACHMENTS:
                return
            try:
                extract = self._read_part(part)
            except ReadError:
                # A picture or a broken file leaves the message with its other parts.
                continue
            yield Block(text=one_line(part.get_filename() or extract.title), level=2)
            yield Block(text=extract.text)

    def _read_part(self, part: MIMEPart) -> Extract:
        from index.reading.registry import read_bytes
        from index.reading.sniff import media_type

        name = one_line(part.get_filename() or "attachment")
        data = _content(part)
        if media_type(data, name=name) not in self.media_types:
            return read_bytes(data, name=name)
        if self._depth == MAX_DEPTH:
            raise ReadError("messages in it are nested too deep")
        return MailReader(depth=self._depth + 1).read(data, name=name)


def _web_archive(message: EmailMessage, *, name: str) -> Extract:
    page = message.get_body(("html",))
    if page is None:
        raise ReadError("the web archive holds no page; save the page anew")
    extract = HtmlReader().read(_as_utf8(page), name=name)
    stated = (_header(message, "Snapshot-Content-Location"), str(page["Content-Location"] or ""))
    url = next(filter(None, map(clean_url, stated)), extract.url)
    return replace(extract, url=url)


def _body(message: EmailMessage) -> Iterator[Block]:
    plain = message.get_body(("plain",))
    text = decode(_content(plain), declared=_charset(plain)) if plain is not None else ""
    if text.strip():
        yield Block(text=text)
        return
    page = message.get_body(("html",))
    if page is not None:
        try:
            yield Block(text=HtmlReader().read(_as_utf8(page), name="").text)
        except ReadError:
            return


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


def _date(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(_header(message, "Date")).date().isoformat()
    except (ValueError, TypeError, OverflowError):
        return None
