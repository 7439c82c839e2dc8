"""Which files a list of paths, folders and patterns stands for; opens none of them.

Patterns (`*`, `?`, `[abc]`, `**`) are expanded in a fixed order and in bounded time, which the
standard library's `glob` does not: its `**` goes through symlinks to folders, in circles, too.
"""

import errno
import glob
import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from index.errors import MisuseError, ReadError
from index.types import Change

_LIBRARY = frozenset({"catalog.db", "writer.lock"})
"""What lies in the folder of a library, which holds no article; following it would never end."""
_ODD_NAME = (
    "its name holds a line end, a direction mark or bytes that are not UTF-8; rename it and add it"
)
_ODD_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_PAGES = (".html", ".htm", ".xhtml")
_PIECES = (
    *("_files", ".files", "-Dateien", "_Dateien", "-filer", "_fichiers", "_archivos", "_file"),
    *("_bestanden", "_arquivos", "_ficheiros", "_pliki", "_soubory", "_tiedostot", "_dosyalar"),
)
"""What browsers and Word add to a page's name, in the languages that they speak."""

Glance = dict[str, tuple[int, int, int]]
"""Path of each file below a folder to its size, time of change and inode number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A regular file to be read."""

    path: Path
    """Absolute, symlinks resolved, so that one file has one path however it was reached."""
    source: str
    """The path as it can be printed and stored."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A path to look at, and the folder that symlinks met there must not lead out of."""

    path: Path
    root: Path | None
    """Resolved; None for what the caller named, which may be anywhere."""
    resolved: bool = False
    """Whether the folder that the path is in has no symlink in its own path."""


def find(sources: Sequence[str | Path]) -> Iterator[FoundFile | Change]:
    """Find the files that sources stand for.

    A source is a file, a folder (with all that is below it) or a pattern (`*` and `?` within a
    name, `**` for any folders). Names that begin with a dot, and folders with the pieces of a saved
    page that lies beside them, are left out unless named. Everything is checked to exist before
    this returns; files are listed as the iterator goes.

    Args:
        sources: Paths and patterns; none give nothing.

    Returns:
        In the order of the sources, and by name within a folder: `FoundFile` for each file, once
        however often it is reached, and `Change(kind="skipped")` with a reason for what cannot
        be read: pipes, sockets, devices, unreadable files and folders, symlinks that lead
        nowhere, in a circle or out of the folder given, unprintable names, and folders in which
        nothing can be read.

    Raises:
        MisuseError: A source is blank or does not exist, or a pattern matches nothing.
    """
    return _walk([place for source in sources for place in _places(source)])


def folders(sources: Sequence[str | Path]) -> tuple[Path, ...]:
    """Return which sources are folders, absolute and with symlinks resolved, in order."""
    named = (Path(os.path.expanduser(source)) for source in sources)
    return tuple(dict.fromkeys(path.resolve() for path in named if path.is_dir()))


def require_files(places: Sequence[Path], found: Sequence[FoundFile | Change]) -> None:
    """Refuse to prune by a folder without files, as that of a drive that is not mounted is.

    Raises:
        ReadError: There is such a folder.
    """
    files = [item.path for item in found if isinstance(item, FoundFile)]
    for place in places:
        if not any(path.is_relative_to(place) for path in files):
            raise ReadError(
                f"nothing was removed: no file that can be read is in {str(place)!r}; see whether "
                "its drive is mounted, or remove documents with `footnote remove ID`"
            )


def glance(folder: Path) -> Glance:
    """Look at all files below a folder; empty where it has none, is gone or cannot be listed.

    Names that begin with a dot are left out, and links to folders not followed, as the folders of
    a library are found. 10,000 files take 0.04 s of a processor.
    """
    seen: Glance = {}
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                entries = [entry for entry in found if not entry.name.startswith(".")]
                if _LIBRARY.issubset(entry.name for entry in entries):
                    continue
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        _note_file(entry, seen)
        except OSError:
            continue
    return seen


def _places(source: str | Path) -> list[_Place]:
    text = os.fspath(source)
    if not text.strip():
        raise MisuseError(
            f"a source is {text!r}; name a file, a folder or a pattern such as '*.md'"
        )
    path = Path(os.path.expanduser(text))  # of nobody's folder it leaves `~name`
    if _exists(path):
        return [_Place(path=path.absolute(), root=None)]
    if not _is_pattern(text):
        raise MisuseError(
            f"nothing is at {printable(text)!r}; check the spelling, or name a file, a folder or "
            "a pattern such as '*.md'"
        )
    base, matches = _expanded(path.absolute())
    if not matches:
        raise MisuseError(
            f"no file matches {printable(text)!r}; check the pattern (`*` and `?` match within a "
            "name, `**` any folders)"
        )
    return [_Place(path=match, root=base) for match in matches]


def _exists(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError as error:
        # A name too long can be nowhere; a folder that may not be entered can hold the file.
        return isinstance(error, PermissionError)
    return True


def _walk(places: list[_Place]) -> Iterator[FoundFile | Change]:
    seen: set[Path] = set()
    for place in places:
        outcome = _look(place, seen)
        if isinstance(outcome, _Place):
            yield from _walk_folder(outcome, seen, named=place.path)
        elif outcome is not None:
            yield outcome


def _walk_folder(top: _Place, seen: set[Path], *, named: Path) -> Iterator[FoundFile | Change]:
    """Yield what is below a folder, depth first, by name; a stack, as paths nest 2,000 deep."""
    stack, useful = [top], False
    while stack:
        place = stack.pop()
        outcome: _Place | FoundFile | Change | None = place
        if place is not top:
            outcome = _look(place, seen)
        if isinstance(outcome, _Place):
            entries = _entries(outcome)
            if isinstance(entries, Change):
                yield entries
                useful = True
            else:
                stack += reversed(entries)
        elif outcome is not None:
            yield outcome
        useful = useful or outcome is None or isinstance(outcome, FoundFile)
    if not useful:
        yield _skip(named, "no file that can be read is in this folder")


def _entries(folder: _Place) -> list[_Place] | Change:
    try:
        names = os.listdir(folder.path)
    except OSError as error:
        return _skip(folder.path, f"cannot be opened: {error.strerror}; check its permissions")
    if _LIBRARY.issubset(names):
        return []
    pieces = _pieces_of_pages(names)
    shown = sorted((n for n in names if not n.startswith(".") and n not in pieces), key=os.fsencode)
    return [_Place(path=folder.path / name, root=folder.root, resolved=True) for name in shown]


def _pieces_of_pages(names: Sequence[str]) -> set[str]:
    """Return the folders that browsers put beside pages saved as "complete", with their pieces.

    `Roof.html` has its pictures and frames in `Roof_files`; they are no articles of their own.
    """
    stems = (Path(name).stem for name in names if name.lower().endswith(_PAGES))
    return {f"{stem}{end}" for stem in stems for end in _PIECES}.intersection(names)


def _look(place: _Place, seen: set[Path]) -> _Place | FoundFile | Change | None:
    """Tell what is at a path: a folder to walk, a file, a reason to skip it, or None if seen."""
    if not _is_safe(place.path.name):
        return _skip(place.path, _ODD_NAME)
    try:
        # Resolving asks for each folder of the path anew, which takes minutes in deep trees.
        plain = place.resolved and not place.path.is_symlink()
        real = place.path if plain else place.path.resolve(strict=True)
        mode = real.stat().st_mode
    except (OSError, RuntimeError) as error:
        return _skip(place.path, _unreachable(place.path, error))
    if place.root is not None and not real.is_relative_to(place.root):
        return _skip(
            place.path, f"a symlink out of {printable(str(place.root))!r}; name its target"
        )
    if stat.S_ISDIR(mode) and place.path.is_symlink() and _within(place.path, real):
        return _skip(place.path, "a symlink to a folder that it is in; what is there comes once")
    if real in seen:
        return None
    seen.add(real)
    if stat.S_ISDIR(mode):
        return _Place(path=real, root=place.root or real, resolved=True)
    return _file(place.path, real, mode)


def _file(path: Path, real: Path, mode: int) -> FoundFile | Change:
    for test, label in _ODD_KINDS:
        if test(mode):
            return _skip(path, f"{label}, not a file; only files with text in them are read")
    effective = os.access in os.supports_effective_ids
    if not os.access(real, os.R_OK, effective_ids=effective):
        return _skip(path, "cannot be opened: Permission denied; check its permissions")
    return FoundFile(path=real, source=printable(str(real)))


def _within(link: Path, folder: Path) -> bool:
    return link.parent.resolve().is_relative_to(folder)


def _unreachable(path: Path, error: OSError | RuntimeError) -> str:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return "a symlink to nothing; mend or remove it"
    # pathlib raises RuntimeError for a circle of symlinks up to Python 3.12.
    if isinstance(error, RuntimeError) or error.errno == errno.ELOOP:
        return "a symlink in a circle; mend or remove it"
    return f"cannot be opened: {error.strerror}; check that it is there and may be read"


def _skip(path: Path, reason: str) -> Change:
    return Change(kind="skipped", source=printable(str(path)), reason=reason)


def _is_pattern(text: str) -> bool:
    """Tell whether a path has a `*`, a `?` or a `[`."""
    return glob.has_magic(text)


def _expanded(pattern: Path) -> tuple[Path, list[Path]]:
    """List what a pattern matches.

    Args:
        pattern: An absolute path with at least one part that is a pattern.

    Returns:
        The folder in front of the first such part, symlinks resolved, and the matches in it, by
        name; folders match, too, names that begin with a dot only where the pattern's part does.
    """
    parts = pattern.parts
    fixed = next(number for number, part in enumerate(parts) if _is_pattern(part))
    base = Path(os.path.realpath(Path(*parts[:fixed])))
    rest = _without_doubles(parts[fixed:])
    return base, sorted(_matches(base, rest), key=lambda path: [*map(os.fsencode, path.parts)])


def _without_doubles(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        part for at, part in enumerate(parts) if part != "**" or at == 0 or parts[at - 1] != "**"
    )


def _matches(base: Path, parts: tuple[str, ...]) -> set[Path]:
    found: set[Path] = set()
    todo = [(base, parts)]
    # Two `**` reach one folder in many ways; it is searched once for each rest of the pattern.
    done: set[tuple[Path, int]] = set()
    while todo:
        folder, rest = todo.pop()
        if not rest:
            found.add(folder)
        elif (folder, len(rest)) not in done:
            done.add((folder, len(rest)))
            todo += _steps(folder, rest)
    return found


def _steps(folder: Path, rest: tuple[str, ...]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield where one part of a pattern leads to from a folder, with what is left of it."""
    if rest[0] != "**":
        for name in _listed(folder):
            if _fits(name, rest[0]):
                yield folder / name, rest[1:]
        return
    yield folder, rest[1:]
    for name in _listed(folder):
        if (
            not name.startswith(".")
            and (folder / name).is_dir()
            and not (folder / name).is_symlink()
        ):
            yield folder / name, rest


def _fits(name: str, part: str) -> bool:
    hidden = name.startswith(".") and not part.startswith(".")
    return not hidden and fnmatchcase(name, part)


def _listed(folder: Path) -> list[str]:
    """Return a folder's names; none where it is no folder or may not be listed."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


_JOINERS = "\u200c\u200d"
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _is_safe(name: str) -> bool:
    """Tell whether a name shows as what it is: no controls, direction marks or broken bytes."""
    return all(char in _JOINERS or unicodedata.category(char) not in _UNSAFE for char in name)


def printable(name: str) -> str:
    r"""Return the name with what `_is_safe` refuses as escapes: `\n`, `\u202e`, `\udcff`."""
    return "".join(char if _is_safe(char) else ascii(char)[1:-1] for char in name)


def path_of(folder: str | Path) -> str:
    """Return where a folder lies, links followed; as it was named, what no path can be."""
    try:
        return str(Path(folder).expanduser().resolve())
    except (OSError, ValueError, RuntimeError):  # a NUL, a link to itself, the home of nobody
        return str(folder)


def _note_file(entry: "os.DirEntry[str]", seen: Glance) -> None:
    try:
        found = entry.stat()
    except OSError:
        return
    seen[entry.path] = (found.st_size, found.st_mtime_ns, found.st_ino)
