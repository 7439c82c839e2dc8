"""Makes a language model of its name or of an object; nothing is imported before it is chosen."""

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from index.errors import FootnoteError, MisuseError, SettingsError
from rag.answerers import LanguageModel
from rag.llm.client import CLOCK, Client, Clock
from rag.llm.errors import Advice
from rag.llm.providers.anthropic import AnthropicWire
from rag.llm.providers.chat_completions import OPENAI, OpenAIWire
from rag.llm.providers.llama_index import LLMWire, OllamaWire
from rag.llm.providers.llamacpp import LlamaCppWire
from rag.llm.providers.wire import Access, Limits, Wire
from rag.setting_values import SecretStr
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

ADDRESS = "FOOTNOTE_LLM_BASE_URL"
KEY = "FOOTNOTE_LLM_API_KEY"
_GROUP = "footnote.models"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """Which model of which provider."""

    provider: str
    model: str
    """May hold colons and slashes, as in `llama3.2:3b`."""

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


class _MakeWire(Protocol):
    def __call__(self, *, model: str, access: Access, limits: Limits) -> Wire: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What differs between the providers that come with Footnote."""

    wire: _MakeWire
    base_url: str | None
    """None where the settings have to name it."""
    key_variable: str | None
    """The provider's own; None where there is no such variable."""
    needs_key: bool
    extra: str = ""
    """The extra that has to be installed; empty where none has."""
    package: str = ""
    """The package in it; empty where it has the extra's name."""
    here: bool = False
    """Whether it runs in this process, and has no address."""
    unknown_model: str = "check its name"
    """What to do about a model that the provider does not have."""


def _openai(*, model: str, access: Access, limits: Limits) -> Wire:
    # OpenAI has retired the name `max_tokens`, and its reasoning models refuse it.
    return OpenAIWire(model=model, access=access, limits=limits, left_out={"max_tokens"})


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider(
        wire=_openai,
        base_url=OPENAI,
        key_variable="OPENAI_API_KEY",
        needs_key=True,
    ),
    "anthropic": Provider(
        wire=AnthropicWire,
        base_url="https://api.anthropic.com",
        key_variable="ANTHROPIC_API_KEY",
        needs_key=True,
        extra="anthropic",
    ),
    "ollama": Provider(
        wire=OllamaWire,
        base_url="http://127.0.0.1:11434",
        key_variable="OLLAMA_API_KEY",
        needs_key=False,
        unknown_model="check its name, or fetch it with `ollama pull`",
    ),
    "openai-like": Provider(wire=OpenAIWire, base_url=None, key_variable=None, needs_key=False),
    "llamacpp": Provider(
        wire=LlamaCppWire,
        base_url=None,
        key_variable=None,
        needs_key=False,
        extra="local",
        package="xllamacpp",
        here=True,
    ),
}


def third_parties() -> Mapping[str, EntryPoint]:
    """Return the providers of other packages by name; a name of ours stays ours."""
    found = sorted(entry_points(group=_GROUP), key=lambda entry: entry.name)
    return {entry.name: entry for entry in found if entry.name not in PROVIDERS}


def load_model(
    chosen: "str | LLM | LanguageModel | None", settings: Settings, *, clock: Clock = CLOCK
) -> LanguageModel | None:
    """Return the model that a name or an object stands for; None for `extractive` and None.

    Args:
        chosen: `extractive`, `PROVIDER:MODEL`, any LlamaIndex `LLM` object, or a model of ours.
        settings: Deadline, tokens, address and key.
        clock: Where its deadline and its pauses take their time from.

    Raises:
        MisuseError: It is none of these, or a third party's package fails to make it.
        SettingsError: The provider, its package, the address or the key is missing or unusable.
    """
    if chosen is None or (isinstance(chosen, str) and chosen.strip() == "extractive"):
        return None
    if not isinstance(chosen, str):
        return _of_object(chosen, settings, clock=clock)
    # Looking for other packages' providers takes longer than a question does.
    ours = chosen.partition(":")[0].strip() in PROVIDERS
    others = {} if ours else third_parties()
    spec = parse_spec(chosen, [*PROVIDERS, *others])
    if spec is None:
        return None
    if spec.provider in others:
        return _of_third_party(spec, others[spec.provider], settings, clock=clock)
    provider = PROVIDERS[spec.provider]
    access = access_of(spec.provider, provider, settings)
    limits = limits_of(settings)
    return Client(
        provider.wire(model=spec.model, access=access, limits=limits),
        limits=limits,
        advice=advice_of(str(spec), provider, secret=access.key),
        clock=clock,
    )


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
        near = difflib.get_close_matches(provider, providers, n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise SettingsError(
            f"unknown provider {provider!r} in {text!r}: {meant}allowed are {allowed}"
        )
    if not model:
        raise SettingsError(
            f"{text!r} names no model: write its name behind the colon, as in `{provider}:NAME`"
        )
    return ModelSpec(provider=provider, model=model)


def access_of(name: str, provider: Provider, settings: Settings) -> Access:
    """Return where and with which key a provider is asked.

    Raises:
        SettingsError: Its package, the address or the key is missing or unusable.
    """
    package = provider.package or provider.extra
    if package and find_spec(package) is None:
        raise SettingsError(
            f"{name!r} needs the package {package!r}: install it in Footnote's folder "
            f'with `pip install -c constraints.txt ".[{provider.extra}]"`'
        )
    if provider.here:
        return Access(base_url="", key=None)
    address = settings.llm_base_url or provider.base_url
    if address is None:
        raise SettingsError(
            f"{name!r} needs the address of its server, for without one the articles would go to "
            f"OpenAI: set {ADDRESS}, as in http://127.0.0.1:8000/v1"
        )
    key, key_from = found_key(settings.llm_api_key, provider.key_variable)
    if provider.needs_key and key is None:
        raise SettingsError(f"{name!r} needs a key: set {KEY} or {provider.key_variable}")
    return Access(base_url=checked_address(address), key=key, key_from=key_from)


def checked_address(address: str) -> str:
    """Return the address without a slash at its end.

    Raises:
        SettingsError: It is no http or https address with a host, or it holds credentials.
    """
    try:
        parts = urlsplit(address.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if usable and (parts.username is not None or parts.query or parts.fragment):
        raise SettingsError(
            f"the address in {ADDRESS} holds a user name, a password or a query, which would end "
            f"up in logs: leave them out and give the key in {KEY}"
        )
    if not usable:
        raise SettingsError(
            f"{ADDRESS} is no address of an API: it begins with http:// or https:// and a host, as "
            "in http://127.0.0.1:8000/v1"
        )
    return address.strip().rstrip("/")


def found_key(given: SecretStr | None, variable: str | None) -> tuple[SecretStr | None, str]:
    """Return the key that was given, else the one in the provider's own variable, and its origin.

    Raises:
        SettingsError: It holds characters that no HTTP header takes.
    """
    origin = KEY
    if given is None and variable is not None:
        given, origin = SecretStr(os.environ.get(variable, "")), variable
    text = given.get_secret_value().strip() if given else ""
    if not text:
        return None, ""
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise SettingsError(
            f"the key in {origin} holds a blank or a character outside ASCII, which no key does: "
            "copy it again"
        )
    return SecretStr(text), origin


def advice_of(name: str, provider: Provider, *, secret: SecretStr | None) -> Advice:
    """Return what errors of a provider tell to do.

    Args:
        name: What they call it.
        provider: Of it.
        secret: The key, which they must not show.
    """
    return Advice(
        model=name,
        key=f"{KEY} or {provider.key_variable}" if provider.key_variable else KEY,
        unknown_model=provider.unknown_model,
        secret=secret,
    )


def limits_of(settings: Settings) -> Limits:
    """Return what a reply may take.

    Raises:
        SettingsError: The reply alone would fill the context window.
    """
    if settings.llm_context is not None and settings.llm_max_tokens >= settings.llm_context:
        raise SettingsError(
            f"FOOTNOTE_LLM_MAX_TOKENS is {settings.llm_max_tokens}, which leaves no room for a "
            f"question in a window of {settings.llm_context}: lower it, or raise "
            "FOOTNOTE_LLM_CONTEXT"
        )
    return Limits(
        deadline=settings.llm_deadline,
        max_tokens=settings.llm_max_tokens,
        context=settings.llm_context,
    )


def _of_third_party(
    spec: ModelSpec, entry: EntryPoint, settings: Settings, *, clock: Clock
) -> LanguageModel:
    try:
        made = entry.load()(spec.model, settings)
        return _of_object(made, settings, name=str(spec), clock=clock)
    except FootnoteError:
        raise
    except Exception as error:  # noqa: BLE001  # foreign code, which was given the key
        failure = type(error).__name__
    package = entry.dist.name if entry.dist is not None else entry.value
    raise MisuseError(
        f"the package {package!r} cannot make {str(spec)!r}, it fails with {failure}: update or "
        "remove it, or choose another provider"
    )


def _of_object(
    made: object, settings: Settings, *, clock: Clock, name: str | None = None
) -> LanguageModel:
    if _is_llama_index(made):
        llm = cast("LLM", made)
        name = name or f"llama-index:{getattr(llm, 'model', type(llm).__name__)}"
        advice = Advice(model=name, key="its key", unknown_model="check its name")
        return Client(LLMWire(llm=llm), limits=limits_of(settings), advice=advice, clock=clock)
    if all(hasattr(made, name) for name in ("name", "context_window", "complete", "astream")):
        return cast("LanguageModel", made)
    raise MisuseError(
        f"{type(made).__name__!r} is no language model: give `extractive`, PROVIDER:MODEL, a "
        "LlamaIndex `LLM` object, or an object with the methods of `rag.LanguageModel`"
    )


def _is_llama_index(made: object) -> bool:
    """Return whether it is an `LLM` of LlamaIndex, which takes seconds to import and ask."""
    return any(
        kind.__name__ == "LLM" and kind.__module__.startswith("llama_index.core.")
        for kind in type(made).__mro__
    )
