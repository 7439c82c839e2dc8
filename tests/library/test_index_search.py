"""Ranking: lexical and dense together, twins collapsed, no document filling the list."""

from collections.abc import Callable

import numpy as np
from searching import search

from index.search import collapse, page_of, rarest, spread
from index.store.library import Library
from index.store.vector_search import in_context
from index.sync import ingest
from index.sync.intake import Article, read_articles

Make = Callable[..., Library]


def filled(make: Make, **texts: str) -> Library:
    library = make()
    articles = [Article(source=name, title=name, text=text) for name, text in texts.items()]
    ingest.add(library, read_articles(articles))
    return library


def sources(library: Library, question: str, k: int = 5) -> list[str]:
    return [hit.card.source for hit in search(library, question, k=k)]


def test_one_missile_is_not_the_other(make_library: Make) -> None:
    library = filled(
        make_library,
        six="They will build the SM-6 missile at home.",
        three="They will build the SM-3 missile at home.",
    )
    assert sources(library, "Who builds the SM-3?")[0] == "three"
    assert sources(library, "Who builds the SM-6?")[0] == "six"


def test_a_compound_is_found_however_it_is_joined(make_library: Make) -> None:
    library = filled(make_library, a="The SM-6 flies.", b="The AIM-9 flies.", c="The A-10 flies.")
    assert sources(library, "sm6")[0] == "a"


def test_case_7_near_duplicates_are_one_hit_that_names_the_others(make_library: Make) -> None:
    text = "The council of the old town approved the new bridge over the river on {}."
    library = filled(make_library, a=text.format("Monday"), b=text.format("Monday"), c="Dogs bark.")
    hits = search(library, "Who approved the bridge?", k=5)
    assert len(hits) == 2
    assert [passage.split(":")[1] for passage in hits[0].similar] == ["0"]


def test_case_7_one_document_takes_at_most_half_of_the_places(make_library: Make) -> None:
    long = "\n".join(f"The bridge number {n} is made of {'steel ' * 90}{n}." for n in range(9))
    library = filled(make_library, long=long, b="A bridge is here.", c="Some bridge is there.")
    assert sources(library, "bridge", k=4).count("long") == 2


def test_one_document_alone_fills_the_list(make_library: Make) -> None:
    long = "\n".join(f"The bridge number {n} is made of {'steel ' * 90}{n}." for n in range(9))
    assert sources(filled(make_library, long=long), "bridge 3", k=4) == ["long"] * 4


def test_equal_scores_are_ordered_by_id(make_library: Make) -> None:
    library = filled(make_library, **{f"d{n}": f"Word{n} stands alone." for n in range(6)})
    hits = search(library, "nothing of it", k=6)
    ranked = [(-hit.score, hit.passage.id) for hit in hits]
    assert ranked == sorted(ranked)


def test_a_sentence_that_names_nobody_is_found_by_what_stands_around_it(
    make_library: Make,
) -> None:
    tail = "It was sold to a farmer last spring."
    library = filled(
        make_library,
        mill=f"The old mill at Marlow stood empty for years. {tail} The mill grinds rye again.",
        boat=f"The red boat of the school had a leak. {tail} The boat is a hen house now.",
    )
    assert sources(library, "Who bought the mill?")[0] == "mill"
    assert sources(library, "Who bought the boat?")[0] == "boat"
    vectors = np.eye(3, 8, dtype=np.float32)
    moved = in_context(np.concatenate([vectors, vectors]), np.array([3, 3]))
    assert np.array_equal(moved[:3], moved[3:])
    assert np.allclose(np.linalg.norm(moved, axis=1), 1)
    assert moved[1] @ vectors[0] > moved[1] @ vectors[2] > 0
    assert moved[1] @ vectors[1] > 0.8


def test_a_hit_holds_exact_spans(make_library: Make) -> None:
    library = filled(make_library, a="First one. Second one here.\n\nThird one.")
    hit = search(library, "second", k=1)[0]
    text = library.document(hit.passage.document_id).text
    assert text[hit.passage.start : hit.passage.end] == hit.passage.text
    assert [text[s.sentence.start : s.sentence.end] for s in hit.sentences] == [
        "First one.", "Second one here.", "Third one.",
    ]  # fmt: skip


def test_quotes_and_operators_of_the_full_text_search_are_plain_words(make_library: Make) -> None:
    library = filled(make_library, a="Cats NEAR dogs.")
    assert sources(library, 'cats" OR NEAR(dogs) AND * body:"') == ["a"]


def test_collapse_groups_by_shared_terms() -> None:
    words = [frozenset("abcdefghij"), frozenset("xyz"), frozenset("abcdefghij")]
    assert collapse(words) == {0: [2], 1: []}


def test_of_near_duplicates_the_one_that_says_most_otherwise_is_kept_too() -> None:
    base = frozenset(f"word{n}" for n in range(60))
    words = [base | more for more in ({"a"}, {"b"}, set(), {"c", "d"}, {"a", "c"})]
    assert collapse(words) == {0: [1, 2, 4], 3: []}


def test_case_7_many_copies_leave_room_for_the_rest(make_library: Make) -> None:
    words = " ".join(f"word{n}" for n in range(40))
    copies = {f"d{n}": f"The old bridge was opened: {words}. Copy {n}." for n in range(90)}
    library = filled(make_library, **copies, other="A bridge of another town was closed.")
    assert "other" in sources(library, "When was the old bridge opened?", k=4)


def test_spread_fills_up_with_what_was_held_back() -> None:
    assert spread([1, 1, 1, 2], k=4) == [0, 1, 2, 3]
    assert spread([1, 1, 1, 2, 3], k=4) == [0, 1, 3, 4]


def test_pages_count_from_one() -> None:
    assert [page_of(offset, (0, 10)) for offset in (0, 9, 10)] == [1, 1, 2]
    assert page_of(5, ()) is None


def test_the_rarest_terms_are_searched_as_far_as_the_rows_go() -> None:
    held = {"the": 90, "missile": 20, "amraam": 3}
    asked = ["the", "missile", "amraam", "unheard"]
    assert rarest(asked, held, rows=23) == ["missile", "amraam", "unheard"]
    assert rarest(asked, held, rows=22) == ["amraam", "unheard"]
    assert rarest(["the"], held, rows=23) == []
