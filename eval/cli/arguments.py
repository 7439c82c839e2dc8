"""The sub-command `footnote eval`: its arguments only, since every `footnote --help` loads it.

The work is in `eval.launch`, imported when the command runs.
"""

import argparse

from eval.cli.numbers import positive, share
from eval.cli.upkeep_arguments import add_upkeep

EXAMPLE = """examples:
  footnote eval                                 the shipped questions and article
  footnote eval my_gold.jsonl --library notes   your questions over your library
  footnote eval my_gold.yaml --html report.html --junit junit.xml
  footnote eval my_gold.jsonl --update-baseline keep these results to compare with
  footnote eval --squad dev-v2.0.json --limit 500
  footnote eval --beir scifact --json > scifact.json
  footnote eval lint my_gold.jsonl --library notes
  footnote eval schema                          the gold format as JSON Schema
  footnote eval export my_gold.jsonl --to promptfoo
  footnote eval calibrate my_gold.jsonl --precision 0.9
  footnote eval init-ci my_gold.jsonl --articles notes --install PACKAGE    a GitHub workflow

exit code: 0 passed, 1 the gate failed, 2 misuse, 130 interrupted
"""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `eval` to the sub-commands of `footnote`."""
    parser = commands.add_parser(
        "eval",
        help="measure answers against gold questions and gate on thresholds",
        description="Measure answers against gold questions, a SQuAD-form or a BEIR-form set.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "suites",
        nargs="*",
        metavar="SUITE",
        help="gold files (JSONL or YAML); without any, the shipped one",
    )
    sets = parser.add_mutually_exclusive_group()
    sets.add_argument(
        "--squad", metavar="FILE", help="a set in SQuAD's form: .json, or flat rows in .jsonl[.gz]"
    )
    sets.add_argument(
        "--beir", metavar="DIR", help="a set in BEIR's form: corpus, queries and qrels"
    )
    parser.add_argument(
        "--library",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="library to ask with SUITE (default: yours); all else runs in a temporary one",
    )
    _add_choice(parser)
    _add_models(parser)
    _add_reports(parser)
    _add_gate(parser)
    parser.set_defaults(run=run)
    add_upkeep(parser)


def run(args: argparse.Namespace) -> int:
    """Run the evaluation and print its report; return the exit code.

    Raises:
        MisuseError: an argument or a file is not as it should be.
        OperationError: the library cannot be used.
    """
    from eval.cli.launch import evaluate

    return evaluate(args)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tag", action="append", default=[], metavar="TAG", help="only cases with this tag"
    )
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="ask a random N questions of each"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of that choice (default: 0)"
    )
    parser.add_argument("--k", type=positive, metavar="N", help="passages to retrieve per question")
    parser.add_argument(
        "--jobs", type=positive, default=1, metavar="N", help="threads that ask (default: 1)"
    )
    parser.add_argument(
        "--resume",
        metavar="FILE",
        help="keep finished cases in FILE, and go on after those that it has",
    )


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--llm", metavar="MODEL", help="what answers: extractive, or PROVIDER:MODEL"
    )
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--record", metavar="FILE", help="keep the model's replies in FILE")
    kept.add_argument(
        "--replay", metavar="FILE", help="answer from the replies in FILE: no key, no network"
    )
    parser.add_argument(
        "--judge", metavar="MODEL", help="also ask this model's opinion; never part of the gate"
    )
    parser.add_argument(
        "--judge-self", action="store_true", help="let the answering model be the judge"
    )


def _add_reports(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print every case and rate as JSON")
    parser.add_argument("--html", metavar="FILE", help="write a report for reading, in one file")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML for a CI server")
    parser.add_argument("--markdown", metavar="FILE", help="write a summary for a CI job")


def _add_gate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="results to compare with (default: baselines/SUITE.json beside the suite, if there)",
    )
    parser.add_argument(
        "--update-baseline", action="store_true", help="keep this run's results as the baseline"
    )
    parser.add_argument(
        "--fail-under", type=share, metavar="RATE", help="lowest share of passed cases, 0 to 1"
    )
    parser.add_argument(
        "--thresholds", metavar="FILE", help="TOML file of thresholds (default: the shipped one)"
    )
