"""The sub-commands `footnote eval` and `footnote gold`: arguments only, since all help loads them.

The work is in the files beside this one, imported when a command runs.
"""

import argparse
from collections.abc import Callable, Sequence

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
call makes no sense; 130 interrupted. Every case must pass where no threshold allows less.
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
    _add_words(parser)


def _add_words(parser: argparse.ArgumentParser) -> None:
    """Add lint, schema and the other words to the parser of `footnote eval`."""
    _add_lint(parser)
    _add_word(
        parser,
        "schema",
        run=_gold("schema"),
        description="Print the gold format as JSON Schema.",
    )
    _add_import(parser)
    _add_export(parser)
    _add_init_ci(parser)
    _add_calibrate(parser)
    _add_history(parser)
    _add_compare(parser)


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
    suggest.add_argument("--limit", type=_positive, default=20, metavar="N", help="(default: 20)")
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
    draft.add_argument("--limit", type=_positive, default=10, metavar="N", help="(default: 10)")
    named = {"add": add, "suggest": suggest, "repair": repair, "draft": draft}
    for word, run in ((parser, _gold(name)) for name, parser in named.items()):
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
        "--limit", type=_positive, metavar="N", help="ask a random N questions of each"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of that choice (default: 0)"
    )
    parser.add_argument(
        "--k", type=_positive, metavar="N", help="passages to retrieve per question"
    )
    parser.add_argument(
        "--jobs", type=_positive, default=1, metavar="N", help="threads that ask (default: 1)"
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
        type=_share,
        metavar="RATE",
        help="lowest share of passed cases, 0 to 1 (default: all)",
    )
    parser.add_argument(
        "--thresholds",
        metavar="FILE",
        help="TOML file of thresholds (default: thresholds.toml beside the suite, if there)",
    )


def _add_library(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--library", metavar="DIR", default=argparse.SUPPRESS, help="a library (default: yours)"
    )


def _add_lint(parser: argparse.ArgumentParser) -> None:
    word = _add_word(
        parser,
        "lint",
        run=_gold("lint"),
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
        run=_gold("import"),
        description="Print a set of another format as gold cases, and add its articles.",
    )
    word.add_argument("path", metavar="PATH", help="a SQuAD-form file or a BEIR-form folder")
    word.add_argument("--from", dest="form", choices=("squad", "beir"), required=True)
    _add_library(word)


def _add_export(parser: argparse.ArgumentParser) -> None:
    word = _add_word(
        parser,
        "export",
        run=_gold("export"),
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
        "--precision", type=_share, required=True, metavar="P", help="wanted share of right answers"
    )
    word.add_argument("--folds", type=_positive, default=5, metavar="N", help="(default: 5)")
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
        "--limit", type=_positive, default=20, metavar="N", help="newest runs to list (default: 20)"
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
    word.add_argument("--limit", type=_positive, metavar="N", help="ask a random N questions")
    word.add_argument("--jobs", type=_positive, default=1, metavar="N", help="threads that ask")
    word.add_argument("--replay", metavar="FILE", help="answer from the recorded replies in FILE")
    word.add_argument("--json", action="store_true", help="print the comparison as JSON")
    _add_library(word)


def _kept(name: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from eval.cli import history

        return {"history": history.history, "compare": history.compare}[name](args)

    return run


def _gold(name: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from eval.cli.gold import WORDS

        return WORDS[name](args)

    return run


def _positive(text: str) -> int:
    """Read a whole number from 1 for argparse.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _share(text: str) -> float:
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
