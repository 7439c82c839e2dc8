"""Finds models that other programs run on this machine, and keeps the one that is chosen.

Only loopback is asked, and only when somebody wants to know; nothing is sent but the request for a
list. What is found is offered, never used by itself.
"""

import asyncio
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import SettingsError
from rag.llm.registry import KEY, PROVIDERS, load_model, parse_spec, third_parties
from rag.settings import Settings, keep_settings, settings_file

SECONDS = 0.3
"""That each program gets to answer in."""
_HOST = "127.0.0.1"
_LARGEST = 1_000_000
"""Bytes of a list."""
_MOST = 20
"""Models of one program that are offered."""
_NAME = re.compile(r"[\w/][\w.:/@+-]{0,119}")
"""What is offered: a name of these characters needs no quotes in a shell or a file."""
_OTHER_USE = ("embed", "rerank", "whisper")
"""In the names of models that do not write."""
_OURSELVES = "footnote"
_HERE = "extractive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a program listens that runs models, unless it is told otherwise."""

    program: str
    port: int
    provider: str = "openai-like"


PLACES = (
    Place(program="Ollama", port=11434, provider="ollama"),
    Place(program="LM Studio", port=1234),
    Place(program="llama-server", port=8080),
    Place(program="vLLM", port=8000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModel:
    """A model that runs on this machine."""

    spec: str
    """`PROVIDER:MODEL`."""
    program: str
    """What mostly listens there; another program may."""
    address: str | None
    """What `llm_base_url` has to be; None where the provider's own address is meant."""

    @property
    def model(self) -> str:
        """Its name there."""
        return self.spec.partition(":")[2]


def models_here(places: Sequence[Place] | None = None) -> tuple[FoundModel, ...]:
    """Return what runs on this machine, in the order of the places; empty where nothing does.

    All are asked at once, and after `SECONDS` no answer is waited for. A reply that is no list, is
    too large, or sends elsewhere offers nothing.

    Args:
        places: Where to look; None for `PLACES`.
    """
    looked = PLACES if places is None else places

    async def look() -> list[tuple[FoundModel, ...]]:
        return await asyncio.gather(*map(_at, looked))

    return tuple(one for found in asyncio.run(look()) for one in found)


def meant(name: str, settings: Settings, *, places: Sequence[Place] | None = None) -> FoundModel:
    """Return the model that a name stands for: one that runs here, or any `PROVIDER:MODEL`.

    Args:
        name: As it was offered, with or without its provider; or `extractive`.
        settings: Whose address is that of `openai-like`, where it is the chosen provider.
        places: As in `models_here`.

    Raises:
        SettingsError: No such model runs here, two do, or it cannot be used.
    """
    name = name.strip()
    provider, _, model = name.partition(":")
    if provider == "llamacpp" and model:
        return FoundModel(
            spec=f"{provider}:{Path(os.path.expanduser(model.strip())).absolute()}",
            program="this process",
            address=None,
        )
    elsewhere = provider in PROVIDERS and provider != "openai-like"
    if name == _HERE or (elsewhere and model) or (":" in name and provider in third_parties()):
        return FoundModel(spec=name, program=provider, address=None)
    found = models_here(places)
    fitting = [one for one in found if name in (one.spec, one.model)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        where = " and ".join(f"{one.spec} at {one.program}" for one in fitting)
        raise SettingsError(
            f"{name!r} could be {where}: write the one that you mean, or stop the other program"
        )
    if provider == "openai-like" and model and settings.llm.startswith("openai-like:"):
        return FoundModel(spec=name, program="its server", address=settings.llm_base_url)
    if ":" in name and provider in PROVIDERS:
        parse_spec(name, list(PROVIDERS))
    runs = f"found are {', '.join(one.spec for one in found)}" if found else "none was found"
    raise SettingsError(
        f"no model {name!r} runs on this machine, {runs}: start it in its program, or write "
        "`extractive` or PROVIDER:MODEL, as in `ollama:llama3.2`"
    )


def keep_model(chosen: FoundModel, settings: Settings) -> Path:
    """Write into the settings file that a model writes the answers from now on; return its path.

    Raises:
        SettingsError: It cannot be used, its name does not fit into the file, or the key that is
            set is another provider's.
        OperationError: The file cannot be written; it is as it was.
    """
    before = settings.llm.partition(":")[0].strip()
    after = chosen.spec.partition(":")[0]
    same = before == after and chosen.address in (None, settings.llm_base_url)
    if settings.llm_api_key is not None and chosen.spec != _HERE and not same:
        raise SettingsError(
            f"the key in {KEY} is meant for {before!r} and would be sent to {chosen.spec!r}: take "
            f"it out of {str(settings_file())!r} or of your shell first"
        )
    address = settings.llm_base_url if same else chosen.address
    load_model(chosen.spec, settings.for_model(chosen.spec).changed(llm_base_url=address))
    return keep_settings({"llm": chosen.spec, "llm_base_url": address or ""})


async def _at(place: Place) -> tuple[FoundModel, ...]:
    path, inner, key = (
        ("/api/tags", "models", "name")
        if place.provider == "ollama"
        else ("/v1/models", "data", "id")
    )
    try:
        async with asyncio.timeout(SECONDS):
            body = await _body(place.port, path)
        told = json.loads(body)
    except (OSError, TimeoutError, ValueError, RecursionError):
        return ()
    listed = told.get(inner) if isinstance(told, Mapping) else None
    members = listed if isinstance(listed, list) else []
    names = [one.get(key) for one in members if isinstance(one, Mapping)]
    fitting = dict.fromkeys(name for name in names if isinstance(name, str) and _is_offered(name))
    address = None if place.provider == "ollama" else f"http://{_HOST}:{place.port}/v1"
    return tuple(
        FoundModel(spec=f"{place.provider}:{name}", program=place.program, address=address)
        for name in list(fitting)[:_MOST]
    )


def _is_offered(name: str) -> bool:
    other = name == _OURSELVES or any(use in name.lower() for use in _OTHER_USE)
    return not other and _NAME.fullmatch(name) is not None


async def _body(port: int, path: str) -> bytes:
    """Return the body of a response with status 200.

    Raises:
        OSError: Nobody listens, or the connection broke.
        ValueError: It is too large, or no response with that status; a redirect is none.
    """
    reader, writer = await asyncio.open_connection(_HOST, port)
    try:
        asked = f"GET {path} HTTP/1.0\r\nHost: {_HOST}:{port}\r\nAccept: application/json\r\n\r\n"
        writer.write(asked.encode("ascii"))
        came = bytearray()
        while data := await reader.read(65_536):
            came += data
            if len(came) > _LARGEST:
                raise ValueError("too large")
            if _is_whole(came):
                break
    finally:
        writer.transport.abort()
    head, _, body = bytes(came).partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1:2] != [b"200"]:
        raise ValueError("no response with status 200")
    chunked = re.search(rb"(?im)^transfer-encoding:[ \t]*chunked", head)
    return _unchunked(body) if chunked else body


def _unchunked(body: bytes) -> bytes:
    """Return what a body in chunks holds, RFC 9112 section 7.1.

    Raises:
        ValueError: It is cut.
    """
    whole, at = bytearray(), 0
    while True:
        end = body.index(b"\r\n", at)
        size = int(body[at:end].split(b";")[0], 16)
        if size <= 0:
            return bytes(whole)
        whole += body[end + 2 : end + 2 + size]
        at = end + 2 + size + 2


def _is_whole(came: bytearray) -> bool:
    """Return whether all has come that a response says it has; it may not end the connection."""
    head, gap, body = bytes(came).partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length:[ \t]*(\d{1,9})[ \t]*\r?$", head)
    return bool(gap) and length is not None and len(body) >= int(length[1])
