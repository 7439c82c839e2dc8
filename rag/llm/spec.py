"""Reads `PROVIDER:MODEL`, the spelling of a language model in settings and on the command line."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """Which model of which provider."""

    provider: str
    model: str
    """May hold colons and slashes, as in `llama3.2:3b`."""

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


def parse_spec(text: str, providers: Sequence[str]) -> ModelSpec | None:
    """Split at the first colon; None for `extractive`.

    Args:
        text: `extractive` or `PROVIDER:MODEL`; blanks around it are dropped.
        providers: The known names.

    Raises:
        SettingsError: The provider is unknown or missing, or the model's name is.
    """
    provider, colon, model = (part.strip() for part in text.strip().partition(":"))
    if provider == "extractive" and not colon:
        return None
    allowed = f"`extractive` or PROVIDER:MODEL with one of {', '.join(providers)}"
    if not colon and provider not in providers:
        raise SettingsError(
            f"{text!r} names no provider: write it in front, as in `openai:{provider}` or "
            f"`ollama:{provider}`; allowed are {allowed}"
        )
    if provider not in providers:
        nearest = difflib.get_close_matches(provider, providers, n=1, cutoff=0.0)[0]
        raise SettingsError(
            f"unknown provider {provider!r} in {text!r}: did you mean {nearest!r}? "
            f"Allowed are {allowed}"
        )
    if not model:
        raise SettingsError(
            f"{text!r} names no model: write its name behind the colon, as in `{provider}:NAME`"
        )
    return ModelSpec(provider=provider, model=model)
