"""Which claims stand on the figures, dates and names of one sentence, and which say no alone."""

import pytest

from rag.verification.differences import is_anchored, says_no_alone
from rag.verification.parse import names_in, read

_LAST = "Its last signalman, Desmond Pryce, locked the door on 12 December 2009."
_COURT = "Verde Ahora supports it, while the society Alas will go to court in 2024."


@pytest.mark.parametrize(
    ("claim", "sentence", "anchored"),
    [
        ("The door was finally locked on 12 December 2009.", _LAST, True),
        ("The door was finally locked on 21 December 2009.", _LAST, False),
        ("On 12 December 2009 Giles Mather locked the door.", _LAST, False),
        ("The door was never locked on 12 December 2009.", _LAST, False),
        ("The door was locked.", _LAST, False),
        ("Verde Ahora will go to court in 2024.", _COURT, False),
        ("Mending it took 96 million crowns.", "The repair cost 96 million crowns.", True),
        ("Mending it took 69 million crowns.", "The repair cost 96 million crowns.", False),
        ("The council praised Pryce.", "Pryce praised the council.", False),
    ],
)
def test_a_claim_is_anchored_by_all_that_it_names_and_counts(
    claim: str, sentence: str, anchored: bool
) -> None:
    names = names_in([f"Then {claim[0].lower()}{claim[1:]}", f"So {sentence}"])
    assert is_anchored(read(claim, names), read(sentence, names)) is anchored


@pytest.mark.parametrize(
    ("claim", "sentence", "alone"),
    [
        ("Most members are not from the valley.", "Most members live in the valley.", True),
        ("Most members are not from the valley.", "Few live there without a car.", False),
        ("No shop will be built.", "Neither a shop nor a car park will be built.", False),
        ("Most members live there.", "Most members live in the valley.", False),
    ],
)
def test_a_claim_that_says_no_wants_a_sentence_that_turns_something(
    claim: str, sentence: str, alone: bool
) -> None:
    assert says_no_alone(read(claim), read(sentence)) is alone
