"""Training examples: where the answer is marked, and that near misses have none."""

import gzip
import json
from pathlib import Path

import pytest

from index.embedding import DEFAULT_MODEL, load_embedder, model_files
from index.embedding.onnx import load_tokenizer
from rag.reader import onnx_reader
from training import alone, reader_weights
from training.encoded import encode, token_span
from training.examples import ExampleMaker
from training.rows import Row, read_rows
from training.swaps import Swaps

ROWS = [
    Row(
        question=f"Who built the old bridge in {town}?",
        context=f"The old bridge in {town} was built by {builder} in 1901. Boats pass below it.",
        answers=((32 + len(town), 32 + len(town) + len(builder)),),
        document="",
    )
    for town, builder in [("Riga", "Anna Berg"), ("Turin", "Luca Conti"), ("Lyon", "Marc Petit")]
]


def shown(misses: float, *, alone_share: float = 0.0) -> list[tuple[str, str | None]]:
    """Return what is shown and the marked answer of each example."""
    tokenizer = load_tokenizer(model_files.model_folder() / "tokenizer.json")
    found = []
    maker = ExampleMaker(
        ROWS,
        tokenizer,
        load_embedder(DEFAULT_MODEL),
        seed=1,
        misses=misses,
        alone_share=alone_share,
    )
    for example in maker.examples():
        answer = None
        if example.span:
            answer = tokenizer.decode(list(example.ids[example.span[0] : example.span[1] + 1]))
        found.append((tokenizer.decode(list(example.ids)), answer))
    return found


def test_the_answer_is_marked_where_it_stands() -> None:
    assert [answer for _, answer in shown(0.0)] == ["anna berg", "luca conti", "marc petit"]


def test_a_near_miss_follows_each_answer_and_marks_none() -> None:
    found = shown(1.0)
    assert [answer is None for _, answer in found] == [False, True] * 3
    for (text, answer), (miss, _) in zip(found[::2], found[1::2], strict=True):
        assert miss != text
        assert answer
        assert answer not in miss or miss.split("?")[0] != text.split("?")[0]


def test_a_row_is_shown_as_the_sentence_that_answers_and_one_that_does_not() -> None:
    found = shown(1.0, alone_share=1.0)
    assert len(found) > len(ROWS)
    for text, answer in found:
        assert ("was built by" in text) != ("boats pass" in text)
        assert answer is None or f"was built by {answer}" in text
    assert {answer for _, answer in found} == {"anna berg", "luca conti", "marc petit", None}


def test_an_answer_that_no_sentence_holds_whole_is_shown_in_a_window() -> None:
    context = ROWS[0].context
    tokenizer = load_tokenizer(model_files.model_folder() / "tokenizer.json")
    (passage,) = encode(tokenizer, [context])
    own = alone.holding(context, passage, token_span(passage, *ROWS[0].answers[0]) or (0, 0))
    assert own is not None
    assert alone.said(context, passage, own) == context.removesuffix(" Boats pass below it.")
    assert alone.holding(context, passage, (0, len(passage.ids) - 1)) is None


def test_the_same_seed_shows_the_same() -> None:
    assert shown(0.5) == shown(0.5)


def test_a_word_is_swapped_for_its_opposite_or_for_another_name() -> None:
    swaps = Swaps(["When did Anna Berg leave Riga?", "When did Luca Conti die?"], seed=1)
    assert swaps.swap("who came first?", "") == "who came last?"
    assert swaps.swap("who came home?", "") is None
    swapped = {swaps.swap("when did Luca Conti die?", "Riga") for _ in range(20)}
    assert "when did Riga die?" not in swapped
    assert "when did Anna Berg die?" in swapped


def test_a_name_is_swapped_for_one_of_which_the_passage_says_something_else() -> None:
    swaps = Swaps([], seed=1)
    passage = "In 1901 the builder Anna Berg came; later the painter Luca Conti died."
    assert swaps.swap("when did Anna Berg sing?", passage) == "when did Luca Conti sing?"
    assert swaps.swap("when did Anna Berg sing?", "only Anna Berg") is None


def test_rows_are_read_with_the_places_of_their_answers(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    row = {"question": "Who?", "context": "It was Ann.", "is_impossible": False}
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps(row | {"answers": {"text": ["Ann"], "answer_start": [7]}}) + "\n")
        file.write(json.dumps(row | {"answers": {"text": [], "answer_start": []}}) + "\n")
    assert [r.answers for r in read_rows(path)] == [((7, 10),)]


def test_a_run_that_was_stopped_goes_on_and_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import reader_train

    data = tmp_path / "rows.jsonl.gz"
    with gzip.open(data, "wt", encoding="utf-8") as file:
        for row in ROWS:
            (start, end) = row.answers[0]
            answers = {"text": [row.context[start:end]], "answer_start": [start]}
            line = {"question": row.question, "context": row.context, "answers": answers}
            file.write(json.dumps(line) + "\n")
    words = ["train", "--data", str(data), "--tune", str(data), "--out", str(tmp_path / "out")]
    for passes in ("1", "100"):
        monkeypatch.setattr("sys.argv", [*words, "--passes", passes])
        reader_train.main()
    log = (tmp_path / "out" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    last = json.loads(log[-1])
    assert last["step"] == last["of"] > json.loads(log[0])["of"]
    assert last["f1_answerable"] > 0.8 > json.loads(log[0])["f1_answerable"]


def test_training_goes_on_from_the_shipped_weights() -> None:
    from training.torch_model import TorchReader

    model = TorchReader(model_files.model_folder())
    shipped = reader_weights.floats(onnx_reader.shipped_weights())
    model.take(shipped)
    layer = "encoder.layer.5.output.dense.weight"
    taken = model.state_dict()[f"bert.{layer}"].numpy()
    assert (taken == shipped[layer]).all()
    assert (model.head.weight.detach().numpy() == shipped["head.weight"]).all()


def test_a_checkpoint_is_exported_as_its_mean_with_a_file_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from training import export

    shipped = reader_weights.floats(onnx_reader.shipped_weights())
    model = {name: torch.from_numpy(array.copy()) for name, array in shipped.items()}
    model["head.bias"] += 2
    checkpoint, before, out = (tmp_path / name for name in ("checkpoint.pt", "before", "out"))
    torch.save({"model": model}, checkpoint)
    reader_weights.write(shipped, before)
    monkeypatch.setattr("sys.argv", ["export", str(checkpoint), str(before), "--out", str(out)])
    export.main()
    bias = reader_weights.floats(reader_weights.read(out))["head.bias"]
    assert bias == pytest.approx(shipped["head.bias"] + 1, abs=1e-3)


def test_weights_of_another_model_are_refused() -> None:
    from training.torch_model import TorchReader

    model = TorchReader(model_files.model_folder())
    shipped = reader_weights.floats(onnx_reader.shipped_weights())
    bias = shipped["head.bias"]
    with pytest.raises(ValueError, match=r"do not fit.*encoder\.layer\.6\.bias"):
        model.take(shipped | {"encoder.layer.6.bias": bias})
    with pytest.raises(ValueError, match=r"do not fit.*encoder\.layer\.0"):
        model.take({"head.weight": shipped["head.weight"], "head.bias": bias})


def test_numbers_are_narrow_only_where_that_is_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from training.torch_model import precision

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for capability, expected in [("AVX512", torch.bfloat16), ("AVX2", torch.float32)]:
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda c=capability: c)
        assert precision() is expected
