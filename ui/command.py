"""The commands `footnote ui`, `serve` and `mcp`: their arguments, for `footnote --help`."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag import Assistant
    from ui.articles import Libraries

_PORTS = range(1, 65536)
_PORT = 8765
"""Of `footnote serve`; none of those on which programs with language models listen."""
_DEFAULT = "default"
"""As `footnote libraries` calls the library that nobody named."""
_ENDING_SECONDS = 5.0
"""That a thread gets to end."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `ui`, `serve` and `mcp` to the sub-commands of `footnote`."""
    parser = commands.add_parser(
        "ui",
        help="open a page to ask questions and read their sources",
        description="Serve a page to ask questions and read their sources, on this machine only "
        "unless users log in.",
        epilog="example: footnote ui --port 7870",
    )
    _add_library(parser)
    _add_reach(parser)
    parser.set_defaults(run=run)
    parser = commands.add_parser(
        "serve",
        help="answer other programs in OpenAI's form, without a page",
        description="Answer other programs in the form of OpenAI's chat completions, with "
        "citations, on this machine only unless they send keys.",
        epilog="example: footnote serve --keys ~/footnote.keys",
    )
    _add_library(parser)
    _add_model(parser)
    _add_service(parser)
    parser.set_defaults(run=run_service)
    parser = commands.add_parser(
        "mcp",
        help="answer an MCP client over standard input and output",
        description="Answer an MCP client, such as Claude Desktop, over standard input and output, "
        "until it ends. It starts this command itself.",
        epilog="example: footnote mcp --library ~/library",
    )
    _add_library(parser)
    _add_model(parser)
    parser.set_defaults(run=run_mcp)


def run(arguments: argparse.Namespace) -> int:
    """Serve the page until Ctrl+C; return 0.

    Raises:
        MisuseError: Others could reach the page without a login, or a setting is wrong.
        OperationError: The port is taken.
    """
    from rag import Assistant, Settings
    from ui.app import serve
    from ui.guard import load_users

    users = load_users(arguments.auth) if arguments.auth else None
    with (
        Assistant.open(Settings.load(library=arguments.library)) as assistant,
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
        MisuseError: Others could reach the articles without a key, or a setting is wrong.
        OperationError: The port is taken.
    """
    from rag import Assistant, Settings
    from ui.completions import quotes_below
    from ui.guard import load_keys
    from ui.serve import serve

    keys = load_keys(arguments.keys) if arguments.keys else ()
    settings = Settings.load(library=arguments.library, llm=arguments.llm)
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
        MisuseError: A package is missing, or a setting is wrong.
    """
    from rag import Assistant, Settings
    from ui.mcp_stdio import serve

    with Assistant.open(Settings.load(library=arguments.library, llm=arguments.llm)) as assistant:
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
    return Libraries(assistant, name=shown, others=others)


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


def _add_library(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--library",
        metavar="NAME|FOLDER",
        help="the library's name, folder or postgresql:// address (default: FOOTNOTE_LIBRARY or "
        "your data folder)",
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--llm",
        metavar="MODEL",
        help="what writes answers: PROVIDER:MODEL, or extractive (default: FOOTNOTE_LLM)",
    )


def _add_service(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; one that other machines reach needs --keys "
        "(default: 127.0.0.1)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=_PORT,
        metavar="N",
        help=f"1 to 65535 (default: {_PORT})",
    )
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        help="let only programs in that send one of these keys: one a line, readable by you alone",
    )
    parser.add_argument(
        "--quotes",
        action="store_true",
        help="write the quotes below each answer, for chat pages that show no citations",
    )
    _add_names(parser)


def _add_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="name or address under which other machines reach this one; may be repeated",
    )


def _add_reach(parser: argparse.ArgumentParser) -> None:
    """Add where the page can be reached, by whom and under which names."""
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; one that other machines reach needs --auth "
        "(default: 127.0.0.1)",
    )
    parser.add_argument(
        "--port", type=_port, metavar="N", help="1 to 65535 (default: the first free from 7860)"
    )
    parser.add_argument(
        "--auth",
        type=Path,
        metavar="FILE",
        help="let only these users in: a line NAME:PASSWORD each, readable by you alone; who may "
        "ask but change nothing has :ask behind the password",
    )
    _add_names(parser)
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="NAME",
        help="a further library that visitors may choose, by its name; may be repeated (default: "
        "all that have a name for who uses this machine, none for others)",
    )
    parser.add_argument(
        "--proxy",
        action="append",
        default=[],
        type=_address,
        metavar="ADDRESS",
        help="address of a proxy that hands requests on and may say for whom (X-Forwarded-For); "
        "may be repeated",
    )
    parser.add_argument(
        "--mcp", action="store_true", help="answer MCP clients too, at /gradio_api/mcp/"
    )


def _address(text: str) -> str:
    try:
        return str(ip_network(text, strict=False) if "/" in text else ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no IP address and no network: give one, as in 10.0.0.2 or 10.0.0.0/24"
        ) from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) in _PORTS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)
