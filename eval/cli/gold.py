"""Carries out `footnote gold`: adds cases, and suggests questions that should be some."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from eval.suites.append import add_case
from eval.suites.cases import Quote
from eval.suites.load import load_suite
from eval.suites.suggest import suggested
from rag import Assistant, MisuseError, Settings, logged_questions


def _add(args: argparse.Namespace) -> int:
    if len(args.document) != len(args.quote):
        raise MisuseError("each --quote needs its --document, and each --document its --quote")
    if args.abstain and (args.answer or args.quote):
        raise MisuseError("--abstain goes with no --answer and no --quote: nothing answers it")
    pairs = zip(args.document, args.quote, strict=True)
    with Assistant.open(library=getattr(args, "library", None)) as assistant:
        case = add_case(
            Path(args.file),
            assistant,
            question=args.question,
            answers=args.answer,
            evidence=[Quote(document=document, quote=quote) for document, quote in pairs],
            answerable=not args.abstain,
            critical=args.critical,
            tags=args.tag,
            notes=args.notes,
            case_id=args.id,
        )
    sys.stdout.write(f"added {case.id} to {args.file}\n")
    return 0


def _suggest(args: argparse.Namespace) -> int:
    settings = Settings.load(library=getattr(args, "library", None))
    if settings.log is False:
        raise MisuseError(
            "questions are not logged: set FOOTNOTE_LOG=1, which keeps them on this machine, and "
            "ask some"
        )
    known = [case for path in args.files for case in load_suite(Path(path)).cases]
    found = suggested(logged_questions(settings), known)
    if not found:
        sys.stdout.write("no logged question that is not a case already\n")
    for one in found[: args.limit]:
        sys.stdout.write(
            f"{one.status:<9}  confidence {one.confidence:.2f}  asked {one.times} "
            f"{'time' if one.times == 1 else 'times'}  {' '.join(one.question.split())}\n"
        )
    return 0


WORDS: Mapping[str, Callable[[argparse.Namespace], int]] = {"add": _add, "suggest": _suggest}
