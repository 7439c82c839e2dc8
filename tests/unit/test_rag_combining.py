"""What a language model says beside the short answer of the articles, and beside its steps."""

from dataclasses import replace

import pytest

from rag.combining import agrees, with_steps
from rag.types import Answer, DraftPart, SetAside, Usage


@pytest.mark.parametrize(
    ("short", "said", "is_so"),
    [
        ("8", "It opened in 2008.", False),
        ("8", "It has 8 rooms.", True),
        ("1,300", "It cost 11,300 euros.", False),
        ("300", "It cost 1,300 euros.", False),
        ("9", "It is 9.5 metres long.", False),
        ("300", "Of the rooms, 300.", True),
        ("Ann", "Anna built it.", False),
        ("2% of GDP", "Japan spends 2% of gdp.", True),
        ("Yes", "Norway pays for it.", True),
        ("Yes", "Nothing else was said; it opens.", True),
        ("Yes", "No, it stays closed.", False),
        ("No", "Yes: it opens.", False),
        (None, "It opens.", False),
    ],
)
def test_words_agree_as_whole_words_alone(short: str | None, said: str, is_so: bool) -> None:
    assert agrees(short, said) is is_so


def test_the_words_of_a_search_that_was_not_sure_are_no_short_answer_beside_its_steps() -> None:
    aside = SetAside(model="m", reason="unsupported", note="", sentences=(), citations=())
    quoted = Answer(
        question="Which?", status="answered", reason=None, text="", sentences=(), citations=(),
        confidence=0.7, hits=(), model="extractive", usage=Usage(), seconds=0.0,
        short="Orlow", set_aside=aside,
    )  # fmt: skip
    step = DraftPart(asked="Who?", text="", evidence=())
    assert with_steps(quoted, [step], {}).short is None
    assert with_steps(quoted, [], {}).short == "Orlow"
    assert with_steps(replace(quoted, set_aside=None), [step], {}).short == "Orlow"
