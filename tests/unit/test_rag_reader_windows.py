"""What the reader reads: whole sentences around the best ones, none of them twice."""

from index.types import Hit
from rag.reader.windows import choose
from rag.testing import hit_of


def hit(*lengths: int) -> Hit:
    """Return a hit whose sentences have these lengths."""
    return hit_of(*("x" * length for length in lengths))


def test_a_window_grows_to_the_sentence_before_and_then_as_far_as_it_fits() -> None:
    found = hit(200, 150, 100, 150, 300)
    (window,) = choose([(found, found.sentences[2].sentence)])
    assert [s.ordinal for s in window.sentences] == [1, 2, 3]
    assert (window.start, len(window.text)) == (201, 402)


def test_a_sentence_that_a_window_holds_gets_none_of_its_own() -> None:
    found = hit(200, 200, 200)
    windows = choose([(found, found.sentences[n].sentence) for n in (0, 1, 2)])
    assert [[s.ordinal for s in window.sentences] for window in windows] == [[0, 1], [2]]


def test_a_sentence_longer_than_a_window_is_read_alone() -> None:
    found = hit(100, 900, 100)
    (window,) = choose([(found, found.sentences[1].sentence)])
    assert [s.ordinal for s in window.sentences] == [1]


def test_at_most_six_windows_are_read() -> None:
    found = hit(*[500] * 12)
    assert len(choose([(found, s.sentence) for s in found.sentences])) == 6
    assert choose([]) == []
