"""The sub-command `footnote eval`: its arguments only, since every `footnote --help` loads it.

The work is in `eval.launch`, imported when the command runs.
"""

import argparse

EXAMPLE = """examples:
  footnote eval                                 the shipped questions and article
  footnote eval my_gold.jsonl --library notes   your questions over your library
  footnote eval --squad dev-v2.0.json --limit 500
  footnote eval --beir scifact --json > scifact.json

exit code: 0 passed, 1 a threshold is missed or a critical case failed, 2 misuse
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
        help="gold files (JSONL); without any, the shipped one",
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
    _add_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the evaluation and print its report; return 0 if the gate passed, else 1.

    Raises:
        MisuseError: an argument or a file is not as it should be.
        OperationError: the library cannot be used.
    """
    from eval.launch import evaluate

    return evaluate(args)


def positive(text: str) -> int:
    """Read a whole number from 1 for argparse.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="ask a random N questions of each"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of that choice (default: 0)"
    )
    parser.add_argument("--k", type=positive, metavar="N", help="passages to retrieve per question")
    parser.add_argument("--json", action="store_true", help="print every case and rate as JSON")
    parser.add_argument(
        "--thresholds", metavar="FILE", help="TOML file of thresholds (default: the shipped one)"
    )
