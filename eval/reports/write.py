"""Writes report files, each whole or not at all: the page of HTML, and all the other forms.

The page asks for nothing else; its words are in `eval.reports.view`. Templates escape all that they
are given; text that HTML cannot hold is made visible before. It has no script, and its policy
forbids scripts, other styles and every request.
"""

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from eval.reports.lines import markdown
from eval.reports.platforms import code_quality, comment, junit
from eval.reports.suite import SuiteRun, could_be, doubt, value_now
from eval.reports.view import MOST_KINDS, suite_view
from eval.reports.wording import between, cut, fit, in_words, named, percent
from rag import MisuseError, OperationError
from rag.internal import data_file, data_text, whole_file

if TYPE_CHECKING:
    import jinja2


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
        with TemporaryFile(dir=os.path.dirname(os.path.realpath(path))):
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
    kept = {Path(os.path.realpath(path)) for path in read}
    taken = dict[Path, str]()
    for option, path in targets.items():
        check_target(path)
        place = Path(os.path.realpath(path))
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
    with open(path, "w", encoding="utf-8", newline="\n", opener=_at_once) as file:
        file.writelines(pieces)


def _at_once(path: str, flags: int) -> int:
    """Open a file as `open` does, but a pipe that nobody reads is an error and not waited for."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(descriptor, True)
    return descriptor


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


_BUFFER = 20
MOST_SHOWN = 200
"""Cases in a `section`."""


def html(runs: Sequence[SuiteRun]) -> Iterator[str]:
    """Return the runs as one self-contained HTML document, in pieces to be written as they come.

    Encode it as UTF-8: every character that cannot be encoded has been made visible. Memory
    stays that of one case whatever their number.
    """
    suites = [suite_view(run, number=number) for number, run in enumerate(runs)]
    style = _style() + "".join(_filter_rules(view.number, len(view.kinds) - 1) for view in suites)
    stream = (
        _templates()
        .get_template("report.html.j2")
        .stream(
            suites=suites,
            passed=all(run.gate.passed for run in runs),
            model=in_words("fact", _shared(runs, "model")),
            version=_shared(runs, "version"),
            style=style,
            style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
        )
    )
    stream.enable_buffering(_BUFFER)
    return iter(stream)


def section(run: SuiteRun, *, name: str = "") -> str:
    """Return one suite as HTML that another page can hold inside `style`'s reach.

    `name` is what that page calls the suite; empty is the name of its file.

    The worst news comes first, and no more than `MOST_SHOWN` cases, of which those that failed
    are seen at first. All text is escaped as in the report.
    """
    view = suite_view(run, number=0, most=MOST_SHOWN, name=name)
    return _templates().get_template("suite.html.j2").render(suite=view)


def section_style(around: str) -> str:
    """Return the style sheet of a `section`, for elements inside the selector `around` alone.

    The colours that it names (`--paper`, `--ink`, ...) are the page's own.
    """
    return f"{around} {{\n{_read('suite.css')}{_filter_rules(0, MOST_KINDS)}}}\n"


def _shared(runs: Sequence[SuiteRun], fact: str) -> str:
    values = [run.report.fingerprint.get(fact, "") for run in runs]
    return ", ".join(value for value in dict.fromkeys(values) if value)


def _filter_rules(suite: int, kinds: int) -> str:
    """Return the rules by which a chosen tag hides other cases; made of numbers only."""
    # Looking into the filter alone: a rule that looked into the whole suite would be checked anew
    # for each case that a browser reads, which took 20 s for 10,000 of them.
    return "".join(
        f".filter:has(#s{suite}-kind-{kind}:checked) ~ .list > .case:not(.kind-{kind}, :target)"
        "{display:none}\n"
        for kind in range(kinds)
    )


@cache
def _templates() -> "jinja2.Environment":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        between=lambda rate: between(rate.low, rate.high),
        could_be=could_be,
        cut=cut,
        doubt=doubt,
        fact=lambda name: named("fact", name),
        now=value_now,
        of100=lambda share: f"{100 * share:.2f}",
        percent=percent,
        reason=lambda code: in_words("reason", code),
        value=lambda value: in_words("fact", value),
        verdict=lambda name: in_words("verdict", name),
    )
    return environment


def _visible(value: object) -> object:
    return fit(value) if type(value) is str else value


def _style() -> str:
    """Return the style sheet with its fonts in it."""

    def as_data(found: re.Match[str]) -> str:
        content = data_file("eval", f"reports/fonts/{found[1]}").read_bytes()
        return f"url(data:font/woff2;base64,{base64.b64encode(content).decode('ascii')})"

    framed = re.sub(r'url\("([\w-]+\.woff2)"\)', as_data, _read("report.css"))
    return framed + _read("suite.css")


def _read(name: str) -> str:
    return data_text("eval", f"reports/{name}")
