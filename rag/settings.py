"""Settings: one frozen object, made once at an entry point and passed down; no global state."""

import difflib
import os
from pathlib import Path
from typing import Any, Literal, Self

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import SettingsError
from index.store.backends import SCHEMES
from rag.settings_file import settings_file

_PREFIX = "FOOTNOTE_"


def default_library() -> Path:
    """Return where the library is that no setting names."""
    return Path(platformdirs.user_data_dir("footnote", appauthor=False)) / "library"


class Settings(BaseSettings):
    """What a user can choose; every field is also an environment variable `FOOTNOTE_NAME`.

    Use `Settings.load(...)`: it also refuses misspelt variables and says what is allowed.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid"
    )

    library: Path | SecretStr = Field(default_factory=default_library)
    """Folder of the library, `~` allowed, made at the first use; or `postgresql://...`."""
    vectors: SecretStr | None = Field(default=None, min_length=1)
    """Address of the Chroma server that a library in PostgreSQL needs: `http://HOST:PORT`."""
    k: int = Field(default=8, ge=1, le=100)
    """Passages retrieved for a question, 1 to 100."""
    threshold: float | None = Field(default=None, ge=0, le=1)
    """Confidence under which a question is not answered, 0 to 1; None: as calibrated."""
    embedding_model: str = Field(default="all-MiniLM-L6-v2", min_length=1)
    """A sentence-transformers model, by name or path."""
    embedding_engine: Literal["auto", "onnx", "sentence-transformers"] = "auto"
    """What runs it; `auto` takes onnxruntime for the default model, else sentence-transformers."""
    seeds: bool = True
    """Whether a library that is asked before anything was added gets the article in `seeds/`."""
    llm: str = Field(default="extractive", min_length=1)
    """What writes the answers: `extractive`, or `PROVIDER:MODEL` as `rag.llm` reads it."""
    llm_base_url: str | None = Field(default=None, min_length=1)
    """Address of the provider's API; required for `openai-like`, the provider's own when None."""
    llm_api_key: SecretStr | None = None
    """The provider's key; None takes the provider's own variable, such as `OPENAI_API_KEY`."""
    llm_deadline: float = Field(default=60.0, gt=0, le=3600)
    """Seconds that the model has for one question, over 0 to 3,600, all its replies together."""
    llm_context: int | None = Field(default=None, ge=1024)
    """Tokens of the model's context window; None: as the model's client says."""
    llm_max_tokens: int = Field(default=1024, ge=16)
    """Tokens that an answer may have."""
    llm_price_in: float | None = Field(default=None, ge=0)
    """Price of a million input tokens; None: unknown."""
    llm_price_out: float | None = Field(default=None, ge=0)
    """Price of a million output tokens; None: unknown."""
    llm_fallback: bool = True
    """Whether the extractive answer is given, labelled as such, when the model fails."""
    strict: bool = False
    """Whether sentences that the sources do not support are left out instead of marked."""
    prompts: Path | None = None
    """Folder of prompts that replace the shipped ones of the same name."""
    log: bool | Path = False
    """Whether questions asked are kept, beside the library, or the file that they are kept in."""

    gold: Path | None = None
    """File of gold questions that the page adds to and runs; None: beside the library."""

    @property
    def gold_file(self) -> Path:
        """The file of gold questions, whether it is there or not."""
        return self.gold or self.beside.with_name(f"{self.beside.name}.gold.jsonl")

    @property
    def beside(self) -> Path:
        """The library's folder, beside which files are put; the default one if it is on servers."""
        return self.library if isinstance(self.library, Path) else default_library()

    @field_validator("log", mode="before")
    @classmethod
    def _switch(cls, given: object) -> object:
        """Read `1` and `0`, `true` and `false`, `on` and `off` as a switch, all else as a path."""
        if not isinstance(given, str):
            return given
        switch = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}
        return switch.get(given.strip().lower(), Path(given).expanduser())

    trace_text: bool = False
    """Whether traces hold questions and claims besides counts."""

    @field_validator("library", "prompts", "gold", mode="before")
    @classmethod
    def _folder(cls, given: object) -> object:
        """Refuse what is no path, above all the empty one, which would be the current folder."""
        if not isinstance(given, str | Path):
            return given
        if not str(given).strip():
            raise ValueError("it is empty")
        if isinstance(given, str) and given.startswith(SCHEMES):
            return SecretStr(given)
        if "\0" in str(given):
            raise ValueError("a path holds no NUL")
        try:
            return Path(given).expanduser()
        except RuntimeError as error:
            raise ValueError("there is no such home folder") from error

    def changed(self, **changes: object) -> Self:
        """Return these settings with some others, checked as all are.

        Raises:
            SettingsError: A value is not allowed.
        """
        try:
            return type(self)(**{**dict(self), **changes, "_env_file": None})
        except ValidationError as error:
            raise SettingsError(_sentence(error)) from error

    def for_model(self, model: str) -> Self:
        """Return these settings for another model; a key or address stays with its provider."""
        if model.partition(":")[0].strip() == self.llm.partition(":")[0].strip():
            return self.changed(llm=model)
        return self.changed(llm=model, llm_base_url=None, llm_api_key=None)

    @classmethod
    def load(cls, **given: Any) -> Self:  # noqa: ANN401  # pydantic checks the values
        """Return the settings: those given, else of the environment, else of the settings file.

        None means not given.

        Raises:
            SettingsError: A variable is misspelt, or a value is not allowed.
        """
        _refuse_misspelt(os.environ, known=list(cls.model_fields))
        try:
            known = {name: value for name, value in given.items() if value is not None}
            return cls(**known | {"_env_file": settings_file(), "_env_file_encoding": "utf-8"})
        except ValidationError as error:
            raise SettingsError(_sentence(error)) from error


def _refuse_misspelt(environment: os._Environ[str], *, known: list[str]) -> None:
    allowed = [_PREFIX + name.upper() for name in known]
    for name in environment:
        if name.startswith(_PREFIX) and name.upper() not in allowed:
            nearest = difflib.get_close_matches(name, allowed, n=1, cutoff=0.0)[0]
            raise SettingsError(
                f"unknown variable {name}: did you mean {nearest}? Allowed are {', '.join(allowed)}"
            )


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    return (
        f"setting {name!r} cannot be {first['input']!r}: {reason[0].lower()}{reason[1:]}; set "
        f"{name} or {_PREFIX}{name.upper()} to an allowed value"
    )
