"""The libraries that have a name: one small file in the user's data folder says where each lies.

`Settings.load` looks a name up here; nothing here makes or deletes a library.
"""

import difflib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.data_files import read_named, whole_file
from index.errors import MisuseError, OperationError, SettingsError
from rag.setting_values import SecretStr, data_folder, is_address, is_name, place, secret

DEFAULT = "default"
"""What the library is called that no name and no setting chooses."""
_WAIT = 10.0
"""Seconds for another process that writes names."""
_FORM = "write letters, digits, dots, - and _, at most 64, a letter or digit first"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLibrary:
    """A library with a name."""

    name: str
    place: Path | SecretStr
    """As `Settings.library` has it."""
    vectors: SecretStr | None = None
    """As `Settings.vectors` has it; None: as the settings say."""

    @property
    def shown(self) -> str:
        """Where it is, without any password."""
        if isinstance(self.place, Path):
            return str(self.place)
        return _without_password(self.place.get_secret_value())


def names_file() -> Path:
    """Return where the names are kept, whether the file is there or not."""
    return data_folder() / "libraries.json"


def named_libraries() -> tuple[NamedLibrary, ...]:
    """Return the default library, then those that were given a name, by name.

    Raises:
        OperationError: The file of names is damaged or cannot be read.
    """
    return (NamedLibrary(name=DEFAULT, place=data_folder() / "library"), *_read().values())


def place_of(word: str) -> dict[str, object]:
    """Return what `Settings` are to have for a library that one word names.

    A name comes before a folder of that name. Where no library has a name, any word is a folder.

    Raises:
        SettingsError: It is neither a name nor a folder that is there.
        OperationError: The file of names is damaged or cannot be read.
    """
    known = {one.name.casefold(): one for one in named_libraries()}
    found = known.get(word.casefold())
    if found is not None:
        vectors = {} if found.vectors is None else {"vectors": found.vectors}
        return {"library": found.place, **vectors}
    if len(known) == 1 or Path(word).exists():
        return {"library": Path(word)}
    raise SettingsError(
        f"no library is called {word!r} and no folder of that name is here: {_nearest(word, known)}"
        f"write ./{word} for a new folder, or name one with `footnote libraries add {word}`"
    )


def is_new(word: str | None) -> bool:
    """Say whether a word names neither a library nor a folder that is here; a path names a place.

    Raises:
        OperationError: The file of names is damaged or cannot be read.
    """
    if word is None or not is_name(word) or Path(word).exists():
        return False
    return word.casefold() not in {one.name.casefold() for one in named_libraries()}


def refuse_new(word: str | None) -> None:
    """Let nothing be made of a word that was mistyped where a library is only asked.

    Raises:
        MisuseError: It names neither a library nor a folder that is here.
        OperationError: The file of names is damaged or cannot be read.
    """
    if is_new(word):
        raise MisuseError(
            f"no library is called {word!r} and no folder of that name is here: there is "
            f"{DEFAULT!r} alone, which is asked without --library; `footnote add FILE --library "
            f"{word}` makes a new one"
        )


def choice_told(word: str) -> str:
    """Return one sentence where a word names a library and a folder that is here; empty else."""
    if not is_name(word) or not Path(word).is_dir():
        return ""
    found = next((o for o in named_libraries() if o.name.casefold() == word.casefold()), None)
    if found is None:
        return ""
    return (
        f"{word!r} is the library of that name, {found.shown}; write ./{word} for the folder here"
    )


def add_name(name: str, where: str | None = None, *, vectors: str | None = None) -> NamedLibrary:
    """Give a library a name, and return it; it is made at its first use if it is not there.

    Args:
        name: Up to 64 letters, digits, dots, `-` and `_`.
        where: A folder or the address of a database; None for a folder of that name beside the
            default library.
        vectors: The address of the Chroma server of a database; None: as the settings say.

    Raises:
        MisuseError: It is no name, is taken, or the place cannot be one.
        OperationError: The file of names is damaged or cannot be written.
    """
    if not is_name(name):
        raise MisuseError(f"a library cannot be called {name!r}: {_FORM}")
    if name.casefold() == DEFAULT:
        raise MisuseError(f"{DEFAULT!r} is the library that no name chooses: take another name")
    made = NamedLibrary(
        name=name,
        place=_placed(where) if where is not None else data_folder() / "libraries" / name,
        vectors=None if vectors is None else secret(vectors),
    )
    with _changing() as names:
        taken = next((o for o in names.values() if o.name.casefold() == name.casefold()), None)
        if taken is not None:
            raise MisuseError(
                f"a library is called {taken.name!r} already, {taken.shown}: take another name, or "
                f"forget that one with `footnote libraries remove {taken.name}`"
            )
        names[name] = made
    return made


def remove_name(name: str) -> NamedLibrary:
    """Forget a name, and return whose it was; the library stays as it is.

    Raises:
        MisuseError: No library has it.
        OperationError: The file of names is damaged or cannot be written.
    """
    if name.casefold() == DEFAULT:
        raise MisuseError(f"{DEFAULT!r} is the library that no name chooses: it keeps its name")
    with _changing() as names:
        found = next((o for o in names.values() if o.name.casefold() == name.casefold()), None)
        if found is None:
            near = _nearest(name, {one.casefold(): names[one] for one in names})
            raise MisuseError(
                f"no library is called {name!r}: {near}`footnote libraries` lists all names"
            )
        del names[found.name]
    return found


def _placed(where: str) -> Path | SecretStr:
    try:
        found = place(where)
    except ValueError as error:
        shown = "that address" if is_address(where) else repr(where)
        raise MisuseError(f"a library cannot lie at {shown}: {error}") from None
    assert isinstance(found, Path | SecretStr), "no other place is read"
    return found.absolute() if isinstance(found, Path) else found


def _nearest(word: str, known: Mapping[str, NamedLibrary]) -> str:
    near = difflib.get_close_matches(word.casefold(), known, n=1, cutoff=0.0)
    return f"did you mean {known[near[0]].name!r}? " if near else ""


def _without_password(address: str) -> str:
    """Return an address with user, hosts and database alone; what it may hide else is left out."""
    scheme, _, rest = re.split("[?#]", address)[0].partition("://")
    hosts, slash, database = rest.partition("/")
    user, at, hosts = hosts.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{at}{hosts}{slash}{database}"


def _read() -> dict[str, NamedLibrary]:
    """Return the libraries that were given a name, by name; none where there is no file."""
    file = names_file()
    try:
        told = json.loads(read_named(file))
        return {name: _named(name, told[name]) for name in sorted(told, key=str.casefold)}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise OperationError(
            f"the file of libraries' names {str(file)!r} cannot be read "
            f"({error.strerror or error}): mend that, or name a library by its folder, as ./notes"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, MisuseError) as error:
        # Its own words may repeat an address and so a password.
        raise OperationError(
            f"the file of libraries' names {str(file)!r} is damaged: mend it, or remove it and "
            "name your libraries again with `footnote libraries add NAME FOLDER`; they are as they "
            "were"
        ) from error


def _named(name: str, told: Mapping[str, object]) -> NamedLibrary:
    where, vectors = told["place"], told.get("vectors")
    if not (is_name(name) and isinstance(where, str) and isinstance(vectors, str | None)):
        raise ValueError(name)
    os.fsencode(where)  # raises where no path can hold it
    return NamedLibrary(
        name=name, place=_placed(where), vectors=None if vectors is None else secret(vectors)
    )


@contextmanager
def _changing() -> Iterator[dict[str, NamedLibrary]]:
    """Give the names to be changed, alone; they are written when the block ends well."""
    from filelock import FileLock

    file = names_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=_WAIT):
            names = _read()
            yield names
            with whole_file(file) as part:
                part.touch(mode=0o600)  # a password may stand in it, also before it is in place
                part.write_text(json.dumps(_plain(names), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OperationError(
            f"the file of libraries' names {str(file)!r} cannot be written "
            f"({error.strerror or error}): nothing was changed; mend that and try again"
        ) from error


def _plain(names: Mapping[str, NamedLibrary]) -> dict[str, dict[str, str]]:
    return {
        one.name: {"place": _secret(one.place)}
        | ({} if one.vectors is None else {"vectors": _secret(one.vectors)})
        for one in names.values()
    }


def _secret(value: Path | SecretStr) -> str:
    return str(value) if isinstance(value, Path) else value.get_secret_value()
