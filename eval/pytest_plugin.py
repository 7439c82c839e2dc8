"""A pytest plugin: each gold case is a test. It imports nothing of Footnote until it is used.

`pytest --footnote-gold FILE` collects every case of a gold file, wherever it lies and whatever
pytest leaves out (`--ignore`). A test marked `@pytest.mark.footnote_gold("FILE")` is run once for
each case, with its result as the fixture `footnote_case`. A case that fails is told in one line,
question, expected and got, with what the answer quoted: no line of code is at fault, so none is
shown.
"""

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _pytest._code.code import ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter

if TYPE_CHECKING:
    from eval.results import CaseResult
    from eval.suites.cases import GoldCase
    from rag import Assistant, Settings

_ASSISTANT: "pytest.StashKey[Assistant]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("footnote")
    group.addoption(
        "--footnote-gold", action="append", default=[], metavar="FILE", help="gold file to run"
    )
    group.addoption(
        "--footnote-library", metavar="DIR", help="library that is asked (default: yours)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and refuse gold files and settings that cannot be used."""
    config.addinivalue_line(
        "markers", "footnote_gold(file): run for each case of a gold file, as `footnote_case`"
    )
    try:
        for path in _gold_files(config):
            _cases(path, config)
    except pytest.Collector.CollectError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Put the gold files last of what is collected: pytest passes over some that it is given."""
    report = yield
    if isinstance(collector, pytest.Session) and report.passed:
        named = [
            GoldFile.from_parent(collector, path=path) for path in _gold_files(collector.config)
        ]
        report.result = [*(report.result or ()), *named]
    return report


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the gold files that were named where pytest comes upon them."""
    if file_path in _gold_files(parent.config):
        return GoldFile.from_parent(parent, path=file_path)
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a marked test one call for each case."""
    marker = metafunc.definition.get_closest_marker("footnote_gold")
    if marker is None or "footnote_case" not in metafunc.fixturenames:
        return
    path = metafunc.definition.path.parent / marker.args[0]
    cases = _cases(path, metafunc.config)
    metafunc.parametrize("footnote_case", cases, ids=[case.id for case in cases], indirect=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the library, if it was opened."""
    assistant = config.stash.get(_ASSISTANT, None)
    if assistant is not None:
        assistant.close()


@pytest.fixture
def footnote_case(request: pytest.FixtureRequest) -> "CaseResult":
    """Ask the case's question and return its result; `problems` is empty where it passed.

    Where the test fails, it is told as a case of a gold file is.
    """
    from rag import FootnoteError

    try:
        result = _asked(request.config, request.param)
    except FootnoteError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    if not result.passed:
        request.node.add_report_section("call", "footnote", "\n".join(_told(result)))
    return result


class GoldFile(pytest.File):
    """A gold file: a test for each case."""

    def collect(self) -> Iterable[pytest.Item]:
        """Yield the cases, but none where pytest came upon the file before."""
        if isinstance(self.parent, pytest.Session) and any(
            isinstance(item, GoldItem) and item.path == self.path for item in self.session.items
        ):
            return
        for case in _cases(self.path, self.config):
            yield GoldItem.from_parent(self, name=case.id, case=case)


class GoldItem(pytest.Item):
    """One case as a test."""

    def __init__(self, *, case: "GoldCase", **named: object) -> None:
        super().__init__(**named)  # type: ignore[arg-type]
        self._case = case

    def runtest(self) -> None:
        """Ask, and fail with what is wrong."""
        result = _asked(self.config, self._case)
        if not result.passed:
            raise GoldFailedError(result)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str | TerminalRepr:
        """Say what was asked, expected and got; what Footnote refused, in its own sentence."""
        from rag import FootnoteError

        if isinstance(excinfo.value, GoldFailedError):
            line, *rest = _told(excinfo.value.result)
            return _Told(self.path, self._case.line or 1, line, rest)
        if isinstance(excinfo.value, FootnoteError):
            return _Told(self.path, self._case.line or 1, str(excinfo.value), [])
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the case and its line."""
        return self.path, (self._case.line or 1) - 1, self._case.id


class _Told(TerminalRepr):
    """A failure in words: the first line is also pytest's summary of it, and an IDE's."""

    def __init__(self, path: Path, number: int, line: str, rest: list[str]) -> None:
        self.reprcrash = ReprFileLocation(str(path), number, line)
        self._rest = rest

    def toterminal(self, tw: TerminalWriter) -> None:
        tw.line(self.reprcrash.message, red=True, bold=True)
        for line in self._rest:
            tw.line(line)


class GoldFailedError(Exception):
    """A case that failed."""

    def __init__(self, result: "CaseResult") -> None:
        super().__init__("; ".join(result.problems))
        self.result = result


def _gold_files(config: pytest.Config) -> list[Path]:
    """Return the files that were named, each once and as pytest names what it collects."""
    named = config.getoption("--footnote-gold")
    return list(dict.fromkeys((config.invocation_params.dir / path).resolve() for path in named))


def _cases(path: Path, config: pytest.Config) -> tuple["GoldCase", ...]:
    """Read a gold file, and check what answers it before the first case is asked."""
    from eval.suites.files import load_suite
    from rag import FootnoteError

    if path.is_dir():
        raise pytest.Collector.CollectError(
            f"gold file '{path}' is a folder: name a gold file in it, as in --footnote-gold FILE"
        )
    try:
        cases = load_suite(path).cases
        if not config.getoption("collectonly"):
            _check_settings(config)
    except FootnoteError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    return cases


def _check_settings(config: pytest.Config) -> None:
    from rag import Assistant

    if _ASSISTANT not in config.stash:
        settings = _settings(config)
        Assistant.open(settings, model="extractive").adjusted(model=settings.llm)


def _settings(config: pytest.Config) -> "Settings":
    from rag import Settings

    return Settings.load(library=config.getoption("--footnote-library"), log=False)


def _asked(config: pytest.Config, case: "GoldCase") -> "CaseResult":
    from eval.running.suite import run_case
    from eval.suites.cases import source_texts
    from rag import Assistant

    assistant = config.stash.get(_ASSISTANT, None)
    if assistant is None:
        assistant = Assistant.open(_settings(config))
        assistant.library.seed()
        config.stash[_ASSISTANT] = assistant
    texts = source_texts(assistant.library, {quote.document for quote in case.evidence})
    return run_case(assistant, case, texts)


def _told(result: "CaseResult") -> list[str]:
    from eval.reports.platforms import details, in_a_line

    return [in_a_line(result), *details(result)]
