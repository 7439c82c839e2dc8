"""Gives a command words of its own: `footnote eval lint` beside `footnote eval SUITE`."""

import argparse
from collections.abc import Callable, Sequence


def add_word(
    parser: argparse.ArgumentParser,
    name: str,
    *,
    run: Callable[[argparse.Namespace], int],
    description: str,
) -> argparse.ArgumentParser:
    """Let a first argument `name` be parsed by a parser of its own, which is returned.

    argparse's own sub-commands cannot stand where a list of files can stand too.
    """
    word = type(parser)(prog=f"{parser.prog} {name}", description=description)
    word.set_defaults(run=run)
    parse = parser.parse_known_args

    def parse_known_args(
        args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        given = list(args or ())
        if given[:1] == [name]:
            return word.parse_known_args(given[1:], namespace)
        return parse(args, namespace)

    parser.parse_known_args = parse_known_args  # type: ignore[method-assign, assignment]
    return word
