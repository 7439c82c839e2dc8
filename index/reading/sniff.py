"""What format some bytes are in: by their content first, by the file's extension second."""

import codecs
import re
from pathlib import PurePath
from typing import Final

HEAD = 2048
"""Bytes looked at; the signatures of text formats are asked for after leading blanks."""

_STRONG: Final = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"\0\0\1\0", "image/x-icon"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (0, b"\xca\xfe\xba\xbe", "application/x-executable"),
    (0, b"\0asm", "application/x-executable"),
    (0, b"PK\3\4", "application/zip"),
    (0, b"PK\5\6", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\7", "application/vnd.rar"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"%!PS-Adobe", "application/postscript"),
)
"""Offset, bytes and media type of signatures that no text begins with by chance."""

_WEAK: Final = (
    (0, b"MZ", "application/x-executable"),
    (0, b"BM", "image/bmp"),
    (0, b"RIFF", "audio/x-riff"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"wOF", "font/woff"),
)
"""Signatures that are letters: taken only where a NUL byte says that this is no text."""

_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SLIDES: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MIMETYPES: Final = (
    (b"application/epub+zip", "application/epub+zip"),
    (b"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"application/vnd.oasis", "application/vnd.oasis.opendocument"),
)
"""What the member `mimetype`, the first and not packed, says."""
_ZIPPED: Final = (
    (b"word/document", _WORD),
    (b"META-INF/container.xml", "application/epub+zip"),
    (b"xl/workbook.bin", "application/vnd.ms-excel.sheet.binary"),
    (b"xl/workbook", _WORKBOOK),
    (b"ppt/presentation", _SLIDES),
    (b"META-INF/manifest.xml", "application/vnd.oasis.opendocument.text"),
)
"""What a zip archive's directory names that makes it a document."""
_FIRST_NAME: Final = 30
"""Bytes before the name of an archive's first member."""
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
"""A name in the container that Office keeps a file with a password in."""

_EXTENSIONS: Final = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".mdown": "text/markdown",
    ".mkd": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".csv": "text/csv",
    ".tsv": "text/csv",
    ".vtt": "text/vtt",
    ".srt": "application/x-subrip",
    ".ipynb": "application/x-ipynb+json",
    ".eml": "message/rfc822",
    ".mbox": "application/mbox",
    ".mht": "multipart/related",
    ".mhtml": "multipart/related",
}
"""Formats that are text: there the extension decides, and any other one means plain text."""

_DOCUMENTS: Final = {
    "application/pdf": "PDF files",
    "application/epub+zip": "EPUB books",
    "application/vnd.ms-excel.sheet.binary": "binary Excel workbooks (.xlsb)",
    "application/vnd.oasis.opendocument": "OpenDocument files other than text",
    "application/msword": "old Microsoft Office files",
    "application/rtf": "RTF documents",
    "application/postscript": "PostScript files",
    "text/csv": "CSV tables",
    "text/vtt": "WebVTT transcripts",
    "application/x-subrip": "SubRip transcripts",
    "application/x-ipynb+json": "Jupyter notebooks",
    "application/mbox": "mailboxes of many messages",
    "message/rfc822": "e-mail files",
    "multipart/related": "MHTML web archives",
}
"""Documents with text in them, by the name they have in a message."""

_NAMED: Final = {
    ".pdf": "PDF file",
    ".docx": "Word document",
    ".xlsx": "Excel workbook",
    ".pptx": "PowerPoint file",
    ".odt": "OpenDocument text",
    ".epub": "EPUB book",
}
"""What a file of bytes that say nothing says it is by its name."""

_OF_BYTES: Final = {
    ".pdf": "application/pdf",
    ".docx": _WORD,
    ".xlsx": _WORKBOOK,
    ".pptx": _SLIDES,
    ".odt": "application/vnd.oasis.opendocument.text",
    ".epub": "application/epub+zip",
}
"""Formats that their bytes tell, by the ending that they mostly have."""

_ENCRYPTED: Final = "application/vnd.ms-office.encrypted"
_ADVICE: Final = {
    "application/vnd.ms-excel.sheet.binary": "save them as .xlsx and add those",
    "application/vnd.oasis.opendocument": "save slides as .pptx and tables as .xlsx and add those",
    "application/msword": "save them as .docx, .xlsx or .pptx and add those",
    _ENCRYPTED: "save it without one and add that",
}
"""What to do with a format that is not read, where its text need not be saved as plain text."""

_MAILS: Final = ("message/rfc822", "multipart/related")
_ENVELOPE = re.compile(r"From \S{1,300}(?: .{0,100})?\n(?=>?[!-9;-~]+:)")
"""What a mailbox puts above each message, left there by programs that save one message."""
_HEADER = re.compile(r"(?:[!-9;-~]+:.*(?:\n|$)(?:[ \t].*\n)*)+")
_MAIL_ONLY = re.compile(
    r"^(?:received|message-id|mime-version|return-path|delivered-to):", re.IGNORECASE | re.MULTILINE
)
"""Header fields that programs write into mail and people into no text."""

_PROLOGUE: Final = (("<?", "?>"), ("<!--", "-->"))
_PAGE = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_DRAWING = re.compile(r"<!doctype\s+svg[\s>\[]|<svg[\s>]", re.IGNORECASE)
_FRAGMENT = re.compile(
    r"<(?:!--|(?:h[1-6]|p|div|table|ul|ol|br|b|a|font|title|style|script|article|section|main|span)"
    r"[\s/>])",
    re.IGNORECASE,
)
"""Tags that begin HTML fragments (WHATWG MIME Sniffing, section 7.1), and Markdown files too."""


def media_type(data: bytes, *, name: str) -> str:
    """Name the format of a file.

    Args:
        data: The file's content, or at least its first `HEAD` bytes and, for a zip, all of it.
        name: The file's name; its extension tells text formats apart.

    Returns:
        A media type; `text/plain` where neither content nor extension say more, empty content
        included.
    """
    return _signature(data) or _text_type(data[:HEAD], suffix=PurePath(name).suffix.lower())


def describe(kind: str) -> str:
    """Return the one-sentence reason why a file of this media type is not read."""
    advice = _ADVICE.get(kind, "save its text as .txt, .md or .html and add that")
    if kind == _ENCRYPTED:
        return f"it is encrypted with a password; {advice}"
    if kind in _DOCUMENTS:
        return f"{_DOCUMENTS[kind]} are not read; {advice}"
    family, _, form = kind.partition("/")
    noun = {"image": "image", "video": "video", "audio": "sound", "font": "font"}.get(
        family, "file"
    )
    label = form.removeprefix("x-").removeprefix("vnd.").upper()
    return f"not text: looks like {label} {noun}; only documents with text in them are read"


def named_kind(name: str) -> str:
    """Return what a file's name says it is, where that is no text; empty where it says nothing."""
    return _NAMED.get(PurePath(name).suffix.lower(), "")


def kind_of_ending(ending: str) -> str:
    """Return the media type that files of an ending, such as `.md`, mostly have; empty for none."""
    return _EXTENSIONS.get(ending) or _OF_BYTES.get(ending, "")


def _signature(data: bytes) -> str | None:
    for offset, magic, kind in _STRONG:
        if data.startswith(magic, offset):
            if kind == "application/msword" and _LOCKED in data:
                return _ENCRYPTED
            return _inside_zip(data) if kind == "application/zip" else kind
    if data[:HEAD].lstrip().startswith(b"%PDF-"):
        return "application/pdf"
    if b"\0" in data[:HEAD]:
        for offset, magic, kind in _WEAK:
            if data.startswith(magic, offset):
                return kind
    return None


def _inside_zip(data: bytes) -> str:
    stated = data[_FIRST_NAME:HEAD]
    if stated.startswith(b"mimetype"):
        for said, kind in _MIMETYPES:
            if stated.startswith(said, len(b"mimetype")):
                return kind
    directory = _directory(data)
    return next((kind for member, kind in _ZIPPED if member in directory), "application/zip")


def _directory(data: bytes) -> bytes:
    """Return a zip archive's own directory, not those of archives in it; all where it has none."""
    end = data.rfind(b"PK\5\6")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    known = end > 0 and data.startswith(b"PK\1\2", start) and start < end
    return data[start:end] if known else data


def _text_type(head: bytes, *, suffix: str) -> str:
    by_name = _EXTENSIONS.get(suffix, "text/plain")
    start = _readable(head).lstrip("\ufeff \t\r\n\f\0")
    if not start.startswith("<"):
        return _unmarked(start.replace("\r\n", "\n"), by_name)
    # A comment or an XML declaration may stand in front of the tag that tells.
    tag = _after_prologue(start)
    if _PAGE.match(tag):
        return "text/html"
    if _DRAWING.match(tag):
        return "image/svg+xml"
    # A README.md may begin with <p align="center">; only a name without a say is overruled.
    if by_name == "text/plain" and suffix != ".xml" and _FRAGMENT.match(start):
        return "text/html"
    return by_name


def _unmarked(start: str, by_name: str) -> str:
    """Tell mail by its header; a name that says mail where there is none is not believed."""
    envelope = _ENVELOPE.match(start)
    header = _HEADER.match(start, envelope.end() if envelope else 0)
    if by_name in _MAILS:
        return by_name if header else "text/plain"
    return "message/rfc822" if header and _MAIL_ONLY.search(header.group()) else by_name


def _after_prologue(start: str) -> str:
    for opening, closing in _PROLOGUE * 3:
        if start.startswith(opening):
            start = start.partition(closing)[2].lstrip()
    return start


def _readable(head: bytes) -> str:
    """Decode well enough to see ASCII tags, UTF-16 included."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", errors="ignore")
    return head.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").decode("latin-1")
