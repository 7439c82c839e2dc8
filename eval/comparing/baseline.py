"""Keeps a run's results in a committed JSON file, one case a line so that changes can be read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from eval.reports.write import write_whole
from eval.results import CaseResult, Report
from eval.results_json import case_from_row, case_to_json
from rag import MisuseError, Usage

_FORMAT = 1


class BaselineError(MisuseError):
    """A baseline file is missing or not as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The results that a run is compared with."""

    suite: str
    fingerprint: Mapping[str, str]
    cases: tuple[CaseResult, ...]
    """Without evidence, passages, times and costs."""


def baseline_of(report: Report) -> Baseline:
    """Return what is kept of a report."""
    return Baseline(
        suite=report.suite,
        fingerprint=report.fingerprint,
        cases=tuple(_kept(case) for case in report.cases),
    )


def load_baseline(path: Path) -> Baseline:
    """Read a baseline file.

    Raises:
        BaselineError: it cannot be read or is not what `save_baseline` writes.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            raise ValueError(f"its format is {content['format']!r}, but {_FORMAT} is needed")
        fingerprint = {str(name): str(value) for name, value in content["fingerprint"].items()}
        cases = tuple(case_from_row(row) for row in content["cases"])
        return Baseline(suite=str(content["suite"]), fingerprint=fingerprint, cases=cases)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BaselineError(
            f"baseline {str(path)!r} cannot be read ({_first_line(error)}): write it anew with "
            "`footnote eval --update-baseline`"
        ) from error


def save_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline file, whole or not at all; its folder is made.

    Raises:
        OperationError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {"format": _FORMAT, "suite": baseline.suite, "fingerprint": dict(baseline.fingerprint)}
    opening = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    rows = ",\n".join(case_to_json(case) for case in baseline.cases)
    write_whole(path, [f'{opening},\n "cases": [\n{rows}\n]}}\n'])


def _kept(case: CaseResult) -> CaseResult:
    cited = tuple(
        replace(citation, passage="", source=PurePath(citation.source).name)
        for citation in case.citations
    )
    return replace(
        case,
        evidence=(),
        sentences=(),
        citations=cited,
        retrieved=(),
        confidence=round(case.confidence, 4),
        seconds=0.0,
        usage=Usage(),
        scores={name: round(value, 4) for name, value in case.scores.items()},
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
