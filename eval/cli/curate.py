"""Shows proposals for a gold file one by one in the terminal, and writes what a person accepts."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from eval.suites.files import load_suite
from eval.suites.repair import Renewal, renew, renewals
from rag import Assistant


def repair(args: argparse.Namespace) -> int:
    """Propose new evidence where a document changed; return 0 where all of it stands now, else 1.

    Without a terminal nothing is asked, and nothing is written but with `--yes`.

    Raises:
        MisuseError: the gold file is not as it should be, or cannot be repaired for sure.
        OperationError: the library or the file cannot be used.
    """
    path = Path(args.file)
    suite = load_suite(path)
    with Assistant.open(library=getattr(args, "library", None)) as assistant:
        assistant.library.seed()
        found, others = renewals(suite.cases, assistant.library)
    for other in others:
        sys.stdout.write(f"{other}\n")
    if not found:
        if not others:
            sys.stdout.write(f"every quote of {path} stands in its document\n")
        return 1 if others else 0
    accepted = [one for one in found if _shown_and_accepted(one, args)]
    renew(path, accepted)
    sys.stdout.write(f"{len(accepted)} of {_quotes(len(found))} renewed in {path}\n")
    if not accepted and not args.yes and not terminal():
        sys.stdout.write("nothing was written: run it in a terminal to choose, or with --yes\n")
    return 0 if len(accepted) == len(found) and not others else 1


def terminal() -> bool:
    """Tell whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def asked(prompt: str, *, allowed: str) -> str:
    """Ask until the reply is one of the allowed letters; the end of the input is the last one."""
    while True:
        try:
            reply = input(prompt).strip().lower()[:1]
        except EOFError:
            sys.stdout.write("\n")
            return allowed[-1]
        if reply and reply in allowed:
            return reply


def _shown_and_accepted(one: Renewal, args: argparse.Namespace) -> bool:
    sys.stdout.write("\n".join(_lines(one)) + "\n")
    if not one.new:
        return False
    if args.yes:
        return not one.loses_answer
    return terminal() and asked("  write the new quote? [y]es, [n]o: ", allowed="yn") == "y"


def _lines(one: Renewal) -> Iterator[str]:
    yield f"{one.case.place}: {one.case.id}: {one.case.question}"
    yield f"  was in {one.old.document}: {' '.join(one.old.quote.split())}"
    if not one.new:
        yield "  nothing there is near it now: update the case by hand, or retire it"
        return
    yield f"  nearest there now: {' '.join(one.new.split())}"
    if one.loses_answer:
        yield f"  but it has no accepted answer ({' | '.join(one.case.answers)}): mend those too"


def _quotes(count: int) -> str:
    return "1 quote" if count == 1 else f"{count} quotes"
