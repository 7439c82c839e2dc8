"""Who did what to whom, and what is only hoped: retellings that hold and that do not."""

import pytest

from index.embedding import load_embedder
from rag import Article, Assistant, Settings
from rag.testing import open_assistant

TEXT = (
    "Maria Lindgren praised Paul Brandt in Oslo on 3 May. She also opened a school there. "
    "The mayor, Ida Lund, may build a bridge in 2028. The council plans to close the old ferry. "
    "Heliora was bought by Nordvax for 5 million euros. The firm denied that it had lost money. "
    "“We are sure that it works,” said Brandt. Verde supports the park, while Alas opposes it. "
    "The tower was built in 1974 by the architect Jens Holt. "
    "The harbour board rejected the merger with Arvika."
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    settings = Settings(library=tmp_path_factory.mktemp("library"), seeds=False)
    assistant = open_assistant(settings, embedder=load_embedder())
    assistant.library.add_articles([Article(source="news", title="News", text=TEXT)])
    return assistant


@pytest.mark.parametrize(
    "claim",
    [
        "Paul Brandt was praised by Maria Lindgren.",
        "Maria Lindgren opened a school.",
        "M. Lindgren praised Brandt in Oslo on May 3rd.",
        "The council will close the old ferry.",
        "Nordvax bought Heliora for €5m.",
        'Brandt said: "We are sure that it works."',
        "Jens Holt built the tower.",
    ],
)
def test_a_true_retelling_is_supported(assistant: Assistant, claim: str) -> None:
    assert [c.verdict for c in assistant.verify(claim).claims] == ["supported"]


@pytest.mark.parametrize(
    "claim",
    [
        "Paul Brandt praised Maria Lindgren in Oslo on 3 May.",
        "Maria Lindgren did not praise Paul Brandt in Oslo.",
        "Maria Lindgren praised Paul Brandt in Oslo on 3 June.",
        "Ida Lund will build a bridge in 2028.",
        "Heliora bought Nordvax for 5 million euros.",
        "Nordvax bought Heliora for 5 million dollars.",
        "The firm lost money.",
        'Brandt said: "We are sure that it fails."',
        "Verde opposes the park.",
        "Alas supports the park.",
        "Paul Brandt opened a school there.",
        "The tower was built by Ida Lund.",
        "Ida Lund built the tower.",
        "Arvika rejected the merger.",
        "Maria Lindgren praised Paul Brandt in Oslo on 3 May and resigned.",
    ],
)
def test_a_false_one_is_not(assistant: Assistant, claim: str) -> None:
    (found,) = assistant.verify(claim).claims
    assert found.verdict != "supported"
    assert found.note
