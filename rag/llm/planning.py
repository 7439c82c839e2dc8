"""Has a language model take a question apart into searches: which ones, and how its reply is read.

What the reply says is words to be searched for, and nothing else: a line
that is no question, or has no word of the question that it is of, is left out.
"""

import re
import time
from collections.abc import Generator, Sequence
from functools import cache

from index.data_files import data_toml
from index.errors import ModelError
from index.terms import content_terms
from prompts import Prompt
from rag.answerers import Afresh, Message, Reply
from rag.driver import NEXT, Piece, Request, Step
from rag.llm.prompting import inert, messages_of
from rag.llm.stream import estimated_tokens
from rag.question import Question, read_query
from rag.types import Answer

MOST_SEARCHES = 4
_LEAST = 2
_LONGEST = 200
"""Characters of a search."""
_LONGEST_ASKED = 400
"""Characters of a question that is taken apart."""
_LONGEST_REPLY = 2000
"""Characters of a reply; of a longer one nothing is taken."""
_SURE = 0.95
"""Confidence of the quoted answer from which such a question is answered by it."""
_UNSURE = frozenset({"no_match", "weak_match"})
_ITEM = re.compile(r"(?:[-*•>]|(?:[Qq](?:uestion)?|[Ss]earch|[Ss]tep)? ?\(?\d{1,2}[.):])\s*")
_EARLIER = re.compile(r"#(\d)")
_MARKS = " \t\"'“”*_`"


def needs_thought(question: Question, quoted: Answer) -> bool:
    """Say whether a question is one that several searches answer, and one has not surely done so.

    It asks no model.

    Args:
        question: Put in full.
        quoted: What the one search gave, without a model.
    """
    asked = question.text.replace("’", "'")
    if len(asked) > _LONGEST_ASKED or quoted.is_overview:
        return False
    if quoted.status == "abstained":
        sure = quoted.reason not in _UNSURE
    else:
        sure = bool(quoted.parts) or quoted.confidence >= _SURE
    return not sure and any(form.search(asked) for form in _forms())


def proposed(
    question: Question, prompt: Prompt, *, seconds: float
) -> Generator[Step, Piece | None, tuple[tuple[str, ...], Reply | None]]:
    """Return the searches that a model proposes, and its reply; none, and None, where it failed.

    Args:
        question: What it takes apart.
        prompt: How it is asked to.
        seconds: After which no more of a reply is waited for, and nothing of it taken: what was
            recorded of it, which is nothing, then says the same.
    """
    messages = messages_of(prompt.fill({"question": inert(question.text)}))
    ends, text = time.monotonic() + seconds, ""
    yield Request(messages=messages)
    while True:
        piece = yield NEXT
        if isinstance(piece, ModelError):
            return (), None
        if isinstance(piece, Reply):
            return read_searches(piece.text, question), piece
        assert piece is not None, "each NEXT is sent a piece"
        text = "" if isinstance(piece, Afresh) else text + piece
        if len(text) > _LONGEST_REPLY or time.monotonic() > ends:
            return (), _cut(messages, text)


def read_searches(reply: str, question: Question) -> tuple[str, ...]:
    """Return the searches that a model proposes, at most `MOST_SEARCHES`; none for fewer than two.

    Args:
        reply: Its words; each line that is a question in words is a search.
        question: What it takes apart.
    """
    wanted = frozenset(content_terms(question.text))
    found: dict[str, str] = {}
    for line in reply.splitlines():
        text = _search(line)
        words = frozenset(content_terms(_EARLIER.sub(" ", text)))
        if words & wanted and _leads_back(text, len(found)):
            found.setdefault(text.casefold(), text)
    kept = tuple(found.values())[:MOST_SEARCHES]
    return kept if len(kept) >= _LEAST else ()


def filled(search: str, answers: Sequence[str]) -> str:
    """Return a search with the answers of earlier ones in their places; empty where one lacks.

    Args:
        search: One of `read_searches`.
        answers: Of those before it, empty where there is none.
    """
    if not all(answers[int(number) - 1] for number in _EARLIER.findall(search)):
        return ""
    return _EARLIER.sub(lambda found: answers[int(found[1]) - 1], search)[:_LONGEST]


def _cut(messages: Sequence[Message], text: str) -> Reply:
    """Return what was read of a reply that is not waited for, its tokens estimated."""
    return Reply(
        text=text,
        input_tokens=estimated_tokens("\n".join(message.text for message in messages)),
        output_tokens=estimated_tokens(text),
        requests=1,
        first_token_seconds=None,
    )


def _search(line: str) -> str:
    """Return a line as a search; empty where it is none."""
    if len(line) > _LONGEST:
        return ""
    plain = line.strip(_MARKS)
    item = _ITEM.match(plain)
    bare = plain[item.end() :].strip(_MARKS) if item else plain
    text = read_query(bare).text
    return text if text.endswith("?") and not re.search(r"[<>\[\]{}|\\]|://", text) else ""


def _leads_back(text: str, before: int) -> bool:
    """Say whether a search names earlier ones alone."""
    return all(1 <= int(number) <= before for number in _EARLIER.findall(text))


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    forms = data_toml("rag", "thought.toml")["forms"]
    return tuple(re.compile(form, re.IGNORECASE) for form in (*forms["several"], *forms["chained"]))
