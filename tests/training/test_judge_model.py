"""The judge in torch: which weights it takes, where an answer may lie, how narrow it computes."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from index.embedding import onnx
from rag.reader import onnx_reader
from training import reader_weights
from training.encoded import CLS, SEP, Example
from training.judge_model import Judge, precision, scored

Weights = dict[str, NDArray[np.float32]]


@pytest.fixture(scope="module")
def shipped() -> Weights:
    return reader_weights.floats(onnx_reader.shipped())


@pytest.fixture
def judge() -> Judge:
    return Judge(onnx.model_folder())


def test_training_goes_on_from_the_shipped_weights(judge: Judge, shipped: Weights) -> None:
    judge.take(shipped)
    layer = "encoder.layer.5.output.dense.weight"
    taken = {name: tensor.numpy() for name, tensor in judge.state_dict().items()}
    assert np.array_equal(taken[f"bert.{layer}"], shipped[layer])
    for name in ("head.weight", "head.bias", "statement.weight", "statement.bias"):
        assert np.array_equal(taken[name], shipped[name])


def test_a_head_that_the_weights_lack_stays_new(judge: Judge, shipped: Weights) -> None:
    before = judge.statement.weight.detach().clone()
    judge.take({n: a for n, a in shipped.items() if not n.startswith("statement.")})
    assert torch.equal(judge.statement.weight, before)


def test_weights_of_another_model_are_refused(judge: Judge, shipped: Weights) -> None:
    bias = shipped["head.bias"]
    with pytest.raises(ValueError, match=r"do not fit.*encoder\.layer\.6\.bias"):
        judge.take(shipped | {"encoder.layer.6.bias": bias})
    with pytest.raises(ValueError, match=r"do not fit.*encoder\.layer\.0"):
        judge.take({"head.weight": shipped["head.weight"], "head.bias": bias})


def test_an_answer_lies_in_the_window_or_at_the_first_token_whatever_is_read_beside_it(
    judge: Judge,
) -> None:
    short = Example(ids=(CLS, 2040, SEP, 4380, 3256, SEP), passage_from=3)
    long = Example(ids=(CLS, 2040, SEP, *[3256] * 9, SEP), passage_from=3)
    with torch.no_grad():
        alone, (beside, _) = scored(judge, [short])[0], scored(judge, [short, long])
    hopeless = (beside.start < -9000).tolist()
    assert hopeless == [False, True, True, *[False] * 3, *[True] * 7]
    assert hopeless == (beside.end < -9000).tolist()
    assert beside.statement.numpy() == pytest.approx(alone.statement.numpy(), abs=0.02)


def test_numbers_are_narrow_only_where_that_is_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for capability, expected in [("AVX512", torch.bfloat16), ("AVX2", torch.float32)]:
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda c=capability: c)
        assert precision() is expected
