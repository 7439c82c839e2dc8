"""Reads one setting's value from a variable's text or a caller's object, and says what is allowed.

Each reader returns the value or raises `ValueError`, whose text ends the sentence that a user sees.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, Self

import platformdirs

from index.store.protocols import server_address

_SWITCH = {
    **dict.fromkeys(("1", "true", "t", "on", "yes", "y"), True),
    **dict.fromkeys(("0", "false", "f", "off", "no", "n"), False),
}
_HIDDEN = "**********"
_LOOKS_SECRET = re.compile(
    r"\b(?:sk|pk|key|gsk|hf|xai)[-_][\w-]{6}"
    r"|(?<![\w./\\-])(?=[A-Za-z_]{0,100}\d)(?=[\d_]{0,100}[A-Za-z])\w{20}"
)
"""What providers' keys begin with, or 20 letters and digits that are no path."""
_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]+:/|postgres\w*:)|.*\bpassword\s*=", re.I | re.S)
"""How an address begins, or what else a database's client reads: each may hold a password. A drive
of Windows is one letter."""

_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


class SecretStr:
    """A text that is never shown: only `get_secret_value` tells it.

    A copy is the text itself, and pickle refuses it: what is pickled is sent and kept elsewhere.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """Return the text."""
        return self._value

    def __repr__(self) -> str:
        return f"SecretStr('{self}')"

    def __str__(self) -> str:
        return _HIDDEN if self._value else ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a key or a password is not pickled: make the settings, and what holds them, with "
            "Settings.load() where they are needed"
        )


Read = Callable[[object], object]


def optional(read: Read) -> Read:
    """Read None as it is, all else as `read` does."""
    return lambda given: None if given is None else read(given)


def without_credentials(address: str) -> str:
    """Return an address as it may be shown: without user name, password and query."""
    place, mark, _ = address.partition("?")
    before, at, host = place.rpartition("@")
    begin = before.partition("//")
    shown = f"{begin[0]}//***@{host}" if at and begin[1] else f"***@{host}" if at else host
    return f"{shown}?***" if mark else shown


def looks_secret(text: str) -> bool:
    """Say whether a text may be a key that was put in another's place."""
    return _LOOKS_SECRET.search(text) is not None


def text(given: object) -> str:
    """Read a text of at least one character."""
    if not isinstance(given, str):
        raise ValueError("input should be a valid string")
    if not given:
        raise ValueError("string should have at least 1 character")
    return given


def secret(given: object) -> SecretStr:
    """Read a text that is never shown, or an object that hides one, as pydantic's does."""
    if isinstance(given, SecretStr):
        return given
    shown = getattr(given, "get_secret_value", None)
    found = shown() if callable(shown) else given
    if not isinstance(found, str):
        raise ValueError("input should be a valid string")
    return SecretStr(found)


def filled_secret(given: object) -> SecretStr:
    """Read as `secret` does, and refuse the empty one."""
    found = secret(given)
    text(found.get_secret_value())
    return found


def whole(least: int, most: int | None = None) -> Read:
    """Read a whole number."""

    def read(given: object) -> int:
        found = _int(given)
        _check_range(found, least=least, most=most)
        return found

    return read


def number(least: float, most: float | None = None, *, above: bool = False) -> Read:
    """Read a number; with `above`, `least` itself is not allowed."""

    def read(given: object) -> float:
        found = _float(given)
        if above and not found > least:
            raise ValueError(f"input should be greater than {least}")
        _check_range(found, least=least, most=most)
        return found

    return read


def choice(*allowed: str) -> Read:
    """Read one of some words."""

    def read(given: object) -> str:
        if isinstance(given, str) and given in allowed:
            return given
        *others, last = map(repr, allowed)
        raise ValueError(f"input should be {', '.join(others)} or {last}")

    return read


def switch(given: object) -> bool:
    """Read a boolean, or the words and digits for one."""
    found = _SWITCH.get(given.lower()) if isinstance(given, str) else given
    if found in (0, 1):
        return bool(found)
    raise ValueError("input should be a valid boolean, unable to interpret input")


def path(given: object) -> Path:
    """Read a path, `~` allowed, and refuse the empty one, which would be the current folder."""
    if not isinstance(given, str | os.PathLike):
        raise ValueError("input is not a valid path")
    if not str(given).strip():
        raise ValueError("it is empty")
    if "\0" in str(given):
        raise ValueError("a path holds no NUL")
    if is_address(given):
        raise ValueError("a database's address is no path")
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise ValueError("there is no such home folder") from error


def place(given: object) -> Path | SecretStr:
    """Read a folder, or the address of a database, which may hold a password."""
    if isinstance(given, SecretStr):
        return given
    if isinstance(given, str) and (address := server_address(given)):
        _, *more = re.split("[/?#]", address.partition("://")[2], maxsplit=1)
        if any("@" in one for one in more):
            raise ValueError("a password's %, @, /, ? and # are written %25, %40, %2F, %3F and %23")
        return SecretStr(address)
    if is_address(given):
        raise ValueError("a library is a folder or postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    folder = path(given)
    try:
        str(folder.absolute()).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("no library can lie in a folder whose name is not UTF-8") from error
    return folder


def is_name(text: str) -> bool:
    """Say whether a library may be called so: up to 64 letters, digits, dots, `-` and `_`."""
    return _NAME.fullmatch(text) is not None


def data_folder() -> Path:
    """Return where libraries lie that nobody puts elsewhere, and what is kept beside them."""
    return Path(platformdirs.user_data_dir("footnote", appauthor=False))


def is_address(given: object) -> bool:
    """Say whether a text is an address, which no message repeats, and no path."""
    return isinstance(given, str | os.PathLike) and bool(_ADDRESS.match(str(given)))


def switch_or_path(given: object) -> bool | Path:
    """Read `1`, `0`, `true`, `false`, `on` and `off` as a switch, all other texts as a path."""
    if isinstance(given, str):
        words = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}
        found = words.get(given.strip().lower())
        return path(given) if found is None else found
    return path(given) if isinstance(given, os.PathLike) else switch(given)


def _check_range(found: float, *, least: float, most: float | None) -> None:
    if not found >= least:
        raise ValueError(f"input should be greater than or equal to {least}")
    if most is not None and not found <= most:
        raise ValueError(f"input should be less than or equal to {most}")


def _int(given: object) -> int:
    if isinstance(given, str):
        try:
            return int(given.strip().removesuffix(".0"))
        except ValueError as error:
            raise ValueError(
                "input should be a valid integer, unable to parse string as an integer"
            ) from error
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if isinstance(given, float) and given.is_integer():
        return int(given)
    raise ValueError("input should be a valid integer")


def _float(given: object) -> float:
    if isinstance(given, str):
        try:
            return float(given)
        except ValueError as error:
            raise ValueError(
                "input should be a valid number, unable to parse string as a number"
            ) from error
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given)
    raise ValueError("input should be a valid number")
