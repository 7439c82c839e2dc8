"""Whether a language model says what the articles' short answer says."""

import pytest

from rag.beside import agrees


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
