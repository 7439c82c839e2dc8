import random
from pathlib import Path

import numpy as np
import pytest

from index.embedding import load_embedder
from index.embedding.onnx import model_folder
from index.embedding.packages import SentenceTransformerEmbedder
from index.errors import EmbeddingError

SEED = Path(__file__).parents[2] / "seeds" / "japan-us-defense-ministers.txt"
HAND_MADE = [
    "",
    " ",
    "a",
    "?!…",
    "SM-6 and SM-3",
    "Nakatani 中谷元 met Hegseth.",
    "naïve café – Zürich, Łódź",
    "🙂🚀 emoji",
    "Привет, мир",
    "مرحبا بالعالم",
    "NUL\0inside",
    "lone \ud800 surrogate",
    "tab\tand\r\nline ends\u00a0\ufeff",
    "x" * 150,
    "2% of GDP, $1,234.56, 10:30",
    "word " * 300,
    "é" * 600,
]


@pytest.fixture(scope="module")
def torch_embedder():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("socket.socket.connect", _refuse)
        patch.setattr("socket.getaddrinfo", _refuse)
        return load_embedder(engine="sentence-transformers")


def _refuse(*_):
    raise AssertionError("loading the installed model asked the network")


def texts():
    """Return 80 texts of 0 to about 600 tokens: by hand, and resampled from the seed article."""
    rng, words = random.Random(7), SEED.read_text(encoding="utf-8").split()
    lengths = [
        rng.choice((1, 2, 5, 8, 12, 20, 30, 40, 90, 220)) for _ in range(80 - len(HAND_MADE))
    ]
    return HAND_MADE + [" ".join(rng.choices(words, k=length)) for length in lengths]


def test_engines_agree_on_80_texts(torch_embedder):
    onnx, torch = load_embedder(engine="onnx").embed(texts()), torch_embedder.embed(texts())
    assert onnx.shape == torch.shape == (80, 384)
    assert (onnx.astype(np.float64) * torch).sum(axis=1).min() >= 0.99999


def test_engines_agree_on_questions(torch_embedder):
    question = "Which missile will Japan co-produce?"
    onnx, torch = load_embedder().embed_question(question), torch_embedder.embed_question(question)
    assert (torch.shape, torch.dtype) == ((384,), np.float32)
    assert float(onnx @ torch) >= 0.99999


def test_engines_count_the_same_tokens(torch_embedder):
    assert torch_embedder.count_tokens(texts()) == load_embedder().count_tokens(texts())


def test_no_texts_give_no_rows(torch_embedder):
    assert torch_embedder.embed([]).shape == (0, 384)


def test_progress_adds_up_to_the_number_of_texts(torch_embedder):
    seen = []
    torch_embedder.embed(["one", "two", "three"], on_progress=seen.append)
    assert sum(seen) == 3


def test_closed_embedder_loads_again(torch_embedder):
    torch_embedder.close()
    assert torch_embedder.embed(["one"]).shape == (1, 384)


def test_model_that_cannot_be_loaded_is_named_with_what_to_do(tmp_path):
    with pytest.raises(EmbeddingError, match=r"cannot be loaded .*or choose 'all-MiniLM-L6-v2'"):
        load_embedder(str(tmp_path))


def test_an_e5_model_gets_its_prefixes_and_another_none(tmp_path):
    (tmp_path / "e5-small").symlink_to(model_folder())
    (tmp_path / "plain").symlink_to(model_folder())
    e5 = SentenceTransformerEmbedder(str(tmp_path / "e5-small"))
    plain = SentenceTransformerEmbedder(str(tmp_path / "plain"))
    asked, told = plain.embed(["query: a cat", "passage: a cat"])
    assert e5.embed_question("a cat") == pytest.approx(asked, abs=1e-5)
    assert e5.embed(["a cat"])[0] == pytest.approx(told, abs=1e-5)
    assert plain.embed_question("query: a cat") == pytest.approx(asked, abs=1e-5)
