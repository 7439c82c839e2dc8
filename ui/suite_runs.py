"""Runs gold suites one at a time, tells how far a run is, keeps and shows each's last result."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory

from eval import (
    CaseResult,
    Report,
    SuiteRun,
    baseline_beside,
    baseline_of,
    compare,
    gate,
    junit,
    keep_run,
    kept_runs,
    load_baseline,
    load_results,
    load_suite,
    past_runs,
    run,
    save_baseline,
    section,
    shipped_suite,
    summarise,
    thresholds_of,
    write_reports,
)
from rag import Assistant, FootnoteError, MisuseError, OperationError
from rag.internal import seed_paths
from ui.guard import private_folder

_BETWEEN_UPDATES = 0.2
"""Seconds."""
_TEMPLATE_SIGNS = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;"})


class _StoppedError(Exception):
    """Nobody waits for the run any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is."""

    done: int
    total: int
    question: str
    """The one that was answered last; empty before the first."""


class SuiteRuns:
    """The suites of one assistant: the user's questions, and the shipped ones. Thread-safe."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._running = threading.Lock()
        self._writing = threading.Lock()
        self._last: dict[Path, SuiteRun] = {}

    @property
    def own(self) -> Path:
        """The file of the user's gold questions, whether it is there or not."""
        return self._assistant.settings.gold_file

    def suites(self) -> dict[str, Path]:
        """Return the suites that can be run, by what a page calls them; the user's own first."""
        own = {"Your questions": self.own} if self.own.exists() else {}
        return {**own, "Shipped questions": shipped_suite()}

    def last(self, suite: Path) -> SuiteRun | None:
        """Return the last result of a suite, also of a page before; None before the first."""
        if suite not in self._last:
            found = _kept(suite)
            if found:
                self._last[suite] = found
        return self._last.get(suite)

    def files(self, suite: Path) -> tuple[Path | None, Path | None]:
        """Return the report and the JUnit XML of the last result, written when they are not there.

        None and None without a result.
        """
        last = self.last(suite)
        if last is None:
            return None, None
        text = junit([last])
        folder = private_folder() / "reports" / hashlib.sha256(text.encode()).hexdigest()[:16]
        paths = folder / "report.html", folder / "junit.xml"
        with self._writing:
            if not all(path.exists() for path in paths):
                folder.mkdir(parents=True, exist_ok=True)
                write_reports([last], html_path=paths[0], junit_path=paths[1])
        return paths

    def since(self, suite: Path) -> str:
        """Say which questions of a suite its last result has no answer to; empty where none."""
        last = self.last(suite)
        if last is None:
            return ""
        asked = {
            (case.id, case.question, case.expected, case.must_include) for case in last.report.cases
        }
        try:
            cases = load_suite(suite).cases
            now = {(case.id, case.question, case.answers, case.must_include) for case in cases}
        except FootnoteError:
            return ""  # What is wrong with it is said when it is run.
        new = len(now - asked)
        if not new:
            return ""
        are = "question is" if new == 1 else "questions are"
        return f"{new} {are} new or changed since this run: run the suite to ask them."

    def running(self, suite: Path) -> Iterator[Progress | None]:
        """Run a suite, yielding how far it is, None while another run is waited for.

        Its result is then `last`. Closing the iterator ends the run, and the last result stays.

        Raises:
            MisuseError: The suite, its baseline or the thresholds are not as they should be.
            OperationError: The library cannot be used.
        """
        while not self._running.acquire(timeout=_BETWEEN_UPDATES):
            yield None
        try:
            yield from self._run(suite)
        finally:
            self._running.release()

    def keep_as_baseline(self, suite: Path) -> None:
        """Keep the last result of the user's own suite, to compare later ones with.

        Raises:
            MisuseError: It is the shipped suite, or was not run.
            OperationError: The file cannot be written.
        """
        done = self.last(suite)
        if suite != self.own or done is None:
            raise MisuseError("only a result of your own questions is kept: run them first")
        save_baseline(baseline_beside(suite, name=done.report.suite), baseline_of(done.report))

    def _run(self, path: Path) -> Iterator[Progress]:
        suite = load_suite(path)
        decide = _gate_of(path, suite.name)
        total = len(suite.cases)
        yield Progress(done=0, total=total, question="")
        cases: SimpleQueue[CaseResult] = SimpleQueue()
        stopped = threading.Event()

        def on_case(case: CaseResult) -> None:
            if stopped.is_set():
                raise _StoppedError
            cases.put(case)

        with self._asked(path) as assistant:
            work = _Work(lambda: run(assistant, suite, on_case=on_case))
            try:
                done = 0
                while not work.ended or not cases.empty():
                    for case in _waiting(cases):
                        done += 1
                        told = Progress(done=done, total=total, question=case.question)
                    if done:
                        yield told
                found = decide(work.report())
                # Where it cannot be kept, the page shows it all the same.
                with suppress(OperationError):
                    keep_run(path, found)
                self._last[path] = replace(found, past=past_runs(path))
            finally:
                stopped.set()
                work.wait()

    def _asked(self, suite: Path) -> AbstractContextManager[Assistant]:
        """Return what a suite is asked of: the library, or one of the shipped article alone."""
        if suite != shipped_suite():
            return nullcontext(self._assistant)
        return _with_shipped_article(self._assistant)


class _Work:
    """A run in a thread of its own, so that its progress can be told meanwhile."""

    def __init__(self, work: Callable[[], Report]) -> None:
        self._work = work
        self._report: Report | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._do, daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def wait(self) -> None:
        self._thread.join()

    def report(self) -> Report:
        if self._report is None:
            raise self._error or AssertionError("a run that ended has a report or an error")
        return self._report

    def _do(self) -> None:
        try:
            self._report = self._work()
        except BaseException as error:  # noqa: BLE001  # raised again by whoever asks for the report
            self._error = error


@contextmanager
def _with_shipped_article(assistant: Assistant) -> Iterator[Assistant]:
    with TemporaryDirectory(prefix="footnote-page-eval-", ignore_cleanup_errors=True) as folder:
        settings = assistant.settings.changed(
            library=Path(folder) / "library", vectors=None, seeds=False, log=False
        )
        with Assistant.open(settings) as apart:
            apart.library.add(*seed_paths())
            yield apart


def _gate_of(suite: Path, name: str) -> Callable[[Report], SuiteRun]:
    """Return what holds a report against what is kept beside the suite, which is read at once."""
    path, thresholds = baseline_beside(suite, name=name), thresholds_of(suite)
    kept = load_baseline(path, suite=name) if path.exists() else None

    def decide(report: Report) -> SuiteRun:
        comparison = compare(report, kept) if kept else None
        decided = gate(report, thresholds, comparison)
        return SuiteRun(report=report, gate=decided, comparison=comparison)

    return decide


def _kept(suite: Path) -> SuiteRun | None:
    """Return the last result that is kept, held against what stands beside the suite today."""
    try:
        runs = kept_runs(suite).runs
        if not runs:
            return None
        results = load_results(runs[-1].path)
        gold = {(case.id, case.question): case for case in load_suite(suite).cases}
        cases = [
            replace(case, evidence=of.evidence, file=of.file, line=of.line)
            if (of := gold.get((case.id, case.question)))
            else case
            for case in results.cases
        ]
        report = summarise(results.suite, cases, fingerprint=results.fingerprint)
        return replace(_gate_of(suite, results.suite)(report), past=past_runs(suite))
    except FootnoteError:
        return None


def section_of(last: SuiteRun, *, name: str) -> str:
    """Return a result as HTML in which nothing is a sign of a template: Gradio compiles those."""
    at = f" · {last.past[-1].day}, {last.past[-1].at:%H:%M}" if last.past else ""
    return section(last, name=f"{name}{at}").translate(_TEMPLATE_SIGNS)


def _waiting(cases: "SimpleQueue[CaseResult]") -> Iterator[CaseResult]:
    """Yield the finished cases, having waited a moment for the first and for no more."""
    try:
        yield cases.get(timeout=_BETWEEN_UPDATES)
        while True:
            yield cases.get_nowait()
    except Empty:
        return
