"""A sentence that begins with a pronoun comes with the one before that names somebody."""

from dataclasses import replace

import pytest

from index.types import Hit
from rag.answer.neighbours import leans, with_names
from rag.testing import hit_of
from rag.types import DraftSentence, Evidence

MAYOR = "Dana Ortiz is the mayor of Marlow."


def quoted(hit: Hit, place: int) -> DraftSentence:
    sentence = hit.sentences[place].sentence
    evidence = Evidence(hit=hit, start=sentence.start, end=sentence.end)
    return DraftSentence(text=sentence.text, evidence=(evidence,))


def context(*sentences: str, place: int = -1) -> str | None:
    """Return what a quoted sentence comes with."""
    hit = hit_of(*sentences)
    (found,) = with_names([quoted(hit, place)], [hit])
    return found.context.text if found.context else None


@pytest.mark.parametrize(
    "text",
    [
        "She was born in 1970.",
        "In 1990, she moved to Henley.",
        "But she left again.",
        "Her office is on Elm Street.",
        "The latter was born in 1970.",
        "The second moved to Henley.",
    ],
)
def test_the_sentence_before_names_who_it_is(text: str) -> None:
    assert context(MAYOR, text) == MAYOR


def test_a_chain_of_pronouns_is_followed_to_the_name() -> None:
    assert context(MAYOR, "She was born in 1970.", "She studied law.") == MAYOR
    far = ["She studied law."] * 4
    assert context(MAYOR, *far) is None


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (MAYOR, "The pool was built in 1974."),
        (MAYOR, "The second pool was built in 1974."),
        (MAYOR, "It is not known whether the pool will open."),
        (MAYOR, "It took years to build the pool."),
        ("The pool is old.", "It was built in 1974."),
    ],
    ids=["no pronoun", "a second one", "one for nothing", "an aim", "no name before"],
)
def test_nothing_is_added_where_it_would_name_nobody(before: str, text: str) -> None:
    assert context(before, text) is None


def test_a_sentence_that_is_quoted_anyway_is_not_said_twice() -> None:
    hit = hit_of(MAYOR, "She was born in 1970.")
    both = with_names([quoted(hit, 1), quoted(hit, 0)], [hit])
    assert [one.context for one in both] == [None, None]


@pytest.mark.parametrize(
    ("apart", "named"), [(1, MAYOR), (2, None)], ids=["same paragraph", "another"]
)
def test_the_name_may_stand_in_another_passage_but_in_no_other_paragraph(
    apart: int, named: str | None
) -> None:
    first, later = hit_of(MAYOR), hit_of("She left.", start=len(MAYOR) + apart)
    (scored,) = later.sentences
    second = replace(scored, sentence=replace(scored.sentence, ordinal=1))
    hit = replace(later, sentences=(second,))
    (found,) = with_names([quoted(hit, 0)], [hit, first])
    assert (found.context.text if found.context else None) == named


def test_a_pronoun_leads_only_at_the_head() -> None:
    assert leans("They met in Tokyo.")
    assert not leans("The mayor said she would come.")
    assert not leans("Italy is far.")


MUSEUM = "The Wexburg Clock Museum opens on 14 June."


@pytest.mark.parametrize(
    "between", [(), ("Repairs took two years.", "The museum is dry.")], ids=["next", "later"]
)
def test_the_museum_comes_with_the_sentence_that_names_it(between: tuple[str, ...]) -> None:
    assert context(MUSEUM, *between, "The museum now shows 430 clocks.") == MUSEUM


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (MUSEUM, "The company paid for the repairs."),
        (MUSEUM, "The museum of glass is closed."),
        ("The old museum was dark.", "The museum is dry."),
    ],
    ids=["another thing", "one that is named", "no name"],
)
def test_what_does_not_name_the_museum_is_not_added(before: str, text: str) -> None:
    assert context(before, text) is None
