"""A question's way through a conversation: its moments, its errors, its pace."""

import asyncio

from rag import AnswerSentence, Article, Citation, LibraryError, Retrieved, TextDelta
from ui.conversation import Turn, moments


class Streaming:
    """Streams what it was given; an error among it is raised."""

    model = "streaming"

    def __init__(self, *events):
        self._events = events

    async def astream(self, question, *, history=()):
        self.history = history
        for event in self._events:
            if isinstance(event, Exception):
                raise event
            yield event


def seen(assistant, question, *, number=1, **more):
    async def collect():
        return [t async for t in moments(lambda: assistant, question, number=number, **more)]

    return asyncio.run(collect())


def said(text):
    return TextDelta(text=text, sentence=AnswerSentence(text=text, citations=()))


def test_the_passages_come_before_the_text_and_the_last_moment_holds_the_checked_answer(assistant):
    assistant.add_articles([Article(source="a", title="Lune", text="The Lune is a river.")])
    turns = seen(assistant, "What is the Lune?", number=3)
    assert turns[0] == Turn(number=3, question="What is the Lune?", model="extractive")
    assert [h.title for h in turns[1].hits] == ["Lune"]
    assert (turns[1].sentences, turns[1].answer) == ((), None)
    assert turns[-1].sentences == turns[-1].answer.sentences != ()
    assert turns[-1].is_over


def test_text_that_comes_fast_is_passed_on_ten_times_a_second():
    times = iter(range(1000))
    streaming = Streaming(Retrieved(hits=()), *[said("a")] * 100)
    turns = seen(streaming, "Why?", clock=lambda: next(times) / 100)
    assert 9 <= len([turn for turn in turns if turn.sentences]) <= 11


def test_the_first_text_waits_for_nothing():
    turns = seen(Streaming(Retrieved(hits=()), said("a")), "Why?", clock=lambda: 0.0)
    assert [s.text for s in turns[-1].sentences] == ["a"]


def test_a_growing_answer_knows_the_sources_of_its_sentences_so_far():
    source = Citation(
        number=1,
        document_id="d",
        title="t",
        source="s",
        page=None,
        start=0,
        end=1,
        quote="a",
        document_sha256="0",
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
