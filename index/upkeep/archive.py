"""The archive of an exported library: one zip of texts, cards and hashes; no code, no vectors.

    manifest.json       version, embedding model, and the sha256 of every other member
    documents/ID.txt    a document's text, UTF-8
    documents/ID.json   everything else that was stored of it
    originals/SHA256    what an uploaded or fetched document was read from, not packed

Hashes tell damage and careless edits; who fears more compares the sha256 of the file itself, which
`export` prints. Nothing is ever unpacked to disk.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import BinaryIO, TypeVar

from index.card import LONGEST_NAME, Card, nested, too_long
from index.data_files import open_named
from index.errors import ArchiveError, ReadError
from index.reading.metadata import clean_url
from index.reading.normal import normalise
from index.store.queries import text_hash
from index.sync.prepare import Incoming, document_id
from index.types import Extract

VERSION = 4
_READ = (1, 2, 3, 4)
"""Versions that are read; in the first the fields of a card lay beside the others, the first two
had no originals, and the first three did not say which tags a person gave or took away."""
LARGEST_TOTAL = 4_000_000_000
"""Bytes of all documents unpacked, which are held in memory; originals are not packed, so they are
no larger than their archive, and are read one by one."""
LARGEST_MEMBER = 100_000_000
"""Bytes of one member; no file that is read is larger."""
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SHORT = ("published", "media_type", "language", "reader")
"""Fields of a card that are shown beside its title; a reader gives a word or two."""
_MANIFEST = "manifest.json"
_MEMBER = re.compile(r"documents/[0-9a-f]{12}\.(?:txt|json)|originals/[0-9a-f]{64}")
_ORIGINALS = "originals/"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_DAMAGE = (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError, zlib.error)
"""What `zipfile` raises for damage; OSError where a damaged directory leads before the start."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself."""

    version: int
    model: str
    """Name of the embedding model, without which answers would differ."""
    members: dict[str, str]
    """Hex sha256 of each other member by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    card: Card
    file_sha256: str
    section_starts: tuple[int, ...]
    page_starts: tuple[int, ...]
    added_at: str
    page_labels: tuple[str, ...] = ()


def write(path: Path, documents: Iterable[Incoming], *, model: str) -> int:
    """Write an archive and return how many documents it has; the same library, the same bytes.

    Raises:
        OSError: The file cannot be written.
    """
    members: dict[str, str] = {}
    with zipfile.ZipFile(path, "w") as archive:
        for document in documents:
            name = f"documents/{document.document_id or document_id(document.source)}"
            rest = json.dumps(asdict(_stored(document)), indent=2, ensure_ascii=False)
            said = str(document.extract.text)
            for member, text in ((f"{name}.txt", said), (f"{name}.json", rest)):
                members[member] = text_hash(text)
                _put(archive, member, text)
            kept = _ORIGINALS + document.extract.card.original_sha256
            if document.original is not None and kept not in members:
                members[kept] = document.extract.card.original_sha256
                archive.writestr(zipfile.ZipInfo(kept, _EPOCH), document.original())
        manifest = Manifest(version=VERSION, model=model, members=members)
        _put(archive, _MANIFEST, json.dumps(asdict(manifest), indent=2))
    return sum(name.endswith(".txt") for name in members)


def read(path: Path) -> tuple[Manifest, list[Incoming]]:
    """Read a whole archive, each part checked, or nothing of it.

    Raises:
        ArchiveError: It is damaged, was changed, is too large, or no export of this version.
        OSError: The file cannot be read.
    """
    with open_named(path, largest=None) as file:
        return _read_open(path, file)


def _read_open(path: Path, file: BinaryIO) -> tuple[Manifest, list[Incoming]]:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_directory(archive)
            manifest = _parsed(archive.read(_MANIFEST), Manifest)
            _check_manifest(archive, manifest)
            ids = sorted({Path(n).stem for n in manifest.members if not n.startswith(_ORIGINALS)})
            documents = [_document(archive, manifest, one) for one in ids]
            _check_originals(archive, manifest, documents)
            again = cache(lambda: zipfile.ZipFile(path))
            documents = [_with_original(document, again) for document in documents]
            if len({document.source for document in documents}) < len(documents):
                raise ArchiveError("it has two documents of one source")
            return manifest, documents
    except ArchiveError as error:
        raise ArchiveError(
            f"archive {str(path)!r} was not imported, for {error}: export the library again"
        ) from error
    except _DAMAGE as error:
        raise ArchiveError(
            f"archive {str(path)!r} was not imported, for it is damaged, cut short or no export "
            f"({error}): export the library again"
        ) from error


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    archive.writestr(info, text.encode("utf-8"), compress_type=zipfile.ZIP_DEFLATED)


def _stored(document: Incoming) -> _Stored:
    extract = document.extract
    return _Stored(
        card=replace(extract.card, source=document.source, imported=""),
        file_sha256=document.file_sha256,
        section_starts=extract.section_starts,
        page_starts=extract.page_starts,
        page_labels=extract.page_labels,
        added_at=document.added_at,
    )


def _check_directory(archive: zipfile.ZipFile) -> None:
    """Judge an archive by its directory, before anything of it is unpacked."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    foreign = [name for name in names if name != _MANIFEST and not _MEMBER.fullmatch(name)]
    if foreign:
        raise ArchiveError(f"it has a member {foreign[0]!r}, which no export writes")
    if len(set(names)) < len(names):
        raise ArchiveError("it has two members of one name")
    if _MANIFEST not in names:
        raise ArchiveError("it has no manifest.json")
    for info in infos:
        original = info.filename.startswith(_ORIGINALS)
        if info.compress_type not in (_PACKED[:1] if original else _PACKED):
            raise ArchiveError(f"{info.filename!r} is packed in a way that no export uses")
    largest = max(i.file_size for i in infos)
    total = sum(i.file_size for i in infos if not i.filename.startswith(_ORIGINALS))
    if largest > LARGEST_MEMBER or total > LARGEST_TOTAL:
        raise ArchiveError(
            f"it unpacks to {total:,} bytes, {largest:,} of them in one member, where "
            f"{LARGEST_TOTAL:,} and {LARGEST_MEMBER:,} are allowed"
        )


def _check_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    if manifest.version not in _READ:
        raise ArchiveError(
            f"it is of version {manifest.version}, and this Footnote reads up to {VERSION}"
        )
    listed, present = set(manifest.members), set(archive.namelist()) - {_MANIFEST}
    if lost := sorted(listed ^ present):
        raise ArchiveError(f"its manifest and its members differ in {lost[0]!r}")
    stems = [Path(name).stem for name in listed if not name.startswith(_ORIGINALS)]
    if len(stems) != 2 * len(set(stems)):
        raise ArchiveError("a document has no text or no card")


def _document(archive: zipfile.ZipFile, manifest: Manifest, one: str) -> Incoming:
    text, rest = (
        _checked(archive, f"documents/{one}.{kind}", manifest) for kind in ("txt", "json")
    )
    if manifest.version == 1:
        rest = json.dumps(nested(json.loads(rest)))
    stored = _parsed(rest.encode("utf-8"), _Stored)
    card = stored.card if manifest.version > 2 else replace(stored.card, original_sha256="")
    if normalise(text) != text or not text.strip():
        raise ArchiveError(f"the text of document {one!r} has hidden characters or is empty")
    for name in _SHORT:
        if len(told := getattr(card, name) or "") > LONGEST_NAME:
            raise ArchiveError(f"{name} of document {one!r} has {len(told):,} characters")
    reason = "its source has a zero character" if "\0" in card.source else too_long(card.source)
    if reason:
        raise ArchiveError(f"of document {one!r} {reason}")
    for starts in (stored.section_starts, stored.page_starts):
        if list(starts) != sorted({s for s in starts if 0 <= s <= len(text)}):
            raise ArchiveError(f"document {one!r} has sections or pages outside of its text")
    extract = Extract(
        card=replace(card, url=clean_url(card.url or "")),
        text=text,
        section_starts=stored.section_starts,
        page_starts=stored.page_starts,
        page_labels=stored.page_labels,
    )
    return Incoming(
        source=card.source,
        extract=extract,
        file_sha256=stored.file_sha256,
        added_at=stored.added_at,
        document_id=one,
    )


def _check_originals(
    archive: zipfile.ZipFile, manifest: Manifest, documents: Iterable[Incoming]
) -> None:
    """Compare each original with its hash, and all of them with those that documents name."""
    present = {name for name in manifest.members if name.startswith(_ORIGINALS)}
    hashes = {document.extract.card.original_sha256 for document in documents} - {""}
    named = {_ORIGINALS + sha256 for sha256 in hashes}
    if odd := sorted(present ^ named):
        raise ArchiveError(f"its documents and its members differ in {odd[0]!r}")
    for name in sorted(present):
        with archive.open(name) as kept:
            digest = hashlib.file_digest(kept, "sha256").hexdigest()  # type: ignore[arg-type]
        if digest != manifest.members[name] or not name.endswith(digest):
            raise ArchiveError(f"{name!r} is not what was exported: its sha256 differs")


def _with_original(document: Incoming, again: Callable[[], zipfile.ZipFile]) -> Incoming:
    """Return a document with the way to its original in the archive, opened again for the first."""
    name = _ORIGINALS + document.extract.card.original_sha256

    def read() -> bytes:
        try:
            return again().read(name)
        except (KeyError, *_DAMAGE) as error:
            raise ReadError("the archive was changed while it was read") from error

    return replace(document, original=read) if name != _ORIGINALS else document


def _checked(archive: zipfile.ZipFile, name: str, manifest: Manifest) -> str:
    text = archive.read(name).decode("utf-8")
    if text_hash(text) != manifest.members[name]:
        raise ArchiveError(f"{name!r} is not what was exported: its sha256 differs")
    return text


def _parsed(data: bytes, kind: type[T]) -> T:
    from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

    strict = with_config(ConfigDict(extra="forbid", strict=True))
    try:
        return TypeAdapter(strict(kind)).validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ArchiveError(f"its JSON is not as exported ({where}: {first['msg']})") from error
