"""Which questions ask for an overview, and of what."""

import pytest

from rag.overview.topic import Whole, read_whole
from rag.question import may_ask_of_all

_OF_ALL = """
What is this article about?
What's it about?
What are my articles about?
What are my two articles about?
What is the newest article about?
Summarize it
Summarise the article please
Can you summarize the articles in three sentences?
Give me a short summary
What is the main point of the article?
tl;dr
Give me the key points
Tell me what this article is about
"""
_OF_A_TOPIC = [
    ("Tell me about Iwo-to", "Iwo-to"),
    ("What do my articles say about the bridge?", "bridge"),
    ("What do both articles say about the price?", "price"),
    ("Give me an overview of the Karsund bridge", "Karsund bridge"),
    ("Summarize the article about Lusavolt", "Lusavolt"),
    ("What is the article on chess about?", "chess"),
    ("What is the Lusavolt article about?", "Lusavolt"),
    ("Give me the main points of the article on the bridge", "bridge"),
    ("Summarize the sea wall article", "sea wall"),
    ('What is the travel guide "Three days in Lusavolt" about?', "Three days in Lusavolt"),
    ("Tell me what you can find on Fiona Larkham.", "Fiona Larkham"),
    ("Tell us everything about the ferry in my articles, please.", "ferry"),
    ("what do you know about graça monteverde", "graça monteverde"),
]
_FOR_A_FACT = """
Who is the mayor?
Tell me when the bridge was built
Tell me about how the bridge was built
What did the minister say about the budget?
What was the meeting about?
What is the point of the law?
"""


@pytest.mark.parametrize("question", _OF_ALL.strip().split("\n"))
def test_a_question_of_the_articles_themselves_has_no_topic(question: str) -> None:
    assert read_whole(question) == Whole()
    assert may_ask_of_all(question)


@pytest.mark.parametrize(("question", "topic"), _OF_A_TOPIC)
def test_a_topic_is_taken_out_as_it_was_written(question: str, topic: str) -> None:
    assert read_whole(question) == Whole(topic=topic)
    assert may_ask_of_all(question)


@pytest.mark.parametrize("question", _FOR_A_FACT.strip().split("\n"))
def test_a_question_for_a_fact_asks_no_overview(question: str) -> None:
    assert read_whole(question) is None


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Give me a timeline of the chess club", "chess club"),
        ("Timeline", ""),
        ("What happened when?", ""),
        ("What happened at the chess club over the years?", "chess club"),
        ("List the events of the strike in chronological order", "strike"),
        ("Show me the chronology of my articles", ""),
    ],
)
def test_what_happened_in_order_of_time_is_asked_of_a_topic_or_of_all(question, topic):
    assert may_ask_of_all(question)
    assert read_whole(question) == Whole(topic=topic, in_time=True)


@pytest.mark.parametrize(
    "question",
    ["What happened in March 2001?", "What happened?", "When did it happen?", "What dates exist?"],
)
def test_a_question_for_one_event_asks_for_no_timeline(question):
    assert read_whole(question) is None
