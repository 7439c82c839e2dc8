"""Keeps finished cases in a file while a run goes on, so that an ended run can be resumed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import filelock

from eval.results import CaseResult, case_from_row, case_to_json
from rag import MisuseError, OperationError


class Journal:
    """The finished cases of a run over one or more suites, a line each; for one process.

    Use it as a context manager. A last line that was cut short by a crash is dropped.

    Raises:
        MisuseError: the file is no journal, or its folder does not exist.
        OperationError: another process uses the file, or it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = filelock.FileLock(f"{path}.lock")
        self._file: TextIO | None = None
        self._done: dict[tuple[str, str], CaseResult] = {}
        self._runs: dict[str, str] = {}

    def __enter__(self) -> Self:
        if not self._path.parent.is_dir():
            raise MisuseError(f"journal {str(self._path)!r}: name a file in a folder that exists")
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise OperationError(
                f"journal {str(self._path)!r} is used by another run: wait for it or name another"
            ) from error
        try:
            self._read()
            self._file = self._path.open("a", encoding="utf-8")
        except OSError as error:
            self._lock.release()
            raise OperationError(
                f"journal {str(self._path)!r} cannot be used ({error.strerror}): name another"
            ) from error
        except MisuseError:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file:
            self._file.close()
        self._lock.release()

    def begin(self, suite: str, fingerprint: Mapping[str, str]) -> None:
        """Say what a suite's run depends on.

        Raises:
            MisuseError: the file's earlier run of the suite depended on something else.
        """
        digest = hashlib.sha256(json.dumps(dict(fingerprint), sort_keys=True).encode()).hexdigest()
        if self._runs.setdefault(suite, digest) != digest:
            raise MisuseError(
                f"journal {str(self._path)!r} is of a run with other settings, articles or "
                f"questions of {suite!r}: remove it or name another"
            )
        self._write(json.dumps({"suite": suite, "run": digest}))

    def finished(self, suite: str, case_id: str) -> CaseResult | None:
        """Return a finished case's result; None where there is none."""
        return self._done.get((suite, case_id))

    def add(self, suite: str, case: CaseResult) -> None:
        """Keep a result."""
        self._write(f'{{"suite": {json.dumps(suite)}, "case": {case_to_json(case)}}}')

    def _write(self, line: str) -> None:
        if self._file is None:
            raise OperationError(f"journal {str(self._path)!r} is not open")
        self._file.write(line + "\n")
        self._file.flush()

    def _read(self) -> None:
        if not self._path.exists():
            return
        text = self._path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        for number, line in enumerate(whole.split("\n")[:-1], start=1):
            self._take(line, number)
        if whole != text:
            self._path.write_text(whole, encoding="utf-8")

    def _take(self, line: str, number: int) -> None:
        try:
            row = json.loads(line)
            if "run" in row:
                self._runs[row["suite"]] = row["run"]
            else:
                case = case_from_row(row["case"])
                self._done[row["suite"], case.id] = case
        except (ValueError, KeyError, TypeError) as error:
            raise MisuseError(
                f"{self._path}:{number}: not the journal of a run: name another file"
            ) from error
