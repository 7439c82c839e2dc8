"""The words of `footnote eval` beside running: their arguments only, as in `eval.cli.arguments`."""

import argparse
from collections.abc import Callable

from eval.cli.numbers import positive, share
from eval.cli.words import add_word


def add_upkeep(parser: argparse.ArgumentParser) -> None:
    """Add lint, schema, import, export, init-ci and calibrate to the parser of `footnote eval`."""
    _add_lint(parser)
    add_word(
        parser,
        "schema",
        run=_upkeep("schema"),
        description="Print the gold format as JSON Schema.",
    )
    _add_import(parser)
    _add_export(parser)
    _add_init_ci(parser)
    _add_calibrate(parser)


def _upkeep(name: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from eval.cli import upkeep

        return upkeep.WORDS[name](args)

    return run


def _add_library(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--library", metavar="DIR", default=argparse.SUPPRESS, help="a library (default: yours)"
    )


def _add_lint(parser: argparse.ArgumentParser) -> None:
    word = add_word(
        parser,
        "lint",
        run=_upkeep("lint"),
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
    word = add_word(
        parser,
        "import",
        run=_upkeep("import"),
        description="Print a set of another format as gold cases, and add its articles.",
    )
    word.add_argument("path", metavar="PATH", help="a SQuAD-form file or a BEIR-form folder")
    word.add_argument("--from", dest="form", choices=("squad", "beir"), required=True)
    _add_library(word)


def _add_export(parser: argparse.ArgumentParser) -> None:
    word = add_word(
        parser,
        "export",
        run=_upkeep("export"),
        description="Write a gold file in another format: to the output, or BEIR's into a folder.",
    )
    word.add_argument("suite", metavar="SUITE", help="a gold file")
    word.add_argument("--to", choices=("promptfoo", "squad", "beir"), required=True)
    word.add_argument("--out", metavar="DIR", help="the folder of a BEIR set")
    _add_library(word)


def _add_init_ci(parser: argparse.ArgumentParser) -> None:
    word = add_word(
        parser,
        "init-ci",
        run=_upkeep("init-ci"),
        description="Write .github/workflows/footnote.yml, which runs suites on every push.",
    )
    word.add_argument("suites", nargs="*", metavar="SUITE", help="gold files (default: shipped)")
    word.add_argument("--articles", nargs="+", default=[], metavar="PATH", help="what to add first")
    word.add_argument(
        "--install",
        metavar="SPEC",
        help="what pip installs in CI (default: from where this Footnote was installed)",
    )
    word.add_argument("--force", action="store_true", help="replace a workflow that is there")


def _add_calibrate(parser: argparse.ArgumentParser) -> None:
    def run(args: argparse.Namespace) -> int:
        from eval.cli.calibrate import calibrate

        return calibrate(args)

    word = add_word(
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
