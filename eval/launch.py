"""Carries out `footnote eval`: opens the library, runs what was asked for, prints and judges."""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from eval.beir import load_beir, run_beir
from eval.gate import Verdict, judge, load_thresholds
from eval.gold import Suite, load_suite
from eval.report import as_json, as_text, verdict_text
from eval.results import CaseResult, Report
from eval.runner import OnCase, run
from eval.squad import load_squad
from eval.squad_runner import run_squad
from rag import AddReport, Assistant, MisuseError, Settings, seed_paths

Item = TypeVar("Item")

HERE = Path(__file__).parent


def evaluate(args: argparse.Namespace) -> int:
    """Run what the arguments ask for, print the reports, return 0 if all passed, else 1.

    Raises:
        MisuseError: arguments that do not go together, or a file that is not as it should be.
        OperationError: the library cannot be used.
    """
    if args.suites and (args.squad or args.beir):
        raise MisuseError("gold suites do not go with --squad or --beir; run them apart")
    if hasattr(args, "library") and not args.suites:
        raise MisuseError("--library goes with gold suites only; name a SUITE or leave it out")
    thresholds = load_thresholds(Path(args.thresholds or HERE / "thresholds.toml"))
    reports = _reports(args)
    verdicts = [judge(report, thresholds.get(report.suite, {})) for report in reports]
    verdict = Verdict(missed=tuple(missed for one in verdicts for missed in one.missed))
    if args.json:
        sys.stdout.write(as_json(reports, verdict) + "\n")
    else:
        for report in reports:
            sys.stdout.write(as_text(report, thresholds.get(report.suite, {})) + "\n\n")
        sys.stdout.write(verdict_text(verdict) + "\n")
    return 0 if verdict.passed else 1


def sample(items: Sequence[Item], *, limit: int | None, seed: int) -> tuple[Item, ...]:
    """Choose `limit` of the items at random by the seed, in their order; all if None."""
    if limit is None or limit >= len(items):
        return tuple(items)
    chosen = sorted(random.Random(seed).sample(range(len(items)), limit))
    return tuple(items[place] for place in chosen)


def _reports(args: argparse.Namespace) -> list[Report]:
    if args.squad:
        return [_squad(args)]
    if args.beir:
        return [_beir(args)]
    return _suites(args)


def _shipped() -> list[Path]:
    """Return the suites of questions; `claims.jsonl` holds claims for the verification's tests."""
    return sorted(p for p in (HERE / "gold").glob("*.jsonl") if p.name != "claims.jsonl")


def _suites(args: argparse.Namespace) -> list[Report]:
    paths = [Path(path) for path in args.suites] or _shipped()
    suites = [_sampled(load_suite(path), args) for path in paths]
    with _own_library(args) if args.suites else _temporary_library() as assistant:
        if not args.suites:
            _say_skipped(assistant.add(*seed_paths()))
        reports = []
        for suite in suites:
            with _progress(len(suite.cases)) as on_case:
                reports.append(run(assistant, suite, k=args.k, on_case=on_case))
        return reports


def _squad(args: argparse.Namespace) -> Report:
    squad = load_squad(Path(args.squad))
    questions = sample(squad.questions, limit=args.limit, seed=args.seed)
    with _temporary_library() as assistant:
        _say_skipped(assistant.add_articles(squad.articles))
        with _progress(len(questions)) as on_case:
            return run_squad(assistant, questions, name=squad.name, k=args.k, on_case=on_case)


def _beir(args: argparse.Namespace) -> Report:
    beir = load_beir(Path(args.beir))
    queries = sample(beir.queries, limit=args.limit, seed=args.seed)
    with _temporary_library() as assistant:
        _say_skipped(assistant.add_articles(beir.articles))
        with _progress(len(queries)) as on_case:
            return run_beir(assistant, queries, name=beir.name, k=args.k, on_case=on_case)


def _sampled(suite: Suite, args: argparse.Namespace) -> Suite:
    return replace(suite, cases=sample(suite.cases, limit=args.limit, seed=args.seed))


@contextmanager
def _own_library(args: argparse.Namespace) -> Iterator[Assistant]:
    with Assistant.open(library=getattr(args, "library", None)) as assistant:
        yield assistant


@contextmanager
def _temporary_library() -> Iterator[Assistant]:
    with tempfile.TemporaryDirectory(prefix="footnote-eval-", ignore_cleanup_errors=True) as folder:
        settings = Settings(library=Path(folder) / "library", seeds=False)
        with Assistant.open(settings) as assistant:
            yield assistant


@contextmanager
def _progress(total: int) -> Iterator[OnCase]:
    """Show a bar on stderr where that is a terminal; give what moves it on by one case."""
    with tqdm(total=total, unit="question", disable=None, leave=False) as bar:

        def advance(_: CaseResult) -> None:
            bar.update(1)

        yield advance


def _say_skipped(report: AddReport) -> None:
    skipped = report.of("skipped")
    if skipped:
        sys.stderr.write(
            f"{len(skipped)} articles were not indexed; the first, {skipped[0].source!r}: "
            f"{skipped[0].reason}\n"
        )
