"""Whoever is asked within a scope reads, counts and says nothing of other articles."""

import asyncio
import json
from pathlib import Path

import pytest

from rag import (
    EVERYTHING,
    Answer,
    Article,
    Assistant,
    MisuseError,
    Scope,
    ScopeError,
    Settings,
    Turn,
)
from rag.evidence import read_answer
from rag.internal import as_json, json_text
from rag.testing import open_assistant

_ARTICLES = {
    "notes/elbe.md": "The Elbe is 1,094 kilometres long. It was bridged in 1852. Ships sail on it.",
    "notes/rhine.md": "The Rhine is 1,233 kilometres long. It was bridged in 1855.",
    "web/danube.md": "The Danube is 2,850 kilometres long. Vienna lies on it. Ships sail on it.",
    "web/club.md": "The chess club meets on Mondays. Mira Holm founded the club in 1923.",
}
_NOTES = Scope(places=("notes",))


@pytest.fixture(scope="module")
def rivers(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    settings = Settings(library=tmp_path_factory.mktemp("rivers"), seeds=False)
    assistant = open_assistant(settings)
    made = [
        Article(source=source, title=f"The {Path(source).stem}", text=text)
        for source, text in _ARTICLES.items()
    ]
    assistant.library.add_articles(made)
    return assistant


def cited(answer: Answer) -> set[str]:
    return {citation.card.source for citation in answer.citations}


def test_an_answer_is_quoted_from_the_scope_and_says_it(rivers: Assistant) -> None:
    answer = rivers.ask("Who founded the chess club?", scope=Scope(places=("web",)))
    assert cited(answer) == {"web/club.md"}
    assert answer.scope.words == "in web"
    assert rivers.ask("Who founded the chess club?").scope == EVERYTHING


def test_a_refusal_says_that_it_looked_only_there(rivers: Assistant) -> None:
    answer = rivers.ask("Who founded the chess club?", scope=_NOTES)
    assert answer.status == "abstained"
    assert answer.text.startswith("No answer found in 2 articles of the scope “in notes”: ")
    assert {hit.card.source for hit in answer.hits} <= {"notes/elbe.md", "notes/rhine.md"}


def test_a_refusal_names_an_article_by_its_title(rivers: Assistant) -> None:
    known = {one.card.title: one.id for one in rivers.library.documents()}
    answer = rivers.ask("Who founded the chess club?", scope=Scope(documents=(known["The elbe"],)))
    lead = "No answer found in the one article of the scope “document The elbe”: "
    assert answer.text.startswith(lead)
    answer = rivers.ask("Who drinks the wine?", scope=Scope(documents=tuple(known.values())))
    assert "of the scope “document one of 4 chosen”" in answer.text


def test_a_name_that_only_other_articles_have_is_said_to_be_missing(rivers: Assistant) -> None:
    answer = rivers.ask("How long is the Danube?", scope=_NOTES)
    assert answer.text.endswith("none of them mentions “Danube”.")


def test_streams_and_their_follow_ups_stay_in_the_scope(rivers: Assistant) -> None:
    history = [Turn(question="Who founded the chess club?", text="Mira Holm founded the club.")]
    *_, last = rivers.stream("When was that?", history=history, scope=_NOTES)
    assert isinstance(last, Answer)
    assert cited(last) <= {"notes/elbe.md", "notes/rhine.md"}
    answer = asyncio.run(rivers.aask("What was bridged in 1852?", scope=_NOTES))
    assert (cited(answer), answer.scope) == ({"notes/elbe.md"}, _NOTES)


def test_search_overview_and_timeline_tell_of_the_scope_alone(rivers: Assistant) -> None:
    hits = rivers.search("Ships sail on it", k=10, scope=_NOTES)
    assert {hit.card.source for hit in hits} == {"notes/elbe.md", "notes/rhine.md"}
    told = rivers.overview(scope=Scope(documents=("The rhine",)))
    assert (cited(told), told.scope.documents) == ({"notes/rhine.md"}, ("The rhine",))
    found = rivers.timeline(scope=_NOTES)
    assert [entry.date for entry in found.entries] == ["1852", "1855"]


def test_a_claim_is_verified_against_the_scope_alone(rivers: Assistant) -> None:
    text = "The chess club meets on Mondays [1].\n\n[1] web/club.md"
    assert rivers.verify(text).supported
    claim = rivers.verify(text, scope=_NOTES).claims[0]
    assert (claim.verdict, claim.citations) == ("unsupported", ())


def test_a_question_of_all_articles_is_told_of_those_in_the_scope(rivers: Assistant) -> None:
    answer = rivers.ask("What are my articles about?", scope=_NOTES)
    assert answer.is_overview
    assert cited(answer) == {"notes/elbe.md", "notes/rhine.md"}


@pytest.mark.parametrize("ask", ["ask", "search", "verify"])
def test_an_unknown_place_is_refused_with_the_nearest_one(rivers: Assistant, ask: str) -> None:
    with pytest.raises(ScopeError, match=r"no article lies in 'note' \(the nearest is 'notes'\)"):
        getattr(rivers, ask)("The Elbe is long.", scope=Scope(places=("note",)))


def test_what_is_no_scope_is_refused(rivers: Assistant) -> None:
    with pytest.raises(MisuseError, match=r"scope cannot be 'notes', of type str"):
        rivers.ask("How long is the Elbe?", scope="notes")  # type: ignore[arg-type]


def test_an_answer_in_json_keeps_its_scope_and_an_older_one_has_none(rivers: Assistant) -> None:
    answer = rivers.ask("How long is the Elbe?", scope=_NOTES)
    assert read_answer(json_text(answer)).scope == _NOTES
    older = as_json(answer)
    assert isinstance(older, dict)
    del older["scope"]
    assert read_answer(json.dumps(older)).scope == EVERYTHING


def test_a_scope_sees_what_was_added_moved_or_tagged_since_it_was_last_asked(
    tmp_path: Path,
) -> None:
    settings = Settings(library=tmp_path / "library", seeds=False)
    with open_assistant(settings) as assistant:
        assistant.library.add_articles([Article(source="a/1", title="One", text="Cats sleep.")])
        a, tagged = Scope(places=("a",)), Scope(tags=("pets",))
        assert len(assistant.search("cats", scope=a)) == 1
        assistant.library.add_articles([Article(source="a/2", title="Two", text="Cats purr.")])
        assert len(assistant.search("cats", scope=a)) == 2
        first, second = sorted(assistant.library.documents(), key=lambda one: one.card.source)
        assistant.library.tag([first.id], add=["pets"])
        assert len(assistant.search("cats", scope=tagged)) == 1
        assistant.library.tag([second.id], add=["pets"])
        assert len(assistant.search("cats", scope=tagged)) == 2
        assistant.library.remove(first.id)
        (hit,) = assistant.search("cats", scope=tagged)
        assert hit.passage.text == "Cats purr."
