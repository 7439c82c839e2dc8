"""Questions that must stay right, as pytest tests: `pytest examples/test_my_articles.py`.

With a gold file and no code at all: `pytest --footnote-gold examples/gold.jsonl`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval import load_suite, run
from rag import Assistant


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(library=tmp_path_factory.mktemp("library")) as opened:
        yield opened


def test_the_missile_is_named_and_cited(assistant: Assistant) -> None:
    answer = assistant.ask("Which missile will Japan co-produce?")
    assert "AMRAAM" in answer.text
    assert "AMRAAM" in answer.citations[0].quote


def test_what_the_article_does_not_say_is_not_answered(assistant: Assistant) -> None:
    assert assistant.ask("Who designed the opera house in Oslo?").status == "abstained"


def test_every_gold_question_passes(assistant: Assistant) -> None:
    report = run(assistant, load_suite(Path(__file__).parent / "gold.jsonl"))
    assert [case.id for case in report.cases if not case.passed] == []
