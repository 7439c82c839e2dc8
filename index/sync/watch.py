"""Keeps a library in step with folders by looking at them again and again; it prints nothing.

One is watched by a command, or several are registered in the library's catalog and looked after
while a server runs. Looking costs a stat a file, works on every file system and outlives the
folder's going and coming, which the notices of operating systems do not.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from index.errors import FootnoteError, LibraryBusyError, LibraryError, MisuseError, ReadError
from index.store import catalog, migrations
from index.store.library import Library
from index.sync import file_state
from index.sync.find import Glance, glance, path_of, printable
from index.sync.folders import sync
from index.sync.ingest import OnProgress
from index.types import AddReport, Change, Folder

_SHARE = 20
"""The pause is at least so many times what a look took, so that idling takes at most 5 % of one
processor however large the folder is."""
_EVERY = 2.0
"""Seconds between two looks at registered folders."""
_MOST_READ = 500
"""Files of a registered folder that are read and published at once: between two such steps others
may write, and what was added can be asked."""
_BETWEEN = 0.5
"""Seconds between two such steps."""
_FRESH = 2.0
"""Seconds since its last change for which a file may still be being written."""
_WRITING = 5.0
"""Seconds that a registered folder's state waits for another writer; then until the next look."""
_LOG = logging.getLogger(__name__)

Sync = Callable[[Collection[str]], AddReport]
"""Brings the library in step with a folder, but for the files of these paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to know about a watched folder that is no change of a document."""

    text: str


def watch(folder: Path, sync: Sync, *, every: float) -> Iterator[Change | Notice]:
    """Yield what changes in a folder as the library follows it, without end.

    A file is followed when two looks in a row see it the same, so that it is not read while it is
    being written; others do not wait for it. Nothing is held while the folder is quiet. While it is
    gone or empty, nothing is removed from the library.

    Args:
        folder: Which one.
        sync: Brings the library in step with it.
        every: Seconds between two looks; more where looking takes long.
    """
    state, problem = _Watch(folder, sync, most=None), ""
    told: frozenset[Change] = frozenset()
    while True:
        started = time.perf_counter()
        now = glance(folder)
        pause = max(every, _SHARE * (time.perf_counter() - started))
        report = state.look(now)
        if state.problem != problem:  # what lasts is said once, and that it is over
            problem = state.problem
            yield Notice(text=_said(folder, problem))
        if report is not None:
            news = (*report.changes, *report.outdated)
            yield from (c for c in news if c.kind != "unchanged" and c not in told)
            told = frozenset((*report.of("skipped"), *report.outdated))
        time.sleep(pause)


class Folders:
    """The folders that are registered in a library: `OpenLibrary.folders`.

    Documents whose file is deleted in one are removed, as `footnote watch` does; none are while the
    folder is gone or holds no file.
    """

    def __init__(self, library: Library, *, on_progress: OnProgress) -> None:
        self._library = library
        self._on_progress = on_progress
        self._ended = threading.Event()

    def all(self) -> tuple[Folder, ...]:
        """Return the registered folders by path; none of a library that is not there.

        Raises:
            LibraryError: The library cannot be read.
        """
        with self._library.reading() as db:
            return file_state.folders(db)

    def register(self, folder: str | Path) -> Folder:
        """Register a folder, and return it; nothing of it is read yet.

        Raises:
            MisuseError: There is no such folder, or it is in a registered one or has one in it.
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written.
        """
        path = path_of(folder)
        if not os.path.isdir(path):  # which takes what no path can be for none
            raise MisuseError(f"no folder is at {path[:200]!r}: name a folder to register")
        if printable(path) != path:
            raise MisuseError(
                f"{printable(path)!r} cannot be registered, for its name holds a line end, a "
                "direction mark or bytes that are not UTF-8: rename it"
            )
        with self._library.changing() as db:
            known = file_state.folders(db)
            if same := next((one for one in known if one.path == path), None):
                return same
            _refuse_nested(path, [one.path for one in known])
            made = Folder(path=path, added_at=file_state.now_utc())
            with catalog.transaction(db):
                file_state.write_folder(db, made)
        return made

    def unregister(self, folder: str | Path) -> Folder:
        """Follow a folder no more, and return it as it was; its documents stay.

        Raises:
            MisuseError: It is not registered; the message names those that are.
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written.
        """
        path = path_of(folder)
        known = {one.path: one for one in self.all()}
        if path not in known:
            named = f"registered are {', '.join(map(repr, known))}" if known else "no folder is"
            raise MisuseError(f"{path[:200]!r} is not registered: {named}")
        with self._library.changing() as db, catalog.transaction(db):
            file_state.erase_folder(db, path)
        return known[path]

    def sync(self) -> tuple[tuple[Folder, AddReport], ...]:
        """Bring the library in step with each folder once.

        A file that is being written, by two looks within a second, waits for the next time.

        Returns:
            Each folder as it is now with what became of its files, nothing where it is not there.

        Raises:
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written.
        """
        return tuple(self._synced(folder) for folder in self.all())

    def look_after(self, ended: threading.Event) -> None:
        """Follow all registered folders until told to end; what goes wrong is their state.

        Only one process writes at a time, by the writer's lock; where several look after a library,
        the others find it in step. What is registered meanwhile is followed too.
        """
        watches: dict[str, _Kept] = {}
        told, self._ended = "", ended
        while not ended.is_set():
            started, more, failed = time.perf_counter(), False, ""
            try:
                folders = self.all()
                watches = {f.path: watches.get(f.path) or self._kept(f) for f in folders}
                for folder in folders:
                    if not ended.is_set():
                        more |= watches[folder.path].look(folder)
            except FootnoteError as error:
                failed = str(error)
            except Exception as error:  # noqa: BLE001  # the outermost line of the thread
                failed = f"{type(error).__name__}: {error}"
            if failed not in ("", told) and not ended.is_set():
                _LOG.warning("registered folders cannot be looked after now: %s", failed)
            told = failed
            took = time.perf_counter() - started
            ended.wait(_BETWEEN if more else max(_EVERY, _SHARE * took))

    def _synced(self, folder: Folder) -> tuple[Folder, AddReport]:
        place = Path(folder.path)
        now = glance(place)
        leave: set[str] = set()
        if any(time.time() - changed / 1e9 < _FRESH for _, changed, _ in now.values()):
            time.sleep(_FRESH / 2)
            before, now = now, glance(place)
            leave = _unsettled(before, now)
        report, problem = AddReport(changes=()), _missing(place)
        if now:
            try:
                report, problem = self._sync(place, _sources(leave), most=None), ""
            except (MisuseError, ReadError) as error:
                problem = str(error)
        unread = {change.source: change.reason for change in report.of("skipped")}
        return self._note(folder, report if now else None, problem, unread), report

    def _kept(self, folder: Folder) -> "_Kept":
        place = Path(folder.path)
        step = partial(self._sync, place, most=_MOST_READ)
        watch = _Watch(place, step, most=_MOST_READ, problem=folder.problem)
        return _Kept(place, watch, self._note)

    def _sync(self, place: Path, leave: Collection[str], *, most: int | None) -> AddReport:
        """Bring the library in step with a folder that is where it was registered.

        Raises:
            ReadError: A link has taken its place, or that of a folder that it is in.
        """
        if place.resolve() != place:
            raise ReadError("a link has taken its place: register the folder that it leads to")
        return sync(
            self._library,
            [place],
            prune=True,
            leave=leave,
            most=most,
            on_progress=self._go_on,
        )

    def _go_on(self, done: int, total: int) -> None:
        """Tell how far embedding is, and end it where nobody waits any more: nothing is halved."""
        if self._ended.is_set():
            raise InterruptedError
        self._on_progress(done, total)

    def _note(
        self,
        folder: Folder,
        report: AddReport | None,
        problem: str,
        unread: Mapping[str, str] | None,
    ) -> Folder:
        """Keep what became of a folder, as `file_state.noted` has it, and return it so."""
        noted = file_state.noted(folder, report, problem, unread)
        if noted == folder:
            return folder
        with self._library.catalog.writing(wait=_WRITING) as db:
            migrations.prepare_catalog(db)
            with catalog.transaction(db):
                file_state.note_folder(db, noted)
        return noted


class _Watch:
    """What was seen and followed so far of one folder.

    Args:
        folder: Which one.
        sync: Brings the library in step with it.
        most: Files that `sync` reads at most; None where it reads all.
        problem: Why it could not be followed; empty where it could.
    """

    def __init__(self, folder: Path, sync: Sync, *, most: int | None, problem: str = "") -> None:
        self._folder = folder
        self._sync = sync
        self._most = most
        self._followed: Glance = {}
        self._before: Glance = {}
        self._refused: Glance = {}
        self._reasons: dict[str, str] = {}
        self.problem = problem
        self.has_more = False
        """Whether files were left for the next look that could be read now."""

    @property
    def unread(self) -> Mapping[str, str] | None:
        """The reason by each file that is not read; None where not all were tried yet."""
        return None if self.has_more else self._reasons

    def look(self, now: Glance) -> AddReport | None:
        """Follow what was seen where it is news and the same as at the last look.

        Returns:
            What became of the files; None where the library was not brought in step.
        """
        waiting = _unsettled(self._before, now)
        self._before, self.has_more = now, False
        if not now:
            self.problem = _missing(self._folder)
            return None
        settled = {path: seen for path, seen in now.items() if path not in waiting}
        gone = self._followed.keys() - now.keys() - waiting
        if not gone and settled.items() <= self._followed.items():
            self.problem = self.problem if waiting else ""
            return None
        return self._follow(now, settled, waiting)

    def _follow(self, now: Glance, settled: Glance, waiting: Collection[str]) -> AddReport | None:
        self._refused = {p: seen for p, seen in self._refused.items() if now.get(p) == seen}
        try:
            report = self._sync(_sources(waiting) | self._refused.keys())
        except LibraryBusyError:
            self.problem = _BUSY
            return None
        except (MisuseError, ReadError) as error:
            # It was emptied or closed after the look; another look tells when it is as before.
            self._followed, self._before = {}, {}
            self.problem = str(error)
            return None
        self.problem = ""
        refused = {c.source: now[c.source] for c in report.of("skipped") if c.source in now}
        self._refused |= refused
        self._reasons |= {change.source: change.reason for change in report.of("skipped")}
        self._reasons = {path: self._reasons[path] for path in self._refused}
        read = len(report.of("added")) + len(report.of("changed")) + len(refused)
        self.has_more = self._most is not None and read >= self._most
        if not self.has_more:
            before = {path: self._followed[path] for path in waiting if path in self._followed}
            self._followed = settled | before
        return report


class _Kept:
    """One registered folder on its way through a process that looks after it.

    Args:
        place: Where it is.
        watch: What was seen of it.
        note: Keeps what became of it.
    """

    def __init__(self, place: Path, watch: _Watch, note: Callable[..., Folder]) -> None:
        self._place = place
        self._watch = watch
        self._note = note
        self._due: AddReport | None = None

    def look(self, folder: Folder) -> bool:
        """Follow the folder, keep its state, and say whether more is to be read at once.

        Raises:
            LibraryError: Its state cannot be kept now; the next look tries again.
        """
        try:
            self._due = _joined(self._due, self._watch.look(glance(self._place)))
            problem = self._watch.problem
        except LibraryError as error:
            problem = str(error)
        if problem != _BUSY and (self._due is not None or problem != folder.problem):
            self._note(folder, self._due, problem, self._watch.unread)
            self._due = None
        return self._watch.has_more


_BUSY = "another process is writing to the library: waiting for it"


def _refuse_nested(path: str, known: Iterable[str]) -> None:
    """Refuse a folder that is in a registered one, or has one in it: each file has one of them."""
    for other in known:
        within = f"{path!r} is in {other!r}, which is registered: it is followed there"
        if Path(path).is_relative_to(other):
            raise MisuseError(within)
        if Path(other).is_relative_to(path):
            raise MisuseError(
                f"{other!r}, which is registered, is in {path!r}: unregister it with `footnote "
                "watch --unregister` first"
            )


def _joined(first: AddReport | None, second: AddReport | None) -> AddReport | None:
    if first is None or second is None:
        return first or second
    return replace(second, changes=(*first.changes, *second.changes))


def _missing(folder: Path) -> str:
    return "no file is in it" if folder.is_dir() else "it is not there"


def _said(folder: Path, problem: str) -> str:
    if problem == _missing(folder):
        return f"no file is in {str(folder)!r} now: waiting for files"
    return problem or f"{str(folder)!r} is in step again"


def _unsettled(before: Glance, now: Glance) -> set[str]:
    """Return the paths that two looks saw differently, or one of them not at all."""
    return {path for path in now if before.get(path) != now[path]} | (before.keys() - now.keys())


def _sources(paths: Iterable[str]) -> set[str]:
    """Return what documents of these files are known by."""
    return {printable(os.path.realpath(path)) for path in paths}
