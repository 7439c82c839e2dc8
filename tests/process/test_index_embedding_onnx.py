import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index.embedding import load_embedder

TEXTS = ["Japan and the US agreed.", "SM-6", "", "The meeting was held in Tokyo on March 30th."]


@pytest.fixture(scope="module")
def embedder():
    loaded = load_embedder(engine="onnx")
    yield loaded
    loaded.close()


def test_vectors_are_float32_rows_of_length_one(embedder):
    vectors = embedder.embed(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((4, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_no_texts_give_no_rows(embedder):
    assert embedder.embed([]).shape == (0, 384)


def test_question_has_the_vector_of_the_same_text(embedder):
    question = embedder.embed_question(TEXTS[0])
    assert question.shape == (384,)
    np.testing.assert_allclose(question, embedder.embed(TEXTS)[0], atol=1e-6)


def test_vector_does_not_depend_on_companions_or_order(embedder):
    many = [f"{text} {number}" for number in range(100) for text in TEXTS]
    alone = np.stack([embedder.embed_question(text) for text in many[:12]])
    np.testing.assert_allclose(embedder.embed(many)[:12], alone, atol=1e-6)
    np.testing.assert_allclose(embedder.embed(many[::-1])[::-1][:12], alone, atol=1e-6)


def test_rows_keep_the_order_of_the_texts_across_windows(embedder, monkeypatch):
    monkeypatch.setattr("index.embedding.onnx._WINDOW_TEXTS", 3)
    texts = [f"number {number}" for number in range(10)]
    nearest = (embedder.embed(texts) @ embedder.embed(texts[::-1]).T).argmax(axis=1)
    assert nearest.tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_progress_adds_up_to_the_number_of_texts(embedder):
    seen = []
    embedder.embed(TEXTS * 5, on_progress=seen.append)
    assert (sum(seen), min(seen) > 0) == (20, True)


def test_error_in_the_progress_callback_reaches_the_caller(embedder):
    def interrupt(finished):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedder.embed(TEXTS * 5, on_progress=interrupt)
    assert embedder.embed(TEXTS).shape == (4, 384)


def test_lone_surrogates_and_nul_are_read_as_nothing(embedder):
    strange = embedder.embed(["a\ud800b \udfff", "\0ab\0", "ab"])
    np.testing.assert_allclose(strange, strange[[2, 2, 2]], atol=1e-6)
    assert embedder.count_tokens(["a\ud800b", "\0"]) == [1, 0]


def test_text_counts_up_to_256_tokens(embedder):
    long, longer, short = ("word " * count for count in (254, 4000, 253))
    vectors = embedder.embed([long, longer, short])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
    assert np.abs(vectors[0] - vectors[2]).max() > 1e-4


def test_tokens_are_counted_without_special_ones_and_uncut(embedder):
    assert embedder.count_tokens(["Hello world", "", "word " * 400]) == [2, 0, 400]


def test_threads_share_one_embedder(embedder):
    embedder.close()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(embedder.embed, [TEXTS] * 8))
    expected = embedder.embed(TEXTS)
    for vectors in results:
        np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_nothing_is_written_or_reported_by_the_runtime(tmp_path):
    env = {key: value for key, value in os.environ.items() if key not in ("CI", "TF_BUILD")}
    env |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("ORT_DISABLE_TELEMETRY", None)
    code = "from index.embedding import load_embedder as load; load().embed_question('q')"
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    assert list(tmp_path.iterdir()) == []
