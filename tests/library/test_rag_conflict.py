"""Documents that contradict each other: both are shown, and many copies do not drown one."""

from pathlib import Path

import pytest

from index.embedding import load_embedder
from rag import Answer, Article, Settings
from rag.testing import open_assistant

_TEXT = (
    "The old bridge over the Oder was opened to traffic in {year}. It was built by {builder} and "
    "has three piers of granite from the quarry behind the town. Two hundred people came to the "
    "opening, and the mayor {gave} a speech about the hard winter and the price of steel. {more}"
)
_TRUE = _TEXT.format(year=1964, builder="Anna Berg", gave="gave", more="")


def asked(folder: Path, texts: list[str], question: str, *, titles: tuple[str, ...] = ()) -> Answer:
    """Return the answer of a library of nothing but these texts."""
    settings = Settings.load(library=folder / "library", seeds=False, threshold=0.0)
    titles = titles or tuple(f"Article {number}" for number in range(len(texts)))
    articles = [
        Article(source=f"{number}", title=title, text=text)
        for number, (title, text) in enumerate(zip(titles, texts, strict=True))
    ]
    with open_assistant(settings, embedder=load_embedder()) as assistant:
        assistant.library.add_articles(articles)
        return assistant.ask(question)


@pytest.mark.parametrize(
    ("altered", "question", "values"),
    [
        ({"year": 1971}, "When was the bridge opened?", ("1964", "1971")),
        ({"builder": "Luca Conti"}, "Who built the bridge?", ("Anna Berg", "Luca Conti")),
        ({"gave": "did not give"}, "Did the mayor give a speech?", ("gave", "did not give")),
    ],
    ids=["date", "name", "no"],
)
def test_what_two_documents_say_differently_is_told(
    tmp_path: Path, altered: dict[str, object], question: str, values: tuple[str, str]
) -> None:
    same = {"year": 1964, "builder": "Anna Berg", "gave": "gave", "more": ""}
    answer = asked(tmp_path, [_TRUE, _TEXT.format(**same | altered)], question)
    assert "But another document says: " in answer.text
    assert all(any(value in c.quote for c in answer.citations) for value in values)
    assert len({c.document_id for c in answer.citations}) == 2


def test_case_7_many_copies_of_a_false_article_do_not_hide_that_another_says_otherwise(
    tmp_path: Path,
) -> None:
    false = [
        _TEXT.format(year=1971, builder="Anna Berg", gave="gave", more=f"This is copy {number}.")
        for number in range(500)
    ]
    answer = asked(tmp_path, [*false, _TRUE], "When was the bridge opened?")
    assert len(answer.hits) <= 3
    assert "But another document says: " in answer.text
    assert "1964" in answer.text
    assert "1971" in answer.text


@pytest.mark.parametrize(
    ("texts", "question"),
    [
        ([_TRUE, _TRUE], "When was the bridge opened?"),
        (
            [_TRUE, "The new bridge over the Spree was opened to traffic in 1981."],
            "When was the bridge over the Oder opened?",
        ),
        ([_TRUE, "The old bridge over the Oder has 12 lamps."], "When was the bridge opened?"),
        ([f"{_TRUE} In 1971 the bridge was painted."], "When was the bridge opened?"),
        (
            ["The shop opened in May 1964.", "The shop opened in 1964."],
            "When did the shop open?",
        ),
    ],
    ids=["twin", "other bridge", "other matter", "same document", "less exact"],
)
def test_what_agrees_or_is_of_something_else_is_no_conflict(
    tmp_path: Path, texts: list[str], question: str
) -> None:
    answer = asked(tmp_path, texts, question)
    assert "1964" in answer.text
    assert "But another document says" not in answer.text


@pytest.mark.parametrize(
    ("titles", "texts", "question", "answer"),
    [
        (
            ("Rules of the rowing club", "Rules of the sailing club"),
            (
                "A guest pays 12 euros a day. The boat house opens at 8:00.",
                "A guest pays 30 euros a day. The boat house opens at 9:00.",
            ),
            "What does a guest of the rowing club pay?",
            "12 euros",
        ),
        (
            ("Receipt of Holm's bakery", "Bill for the repair of a boiler"),
            ("Sales tax (7%): 4.20 euros\n\nTotal: 64.20 euros", "Sales tax (19%): 57 euros"),
            "How much sales tax is on the bakery's receipt?",
            "4.20",
        ),
        (
            ("Visiting the north mill", "Visiting the south mill"),
            ("It was built in 1820 by two brothers.", "It was built in 1874 by two brothers."),
            "When was the north mill built?",
            "1820",
        ),
    ],
    ids=["clubs", "bills", "mills"],
)
def test_another_things_figure_is_no_conflict(
    tmp_path: Path, titles: tuple[str, ...], texts: tuple[str, ...], question: str, answer: str
) -> None:
    said = asked(tmp_path, list(texts), question, titles=titles).text
    assert answer in said
    assert "But another document says" not in said


@pytest.mark.parametrize(
    ("titles", "texts", "question", "values"),
    [
        (
            ("Rules of the rowing club", "Rules of the sailing club"),
            ("A guest pays 12 euros a day.", "A guest pays 30 euros a day."),
            "How much does a guest pay?",
            ("rowing club: A guest pays 12", "sailing club: A guest pays 30"),
        ),
        (
            ("Garage bill for Gabriel Holm", "MegaBuild receipt"),
            ("Sales tax 10.20%: $1,026.41", "Sales tax (8.5%): $66.23"),
            "How much was the sales tax?",
            ("Gabriel Holm: Sales tax 10.20%", "MegaBuild receipt: Sales tax (8.5%)"),
        ),
        (
            ("The Karsund bridge", "The Talin bridge"),
            (
                "The Karsund bridge was opened in 1988 by the mayor.",
                "The Talin bridge was opened in 1964 after four years of work.",
            ),
            "When was the bridge opened?",
            ("The Karsund bridge was opened in 1988", "The Talin bridge was opened in 1964"),
        ),
    ],
    ids=["clubs", "bills", "bridges"],
)
def test_two_things_are_two_answers_each_with_its_name(
    tmp_path: Path, titles: tuple[str, ...], texts: tuple[str, ...], question: str, values: str
) -> None:
    answer = asked(tmp_path, list(texts), question, titles=titles)
    assert all(value in answer.text for value in values)
    assert "another document" not in answer.text
    assert answer.text.count("Karsund") <= 1
    assert answer.short is None


def test_a_question_that_names_one_of_two_things_has_one_answer(tmp_path: Path) -> None:
    texts = ["It was opened in 1988 by the mayor.", "It was opened in 1964 by the mayor."]
    titles = ("The Karsund bridge", "The Talin bridge")
    answer = asked(tmp_path, texts, "When was the Talin bridge opened?", titles=titles)
    assert ("1964" in answer.text, "1988" in answer.text) == (True, False)
