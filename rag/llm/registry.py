"""Makes a language model of its name or of an object; nothing is imported before it is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

from index.errors import FootnoteError, MisuseError, SettingsError
from rag.llm.access import (
    ADDRESS,
    KEY,
    Access,
    checked_address,
    found_key,
)
from rag.llm.client import CLOCK, Client, Clock
from rag.llm.errors import Advice
from rag.llm.protocol import LanguageModel
from rag.llm.providers.anthropic import AnthropicWire
from rag.llm.providers.llama_llm import LLMWire
from rag.llm.providers.ollama import OllamaWire
from rag.llm.providers.openai import OPENAI, OpenAIWire
from rag.llm.providers.wire import Limits, Wire
from rag.llm.spec import ModelSpec, parse_spec
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

_GROUP = "footnote.models"


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
    """The extra, and the package in it, that has to be installed; empty where none has."""
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
    if chosen is None:
        return None
    if not isinstance(chosen, str):
        return _of_object(chosen, settings, clock=clock)
    others = third_parties()
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
        advice=advice_of(str(spec), provider),
        clock=clock,
    )


def access_of(name: str, provider: Provider, settings: Settings) -> Access:
    """Return where and with which key a provider is asked.

    Raises:
        SettingsError: Its package, the address or the key is missing or unusable.
    """
    if provider.extra and find_spec(provider.extra) is None:
        raise SettingsError(
            f"{name!r} needs the package {provider.extra!r}: install it in Footnote's folder "
            f'with `pip install -c constraints.txt ".[{provider.extra}]"`'
        )
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


def advice_of(name: str, provider: Provider) -> Advice:
    """Return what errors of a provider tell to do; `name` is what they call it."""
    return Advice(
        model=name,
        key=f"{KEY} or {provider.key_variable}" if provider.key_variable else KEY,
        unknown_model=provider.unknown_model,
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
