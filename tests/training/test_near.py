"""Texts that are near to a question, by the rare terms that they share with it or in meaning."""

from index.embedding import load_embedder
from index.terms import content_terms
from training.near import Meant, Terms, best

TEXTS = [
    "The ferry to the island leaves the harbour twice a day.",
    "Interest rates were raised by the central bank.",
    "A boat takes passengers across the bay each morning and evening.",
    "The choir sang in the cathedral.",
    *(f"The {name} was painted green." for name in ("door", "wall", "roof", "gate", "fence")),
    "Goats graze behind the mill.",
]


def test_only_texts_that_share_a_term_are_found_and_the_rarest_term_counts_most() -> None:
    shared = Terms([frozenset(content_terms(text)) for text in TEXTS])
    scores = shared.scores(content_terms("Who painted the cathedral gate?"))
    assert set(best(scores)) == {3, 4, 5, 6, 7, 8}
    assert scores.argsort()[::-1][:2].tolist() == [7, 3]
    assert shared.weight("spire") == 0


def test_texts_that_mean_the_same_come_before_others() -> None:
    meant = Meant(TEXTS, load_embedder())
    meant.ask(["How do you get over to the isle by ship?"])
    near = meant.near("How do you get over to the isle by ship?")
    assert {0, 2} <= set(near)
    assert len(near) == 8
    assert len(set(range(len(TEXTS))) - set(near)) == 2


def test_a_question_that_was_not_named_or_has_no_embedder_has_none() -> None:
    assert Meant(TEXTS, load_embedder()).near("How?") == []
    without = Meant(TEXTS, None)
    without.ask(["How?"])
    assert without.near("How?") == []
