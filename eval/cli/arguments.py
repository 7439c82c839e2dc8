"""The sub-commands `footnote eval` and `footnote gold`: arguments only, since all help loads them.

The work is in the files beside this one, imported when a command runs.
"""

import argparse

from eval.cli.words import add_words, gold_word, passages, positive, share

_EXAMPLES = """examples:
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
  footnote eval history my_gold.jsonl           how its runs went, and what changed
  footnote eval compare previous latest my_gold.jsonl
  footnote eval compare --a threshold=0.3 --b threshold=0.5 my_gold.jsonl
  footnote eval init-ci my_gold.jsonl --articles notes --install PACKAGE    a GitHub workflow

exit code: 0 passed; 1 questions were asked and the gate failed; 2 nothing could be asked or the
call makes no sense; 130 interrupted. Every question must be right where no threshold allows less.
"""
_GOLD_EXAMPLES = """examples:
  footnote gold add gold.jsonl "Which missile?" --answer AMRAAM \\
      --document article.txt --quote "They build AMRAAM."
  footnote gold add gold.jsonl "What did it cost?" --abstain
  footnote gold suggest gold.jsonl              questions asked that should be cases
  footnote gold repair gold.jsonl               new evidence where a document changed
  footnote gold draft gold.jsonl                questions from articles, to accept or skip
"""


def register_eval(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `eval` to the sub-commands of `footnote`."""
    parser = commands.add_parser(
        "eval",
        help="measure answers against gold questions and gate on thresholds",
        description="Measure answers against gold questions, a SQuAD-form or a BEIR-form set.",
        epilog=_EXAMPLES,
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
    parser.set_defaults(run=_evaluate)
    add_words(parser)


def register_gold(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `gold` to the sub-commands of `footnote`."""
    parser = commands.add_parser(
        "gold",
        help="turn questions into cases of a gold file",
        description="Turn questions from use into cases that `footnote eval` asks.",
        epilog=_GOLD_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    add = words.add_parser("add", help="add a case, after checking its quote")
    add.add_argument("file", metavar="FILE", help="a gold file (JSON Lines); made if not there")
    add.add_argument("question", metavar="QUESTION")
    add.add_argument("--answer", action="append", default=[], help="accepted; may be repeated")
    add.add_argument(
        "--must-include",
        action="append",
        default=[],
        metavar="TEXT",
        help="must be in the reply, in one of the wordings of 'A|B'; all of them, if repeated",
    )
    add.add_argument("--abstain", action="store_true", help="the documents do not say")
    add.add_argument("--document", action="append", default=[], help="name, path, id or title")
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
    repair = words.add_parser(
        "repair", help="propose what now stands where a document changed and a quote is gone"
    )
    repair.add_argument("file", metavar="FILE", help="a gold file, JSON Lines or YAML")
    repair.add_argument(
        "--yes",
        action="store_true",
        help="write without asking, but where no accepted answer is in the new quote",
    )
    draft = words.add_parser("draft", help="propose questions with their evidence from articles")
    draft.add_argument("file", metavar="FILE", help="a gold file (JSON Lines); made if not there")
    draft.add_argument(
        "--document",
        action="append",
        default=[],
        metavar="NAME",
        help="only from this article: name, path, id or title; may be repeated",
    )
    draft.add_argument(
        "--llm", metavar="MODEL", help="what answers and writes questions too (default: yours)"
    )
    draft.add_argument("--limit", type=positive, default=10, metavar="N", help="(default: 10)")
    named = {"add": add, "suggest": suggest, "repair": repair, "draft": draft}
    for word, run in ((parser, gold_word(name)) for name, parser in named.items()):
        word.add_argument(
            "--library", metavar="DIR", default=argparse.SUPPRESS, help="(default: yours)"
        )
        word.set_defaults(run=run)


def _evaluate(args: argparse.Namespace) -> int:
    """Run the evaluation and print its report; return the exit code.

    Raises:
        MisuseError: an argument or a file is not as it should be.
        OperationError: the library cannot be used.
    """
    from eval.cli.evaluate import evaluate

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
    parser.add_argument(
        "--k", type=passages, metavar="N", help="passages to retrieve per question, 1 to 100"
    )
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
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true", help="print every case and rate as JSON")
    printed.add_argument(
        "--format",
        choices=("text", "github"),
        default="text",
        help="github also prints what shows failing cases at their line of gold in GitHub",
    )
    parser.add_argument(
        "--figures", action="store_true", help="also print every measure, with its certainty"
    )
    parser.add_argument(
        "--all", action="store_true", help="print every question, not only what is wrong"
    )
    for name, meaning in (
        ("html", "write a report for reading, in one file"),
        ("junit", "write JUnit XML for a CI server"),
        ("markdown", "write a summary for a CI job"),
        ("comment", "write a comment for a pull request, with before and after"),
        ("code-quality", "write GitLab's code quality report"),
    ):
        parser.add_argument(f"--{name}", metavar="FILE", help=meaning)


def _add_gate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="results to compare with (default: baselines/SUITE.json beside the suite, if there)",
    )
    parser.add_argument(
        "--update-baseline",
        action="store_true",
        help="keep this run's results as the baseline, and its trained model as that of thresholds",
    )
    parser.add_argument(
        "--keep",
        action=argparse.BooleanOptionalAction,
        help="keep the results of whole suites for `footnote eval history` (default: unless CI is "
        "set, as CI servers do)",
    )
    parser.add_argument(
        "--fail-under",
        type=share,
        metavar="RATE",
        help="lowest share of questions right, 0 to 1 (default: all)",
    )
    parser.add_argument(
        "--thresholds",
        metavar="FILE",
        help="TOML file of thresholds (default: thresholds.toml beside the suite, if there)",
    )
