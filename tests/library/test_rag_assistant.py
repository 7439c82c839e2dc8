"""The Python API: one object that adds, asks, streams, searches and removes."""

import asyncio
import importlib
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode

import rag
from rag import (
    Answer,
    Article,
    Assistant,
    Citation,
    Hit,
    MisuseError,
    Retrieved,
    Settings,
    TextDelta,
    UnknownDocumentError,
)
from rag.testing import HashEmbedder, ScriptedAnswerer, open_assistant

_NAMES = [
    "EVERYTHING", "AddReport", "Answer", "AnswerSentence", "ArchiveError", "Article", "Assistant",
    "Card", "Change", "CheckedClaim", "Checkup", "Citation", "CitationError", "Document",
    "DocumentSummary", "EmbeddingError", "FootnoteError", "FoundDocument", "FoundDocuments", "Hit",
    "LanguageModel", "LibraryBusyError", "LibraryError", "LibraryMismatchError", "MisuseError",
    "ModelError", "ModelRejectedError", "ModelResponseError", "ModelUnavailableError",
    "OpenLibrary", "OperationError", "Passage", "ReadError", "Retrieved", "Scope", "ScopeError",
    "Sentence", "Settings", "SettingsError",
    "TextDelta", "Timeline", "TimelineEntry", "Turn", "UnknownDocumentError", "Verification",
    "load_model", "verify",
]  # fmt: skip
_BRIDGE = "The old bridge was closed in May. Engineers found cracks. It opens again in July."
_PETS = "Cats sleep all day. Dogs bark at night."


@pytest.fixture
def make(tmp_path: Path, embedder: HashEmbedder) -> Callable[..., Assistant]:
    """Open the library of `filled` again with other settings or another answerer."""

    def opened(answerer: object = None, **settings: object) -> Assistant:
        settings = {"library": tmp_path / "library", "seeds": False} | settings
        return open_assistant(Settings.load(**settings), answerer=answerer, embedder=embedder)  # type: ignore[arg-type]

    return opened


Make = Callable[..., Assistant]


@pytest.fixture
def filled(make: Make) -> Assistant:
    """Give an assistant over two articles that answers however unsure it is."""
    assistant = make(threshold=0.0)
    add(assistant, bridge=_BRIDGE, pets=_PETS)
    return assistant


def add(assistant: Assistant, **texts: str) -> None:
    assistant.library.add_articles(
        Article(source=n, title=n.title(), text=t) for n, t in texts.items()
    )


def id_of(assistant: Assistant, source: str) -> str:
    return next(c.id for c in assistant.library.documents() if c.card.source == source)


def text_of(assistant: Assistant, citation: Citation | Hit) -> str:
    passage = citation.passage if isinstance(citation, Hit) else citation
    return assistant.library.document(passage.document_id).text[passage.start : passage.end]


def test_the_public_names_are_these_and_can_be_imported() -> None:
    assert rag.__all__ == _NAMES
    assert all(hasattr(importlib.import_module("rag"), name) for name in _NAMES)


def test_files_that_were_added_are_asked_and_cited(make: Make, tmp_path: Path) -> None:
    assistant = make(threshold=0.0)
    (tmp_path / "pets.md").write_text(f"# Pets\n\n{_PETS}\n", encoding="utf-8")
    report = assistant.library.add(tmp_path / "pets.md")
    answer = assistant.ask("When do dogs bark?")
    assert [change.kind for change in report.changes] == ["added"]
    assert (answer.status, answer.reason) == ("answered", None)
    assert answer.text.endswith("at night [1]") or "at night. [1]" in answer.text
    assert answer.citations[0].quote == "Dogs bark at night."
    assert {citation.card.title for citation in answer.citations} == {"Pets"}
    assert all(text_of(assistant, c) == c.quote for c in answer.citations)


def test_asking_without_blocking_gives_the_same_answer(filled: Assistant) -> None:
    asked, awaited = (
        filled.ask("When do dogs bark?"),
        asyncio.run(filled.aask("When do dogs bark?")),
    )
    assert (asked.text, asked.citations) == (awaited.text, awaited.citations)


@pytest.mark.parametrize("question", ["What was closed in May and opens again?", "Who sings?", "?"])
def test_a_stream_is_the_passages_the_text_in_pieces_and_the_answer(
    filled: Assistant, question: str
) -> None:
    first, *pieces, last = filled.stream(question)
    assert isinstance(first, Retrieved)
    assert isinstance(last, Answer)
    assert first.hits == last.hits
    assert "".join(p.text for p in pieces if isinstance(p, TextDelta)) == last.text
    assert len(pieces) == max(1, len(last.sentences))


def test_sentences_are_streamed_one_by_one(filled: Assistant, make: Make) -> None:
    events = list(make(ScriptedAnswerer("One.", "Two.")).stream("When do dogs bark?"))
    assert [e.text for e in events if isinstance(e, TextDelta)] == ["One. [1]", " Two. [1]"]


def test_search_returns_the_best_passage_first_with_all_its_sentences(filled: Assistant) -> None:
    hits = filled.search("When do dogs bark?", k=2)
    assert [hit.card.source for hit in hits] == ["pets", "bridge"]
    assert [s.sentence.text for s in hits[0].sentences] == [
        "Cats sleep all day.", "Dogs bark at night.",
    ]  # fmt: skip
    assert text_of(filled, hits[0]) == hits[0].passage.text
    assert filled.search("?") == ()


def test_the_setting_k_is_respected_and_an_argument_wins(filled: Assistant, make: Make) -> None:
    assert len(make(k=1).search("dogs")) == 1
    assert len(make(k=1).ask("When do dogs bark?").hits) == 1
    assert len(make(k=1).search("dogs", k=2)) == 2
    for k in (0, 101):
        with pytest.raises(MisuseError, match=f"k cannot be {k}: ask for 1 to 100"):
            filled.search("dogs", k=k)


def test_a_question_that_is_too_long_is_misuse(filled: Assistant) -> None:
    with pytest.raises(MisuseError, match="has 2001 characters, at most 2000"):
        filled.ask("a" * 2001)
    assert filled.ask("When do dogs bark?" + " " * 1900).question == "When do dogs bark?"


def test_documents_are_listed_shown_and_removed(filled: Assistant) -> None:
    pets = id_of(filled, "pets")
    assert {c.card.title: c.sentences for c in filled.library.documents()} == {
        "Bridge": 3,
        "Pets": 2,
    }
    assert filled.library.document(pets[:5]).text == _PETS
    assert [c.card.source for c in filled.library.remove(pets)] == ["pets"]
    with pytest.raises(UnknownDocumentError, match=f"no document {pets!r}"):
        filled.library.document(pets)
    with pytest.raises(MisuseError, match="no document is named"):
        filled.library.remove()


def test_a_context_manager_closes_and_a_closed_assistant_opens_again(make: Make) -> None:
    with make() as assistant:
        add(assistant, pets=_PETS)
    assert assistant.ask("When do dogs bark?").hits[0].card.source == "pets"
    assistant.close()
    assistant.close()


def test_an_empty_library_is_the_reason(assistant: Assistant) -> None:
    answer = assistant.ask("When do dogs bark?")
    assert (answer.status, answer.reason, answer.hits) == ("abstained", "empty_library", ())
    assert answer.text == "The library is empty: add articles first."


def test_the_threshold_is_the_reason_and_the_nearest_passages_stay_hits(
    filled: Assistant, make: Make
) -> None:
    answer = make(ScriptedAnswerer("Dogs do.", confidence=0.99), threshold=1.0).ask("Who barks?")
    assert (answer.status, answer.reason) == ("abstained", "weak_match")
    assert (answer.citations, answer.sentences, answer.confidence) == ((), (), 0.99)
    assert answer.hits[0].card.source == "pets"


def test_eight_threads_ask_and_search_while_one_adds(filled: Assistant) -> None:
    seen: list[object] = []

    def work() -> None:
        for _ in range(8):
            answer = filled.ask("When do dogs bark?", k=1)
            seen.extend({text_of(filled, c) == c.quote for c in answer.citations} or {None})
            seen.append(filled.search("When do dogs bark?", k=1)[0].card.source)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(6):
        add(filled, **{f"ship{number}": f"Ship {number} sails to port {number}."})
    for thread in threads:
        thread.join()
    assert set(seen) == {True, "pets"}
    assert len(seen) == 128
    assert len(filled.library.documents()) == 8


def test_a_library_that_was_never_added_to_gets_the_seeds(make: Make) -> None:
    assistant = make(seeds=True)
    assistant.library.seed()
    assert [c.card.source.split("/")[0] for c in assistant.library.documents()] == ["seeds"]
    assistant.library.remove(assistant.library.documents()[0].id)
    assert assistant.library.documents() == ()


def test_a_library_that_was_added_to_gets_no_seeds(make: Make) -> None:
    assistant = make(seeds=True)
    add(assistant, pets=_PETS)
    assert [c.card.source for c in assistant.library.documents()] == ["pets"]
    assert assistant.search("missile") != ()


def test_an_empty_question_does_not_make_a_library(make: Make, tmp_path: Path) -> None:
    assert make(seeds=True).ask("").reason == "empty_question"
    assert not (tmp_path / "library").exists()


def test_the_retriever_gives_llamaindex_nodes_that_point_into_the_text(filled: Assistant) -> None:
    retriever = filled.as_retriever(k=1)
    (found,) = retriever.retrieve("When do dogs bark?")
    assert isinstance(retriever, BaseRetriever)
    assert isinstance(found, NodeWithScore)
    node = found.node
    assert isinstance(node, TextNode)
    assert (node.text, node.start_char_idx, node.end_char_idx) == (_PETS, 0, len(_PETS))
    said = {"title": "Pets", "source": "pets", "page": None}
    assert node.metadata | said == node.metadata
    assert node.get_metadata_str(MetadataMode.LLM) == "title: Pets\nsource: pets\npage: None"
    assert node.ref_doc_id == id_of(filled, "pets")
    assert found.score == filled.search("When do dogs bark?", k=1)[0].score


def test_the_query_engine_gives_our_answer_with_its_citations(filled: Assistant) -> None:
    engine = filled.as_query_engine()
    response = engine.query("When do dogs bark?")
    assert isinstance(engine, BaseQueryEngine)
    assert isinstance(response, Response)
    answer = filled.ask("When do dogs bark?")
    assert response.response == answer.text
    assert response.metadata is not None
    cited = response.metadata["citations"]
    assert "Dogs bark at night." in [c["quote"] for c in cited]
    assert all(c["quote"] in _PETS + _BRIDGE for c in cited)
    assert response.metadata["status"] == "answered"
    assert response.metadata["short"] == answer.short
    assert response.metadata["sentences"][0]["text"] == answer.sentences[0].text
    assert [node.node.metadata["source"] for node in response.source_nodes] == ["pets", "bridge"]


def test_the_query_engine_abstains_as_we_do_and_can_be_awaited(filled: Assistant) -> None:
    bundle = QueryBundle("Which volcano erupted?")
    response = asyncio.run(filled.as_query_engine().aquery(bundle))
    assert isinstance(response, Response)
    assert response.metadata is not None
    assert (response.metadata["status"], response.metadata["reason"]) == ("abstained", "no_match")
    assert response.metadata["citations"] == []


def test_questions_are_logged_only_where_a_setting_asks_for_it(make: Make, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    add(make(), bridge=_BRIDGE)
    make().ask("When was the bridge closed?")
    assert not log.exists()
    logging = make(log=log)
    logging.ask("When was the bridge closed?")
    list(logging.stream("Who closed it?"))
    asyncio.run(logging.aask("Why?"))
    asked = [json.loads(line)["question"] for line in log.read_text("utf-8").splitlines()]
    assert asked == ["When was the bridge closed?", "Who closed it?", "Why?"]


def test_a_file_can_be_added_under_another_name_than_its_path(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = tmp_path / "note.txt"
    path.write_text(_BRIDGE, encoding="utf-8")
    told: list[object] = []
    report = assistant.library.add_files(
        {"uploads/note.txt": path, "uploads/gone.txt": tmp_path / "gone.txt"},
        on_read=told.append,
        on_progress=lambda done, total: told.append((done, total)),
    )
    path.unlink()
    assert [change.kind for change in report.changes] == ["added", "skipped"]
    assert "cannot be opened" in report.changes[1].reason
    assert told == ["uploads/note.txt", "uploads/gone.txt", (3, 3)]
    assert (
        assistant.ask("When was the old bridge closed?").hits[0].card.source == "uploads/note.txt"
    )
