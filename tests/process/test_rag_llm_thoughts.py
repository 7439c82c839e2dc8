"""What a reasoning model thinks aloud reaches no answer, however its reply is cut in pieces."""

import pytest
from wire_asking import STREAMS, WAYS, events, model_at
from wire_formats import FORMATS
from wire_server import WireServer

from rag import Article, Assistant, ModelResponseError, Settings
from rag.answerers import Afresh
from rag.llm.stream import Thoughts
from rag.testing import HashEmbedder
from rag.types import Reply

_SAID = "<think>Seven? No: <b>ten</b>.</think>\n\nTen years."


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", FORMATS)
def test_thoughts_are_left_out_of_pieces_and_reply(provider: str, way: str) -> None:
    wire = FORMATS[provider]
    cut = [_SAID[n : n + 5] for n in range(0, len(_SAID), 5)]
    with WireServer(wire.stream(*cut) if way in STREAMS else wire.whole(_SAID)) as server:
        *pieces, reply = events(model_at(server.url, provider, llm_deadline=60.0), way)
    assert isinstance(reply, Reply)
    assert reply.text == "\n\nTen years."
    assert "".join(map(str, pieces)) == (reply.text if way in STREAMS else "")


@pytest.mark.parametrize("way", WAYS)
def test_a_reply_of_nothing_but_thoughts_is_empty(way: str) -> None:
    wire, said = FORMATS["openai"], "<think>Seven? I cannot"
    served = wire.stream(said) if way in STREAMS else wire.whole(said)
    with WireServer(served) as server, pytest.raises(ModelResponseError, match="is empty"):
        events(model_at(server.url, "openai", llm_deadline=60.0), way)


def test_an_answer_has_no_thoughts_in_it(tmp_path: object, embedder: HashEmbedder) -> None:
    said = ["<thi", "nk>Cats bark. [1]</th", "ink>Dogs bark at night. [1]"]
    with WireServer(FORMATS["openai-like"].stream(*said)) as server:
        settings = Settings.load(
            library=f"{tmp_path}/library", seeds=False, llm="openai-like:m", llm_base_url=server.url
        )
        with Assistant.open(settings, embedder=embedder) as assistant:
            assistant.library.add_articles(
                [Article(source="a", title="a", text="Dogs bark at night.")]
            )
            answer = assistant.ask("When do dogs bark?")
    assert (answer.text, answer.fallback) == ("Dogs bark at night. [1]", "")


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("Ten.", "Ten."),
        ("<THINK>a</Think>Ten.", "Ten."),
        ("<thinking>a</thinking>Ten.", "Ten."),
        ("Ten. <think>a</think>Or nine.", "Ten. Or nine."),
        ("<think>a</think><think>b</think>Ten.", "Ten."),
        ("<think>a <think> b</think>Ten.", "Ten."),
        ("Ten.<think>never closed", "Ten."),
        ("thoughts</think>Ten.", "Ten."),
        ("<think>a</think>b</think>Ten.", "Ten."),
        ("<reasoning>a</reasoning>Ten.", "Ten."),
        ("◁think▷a◁/think▷Ten.", "Ten."),
        ("[THINK]a[/THINK]Ten. [1]", "Ten. [1]"),
        (
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>Ten.",
            "Ten.",
        ),
        ("<|start|>assistant<|message|>Ten.<|return|>", "Ten."),
        ("<|channel|>commentary to=search <|constrain|>json<|message|>{}<|call|>", ""),
        ("1 < 2, a<b and <thin", "1 < 2, a<b and <thin"),
        ("<thinker>Ten.</thinker>", "<thinker>Ten.</thinker>"),
        ("<<think>a</think>>", "<>"),
        ("", ""),
    ],
)
def test_every_way_to_cut_a_reply_shows_the_same(text: str, visible: str) -> None:
    for size in range(1, len(text) + 1):
        thoughts = Thoughts()
        shown: list[str] = []
        for n in range(0, len(text), size):
            shown += thoughts.visible(text[n : n + size])
        shown.append(thoughts.rest())
        begins = max((n for n, piece in enumerate(shown) if isinstance(piece, Afresh)), default=0)
        assert "".join(shown[begins:]) == visible
