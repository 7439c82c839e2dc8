"""Overviews over a library: of an article, of a topic, of all, and honest refusals."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from rag import (
    Answer,
    Article,
    Assistant,
    MisuseError,
    Settings,
    Turn,
    UnknownDocumentError,
)
from rag.testing import HashEmbedder, ScriptedModel, open_assistant

_BRIDGE = """Bridge closed

The Karsund bridge was closed on Monday after engineers found cracks in its cables.
The repair of the Karsund bridge will cost 12 million euros and take two years.

Ferries carry cars across the sound until the bridge opens again.
They leave every twenty minutes from the old harbour of Karsund.

“I am angry,” said a driver whose name is not known.

The county pays for the ferries with money from the road fund.

Subscribe to our newsletter for more news about the county today.
"""
_OTHER = """Costs rise

The repair of the Karsund bridge will cost 19 million euros and take two years.

The council of Karsund blames the price of steel for the higher costs.
"""
_PETS = "Cats sleep all day in the warm barn. Dogs bark at night in the yard of the farm."


def add(assistant: Assistant, **texts: str) -> None:
    assistant.library.add_articles(
        Article(source=name, title=name.title(), text=text) for name, text in texts.items()
    )


def said(answer: Answer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


def places(answer: Answer) -> Sequence[int]:
    return [citation.start for citation in answer.citations]


_MINUTES = """Minutes of the board

1. Visitors. About 8,000 people came in spring and summer this year.
2. The pontoon. It was opened in January by the mayor of Karsund.
The sum of 31,000 crowns was paid by the sailing club and the trust.

Staff

A second miller was found for the mill after a long search.
She begins in March and works on two days of each week.

Next meeting

The board meets in the Methodist hall on 5 November.
"""


def test_what_stands_under_a_heading_is_said_about_it(assistant: Assistant) -> None:
    add(assistant, minutes=_MINUTES)
    answer = assistant.ask("What is said about the pontoon?")
    (pontoon,) = answer.sentences
    assert pontoon.text == "It was opened in January by the mayor of Karsund."
    assert pontoon.context == "2. The pontoon."
    assert said(assistant.ask("What is said about the staff?"))[-2:] == [
        "A second miller was found for the mill after a long search.",
        "She begins in March and works on two days of each week.",
    ]
    assert assistant.ask("What is said about the harbour?").status == "abstained"


def test_an_article_is_told_by_its_lead_and_more_in_reading_order(assistant: Assistant) -> None:
    add(assistant, bridge=_BRIDGE)
    answer = assistant.ask("What is this article about?")
    assert said(answer)[0].startswith("The Karsund bridge was closed on Monday")
    assert 3 <= len(answer.sentences) <= 6
    assert places(answer) == sorted(places(answer))


def test_every_sentence_is_cited_and_nothing_short_is_said(assistant: Assistant) -> None:
    add(assistant, bridge=_BRIDGE)
    answer = assistant.ask("Summarize it")
    assert [s.citations for s in answer.sentences] == [(n + 1,) for n in range(len(said(answer)))]
    assert [c.quote for c in answer.citations] == said(answer)
    assert (answer.status, answer.model, answer.short) == ("answered", "extractive", None)
    assert answer.is_overview


def test_no_heading_no_advertisement_and_no_cry_is_quoted(assistant: Assistant) -> None:
    add(assistant, bridge=_BRIDGE)
    told = " ".join(said(assistant.overview()))
    assert "Subscribe" not in told
    assert "angry" not in told
    assert "Bridge closed" not in told


def test_a_sentence_that_leans_follows_the_one_it_leans_on(assistant: Assistant) -> None:
    add(assistant, bridge=_BRIDGE)
    told = said(assistant.overview())
    for before, sentence in zip(["", *told], told, strict=False):
        assert not sentence.startswith("They") or before.startswith("Ferries")


def test_a_sentence_that_alone_names_a_topic_comes_with_the_one_before(
    assistant: Assistant,
) -> None:
    add(assistant, pets="Anna keeps cats in the barn. She gave the unicorn of her aunt away.")
    (sentence,) = assistant.ask("Tell me about the unicorn").sentences
    assert sentence.text == "She gave the unicorn of her aunt away."
    assert sentence.context == "Anna keeps cats in the barn."


def test_two_articles_that_differ_stand_side_by_side(assistant: Assistant) -> None:
    early = "The repair of the Karsund bridge will cost 12 million euros and take two years.\n\n"
    add(assistant, bridge=early + _BRIDGE.replace(early.strip(), ""), costs=_OTHER)
    told = said(assistant.ask("What do my articles say about the Karsund bridge?"))
    costs = [n for n, one in enumerate(told) if one.startswith("The repair of the Karsund bridge")]
    assert len(costs) == 2
    assert costs[1] == costs[0] + 1


def test_the_same_in_two_articles_is_said_once(assistant: Assistant) -> None:
    add(assistant, bridge=_BRIDGE, copy=_BRIDGE.replace("Bridge closed", "Bridge shut"))
    told = said(assistant.overview("Karsund bridge"))
    assert len(told) == len(set(told))


def test_a_topic_is_told_by_what_names_it(assistant: Assistant) -> None:
    add(assistant, bridge=_BRIDGE, pets=_PETS)
    told = said(assistant.ask("Tell me about the dogs"))
    assert told == ["Dogs bark at night in the yard of the farm."]


@pytest.mark.parametrize("topic", ["the Tarsund bridge", "unicorns", "Karsund Smith", "Bark Cats"])
def test_a_topic_that_no_article_names_is_refused(assistant: Assistant, topic: str) -> None:
    add(assistant, bridge=_BRIDGE, pets=_PETS)
    answer = assistant.ask(f"Tell me about {topic}")
    assert (answer.status, answer.reason, said(answer)) == ("abstained", "no_match", [])
    assert not answer.is_overview


def test_many_articles_are_told_by_the_lead_of_each(assistant: Assistant) -> None:
    add(assistant, bridge=_BRIDGE, pets=_PETS, costs=_OTHER, tea="Tea grows on hills in the rain.")
    answer = assistant.overview()
    assert len({citation.document_id for citation in answer.citations}) == 4


def test_one_article_is_told_by_the_beginning_of_its_id(assistant: Assistant) -> None:
    add(assistant, bridge=_BRIDGE, pets=_PETS)
    pets = next(d for d in assistant.library.documents() if d.card.source == "pets")
    assert {c.document_id for c in assistant.overview(pets.id[:6]).citations} == {pets.id}


def test_an_empty_library_has_no_overview(assistant: Assistant) -> None:
    assert assistant.overview().status == "abstained"
    assert assistant.ask("What is this article about?").reason == "empty_library"


def test_a_topic_without_words_is_misuse(assistant: Assistant) -> None:
    for wrong in ("", "?!", "x" * 2001, 7):
        with pytest.raises(MisuseError):
            assistant.overview(wrong)  # type: ignore[arg-type]
        with pytest.raises(MisuseError):
            assistant.timeline(wrong)  # type: ignore[arg-type]


def test_an_id_of_several_articles_is_misuse(assistant: Assistant) -> None:
    add(assistant, **{f"text{n}": f"Cat number {n} sleeps in the barn." for n in range(60)})
    ids = [document.id for document in assistant.library.documents()]
    first = next(d for d in "123456789" if sum(one.startswith(d) for one in ids) > 1)
    with pytest.raises(UnknownDocumentError, match="is the beginning of"):
        assistant.overview(first)


@pytest.mark.parametrize("again", ["Tell me more about it", "Tell me more", "What is it about?"])
def test_more_of_it_is_more_of_what_was_asked_about(assistant: Assistant, again: str) -> None:
    add(assistant, bridge=_BRIDGE, pets=_PETS)
    before = Turn(question="When was the Karsund bridge closed?", text="On Monday. [1]")
    answer = assistant.ask(again, history=[before])
    assert answer.searched == "What do my articles say about the Karsund bridge?"
    assert {citation.card.title for citation in answer.citations} == {"Bridge"}


def test_the_article_is_the_article_in_a_conversation_too(assistant: Assistant) -> None:
    add(assistant, pets=_PETS)
    before = Turn(question="When was the Karsund bridge closed?", text="On Monday. [1]")
    answer = assistant.ask("What is this article about?", history=[before])
    assert (answer.searched, answer.is_overview) == ("What is this article about?", True)


def test_a_language_model_is_given_the_overviews_passages(
    tmp_path: Path, embedder: HashEmbedder
) -> None:
    model = ScriptedModel("The Karsund bridge was closed on Monday [1].")
    settings = Settings(library=tmp_path / "library", seeds=False)
    assistant = open_assistant(settings, embedder=embedder, model=model)
    add(assistant, bridge=_BRIDGE, pets=_PETS)
    answer = assistant.ask("Tell me about the Karsund bridge")
    assert {hit.card.title for hit in answer.hits} == {"Bridge"}
    assert (answer.status, answer.is_overview) == ("answered", False)
