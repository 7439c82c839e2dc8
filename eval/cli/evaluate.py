"""Carries out `footnote eval` and `footnote eval calibrate`: what asks questions."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from eval.cli.opening import Work, judge_of, library_settings, prepared, report_targets
from eval.comparing.comparison import (
    Baseline,
    BaselineError,
    baseline_beside,
    baseline_of,
    compare,
    load_baseline,
    save_baseline,
)
from eval.comparing.gate import (
    Thresholds,
    check_tags,
    gate,
    load_thresholds,
    renew_thresholds,
    thresholds_beside,
    thresholds_in,
    thresholds_of,
)
from eval.comparing.history import keep_run, past_runs
from eval.metrics.statistics import Calibration, calibrated
from eval.reports.lines import MOST_FAILURES, terminal
from eval.reports.platforms import annotations, inert, trouble
from eval.reports.suite import SuiteRun
from eval.reports.write import as_json, check_targets, write_reports
from eval.results import CaseResult, Comparison, Report, summarise
from eval.running.recordings import Journal
from eval.running.suite import run_cases
from eval.suites.files import load_suite, suite_name
from rag import Assistant, FootnoteError, MisuseError, OperationError, load_model
from rag.internal import keep_setting, scope_among

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
    runs, interrupted = _runs(args)
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
    other, scope = args.squad or args.beir, scope_among(vars(args))
    refusals = (
        (scope and other, "a scope goes with gold suites only; leave --scope-... out"),
        (
            scope and args.update_baseline,
            "--update-baseline keeps a suite as it is asked by itself; leave --scope-... out",
        ),
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
    if args.thresholds:
        load_thresholds(Path(args.thresholds))
    check_targets(report_targets(args), _read(args))


def _read(args: argparse.Namespace) -> Iterator[Path]:
    """Yield the files that a run reads or keeps, whether they are there or not."""
    named = (args.squad, args.thresholds, args.baseline, args.replay, args.record, args.resume)
    yield from (Path(path) for path in named if path)
    for suite in map(Path, args.suites):
        yield from (suite, suite.parent / "thresholds.toml")
        yield baseline_beside(suite, name=suite_name(suite))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What one suite or set is held against."""

    thresholds: Thresholds
    baseline: Baseline | None
    notes: tuple[str, ...]
    """What to say of it."""


def _runs(args: argparse.Namespace) -> tuple[list[SuiteRun], bool]:
    """Return what was run and whether it was interrupted."""
    judge_model = judge_of(args)
    runs: list[SuiteRun] = []
    with prepared(args) as works, ExitStack() as stack:
        # All refusals come before the first question, which may cost money.
        held = [_held(work, [one.name for one in works], args) for work in works]
        journal = stack.enter_context(Journal(Path(args.resume))) if args.resume else None
        for work, against in zip(works, held, strict=True):
            cases, interrupted = _ask(work, journal)
            cases = list(judge_model.judged(cases)) if judge_model else cases
            report = summarise(work.name, cases, fingerprint=work.fingerprint)
            run = _decided(report, work, against, args)
            if interrupted:
                return [*runs, run], True
            if args.update_baseline:
                _update(run, work, args)
            runs.append(_kept(run, work, args))
    return runs, False


def _held(work: Work, names: Sequence[str], args: argparse.Namespace) -> _Held:
    """Find what a suite is held against.

    Raises:
        MisuseError: it does not go with what is asked.
    """
    thresholds = thresholds_of(work.suite) if work.suite else Thresholds()
    if args.thresholds:
        tables = thresholds_in(Path(args.thresholds), names, needed=True)
        thresholds = tables.get(work.name, Thresholds())
    check_tags(thresholds, work.name, work.tags)
    notes: tuple[str, ...] = ()
    if len(work.ids) < work.total:
        thresholds, notes = _of_part(thresholds, work, args)
    if args.fail_under is not None:
        thresholds = thresholds.failing_under(args.fail_under)
    return _Held(thresholds=thresholds, baseline=_baseline(work, args), notes=notes)


def _of_part(
    thresholds: Thresholds, work: Work, args: argparse.Namespace
) -> tuple[Thresholds, tuple[str, ...]]:
    """Return the thresholds of a part of a suite: those of its tag, or none and a word on that.

    Raises:
        MisuseError: thresholds were named for the whole suite, and they would not hold.
    """
    if not (thresholds.suite or thresholds.tags):
        return thresholds, ()
    if not args.limit and len(args.tag) == 1 and args.tag[0] in thresholds.tags:
        return replace(thresholds, suite=thresholds.tags[args.tag[0]], tags={}), ()
    asked, option = len(work.ids), "--limit" if args.limit else "--tag"
    if args.thresholds:
        raise MisuseError(
            f"--thresholds holds for all {work.total} cases of {work.name!r}, and {option} asks "
            f"{asked} of them: leave one of the two out, or name --fail-under for this part"
        )
    return Thresholds(), (
        f"the thresholds {thresholds.origin} hold for all {work.total} cases and not for a part of "
        f"{asked}; --fail-under names the share of it that must pass",
    )


def _baseline(work: Work, args: argparse.Namespace) -> Baseline | None:
    """Read the baseline; None where there is none, or only one of no use that is written anew.

    Raises:
        BaselineError: it cannot be read, or is of other cases.
    """
    path = _baseline_path(work, args)
    if path is None or (not path.exists() and (args.update_baseline or not args.baseline)):
        return None
    try:
        baseline = load_baseline(path, suite=work.name)
    except BaselineError:
        if args.update_baseline and not args.baseline:
            return None
        raise
    asked = set(work.ids)
    if (
        args.baseline
        and not args.update_baseline
        and asked.isdisjoint(c.id for c in baseline.cases)
    ):
        raise BaselineError(
            f"baseline {str(path)!r} has none of the cases that are asked: name that of this "
            "suite, or write one with `footnote eval --update-baseline`"
        )
    return baseline


def _decided(report: Report, work: Work, held: _Held, args: argparse.Namespace) -> SuiteRun:
    comparison = None
    if held.baseline:
        comparison = _compared(report, held.baseline, part=len(work.ids) < work.total)
    if args.update_baseline:
        decided = gate(report, replace(held.thresholds, reader=""))
    else:
        decided = gate(report, held.thresholds, comparison)
    decided = replace(decided, notes=(*held.notes, *decided.notes))
    return SuiteRun(report=report, gate=decided, comparison=comparison)


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


def _baseline_path(work: Work, args: argparse.Namespace) -> Path | None:
    if args.baseline:
        return Path(args.baseline)
    return baseline_beside(work.suite, name=work.name) if work.suite else None


def _compared(report: Report, baseline: Baseline, *, part: bool) -> Comparison:
    if not part:
        return compare(report, baseline)
    asked = {case.id for case in report.cases}
    kept = tuple(case for case in baseline.cases if case.id in asked)
    comparison = compare(report, replace(baseline, cases=kept))
    return replace(comparison, stale=tuple(name for name in comparison.stale if name != "gold"))


def _update(run: SuiteRun, work: Work, args: argparse.Namespace) -> None:
    """Keep a run as the baseline, and its trained model as that of the thresholds it holds."""
    path = _baseline_path(work, args)
    if path is None:
        return
    save_baseline(path, baseline_of(run.report))
    sys.stderr.write(f"baseline of {work.name} written to {path}\n")
    beside = thresholds_beside(work.suite) if work.suite else None
    file = Path(args.thresholds) if args.thresholds else beside
    held = load_thresholds(file).get(work.name) if file else None
    reader = run.report.fingerprint["reader"]
    if file is None or held is None or held.reader == reader:
        return
    if not run.gate.passed:
        sys.stderr.write(f"{file} is left as it is: this run does not reach its thresholds\n")
    elif renew_thresholds(file, work.name, reader):
        sys.stderr.write(f"{file} names the trained model of this run now\n")


def _kept(run: SuiteRun, work: Work, args: argparse.Namespace) -> SuiteRun:
    """Keep the run of a whole suite beside it and return it with those before.

    Where it cannot be kept, that is said, and the run stays as it is.
    """
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    kept = not in_ci if args.keep is None else args.keep
    part = len(work.ids) < work.total or scope_among(vars(args)) is not None
    if not kept or work.suite is None or part:
        return run
    try:
        keep_run(work.suite, run)
    except OperationError as error:
        sys.stderr.write(f"note: {error}\n")
        return run
    return replace(run, past=past_runs(work.suite))


def _write(args: argparse.Namespace, runs: Sequence[SuiteRun]) -> None:
    if args.json:
        sys.stdout.write(as_json(runs) + "\n")
    else:
        github = args.format == "github"
        text = terminal(
            runs,
            colour=sys.stdout.isatty() and not github and not os.environ.get("NO_COLOR"),
            failures=None if args.all else MOST_FAILURES,
            figures=args.figures,
            right=args.all,
        )
        marked = annotations(runs, root=_repository()) if github else ""
        sys.stdout.write(inert(text) + marked if github else text)
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
    settings = library_settings(args).changed(threshold=0.0, log=False)
    cases: list[CaseResult] = []
    load_model(settings.llm, settings)
    with Assistant.open(settings) as assistant:
        for suite in suites:
            found = run_cases(assistant, suite)
            bar = tqdm(found, total=len(suite.cases), unit="question", disable=None, leave=False)
            cases += bar
    crashed = next((case for case in cases if case.status == "crashed"), None)
    if crashed:
        raise MisuseError(f"case {crashed.id}: {crashed.problems[0]}: mend it before you calibrate")
    return cases
