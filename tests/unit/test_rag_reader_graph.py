"""A linear layer whose weights are in 8 bits: near the exact product, and each row by itself."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.embedding import onnx_wire
from index.embedding.bert_graph import Graph, linear
from index.embedding.onnx import new_session
from rag.reader import weights

ROWS, COLUMNS = 256, 64
MATRIX = np.random.default_rng(1).normal(size=(COLUMNS, ROWS)).astype(np.float32)
BIAS = np.linspace(-1, 1, COLUMNS, dtype=np.float32)
TOKENS = np.random.default_rng(2).normal(size=(5, ROWS)).astype(np.float32)


@pytest.fixture
def supplied(tmp_path: Path) -> dict[str, np.ndarray]:
    weights.write({"layer.weight": MATRIX, "layer.bias": BIAS}, tmp_path / "w.safetensors")
    return weights.read(tmp_path / "w.safetensors")


def product(supplied: dict[str, np.ndarray], tokens: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the layer's output as onnxruntime computes it."""
    graph = Graph(tensors={}, location="", supplied=supplied)
    graph.add("Identity", [linear(graph, "x", "layer", "tokens-first")], output="y")
    model = onnx_wire.model(
        nodes=graph.nodes,
        tensors=graph.tensor_messages,
        inputs=[onnx_wire.value_info("x", onnx_wire.FLOAT, ["rows", ROWS])],
        output=onnx_wire.value_info("y", onnx_wire.FLOAT, ["rows", COLUMNS]),
    )
    session = new_session(model, Path(), prepack=True, arrays=supplied)
    found: NDArray[np.float32] = session.run(None, {"x": tokens})[0]
    return found


def test_the_product_is_within_two_percent(supplied: dict[str, np.ndarray]) -> None:
    exact = TOKENS @ MATRIX.T + BIAS
    assert np.abs(product(supplied, TOKENS) - exact).max() < 0.02 * np.abs(exact).max()


def test_a_token_does_not_depend_on_its_companions(supplied: dict[str, np.ndarray]) -> None:
    loud = TOKENS * np.array([[1], [1000], [1], [1], [1]], dtype=np.float32)
    alone = product(supplied, loud[:1])
    assert product(supplied, loud)[:1] == pytest.approx(alone, rel=1e-5, abs=1e-5)
