"""The reader finds the exact words, inside their sentence, and says where none answers."""

from dataclasses import replace

import pytest

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


def test_the_mean_of_two_readings_is_of_every_score(reader: OnnxReader) -> None:
    (first,) = reader.read("When did the bridge open?", [window(TEXTS[0])])
    second = replace(
        first,
        none=first.none + 2.0,
        answers=first.answers - 4.0,
        tokens=replace(first.tokens, starts=first.tokens.starts + 6.0),
    )
    both = first.and_again(second)
    assert both.answers == pytest.approx(first.answers - 2.0)
    assert both.none == pytest.approx(first.none + 1.0)
    assert both.span == pytest.approx(first.span + 3.0 - 1.0, abs=1e-5)
    assert both.words == first.words


def test_a_reading_that_was_cut_off_changes_nothing(reader: OnnxReader) -> None:
    whole, other = (reader.read("Who?", [window(text)])[0] for text in TEXTS[:2])
    assert whole.and_again(other) is whole


def test_what_leads_a_window_is_read_and_holds_no_answer(reader: OnnxReader) -> None:
    plain = window(TEXTS[1])
    (led,) = reader.read("Who built the bridge?", [replace(plain, lead="The bridge of Marlow. ")])
    (bare,) = reader.read("Who built the bridge?", [plain])
    assert "Mary Jones" in led.words
    assert led.tokens.offsets == bare.tokens.offsets
    assert led.span != bare.span


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("The bridge was opened in 1998.", "said"),
        ("The bridge was opened in 2004.", "denied"),
        ("The bridge cost four million crowns.", "open"),
    ],
)
def test_a_window_says_a_statement_denies_it_or_leaves_it_open(
    reader: OnnxReader, statement: str, what: str
) -> None:
    (telling,) = reader.tell(statement, [window(*TEXTS[:2])])
    found = {"said": telling.said, "denied": telling.denied, "open": telling.open}
    assert sum(found.values()) == pytest.approx(1.0)
    assert max(found, key=lambda name: found[name]) == what


def test_nothing_to_read_gives_nothing(reader: OnnxReader) -> None:
    assert reader.read("Who?", []) == []
    assert reader.tell("It rains.", []) == []
