"""A question's way through a conversation: its moments, its errors, its bounds."""

from rag import Article, LibraryError, Retrieved, TextDelta
from ui.conversation import Turn, moments, with_turn
from ui.examples import example_questions


class Streaming:
    """Streams what it was given; an error among it is raised."""

    def __init__(self, *events):
        self._events = events

    def stream(self, question, *, history=()):
        self.history = history
        for event in self._events:
            if isinstance(event, Exception):
                raise event
            yield event


def test_the_last_moment_holds_the_checked_answer(assistant):
    assistant.add_articles([Article(source="a", title="Lune", text="The Lune is a river.")])
    seen = list(moments(assistant, "What is the Lune?", number=3))
    assert seen[0] == Turn(number=3, question="What is the Lune?")
    assert (seen[1].hits, seen[1].answer) == (seen[-1].answer.hits, None)
    assert seen[-1].text == seen[-1].answer.text


def test_text_that_comes_fast_is_passed_on_ten_times_a_second():
    times = iter(range(1000))
    pieces = [TextDelta(text="a")] * 100
    streaming = Streaming(Retrieved(hits=()), *pieces)
    seen = list(moments(streaming, "Why?", number=1, clock=lambda: next(times) / 100))
    assert 8 <= len([turn for turn in seen if turn.text]) <= 11


def test_an_error_on_purpose_becomes_its_sentence():
    (*_, last) = moments(Streaming(LibraryError("The library is gone.")), "Why?", number=1)
    assert last.problem == "The library is gone."


def test_any_other_error_tells_the_page_nothing_of_its_inside():
    (*_, last) = moments(Streaming(ValueError("secret path")), "Why?", number=1)
    assert last.problem.startswith("Something went wrong inside Footnote")
    assert "secret" not in last.problem


def test_a_long_conversation_lets_its_oldest_turns_go():
    turns = ()
    for number in range(1, 41):
        turns = with_turn(turns, Turn(number=number, question="Why?"))
    assert [turn.number for turn in turns] == list(range(11, 41))


def test_questions_are_offered_for_the_shipped_article_only(assistant):
    text = "One sentence."
    assistant.add_articles([Article(source="mine", title="", text=text)])
    assert example_questions(assistant.documents()) == ()
    seed = Article(source="seeds/japan-us-defense-ministers.txt", title="", text=text)
    assistant.add_articles([seed])
    offered = example_questions(assistant.documents())
    assert len(offered) == 3
    assert offered[0] == "Which missile will Japan co-produce?"


def test_a_follow_up_is_asked_with_the_turns_before_it(assistant):
    earlier = tuple(moments(assistant, "What is the Lune?", number=1))[-1:]
    streaming = Streaming(ValueError("stop"))
    list(moments(streaming, "And the other?", number=2, earlier=earlier))
    assert [turn.question for turn in streaming.history] == ["What is the Lune?"]
