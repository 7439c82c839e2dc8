"""Carries out `footnote eval` and `footnote eval calibrate`: what asks questions."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from eval.calibration import Calibration, calibrated
from eval.cli.work import Work, judge_of, prepared
from eval.comparing.comparison import baseline_of, compare, load_baseline, save_baseline
from eval.comparing.gate import Thresholds, gate, load_thresholds, shipped_thresholds
from eval.comparing.kept import keep_run
from eval.reports import SuiteRun, check_target, terminal, write_reports
from eval.reports.platforms import annotations, inert, trouble
from eval.reports.write import as_json
from eval.results import CaseResult, Comparison, Report, summarise
from eval.running.journal import Journal
from eval.running.suite import run_cases
from eval.suites.files import load_suite
from rag import Assistant, FootnoteError, MisuseError, OperationError, Settings
from rag.internal import keep_setting

INTERRUPTED = 130
_WIDTH = 40


def evaluate(args: argparse.Namespace) -> int:
    """Run what the arguments ask for and report it.

    Returns:
        0 if every gate passed, 1 if one did not, 130 after an interrupt, which still reports the
        finished cases.

    Raises:
        MisuseError: arguments that do not go together, or a file that is not as it should be.
        OperationError: the library cannot be used, or a report not written.
    """
    try:
        return _evaluated(args)
    except FootnoteError as error:
        if args.format == "github":
            sys.stdout.write(trouble(str(error), root=_repository()))
        raise


def _evaluated(args: argparse.Namespace) -> int:
    _check(args)
    thresholds = load_thresholds(Path(args.thresholds or shipped_thresholds()))
    runs, interrupted = _runs(args, thresholds)
    _write(args, runs)
    if interrupted:
        sys.stderr.write("interrupted: the report is of the finished cases only\n")
        return INTERRUPTED
    return 0 if all(run.gate.passed for run in runs) else 1


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


def _check(args: argparse.Namespace) -> None:
    other = args.squad or args.beir
    refusals = (
        (args.suites and other, "gold suites do not go with --squad or --beir; run them apart"),
        (
            hasattr(args, "library") and not args.suites,
            "--library goes with gold suites only; name a SUITE or leave it out",
        ),
        (args.tag and other, "--tag goes with gold suites only; cases of other sets have no tags"),
        (
            args.update_baseline and (args.limit or args.tag),
            "--update-baseline needs every case; leave --limit and --tag out",
        ),
        (
            args.update_baseline and other and not args.baseline,
            "--update-baseline needs --baseline FILE with --squad or --beir",
        ),
        (
            args.baseline and len(args.suites) > 1,
            "--baseline goes with one suite; run the others apart",
        ),
    )
    for wrong, sentence in refusals:
        if wrong:
            raise MisuseError(sentence)
    if args.judge and args.judge == args.llm and not args.judge_self:
        raise MisuseError("the judge is the answering model: name another, or say --judge-self")
    for path in (args.html, args.junit, args.markdown, args.comment, args.code_quality):
        if path:
            check_target(Path(path))


def _runs(
    args: argparse.Namespace, thresholds: Mapping[str, Thresholds]
) -> tuple[list[SuiteRun], bool]:
    """Return what was run and whether it was interrupted."""
    runs, judge_model = [], judge_of(args)
    with prepared(args) as works, ExitStack() as stack:
        journal = stack.enter_context(Journal(Path(args.resume))) if args.resume else None
        for work in works:
            cases, interrupted = _ask(work, journal)
            cases = list(judge_model.judged(cases)) if judge_model else cases
            report = summarise(work.name, cases, fingerprint=work.fingerprint)
            comparison = _compared(report, work, args)
            if args.update_baseline and not interrupted:
                _update(report, work, args)
            held = _held(thresholds.get(work.name, Thresholds()), args)
            decided = gate(report, held, None if args.update_baseline else comparison)
            runs.append(SuiteRun(report=report, gate=decided, comparison=comparison))
            if interrupted:
                return runs, True
            _keep(runs[-1], work, args)
    return runs, False


def _ask(work: Work, journal: Journal | None) -> tuple[list[CaseResult], bool]:
    """Return the results in the suite's order, and whether an interrupt ended them early."""
    found = dict[str, CaseResult]()
    if journal:
        journal.begin(work.name, work.fingerprint)
        done = ((name, journal.finished(work.name, name)) for name in work.ids)
        found = {name: case for name, case in done if case}
    interrupted = False
    with tqdm(
        total=len(work.ids), initial=len(found), unit="question", disable=None, leave=False
    ) as bar:
        try:
            for case in work.ask(frozenset(found)):
                found[case.id] = case
                if journal:
                    journal.add(work.name, case)
                bar.update(1)
        except KeyboardInterrupt:
            interrupted = True
    return [found[name] for name in work.ids if name in found], interrupted


def _held(thresholds: Thresholds, args: argparse.Namespace) -> Thresholds:
    """Return the thresholds with `--fail-under`; those of a suite do not hold for a part of it."""
    if args.limit or args.tag:
        thresholds = Thresholds()
    if args.fail_under is None:
        return thresholds
    suite = {**thresholds.suite, "passed": args.fail_under}
    return replace(thresholds, suite=suite, origin="by --fail-under")


def _baseline_path(work: Work, args: argparse.Namespace) -> Path | None:
    return Path(args.baseline) if args.baseline else work.baseline


def _compared(report: Report, work: Work, args: argparse.Namespace) -> Comparison | None:
    path = _baseline_path(work, args)
    if path is None or (not path.exists() and (args.update_baseline or not args.baseline)):
        return None
    baseline = load_baseline(path)
    asked = {case.id for case in report.cases}
    part = args.limit or args.tag
    if part:
        baseline = replace(baseline, cases=tuple(c for c in baseline.cases if c.id in asked))
    comparison = compare(report, baseline)
    return replace(comparison, stale=_without(comparison.stale, "gold")) if part else comparison


def _without(names: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(one for one in names if one != name)


def _update(report: Report, work: Work, args: argparse.Namespace) -> None:
    path = _baseline_path(work, args)
    if path is not None:
        save_baseline(path, baseline_of(report))
        sys.stderr.write(f"baseline of {work.name} written to {path}\n")


def _keep(run: SuiteRun, work: Work, args: argparse.Namespace) -> None:
    """Keep the run of a whole suite beside it; where that cannot be, say so and go on."""
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    kept = not in_ci if args.keep is None else args.keep
    if not kept or work.suite is None or args.limit or args.tag:
        return
    try:
        keep_run(work.suite, run)
    except OperationError as error:
        sys.stderr.write(f"note: {error}\n")


def _write(args: argparse.Namespace, runs: Sequence[SuiteRun]) -> None:
    if args.json:
        sys.stdout.write(as_json(runs) + "\n")
    elif args.format == "github":
        sys.stdout.write(inert(terminal(runs)) + annotations(runs, root=_repository()))
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        sys.stdout.write(terminal(runs, colour=colour))
    write_reports(
        runs,
        html_path=_path(args.html),
        junit_path=_path(args.junit),
        markdown_path=_path(args.markdown),
        comment_path=_path(args.comment),
        code_quality_path=_path(args.code_quality),
        root=_repository(),
    )


def _repository() -> Path:
    """Return the folder that CI has checked out; without CI the working folder."""
    named = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR")
    return Path(named) if named else Path.cwd()


def _path(given: str | None) -> Path | None:
    return Path(given) if given else None


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
