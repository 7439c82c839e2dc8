"""Verdicts of single claims over a small article, through the Python API."""

import pytest

from index.embedding import load_embedder
from rag import Article, Assistant, Settings, verify
from rag.testing import open_assistant

_TEXT = (
    "Dock workers in Rotterdam rejected an offer of 4.5 percent on Wednesday. The city council "
    "voted 27 to 18 against asking the government for help. The port handled 467 million tonnes "
    "last year, 0.3 percent less than in 2022. A court will decide on Friday."
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    settings = Settings.load(library=tmp_path_factory.mktemp("judge") / "library", seeds=False)
    assistant = open_assistant(settings, embedder=load_embedder())
    assistant.library.add_articles([Article(source="port", title="Port strike", text=_TEXT)])
    return assistant


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("The workers turned down an offer of 4.5 per cent.", "supported"),
        ("The port handled 467,000,000 tonnes last year.", "supported"),
        ("The port handled less than in 2022.", "supported"),
        ("The workers accepted an offer of 4.5 percent.", "altered"),
        ("Dock workers rejected an offer of 4.6 percent.", "altered"),
        ("Dock workers rejected an offer on Thursday.", "altered"),
        ("Dock workers in Hamburg rejected an offer of 4.5 percent.", "altered"),
        ("The city council voted to ask the government for help.", "altered"),
        ("The port handled more last year than in 2022.", "altered"),
        ("A court has banned the strike.", "unsupported"),
    ],
)
def test_a_claim_gets_its_verdict(assistant: Assistant, claim: str, verdict: str) -> None:
    (found,) = verify(claim, assistant=assistant).claims
    assert found.verdict == verdict


def test_what_differs_is_said_and_the_sentence_quoted(assistant: Assistant) -> None:
    found = verify("Dock workers rejected an offer of 4.6 percent.", assistant=assistant)
    assert "4.5" in found.claims[0].note
    assert found.citations[0].quote.startswith("Dock workers in Rotterdam rejected")
