"""What other programs may ask of Footnote: `ask`, `search`, `documents`, `verify` and more.

The page offers the first three as endpoints of Gradio; `ui.serve` all of them over plain HTTP, and
`ui.mcp_stdio` to MCP clients. All are told what they do by `data/tools.toml`.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict
from functools import cache, wraps
from threading import Thread
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import quote

from rag import Answer, Assistant, DocumentSummary, FootnoteError, Hit, MisuseError, Verification
from rag.internal import as_json, data_toml, in_thread, not_read_again, read_scope
from rag.types import AnswerSentence, CheckedClaim, Citation, Folder, Verdict

P = ParamSpec("P")
R = TypeVar("R")
_AT_ONCE = 4
_MOST_PASSAGES = 100
_MOST_DOCUMENTS = 1000
_WORST_FIRST: tuple[Verdict, ...] = ("contradicted", "altered", "unsupported", "misattributed")
_MOST_VERIFIED = 50_000
"""Characters of one text: minutes, at .1 s a claim, which nobody can stop."""
_LONG = ("verify", "overview")
"""Tools that go on for as long as their text is, also where nobody waits any more."""
_LONG_AT_ONCE = 2
_LINKED_WORDS = 6
_NEAREST = 3
"""Passages that go with an abstention."""
MCP_EXTRA = 'run `pip install -c constraints.txt ".[mcp]"` in Footnote\'s folder'
"""What to do where the package `mcp` is not installed."""


def build(assistant: Assistant) -> None:
    """Add the page's endpoints; call it inside the app. Gradio takes types and docstrings as told.

    They answer as the page was started, whatever somebody chose on the tab Settings.
    """
    import gradio as gr

    endpoints = Endpoints(assistant)
    for endpoint in (endpoints.ask, endpoints.search, endpoints.documents):
        gr.api(  # type: ignore[attr-defined]
            _telling(endpoint),
            api_name=endpoint.__name__,
            concurrency_id="answer",
            concurrency_limit=_AT_ONCE,
        )


class Endpoints:
    """What each endpoint does, as plain data; what is wrong is a `FootnoteError`."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._long_ones = asyncio.Semaphore(_LONG_AT_ONCE)

    async def call(self, name: str, arguments: Mapping[str, object]) -> dict[str, Any]:
        """Do what a tool of `tools` does, without blocking the event loop.

        A question that is cancelled stops its language model.

        Raises:
            MisuseError: There is no such tool, or an argument is unknown, missing or wrong.
            FootnoteError: It could not be done.
        """
        known = tools()
        if name not in known:
            raise MisuseError(f"there is no tool {name!r}: the tools are {', '.join(known)}")
        _check(arguments, known[name]["arguments"])
        if name == "ask":
            scope = read_scope(arguments.get("scope"))
            return _of_answer(await self._assistant.aask(_text(arguments["question"]), scope=scope))
        if name in _LONG:
            return await self._called_long(name, dict(arguments))
        return await asyncio.to_thread(self._called, name, dict(arguments))

    async def _called_long(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call a tool in a thread that neither the process's end nor another tool waits for."""
        await self._long_ones.acquire()
        loop = asyncio.get_running_loop()

        def called() -> Iterator[dict[str, Any]]:
            try:
                yield self._called(name, arguments)
            finally:
                with suppress(RuntimeError):  # the loop is closed
                    loop.call_soon_threadsafe(self._long_ones.release)

        async with aclosing(in_thread(called)) as came:
            return await anext(came)

    def _called(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if name == "search":
            return {"passages": self.search(**arguments)}
        if name == "documents":
            return {"documents": self.documents(**arguments)}
        scope = read_scope(arguments.get("scope"))
        if name == "verify":
            text = _short_text(arguments["text"])
            return _of_verification(self._assistant.verify(text, scope=scope))
        if name == "folders":
            return {"folders": [_folder(one) for one in self._assistant.library.folders.all()]}
        topic = arguments.get("topic")
        return _of_answer(self._assistant.overview(_text(topic) if topic else None, scope=scope))

    def ask(self, question: str, scope: dict[str, Any] | None = None) -> dict[str, Any]:
        """Answer a question from the articles of the library, every sentence with its footnotes.

        Args:
            question: The question, in words, at most 2,000 characters.
            scope: Which articles to look in, such as {"tags": ["economy"], "since": "2024"}, by the
                fields of `rag.Scope`; null for all, or those that the question names itself.

        Returns:
            The answer: its `status` (`answered` or `abstained`), the `short` answer or null, its
            `text`, its `sentences` with the numbers of their citations, and its `citations`, each a
            literal `quote` with the article's title and the characters where it stands. What a
            language model wrote where the articles are quoted in its place is in `set_aside`.
        """
        return cast(
            dict[str, Any],
            as_json(self._assistant.ask(_text(question), scope=read_scope(scope))),
        )

    def search(
        self, question: str, k: int = 8, scope: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Find the passages of the library that are nearest to a question, best first.

        Args:
            question: What to look for, in words, at most 2,000 characters.
            k: How many passages, 1 to 100.
            scope: Which articles to look in, as for `ask`; null for all.

        Returns:
            The passages, each with its article's title and source, its text and its score.
        """
        self._assistant.library.seed()
        hits = self._assistant.search(_text(question), k=_number(k), scope=read_scope(scope))
        return [_passage(hit) for hit in hits]

    def documents(self, containing: str = "") -> list[dict[str, Any]]:
        """List the articles of the library, newest first, at most 1,000.

        Args:
            containing: Words that title, source, author or tags must have; empty for all articles.

        Returns:
            The articles, each with its id, title, source, dates, author, tags and number of
            sentences.
        """
        words = _text(containing).casefold().split()
        self._assistant.library.seed()
        found = self._assistant.library.documents()
        return [
            _article(document)
            for document in reversed(found)
            for card in [document.card]
            for about in [" ".join((card.title, card.source, card.author or "", *card.tags))]
            if all(word in about.casefold() for word in words)
        ][:_MOST_DOCUMENTS]


def read_again_behind(assistant: Assistant) -> None:
    """Begin `read_again` while a server starts; nobody waits for it."""
    Thread(target=read_again, args=(assistant,), daemon=True).start()


def read_again(assistant: Assistant) -> None:
    """Bring what an older version read up to date; while another program writes, the next start."""
    try:
        report = assistant.library.read_again()
    except FootnoteError:
        return
    if report.changes:
        count, changed = len(report.changes), len(report.of("changed"))
        documents = "1 document" if count == 1 else f"{count:,} documents"
        print(  # noqa: T201
            f"{documents} that an older version had read: read again, {changed:,} changed",
            flush=True,
        )
    for line in not_read_again(report.outdated):
        print(line, flush=True)  # noqa: T201


@cache
def tools() -> Mapping[str, dict[str, Any]]:
    """Return what `data/tools.toml` says of each tool, by name."""
    table = data_toml("ui", "tools.toml")
    scope = table.pop("scope")
    return {
        name: {**tool, "arguments": tool["arguments"] | ({"scope": scope} if scoped else {})}
        for name, tool in table.items()
        for scoped in [tool.pop("scoped", False)]
    }


def cited(
    citations: Sequence[Citation], sentences: Sequence[AnswerSentence | CheckedClaim]
) -> list[Any]:
    """Return citations as plain data, each with the worst that was found of what cites it."""
    return [
        {
            "number": citation.number,
            "document": citation.document_id,
            "title": citation.card.title,
            "url": _web_address(citation),
            "link": _link(citation),
            "source": citation.card.source,
            "page": citation.page,
            "page_label": citation.page_label or None,
            "start": citation.start,
            "end": citation.end,
            "quote": citation.quote,
            "verdict": _verdict(citation.number, sentences),
            "note": citation.source_note or None,
        }
        for citation in citations
    ]


def about(answer: Answer) -> dict[str, Any]:
    """Return what there is to say of an answer beside its text, as plain data."""
    aside = answer.set_aside.note if answer.set_aside else ""
    return {
        "status": answer.status,
        "reason": answer.reason,
        "short": answer.short,
        "confidence": answer.confidence,
        "searched": answer.searched or answer.question,
        **scope_of(answer),
        "answered_by": answer.model,
        "note": aside or answer.fallback or None,
        "sentences": [
            {
                "text": sentence.text,
                "citations": list(sentence.citations),
                "verdict": sentence.verdict,
                "note": sentence.note or None,
            }
            for sentence in answer.sentences
        ],
        "steps": as_json(answer.steps),
    }


def scope_of(answer: Answer) -> dict[str, Any]:
    """Return which articles an answer is from: a scope as it can be sent, and in words."""
    given = {name: value for name, value in asdict(answer.scope).items() if value}
    return {
        "scope": as_json(given),
        "scope_words": answer.scope.words,
        "scope_named": answer.scope_named,
        "scope_note": answer.scope_note or None,
    }


def _check(arguments: Mapping[str, object], known: Mapping[str, dict[str, Any]]) -> None:
    """Refuse arguments that a tool does not have, and a call without one that it needs."""
    if unknown := [name for name in arguments if name not in known]:
        raise MisuseError(f"unknown argument {unknown[0]!r}: the arguments are {', '.join(known)}")
    missing = [name for name, one in known.items() if one["required"] and name not in arguments]
    if missing:
        raise MisuseError(f"the argument {missing[0]!r} is missing: {known[missing[0]]['says']}")


def _of_answer(answer: Answer) -> dict[str, Any]:
    plain = {"text": answer.text, **about(answer)}
    found = {"citations": cited(answer.citations, answer.sentences)}
    if answer.status == "answered":
        return {**plain, **found}
    nearest = {"nearest": [_passage(hit) for hit in answer.hits[:_NEAREST]]}
    return {**plain, **nearest, **(found if answer.steps else {})}


def _of_verification(found: Verification) -> dict[str, Any]:
    return {
        "supported": found.supported,
        "claims": as_json(found.claims),
        "citations": cited(found.citations, found.claims),
    }


def _verdict(number: int, sentences: Sequence[AnswerSentence | CheckedClaim]) -> Verdict:
    found = {s.verdict for s in sentences if number in s.citations}
    return next((verdict for verdict in _WORST_FIRST if verdict in found), "supported")


def _web_address(citation: Citation) -> str | None:
    source = citation.card.source
    return citation.card.url or (source if source.startswith(("http://", "https://")) else None)


def _link(citation: Citation) -> str:
    """Return where a quote stands, another for each quote: pages show one source per address.

    Of a web page by its first words (https://wicg.github.io/scroll-to-text-fragment), of anything
    else by its characters (RFC 5147).
    """
    page = _web_address(citation)
    if page is None:
        return f"{citation.card.source}#char={citation.start},{citation.end}"
    words = " ".join(citation.quote.split()[:_LINKED_WORDS])
    fragment = f":~:text={quote(words, safe='').replace('-', '%2D')}"
    return f"{page}{'' if '#' in page else '#'}{fragment}"


def _passage(hit: Hit) -> dict[str, Any]:
    return {
        "document": hit.passage.document_id,
        "title": hit.card.title,
        "source": hit.card.source,
        "page": hit.page,
        "page_label": hit.page_label,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "score": hit.score,
    }


def _article(document: DocumentSummary) -> dict[str, Any]:
    card = document.card
    return {
        "id": document.id,
        "title": card.title,
        "source": card.source,
        "published": card.published,
        "author": card.author,
        "tags": list(card.tags),
        "added_at": document.added_at,
        "sentences": document.sentences,
    }


def _folder(folder: Folder) -> dict[str, Any]:
    return {**cast(dict[str, Any], as_json(folder)), "state": folder.state}


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise MisuseError(f"a text is needed, not {given!r}: send a string")
    return given


def _short_text(given: object) -> str:
    text = _text(given)
    if len(text) > _MOST_VERIFIED:
        raise MisuseError(
            f"the text to verify has {len(text):,} characters, at most {_MOST_VERIFIED:,} are "
            "checked at once: send it in parts"
        )
    return text


def _number(given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise MisuseError(f"k cannot be {given!r}: send a whole number, 1 to {_MOST_PASSAGES}")
    return given


def _telling(endpoint: Callable[P, R]) -> Callable[P, R]:
    """Return an endpoint whose errors Gradio tells the client as one sentence."""

    @wraps(endpoint)
    def told(*args: P.args, **named: P.kwargs) -> R:
        import gradio as gr

        try:
            return endpoint(*args, **named)
        except FootnoteError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return told
