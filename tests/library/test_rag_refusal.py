from collections.abc import Iterator

import pytest

from rag import Answer, Article, Assistant, Settings
from rag.refusal import is_refusal

_TEXTS = {
    "Karsund bridge": "The Karsund bridge was opened in 1988. It cost 40 million crowns and is 520 "
    "metres long.",
    "The Talin bridge": "The Talin bridge was opened in 1964 after four years of work. It carries "
    "two lanes of road and one tram line to the Norwegian side.",
    "The garden club": "Ida grows roses and Per grows beans. Members may use the shed. Tools are "
    "lent from Monday to Thursday.",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    library = tmp_path_factory.mktemp("refusal") / "library"
    with Assistant.open(Settings.load(library=library, seeds=False)) as assistant:
        articles = [Article(source=name, title=name, text=text) for name, text in _TEXTS.items()]
        assistant.library.add_articles(articles)
        yield assistant


def refused(assistant: Assistant, question: str) -> Answer:
    answer = assistant.ask(question)
    assert answer.status == "abstained"
    assert is_refusal(answer.text)
    return answer


def test_a_refusal_names_what_no_article_mentions(assistant: Assistant) -> None:
    said = refused(assistant, "How many trams cross the bridge in Bergen?").text
    assert said == "No answer found in 3 articles: none of them mentions “Bergen”."


def test_a_name_that_an_article_has_in_another_form_is_mentioned(assistant: Assistant) -> None:
    assert "mentions" not in refused(assistant, "What is the capital of Norway?").text


def test_a_country_is_mentioned_by_its_other_name(assistant: Assistant) -> None:
    said = refused(assistant, "Did the Kingdom of Norway and the United States meet?").text
    assert "“United” or “States”" in said
    assert "Norway" not in said


def test_a_refusal_says_what_kind_of_thing_the_nearest_article_lacks(assistant: Assistant) -> None:
    said = refused(assistant, "How much does the shed of the garden club cost?").text
    assert "the nearest, “The garden club”, gives no price or sum of money" in said


def test_no_price_is_not_said_where_the_article_has_one(assistant: Assistant) -> None:
    said = refused(assistant, "How much does a lorry pay for the Karsund bridge in winter?").text
    assert "gives no price" not in said


def test_a_refusal_says_that_the_nearest_article_lacks_the_name(assistant: Assistant) -> None:
    said = refused(assistant, "Which roses does Per grow in Karsund at the garden club?").text
    assert "the nearest, “The garden club”, does not mention “Karsund”" in said


def test_passages_that_are_not_near_are_not_shown(assistant: Assistant) -> None:
    answer = refused(assistant, "How do I bake sourdough bread?")
    assert answer.hits == ()
    assert "none of them has the words “bake”, “sourdough” or “bread”" in answer.text


def test_passages_that_are_near_are_shown(assistant: Assistant) -> None:
    answer = refused(assistant, "Who designed the Karsund bridge?")
    assert [hit.card.title for hit in answer.hits][:1] == ["Karsund bridge"]


def test_the_first_word_of_a_question_is_no_name(assistant: Assistant) -> None:
    assert "“Enumerate”" not in refused(assistant, "Enumerate the volcanoes of Chile").text


def test_a_number_is_looked_up_as_it_is_written(assistant: Assistant) -> None:
    said = refused(assistant, "Who paid 1,250 crowns at 7:30 for the shed of the garden club?").text
    assert said.endswith("none of them mentions “1,250” or “7:30”.")
    assert "“520" not in refused(assistant, "Who gave 520 roses to the garden club in Bergen?").text


def test_small_talk_is_answered_without_a_passage(assistant: Assistant) -> None:
    answer = assistant.ask("Hello, who are you?")
    assert (answer.status, answer.reason, answer.hits) == ("abstained", "small_talk", ())
    assert answer.text.startswith("I am Footnote")


def test_small_talk_streams_as_an_answer_does(assistant: Assistant) -> None:
    found, told, answer = assistant.stream("Thanks!")
    assert (found.hits, told.text) == ((), answer.text)


def test_one_article_is_spoken_of_as_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    library = tmp_path_factory.mktemp("one") / "library"
    with Assistant.open(Settings.load(library=library, seeds=False)) as assistant:
        assistant.library.add_articles([Article(source="b", title="B", text="Per grows beans.")])
        said = assistant.ask("When was Oslo founded?").text
    assert said == "No answer found in the one article: it does not mention “Oslo”."


def test_the_hours_of_the_week_do_not_answer_for_sundays(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    library = tmp_path_factory.mktemp("pool") / "library"
    with Assistant.open(Settings.load(library=library, seeds=False)) as assistant:
        text = "The pool is open from 7:00 to 21:00 on weekdays. A ticket is 6 euros."
        assistant.library.add_articles([Article(source="p", title="The pool", text=text)])
        earlier = assistant.ask("When is the pool open?")
        answer = assistant.ask("And on Sundays?", history=[earlier.turn])
    assert answer.searched == "When is the pool open on Sundays?"
    assert (answer.status, answer.confidence) == ("abstained", 0.0)
