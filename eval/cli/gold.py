"""Carries out what keeps gold files: `footnote gold`, and the words of `footnote eval` for them."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from eval.cli.curate import repair
from eval.datasets.beir import beir_rows, load_beir
from eval.datasets.export import as_lines, as_promptfoo, as_squad, write_beir
from eval.datasets.squad import load_squad, squad_rows
from eval.suites.append import add_case, suggested, wordings
from eval.suites.cases import EvidenceError, GoldError, Quote, source_texts
from eval.suites.files import lint, load_suite
from rag import Assistant, MisuseError, Settings
from rag.internal import data_text, logged_questions


def schema() -> str:
    """Return the gold format as JSON Schema."""
    return data_text("eval", "gold.schema.json")


def _add(args: argparse.Namespace) -> int:
    if len(args.document) != len(args.quote):
        raise MisuseError("each --quote needs its --document, and each --document its --quote")
    if args.abstain and (args.answer or args.quote or args.must_include):
        raise MisuseError(
            "--abstain goes with no --answer, --quote or --must-include: nothing answers it"
        )
    pairs = zip(args.document, args.quote, strict=True)
    with Assistant.open(library=getattr(args, "library", None)) as assistant:
        assistant.library.seed()
        case = add_case(
            Path(args.file),
            assistant.library,
            question=args.question,
            answers=args.answer,
            must_include=wordings(args.must_include),
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


def _schema(_: argparse.Namespace) -> int:
    sys.stdout.write(schema())
    return 0


def _lint(args: argparse.Namespace) -> int:
    paths = [Path(path) for path in args.files]
    if hasattr(args, "library"):
        with Assistant.open(library=args.library) as assistant:
            assistant.library.seed()
            found = _written(lint(paths, assistant.library))
    else:
        found = _written(lint(paths))
    if not found:
        sys.stdout.write(
            f"{len(paths)} gold {'file is' if len(paths) == 1 else 'files are'} well\n"
        )
    return 1 if found else 0


def _written(sentences: Iterable[str]) -> int:
    """Write each sentence as it comes, also where the next one raises; return how many came."""
    return sum(bool(sys.stdout.write(sentence + "\n")) for sentence in sentences)


def _import(args: argparse.Namespace) -> int:
    if args.form == "squad":
        squad = load_squad(Path(args.path))
        articles, rows = squad.articles, squad_rows(squad)
    else:
        beir = load_beir(Path(args.path))
        articles, rows = beir.articles, beir_rows(beir)
    if hasattr(args, "library"):
        with Assistant.open(library=args.library) as assistant:
            report = assistant.library.add_articles(articles)
        sys.stderr.write(f"{len(report.of('added'))} articles added to {args.library}\n")
    sys.stdout.write(as_lines(rows))
    return 0


def _export(args: argparse.Namespace) -> int:
    suite = load_suite(Path(args.suite))
    if args.to == "promptfoo":
        sys.stdout.write(as_promptfoo(suite))
        return 0
    if args.to == "beir" and not args.out:
        raise MisuseError("a BEIR set is a folder: name it with --out DIR")
    names = {quote.document for case in suite.cases for quote in case.evidence}
    with Assistant.open(library=getattr(args, "library", None)) as assistant:
        assistant.library.seed()
        texts = source_texts(assistant.library, names)
    missing = sorted(names - set(texts))
    if missing:
        raise MisuseError(f"document {missing[0]!r} is not in the library: add it and export again")
    if args.to == "beir":
        write_beir(suite, texts, Path(args.out))
        return 0
    try:
        sys.stdout.write(as_squad(suite, texts))
    except EvidenceError as error:
        raise GoldError(str(error)) from error
    return 0


WORDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "add": _add,
    "suggest": _suggest,
    "repair": repair,
    "lint": _lint,
    "schema": _schema,
    "import": _import,
    "export": _export,
}
"""What carries out a word, of `footnote gold` or `footnote eval`, by its name."""
