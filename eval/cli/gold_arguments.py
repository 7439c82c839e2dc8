"""The sub-command `footnote gold`: its arguments only; the work is in `eval.cli.gold`."""

import argparse
from collections.abc import Callable

from eval.cli.numbers import positive

EXAMPLE = """examples:
  footnote gold add gold.jsonl "Which missile?" --answer AMRAAM \\
      --document article.txt --quote "They build AMRAAM."
  footnote gold add gold.jsonl "What did it cost?" --abstain
  footnote gold suggest gold.jsonl              questions asked that should be cases
"""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `gold` to the sub-commands of `footnote`."""
    parser = commands.add_parser(
        "gold",
        help="turn questions into cases of a gold file",
        description="Turn questions from use into cases that `footnote eval` asks.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    add = words.add_parser("add", help="add a case, after checking its quote")
    add.add_argument("file", metavar="FILE", help="a gold file (JSON Lines); made if not there")
    add.add_argument("question", metavar="QUESTION")
    add.add_argument("--answer", action="append", default=[], help="accepted; may be repeated")
    add.add_argument("--abstain", action="store_true", help="the documents do not say")
    add.add_argument("--document", action="append", default=[], help="file name of the evidence")
    add.add_argument("--quote", action="append", default=[], help="its words, one per --document")
    add.add_argument("--tag", action="append", default=[])
    add.add_argument("--critical", action="store_true", help="its failure alone fails the gate")
    add.add_argument("--notes", default="")
    add.add_argument("--id", default="", help="unique in the file (default: from the question)")
    suggest = words.add_parser(
        "suggest", help="list logged questions that abstained or were least sure"
    )
    suggest.add_argument("files", nargs="*", metavar="FILE", help="gold files that have cases")
    suggest.add_argument("--limit", type=positive, default=20, metavar="N", help="(default: 20)")
    for word, run in ((add, _work("add")), (suggest, _work("suggest"))):
        word.add_argument(
            "--library", metavar="DIR", default=argparse.SUPPRESS, help="(default: yours)"
        )
        word.set_defaults(run=run)


def _work(name: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from eval.cli import gold

        return gold.WORDS[name](args)

    return run
