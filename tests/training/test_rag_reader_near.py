"""Near passages: what is found by terms and by meaning, and what is never a near miss."""

import pytest

from index.embedding import DEFAULT_MODEL, load_embedder
from training.near import NearPassages

OWN = "The bridge in Riga was built by Anna Berg."
TERMS = "Nobody knows who drew the bridge in Riga."
MEANING = "The viaduct was put up by a firm of engineers from Latvia."
SAID_AGAIN = "In Riga, the bridge is the work of Anna Berg."
OTHER = "Bananas are yellow and rich in sugar."
QUESTION = "Who built the bridge in Riga?"


@pytest.fixture(scope="module")
def near() -> NearPassages:
    passages = [OWN, TERMS, MEANING, SAID_AGAIN, OTHER]
    return NearPassages(passages, load_embedder(DEFAULT_MODEL))


def test_a_passage_with_the_same_rare_terms_is_near(near: NearPassages) -> None:
    assert near.by_terms(QUESTION, OWN, lacking="Anna Berg") == [1]


def test_a_passage_of_the_same_meaning_is_near_without_a_common_term(near: NearPassages) -> None:
    assert 2 in near.by_meaning(QUESTION, OWN, lacking="Anna Berg")


@pytest.mark.parametrize("way", ["by_terms", "by_meaning"])
def test_neither_its_own_passage_nor_one_with_the_answer_is_a_miss(
    near: NearPassages, way: str
) -> None:
    found = getattr(near, way)(QUESTION, OWN, lacking="anna berg")
    assert 0 not in found
    assert 3 not in found
    assert found
