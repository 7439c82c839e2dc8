"""`footnote verify` and `rag.verify`: verdicts of whole texts, their sources and exit codes."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.embedding import load_embedder
from index.types import Sentence
from rag import Article, Assistant, MisuseError, Settings, verify
from rag.cli.ask import answer_text
from rag.cli.main import main
from rag.internal import json_text
from rag.reader.onnx_reader import Telling
from rag.reader.windows import Window
from rag.testing import hit_of, open_assistant
from rag.verification.claims import read_claims
from rag.verification.verdict import judge

BRIDGE = Article(
    source="https://example.org/bridge",
    title="The new bridge",
    text="The bridge over the Elbe opens on 3 May. It cost 12 million euros. Trams will use it.",
)
TOWER = Article(
    source="/notes/tower.txt",
    title="The old tower",
    text="The tower of Lindau was closed in 1998. Nobody may climb it since then.",
)


@pytest.fixture
def stocked(tmp_path: Path) -> Assistant:
    settings = Settings(library=tmp_path / "stocked", seeds=False)
    assistant = open_assistant(settings, embedder=load_embedder())
    assistant.library.add_articles([BRIDGE, TOWER])
    return assistant


def verdicts(assistant: Assistant, text: str) -> list[str]:
    return [claim.verdict for claim in verify(text, assistant=assistant).claims]


def test_each_claim_gets_its_verdict_and_exact_quote(stocked: Assistant) -> None:
    found = verify("The bridge opens on May 3rd. It cost 13 million euros.", assistant=stocked)
    assert [c.verdict for c in found.claims] == ["supported", "altered"]
    assert not found.supported
    assert "12 million euros" in found.claims[1].note
    quote = found.citations[0]
    assert stocked.library.document(quote.document_id).text[quote.start : quote.end] == quote.quote


@pytest.mark.parametrize(
    "listed",
    ["[1] The old tower", "[^1]: /notes/tower.txt", "## Sources\n- [1] tower.txt"],
)
def test_a_right_fact_of_another_source_is_misattributed(stocked: Assistant, listed: str) -> None:
    assert verdicts(stocked, f"The bridge opens on 3 May. [1]\n\n{listed}\n") == ["misattributed"]
    assert verdicts(stocked, f"The tower was closed in 1998. [1]\n\n{listed}\n") == ["supported"]


def test_numbers_without_a_list_stand_for_nothing(stocked: Assistant) -> None:
    assert verdicts(stocked, "The bridge opens on 3 May. [7]") == ["supported"]


def test_what_footnote_prints_can_be_verified(stocked: Assistant) -> None:
    answer = stocked.ask("When does the bridge open?")
    assert verdicts(stocked, json_text(answer)) == ["supported"]
    assert set(verdicts(stocked, answer_text(answer))) == {"supported"}
    assert verdicts(stocked, f"Yes\n\n{answer.text}") == ["supported"]


def test_a_quoted_sentence_is_supported_whatever_the_reader_says_of_it() -> None:
    def doubt(statement: str, windows: Sequence[Window]) -> list[Telling]:
        return [Telling(said=0.0, denied=0.9, open=0.1) for _ in windows]

    def far(text: str, sentences: Sequence[Sentence]) -> NDArray[np.float32]:
        return np.zeros(len(sentences), dtype=np.float32)

    hit = hit_of("It met.", "Both start to build a missile.")
    (claim,) = read_claims("Both start to build a missile. [1]")
    found = judge(claim, [hit], similarity=far, tell=doubt)
    assert found.verdict == "supported"
    assert [evidence.text for evidence in found.evidence] == ["Both start to build a missile."]


def test_a_negation_is_heard(stocked: Assistant) -> None:
    assert verdicts(stocked, "Everybody may climb the tower since then.") != ["supported"]
    assert verdicts(stocked, "The bridge does not open on 3 May.") == ["contradicted"]


@pytest.mark.parametrize("text", ["", "  \n", "# Only a heading\n", "Is it so?"])
def test_a_text_without_a_statement_is_misuse(stocked: Assistant, text: str) -> None:
    with pytest.raises(MisuseError, match="the text to verify"):
        verify(text, assistant=stocked)


def run(*arguments: str, library: Path) -> int:
    return main(["verify", *arguments, "--library", str(library)])


def test_the_command_exits_with_0_or_1(
    stocked: Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answer.md"
    file.write_text("The bridge opens on 3 May.", encoding="utf-8")
    assert run(str(file), library=tmp_path / "stocked") == 0
    assert "1 of 1 claim is supported." in capsys.readouterr().out
    file.write_text("The bridge opens on 4 May.", encoding="utf-8")
    assert run(str(file), "--json", library=tmp_path / "stocked") == 1
    assert json.loads(capsys.readouterr().out)["claims"][0]["verdict"] == "altered"


def test_standard_input_is_read(
    stocked: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = io.TextIOWrapper(io.BytesIO(b"The bridge opens on 3 May."), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", given)
    assert run("-", library=tmp_path / "stocked") == 0


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00\x81", b"a\x00b"])
def test_misuse_exits_with_2(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answer.md"
    if content is not None:
        file.write_bytes(content)
    assert run(str(file), library=tmp_path / "library") == 2
    assert capsys.readouterr().err.count("\n") == 1
