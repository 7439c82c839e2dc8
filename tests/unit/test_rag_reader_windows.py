"""What the reader reads: whole sentences around the best of each passage, led by the title."""

from dataclasses import replace

import pytest

from index.types import Hit
from rag.reader.windows import choose, whole, window_of, with_the_one_before
from rag.testing import hit_of


def hit(*lengths: int, name: str = "d:0", start: int = 0) -> Hit:
    """Return a hit whose sentences have these lengths."""
    made = hit_of(*("x" * length for length in lengths), start=start)
    return replace(made, passage=replace(made.passage, id=name))


def test_a_window_grows_to_both_sides_in_turn_as_far_as_it_fits() -> None:
    found = hit(300, 250, 100, 150, 300)
    (window,) = choose([(found, found.sentences[2].sentence)])
    assert [s.ordinal for s in window.sentences] == [1, 2, 3]
    assert (window.start, len(window.text)) == (301, 502)


def test_a_passage_is_read_once_around_its_best_sentence() -> None:
    found = hit(400, 400, 400)
    (window,) = choose([(found, found.sentences[n].sentence) for n in (2, 0, 1)])
    assert [s.ordinal for s in window.sentences] == [2]


def test_a_sentence_longer_than_a_window_is_read_alone() -> None:
    found = hit(100, 900, 100)
    (window,) = choose([(found, found.sentences[1].sentence)])
    assert [s.ordinal for s in window.sentences] == [1]


@pytest.mark.parametrize(("length", "read"), [(650, 4), (500, 5), (100, 6), (3000, 1)])
def test_so_many_passages_are_read_as_fit_together(length: int, read: int) -> None:
    found = [hit(length, name=f"d:{n}") for n in range(12)]
    assert len(choose([(one, one.sentences[0].sentence) for one in found])) == read


def test_for_a_list_every_sentence_of_a_passage_is_read_once() -> None:
    found = hit(400, 400, 250, 900, 100)
    windows = whole([(found, found.sentences[n].sentence) for n in (2, 0, 1, 3, 4)])
    assert [[s.ordinal for s in w.sentences] for w in windows] == [[0], [1, 2], [3], [4]]


def test_for_a_list_no_more_is_read_than_seven_thousand_characters() -> None:
    found = [hit(650, name=f"d:{n}") for n in range(20)]
    assert len(whole([(one, one.sentences[0].sentence) for one in found])) == 10


def test_nothing_found_is_no_window() -> None:
    assert choose([]) == whole([]) == []


@pytest.mark.parametrize(
    ("title", "start", "lead"),
    [
        ("The tram", 50, "The tram. "),
        ("The tram.", 50, "The tram. "),
        ("The tram", 0, ""),
        ("", 50, ""),
        ("x" * 121, 50, ""),
    ],
)
def test_the_title_leads_where_the_text_does_not_begin_with_it(
    title: str, start: int, lead: str
) -> None:
    found = hit(10, 10, start=start)
    window = window_of(replace(found, card=replace(found.card, title=title)))
    assert window.lead == lead
    assert (window.start, window.text) == (start, "xxxxxxxxxx xxxxxxxxxx")


@pytest.mark.parametrize(("at", "read"), [(0, [0]), (2, [1, 2])])
def test_a_sentence_is_read_again_with_the_one_before(at: int, read: list[int]) -> None:
    found = hit(10, 10, 10)
    window = with_the_one_before(found, found.sentences[at].sentence)
    assert [s.ordinal for s in window.sentences] == read
