"""Patterns of paths (`*`, `?`, `[abc]`, `**`), expanded in a fixed order and in bounded time.

Not the standard library's `glob`: its `**` goes through symlinks to folders, in circles, too.
"""

import glob
import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path


def is_pattern(text: str) -> bool:
    """Tell whether a path has a `*`, a `?` or a `[`."""
    return glob.has_magic(text)


def expand(pattern: Path) -> tuple[Path, list[Path]]:
    """List what a pattern matches.

    Args:
        pattern: An absolute path with at least one part that is a pattern.

    Returns:
        The folder in front of the first such part, symlinks resolved, and the matches in it, by
        name; folders match, too, names that begin with a dot only where the pattern's part does.
    """
    parts = pattern.parts
    fixed = next(number for number, part in enumerate(parts) if is_pattern(part))
    base = Path(*parts[:fixed]).resolve()
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
        for name in _names(folder):
            if _fits(name, rest[0]):
                yield folder / name, rest[1:]
        return
    yield folder, rest[1:]
    for name in _names(folder):
        if (
            not name.startswith(".")
            and (folder / name).is_dir()
            and not (folder / name).is_symlink()
        ):
            yield folder / name, rest


def _fits(name: str, part: str) -> bool:
    hidden = name.startswith(".") and not part.startswith(".")
    return not hidden and fnmatchcase(name, part)


def _names(folder: Path) -> list[str]:
    """Return a folder's names; none where it is no folder or may not be listed."""
    try:
        return os.listdir(folder)
    except OSError:
        return []
