"""Carries out `footnote eval calibrate`: asks without a threshold, fits one, shows and keeps it."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from eval.calibration import Calibration, calibrated
from eval.results import CaseResult
from eval.running.suite import run_cases
from eval.suites.load import load_suite
from rag import Assistant, MisuseError, Settings, keep_setting

_WIDTH = 40


def calibrate(args: argparse.Namespace) -> int:
    """Fit the threshold, print its curve, write the setting; return 0.

    Raises:
        MisuseError: a suite is wrong, or no threshold gives the wanted precision.
        OperationError: the library cannot be used, or the settings file not written.
    """
    fit = calibrated(_answered(args), precision=args.precision, folds=args.folds, seed=args.seed)
    sys.stdout.write(told(fit, wanted=args.precision))
    if args.dry_run:
        return 0
    path = keep_setting("threshold", str(fit.threshold))
    sys.stdout.write(f"\nFOOTNOTE_THRESHOLD={fit.threshold} written to {path}\n")
    return 0


def told(fit: Calibration, *, wanted: float) -> str:
    """Return the fit as text: the curve of precision over coverage, then what to expect."""
    lines = [f"{'threshold':>9}  {'answered':>8}  precision"]
    for threshold, coverage, precision in fit.curve:
        bar = "#" * round(_WIDTH * precision)
        mark = "  <- fitted" if threshold == fit.threshold else ""
        lines.append(f"{threshold:>9.3f}  {coverage:>8.3f}  {precision:.3f} {bar}{mark}")
    lines += [
        "",
        f"wanted precision {wanted:.3f}: answer from a confidence of {fit.threshold} on",
        f"on cases that were not fitted on ({fit.folds} folds): {fit.coverage:.3f} answered, "
        f"precision {fit.precision:.3f} ({fit.low:.3f} to {fit.high:.3f})",
    ]
    return "\n".join(lines) + "\n"


def _answered(args: argparse.Namespace) -> list[CaseResult]:
    suites = [load_suite(Path(path)) for path in args.suites]
    settings = Settings.load(library=getattr(args, "library", None), threshold=0.0, log=False)
    cases: list[CaseResult] = []
    with Assistant.open(settings) as assistant:
        for suite in suites:
            found = run_cases(assistant, suite)
            bar = tqdm(found, total=len(suite.cases), unit="question", disable=None, leave=False)
            cases += bar
    crashed = next((case for case in cases if case.status == "crashed"), None)
    if crashed:
        raise MisuseError(f"case {crashed.id}: {crashed.problems[0]}: mend it before you calibrate")
    return cases
