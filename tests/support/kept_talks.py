"""Conversations that are kept for tests, at times that a test sets."""

from rag import (
    Answer,
    AnswerSentence,
    Card,
    Citation,
)
from rag.conversations.store import ConversationStore
from rag.types import Usage

ONE, TWO = "a1" * 16, "b2" * 16
HERE = "/home/a/library"
TEXT = "The castle of Lune has four towers."
CANARY = "zebrafish7291"


class Clock:
    """Seconds that a test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def answered(question: str, quote: str = TEXT, *, text: str = "") -> Answer:
    """Make an answer that quotes the first words of an article."""
    citation = Citation(
        number=1,
        document_id="d",
        card=Card(title="Lune", source="/home/anna/lune.txt", sha256=""),
        page=None,
        start=0,
        end=len(quote),
        quote=quote,
    )
    return Answer(
        question=question,
        status="answered",
        reason=None,
        text=text or f"{quote} [1]",
        sentences=(AnswerSentence(text=quote, citations=(1,)),),
        citations=(citation,),
        confidence=0.5,
        hits=(),
        model="extractive",
        usage=Usage(),
        seconds=0.1,
        searched=question,
    )


def keep(store: ConversationStore, *questions: str, to: str = ONE, user: str = "") -> None:
    for question in questions:
        store.keep(to, answered(question), library=HERE, user=user)


def files_with(store: ConversationStore, text: str) -> list[str]:
    """Return the names of all files beside the store in which a text's bytes stand."""
    return [path.name for path in store.path.parent.iterdir() if text.encode() in path.read_bytes()]
