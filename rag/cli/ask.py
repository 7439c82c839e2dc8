"""The commands that answer from articles: `footnote ask`, `search`, `overview` and `timeline`.

In a terminal an answer is its short words, its sentences and their footnotes.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.errors import MisuseError
from index.scope import Scope
from index.terms import has_words
from rag.arguments import scope_among
from rag.citations import SHOWN_AS_TRUE, marked
from rag.cli import terminal
from rag.cli.session import (
    Talk,
    continued_question,
    opened,
    print_ids,
    print_json,
    print_result,
    print_text,
)
from rag.cli.terminal import (
    BOLD,
    DIM,
    PLAIN,
    YELLOW,
    footnote_head,
    label,
    nearest,
    one_line,
    printable,
    source_note,
    styled,
    styled_head,
    wrapped,
)
from rag.refusal import says
from rag.types import Answer, AnswerPart, AnswerSentence, Citation, Event, Retrieved, SetAside, Turn

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.bibliography import BibliographyFormat
    from rag.overview.timeline import Timeline, TimelineEntry

_STRUCK = "\x1b[2;9m"
_FROM, _TO, _NOT = "\ufdd0", "\ufdd1", "\ufdd2"
"""Around words to be bold or, from `_NOT` on, struck, until the lines are folded; no characters of
any text."""
_BEFORE = "Before it:"
"""Leads the words of an article that name what a sentence is about."""
_ALSO = "The articles also say:"
"""Leads a quoted sentence beside what a language model wrote."""
_NOT_FOUND = "no answer found"
"""Stands where a part of the question is not answered."""
_QUOTED = re.compile('["“”„]')
"""Has quotation marks of its own."""


def ask(arguments: argparse.Namespace) -> int:
    """Answer a question, or print the bibliography of its answer; 2 where it is empty.

    Raises:
        MisuseError: The question is empty, and it is to be told in words, or two outputs are asked
            for at once.
    """
    if arguments.json and arguments.cite:
        raise MisuseError("--cite prints a bibliography, --json an answer: leave one of them out")
    question = continued_question(arguments)
    with opened(arguments) as assistant:
        if arguments.sync:
            from rag.cli.libraries import follow_first  # most questions read no file

            follow_first(assistant.library)
        talk = Talk.of(arguments, assistant.settings)
        scope = scope_among(vars(arguments))
        answer = followed(assistant, question, k=arguments.k, history=talk.history, scope=scope)
    if arguments.json:
        print_json(answer)
    elif answer.reason == "empty_question":
        raise MisuseError(answer.text)
    elif arguments.cite:
        _print_bibliography(answer, arguments.cite)
    else:
        print_text(answer_text(answer, with_reply=arguments.show_reply))
        if arguments.show_hits and answer.hits:
            print_text("\n" + terminal.hits(answer.hits))
    if arguments.continued is not None or (sys.stdout.isatty() and not arguments.json):
        sys.stdout.flush()
        talk.keep(answer)
    return 2 if answer.reason == "empty_question" else 0


def _print_bibliography(answer: Answer, wanted: "BibliographyFormat") -> None:
    """Print what the answer cites; why there is no answer goes to where it is not redirected."""
    if not answer.citations:
        sys.stderr.write(f"{printable(answer.text)}\n")
    if text := answer.bibliography(wanted).rstrip("\n"):
        print_text(printable(text))


def followed(
    assistant: "Assistant",
    question: str,
    *,
    k: int | None,
    history: Sequence[Turn] = (),
    scope: Scope | None = None,
) -> Answer:
    """Ask, and tell on the last line of a terminal what is found, written and checked meanwhile."""
    if not sys.stderr.isatty() or assistant.model == "extractive":
        return assistant.ask(question, k=k, history=history, scope=scope)
    try:
        for event in assistant.stream(question, k=k, history=history, scope=scope):
            sys.stderr.write(f"\r\x1b[K{_progress(event, assistant.model)}")
            sys.stderr.flush()
    finally:
        sys.stderr.write("\r\x1b[K")
    assert isinstance(event, Answer), "a stream ends with an answer"
    return event


def search(arguments: argparse.Namespace) -> int:
    """Rank passages; 2 where the question is empty.

    Raises:
        MisuseError: The question is empty, and it is to be told in words.
    """
    with opened(arguments) as assistant:
        question = " ".join(arguments.question)
        if has_words(question):
            assistant.library.seed()
        hits = assistant.search(question, k=arguments.k, scope=scope_among(vars(arguments)))
    if not has_words(question) and not arguments.json:
        raise MisuseError(says("empty_question"))
    if arguments.ids:
        print_ids(dict.fromkeys(hit.passage.document_id for hit in hits), arguments)
    elif arguments.json:
        print_json(hits)
    else:
        print_text(terminal.hits(hits))
    return 0 if has_words(question) else 2


def overview(arguments: argparse.Namespace) -> int:
    """Print an overview of an article, a topic or all articles."""
    with opened(arguments) as assistant:
        answer = assistant.overview(_topic(arguments), scope=scope_among(vars(arguments)))
    print_result(answer, answer_text, arguments)
    return 0


def timeline(arguments: argparse.Namespace) -> int:
    """Print the dated statements of all articles, or of a topic."""
    with opened(arguments) as assistant:
        scope = scope_among(vars(arguments))
        found = assistant.timeline(_topic(arguments), scope=scope)
    asked = f"\nAsked of: {one_line(scope.words)}" if scope else ""
    print_result(found, lambda one: timeline_text(one) + asked, arguments)
    return 0


def _topic(arguments: argparse.Namespace) -> str | None:
    """Return the words given as one; None where there are none, which an empty one is not."""
    return " ".join(arguments.topic) if arguments.topic else None


def answer_text(answer: Answer, *, with_reply: bool = False) -> str:
    """Return the short answer, the sentences and their footnotes; else the nearest passages.

    Where a language model was asked, what was searched, what it took and how it failed are told.

    Args:
        answer: It is shown.
        with_reply: Show the sentences of a reply that was set aside, each with what is wrong.
    """
    return "\n".join([*_answer_lines(answer), *_about(answer, with_reply=with_reply)])


def _progress(event: Event, model: str) -> str:
    """Return the one line that tells what was found, or written and checked, last; often empty."""
    if isinstance(event, Answer):
        return ""
    import shutil

    if isinstance(event, Retrieved) and event.steps:
        found = any(step.text for step in event.steps)
        line = "; ".join(_step(step) if found else step.asked for step in event.steps)
        line = f"Looked up: {line}" if found else f"Looking up {len(event.steps)} things: {line}"
    elif isinstance(event, Retrieved):
        count = f"{len(event.hits)} passage{'s' if len(event.hits) != 1 else ''}"
        line = f"{count} found; {model} writes, and each sentence is checked…"
    elif event.sentence is None:
        line = ""
    else:
        holds = event.sentence.verdict in SHOWN_AS_TRUE
        line = f"{'Checked' if holds else 'Not borne out'}: {event.sentence.text}"
    return one_line(line)[: shutil.get_terminal_size().columns - 1]


def _answer_lines(answer: Answer) -> list[str]:
    if answer.status == "abstained":
        lines = [styled(printable(answer.text), YELLOW)]
        if answer.hits:
            lines += ["", styled("Nearest passages:", DIM)]
            lines += [
                wrapped(f"- {label(hit)}: {nearest(hit)}", indent=2) for hit in answer.hits[:3]
            ]
        return [*lines, *_footnotes(answer.citations)]
    if answer.is_overview:
        return [*map(_item, answer.sentences), *_places(answer.citations)]
    lines = _part_lines(answer)
    if answer.short and not lines:
        lines = [styled(wrapped(one_line(answer.short)), BOLD), ""]
    return [*lines, *_sentence_lines(answer.sentences), *_footnotes(answer.citations)]


def _footnotes(citations: Sequence[Citation]) -> list[str]:
    """Return where each quote is from and the quote, with an empty line before it."""
    lines = []
    for citation in citations:
        lines += [
            "",
            styled_head(footnote_head(citation), indent=4),
            *source_note(citation, indent=4),
            wrapped(f"“{printable(citation.quote)}”", indent=4, first=4),
        ]
    return lines


def _step(part: AnswerPart) -> str:
    """Return what was asked, the words that answer it, and their numbers."""
    text = one_line(part.text) if part.text else _NOT_FOUND
    return f"{one_line(part.asked)} {text}{''.join(f' [{n}]' for n in part.citations)}"


def _part_lines(answer: Answer) -> list[str]:
    """Return a line for each part of the question, or each item of a list; none for others."""
    lines = []
    for part in answer.parts:
        asked = one_line(part.asked).rstrip("?")
        text = one_line(part.text) if part.text else _NOT_FOUND
        numbers = "".join(f" [{number}]" for number in part.citations)
        lines.append(wrapped(f"- {asked}: {text}{numbers}" if asked else f"- {text}{numbers}"))
    return [styled("\n".join(lines), BOLD), ""] if lines else []


def timeline_text(found: "Timeline") -> str:
    """Return the dates with their statements, then where each is from; a sentence for none."""
    if not found.entries:
        about = f" about {one_line(found.topic)!r}" if found.topic else ""
        return styled(f"The documents date nothing{about}.", YELLOW)
    return "\n".join(
        [*(line for entry in found.entries for line in _dated(entry)), *_places(found.citations)]
    )


def _item(sentence: AnswerSentence) -> str:
    said = f"{_in_front(sentence.context)}{printable(marked([sentence]))}"
    return wrapped(f"- {said}", indent=2)


def _in_front(context: str) -> str:
    return f"({_BEFORE} {_in_quotes(one_line(context))}) " if context else ""


def _in_quotes(text: str) -> str:
    return text if _QUOTED.search(text) else f"“{text}”"


def _dated(entry: "TimelineEntry") -> list[str]:
    numbers = "".join(f" [{number}]" for number in entry.citations)
    date = one_line(entry.shown)
    return [
        styled(date, BOLD),
        wrapped(f"{_in_front(entry.context)}{one_line(entry.text)}{numbers}", indent=4, first=4),
    ]


def _places(citations: Sequence[Citation]) -> list[str]:
    """Return where each quote is from, after an empty line; the quotes stand above already."""
    lines = [""]
    for citation in citations:
        lines += [
            wrapped(footnote_head(citation), indent=4),
            *source_note(citation, indent=4),
        ]
    return lines


def _sentence_lines(sentences: Sequence[AnswerSentence]) -> list[str]:
    """Return the sentences as one paragraph; one with a context begins its own, below that."""
    paragraphs: list[list[AnswerSentence]] = []
    for sentence in sentences:
        if sentence.context or not paragraphs:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    lines = []
    for paragraph in paragraphs:
        context = one_line(paragraph[0].context)
        if context:
            lines.append(styled(wrapped(f"({_BEFORE} {_in_quotes(context)})"), DIM))
        shown = marked([_span_shown(sentence) for sentence in paragraph])
        lines.append(_styled_spans(wrapped(printable(shown))))
    return lines


def _span_shown(sentence: AnswerSentence) -> AnswerSentence:
    """Return a sentence with `_FROM` and `_TO` around the words that probably answer.

    One that no source says is between `_NOT` and `_TO`; its emphasis is left out.
    """
    if sentence.is_quote:
        return replace(sentence, lead=f"\n\n{_ALSO} ", text=_in_quotes(sentence.text))
    if sentence.verdict not in SHOWN_AS_TRUE:
        return replace(sentence, text=f"{_NOT}{sentence.text}{_TO}", markdown="")
    sentence = replace(sentence, markdown="")
    if sentence.span is None:
        return sentence
    (start, end), text = sentence.span, sentence.text
    return replace(sentence, text=f"{text[:start]}{_FROM}{text[start:end]}{_TO}{text[end:]}")


def _styled_spans(text: str) -> str:
    wanted = bool(styled("", BOLD))
    for sign, style in ((_FROM, BOLD), (_NOT, _STRUCK), (_TO, PLAIN)):
        text = text.replace(sign, style if wanted else "")
    return text


def _about(answer: Answer, *, with_reply: bool) -> list[str]:
    lines = _aside_lines(answer.set_aside, with_reply=with_reply) if answer.set_aside else []
    if answer.steps:
        lines.append(styled("Looked up one by one:", DIM))
        lines += [wrapped(f"- {_step(step)}", indent=2) for step in answer.steps]
    if answer.fallback:
        failed = f"This is the extractive answer, for {one_line(answer.fallback)}."
        lines.append(styled(wrapped(failed), YELLOW))
    lines += _scope_lines(answer)
    if answer.searched not in ("", answer.question):
        lines.append(styled(wrapped(f"Searched: {one_line(answer.searched)}"), DIM))
    usage = answer.usage
    if usage.requests:
        model = answer.set_aside.model if answer.set_aside else answer.model
        cost = "" if usage.cost is None else f", cost {usage.cost:.6f}".rstrip("0").rstrip(".")
        took = (
            f"{model}, {usage.input_tokens:,} + {usage.output_tokens:,} tokens, "
            f"{answer.seconds:.1f} s{cost}"
        )
        lines.append(styled(wrapped(one_line(took)), DIM))
    return ["", *lines] if lines else []


def _scope_lines(answer: Answer) -> list[str]:
    """Return of which articles it was asked, unless of all, and what became of those it names."""
    if answer.scope_note:
        return [styled(wrapped(one_line(answer.scope_note)), YELLOW)]
    if answer.scope.is_everything:
        return []
    named = ", as the question names (--everywhere asks all articles)" if answer.scope_named else ""
    return [styled(wrapped(one_line(f"Asked of: {answer.scope.words}{named}")), DIM)]


def _aside_lines(aside: SetAside, *, with_reply: bool) -> list[str]:
    more = "" if with_reply or not aside.sentences else " What it wrote: --show-reply."
    lines = [styled(wrapped(f"{one_line(aside.note)}{more}"), YELLOW)]
    if with_reply and aside.sentences:
        bare = [replace(s, citations=(), lead="\n- ") for s in aside.sentences]
        lines.append(_styled_spans(wrapped(printable(marked([*map(_span_shown, bare)])), indent=2)))
    return lines
