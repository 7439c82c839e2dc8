"""What is said of articles and questions that are not English."""

from pathlib import Path

import pytest

from index.types import Change
from rag import Assistant, Settings
from rag.articles import articles_note
from rag.cli import terminal
from rag.refusal import question_note
from rag.testing import HashEmbedder, open_assistant

MINILM, MULTILINGUAL = "all-MiniLM-L6-v2", "multilingual-e5-small"
GERMAN = (
    "Die Brücke über den Fluss wurde im Jahr 1931 eröffnet und ist seitdem für den Verkehr offen. "
    "Sie wird jedes Jahr von der Stadt geprüft, weil das Geländer nicht mehr sicher ist."
)


def added(language: str) -> Change:
    return Change(kind="added", source=f"{language}.txt", document_id="1", language=language)


def test_adding_a_german_article_says_so_once(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "bruecke.txt").write_text(GERMAN, encoding="utf-8")
    report = assistant.library.add(tmp_path / "bruecke.txt")
    assert report.changes[0].language == "de"
    assert assistant.library.documents()[0].card.language == "de"
    told = " ".join(terminal.report(report, model=MINILM).split())
    assert told.endswith(
        "1 article is not in English (German) and will hardly be found: add it to another library "
        "with FOOTNOTE_EMBEDDING_MODEL=multilingual-e5-small."
    )


def test_english_articles_are_added_without_a_word_about_it() -> None:
    assert articles_note([added("")], model=MINILM) == ""


def test_several_articles_are_told_of_in_one_sentence() -> None:
    changes = [added(code) for code in ("de", "fr", "de", "und", "it", "es")]
    assert articles_note(changes, model=MINILM).startswith(
        "6 articles are not in English (German, French, Italian and 1 more) and will hardly be "
    )
    assert articles_note([added("und")], model=MINILM).startswith("1 article is not in English and")


def test_a_model_of_many_languages_needs_no_warning() -> None:
    assert articles_note([added("de")], model=MULTILINGUAL) == ""
    assert question_note("Wann war das Treffen der Minister?", model=MULTILINGUAL) == ""


@pytest.mark.parametrize(
    ("question", "seems"),
    [
        ("Wann wurde die Brücke eröffnet?", "seems to be in German, and"),
        ("Когда был построен мост?", "seems to be in a language in Cyrillic letters, and"),
        ("Hvem er direktør for museet?", "seems not to be in English, and"),
    ],
)
def test_a_question_that_is_not_english_is_refused_in_one_sentence(
    tmp_path: Path, embedder: HashEmbedder, question: str, seems: str
) -> None:
    settings = Settings(library=tmp_path / "library")
    with open_assistant(settings, embedder=embedder) as assistant:
        answer = assistant.ask(question)
    assert (answer.status, answer.reason) == ("abstained", "other_language")
    assert answer.text == (
        f"The question {seems} this library is searched in English: ask in English, or add the "
        "articles to another library with FOOTNOTE_EMBEDDING_MODEL=multilingual-e5-small."
    )


def test_a_foreign_question_to_an_empty_library_is_told_that_it_is_empty(
    assistant: Assistant,
) -> None:
    assert assistant.ask("Wann wurde die Brücke eröffnet?").reason == "empty_library"
