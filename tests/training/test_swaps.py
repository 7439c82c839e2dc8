"""Questions that are changed by one word, so that their passage does not answer them."""

from training.swaps import Swaps


def test_a_word_is_swapped_for_its_opposite_or_for_another_name() -> None:
    swaps = Swaps(["When did Anna Berg leave Riga?", "When did Luca Conti die?"], seed=1)
    assert swaps.swap("who came first?", "") == "who came last?"
    assert swaps.swap("who came home?", "") is None
    swapped = {swaps.swap("when did Luca Conti die?", "Riga") for _ in range(20)}
    assert "when did Riga die?" not in swapped
    assert "when did Anna Berg die?" in swapped


def test_a_name_is_swapped_for_one_of_which_the_passage_says_something_else() -> None:
    swaps = Swaps([], seed=1)
    passage = "In 1901 the builder Anna Berg came; later the painter Luca Conti died."
    assert swaps.swap("when did Anna Berg sing?", passage) == "when did Luca Conti sing?"
    assert swaps.swap("when did Anna Berg sing?", "only Anna Berg") is None
