"""Gold questions, metrics, runs, baselines, reports and gates: a client of `rag`.

    from eval import load_suite, run
    report = run(assistant, load_suite(Path("gold.jsonl")))

Import names from it as above and never the package itself, whose name is also that of a builtin.
They are loaded when they are first used, since every `footnote --help` loads this package.
"""

from importlib import import_module
from typing import TYPE_CHECKING
from warnings import warn

if TYPE_CHECKING:
    from eval.comparing.comparison import (
        Baseline,
        SideBySide,
        baseline_beside,
        baseline_of,
        compare,
        load_baseline,
        save_baseline,
        side_by_side,
    )
    from eval.comparing.gate import (
        Thresholds,
        gate,
        load_thresholds,
        shipped_thresholds,
        thresholds_of,
    )
    from eval.comparing.history import (
        History,
        KeptRun,
        RunChange,
        change_between,
        find_run,
        keep_run,
        kept_runs,
        load_results,
        past_runs,
    )
    from eval.datasets.formats import load_beir, run_beir
    from eval.datasets.squad import load_squad, run_squad
    from eval.metrics.statistics import Calibration, calibrated
    from eval.reports.lines import markdown, terminal
    from eval.reports.platforms import junit
    from eval.reports.suite import SuiteRun
    from eval.reports.write import html, section, section_style, write_reports
    from eval.results import (
        CaseResult,
        Comparison,
        GateResult,
        MetricChange,
        Rate,
        Report,
        summarise,
    )
    from eval.running.recordings import RecordingModel, ReplayedModel
    from eval.running.suite import Judge, run
    from eval.suites.cases import GoldCase, GoldError, Quote, Suite
    from eval.suites.files import load_suite, shipped_suite
    from eval.suites.new_cases import (
        Proposal,
        add_case,
        known_cases,
        proposals,
        suggested,
        wordings,
    )
    from eval.suites.repair import lint
    from eval.suites.turning import Turned, turned_within

_HOMES = {
    "eval.comparing.comparison": "Baseline SideBySide baseline_beside baseline_of compare "
    "load_baseline save_baseline side_by_side",
    "eval.comparing.history": "History KeptRun RunChange change_between find_run keep_run "
    "kept_runs load_results past_runs",
    "eval.comparing.gate": "Thresholds gate load_thresholds shipped_thresholds thresholds_of",
    "eval.datasets.formats": "load_beir run_beir",
    "eval.datasets.squad": "load_squad run_squad",
    "eval.metrics.statistics": "Calibration calibrated",
    "eval.reports.lines": "markdown terminal",
    "eval.reports.platforms": "junit",
    "eval.reports.suite": "SuiteRun",
    "eval.reports.write": "html section section_style write_reports",
    "eval.results": "CaseResult Comparison GateResult MetricChange Rate Report summarise",
    "eval.running.recordings": "RecordingModel ReplayedModel",
    "eval.running.suite": "Judge run",
    "eval.suites.cases": "GoldCase GoldError Quote Suite",
    "eval.suites.files": "load_suite shipped_suite",
    "eval.suites.repair": "lint",
    "eval.suites.new_cases": "Proposal add_case known_cases proposals suggested wordings",
    "eval.suites.turning": "Turned turned_within",
}

__all__ = [
    "Baseline",
    "Calibration",
    "CaseResult",
    "Comparison",
    "GateResult",
    "GoldCase",
    "GoldError",
    "History",
    "Judge",
    "KeptRun",
    "MetricChange",
    "Proposal",
    "Quote",
    "Rate",
    "RecordingModel",
    "ReplayedModel",
    "Report",
    "RunChange",
    "SideBySide",
    "Suite",
    "SuiteRun",
    "Thresholds",
    "Turned",
    "add_case",
    "baseline_beside",
    "baseline_of",
    "calibrated",
    "change_between",
    "compare",
    "find_run",
    "gate",
    "html",
    "junit",
    "keep_run",
    "kept_runs",
    "known_cases",
    "lint",
    "load_baseline",
    "load_beir",
    "load_results",
    "load_squad",
    "load_suite",
    "load_thresholds",
    "markdown",
    "past_runs",
    "proposals",
    "run",
    "run_beir",
    "run_squad",
    "save_baseline",
    "section",
    "section_style",
    "shipped_suite",
    "shipped_thresholds",
    "side_by_side",
    "suggested",
    "summarise",
    "terminal",
    "thresholds_of",
    "turned_within",
    "wordings",
    "write_reports",
]


def __getattr__(name: str) -> object:
    if name == "judge":
        warn(
            "eval.judge is eval.gate now, for a judge is a language model that grades answers",
            DeprecationWarning,
            stacklevel=2,
        )
        name = "gate"
    home = next((home for home, names in _HOMES.items() if name in names.split()), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
