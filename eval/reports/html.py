"""Writes reports as one HTML file that asks for nothing else; the words are in `eval.reports.view`.

Templates escape all that they are given; text that HTML cannot hold is made visible before. The
page has no script, and its policy forbids scripts, other styles and every request.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from eval.reports.suite import SuiteRun, could_be, doubt, value_now
from eval.reports.text import between, cut, fit, named, percent
from eval.reports.view import MOST_KINDS, suite_view
from rag.internal import data_file, data_text

if TYPE_CHECKING:
    import jinja2


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
            model=_shared(runs, "model"),
            version=_shared(runs, "version"),
            style=style,
            style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
        )
    )
    stream.enable_buffering(_BUFFER)
    return iter(stream)


def section(run: SuiteRun) -> str:
    """Return one suite as HTML that another page can hold inside `style`'s reach.

    The worst news comes first, and no more than `MOST_SHOWN` cases, of which those that failed
    are seen at first. All text is escaped as in the report.
    """
    view = suite_view(run, number=0, most=MOST_SHOWN)
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
        reason=lambda code: named("reason", code),
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
