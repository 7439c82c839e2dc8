"""The reader finds the exact words, inside their sentence, and says where none answers."""

import numpy as np
import pytest

from rag.reader import onnx_reader
from rag.reader.onnx_reader import OnnxReader
from rag.reader.windows import Window
from rag.testing import hit_of

TEXTS = ("The bridge opened in 1998.", "Its builder was Mary Jones.", "Cats sleep all day.")


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader()


def window(*texts: str) -> Window:
    """Return a window of these sentences, at offset 100 of their document."""
    hit = hit_of(*texts, start=100)
    return Window(hit=hit, sentences=tuple(scored.sentence for scored in hit.sentences))


@pytest.mark.parametrize(
    ("question", "answer"),
    [("When did the bridge open?", "1998"), ("Who built the bridge?", "Mary Jones")],
)
def test_the_best_span_is_the_answer(reader: OnnxReader, question: str, answer: str) -> None:
    readings = reader.read(question, [window(*TEXTS)])
    assert len(readings) == 3
    assert answer in max(readings, key=lambda reading: reading.span).words


def test_a_sentence_that_answers_scores_above_one_that_does_not(reader: OnnxReader) -> None:
    right, wrong = reader.read("When did the bridge open?", [window(TEXTS[0]), window(TEXTS[2])])
    assert right.span > wrong.span
    assert right.answers > wrong.answers


def test_a_window_is_read_the_same_whatever_is_read_beside_it(reader: OnnxReader) -> None:
    alone = reader.read("Who built it?", [window(TEXTS[1])])
    beside = reader.read("Who built it?", [window(*TEXTS), window(TEXTS[1])])
    assert beside[-1] == alone[0]


class ScriptedSession:
    """Scores three words of a window one way and of a sentence alone another; counts its runs."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def run(self, _: None, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        length = feeds["input_ids"].shape[1]
        self.lengths.append(length)
        scores = np.zeros((1, length, 3), dtype=np.float32)
        question = int((feeds["token_types"][0] == 0).sum())
        in_window = length - question > 7
        place = question + (0 if in_window else 2)
        scores[0, place, :2] = 4.0 if in_window else 6.0
        scores[0, 0, :2] = 0.0 if in_window else 1.0
        return [scores]


def test_the_best_sentences_are_read_again_alone_and_both_readings_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = ScriptedSession()
    monkeypatch.setattr(onnx_reader, "_session", lambda: session)
    reader = OnnxReader()
    texts = [f"One two three{'.' * n}" for n in range(1, 7)]
    readings = reader.read("Who?", [window(*texts), window("Cats sleep now.")])
    assert len(session.lengths) == 2 + 3  # of the best four one was alone already
    assert readings[0].words == "three"
    assert readings[0].span == pytest.approx((0 + 6) / 2 * 2 - (0 + 1) / 2 * 2)
    assert readings[-1].span == pytest.approx(6 * 2 - 1 * 2)


def test_nothing_to_read_gives_nothing(reader: OnnxReader) -> None:
    assert reader.read("Who?", []) == []
