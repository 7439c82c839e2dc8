"""The commands over a library: what comes in, what is there, what goes, its check and its moves."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from index.errors import MisuseError, ReadError
from index.full_text import FoundDocuments
from index.scope import Scope
from index.types import (
    CompactReport,
    Document,
    DocumentSummary,
    PageImage,
    Span,
    page_of,
)
from index.upkeep.transfer import ExportReport
from rag.arguments import checked_page, scope_among
from rag.bibliography import BibliographyFormat
from rag.citations import places
from rag.cli import terminal
from rag.cli.libraries import followed
from rag.cli.session import (
    opened,
    opened_to_add,
    print_ids,
    print_json,
    print_result,
    print_text,
    read_ids,
    warn,
    written,
)
from rag.conversations.store import conversations_here
from rag.library import OpenLibrary
from rag.types import as_json

_SHOWN = 20
"""Documents that `find` shows where nothing else is asked for."""
_MOST_PLACES = 1000
"""Of words that stand in a document more than once, of which the first on the page is meant."""


def add(arguments: argparse.Namespace) -> int:
    """Add sources, follow the registered folders, and tell what became of each.

    Returns:
        1 where all sources were skipped.

    Raises:
        MisuseError: Nothing is named, and no folder is registered, or a tag is to be given.
        ReadError: All were skipped, and it is to be told in words.
    """
    if arguments.tag and not arguments.paths:
        raise MisuseError("--tag tags the documents of a PATH: name it, a registered folder too")
    with opened_to_add(arguments) as assistant:
        library, model = assistant.library, assistant.settings.embedding_model
        if not (arguments.paths or library.folders.all()):
            raise MisuseError(
                "name a PATH to add: a file, a folder, a pattern or the address of a page; "
                "without one, the folders are followed that `footnote watch --register` registered"
            )
        if not arguments.paths and not arguments.prune:
            print_result(followed(library), partial(terminal.report, model=model), arguments)
            return 0
        report = library.add(*arguments.paths, prune=arguments.prune, tags=arguments.tag or ())
        also = followed(library)
    skipped = report.of("skipped")
    known = {change.source for change in report.changes}
    told = replace(
        report,
        changes=(*report.changes, *(c for c in also.changes if c.source not in known)),
        embedded=report.embedded + also.embedded,
    )
    if arguments.json:
        print_json(told)
    elif len(skipped) == len(report.changes) == 1:
        raise ReadError(f"{skipped[0].source!r} was not added: {skipped[0].reason}")
    else:
        print_text(terminal.report(told, model=model))
        if len(skipped) == len(report.changes):
            raise ReadError("nothing was added: every file was skipped, for the reasons above")
    return 1 if len(skipped) == len(report.changes) else 0


def list_all(arguments: argparse.Namespace) -> int:
    """List the documents."""
    with opened(arguments) as assistant:
        assistant.library.seed()
        documents = assistant.library.documents(scope_among(vars(arguments)), sort=arguments.sort)
    print_result(documents, terminal.documents, arguments)
    return 0


def find(arguments: argparse.Namespace) -> int:
    """List the documents that have all of some words, or their ids."""
    words, offset, sort = " ".join(arguments.words), arguments.offset, arguments.sort
    inside = scope_among(vars(arguments))
    with opened(arguments) as assistant:
        assistant.library.seed()
        if arguments.ids:
            ids = assistant.library.find_ids(words, inside, sort=sort)
            print_ids(ids[offset:][: arguments.limit], arguments)
            return 0
        found = assistant.library.find(
            words, inside, sort=sort, offset=offset, limit=arguments.limit or _SHOWN
        )
    print_result(found, partial(found_lines, offset=offset), arguments)
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Print one document, or write out its original and print what was written.

    Raises:
        MisuseError: A picture or a page of it is asked for as well as the original.
    """
    if arguments.original is not None and any(
        each is not None
        for each in (arguments.png, arguments.page, arguments.sentence, arguments.quote)
    ):
        raise MisuseError(
            "--original writes the whole file: ask for a page or a picture by a command of its own"
        )
    with opened(arguments) as assistant:
        assistant.library.seed()
        if arguments.original is not None:
            done = written(arguments.original, assistant.library.original_bytes(arguments.id))
            print_result(done, written_out, arguments)
            return 0
        document = assistant.library.document(arguments.id)
        if arguments.png is not None:
            _draw(assistant.library, document, arguments)
            return 0
    print_result(_of_page(document, arguments), terminal.document, arguments)
    return 0


def cite(arguments: argparse.Namespace) -> int:
    """Print a bibliography of documents.

    Raises:
        MisuseError: JSON is asked for, and a format that is none.
    """
    wanted: BibliographyFormat = arguments.format or ("csl" if arguments.json else "markdown")
    if arguments.json and wanted != "csl":
        raise MisuseError(f"--json prints CSL-JSON, and {wanted} is none: leave one of them out")
    with opened(arguments) as assistant:
        assistant.library.seed()
        text = assistant.library.cite(*arguments.ids, format=wanted)
    print_text(terminal.printable(text.rstrip("\n")))
    return 0


def _of_page(document: Document, arguments: argparse.Namespace) -> Document:
    """Return a document with the sentences of one page, or of all where none is named."""
    if arguments.sentence is not None or arguments.quote is not None:
        raise MisuseError("--sentence and --quote frame words in a picture: name it with --png")
    if arguments.page is None:
        return document
    page = checked_page(arguments.page, document, span=None)
    return replace(document, sentences=tuple(s for s in document.sentences if s.page == page))


def _draw(library: OpenLibrary, document: Document, arguments: argparse.Namespace) -> None:
    """Draw a page to a new file and print where, and where the words stand that were asked for."""
    span = _framed(document, arguments)
    image = library.draw_page(document.summary.id, arguments.page, span=span)
    done = written(arguments.png, image.png)
    if arguments.json:
        told = as_json(replace(image, png=b""))
        assert isinstance(told, dict), "it is a dataclass"
        print_json({name: value for name, value in told.items() if name != "png"} | done)
    else:
        print_text(drawn(image, arguments.png, framed=span is not None))


def _framed(document: Document, arguments: argparse.Namespace) -> Span | None:
    """Return what is to be framed: a sentence by its number, or words where they stand first.

    Raises:
        MisuseError: There is no such sentence, or the words are not there.
    """
    if arguments.sentence is not None:
        count = len(document.sentences)
        if arguments.sentence > count:
            raise MisuseError(
                f"there is no sentence {arguments.sentence}: name one from 1 to {count}, as "
                "`footnote show` numbers them"
            )
        sentence = document.sentences[arguments.sentence - 1]
        return Span(start=sentence.start, end=sentence.end)
    if arguments.quote is None:
        return None
    found = places(document.text, arguments.quote, most=_MOST_PLACES)
    if arguments.page is not None:
        page = checked_page(arguments.page, document, span=None)
        starts = document.page_starts
        found = [p for p in found if page in (page_of(p[0], starts), page_of(p[1] - 1, starts))]
    if not found:
        where = "on that page" if arguments.page is not None else "in the document"
        raise MisuseError(
            f"{arguments.quote!r} does not stand {where}: copy the words from `footnote show`"
        )
    return Span(start=found[0][0], end=found[0][1])


def tag(arguments: argparse.Namespace) -> int:
    """Give documents a tag or take it away, and print the tags of each then.

    Raises:
        ScopeError: No document has the tag that is to be taken away.
    """
    change = {arguments.change: [arguments.name]}
    with opened(arguments) as assistant:
        wrong = arguments.change == "remove"
        had = (
            {d.id for d in assistant.library.documents(Scope(tags=(arguments.name,)))}
            if wrong
            else ()
        )
        documents = assistant.library.tag(read_ids(arguments.ids), **change)
    for document in documents:
        if wrong and document.id not in had:
            warn(f"{document.id} did not have the tag {arguments.name!r}")
    print_result(documents, tagged_lines, arguments)
    return 0


def tags(arguments: argparse.Namespace) -> int:
    """List the tags, each with how many documents have it."""
    with opened(arguments) as assistant:
        counts = assistant.library.tags()
    print_result(counts, tag_lines, arguments)
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Remove documents and print which."""
    with opened(arguments) as assistant:
        removed = assistant.library.remove(*read_ids(arguments.ids))
    print_result(removed, removed_lines, arguments)
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """Check or repair the library; 1 where something is wrong."""
    with opened(arguments) as assistant:
        checkup = assistant.library.repair() if arguments.repair else assistant.library.check()
    print_result(checkup, terminal.checkup, arguments)
    return 1 if checkup.findings else 0


def compact(arguments: argparse.Namespace) -> int:
    """Compact the library and print what that freed; deleted conversations go for good, too."""
    with opened(arguments) as assistant:
        report = assistant.library.compact()
    if not conversations_here().purge(at_once=True):
        warn("another program reads the file of conversations: run this again to clean it")
    print_result(report, compacted, arguments)
    return 0


def export(arguments: argparse.Namespace) -> int:
    """Export the library and print the archive's hash."""
    with opened(arguments) as assistant:
        report = assistant.library.export_to(
            arguments.file, *read_ids(arguments.ids), scope=scope_among(vars(arguments))
        )
    print_result(report, exported, arguments)
    return 0


def import_(arguments: argparse.Namespace) -> int:
    """Import an archive and print what became of each document."""
    with opened_to_add(arguments) as assistant:
        report = assistant.library.import_from(arguments.file)
        as_text = partial(terminal.report, model=assistant.settings.embedding_model)
    print_result(report, as_text, arguments)
    return 0


def written_out(done: Mapping[str, str | int]) -> str:
    """Return where an original was written, its size and its hash."""
    file = terminal.one_line(str(done["file"]))
    return f"{done['bytes']:,} bytes: {file}\nsha256 {done['sha256']}"


def removed_lines(documents: Sequence[DocumentSummary]) -> str:
    """Return a line for each removed document."""
    return "\n".join(f"removed  {d.id}  {terminal.one_line(d.card.title)}" for d in documents)


def found_lines(found: FoundDocuments, *, offset: int) -> str:
    """Return each document with the sentence that says most of the words, and how many there are.

    Args:
        found: What was found.
        offset: How many documents were passed over.
    """
    if not found.total:
        return "No document has all of these words."
    noun = "document" if found.total == 1 else "documents"
    if not found.documents:
        return f"{found.total:,} {noun}, all passed over: give a smaller --offset"
    last = offset + len(found.documents)
    shown = f"{offset + 1:,} to {last:,} of " if len(found.documents) < found.total else ""
    more = f": --offset {last} goes on" if last < found.total else ""
    count = f"{shown}{found.total:,} {noun}{more}"
    return "\n".join([*map(terminal.found, found.documents), count])


def tagged_lines(documents: Sequence[DocumentSummary]) -> str:
    """Return a line for each document with its tags."""
    return "\n".join(
        f"{d.id}  {terminal.one_line(d.card.title)}: {terminal.tags(d.card) or 'no tags'}"
        for d in documents
    )


def tag_lines(counts: Mapping[str, int]) -> str:
    """Return a line for each tag; a sentence where there are none."""
    if not counts:
        return "No document has a tag: give one with `footnote tag add NAME ID`."
    width = max(map(len, map(str, counts.values())))
    return "\n".join(f"{n:{width}}  {terminal.one_line(tag)}" for tag, n in counts.items())


def drawn(image: PageImage, file: str, *, framed: bool) -> str:
    """Return where a page's picture was written, and where the words to frame stand on it."""
    lines = [
        f"{terminal.page_place(image.page, image.page_label)}: {terminal.one_line(file)}, "
        f"{image.width:,} by {image.height:,} pixels"
    ]
    lines += [
        "framed: " + ", ".join(f"{side:.0f}" for side in box) + " (left, top, right, bottom)"
        for box in image.boxes
    ]
    if framed and not image.boxes:
        lines.append("nothing is framed: its letters are not those words, as in a picture")
    return "\n".join(lines)


def compacted(report: CompactReport) -> str:
    """Return the sizes before and after, and the files that may still hold removed text."""
    lines = [f"{report.bytes_before:,} bytes before, {report.bytes_after:,} now."]
    lines += [
        f"kept: {terminal.one_line(path)}, set aside by a repair; it may hold removed text, so "
        "delete it when you need it no more"
        for path in report.kept
    ]
    return "\n".join(lines)


def exported(report: ExportReport) -> str:
    """Return what was written and its hash."""
    noun = "document" if report.documents == 1 else "documents"
    return (
        f"{report.documents:,} {noun}, {report.bytes:,} bytes: {terminal.one_line(report.file)}\n"
        f"sha256 {report.sha256}"
    )
