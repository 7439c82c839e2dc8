"""The command `footnote models`: which models are configured, and whether they answer.

No article is sent anywhere.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint

from index.errors import FootnoteError, ModelError
from rag.cli import terminal
from rag.cli.session import print_result
from rag.language_model import Message
from rag.llm.errors import fault_of
from rag.llm.providers.wire import Access
from rag.llm.registry import (
    PROVIDERS,
    Provider,
    access_of,
    advice_of,
    limits_of,
    load_model,
    third_parties,
)
from rag.settings import Settings

_EXTRACTIVE = "extractive"
_SECONDS = 5.0
"""That a provider gets to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """What is known of a provider, or of the model that the settings choose."""

    name: str
    """A provider, `PROVIDER:MODEL` for the chosen model, or `extractive`."""
    chosen: bool
    configured: bool
    """Whether it has the package, the key and the address that it needs."""
    answers: bool | None
    """None where it was not asked: it is not configured, or of another package."""
    detail: str
    """One sentence without any secret."""


def run(arguments: argparse.Namespace) -> int:
    """Ask and print a line for each; 1 where the chosen model does not answer."""
    found = probe(Settings.load(llm=arguments.llm))
    print_result(found, _lines, arguments)
    return 0 if found[0].answers else 1


def probe(settings: Settings) -> tuple[ModelStatus, ...]:
    """Return the state of the chosen model first, then of each provider.

    Asking a provider for the list of its models costs nothing; the chosen model is asked for one
    word.
    """
    quick = settings.changed(llm_deadline=min(settings.llm_deadline, _SECONDS))
    # A key or an address of the user's is meant for the chosen provider, and without one for
    # openai-like, which has no other: a second provider must never see the first one's key.
    chosen = settings.llm.strip().partition(":")[0]
    own = "openai-like" if chosen == _EXTRACTIVE else chosen
    others = quick.changed(llm_base_url=None, llm_api_key=None)
    return (
        _chosen(settings),
        *(_provider(name, p, quick if name == own else others) for name, p in PROVIDERS.items()),
        *(_third_party(name, entry) for name, entry in third_parties().items()),
    )


def _chosen(settings: Settings) -> ModelStatus:
    # Twice the time, for a local model may have to be loaded first.
    deadline = min(settings.llm_deadline, 2 * _SECONDS)
    configured, answers = False, None
    try:
        model = load_model(settings.llm, settings.changed(llm_deadline=deadline))
        configured, answers = True, True
        detail = "needs no model, no key and no network"
        if model is not None:
            began = time.monotonic()
            model.complete([Message(role="user", text="Answer with the word yes.")])
            detail = f"answered in {time.monotonic() - began:.1f} s"
    except FootnoteError as error:
        answers = False if isinstance(error, ModelError) else None
        detail = str(error)
    return ModelStatus(
        name=settings.llm, chosen=True, configured=configured, answers=answers, detail=detail
    )


def _third_party(name: str, entry: EntryPoint) -> ModelStatus:
    """Tell of a provider of another package without running its code."""
    package = entry.dist.name if entry.dist is not None else entry.value
    detail = f"is of the package {package!r}, which is asked only when chosen: --llm {name}:MODEL"
    return ModelStatus(name=name, chosen=False, configured=True, answers=None, detail=detail)


def _provider(name: str, provider: Provider, settings: Settings) -> ModelStatus:
    try:
        access = access_of(name, provider, settings)
    except FootnoteError as error:
        return ModelStatus(
            name=name, chosen=False, configured=False, answers=None, detail=str(error)
        )
    answers, detail = _asked(name, provider, access, settings)
    return ModelStatus(name=name, chosen=False, configured=True, answers=answers, detail=detail)


def _asked(name: str, provider: Provider, access: Access, settings: Settings) -> tuple[bool, str]:
    wire = provider.wire(model="", access=access, limits=limits_of(settings))
    wire.prepare()

    async def count() -> int:
        async with asyncio.timeout(settings.llm_deadline):
            return await wire.models()

    try:
        found = asyncio.run(count())
    except Exception as error:  # noqa: BLE001  # libraries raise anything
        advice = advice_of(name, provider, secret=access.key)
        return False, str(fault_of(error, advice).error)
    key = f", with the key in {access.key_from}" if access.key_from else ""
    return True, f"lists {found} models at {access.base_url}{key}"


def _lines(found: Sequence[ModelStatus]) -> str:
    width = max(len(terminal.one_line(status.name)) for status in found)
    return "\n".join(_line(status, width) for status in found)


def _line(status: ModelStatus, width: int) -> str:
    unasked = "found" if status.configured else "unset"
    word = unasked if status.answers is None else "ready" if status.answers else "fails"
    mark = "*" if status.chosen else " "
    name = terminal.one_line(status.name)
    return f"{mark} {name:{width}}  {word}  {terminal.one_line(status.detail)}"
