"""The sub-command `footnote ui`: its arguments only, since every `footnote --help` loads it."""

import argparse
from pathlib import Path

_PORTS = range(1, 65536)


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `ui` to the sub-commands of `footnote`."""
    parser = commands.add_parser(
        "ui",
        help="open a page to ask questions and read their sources",
        description="Serve a page to ask questions and read their sources, on this machine only "
        "unless users log in.",
        epilog="example: footnote ui --port 7870",
    )
    parser.add_argument(
        "--library",
        type=Path,
        metavar="FOLDER",
        help="the library's folder (default: FOOTNOTE_LIBRARY or your data folder)",
    )
    _add_reach(parser)
    parser.set_defaults(run=run)


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
    with Assistant.open(Settings.load(library=arguments.library)) as assistant:
        serve(
            assistant,
            host=arguments.host,
            port=arguments.port,
            users=users,
            names=arguments.name,
            mcp=arguments.mcp,
        )
    return 0


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
        help="let only these users in: a line NAME:PASSWORD each, readable by you alone",
    )
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="name or address under which other machines reach this one; may be repeated",
    )
    parser.add_argument(
        "--mcp", action="store_true", help="answer MCP clients too, at /gradio_api/mcp/"
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) in _PORTS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)
