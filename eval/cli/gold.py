"""Carries out what keeps gold files: `footnote gold`, and the words of `footnote eval` for them."""

import argparse
import json
import shlex
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path

from eval.datasets.beir import beir_rows, load_beir
from eval.datasets.export import as_lines, as_promptfoo, as_squad, write_beir
from eval.datasets.squad import load_squad, squad_rows
from eval.reports.write import write_whole
from eval.suites.append import add_case, suggested
from eval.suites.cases import EvidenceError, GoldError, Quote, source_texts
from eval.suites.files import lint, load_suite
from rag import Assistant, MisuseError, Settings
from rag.internal import data_text, logged_questions

WORKFLOW = Path(".github") / "workflows" / "footnote.yml"
_REPORTS = (
    "--html footnote-reports/report.html --junit footnote-reports/junit.xml "
    '--markdown "$GITHUB_STEP_SUMMARY"'
)


def schema() -> str:
    """Return the gold format as JSON Schema."""
    return data_text("eval", "gold.schema.json")


def write_workflow(
    folder: Path,
    *,
    suites: Sequence[str],
    articles: Sequence[str],
    install: str | None,
    replace: bool,
) -> str:
    """Write the workflow into a repository and return what was done, as text.

    Args:
        folder: the repository's root.
        suites: gold files as seen from there; none runs the shipped suite.
        articles: what is added to the library first.
        install: what pip installs; None takes what this Footnote was installed from.
        replace: whether a workflow that is there is replaced.

    Raises:
        MisuseError: there is a workflow already, a path is missing or not inside the repository,
            or nobody knows what pip should install.
        OperationError: it cannot be written.
    """
    target = folder / WORKFLOW
    if target.exists() and not replace:
        raise MisuseError(f"{WORKFLOW} is there already: --force replaces it")
    for path in (*suites, *articles):
        inside = (folder / path).resolve().is_relative_to(folder.resolve())
        if not inside or not (folder / path).exists():
            raise MisuseError(f"{path!r} is not in this repository: name files that CI has too")
    if suites and not articles:
        raise MisuseError("the suites need their articles in CI: name them with --articles")
    spec = install or _installed_from(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, [_filled(suites=suites, articles=articles, install=spec)])
    asked = " ".join(suites) or "the shipped suite"
    return (
        f"wrote {WORKFLOW}: on every push and pull request it installs {spec}, "
        f"{'adds ' + ' '.join(articles) + ', ' if articles else ''}runs {asked}, shows the summary "
        "on the job's page and keeps the HTML and JUnit reports; commit it to switch it on"
    )


def _add(args: argparse.Namespace) -> int:
    if len(args.document) != len(args.quote):
        raise MisuseError("each --quote needs its --document, and each --document its --quote")
    if args.abstain and (args.answer or args.quote):
        raise MisuseError("--abstain goes with no --answer and no --quote: nothing answers it")
    pairs = zip(args.document, args.quote, strict=True)
    with Assistant.open(library=getattr(args, "library", None)) as assistant:
        assistant.library.seed()
        case = add_case(
            Path(args.file),
            assistant.library,
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


def _schema(_: argparse.Namespace) -> int:
    sys.stdout.write(schema())
    return 0


def _lint(args: argparse.Namespace) -> int:
    paths = [Path(path) for path in args.files]
    if hasattr(args, "library"):
        with Assistant.open(library=args.library) as assistant:
            assistant.library.seed()
            found = list(lint(paths, assistant.library))
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


def _filled(*, suites: Sequence[str], articles: Sequence[str], install: str) -> str:
    add = [f"footnote add {shlex.join(articles)}"] if articles else []
    ask = " ".join(["footnote eval", *([shlex.join(suites)] if suites else []), _REPORTS])
    template = data_text("eval", "workflow.yml")
    lines = "\n          ".join([*add, ask])
    return template.replace("@INSTALL@", f"pip install {shlex.quote(install)}").replace(
        "@RUN@", lines
    )


def _installed_from(folder: Path) -> str:
    """Return what pip should install, of the project itself or of this installation's origin."""
    project = folder / "pyproject.toml"
    if project.is_file():
        named = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {})
        if named.get("name") == "footnote":
            return "."
    origin = json.loads(distribution("footnote").read_text("direct_url.json") or "{}")
    if "vcs_info" in origin:
        source, at = origin["vcs_info"], origin["url"]
        return f"footnote @ {source['vcs']}+{at}@{source['commit_id']}"
    raise MisuseError(
        "say what pip installs in CI, such as --install 'footnote @ git+https://HOST/REPOSITORY'"
    )


WORDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "add": _add,
    "suggest": _suggest,
    "lint": _lint,
    "schema": _schema,
    "import": _import,
    "export": _export,
    "init-ci": _init_ci,
}
"""What carries out a word, of `footnote gold` or `footnote eval`, by its name."""
