"""Carries out `footnote eval init-ci`: writes what runs suites in GitHub Actions or GitLab CI."""

import argparse
import json
import os
import shlex
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from eval.comparing.comparison import baseline_beside
from eval.reports.platforms import MARKER
from eval.reports.write import write_whole
from eval.suites.files import suite_name
from rag import MisuseError
from rag.internal import data_text, read_named

GITHUB = Path(".github") / "workflows" / "footnote.yml"
GITLAB = Path(".gitlab") / "footnote.yml"
GITLAB_ROOT = Path(".gitlab-ci.yml")
INCLUDE = f"include:\n  - local: {GITLAB.as_posix()}\n"
_TORCH = "python -m pip install torch --index-url https://download.pytorch.org/whl/cpu"
# PyPI's build for Linux brings some gigabytes of CUDA, which a runner without a GPU never uses.
_REPORTS = "--html footnote-reports/report.html --junit footnote-reports/junit.xml"
_SUMMARY = '--markdown "$GITHUB_STEP_SUMMARY" --format github'
_COMMENT = "--comment footnote-reports/comment.md"
_CODE_QUALITY = "--code-quality footnote-reports/code-quality.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What CI is to do."""

    folder: Path
    """The repository's root."""
    suites: Sequence[str] = ()
    """Gold files as seen from there; none runs the shipped suite."""
    articles: Sequence[str] = ()
    """What is added to the library first."""
    install: str | None = None
    """What pip installs; None takes what this Footnote was installed from."""
    replace: bool = False
    """Whether what is there already is replaced."""
    comment: bool = False
    """Whether a pull request gets a comment, which needs the permission to write one."""


def init_ci(args: argparse.Namespace) -> int:
    """Write what the arguments ask for and say so; return the exit code.

    Raises:
        MisuseError, OperationError: as from `write_workflow`.
    """
    plan = Plan(
        folder=Path.cwd(),
        suites=args.suites,
        articles=args.articles,
        install=args.install,
        replace=args.force,
        comment=args.comment,
    )
    if args.gitlab and args.comment:
        raise MisuseError(
            "--comment is for GitHub; GitLab shows wrong answers in the merge request without it"
        )
    sys.stdout.write((write_pipeline if args.gitlab else write_workflow)(plan) + "\n")
    return 0


def write_workflow(plan: Plan) -> str:
    """Write a workflow of GitHub Actions into a repository; return what was done, as text.

    Raises:
        MisuseError: there is one already, a path is missing, not inside the repository or cannot
            stand in a workflow, or nobody knows what pip should install.
        OperationError: it cannot be written.
    """
    reports = [_REPORTS, _SUMMARY, *([_COMMENT] if plan.comment else [])]
    comment = ", in a comment" if plan.comment else ""
    _write(plan, GITHUB, template="ci/github.yml.j2", reports=reports)
    return _told(
        plan, GITHUB, f"in the job's summary, at their lines of gold{comment} and in the reports"
    )


def write_pipeline(plan: Plan) -> str:
    """Write a job of GitLab CI into a repository; return what was done and is left, as text.

    Where there is no `.gitlab-ci.yml`, one is written that includes the job.

    Raises:
        MisuseError, OperationError: as from `write_workflow`.
    """
    _write(plan, GITLAB, template="ci/gitlab.yml.j2", reports=[_REPORTS, _CODE_QUALITY])
    told = _told(plan, GITLAB, "in the merge request and in the reports")
    root = plan.folder / GITLAB_ROOT
    if not root.exists():
        write_whole(root, [INCLUDE])
        return f"{told}, with {GITLAB_ROOT}, which includes it"
    if GITLAB.as_posix() in read_named(root).decode("utf-8", "replace"):
        return told
    return f"{told}, after you have added to {GITLAB_ROOT}:\n{INCLUDE}".rstrip()


def _write(plan: Plan, target: Path, *, template: str, reports: Sequence[str]) -> None:
    if (plan.folder / target).exists() and not plan.replace:
        raise MisuseError(f"{target} is there already: --force replaces it")
    if plan.suites and not plan.articles:
        raise MisuseError("the suites need their articles in CI: name them with --articles")
    if plan.articles and not plan.suites:
        raise MisuseError("the shipped suite asks of no other articles: name a SUITE for yours")
    suites, articles = _inside(plan, plan.suites), _inside(plan, plan.articles)
    install = _sound(plan.install or _installed_from(plan.folder))
    watched = [*articles, *_judged_by(suites), target.as_posix()]
    # What answers may be in the repository itself, where any change may change an answer.
    anywhere = install == "." or not suites
    text = (
        _environment()
        .from_string(data_text("eval", template))
        .render(
            target=target.as_posix(),
            branches=_branches(plan.folder),
            paths=[] if anywhere else _globs(plan, watched),
            hashed=", ".join(map(_literal, _globs(plan, articles))),
            install=[_TORCH, f"python -m pip install {shlex.quote(install)}"],
            add=shlex.join(["footnote", "add", "--prune", *articles]) if articles else "",
            ask=" ".join([shlex.join(["footnote", "eval", *suites]), *reports]),
            comment=plan.comment,
            marker=MARKER,
        )
    )
    (plan.folder / target).parent.mkdir(parents=True, exist_ok=True)
    write_whole(plan.folder / target, [text])


def _environment() -> Environment:
    """Return what fills the templates: square brackets, since GitHub's expressions have curly ones.

    Strings become YAML by the filter `json`.
    """
    made = Environment(
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,
    )
    made.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)
    return made


def _inside(plan: Plan, paths: Iterable[str]) -> list[str]:
    """Return the paths as seen from the repository's root.

    Raises:
        MisuseError: one is not there, not in the repository, or cannot stand in a workflow.
    """
    root = plan.folder.resolve()
    found = []
    for path in paths:
        if not (root / path).resolve().is_relative_to(root) or not (root / path).exists():
            raise MisuseError(f"{path!r} is not in this repository: name files that CI has too")
        found.append(Path(_sound(os.path.relpath(root / path, root))).as_posix())
    return found


def _sound(text: str) -> str:
    """Return a text that can stand in a workflow.

    Raises:
        MisuseError: it cannot; `${{` begins an expression wherever it stands.
    """
    if not text.isprintable() or "${{" in text:
        raise MisuseError(f"{text!r} cannot stand in a workflow: use a plain name")
    return text


def _judged_by(suites: Iterable[str]) -> list[str]:
    """Return the files that a verdict depends on, whether they are there or only may be."""
    paths = [Path(suite) for suite in suites]
    beside = [baseline_beside(path, name=suite_name(path)) for path in paths]
    limits = dict.fromkeys(path.parent / "thresholds.toml" for path in paths)
    return [path.as_posix() for path in (*paths, *beside, *limits)]


def _globs(plan: Plan, paths: Iterable[str]) -> list[str]:
    """Return the patterns that match the files, and all files of the folders."""
    found = []
    for path in paths:
        plain = "".join(f"\\{mark}" if mark in "\\*?+[]!" else mark for mark in path)
        inner = "**" if path == "." else f"{plain}/**"
        found.append(inner if (plan.folder / path).is_dir() else plain)
    return found


def _literal(text: str) -> str:
    """Return a text as a string of GitHub's expressions."""
    return "'" + text.replace("'", "''") + "'"


def _branches(folder: Path) -> list[str]:
    """Return the branch that the repository's origin shows first; its usual names if unknown."""
    head = folder / ".git" / "refs" / "remotes" / "origin" / "HEAD"
    known = head.read_text(encoding="utf-8").strip() if head.is_file() else ""
    name = known.removeprefix("ref: refs/remotes/origin/")
    return [name] if name and name != known else ["main", "master"]


def _told(plan: Plan, target: Path, where: str) -> str:
    added = f"adds {' '.join(plan.articles)}, " if plan.articles else ""
    asked = " ".join(plan.suites) or "the shipped suite"
    return (
        f"wrote {target}: it installs {plan.install or _installed_from(plan.folder)}, {added}asks "
        f"{asked}, and shows wrong answers {where}; commit it to switch it on"
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
