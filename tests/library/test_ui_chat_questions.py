"""Questions are made out of articles, and only those that they answer well are offered."""

import pytest

from rag import Article, Assistant
from ui.chat.questions import questions_of

MINUTES = """Minutes of the Kirkby Society

Present: Ruth Okafor (chair), Tom Bassett.

The Society for Old Mills (SOM) is small. The mill was closed in 1987.
Anna Reed, the miller of Kirkby, said that the wheel was sold. Tom Bassett, 77, mends the roof.
The work begins on 7 April. It costs £1,840. There are 31 names on the waiting list.
In 2018 a student became unconscious. Sweep the floor for eight minutes. They left.

Next meeting: 9 April 2025, 7 pm, in the village hall."""


def offered(assistant, text, *, language="en"):
    report = assistant.library.add_articles([Article(source="a", title="Minutes", text=text)])
    return questions_of(assistant, assistant.library.document(report.changes[0].document_id))


def test_what_is_offered_is_answered_by_the_very_words_it_was_made_of(assistant, monkeypatch):
    monkeypatch.setattr("ui.chat.questions.MOST", 20)
    found = offered(assistant, MINUTES)
    assert {
        "Who is the chair?",
        "What does SOM stand for?",
        "When was the mill closed?",
        "How old is Tom Bassett?",
        "When does the work begin?",
        "How many names are there on the waiting list?",
        "When did the student become unconscious?",
        "How long should you sweep the floor?",
        "When is the next meeting?",
    } <= set(found)
    (document,) = assistant.library.documents()
    words = assistant.library.text(document.id)
    plain = assistant.adjusted(model="extractive")
    assert all(plain.ask(question).short in words for question in found)


def test_no_more_than_three_are_offered_and_they_ask_different_things(assistant):
    found = offered(assistant, MINUTES)
    assert len(found) == 3
    assert len({question.split()[0] for question in found}) > 1


@pytest.mark.parametrize(
    "text",
    [
        "However, it was so. They left.",
        "Chicago Fund to Buy Courier. The Defence of Kirkby. Japan and America.",
        "Kirkby was glad. Kirkby was sad. Said of Kirkby: nothing.",
        "She moved to Varnmouth in 1889. It costs £3.",
        "The scans were given 45 minutes after the meal.",
        "",
    ],
)
def test_what_asks_for_nothing_sure_is_not_offered(assistant, text):
    assert offered(assistant, f"Notes. {text}") == ()


def test_an_answer_that_is_unsure_or_of_other_words_is_not_offered(assistant, monkeypatch):
    text = "The mill was closed in 1987."
    assert offered(assistant, text) == ("When was the mill closed?",)
    monkeypatch.setattr("ui.chat.questions._SURE", 1.1)
    assert offered(assistant, text) == ()
    monkeypatch.undo()
    asked = Assistant.ask
    monkeypatch.setattr(Assistant, "ask", lambda self, _, **more: asked(self, "Who left?", **more))
    assert offered(assistant, text) == ()
