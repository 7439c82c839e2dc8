"""Carries out the words that look after suites: lint, schema, import, export, init-ci."""

import argparse
import sys
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from eval.cli.ci import write_workflow
from eval.datasets.beir import load_beir
from eval.datasets.convert import as_lines, beir_rows, squad_rows
from eval.datasets.export import as_promptfoo, as_squad, write_beir
from eval.datasets.squad import load_squad
from eval.suites.cases import GoldError
from eval.suites.evidence import EvidenceError, source_texts
from eval.suites.lint import lint
from eval.suites.load import load_suite
from rag import Assistant, MisuseError


def schema() -> str:
    """Return the gold format as JSON Schema."""
    return files("eval").joinpath("data/gold.schema.json").read_text(encoding="utf-8")


def _schema(_: argparse.Namespace) -> int:
    sys.stdout.write(schema())
    return 0


def _lint(args: argparse.Namespace) -> int:
    paths = [Path(path) for path in args.files]
    if hasattr(args, "library"):
        with Assistant.open(library=args.library) as assistant:
            found = list(lint(paths, assistant))
    else:
        found = list(lint(paths))
    for sentence in found:
        sys.stdout.write(sentence + "\n")
    if not found:
        sys.stdout.write(
            f"{len(paths)} gold {'file is' if len(paths) == 1 else 'files are'} well\n"
        )
    return 1 if found else 0


def _import(args: argparse.Namespace) -> int:
    if args.form == "squad":
        squad = load_squad(Path(args.path))
        articles, rows = squad.articles, squad_rows(squad)
    else:
        beir = load_beir(Path(args.path))
        articles, rows = beir.articles, beir_rows(beir)
    if hasattr(args, "library"):
        with Assistant.open(library=args.library) as assistant:
            report = assistant.add_articles(articles)
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
        texts = source_texts(assistant, names)
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


def _init_ci(args: argparse.Namespace) -> int:
    sys.stdout.write(
        write_workflow(
            Path.cwd(),
            suites=args.suites,
            articles=args.articles,
            install=args.install,
            replace=args.force,
        )
        + "\n"
    )
    return 0


WORDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "lint": _lint,
    "schema": _schema,
    "import": _import,
    "export": _export,
    "init-ci": _init_ci,
}
