"""Writes runs as one JSON object, with every case, for other programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from eval.reports.suite import SuiteRun


def as_json(runs: Sequence[SuiteRun]) -> str:
    """Return all runs with every case, their comparisons and gates, ASCII only."""
    content = {
        "passed": all(run.gate.passed for run in runs),
        "suites": [
            asdict(run.report)
            | {
                "gate": asdict(run.gate) | {"passed": run.gate.passed},
                "failed": [case.id for case in run.report.failures],
                "comparison": _comparison(run),
            }
            for run in runs
        ],
    }
    return json.dumps(content, ensure_ascii=True, indent=2)


def _comparison(run: SuiteRun) -> dict[str, object] | None:
    if run.comparison is None:
        return None
    return {name: value for name, value in asdict(run.comparison).items() if name != "before"}
