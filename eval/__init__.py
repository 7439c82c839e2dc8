"""Gold questions, metrics, runs, baselines, reports and gates: a client of `rag`.

    from eval import load_suite, run
    report = run(assistant, load_suite(Path("gold.jsonl")))

Import names from it as above and never the package itself, whose name is also that of a builtin.
They are loaded when they are first used, since every `footnote --help` loads this package.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.calibration import Calibration, calibrated
    from eval.comparing.baseline import Baseline, baseline_of, load_baseline, save_baseline
    from eval.comparing.comparison import compare
    from eval.comparing.gate import Thresholds, judge, load_thresholds
    from eval.datasets.beir import load_beir
    from eval.datasets.squad import load_squad
    from eval.reports import (
        SuiteRun,
        html,
        junit,
        markdown,
        section,
        section_style,
        terminal,
        write_reports,
    )
    from eval.results import CaseResult, Comparison, GateResult, MetricChange, Rate, Report
    from eval.running.beir import run_beir
    from eval.running.judge import Judge
    from eval.running.recorded import RecordingModel, ReplayedModel
    from eval.running.squad import run_squad
    from eval.running.suite import run
    from eval.shipped import baseline_beside, shipped_suite, shipped_thresholds
    from eval.suites.append import add_case
    from eval.suites.cases import GoldCase, GoldError, Quote, Suite
    from eval.suites.lint import lint
    from eval.suites.load import load_suite
    from eval.suites.suggest import suggested

_HOMES = {
    "eval.calibration": ("Calibration", "calibrated"),
    "eval.comparing.baseline": ("Baseline", "baseline_of", "load_baseline", "save_baseline"),
    "eval.comparing.comparison": ("compare",),
    "eval.comparing.gate": ("Thresholds", "judge", "load_thresholds"),
    "eval.datasets.beir": ("load_beir",),
    "eval.datasets.squad": ("load_squad",),
    "eval.reports": (
        "SuiteRun",
        "html",
        "junit",
        "markdown",
        "section",
        "section_style",
        "terminal",
        "write_reports",
    ),
    "eval.results": ("CaseResult", "Comparison", "GateResult", "MetricChange", "Rate", "Report"),
    "eval.running.beir": ("run_beir",),
    "eval.running.judge": ("Judge",),
    "eval.running.recorded": ("RecordingModel", "ReplayedModel"),
    "eval.running.squad": ("run_squad",),
    "eval.running.suite": ("run",),
    "eval.shipped": ("baseline_beside", "shipped_suite", "shipped_thresholds"),
    "eval.suites.append": ("add_case",),
    "eval.suites.cases": ("GoldCase", "GoldError", "Quote", "Suite"),
    "eval.suites.lint": ("lint",),
    "eval.suites.load": ("load_suite",),
    "eval.suites.suggest": ("suggested",),
}

__all__ = [
    "Baseline",
    "Calibration",
    "CaseResult",
    "Comparison",
    "GateResult",
    "GoldCase",
    "GoldError",
    "Judge",
    "MetricChange",
    "Quote",
    "Rate",
    "RecordingModel",
    "ReplayedModel",
    "Report",
    "Suite",
    "SuiteRun",
    "Thresholds",
    "add_case",
    "baseline_beside",
    "baseline_of",
    "calibrated",
    "compare",
    "html",
    "judge",
    "junit",
    "lint",
    "load_baseline",
    "load_beir",
    "load_squad",
    "load_suite",
    "load_thresholds",
    "markdown",
    "run",
    "run_beir",
    "run_squad",
    "save_baseline",
    "section",
    "section_style",
    "shipped_suite",
    "shipped_thresholds",
    "suggested",
    "terminal",
    "write_reports",
]


def __getattr__(name: str) -> object:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
