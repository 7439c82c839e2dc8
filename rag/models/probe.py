"""Finds out which providers are configured and whether they answer; sends no article anywhere."""

import time
from dataclasses import dataclass

from index.errors import FootnoteError
from rag.models.faults import fault_of
from rag.models.protocol import Message
from rag.models.registry import load_model
from rag.models.spec import EXTRACTIVE, PROVIDERS, Provider, base_url_of, key_of
from rag.settings import Settings

_SECONDS = 5.0
"""That a provider gets to answer."""
_PATHS = {"ollama": "/api/tags", "anthropic": "/v1/models"}
"""Where a provider lists its models; the others have OpenAI's `/models`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """What is known of a provider, or of the model that the settings choose."""

    name: str
    """A provider, `PROVIDER:MODEL` for the chosen model, or `extractive`."""
    chosen: bool
    configured: bool
    """Whether it has the key and the address that it needs."""
    answers: bool | None
    """None where it was not asked, since it is not configured."""
    detail: str
    """One sentence without any secret."""


def probe(settings: Settings) -> tuple[ModelStatus, ...]:
    """Return the state of the chosen model first, then of each provider.

    Asking a provider for the list of its models costs nothing; the chosen model is asked for one
    word.
    """
    chosen = settings.llm.partition(":")[0]
    # An address of the user's is meant for the chosen provider, and by itself for openai-like.
    own = chosen if settings.llm != EXTRACTIVE else "openai-like"
    others = settings.model_copy(update={"llm_base_url": None, "llm_api_key": None})
    return (
        _chosen(settings),
        *(_provider(p, settings if p.name == own else others) for p in PROVIDERS),
    )


def _chosen(settings: Settings) -> ModelStatus:
    if settings.llm == EXTRACTIVE:
        return ModelStatus(
            name=EXTRACTIVE, chosen=True, configured=True, answers=True,
            detail="needs no model, no key and no network",
        )  # fmt: skip
    deadline = min(settings.llm_deadline, 2 * _SECONDS)
    began = time.monotonic()
    configured = False
    try:
        model = load_model(settings.llm, settings.model_copy(update={"llm_deadline": deadline}))
        configured = True
        if model is not None:
            model.complete([Message(role="user", text="Answer with the word yes.")])
        detail, answers = f"answered in {time.monotonic() - began:.1f} s", True
    except FootnoteError as error:
        detail, answers = str(error), False
    return ModelStatus(
        name=settings.llm, chosen=True, configured=configured,
        answers=answers if configured else None, detail=detail,
    )  # fmt: skip


def _provider(provider: Provider, settings: Settings) -> ModelStatus:
    key = key_of(provider, settings)
    try:
        if provider.key_variable is not None and key is None:
            return _state(provider, None, f"no key: set {provider.key_variable}")
        url = base_url_of(provider, settings)
    except FootnoteError as error:
        return _state(provider, None, str(error))
    failure = _asked(provider, url, key)
    return _state(provider, not failure, failure or f"answers at {url}")


def _state(provider: Provider, answers: bool | None, detail: str) -> ModelStatus:
    return ModelStatus(
        name=provider.name,
        chosen=False,
        configured=answers is not None,
        answers=answers,
        detail=detail,
    )


def _asked(provider: Provider, url: str, key: str | None) -> str:
    """Return why a provider does not list its models; empty where it does."""
    import httpx

    headers = {"authorization": f"Bearer {key}"} if key else {}
    if provider.name == "anthropic":
        headers = {"x-api-key": key or "", "anthropic-version": "2023-06-01"}
    path = _PATHS.get(provider.name, "/models")
    try:
        got = httpx.get(f"{url.rstrip('/')}{path}", headers=headers, timeout=_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return str(fault_of(error, name=provider.name).error)
    return "" if got.is_success else f"refuses the key or the address (status {got.status_code})"
