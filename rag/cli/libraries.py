"""The commands over whole libraries: their names, and the folders that they are in step with."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import FootnoteError, MisuseError
from index.store import queries
from index.sync.watch import Notice
from index.types import AddReport, Change, Folder
from rag.cli import terminal
from rag.cli.session import opened, opened_to_add, print_json, print_result, print_text, warn
from rag.library import OpenLibrary, stored_library
from rag.named_libraries import (
    NamedLibrary,
    add_name,
    named_libraries,
    remove_name,
)
from rag.setting_values import SecretStr
from rag.settings import Settings, default_library
from rag.types import as_json

_USE = "write `footnote libraries`, `libraries add NAME [PLACE]` or `libraries remove NAME`"
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_FOLLOWED = "`footnote ui` and `footnote serve` follow it while they run; without them, `footnote "
_FOLLOWED += "add` and `footnote ask --sync` do"


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatus:
    """How it stands with a library that has a name."""

    name: str
    place: str
    """A folder, or the address of a database without its password."""
    documents: int | None
    """None where it cannot be read."""
    bytes: int | None
    """Of its files, or of its tables on a server; None where it cannot be read."""
    changed_at: str
    """UTC, ISO 8601; empty where nothing was ever added."""
    problem: str = ""
    """Why it cannot be read, in one sentence; empty where it can."""


def libraries(arguments: argparse.Namespace) -> int:
    """List the libraries with a name, give one a name, or forget a name.

    Raises:
        MisuseError: The words ask for nothing that there is.
    """
    action, *words = arguments.words or ["list"]
    if arguments.vectors is not None and action != "add":
        raise MisuseError("--vectors goes with `footnote libraries add NAME postgresql://...`")
    if action == "list" and not words:
        settings = Settings.load(library=default_library())
        found = [library_status(one, settings) for one in named_libraries()]
        print_result(found, _listed, arguments)
    elif action == "add" and 1 <= len(words) <= 2:
        made = add_name(*words, vectors=arguments.vectors)
        _print_named(made, f"{made.name!r} is the library {made.shown}", arguments)
    elif action == "remove" and len(words) == 1:
        gone = remove_name(*words)
        told = f"{gone.name!r} is forgotten; the library {gone.shown} stays as it is"
        _print_named(gone, told, arguments)
    else:
        raise MisuseError(f"{' '.join(arguments.words)!r} cannot be done: {_USE}")
    return 0


def watch(arguments: argparse.Namespace) -> int:
    """Watch, telling each change in a line (with --json in an object), until interrupted.

    Or register the folder, or have it followed no more.
    """
    if arguments.register or arguments.unregister:
        return _register(arguments)
    with suppress(KeyboardInterrupt), opened_to_add(arguments) as assistant:
        for news in assistant.library.watch(arguments.folder, every=arguments.every):
            _say(json.dumps(as_json(news)) if arguments.json else _line(news))
    if not arguments.json:
        _say(f"stopped watching {terminal.one_line(arguments.folder)}; the library is sound")
    return 0


def folders(arguments: argparse.Namespace) -> int:
    """List the registered folders."""
    with opened(arguments) as assistant:
        found = assistant.library.folders.all()
    print_result(found, _folder_lines, arguments)
    return 0


def followed(library: OpenLibrary) -> AddReport:
    """Follow all registered folders once, and return what that changed in the library.

    What keeps one from being followed is written to standard error.
    """
    found = library.folders.sync()
    for folder, _ in found:
        if folder.problem:
            warn(_folder_line(folder))
    reports = [report for _, report in found]
    return AddReport(
        changes=tuple(c for report in reports for c in report.changes if c.kind != "unchanged"),
        embedded=sum(report.embedded for report in reports),
        outdated=tuple(c for report in reports for c in report.outdated),
    )


def follow_first(library: OpenLibrary) -> None:
    """Follow all registered folders before a question, which is asked whatever comes of it."""
    try:
        followed(library)
    except FootnoteError as error:
        warn(f"the registered folders are not followed now: {error}")


def _register(arguments: argparse.Namespace) -> int:
    entered = opened_to_add if arguments.register else opened
    with entered(arguments) as assistant:
        known = assistant.library.folders
        if arguments.register:
            folder = known.register(arguments.folder)
            told = f"registered {folder.path}: {_FOLLOWED}"
        else:
            folder = known.unregister(arguments.folder)
            told = f"{folder.path} is followed no more; its documents stay"
    print_result(folder, lambda _: terminal.wrapped(terminal.one_line(told)), arguments)
    return 0


def _print_named(named: NamedLibrary, told: str, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print_json({"name": named.name, "place": named.shown})
    else:
        print_text(terminal.one_line(told))


def library_status(named: NamedLibrary, settings: Settings) -> LibraryStatus:
    """Look at a library: how much is in it and when it changed; what is wrong is told in it."""
    told = LibraryStatus(
        name=named.name, place=named.shown, documents=None, bytes=None, changed_at=""
    )
    of_named = settings.changed(library=named.place, vectors=named.vectors or settings.vectors)
    try:
        stored = stored_library(of_named, embedder=None, vectors=None)
        with closing(stored) as library, library.reading() as db:
            count, changed_at = queries.count_and_change(db)
            size = db.execute(_SERVER_BYTES).fetchone()[0] if _is_server(named) else None
    except FootnoteError as error:
        return replace(told, problem=str(error))
    files = _file_bytes(named.place) if isinstance(named.place, Path) else int(size or 0)
    return replace(told, documents=count, bytes=files, changed_at=changed_at)


_SERVER_BYTES = (
    "SELECT sum(pg_total_relation_size(pg_class.oid)) FROM pg_class "
    "JOIN pg_namespace ON pg_namespace.oid = relnamespace "
    "WHERE nspname = 'footnote' AND relkind = 'r'"
)


def _is_server(named: NamedLibrary) -> bool:
    return isinstance(named.place, SecretStr)


def _file_bytes(folder: Path) -> int:
    """Return the bytes of all files below a folder; one that is just removed counts nothing."""
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(top, name)).st_size
    return total


def _listed(found: Sequence[LibraryStatus]) -> str:
    """Return a line a library: name, documents, size, last change and place, or what is wrong."""
    width = max(len(one.name) for one in found)
    return "\n".join(
        terminal.one_line(f"{one.name:{width}}  {_status(one)}  {one.place}") for one in found
    )


def _status(one: LibraryStatus) -> str:
    if one.problem:
        return f"cannot be read: {one.problem}"
    documents = f"{one.documents:,} document{'' if one.documents == 1 else 's'}"
    changed = f"changed {_moment(one.changed_at)}" if one.changed_at else "nothing added yet"
    return f"{documents}, {_size(one.bytes or 0)}, {changed}"


def _size(count: int) -> str:
    size, unit = float(count), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:,.0f} {_UNITS[unit]}"


def _moment(told: str) -> str:
    """Return a time as people read it: `2026-11-30 03:10 UTC`."""
    return f"{told[:16].replace('T', ' ')} UTC"


def _folder_lines(found: Sequence[Folder]) -> str:
    if not found:
        return "no folder is registered: register one with `footnote watch --register FOLDER`"
    return "\n".join(line for folder in found for line in _told_lines(folder))


def _told_lines(folder: Folder) -> list[str]:
    """Return how it stands with a folder, and each file in it that is not read, with the reason."""
    lines = [terminal.one_line(_folder_line(folder))]
    lines += [terminal.one_line(f"  not read: {name}: {why}") for name, why in folder.unread]
    if more := folder.unread_files - len(folder.unread):
        lines.append(f"  not read: {more:,} more, which `footnote add FOLDER` names")
    return lines


def _folder_line(folder: Folder) -> str:
    shown = replace(folder, problem_at=_moment(folder.problem_at)) if folder.problem else folder
    changed = f"; changed {_moment(folder.changed_at)}" if folder.changed_at else ""
    return f"{folder.path}: {shown.state}{changed}"


def _line(news: Change | Notice) -> str:
    return terminal.one_line(news.text if isinstance(news, Notice) else terminal.change_line(news))


def _say(line: str) -> None:
    print_text(line)
    sys.stdout.flush()
