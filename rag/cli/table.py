"""The table of Footnote's own commands: all that help needs, and where each command's work is.

No command's module is imported before the command runs, so that help costs nothing but argparse.
Commands of other packages, such as `eval`, come through the entry-point group `footnote.commands`.
"""

import argparse
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

Parser = argparse.ArgumentParser
_SORTS = ("relevance", "title", "date", "added")
_NEWEST = "in what order; by date, as articles state it, and when they were added, the newest first"
_BIBLIOGRAPHIES = ("csl", "bibtex", "markdown")
"""As in `rag.bibliography`."""
_CONDITIONS = {
    "tag": ("tags", "TAG", "with this tag"),
    "in": ("places", "FOLDER|GLOB", "in this folder, or with a source like this pattern"),
    "document": ("documents", "ID|TITLE", "of this id or title, or the beginning of one"),
    "type": ("types", "TYPE", "of this type, such as pdf"),
}
"""Options that say which articles, each with its field of `rag.Scope`, its value and help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of `footnote`."""

    summary: str
    """As the list of commands shows it."""
    example: str
    run: str
    """`module:function`; it takes the parsed arguments and returns the exit code."""
    arguments: tuple[Callable[[Parser], object], ...] = ()
    """Each adds arguments to the command's parser, in the order in which help shows them."""

    def describe(self, parser: Parser) -> None:
        """Add the arguments, those of every command first, and what is to run."""
        parser.add_argument(
            "--library",
            metavar="NAME|FOLDER",
            help="the library's name, folder or postgresql:// address (default: FOOTNOTE_LIBRARY "
            "or your data folder)",
        )
        parser.add_argument("--json", action="store_true", help="print everything as JSON")
        for add in self.arguments:
            add(parser)
        parser.set_defaults(run=self._run)

    @property
    def description(self) -> str:
        """The summary as a sentence."""
        return f"{self.summary[0].upper()}{self.summary[1:]}."

    @property
    def epilog(self) -> str:
        """The line below the help."""
        return f"example: {self.example}"

    def _run(self, parsed: argparse.Namespace) -> int:
        module, _, function = self.run.partition(":")
        return int(getattr(import_module(module), function)(parsed))


def _answering(parser: Parser) -> None:
    parser.add_argument("--show-hits", action="store_true", help="also print the passages found")
    parser.add_argument(
        "--show-reply",
        action="store_true",
        help="also print what a language model wrote where the articles do not bear it out",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        default=None,
        help="leave out what the sources do not say, instead of marking it",
    )


def _question(parser: Parser) -> None:
    parser.add_argument("question", nargs="+", help="the question; quotes keep the shell off ?")
    _k(parser)


def _follow_up(parser: Parser) -> None:
    parser.add_argument(
        "question", nargs="*", metavar="question", help="the question; quotes keep the shell off ?"
    )
    _k(parser)
    _continue(parser)


def _k(parser: Parser) -> None:
    parser.add_argument(
        "--k", type=_passages, metavar="N", help="passages to retrieve, 1 to 100 (default: 8)"
    )


def _continue(parser: Parser) -> None:
    parser.add_argument(
        "--continue",
        dest="continued",
        nargs="?",
        const="",
        metavar="ID",
        help="go on with the conversation of this id, or the last one of this library. What is "
        "asked in a terminal, or with this, is kept on this machine; FOOTNOTE_HISTORY=false keeps "
        "nothing",
    )


def _kept(parser: Parser) -> None:
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="list (default), show ID, rename ID NAME, search WORDS, delete ID..., restore ID... "
        "or export ID; the beginning of an id is enough",
    )
    parser.add_argument(
        "--format",
        choices=("md", "html", "csl", "bibtex"),
        help="of an export: the conversation as Markdown or HTML, or what it cites as CSL-JSON or "
        "BibTeX (default: as FILE ends, else md)",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="export to a new file that only you may read"
    )
    parser.add_argument("--all", action="store_true", help="also those of other libraries")
    parser.add_argument(
        "--now",
        action="store_true",
        help="delete so that it cannot be had back, and leave nothing of it in the file",
    )
    parser.add_argument(
        "--user", default="", metavar="NAME", help="those of somebody who logs in to the page"
    )


def _scope(parser: Parser) -> None:
    """Add the options that `rag.arguments.scope_among` reads."""
    group = parser.add_argument_group(
        "only some articles (all but --from, --until may be repeated)"
    )
    for name, (field, value, words) in _CONDITIONS.items():
        group.add_argument(
            f"--{name}",
            dest=f"scope_{field}",
            action="append",
            type=_word,
            metavar=value,
            help=f"only articles {words}",
        )
    for name, field, words in (("from", "since", "on or after"), ("until", "until", "up to")):
        group.add_argument(
            f"--{name}",
            dest=f"scope_{field}",
            type=_date,
            metavar="DATE",
            help=f"only articles {words} this day, month or year: 2024-03-01, 2024-03, 2024",
        )
    for name, (field, value, words) in _CONDITIONS.items():
        group.add_argument(
            f"--not-{name}",
            dest=f"scope_not_{field}",
            action="append",
            type=_word,
            metavar=value,
            help=f"no articles {words}",
        )


def _everywhere(parser: Parser) -> None:
    parser.add_argument(
        "--everywhere",
        action="store_true",
        help="ask all articles, also where the question names some of them",
    )


def _model(parser: Parser) -> None:
    parser.add_argument(
        "--llm",
        metavar="MODEL",
        help="what writes answers: PROVIDER:MODEL, or extractive (default: FOOTNOTE_LLM)",
    )


def _use(parser: Parser) -> None:
    parser.add_argument(
        "use",
        nargs="*",
        metavar="use NAME",
        help="keep the model of that name for all answers from now on (default: list them)",
    )


def _sources(parser: Parser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a file, a folder, a glob pattern or the address of a web page (default: what changed "
        "in the folders that `footnote folders` lists)",
    )
    parser.add_argument(
        "--prune",
        action="store_true",
        help="also remove documents whose file is gone from a folder named here",
    )
    parser.add_argument(
        "--tag",
        action="append",
        metavar="NAME",
        help="give all documents of these sources this tag; may be repeated",
    )


def _watched(parser: Parser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="the folder to keep in step with")
    once = parser.add_mutually_exclusive_group()
    once.add_argument(
        "--register",
        action="store_true",
        help="end at once, and have `footnote ui` and `serve` follow the folder while they run, "
        "`footnote add` and `ask --sync` when they do",
    )
    once.add_argument(
        "--unregister", action="store_true", help="have it followed no more; its documents stay"
    )
    parser.add_argument(
        "--every",
        type=_seconds,
        default=2.0,
        metavar="SECONDS",
        help="pause between two looks at the folder, 0.1 to 3600 (default: 2)",
    )


def _names(parser: Parser) -> None:
    parser.add_argument(
        "words",
        nargs="*",
        metavar="add NAME [PLACE] | remove NAME",
        help="give the library in a folder or at a postgresql:// address a name (default: one of "
        "its own in your data folder), or forget a name; the library stays",
    )
    parser.add_argument(
        "--vectors",
        metavar="URL",
        help="the Chroma server of a library in PostgreSQL (default: FOOTNOTE_VECTORS)",
    )


def _in_step(parser: Parser) -> None:
    parser.add_argument(
        "--sync",
        action="store_true",
        help="first follow what changed in the folders that `footnote folders` lists",
    )


def _document(parser: Parser) -> None:
    parser.add_argument("id", help="a document's id or the beginning of it")


def _original(parser: Parser) -> None:
    parser.add_argument(
        "--original",
        metavar="FILE",
        help="write what the document was read from to FILE, a new file that only you may read",
    )


def _page(parser: Parser) -> None:
    parser.add_argument(
        "--page",
        metavar="PAGE",
        help="only this page: a number from 1, or what is printed on it, such as iv",
    )
    parser.add_argument(
        "--png", metavar="FILE", help="draw the page of a PDF to FILE, a new file, as a picture"
    )
    framed = parser.add_mutually_exclusive_group()
    framed.add_argument(
        "--sentence",
        type=_count,
        metavar="N",
        help="frame a sentence on it, by its number; its own page where --page names none",
    )
    framed.add_argument("--quote", metavar="TEXT", help="frame these words of the document on it")


def _documents(parser: Parser) -> None:
    parser.add_argument(
        "ids",
        nargs="+",
        metavar="ID",
        help="a document's id or its beginning; - for those on standard input",
    )


def _words(parser: Parser) -> None:
    parser.add_argument(
        "words", nargs="+", metavar="WORD", help="""all are looked for; '"quoted"' ones in a row"""
    )
    parser.add_argument("--sort", choices=_SORTS, default=_SORTS[0], help=_NEWEST)
    parser.add_argument(
        "--limit", type=_count, metavar="N", help="articles to show, 1 to 1000 (default: 20)"
    )
    parser.add_argument(
        "--offset", type=_count, metavar="N", default=0, help="articles to pass over first"
    )


def _ids(parser: Parser) -> None:
    parser.add_argument(
        "--ids",
        action="store_true",
        help="print only the ids of the articles, for `footnote tag add NAME -` and the like",
    )


def _order(parser: Parser) -> None:
    parser.add_argument(
        "--sort", choices=_SORTS[1:], help=f"{_NEWEST} (default: as they were added)"
    )


def _tag(parser: Parser) -> None:
    parser.add_argument(
        "change",
        choices=("add", "remove"),
        metavar="add|remove",
        help="give the tag, or take it away",
    )
    parser.add_argument(
        "name", metavar="NAME", help="the tag: 1 to 60 characters, upper and lower case the same"
    )


def _cited(parser: Parser) -> None:
    parser.add_argument(
        "--format",
        choices=_BIBLIOGRAPHIES,
        help="CSL-JSON, BibTeX or a list in Markdown (default: markdown, with --json csl)",
    )


def _cite(parser: Parser) -> None:
    parser.add_argument(
        "--cite",
        choices=_BIBLIOGRAPHIES,
        help="print the bibliography of the answer instead: its documents in this format",
    )


def _text(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="the text to check; - for standard input")


def _whole(parser: Parser) -> None:
    parser.add_argument(
        "topic",
        nargs="*",
        metavar="ID|TOPIC",
        help="a document's id or its beginning, or a topic (default: all articles)",
    )


def _dates(parser: Parser) -> None:
    parser.add_argument("topic", nargs="*", metavar="TOPIC", help="a topic (default: everything)")


def _archive(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="the archive, a zip file")


def _exported(parser: Parser) -> None:
    parser.add_argument(
        "ids",
        nargs="*",
        metavar="ID",
        help="a document's id or its beginning, - for those on standard input (default: all)",
    )


def _evidence(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="what `footnote ask --json` printed; or -")
    parser.add_argument(
        "--output", metavar="HTML", help="where to write (default: FILE with the ending .html)"
    )
    parser.add_argument(
        "--check", action="store_true", help="check FILE, an evidence file, against ORIGINALS"
    )
    parser.add_argument("originals", nargs="*", metavar="ORIGINALS", help="files or folders")


def _repair(parser: Parser) -> None:
    parser.add_argument("--repair", action="store_true", help="mend what is found")


def _passages(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100")
    return int(text)


def _word(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is empty: name one, or leave the option out")
    return text


def _date(text: str) -> str:
    from datetime import date  # of use for this option alone

    try:
        if not re.fullmatch(r"[0-9]{4}(?:-[0-9]{2}){0,2}", text):
            raise ValueError(text)
        date.fromisoformat(text + "0000-01-01"[len(text) :])
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no date: write a day as 2024-03-01, a month as 2024-03 or a year as 2024"
        ) from None
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if 0.1 <= seconds <= 3600:
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.1 to 3600")


COMMANDS: Mapping[str, Command] = {
    "ask": Command(
        summary="answer a question with checked footnotes",
        example='footnote ask "Which missile will Japan co-produce?"',
        run="rag.cli.ask:ask",
        arguments=(_answering, _everywhere, _follow_up, _in_step, _model, _cite, _scope),
    ),
    "search": Command(
        summary="rank passages for a question, without answering",
        example='footnote search "defense budget" --k 3',
        run="rag.cli.ask:search",
        arguments=(_question, _ids, _scope),
    ),
    "overview": Command(
        summary="tell in quoted sentences what an article, a topic's articles or all of them say",
        example='footnote overview "defense budget"',
        run="rag.cli.ask:overview",
        arguments=(_whole, _scope),
    ),
    "timeline": Command(
        summary="put what the articles date in order of time, each statement with its footnote",
        example="footnote timeline Japan",
        run="rag.cli.ask:timeline",
        arguments=(_dates, _scope),
    ),
    "chat": Command(
        summary="ask question after question, each of which may lean on those before it",
        example="footnote chat",
        run="rag.cli.talk:chat",
        arguments=(_answering, _everywhere, _k, _continue, _model, _scope),
    ),
    "conversations": Command(
        summary="list the conversations kept on this machine, show, search, delete or export them",
        example="footnote conversations search missile",
        run="rag.cli.talk:conversations",
        arguments=(_kept,),
    ),
    "add": Command(
        summary="add files, folders, glob patterns or web pages, or what changed in them",
        example="footnote add notes.txt ~/articles 'clippings/**/*.html'",
        run="rag.cli.library:add",
        arguments=(_sources,),
    ),
    "watch": Command(
        summary="keep the library in step with a folder until Ctrl-C, deleted files included",
        example="footnote watch ~/articles",
        run="rag.cli.libraries:watch",
        arguments=(_watched,),
    ),
    "folders": Command(
        summary="list the registered folders, how each is followed and when it last changed",
        example="footnote folders",
        run="rag.cli.libraries:folders",
    ),
    "libraries": Command(
        summary="list the libraries that have a name, give one a name or forget it",
        example="footnote libraries add work ~/work-articles",
        run="rag.cli.libraries:libraries",
        arguments=(_names,),
    ),
    "list": Command(
        summary="list the documents",
        example="footnote list --sort title",
        run="rag.cli.library:list_all",
        arguments=(_order, _scope),
    ),
    "show": Command(
        summary="print a document with its sentences numbered, draw a page, write its original",
        example="footnote show 3f2a",
        run="rag.cli.library:show",
        arguments=(_document, _original, _page),
    ),
    "cite": Command(
        summary="print a bibliography of documents as CSL-JSON, BibTeX or Markdown",
        example="footnote cite 3f2a 77b0 --format bibtex",
        run="rag.cli.library:cite",
        arguments=(_documents, _cited),
    ),
    "find": Command(
        summary="list the documents that have all of some words, with a sentence that says them",
        example="""footnote find budget '"Prime Minister"' --sort date""",
        run="rag.cli.library:find",
        arguments=(_words, _ids, _scope),
    ),
    "tag": Command(
        summary="give documents a tag, or take it away",
        example="footnote tag add economy 3f2a 77b0",
        run="rag.cli.library:tag",
        arguments=(_tag, _documents),
    ),
    "tags": Command(
        summary="list the tags, each with how many documents have it",
        example="footnote tags",
        run="rag.cli.library:tags",
    ),
    "remove": Command(
        summary="remove documents",
        example="footnote remove 3f2a 77b0",
        run="rag.cli.library:remove",
        arguments=(_documents,),
    ),
    "verify": Command(
        summary="check a text from anywhere against your articles, claim by claim",
        example="footnote verify answer.md",
        run="rag.cli.check:verify",
        arguments=(_text, _scope),
    ),
    "models": Command(
        summary="say which language models are configured or run here, and keep one",
        example="footnote models use ollama:llama3.2",
        run="rag.cli.models:run",
        arguments=(_use, _model),
    ),
    "compact": Command(
        summary="leave nothing of removed documents in the library's files",
        example="footnote compact",
        run="rag.cli.library:compact",
    ),
    "export": Command(
        summary="write all documents, or some, into one archive",
        example="footnote export articles.zip",
        run="rag.cli.library:export",
        arguments=(_archive, _exported, _scope),
    ),
    "import": Command(
        summary="add all documents of an archive",
        example="footnote import articles.zip",
        run="rag.cli.library:import_",
        arguments=(_archive,),
    ),
    "evidence": Command(
        summary="write an answer's evidence as one page, or check it against the originals",
        example="footnote evidence --check answer.html ~/articles",
        run="rag.cli.check:evidence",
        arguments=(_evidence,),
    ),
    "doctor": Command(
        summary="check the library, and mend it with --repair",
        example="footnote doctor --repair",
        run="rag.cli.library:doctor",
        arguments=(_repair,),
    ),
}
"""By name, in the order in which the list of commands shows them."""
