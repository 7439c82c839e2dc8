"""Citations hold: the quote is what the stored text has at the offsets, always."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Article, Citation, CitationError, Settings
from rag.citations import check
from rag.testing import open_assistant


@pytest.fixture
def cited(tmp_path: Path) -> tuple[Citation, str]:
    text = "Cats sleep. Dogs bark at night."
    own = Settings(library=tmp_path / "library", seeds=False, threshold=0.0)
    with open_assistant(own) as assistant:
        assistant.library.add_articles([Article(source="a", title="A", text=text)])
        return assistant.ask("When do dogs bark?").citations[0], text


def test_a_citation_of_the_stored_text_passes(cited: tuple[Citation, str]) -> None:
    citation, text = cited
    assert text[citation.start : citation.end] == citation.quote
    check(citation, text)


@pytest.mark.parametrize(
    "forgery",
    [{"quote": "Dogs bark at dawn."}, {"start": 0}, {"end": 9999}, {"start": -5}, {"end": 0}],
)
def test_a_forged_citation_is_refused(
    cited: tuple[Citation, str], forgery: dict[str, object]
) -> None:
    citation, text = cited
    with pytest.raises(CitationError):
        check(replace(citation, **forgery), text)


def test_a_citation_of_another_version_is_refused(cited: tuple[Citation, str]) -> None:
    citation, text = cited
    with pytest.raises(CitationError, match="another version"):
        check(citation, text + " More.")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=300), tail=st.text(max_size=80))
def test_every_quote_is_literally_in_the_text_also_after_reopening(
    tmp_path_factory: pytest.TempPathFactory, text: str, tail: str
) -> None:
    own = Settings(library=tmp_path_factory.mktemp("library"), seeds=False, threshold=0.0)
    article = Article(source="a", title="A", text=f"{text} Dogs bark at night. {tail}")
    with open_assistant(own) as assistant:
        assistant.library.add_articles([article])
    with open_assistant(own) as reopened:
        answer = reopened.ask("When do dogs bark at night?")
        assert answer.citations
        for citation in answer.citations:
            stored = reopened.library.document(citation.document_id)
            assert stored.text[citation.start : citation.end] == citation.quote
            assert stored.summary.card.sha256 == citation.card.sha256
