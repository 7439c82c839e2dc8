"""Zip archives that documents are kept in, and the XML in them; what means harm is refused.

Bombs are told by their directory, still packed; XML gets no entity of its own and fetches nothing.
"""

import lzma
import re
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.errors import ReadError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_MEMBERS = 2000
"""Files in one archive: a book of 500 chapters and 1,000 pictures has fewer."""
MAX_UNPACKED = 60_000_000
"""Bytes of all members together; the Bible as a Word document has 35 million of XML."""

_ARCHIVES = frozenset(
    {
        ".zip",
        ".docx",
        ".xlsx",
        ".pptx",
        ".epub",
        ".odt",
        ".jar",
        ".gz",
        ".7z",
        ".rar",
        ".xz",
        ".bz2",
    }
)
_EMBEDDED = ("word/embeddings/", "ppt/embeddings/", "xl/embeddings/")
"""Where Office keeps the files that a document shows; they are never unpacked."""
_OUTSIDE = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|\0")
_ENCRYPTED = 0x1
_ENTITY = b"<!ENTITY"
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError),
    *(ValueError, OSError, NotImplementedError, RuntimeError),
)
"""What `zipfile` raises of a damaged archive, be it at a member's data or its way of packing."""


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open an archive held in memory; nothing is ever written to disk.

    zipfile unpacks no more of a member than the directory says, so a false size is an error and
    no flood.

    Raises:
        ReadError: It is damaged or encrypted, has more than `MAX_MEMBERS` members or more than
            `MAX_UNPACKED` bytes, another archive in it, or a name that leads out of it.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except DAMAGE as error:
        raise ReadError("it is damaged or cut short; save it anew") from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ReadError(
            f"its zip archive has {len(members)} members, more than the {MAX_MEMBERS} that are "
            "read; save its text as .txt"
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED:
        raise ReadError(
            f"its zip archive unpacks to {unpacked} bytes, more than the {MAX_UNPACKED} that are "
            "read; save its text as .txt"
        )
    for member in members:
        _check_member(member)
    return archive


def unpack(archive: zipfile.ZipFile, member: str) -> bytes | None:
    """Return the content of a member; None where the archive has none of this name.

    Raises:
        ReadError: The member is damaged, or not of the size that the directory says.
    """
    try:
        return archive.read(member)
    except KeyError:
        return None
    except DAMAGE as error:
        raise ReadError("it is damaged or cut short; save it anew") from error


def parse_xml(data: bytes) -> "Element":
    """Parse XML; a document type that it names is not looked at.

    Raises:
        ReadError: It is no XML, or it declares entities.
    """
    from lxml.etree import LxmlError, XMLParser, fromstring

    refuse_entities(data)
    parser = XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True,
        remove_comments=True,
    )  # fmt: skip
    try:
        return fromstring(data, parser)
    except (LxmlError, ValueError) as error:
        raise ReadError("the XML in it is damaged; save it anew") from error


def refuse_entities(data: bytes) -> None:
    """Refuse XML that declares entities; no format that is read needs any.

    Raises:
        ReadError: It does.
    """
    # UTF-16 and UTF-32 write each of these characters with NULs around it.
    plain = data.replace(b"\0", b"")
    if _ENTITY in plain:
        raise ReadError("the XML in it declares entities, which are not read; save it anew")


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    if _OUTSIDE.search(name):
        raise ReadError("its zip archive has a name that leads out of it; it is not to be trusted")
    if member.flag_bits & _ENCRYPTED:
        raise ReadError("it is encrypted; save it without protection and add that")
    nested = PurePosixPath(name).suffix.lower() in _ARCHIVES
    if nested and not name.startswith(_EMBEDDED):
        raise ReadError("its zip archive holds another archive; unpack it and add what is in it")
