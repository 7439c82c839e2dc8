"""Carries out `footnote eval history` and `footnote eval compare`: the trend, and two runs."""

import argparse
import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.comparing.comparison import Baseline, SideBySide, baseline_of, side_by_side
from eval.comparing.history import (
    History,
    KeptRun,
    RunChange,
    change_between,
    find_run,
    kept_runs,
    load_results,
)
from eval.reports.suite import change_in_words, expected, got
from eval.reports.wording import counted, label_of, named, one_line, percent
from eval.results import CaseResult, summarise
from eval.suites.files import shipped_suite, suite_name
from rag import MisuseError, OperationError, Settings, load_model

_WIDTH = 80
_LONGEST = 300
"""Characters of an answer that are shown."""
_MOST = 20
"""Questions of a kind that are shown."""
_LISTED = 5
_DIGEST = re.compile(r"[0-9a-f]{16,64}")
_BARS = "▁▂▃▄▅▆▇█"
_DRAWN = 60
"""Runs that the line of bars has at most, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One of two runs that are compared."""

    name: str
    results: Baseline


def history(args: argparse.Namespace) -> int:
    """Print the kept runs of a suite, oldest first, each with what changed since the one before.

    Returns:
        0, also where none is kept; files that cannot be read are told on the error output.

    Raises:
        MisuseError: there is neither such a suite nor a run of it.
    """
    suite = Path(args.suite) if args.suite else shipped_suite()
    kept = kept_runs(suite)
    if not kept.runs and not suite.exists():
        raise MisuseError(f"{str(suite)!r} is no file: name the gold file whose runs are kept")
    for sentence in kept.damaged:
        sys.stderr.write(f"footnote: {one_line(sentence)}\n")
    if args.json:
        sys.stdout.write(_history_json(kept) + "\n")
    else:
        bars = _drawable(_BARS)
        sys.stdout.write("".join(line + "\n" for line in _trend(kept, args.limit, bars=bars)))
    return 0


def compare(args: argparse.Namespace) -> int:
    """Print two runs of a suite side by side: kept ones, those of files, or with two settings.

    Returns:
        0, whatever differs.

    Raises:
        MisuseError: there is no such run or setting, or the two have no question in common.
        OperationError: the library cannot be used, or a side gave an error for every question.
    """
    first, second = _asked(args) if args.a or args.b else _named(args)
    found = side_by_side(first.results, second.results)
    if args.json:
        sys.stdout.write(_side_json(found, first, second) + "\n")
    else:
        sys.stdout.write("".join(line + "\n" for line in _told(found, first, second)))
    return 0


def _drawable(marks: str) -> bool:
    try:
        marks.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _trend(kept: History, limit: int, *, bars: bool) -> Iterator[str]:
    if not kept.runs:
        yield (
            f"no run of {kept.suite!r} is kept in {str(kept.folder)!r}: each `footnote eval` of "
            "the whole suite keeps one"
        )
        return
    number = len(kept.runs)
    yield f"{one_line(kept.suite)}: {counted(number, 'run', 'runs')} kept"
    shares = [run.share for run in kept.runs]
    if bars and number > 1:
        yield f"right, oldest first: {_drawn(shares[-_DRAWN:])}"
    if number > 1:
        yield (
            f"lowest {percent(min(shares))}, highest {percent(max(shares))}, now "
            f"{percent(shares[-1])}"
        )
    yield ""
    yield f"{'date (UTC)':<16}  {'run':<6}  {'version':<12}  {'right':<20}  result"
    changes = [
        None,
        *(change_between(*pair) for pair in zip(kept.runs, kept.runs[1:], strict=False)),
    ]
    if number > limit:
        yield f"... {number - limit} earlier; --limit {number} shows all"
    for run, change in [*zip(kept.runs, changes, strict=True)][-limit:]:
        yield _line(run)
        yield from _changed(run, kept.runs, change) if change else ()


def _line(run: KeptRun) -> str:
    asked = len(run.right) + len(run.wrong)
    right = f"{len(run.right)} of {asked} ({percent(run.share)})"
    version = one_line(run.fingerprint.get("version", ""))[:12]
    gate = "passed" if run.passed else "failed"
    return f"{run.at:%Y-%m-%d %H:%M}  {run.digits:<6}  {version:<12}  {right:<20}  {gate}"


def _changed(run: KeptRun, runs: Sequence[KeptRun], change: RunChange) -> Iterator[str]:
    before = runs[runs.index(run) - 1].fingerprint
    facts = [
        _fact(name, before.get(name, ""), run.fingerprint.get(name, ""), joined="from {} to {}")
        for name in change.facts
        if name != "version"
    ]
    if facts:
        yield from _wrapped(f"changed: {'; '.join(facts)}", first="  ", rest="    ")
    for word, ids in (
        ("now right", change.now_right),
        ("now wrong", change.now_wrong),
        ("new", change.new),
        ("no longer asked", change.gone),
    ):
        if ids:
            yield from _wrapped(f"{len(ids)} {word}: {_listed(ids)}", first="  ", rest="    ")


def _drawn(shares: Sequence[float]) -> str:
    low, high = min(shares), max(shares)
    if low == high:
        return _BARS[3] * len(shares)
    return "".join(_BARS[round((one - low) / (high - low) * (len(_BARS) - 1))] for one in shares)


def _history_json(kept: History) -> str:
    rows: list[dict[str, object]] = []
    before: KeptRun | None = None
    for run in kept.runs:
        change = change_between(before, run) if before else None
        row = asdict(run) | {"at": run.at.isoformat(), "path": str(run.path)}
        rows.append(row | {"changed": asdict(change) if change else None})
        before = run
    content = {"suite": kept.suite, "folder": str(kept.folder), "runs": rows}
    return json.dumps(content | {"damaged": kept.damaged}, indent=2)


def _named(args: argparse.Namespace) -> tuple[_Side, _Side]:
    """Return the two runs that are named: none are the previous one and the latest."""
    given = list(args.runs)
    if len(given) == 1 and suite_name(Path(given[0])) != Path(given[0]).name:
        given = ["previous", "latest", *given]
    given = given or ["previous", "latest"]
    if not 2 <= len(given) <= 3:
        raise MisuseError(
            f"{len(args.runs)} names are given: name two runs, A B, then SUITE if not the shipped"
        )
    for one in ("library", "tag", "limit", "replay"):
        if getattr(args, one, None):
            raise MisuseError(f"--{one} goes with --a or --b, which ask: kept runs are not asked")
    suite = Path(given[2]) if len(given) > 2 else None
    if suite and not suite.exists():
        raise MisuseError(f"{str(suite)!r} is no file: name the gold file whose runs are compared")
    kept = kept_runs(suite or shipped_suite())
    first, second = (_run(name, kept, suite) for name in given[:2])
    return first, second


def _run(name: str, kept: History, suite: Path | None) -> _Side:
    if name not in ("latest", "previous") and Path(name).is_file():
        found = load_results(Path(name), suite=suite_name(suite) if suite else "")
        return _Side(name=name, results=found)
    run = find_run(kept, name)
    return _Side(name=f"{run.digits} of {run.at:%Y-%m-%d %H:%M}", results=load_results(run.path))


def _asked(args: argparse.Namespace) -> tuple[_Side, _Side]:
    """Ask the suite with the settings of A, then with those of B; one left out is as set."""
    if len(args.runs) > 1:
        raise MisuseError("--a and --b ask one suite: name one SUITE, or none for the shipped one")
    sides = [_changes(given) for given in (args.a, args.b)]
    if sides[0] == sides[1]:
        raise MisuseError("A and B are the same: give them different settings, NAME=VALUE")
    names = [_checked(changes, args) for changes in sides]
    first, second = (
        _Side(name=name, results=_results(changes, args))
        for name, changes in zip(names, sides, strict=True)
    )
    return first, second


def _changes(given: Sequence[str]) -> dict[str, str]:
    for one in given:
        if "=" not in one:
            raise MisuseError(f"{one!r} is no setting: write NAME=VALUE, such as threshold=0.3")
    return {name.strip(): value for name, _, value in (one.partition("=") for one in given)}


def _checked(changes: Mapping[str, str], args: argparse.Namespace) -> str:
    """Return what a side is called, after checking its settings, before anything is asked.

    Raises:
        MisuseError: a setting is unknown or has no such value.
    """
    if "library" in changes and not args.runs:
        raise MisuseError("the setting library goes with a SUITE: the shipped one has its own")
    settings = Settings.load().changed(**changes)
    if not args.replay:
        load_model(settings.llm, settings)
    # Read back, so that a secret is not repeated.
    return ", ".join(f"{name}={getattr(settings, name)}" for name in changes) or "as set"


def _results(changes: Mapping[str, str], args: argparse.Namespace) -> Baseline:
    from tqdm import tqdm

    from eval.cli.opening import prepared

    rest = {name: value for name, value in changes.items() if name not in ("llm", "library")}
    side = argparse.Namespace(
        **(vars(args) | {"suites": args.runs, "llm": changes.get("llm"), "squad": None}),
        beir=None,
        record=None,
        k=None,
        seed=0,
        changed=rest,
    )
    if "library" in changes:
        side.library = changes["library"]
    with prepared(side) as works:
        (work,) = works
        asked = tqdm(
            work.ask(frozenset()), total=len(work.ids), unit="question", disable=None, leave=False
        )
        report = summarise(work.name, list(asked), fingerprint=work.fingerprint)
    if all(case.error for case in report.cases):
        raise OperationError(
            f"no question could be asked with {', '.join(changes) or 'the settings as they are'}: "
            f"{report.cases[0].error}"
        )
    return baseline_of(report)


def _told(found: SideBySide, first: _Side, second: _Side) -> Iterator[str]:
    for letter, side, report in (("A", first, found.a), ("B", second, found.b)):
        right = sum(case.passed for case in report.cases)
        total = len(report.cases)
        told = f"{side.name}: {right} of {total} right ({percent(right / total)})"
        yield from _wrapped(told, first=f"{letter}  ", rest="   ")
    facts = [
        _fact(
            name,
            found.a.fingerprint.get(name, ""),
            found.b.fingerprint.get(name, ""),
            joined="{} and {}",
        )
        for name in found.comparison.stale
    ]
    yield from _wrapped(f"They differ in: {'; '.join(facts) or 'nothing that is recorded'}.")
    yield ""
    yield from _wrapped(found.verdict)
    yield from _left_out(found)
    yield from _questions(found)
    yield from _measures(found)


def _left_out(found: SideBySide) -> Iterator[str]:
    counts = (
        (len(found.comparison.removed), "asked in A only"),
        (len(found.comparison.added), "asked in B only"),
        (len(found.reworded), "that A was asked in other words"),
    )
    told = [f"{count} {words}" for count, words in counts if count]
    if told:
        yield from _wrapped(f"Not compared are questions {', '.join(told)}.")
    for letter, report in (("A", found.a), ("B", found.b)):
        crashed = [case for case in report.cases if case.error]
        if crashed:
            yield from _wrapped(
                f"{len(crashed)} of {letter}'s ended in an error and count as wrong; the first, "
                f"{crashed[0].id}: {crashed[0].error}"
            )


def _measures(found: SideBySide) -> Iterator[str]:
    """Show the measures that differ; of the others, how many they are."""
    moved = [one for one in found.comparison.metrics if round(one.difference, 4)]
    same = len(found.comparison.metrics) - len(moved)
    yield ""
    if moved:
        yield f"{'A':>6}{'B':>8}  what is measured, and how B is to A"
    for one in moved:
        row = f"{percent(one.before):>6}{percent(one.after):>8}  "
        told = f"{label_of(one.name).named}: {change_in_words(one)}"
        yield from _wrapped(told, first=row, rest=" " * len(row))
    yield f"{counted(same, 'measure is', 'measures are')} the same in both"


def _questions(found: SideBySide) -> Iterator[str]:
    now = {case.id: case for case in found.b.cases}
    for title, ids in (
        ("Right in B only", found.comparison.newly_passing),
        ("Right in A only", found.comparison.newly_failing),
        ("Just as right or wrong, in other words", found.comparison.changed),
    ):
        if ids:
            yield ""
            yield f"{title} ({len(ids)}):"
        for name in ids[:_MOST]:
            yield from _question(found.comparison.before[name], now[name])
        if len(ids) > _MOST:
            yield f"  ... and {len(ids) - _MOST} more; --json lists all"


def _question(a: CaseResult, b: CaseResult) -> Iterator[str]:
    yield from _wrapped(f"{b.question}  [{b.id}]", first="  ", rest="    ")
    for label, text in (("expected", expected(b)), ("A", got(a)), ("B", got(b))):
        short = textwrap.shorten(one_line(text), _LONGEST, placeholder=" ...")
        yield from _wrapped(short, first=f"    {label:<10}", rest=" " * 14)


def _side_json(found: SideBySide, first: _Side, second: _Side) -> str:
    a, b = ({case.id: case for case in report.cases} for report in (found.a, found.b))
    turned = (*found.comparison.newly_passing, *found.comparison.newly_failing)
    content = {
        name: {
            "name": side.name,
            "suite": report.suite,
            "right": sum(case.passed for case in report.cases),
            "asked": len(report.cases),
            "fingerprint": dict(report.fingerprint),
        }
        for name, side, report in (("a", first, found.a), ("b", second, found.b))
    } | {
        "verdict": found.verdict,
        "p_value": found.p_value,
        "least_difference": found.least,
        "differs": found.comparison.stale,
        "metrics": [asdict(one) for one in found.comparison.metrics],
        "reworded": found.reworded,
        "only_a": found.comparison.removed,
        "only_b": found.comparison.added,
        "questions": [
            {
                "id": name,
                "question": b[name].question,
                "expected": b[name].expected,
                "a": {"right": a[name].passed, "got": got(a[name])},
                "b": {"right": b[name].passed, "got": got(b[name])},
            }
            for name in (*turned, *found.comparison.changed)
        ],
    }
    return json.dumps(content, indent=2)


def _fact(name: str, first: str, second: str, *, joined: str) -> str:
    """Return what differs, with both values unless they are digests, which say nothing."""
    words = named("fact", name)
    if all(_DIGEST.fullmatch(value) for value in (first, second) if value):
        return words
    return f"{words}, {joined.format(first or 'not set', second or 'not set')}"


def _listed(ids: Sequence[str]) -> str:
    more = len(ids) - _LISTED
    return ", ".join(map(one_line, ids[:_LISTED])) + (f" and {more} more" if more > 0 else "")


def _wrapped(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(one_line(text), _WIDTH, initial_indent=first, subsequent_indent=rest)
