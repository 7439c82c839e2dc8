"""The command `footnote models`: which models are configured or run here, and whether they answer.

No article is sent anywhere. `footnote models use NAME` keeps the one that writes the answers.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint

from index.errors import FootnoteError, MisuseError, ModelError
from rag.answerers import Message
from rag.cli import terminal
from rag.cli.session import print_result
from rag.llm.errors import fault_of
from rag.llm.found_models import FoundModel, keep_model, meant, models_here
from rag.llm.providers.gguf import read_model_file, sha256_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptModel:
    """What `footnote models use` wrote into the settings file."""

    llm: str
    llm_base_url: str | None
    """None where it is the provider's own, or none is needed."""
    file: str
    note: str
    """What still comes before it; empty for nothing."""


def run(arguments: argparse.Namespace) -> int:
    """Ask and print a line for each; 1 where the chosen model does not answer.

    Raises:
        MisuseError: There is something else on the command line than `use NAME`.
    """
    told = arguments.use
    settings = Settings.load(llm=arguments.llm)
    if told and (len(told) != 2 or told[0] != "use" or arguments.llm is not None):
        raise MisuseError(
            f"{' '.join(told)!r} is nothing that models can do: write `footnote models use NAME` "
            "with a name from the list of `footnote models`, and no --llm"
        )
    if told:
        print_result(use(told[1], settings), _kept, arguments)
        return 0
    found = probe(settings)
    print_result(found, _lines, arguments)
    return 0 if found[0].answers else 1


def use(name: str, settings: Settings) -> KeptModel:
    """Keep a model, by the name that was offered or as PROVIDER:MODEL, in the settings file.

    Raises:
        SettingsError: There is no such model, or it cannot be used.
        OperationError: The file cannot be written.
    """
    chosen = meant(name, settings)
    file = keep_model(chosen, settings)
    set_here = [one for one in ("FOOTNOTE_LLM", "FOOTNOTE_LLM_BASE_URL") if os.environ.get(one)]
    note = f"{' and '.join(set_here)} in your shell still come before it: unset them"
    return KeptModel(
        llm=chosen.spec,
        llm_base_url=chosen.address,
        file=str(file),
        note=note if set_here else "",
    )


def probe(settings: Settings) -> tuple[ModelStatus, ...]:
    """Return the state of the chosen model first, of each provider, then what runs here.

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
        *(_offer(found) for found in models_here() if found.spec != settings.llm.strip()),
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
            detail = f"answered in {time.monotonic() - began:.1f} s{_file_of(settings.llm)}"
    except FootnoteError as error:
        answers = False if isinstance(error, ModelError) else None
        detail = str(error)
    return ModelStatus(
        name=settings.llm, chosen=True, configured=configured, answers=answers, detail=detail
    )


def _file_of(llm: str) -> str:
    """Return the size and the SHA-256 of a model's file, to be said; empty where it has none."""
    provider, _, model = llm.strip().partition(":")
    if provider not in PROVIDERS or not PROVIDERS[provider].here:
        return ""
    file = read_model_file(model.strip())
    return f", {file.size:,} bytes with the SHA-256 {sha256_of(file)}"


def _offer(found: FoundModel) -> ModelStatus:
    where = f" at {found.address}" if found.address else ""
    detail = f"runs here, in {found.program}{where}: use it with `footnote models use {found.spec}`"
    return ModelStatus(name=found.spec, chosen=False, configured=True, answers=None, detail=detail)


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
    if provider.here:
        detail = f"runs the model of a GGUF file in this process: --llm {name}:PATH.gguf"
        return ModelStatus(name=name, chosen=False, configured=True, answers=None, detail=detail)
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


def _kept(kept: KeptModel) -> str:
    where = f", at {kept.llm_base_url}" if kept.llm_base_url else ""
    note = f"\n{kept.note}" if kept.note else ""
    return terminal.one_line(f"{kept.llm} answers from now on{where}: kept in {kept.file}") + note


def _lines(found: Sequence[ModelStatus]) -> str:
    width = max(len(terminal.one_line(status.name)) for status in found)
    return "\n".join(_line(status, width) for status in found)


def _line(status: ModelStatus, width: int) -> str:
    unasked = "found" if status.configured else "unset"
    word = unasked if status.answers is None else "ready" if status.answers else "fails"
    mark = "*" if status.chosen else " "
    name = terminal.one_line(status.name)
    return f"{mark} {name:{width}}  {word}  {terminal.one_line(status.detail)}"
