"""Makes the model that the settings name; imports a provider's library only where it is used."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, cast

from index.errors import SettingsError
from rag.models.client import Client
from rag.models.protocol import LanguageModel, Reply
from rag.models.spec import (
    EXTRACTIVE,
    PROVIDERS,
    Provider,
    Spec,
    base_url_of,
    read_spec,
    required_key,
)
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

_GROUP = "footnote.models"
"""Entry points of other packages: a function of (model, settings) that returns a model."""
_UNKNOWN_WINDOW = 8192
"""Tokens of a context window of which nothing is known; nearly every model in use has more."""


def load_model(
    wanted: "LanguageModel | LLM | str | None", settings: Settings
) -> LanguageModel | None:
    """Return the language model that is meant; None where answers are extractive.

    Args:
        wanted: `PROVIDER:MODEL` or `extractive`, a LlamaIndex `LLM`, or a model as it is.
        settings: Key, address, deadline and sizes.

    Raises:
        SettingsError: No such provider, no model or key or address, or a package that is missing.
    """
    if wanted is None or wanted == EXTRACTIVE:
        return None
    if not isinstance(wanted, str):
        return _adapted(wanted, settings)
    others = {entry.name: entry for entry in entry_points(group=_GROUP)}
    known = {provider.name: provider for provider in PROVIDERS}
    spec = read_spec(wanted, known=(*known, *sorted(set(others) - set(known))))
    if spec.provider not in known:
        return _third_party(others[spec.provider], spec, settings)
    return _MAKERS[spec.provider](spec, known[spec.provider], settings)


def cost(reply: Reply, settings: Settings) -> float | None:
    """Return what a reply cost in the currency of the price settings; None where one is unset."""
    if settings.llm_price_in is None or settings.llm_price_out is None:
        return None
    millions = (
        reply.input_tokens * settings.llm_price_in + reply.output_tokens * settings.llm_price_out
    )
    return millions / 1_000_000


def _openai(spec: Spec, provider: Provider, settings: Settings) -> LanguageModel:
    return _openai_client(spec, provider, settings, key=required_key(provider, settings))


def _openai_like(spec: Spec, provider: Provider, settings: Settings) -> LanguageModel:
    given = settings.llm_api_key
    # Local servers want some key and look at none.
    return _openai_client(
        spec, provider, settings, key=given.get_secret_value() if given else "unused"
    )


def _openai_client(
    spec: Spec, provider: Provider, settings: Settings, *, key: str
) -> LanguageModel:
    base_url = base_url_of(provider, settings)
    import httpx
    from llama_index.llms.openai.utils import ALL_AVAILABLE_MODELS
    from llama_index.llms.openai_like import OpenAILike

    window = settings.llm_context or ALL_AVAILABLE_MODELS.get(spec.model, _UNKNOWN_WINDOW)
    llm = OpenAILike(
        model=spec.model,
        api_key=key,
        api_base=base_url,
        is_chat_model=True,
        context_window=window,
        temperature=0,
        max_tokens=settings.llm_max_tokens,
        max_retries=0,
        timeout=settings.llm_deadline,
        additional_kwargs={"stream_options": {"include_usage": True}},
        # A redirect would send the article to another host.
        http_client=httpx.Client(timeout=settings.llm_deadline, follow_redirects=False),
        async_http_client=httpx.AsyncClient(timeout=settings.llm_deadline, follow_redirects=False),
    )
    return _client(spec.name, llm, settings, window=window)


def _ollama(spec: Spec, provider: Provider, settings: Settings) -> LanguageModel:
    base_url = base_url_of(provider, settings)
    from llama_index.llms.ollama import Ollama
    from ollama import AsyncClient as OllamaAsyncClient
    from ollama import Client as OllamaClient

    window = settings.llm_context or _UNKNOWN_WINDOW
    timeout = settings.llm_deadline
    llm = Ollama(
        model=spec.model,
        base_url=base_url,
        temperature=0,
        context_window=window,
        additional_kwargs={"num_predict": settings.llm_max_tokens},
        # A redirect would send the article to another host.
        client=OllamaClient(host=base_url, timeout=timeout, follow_redirects=False),
        async_client=OllamaAsyncClient(host=base_url, timeout=timeout, follow_redirects=False),
    )
    return _client(spec.name, llm, settings, window=window)


def _anthropic(spec: Spec, provider: Provider, settings: Settings) -> LanguageModel:
    key, base_url = required_key(provider, settings), base_url_of(provider, settings)
    try:
        from rag.models.anthropic_transport import AnthropicTransport
    except ImportError as error:
        raise SettingsError(
            "anthropic needs a package that is not installed: run "
            '`pip install -c constraints.txt ".[anthropic]"`'
        ) from error
    transport = AnthropicTransport(
        spec.model,
        key=key,
        base_url=base_url,
        max_tokens=settings.llm_max_tokens,
        timeout=settings.llm_deadline,
    )
    return Client(
        spec.name,
        transport,
        context_window=settings.llm_context or 200_000,
        # Its newer models refuse a temperature.
        parameters={"max_tokens": settings.llm_max_tokens},
        deadline=settings.llm_deadline,
    )


_MAKERS: dict[str, Callable[[Spec, Provider, Settings], LanguageModel]] = {
    "openai": _openai,
    "openai-like": _openai_like,
    "ollama": _ollama,
    "anthropic": _anthropic,
}


def _third_party(entry: EntryPoint, spec: Spec, settings: Settings) -> LanguageModel:
    try:
        made = entry.load()(spec.model, settings)
    except ImportError as error:
        raise SettingsError(
            f"provider {entry.name!r} cannot be loaded ({error}): install its package again"
        ) from error
    return _adapted(made, settings)


def _adapted(given: "LanguageModel | LLM", settings: Settings) -> LanguageModel:
    """Return a LlamaIndex `LLM` as a model of ours, and a model of ours as it is."""
    if not hasattr(given, "metadata"):
        return given
    llm = cast("LLM", given)
    window = settings.llm_context or llm.metadata.context_window
    return _client(f"llama-index:{llm.metadata.model_name}", llm, settings, window=window)


def _client(name: str, llm: "LLM", settings: Settings, *, window: int) -> LanguageModel:
    from rag.models.llama_transport import LlamaTransport

    return Client(
        name,
        LlamaTransport(llm),
        context_window=window,
        parameters=_parameters(settings),
        deadline=settings.llm_deadline,
    )


def _parameters(settings: Settings) -> dict[str, str | int | float]:
    return {"temperature": 0, "max_tokens": settings.llm_max_tokens}
