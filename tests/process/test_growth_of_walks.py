"""What walks a text, in Python or with many patterns, takes no longer than the text grows.

Each pattern alone is `test_growth`'s.
"""

from collections.abc import Callable

import pytest
from growth import grows_too_fast, repeated

from eval.metrics.answers import normalise_answer
from index.errors import FootnoteError
from index.reading.hidden import declarations, simple_rules
from index.reading.layout import Line
from index.reading.metadata import split_front_matter
from index.reading.pdf_flow import set_pages
from index.reading.references import read_references
from index.reading.registry import read_bytes
from index.splitting.paragraphs import group
from index.splitting.sentences import split
from index.terms import terms
from index.web.address import parse_address
from rag import follow_up, question
from rag.answer import edges
from rag.citations import misquoted
from rag.comparison import sets_beside
from rag.llm.prompting import gives_orders, inert
from rag.llm.replies import ReplyReader, plain
from rag.llm.stream import Thoughts
from rag.types import Turn
from rag.verification import parse, values
from rag.verification.claims import read_claims
from rag.verification.verify_text import resolve
from ui.chat import questions

WALKING = 0.05
"""Seconds, under which nothing is compared: it walks a text with many patterns and in Python."""


def outcome(read: Callable[[], object]) -> object:
    """Return what a reader says, its refusal too: that a text is refused may take time as well."""
    try:
        return read()
    except (FootnoteError, ValueError) as error:
        return error


def whole_reply(text: str) -> tuple[object, ...]:
    """Read a reply of a model as it comes, in pieces."""
    thoughts, reply = Thoughts(), ReplyReader()
    found: list[object] = []
    for start in range(0, len(text), 50):
        for piece in thoughts.visible(text[start : start + 50]):
            found += reply.feed(piece)
    return (*found, *reply.feed(thoughts.rest()), *reply.finish())


HISTORY = (Turn(question="Who is Ada Lovelace?", text="Ada Lovelace was a mathematician."),)


def asked_after(text: str) -> object:
    return follow_up.stand_alone(question.read_question(text), HISTORY)


WALKERS: dict[str, Callable[[str], object]] = {
    **{
        f"a file .{end}": lambda text, e=end: outcome(
            lambda: read_bytes(text.encode(), name=f"a.{e}")
        )
        for end in ("md", "txt", "csv")
    },
    "a transcript": lambda text: outcome(
        lambda: read_bytes(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}".encode(), name="a.vtt")
    ),
    "front matter": lambda text: split_front_matter(f"---\n{text}\n---\n"),
    "a page's styles": simple_rules,
    "an element's style": declarations,
    "a list of references": lambda text: outcome(
        lambda: read_references(text.encode(), name="a.bib")
    ),
    "an entry of one": lambda text: outcome(
        lambda: read_references(
            f"@a{{x, title = {{{text}}}, author = {{{text}}}, file = {{{text}}}}}".encode(),
            name="a.bib",
        )
    ),
    "pages of a PDF": lambda text: set_pages(
        [[Line(text=line, size=9) for line in text.split("\n") if line]] * 3
    ),
    "passages": lambda text: group(text, split(text), breaks=()),
    "terms": terms,
    "an address": lambda text: outcome(lambda: parse_address(f"https://{text}")),
    "a question": question.read_question,
    "what a sentence holds": lambda text: [
        question.holds(kind, text, asked="") for kind in ("date", "money", "person", "reason")
    ],
    "a follow-up": lambda text: asked_after(text),
    "a follow-up's pronoun": lambda text: asked_after(f"When did she {text}?"),
    "persons": lambda text: follow_up._persons([text]),
    "a clause": lambda text: edges.cut(text, start=0, end=len(text), expects="reason"),
    "claims": read_claims,
    "a reply": whole_reply,
    "a claim's words": parse.read,
    "values": values.read_values,
    "dates": parse.read_dates,
    "quotations": lambda text: misquoted(text, text),
    "a list of sources": lambda text: resolve(text, ()),
    "orders": gives_orders,
    "a model's sentence": plain,
    "a shown source": inert,
    "a graded answer": normalise_answer,
    "questions to offer": lambda text: [
        *questions._named(text),
        *questions._labelled(text),
        *questions._done(text),
    ],
}
PUMPS = (
    *" \t\na1A.,-_'\"’“[](){}<>*#|:;/!?&`~=+%$@\\é…",
    *("\n\n", "---\n", "- ", "1. ", "> ", "[1]", "[1] ", " [", "![", "](", "[a](", "<a ", "</a>"),
    *("<!--", "<think>", "<", '"a', "'a ", "a.", "A. ", "Mr. ", "A-", "A b ", "Aa Bb ", "U.S. "),
    *("1,", "1.", "1,000 ", "one ", "May ", "in ", "because ", "a: b\n", "a,b\n", '","', "|a"),
    *("\n#", "\n\ta", "**", "*a ", "__", "``", "//a", "a@", "a/", "http://", "&amp;", "not "),
    *("she ", "? ", "@a{", "@a{x,a=", " and ", "\\a", "\\{"),
)


@pytest.mark.parametrize("name", WALKERS)
def test_what_walks_a_text_takes_no_more_time_than_the_text_is_longer(name: str) -> None:
    walk = WALKERS[name]
    slow = [
        pump
        for pump in PUMPS
        if grows_too_fast(
            lambda size, p=pump: lambda: walk("a" + repeated("", p, "\0z", size)), floor=WALKING
        )
    ]
    assert slow == []


@pytest.mark.parametrize("pump", ["more ", "between a ", "or "])
def test_signs_of_two_sides_are_looked_for_in_a_question_of_any_length(pump: str) -> None:
    assert not grows_too_fast(
        lambda size: lambda: sets_beside(repeated("", pump, "", size)), floor=0.002
    )
