"""Parsing the XML inside documents: no entity of theirs, nothing fetched."""

from typing import TYPE_CHECKING

from index.errors import ReadError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_ENTITY = b"<!ENTITY"


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
