"""The file of settings that outlast a shell: lines of `FOOTNOTE_NAME=value`."""

import os
from contextlib import suppress
from pathlib import Path

import filelock
import platformdirs

from index.errors import OperationError
from rag.arguments import check_text

_WAIT = 10.0


def settings_file() -> Path:
    """Return where the file is, whether it is there or not."""
    return Path(platformdirs.user_config_dir("footnote", appauthor=False)) / "settings.env"


def keep_setting(name: str, value: str) -> Path:
    """Write a setting to the file, in place of an earlier value, and return the file's path.

    A variable of the environment still comes before it.

    Raises:
        MisuseError: Name or value is no text.
        OperationError: The file cannot be written; it is as it was.
    """
    check_text(name, name="the setting's name")
    check_text(value, name="the setting's value")
    path = settings_file()
    variable = f"FOOTNOTE_{name.upper()}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{path}.lock", timeout=_WAIT):
            before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            kept = [one for one in before if one.partition("=")[0].strip().upper() != variable]
            _replace(path, "\n".join([*kept, f"{variable}={value}"]) + "\n")
    except OSError as error:
        raise OperationError(
            f"the settings file {str(path)!r} cannot be written ({error}): set {variable}={value} "
            "in your shell instead"
        ) from error
    return path


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()
