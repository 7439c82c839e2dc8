"""The words of `footnote eval`, such as `lint` and `history`: arguments only.

The work is in other files of this folder, imported when a word runs.
"""

import argparse
from collections.abc import Callable, Sequence


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add lint, schema and the other words to the parser of `footnote eval`."""
    _add_lint(parser)
    _add_word(
        parser,
        "schema",
        run=gold_word("schema"),
        description="Print the gold format as JSON Schema.",
    )
    _add_import(parser)
    _add_export(parser)
    _add_init_ci(parser)
    _add_calibrate(parser)
    _add_history(parser)
    _add_compare(parser)


def _add_library(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--library", metavar="DIR", default=argparse.SUPPRESS, help="a library (default: yours)"
    )


def gold_word(name: str) -> Callable[[argparse.Namespace], int]:
    """Return what carries out a word that keeps gold files; it is imported when it runs."""

    def run(args: argparse.Namespace) -> int:
        from eval.cli.gold import WORDS

        return WORDS[name](args)

    return run


def positive(text: str) -> int:
    """Read a whole number from 1 for argparse.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def passages(text: str) -> int:
    """Read how many passages to retrieve for argparse.

    Raises:
        argparse.ArgumentTypeError: it is not 1 to 100.
    """
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100")
    return int(text)


def share(text: str) -> float:
    """Read a number from 0 to 1 for argparse.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def _add_lint(parser: argparse.ArgumentParser) -> None:
    word = _add_word(
        parser,
        "lint",
        run=gold_word("lint"),
        description="Check gold files; exit with 1 if anything is wrong.",
    )
    word.add_argument("files", nargs="+", metavar="FILE", help="gold files")
    word.add_argument(
        "--library",
        nargs="?",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="also look the evidence up in a library (without DIR: yours)",
    )


def _add_import(parser: argparse.ArgumentParser) -> None:
    word = _add_word(
        parser,
        "import",
        run=gold_word("import"),
        description="Print a set of another format as gold cases, and add its articles.",
    )
    word.add_argument("path", metavar="PATH", help="a SQuAD-form file or a BEIR-form folder")
    word.add_argument("--from", dest="form", choices=("squad", "beir"), required=True)
    _add_library(word)


def _add_export(parser: argparse.ArgumentParser) -> None:
    word = _add_word(
        parser,
        "export",
        run=gold_word("export"),
        description="Write a gold file in another format: to the output, or BEIR's into a folder.",
    )
    word.add_argument("suite", metavar="SUITE", help="a gold file")
    word.add_argument("--to", choices=("promptfoo", "squad", "beir"), required=True)
    word.add_argument("--out", metavar="DIR", help="the folder of a BEIR set")
    _add_library(word)


def _add_init_ci(parser: argparse.ArgumentParser) -> None:
    def run(args: argparse.Namespace) -> int:
        from eval.cli.ci import init_ci

        return init_ci(args)

    word = _add_word(
        parser,
        "init-ci",
        run=run,
        description="Write .github/workflows/footnote.yml, which runs suites where what they ask "
        "of changed.",
    )
    word.add_argument("suites", nargs="*", metavar="SUITE", help="gold files (default: shipped)")
    word.add_argument("--articles", nargs="+", default=[], metavar="PATH", help="what to add first")
    word.add_argument(
        "--install",
        metavar="SPEC",
        help="what pip installs in CI (default: from where this Footnote was installed)",
    )
    word.add_argument("--force", action="store_true", help="replace a workflow that is there")
    word.add_argument(
        "--comment",
        action="store_true",
        help="also comment on pull requests, which needs the permission to write there",
    )
    word.add_argument("--gitlab", action="store_true", help="write GitLab's .gitlab/footnote.yml")


def _add_calibrate(parser: argparse.ArgumentParser) -> None:
    def run(args: argparse.Namespace) -> int:
        from eval.cli.evaluate import calibrate

        return calibrate(args)

    word = _add_word(
        parser,
        "calibrate",
        run=run,
        description="Fit the confidence under which nothing is answered to a gold file, by "
        "cross-validation, and write it to your settings file.",
    )
    word.add_argument("suites", nargs="+", metavar="SUITE", help="gold files")
    word.add_argument(
        "--precision", type=share, required=True, metavar="P", help="wanted share of right answers"
    )
    word.add_argument("--folds", type=positive, default=5, metavar="N", help="(default: 5)")
    word.add_argument("--seed", type=int, default=0, metavar="N", help="of the folds (default: 0)")
    word.add_argument("--dry-run", action="store_true", help="show the result, write nothing")
    _add_library(word)


def _add_history(parser: argparse.ArgumentParser) -> None:
    word = _add_word(
        parser,
        "history",
        run=_kept("history"),
        description="Draw how a suite's kept runs went, oldest first, with what changed.",
    )
    word.add_argument("suite", nargs="?", metavar="SUITE", help="a gold file (default: shipped)")
    word.add_argument(
        "--limit", type=positive, default=20, metavar="N", help="newest runs to list (default: 20)"
    )
    word.add_argument("--json", action="store_true", help="print all runs as JSON")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    word = _add_word(
        parser,
        "compare",
        run=_kept("compare"),
        description="Set two runs side by side, A B [SUITE], question by question: kept ones, "
        "those of files, or, with --a and --b, the suite asked with two settings or models.",
    )
    word.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="`latest`, `previous`, an id of a kept run, a baseline, or a file that --json wrote "
        "(default: previous latest); then SUITE, if not the shipped one",
    )
    for letter in ("a", "b"):
        word.add_argument(
            f"--{letter}",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help=f"ask, for {letter.upper()} with this setting, such as threshold=0.3 or "
            "llm=PROVIDER:MODEL; may be repeated (default: as set)",
        )
    word.add_argument("--tag", action="append", default=[], help="ask only cases with this tag")
    word.add_argument("--limit", type=positive, metavar="N", help="ask a random N questions")
    word.add_argument("--jobs", type=positive, default=1, metavar="N", help="threads that ask")
    word.add_argument("--replay", metavar="FILE", help="answer from the recorded replies in FILE")
    word.add_argument("--json", action="store_true", help="print the comparison as JSON")
    _add_library(word)


def _kept(name: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from eval.cli import history

        return {"history": history.history, "compare": history.compare}[name](args)

    return run


def _add_word(
    parser: argparse.ArgumentParser,
    name: str,
    *,
    run: Callable[[argparse.Namespace], int],
    description: str,
) -> argparse.ArgumentParser:
    """Let a first argument `name` be parsed by a parser of its own, which is returned.

    argparse's own sub-commands cannot stand where a list of files can stand too.
    """
    word = type(parser)(prog=f"{parser.prog} {name}", description=description)
    word.set_defaults(run=run)
    parse = parser.parse_known_args

    def parse_known_args(
        args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        given = list(args or ())
        if given[:1] == [name]:
            return word.parse_known_args(given[1:], namespace)
        return parse(args, namespace)

    parser.parse_known_args = parse_known_args  # type: ignore[method-assign, assignment]
    return word
