"""Writes report files, each whole or not at all, and runs as JSON for other programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from eval.reports.html import html
from eval.reports.markdown import markdown
from eval.reports.platforms import code_quality, comment, junit
from eval.reports.suite import SuiteRun
from rag import MisuseError, OperationError
from rag.internal import whole_file


def check_target(path: Path) -> None:
    """Make sure, before a long run, that a report can be put there.

    Raises:
        MisuseError: its folder does not exist or takes no file, or it is a folder itself.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise MisuseError(f"a report cannot be {str(path)!r}: name a file in a folder that exists")
    if path.exists() and not path.is_file():
        return
    try:
        with TemporaryFile(dir=path.resolve().parent):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise MisuseError(
            f"a report cannot be {str(path)!r}, since its folder takes no file ({reason}): name a "
            "file in another folder"
        ) from error


def check_targets(targets: Mapping[str, Path], read: Iterable[Path]) -> None:
    """Make sure that no report is written over what a run reads, or over another report.

    Args:
        targets: where each report is put, by the option that names it.
        read: the files of the run that are to stay as they are.

    Raises:
        MisuseError: one would be, or cannot be put there.
    """
    kept = {path.resolve() for path in read}
    taken = dict[Path, str]()
    for option, path in targets.items():
        check_target(path)
        place = path.resolve()
        if place in kept:
            raise MisuseError(
                f"{option} would write over {str(path)!r}, which this run reads: name another file"
            )
        if place in taken and not (path.exists() and not path.is_file()):
            raise MisuseError(
                f"{taken[place]} and {option} would both write {str(path)!r}: name two files"
            )
        taken[place] = option


def write_reports(
    runs: Sequence[SuiteRun],
    *,
    html_path: Path | None = None,
    junit_path: Path | None = None,
    markdown_path: Path | None = None,
    comment_path: Path | None = None,
    code_quality_path: Path | None = None,
    root: Path | None = None,
) -> None:
    """Write the reports that a path is given for.

    Args:
        runs: what they are of.
        html_path: of the report for reading.
        junit_path: of the JUnit XML.
        markdown_path: of a CI job's summary.
        comment_path: of a pull request's comment, as Markdown.
        code_quality_path: of GitLab's code quality report.
        root: the repository's folder, from which that names gold files; None is the working
            folder.

    Raises:
        OperationError: one cannot be written; those before it are.
    """
    if junit_path:
        write_whole(junit_path, [junit(runs)])
    if markdown_path:
        write_whole(markdown_path, [markdown(runs)])
    if comment_path:
        write_whole(comment_path, [comment(runs)])
    if code_quality_path:
        write_whole(code_quality_path, [code_quality(runs, root=root or Path.cwd())])
    if html_path:
        write_whole(html_path, html(runs))


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write the pieces to a file as UTF-8; what stood there stays until all is written.

    What is no regular file, such as /dev/stdout, is written to as it is.

    Raises:
        OperationError: it cannot be written; nothing is left behind.
    """
    try:
        if path.exists() and not path.is_file():
            _write(path, pieces)
        else:
            with whole_file(path) as part:
                _write(part, pieces)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OperationError(
            f"the report {str(path)!r} could not be written ({reason}): name another file"
        ) from error


def as_json(runs: Sequence[SuiteRun]) -> str:
    """Return all runs with every case, their comparisons and gates, ASCII only."""
    content = {
        "passed": all(run.gate.passed for run in runs),
        "suites": [
            _report(run)
            | {
                "gate": asdict(run.gate) | {"passed": run.gate.passed},
                "failed": [case.id for case in run.report.failures],
                "comparison": _comparison(run),
            }
            for run in runs
        ],
    }
    return json.dumps(content, ensure_ascii=True, indent=2)


def _write(path: Path, pieces: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


def _report(run: SuiteRun) -> dict[str, Any]:
    """Return a report, with titles and sources beside their cards too, for one version more."""
    report = asdict(run.report)
    for case in report["cases"]:
        for cited in case["citations"]:
            cited |= {name: cited["card"][name] for name in ("title", "source")}
        for passage in case["retrieved"]:
            passage["title"] = passage["card"]["title"]
    return report


def _comparison(run: SuiteRun) -> dict[str, object] | None:
    if run.comparison is None:
        return None
    return {name: value for name, value in asdict(run.comparison).items() if name != "before"}
