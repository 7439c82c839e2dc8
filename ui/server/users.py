"""Reads the file of those who may log in; `footnote ui --auth FILE`."""

import hmac
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from rag import MisuseError

_SHORTEST = 8
"""Characters of a password."""
_FORM = "write one `NAME:PASSWORD` a line"


def load_users(path: Path) -> Mapping[str, str]:
    """Return the password of each user; blank lines and those that begin with # are passed over.

    Raises:
        MisuseError: The file cannot be read, other people can read it, nobody is in it, or a line
            is not `NAME:PASSWORD` with a password of at least 8 characters.
    """
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise MisuseError(
                f"the users file {str(path)!r} can be read by others: run `chmod 600` on it"
            )
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(
            f"the users file {str(path)!r} cannot be read ({error}): {_FORM}"
        ) from error
    users = dict(
        _user(line, f"{path}:{number}")
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    )
    if not users:
        raise MisuseError(f"the users file {str(path)!r} names nobody: {_FORM}")
    return users


def may_enter(users: Mapping[str, str], name: str, password: str) -> bool:
    """Say whether this is a user's password, in a time that does not tell which part is wrong."""
    known = users.get(name)
    wanted = known if known is not None else "\0"
    return hmac.compare_digest(wanted.encode(), password.encode()) and known is not None


def _user(line: str, place: str) -> tuple[str, str]:
    name, colon, password = line.strip().partition(":")
    if not (name and colon):
        raise MisuseError(f"{place}: no user is written there: {_FORM}")
    if len(password) < _SHORTEST:
        raise MisuseError(
            f"{place}: the password of {name!r} is too short: at least {_SHORTEST} characters are "
            "needed"
        )
    return name, password
