"""Reports of evaluation runs: a terminal's text, JUnit XML, Markdown and one HTML file.

Each takes suite runs (`SuiteRun(report=…, gate=…, comparison=… or None)`) and returns text:

    terminal(runs, *, colour=False, failures=20) -> str
    junit(runs) -> str
    markdown(runs, *, most_bytes=1_000_000) -> str
    html(runs) -> Iterator[str]
    section(run) -> str, for a page of your own under section_style(SELECTOR)

`write_reports(runs, *, html_path=None, junit_path=None, markdown_path=None, ...)` writes files,
each whole or not at all, and `check_target(path)` refuses an impossible path before a long run.
What GitHub and GitLab read, `eval.reports.platforms` makes.
"""

from eval.reports.html import html, section, section_style
from eval.reports.markdown import markdown
from eval.reports.platforms import junit
from eval.reports.suite import SuiteRun
from eval.reports.terminal import terminal
from eval.reports.write import check_target, check_targets, write_reports

__all__ = [
    "SuiteRun",
    "check_target",
    "check_targets",
    "html",
    "junit",
    "markdown",
    "section",
    "section_style",
    "terminal",
    "write_reports",
]
