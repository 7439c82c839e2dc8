"""The commands `footnote ui`, `serve` and `mcp`: made of the table `ui/data/cli.toml`, and run."""

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from ipaddress import ip_address, ip_network
from itertools import chain
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag import Assistant
    from ui.articles import Libraries

_TABLE = Path(__file__).parent / "data" / "cli.toml"
_PORTS = range(1, 65536)
_DEFAULT = "default"
"""As `footnote libraries` calls the library that nobody named."""
_ENDING_SECONDS = 5.0
"""That a thread gets to end."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `ui`, `serve` and `mcp` to the sub-commands of `footnote`."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    for name, told in table["commands"].items():
        texts = {key: told[key] for key in ("help", "description", "epilog")}
        parser = commands.add_parser(name, **texts)
        for row in chain.from_iterable(table["arguments"][one] for one in told["arguments"]):
            options = {key: value for key, value in row.items() if key != "name"}
            if "type" in row:
                options["type"] = _TYPES[row["type"]]
            parser.add_argument(row["name"], **options)
        parser.set_defaults(run=_RUNS[name])


def run(arguments: argparse.Namespace) -> int:
    """Serve the page until Ctrl+C; return 0.

    Raises:
        MisuseError: Others could reach the page without a login, a setting is wrong, or the library
            that is named is not there.
        OperationError: The port is taken.
    """
    from rag import Assistant
    from rag.internal import asked_settings
    from ui.app import serve
    from ui.guard import load_users

    users = load_users(arguments.auth) if arguments.auth else None
    with (
        Assistant.open(asked_settings(arguments.library)) as assistant,
        closing(_offered(assistant, arguments)) as libraries,
        _followed(*map(libraries.named, libraries.names)),
    ):
        serve(
            assistant,
            libraries=libraries,
            host=arguments.host,
            port=arguments.port,
            users=users,
            names=arguments.name,
            proxies=arguments.proxy,
            mcp=arguments.mcp,
        )
    return 0


def run_service(arguments: argparse.Namespace) -> int:
    """Answer other programs until Ctrl+C, which is a `KeyboardInterrupt`.

    Raises:
        MisuseError: Others could reach the articles without a key, a setting is wrong, or the
            library that is named is not there.
        OperationError: The port is taken.
    """
    from rag import Assistant
    from rag.internal import asked_settings
    from ui.completions import quotes_below
    from ui.guard import load_keys
    from ui.serve import serve

    keys = load_keys(arguments.keys) if arguments.keys else ()
    settings = asked_settings(arguments.library, llm=arguments.llm)
    with Assistant.open(settings) as assistant, _followed(assistant):
        serve(
            assistant,
            host=arguments.host,
            port=arguments.port,
            keys=keys,
            names=arguments.name,
            below=quotes_below if arguments.quotes else lambda answer: "",
        )
    return 0


def run_mcp(arguments: argparse.Namespace) -> int:
    """Answer an MCP client until it ends; return 0.

    Raises:
        MisuseError: A package or the library that is named is missing, or a setting is wrong.
    """
    from rag import Assistant
    from rag.internal import asked_settings
    from ui.mcp_stdio import serve

    with Assistant.open(asked_settings(arguments.library, llm=arguments.llm)) as assistant:
        serve(assistant)
    return 0


def _offered(assistant: "Assistant", arguments: argparse.Namespace) -> "Libraries":
    """Return the libraries that the page offers: those of --also, else all to this machine's user.

    Raises:
        MisuseError: One of --also has no such name, or its address cannot be used.
        OperationError: The file of names is damaged, and a name is needed.
    """
    from rag import FootnoteError, MisuseError
    from rag.internal import named_settings
    from ui.articles import Libraries

    try:
        named = named_settings(assistant.settings)
    except FootnoteError as error:
        if arguments.also:
            raise
        print(f"footnote: {error}", file=sys.stderr)  # noqa: T201
        named = {}
    place = assistant.settings.library
    own = next((n for n, one in named.items() if _same(one.library, place)), "")
    others = {n: one for n, one in named.items() if n != own}
    if unknown := [name for name in arguments.also if name not in named]:
        known = f"the names are {', '.join(others)}" if others else "no library has a name"
        raise MisuseError(f"--also {unknown[0]!r} is the name of no library: {known}")
    if arguments.also:
        others = {name: others[name] for name in arguments.also if name in others}
    elif arguments.auth or arguments.name or arguments.host not in ("127.0.0.1", "localhost"):
        others = {}
    else:
        others = {n: one for n, one in others.items() if n != _DEFAULT or one.beside.exists()}
    shown = own or (place.absolute().name if isinstance(place, Path) else "this library")
    return Libraries(assistant, name=shown, others=others, of_owner=not arguments.also)


def _same(one: object, other: object) -> bool:
    paths = isinstance(one, Path) and isinstance(other, Path)
    return Path(str(one)).absolute() == Path(str(other)).absolute() if paths else one == other


@contextmanager
def _followed(*assistants: "Assistant") -> Iterator[None]:
    """Look after the registered folders of libraries, each in a thread, for the length of a block.

    What is being read when the block ends is given a few seconds; a kill halves nothing.
    """
    ended = Event()
    threads = [
        Thread(target=one.library.folders.look_after, args=(ended,), daemon=True)
        for one in assistants
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join(timeout=_ENDING_SECONDS)


def _address(text: str) -> str:
    try:
        return str(ip_network(text, strict=False) if "/" in text else ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no IP address and no network: give one, as in 10.0.0.2 or 10.0.0.0/24"
        ) from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) in _PORTS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


_TYPES: Mapping[str, Callable[[str], Any]] = {"address": _address, "file": Path, "port": _port}
_RUNS = {"ui": run, "serve": run_service, "mcp": run_mcp}
