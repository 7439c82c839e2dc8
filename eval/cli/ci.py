"""Carries out `footnote eval init-ci`: writes the workflow that runs suites on every push."""

import argparse
import json
import shlex
import sys
import tomllib
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path

from eval.reports.write import write_whole
from rag import MisuseError
from rag.internal import data_text

WORKFLOW = Path(".github") / "workflows" / "footnote.yml"
_REPORTS = (
    "--html footnote-reports/report.html --junit footnote-reports/junit.xml "
    '--markdown "$GITHUB_STEP_SUMMARY"'
)


def init_ci(args: argparse.Namespace) -> int:
    """Write the workflow and say so; return the exit code.

    Raises:
        MisuseError, OperationError: as from `write_workflow`.
    """
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
