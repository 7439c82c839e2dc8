"""Reads what a setting says about a model: its provider, its name, its key and its address."""

import difflib
import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from index.errors import SettingsError
from rag.settings import Settings

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What is known of a provider before any of its code is loaded."""

    name: str
    key_variable: str | None
    """Its own environment variable for a key; None where it needs no key."""
    base_url: str | None
    """Where its API is; None where only the user can say."""


PROVIDERS = (
    Provider(name="openai", key_variable="OPENAI_API_KEY", base_url="https://api.openai.com/v1"),
    Provider(
        name="anthropic", key_variable="ANTHROPIC_API_KEY", base_url="https://api.anthropic.com"
    ),
    Provider(name="ollama", key_variable=None, base_url="http://127.0.0.1:11434"),
    Provider(name="openai-like", key_variable=None, base_url=None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A model as it was asked for."""

    provider: str
    model: str

    @property
    def name(self) -> str:
        """`PROVIDER:MODEL`."""
        return f"{self.provider}:{self.model}"


def read_spec(text: str, *, known: tuple[str, ...]) -> Spec:
    """Read `PROVIDER:MODEL`; the model's name may hold further colons and slashes.

    Args:
        text: As the user wrote it.
        known: Names of the providers.

    Raises:
        SettingsError: There is no such provider, or no model is named.
    """
    provider, _, model = text.strip().partition(":")
    if provider in known and model.strip():
        return Spec(provider=provider, model=model.strip())
    forms = ", ".join([EXTRACTIVE, *(f"{name}:MODEL" for name in known)])
    near = difflib.get_close_matches(provider, known, n=1)
    if provider in known:
        raise SettingsError(f"llm {text!r} names no model: write it as {provider}:MODEL")
    hint = f"did you mean {near[0]}:{model or 'MODEL'}? " if near else ""
    raise SettingsError(f"llm {text!r} names no known provider: {hint}Allowed are {forms}")


def key_of(provider: Provider, settings: Settings) -> str | None:
    """Return the key for a provider; None where none is set.

    An empty variable counts as unset.
    """
    if settings.llm_api_key is not None and settings.llm_api_key.get_secret_value():
        return settings.llm_api_key.get_secret_value()
    return os.environ.get(provider.key_variable or "") or None


def required_key(provider: Provider, settings: Settings) -> str:
    """Return the key of a provider that needs one.

    Raises:
        SettingsError: None is set.
    """
    key = key_of(provider, settings)
    if key is None:
        raise SettingsError(
            f"{provider.name} needs a key: set {provider.key_variable} or FOOTNOTE_LLM_API_KEY"
        )
    return key


def base_url_of(provider: Provider, settings: Settings) -> str:
    """Return the address that articles may be sent to: the settings' one, else the provider's.

    Variables of the client libraries, such as OPENAI_BASE_URL, are not heeded: articles go where
    Footnote's settings say and nowhere else.

    Raises:
        SettingsError: None is known, or it is no http address.
    """
    url = settings.llm_base_url or provider.base_url
    if url is None:
        raise SettingsError(
            f"{provider.name} needs FOOTNOTE_LLM_BASE_URL, such as http://127.0.0.1:8000/v1: "
            "without it your articles would go to OpenAI"
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise SettingsError(
            "FOOTNOTE_LLM_BASE_URL is no address of an API: write it as http://HOST:PORT/v1, "
            "without a user name or password"
        )
    return url
