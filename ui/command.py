"""The sub-command `footnote ui`: its arguments only, since every `footnote --help` loads it."""

import argparse
from pathlib import Path

_PORTS = range(1, 65536)


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `ui` to the sub-commands of `footnote`."""
    parser = commands.add_parser(
        "ui",
        help="open a page to ask questions and read their sources",
        description="Serve a page, on this machine only, to ask questions and read their sources.",
        epilog="example: footnote ui --port 7870",
    )
    parser.add_argument(
        "--library",
        type=Path,
        metavar="FOLDER",
        help="the library's folder (default: FOOTNOTE_LIBRARY or your data folder)",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="127.0.0.1 or localhost; nothing that other machines reach (default: 127.0.0.1)",
    )
    parser.add_argument(
        "--port", type=_port, metavar="N", help="1 to 65535 (default: the first free from 7860)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve the page until Ctrl+C; return 0.

    Raises:
        MisuseError: The host is not this machine alone, or a setting is wrong.
        OperationError: The port is taken.
    """
    from rag import Assistant, Settings
    from ui.launch import require_loopback, serve

    require_loopback(arguments.host)
    with Assistant.open(Settings.load(library=arguments.library)) as assistant:
        serve(assistant, host=arguments.host, port=arguments.port)
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) in _PORTS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)
