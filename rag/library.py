"""The articles of a library, as users hold them: add, tag, remove, keep and mend; no answering.

A question opens this too, so what reads, writes and mends is imported where it is done.
"""

import hashlib
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.data_files import seed_paths
from index.embedding import Embedder, load_embedder
from index.errors import MisuseError
from index.scope import Scope
from index.store.folder_backend import open_pair
from index.store.library import Library
from index.store.protocols import VectorIndex
from index.types import AddReport, Change, Checkup, CompactReport, DocumentSummary
from rag import arguments
from rag.articles import StoredArticles
from rag.setting_values import data_folder
from rag.settings import Settings

if TYPE_CHECKING:
    from index.sync.ingest import OnProgress
    from index.sync.intake import Article
    from index.sync.watch import Folders, Notice
    from index.upkeep.removed import Removals
    from index.upkeep.transfer import ExportReport

_SEEDING_SECONDS, _INTRODUCING_SECONDS = 60.0, 10.0


class OpenLibrary(StoredArticles):
    """The articles of an open library: `Assistant.library`. Safe to share between threads.

    Args:
        stored: The library as it is stored.
        seeds: Whether `seed` does anything.
        on_progress: Told of sentences embedded and to embed.
    """

    def __init__(self, stored: Library, *, seeds: bool, on_progress: "OnProgress") -> None:
        super().__init__(stored)
        self._seeds = seeds
        self._on_progress = on_progress

    def seed(self) -> None:
        """Put the shipped articles into a library that nothing was ever added to.

        Nothing is done where `Settings.seeds` is off or folders are registered. A question does
        it; listing does not.

        Raises:
            LibraryBusyError: Another process is writing, for a minute already.
            LibraryError: The library cannot be written.
        """
        if self._seeds and self._library.is_new() and not self.folders.all():
            from index.sync import ingest
            from index.sync.intake import read_articles

            ingest.add(
                self._library,
                read_articles(seed_articles()),
                on_progress=self._on_progress,
                wait=_SEEDING_SECONDS,
            )

    def add(self, *sources: str | Path, prune: bool = False, tags: Iterable[str] = ()) -> AddReport:
        """Add files, folders, patterns and web pages, or what changed in them since the last time.

        What looks as it did is not opened; a moved file keeps its document, and its citations. A
        source that begins with `http://` or `https://` is fetched; nothing else ever is.

        Args:
            sources: What to read.
            prune: Whether documents are removed whose file is gone from one of these folders.
            tags: Given to every document of these sources, also those that did not change.

        Returns:
            What became of each file in order, the documents whose file is gone, then each page.

        Raises:
            MisuseError: A source is no path, a path does not exist, a pattern matches nothing,
                there is no folder to prune, or a tag is none; nothing was done.
            ReadError: A folder to prune has no file that can be read; nothing was done.
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        from index.sync.folders import sync

        arguments.check_sources(sources)
        named = arguments.checked_tags(tags)
        return sync(self._library, sources, prune=prune, tags=named, on_progress=self._on_progress)

    def tag(
        self, document_ids: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> tuple[DocumentSummary, ...]:
        """Give documents tags and take tags away, by id or beginning of one; all or nothing.

        What a person gives or takes away stays when the file is read again, whatever it says. Upper
        and lower case are the same tag, shown as it was first written.

        Returns:
            The cards of the documents as they are then, in the order given.

        Raises:
            MisuseError: A tag is not of 1 to 60 characters on one line without commas, is given and
                taken away, or none is named; or no document is.
            UnknownDocumentError: There is no such document.
            LibraryBusyError: Another process is writing.
        """
        ids = arguments.checked_ids(document_ids)
        given, taken = arguments.checked_change(add, remove)
        return self._library.tag(ids, add=given, remove=taken)

    def read_again(self) -> AddReport:
        """Read again what an older version of Footnote read, from its file or kept original.

        `add` and `watch` do so, too. Documents keep their ids, and only sentences that changed are
        embedded; a library that this version has read is not touched.

        Raises:
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        from index.sync.folders import read_again

        return read_again(self._library, on_progress=self._on_progress)

    def watch(self, folder: str | Path, *, every: float = 2.0) -> "Iterator[Change | Notice]":
        """Yield what changes in a folder while the library is kept in step with it, without end.

        Documents whose file is deleted are removed, as `add` with `prune` does; nothing is while
        the folder is gone or empty. What is skipped is told once.

        Args:
            folder: Which one.
            every: Seconds between two looks; a change is followed once it is quiet so long.

        Raises:
            MisuseError: There is no such folder.
            LibraryError: The library cannot be written. One that another process writes to is
                tried again.
        """
        arguments.check_path(folder, name="the folder")
        arguments.check(every, (int, float), name="every", wanted="seconds")
        place = Path(os.path.expanduser(folder)).absolute()
        if not place.is_dir():
            raise MisuseError(f"no folder is at {str(folder)!r}: name a folder to watch")
        from index.sync.folders import sync
        from index.sync.watch import watch

        step = partial(sync, self._library, [place], prune=True, on_progress=self._on_progress)
        return watch(place, lambda leave: step(leave=leave), every=every)

    @property
    def folders(self) -> "Folders":
        """The folders that are registered in the library: register, sync and look after them."""
        from index.sync.watch import Folders

        return Folders(self._library, on_progress=self._on_progress)

    def add_articles(self, articles: "Iterable[Article]", *, once: bool = False) -> AddReport:
        """Add articles given as text, all at once; the source of each is its identity.

        Args:
            articles: What is added.
            once: Whether a text that a document of another source has is told and not added.

        Raises:
            MisuseError: One is no article.
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        from index.sync import ingest
        from index.sync.intake import read_articles

        incoming = read_articles(arguments.checked_articles(articles))
        return ingest.add(self._library, incoming, once=once, on_progress=self._on_progress)

    def add_files(
        self,
        files: Mapping[str, Path],
        *,
        on_read: Callable[[str], None] = lambda source: None,
        on_progress: "OnProgress | None" = None,
    ) -> AddReport:
        """Add files, all at once, each under a source of its own, which need not be its path.

        A text that a document of another source has is told as unchanged, and not added.

        Args:
            files: Where each source's file lies now; it is not needed afterwards.
            on_read: Told of each source before its file is read.
            on_progress: Told of sentences embedded and to embed, in place of the assistant's own.

        Raises:
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        arguments.check_files(files)
        from index.sync import ingest
        from index.sync.intake import read_named

        incoming = read_named(files, on_read=on_read)
        tell = on_progress or self._on_progress
        return ingest.add(self._library, incoming, once=True, on_progress=tell)

    def introduce(self, questions: Mapping[str, Sequence[str]]) -> None:
        """Keep what introduces documents: a sentence or two of their overview, and questions.

        Args:
            questions: Those that a document answers, by its full id; one that is gone is passed
                over.

        Raises:
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be read or written.
        """
        from index.full_text import read_contents
        from index.store import catalog, introductions, migrations
        from rag.overview.overview import in_brief

        told = []
        with self._library.reading() as db:
            for document_id in questions:
                for content in read_contents(db, [document_id]):
                    told.append((content.document.id, content.document.card, in_brief(content)))
        with self._library.catalog.writing(wait=_INTRODUCING_SECONDS) as db:
            migrations.prepare_catalog(db)
            with catalog.transaction(db):
                for known, card, overview in told:
                    asked = questions[known]
                    introductions.store(
                        db, known, sha256=card.sha256, overview=overview, questions=asked
                    )

    def remove(self, *document_ids: str) -> tuple[DocumentSummary, ...]:
        """Remove documents, all of them or none, and return their cards.

        Raises:
            MisuseError: No id was given, or one is no text.
            UnknownDocumentError: There is no such document.
            LibraryBusyError: Another process is writing.
        """
        return self._library.remove(arguments.checked_ids(document_ids))

    @property
    def removals(self) -> "Removals":
        """What was removed so that it can be had back for a day: remove, put back and let go."""
        from index.upkeep.removed import FOLDER, Removals

        try:
            folder = self._library.folder / FOLDER
        except MisuseError:  # it is on servers
            name = hashlib.sha256(self._library.catalog.name.encode("utf-8")).hexdigest()
            folder = data_folder() / FOLDER / name[:16]
        return Removals(self._library, folder, on_progress=self._on_progress)

    def keep_originals(self, keep: bool) -> None:
        """Say whether the originals of what is added from now on are kept: `Settings.originals`."""
        self._library.keeps_originals = keep

    def check(self) -> Checkup:
        """Compare catalog and vectors, and both with the settings; changes nothing."""
        from index.upkeep.doctor import check

        return check(self._library)

    def repair(self) -> Checkup:
        """Mend what `check` finds and return what is still wrong.

        Raises:
            LibraryBusyError: Another process is writing.
        """
        from index.upkeep.repair import repair

        return repair(self._library, on_progress=self._on_progress)

    def compact(self) -> CompactReport:
        """Write all files of the library anew, so that nothing of what was removed is in them.

        Raises:
            LibraryError: There is no library, it is damaged, or the disk is too full.
            LibraryBusyError: Another process is writing, or reads for long.
        """
        from index.upkeep.repair import compact

        self.removals.let_go_of_all()
        return compact(self._library)

    def export_to(
        self, file: str | Path, *document_ids: str, scope: Scope | None = None
    ) -> "ExportReport":
        """Write documents into one archive for `import_from`, elsewhere or later.

        Args:
            file: A new file.
            document_ids: Which documents; none for all.
            scope: Which of these; None for all.

        Raises:
            UnknownDocumentError: There is no such document.
            ScopeError: The scope names what is not there, or nothing is in it.
            LibraryError: There is no library, or a stored text is damaged.
            ArchiveError: The file is there already, or cannot be written.
        """
        arguments.check_path(file, name="the file")
        from index.upkeep.transfer import export_library

        arguments.check_ids(document_ids)
        chosen = arguments.checked_scope(scope)
        return export_library(self._library, Path(file), document_ids, scope=chosen)

    def import_from(self, file: str | Path) -> AddReport:
        """Add all documents of an archive, all visible at once or none; ids and dates are kept.

        Raises:
            ArchiveError: The archive is damaged, was changed, or is too large.
            LibraryMismatchError: It was made with another embedding model.
            LibraryBusyError: Another process is writing.
        """
        arguments.check_path(file, name="the file")
        from index.upkeep.transfer import import_library

        return import_library(self._library, Path(file), on_progress=self._on_progress)


def stored_library(
    settings: Settings, *, embedder: Embedder | None, vectors: VectorIndex | None
) -> Library:
    """Return the library that settings name, not yet opened; the model is loaded when needed.

    Args:
        settings: Say where it is, and which model embeds.
        embedder: What embeds in place of that model.
        vectors: What searches the vectors of a library in a folder, in place of Chroma.
    """

    def load() -> Embedder:
        if embedder is not None:
            return embedder
        return load_embedder(settings.embedding_model, engine=settings.embedding_engine)

    place = settings.library
    catalog, own = open_pair(
        place.absolute() if isinstance(place, Path) else place.get_secret_value(),
        settings.vectors.get_secret_value() if settings.vectors else None,
    )
    return Library(
        catalog,
        own if vectors is None else vectors,
        model=settings.embedding_model if embedder is None else embedder.name,
        load=load,
        keeps_originals=settings.originals,
    )


def seed_articles() -> Iterator["Article"]:
    """Yield the shipped articles; their source is `seeds/NAME` on every machine."""
    from index.reading.registry import read_bytes
    from index.sync.intake import Article

    for path in seed_paths():
        extract = read_bytes(path.read_bytes(), name=path.name)
        yield Article(source=f"seeds/{path.name}", title=extract.card.title, text=str(extract.text))


_MOVED = (
    "add add_articles add_files check compact document documents edition export_to import_from "
    "remove repair text watch"
)
"""Methods of the library that were an assistant's in version 0.1; the next leaves them out."""


class OldMethods:
    """Finds a library's methods on an assistant, which had them in version 0.1, with a warning."""

    library: OpenLibrary

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            if name not in _MOVED.split():
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            told = f"Assistant.{name} is now Assistant.library.{name}"
            warnings.warn(
                f"{told}; the old name goes with the next version", DeprecationWarning, stacklevel=2
            )
            return getattr(self.library, name)
