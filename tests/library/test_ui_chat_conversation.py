"""A question's way through a conversation: its moments, its errors, its pace."""

import asyncio
import time
from contextlib import aclosing

from rag import AnswerSentence, Article, Card, Citation, LibraryError, Retrieved, TextDelta
from ui.chat.turn import Turn, moments

FOR_EVER = "for ever"


class Streaming:
    """Streams what it was given; an error among it is raised, and `FOR_EVER` never ends."""

    model = "streaming"

    def __init__(self, *events):
        self._events = events

    async def astream(self, question, *, history=(), scope=None):
        self.history = history
        for event in self._events:
            if isinstance(event, Exception):
                raise event
            if event is FOR_EVER:
                await asyncio.Event().wait()
            yield event


def seen(assistant, question, *, number=1, **more):
    async def collect():
        return [t async for t in moments(lambda: assistant, question, number=number, **more)]

    return asyncio.run(collect())


def said(text):
    return TextDelta(text=text, sentence=AnswerSentence(text=text, citations=()))


def test_the_last_moment_holds_the_checked_answer(assistant):
    assistant.library.add_articles([Article(source="a", title="Lune", text="The Lune is a river.")])
    turns = seen(assistant, "What is the Lune?", number=3)
    assert turns[0] == Turn(number=3, question="What is the Lune?", model="extractive")
    assert [h.card.title for h in turns[-1].hits] == ["Lune"]
    assert turns[-1].sentences == turns[-1].answer.sentences != ()
    assert turns[-1].is_over


def first_with(part, assistant):
    """Return the first moment that has a part, and leave."""

    async def look():
        async with aclosing(moments(lambda: assistant, "Why?", number=1)) as turns:
            async for turn in turns:
                if getattr(turn, part):
                    return turn

    return asyncio.run(look())


def test_passages_are_shown_while_the_text_is_waited_for(assistant):
    assistant.library.add_articles([Article(source="a", title="Lune", text="The Lune is a river.")])
    hits = assistant.search("Lune")
    turn = first_with("hits", Streaming(Retrieved(hits=hits), FOR_EVER))
    assert (turn.hits, turn.sentences) == (hits, ())


def test_a_text_is_shown_while_the_next_is_waited_for():
    streaming = Streaming(Retrieved(hits=()), said("a"), said("b"), FOR_EVER)
    assert first_with("sentences", streaming).sentences[0].text == "a"


def test_text_that_comes_fast_is_passed_on_ten_times_a_second():
    begun = time.monotonic()
    turns = seen(Streaming(Retrieved(hits=()), *[said("a")] * 1000), "Why?")
    most = 2 + 10 * (time.monotonic() - begun)
    assert 1 <= len([turn for turn in turns if turn.sentences]) <= most
    assert len(turns[-1].sentences) == 1000


def test_an_error_leaves_what_came_before_it():
    turns = seen(Streaming(Retrieved(hits=()), said("a"), LibraryError("Gone.")), "Why?")
    assert [s.text for s in turns[-1].sentences] == ["a"]
    assert turns[-1].problem == "Gone."


def test_a_growing_answer_knows_the_sources_of_its_sentences_so_far():
    source = Citation(
        number=1,
        document_id="d",
        card=Card(title="t", source="s", sha256="0"),
        page=None,
        start=0,
        end=1,
        quote="a",
    )
    delta = TextDelta(text="a", sentence=said("a").sentence, citations=(source,))
    assert seen(Streaming(Retrieved(hits=()), delta), "Why?")[-1].citations == (source,)


def test_an_error_on_purpose_becomes_its_sentence():
    turns = seen(Streaming(LibraryError("The library is gone.")), "Why?")
    assert turns[-1].problem == "The library is gone."


def test_any_other_error_tells_the_page_nothing_of_its_inside():
    turns = seen(Streaming(ValueError("secret path")), "Why?")
    assert turns[-1].problem.startswith("Something went wrong inside Footnote")


def test_a_follow_up_is_asked_with_the_turns_before_it(assistant):
    earlier = tuple(seen(assistant, "What is the Lune?"))[-1:]
    streaming = Streaming(ValueError("stop"))
    seen(streaming, "And the other?", number=2, earlier=earlier)
    assert [turn.question for turn in streaming.history] == ["What is the Lune?"]
