"""Opens the libraries and models that are asked, and prepares what to ask, as arguments say."""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from eval.datasets.formats import BeirQuery, beir_cases, load_beir
from eval.datasets.squad import SquadQuestion, load_squad, squad_cases
from eval.reports.write import check_targets
from eval.results import CaseResult
from eval.running.asking import fingerprint_of
from eval.running.recordings import RecordingModel, ReplayedModel
from eval.running.suite import Judge, run_cases
from eval.suites.cases import Suite
from eval.suites.files import load_suite, shipped_suite
from rag import AddReport, Article, Assistant, MisuseError, Settings, load_model
from rag.internal import READER_SHA256, scope_among, seed_paths

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One suite or set that is ready to be asked."""

    name: str
    ids: tuple[str, ...]
    """Of the cases that are asked, in order."""
    total: int
    """Of its cases, asked or not."""
    fingerprint: Mapping[str, str]
    ask: Callable[[Collection[str]], Iterator[CaseResult]]
    """Gives the results of all cases in order, without those whose ids it is given."""
    suite: Path | None
    """Its gold file; None for a set of another format."""
    tags: frozenset[str] = frozenset()
    """Of its cases, asked or not."""


@contextmanager
def prepared(args: argparse.Namespace) -> Iterator[list[Work]]:
    """Give what the arguments ask for, over libraries that are open inside the `with`.

    Raises:
        MisuseError: a file is not as it should be, or no case has the tag.
        OperationError: the library cannot be used.
    """
    if args.squad:
        with _squad(args) as work:
            yield [work]
    elif args.beir:
        with _beir(args) as work:
            yield [work]
    else:
        with _suites(args) as works:
            yield works


def sample(items: Sequence[Item], *, limit: int | None, seed: int) -> tuple[Item, ...]:
    """Choose `limit` of the items at random by the seed, in their order; all if None."""
    if limit is None or limit >= len(items):
        return tuple(items)
    chosen = sorted(random.Random(seed).sample(range(len(items)), limit))
    return tuple(items[place] for place in chosen)


@contextmanager
def suite_library(args: argparse.Namespace, *, answerable: bool = True) -> Iterator[Assistant]:
    """Open the library that gold suites are asked of: the user's, or the shipped article's.

    A library that is named is never filled with the shipped article, nor is one for suites of which
    nothing is answerable: they would pass without an article of the user's.

    Raises:
        MisuseError: `--library` names none, the library is empty, or a report would be written
            over one of its articles.
    """
    if args.suites:
        named = getattr(args, "library", None)
        with opened(library_settings(args), args) as assistant:
            if answerable and not named:
                assistant.library.seed()
            documents = assistant.library.documents()
            if not documents:
                option = f" --library {named}" if named else ""
                raise MisuseError(
                    "the library is empty, so nothing can be asked: add articles with "
                    f"`footnote add ...{option}`"
                )
            if targets := report_targets(args):
                sources = (Path(document.card.source) for document in documents)
                check_targets(targets, (path for path in sources if path.is_absolute()))
            yield assistant
        return
    with _temporary_library(args) as assistant:
        _say_skipped(assistant.library.add(*seed_paths()))
        yield assistant


def report_targets(args: argparse.Namespace) -> dict[str, Path]:
    """Return where each report is put, by the option that says so."""
    names = ("html", "junit", "markdown", "comment", "code-quality")
    given = {f"--{name}": getattr(args, name.replace("-", "_"), None) for name in names}
    return {option: Path(path) for option, path in given.items() if path}


def library_settings(args: argparse.Namespace) -> Settings:
    """Return the settings, with the library that `--library` names.

    Raises:
        MisuseError: it names a folder that is not there, which opening it would make.
    """
    named = getattr(args, "library", None)
    settings = Settings.load(library=named)
    if named and isinstance(settings.library, Path) and not settings.library.is_dir():
        raise MisuseError(
            f"there is no library at {str(named)!r}: check its name, or make it with "
            f"`footnote add ... --library {named}`"
        )
    return settings


def opened(settings: Settings, args: argparse.Namespace) -> Assistant:
    """Open an assistant that answers with the model that the arguments name.

    Raises:
        MisuseError: no such model, `--record` without one, or a recording that cannot be used.
        SettingsError: the model lacks what it needs, such as a key, or one of `changed`, the
            settings of one side of a comparison, is not allowed.
    """
    # A model that is down must fail its cases: a stand-in's answers measure something else.
    changed = getattr(args, "changed", {})
    settings = settings.changed(**{"log": False, "llm_fallback": False, **changed})
    if args.llm:
        settings = settings.changed(llm=args.llm)
    if args.replay:
        model = ReplayedModel(Path(args.replay), model=args.llm)
        if model.reader != READER_SHA256:
            sys.stderr.write(
                f"{args.replay} was recorded with another trained model than today's; if a reply "
                f"is missing, `footnote eval --llm {model.name} --record {args.replay}` renews it\n"
            )
        return Assistant.open(settings.changed(llm=model.name), model=model)
    if not args.record:
        # What names no model that can be asked is misuse, and not a crash of each case.
        load_model(settings.llm, settings)
        return Assistant.open(settings)
    live = load_model(settings.llm, settings)
    if live is None:
        raise MisuseError("--record needs a language model: name one with --llm PROVIDER:MODEL")
    return Assistant.open(settings, model=RecordingModel(live, Path(args.record)))


def judge_of(args: argparse.Namespace) -> Judge | None:
    """Return the judge that `--judge` names; None without one.

    Raises:
        MisuseError: it is no language model, or the one that answers.
    """
    if not args.judge:
        return None
    settings = Settings.load(llm=args.judge)
    model = load_model(settings.llm, settings)
    if model is None:
        raise MisuseError("--judge needs a language model, PROVIDER:MODEL")
    return Judge(model, settings=settings, may_judge_itself=args.judge_self)


@contextmanager
def _suites(args: argparse.Namespace) -> Iterator[list[Work]]:
    paths = [Path(path) for path in args.suites] or [shipped_suite()]
    for place, path in enumerate(paths):
        if os.path.realpath(path) in map(os.path.realpath, paths[:place]):
            raise MisuseError(f"{str(path)!r} is named twice: name each suite once")
    whole = [load_suite(path) for path in paths]
    suites = [_chosen(suite, args) for suite in whole]
    names = [suite.name for suite in suites]
    if len(set(names)) < len(names):
        raise MisuseError(f"two suites have one name in {', '.join(names)}: rename a file")
    answerable = any(case.answerable for suite in whole for case in suite.cases)
    with suite_library(args, answerable=answerable) as assistant:
        yield [
            _suite(assistant, suite, path, args, whole=all_of)
            for suite, path, all_of in zip(suites, paths, whole, strict=True)
        ]


def _suite(
    assistant: Assistant, suite: Suite, path: Path, args: argparse.Namespace, *, whole: Suite
) -> Work:
    def ask(known: Collection[str]) -> Iterator[CaseResult]:
        rest = tuple(case for case in suite.cases if case.id not in known)
        return run_cases(assistant, replace(suite, cases=rest), k=args.k, jobs=args.jobs)

    return Work(
        name=suite.name,
        ids=tuple(case.id for case in suite.cases),
        total=len(whole.cases),
        fingerprint=fingerprint_of(assistant, suite, k=args.k),
        ask=ask,
        suite=path,
        tags=frozenset(tag for case in whole.cases for tag in case.tags),
    )


def _chosen(suite: Suite, args: argparse.Namespace) -> Suite:
    cases = [c for c in suite.cases if not args.tag or set(args.tag) & set(c.tags)]
    if not cases:
        raise MisuseError(f"no case of {suite.name!r} has the tag {' or '.join(args.tag)!r}")
    scope = scope_among(vars(args))
    cases = [replace(case, scope=case.scope or scope) for case in cases] if scope else cases
    return replace(suite, cases=sample(cases, limit=args.limit, seed=args.seed))


@contextmanager
def _squad(args: argparse.Namespace) -> Iterator[Work]:
    squad = load_squad(Path(args.squad))
    with _set(squad.name, squad.articles, squad.questions, squad_cases, args) as work:
        yield work


@contextmanager
def _beir(args: argparse.Namespace) -> Iterator[Work]:
    beir = load_beir(Path(args.beir))
    with _set(beir.name, beir.articles, beir.queries, beir_cases, args) as work:
        yield work


@contextmanager
def _set(
    name: str,
    articles: Iterable[Article],
    questions: Sequence[SquadQuestion | BeirQuery],
    cases: Callable[..., Iterator[CaseResult]],
    args: argparse.Namespace,
) -> Iterator[Work]:
    if not questions:
        raise MisuseError(f"the set {name!r} asks no question: name one that does")
    chosen = sample(questions, limit=args.limit, seed=args.seed)
    with _temporary_library(args) as assistant:
        _say_skipped(assistant.library.add_articles(articles))

        def ask(known: Collection[str]) -> Iterator[CaseResult]:
            rest = (question for question in chosen if question.id not in known)
            return cases(assistant, rest, k=args.k, jobs=args.jobs)

        yield Work(
            name=name,
            ids=tuple(question.id for question in chosen),
            total=len(questions),
            fingerprint=fingerprint_of(assistant, k=args.k),
            ask=ask,
            suite=None,
        )


@contextmanager
def _temporary_library(args: argparse.Namespace) -> Iterator[Assistant]:
    with tempfile.TemporaryDirectory(prefix="footnote-eval-", ignore_cleanup_errors=True) as folder:
        settings = Settings.load(library=Path(folder) / "library", seeds=False)
        with opened(settings, args) as assistant:
            yield assistant


def _say_skipped(report: AddReport) -> None:
    skipped = report.of("skipped")
    if skipped:
        sys.stderr.write(
            f"{len(skipped)} articles were not indexed; the first, {skipped[0].source!r}: "
            f"{skipped[0].reason}\n"
        )
