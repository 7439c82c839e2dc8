"""The graphs in the wheel are what the script writes; a layer in 8 bits is near the exact one."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.embedding.onnx import new_session
from training import onnx_wire, reader_weights
from training.graphs import Graph, graphs, linear, read_header, read_shape

Product = Callable[[NDArray[np.float32]], NDArray[np.float32]]

ROWS, COLUMNS = 256, 64
MATRIX = np.random.default_rng(1).normal(size=(COLUMNS, ROWS)).astype(np.float32)
BIAS = np.linspace(-1, 1, COLUMNS, dtype=np.float32)
TOKENS = np.random.default_rng(2).normal(size=(5, ROWS)).astype(np.float32)


def test_each_graph_in_the_wheel_is_byte_for_byte_what_the_script_writes() -> None:
    written = {path.name: (path.read_bytes(), graph) for path, graph in graphs()}
    assert set(written) == {"weights_first.onnx", "tokens_first.onnx", "reader.onnx"}
    assert [name for name, (stored, graph) in written.items() if stored != graph] == []


def test_the_configuration_of_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"model_type": "mpnet", "hidden_act": "gelu"}', encoding="utf-8")
    with pytest.raises(ValueError, match="not the configuration of a BERT with GELU"):
        read_shape(config)


def test_a_header_gives_shape_and_place_of_each_tensor(tmp_path: Path) -> None:
    entry = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
    header = json.dumps({"__metadata__": {"format": "pt"}, "w": entry}).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 16)
    (tensor,) = read_header(path).values()
    assert (tensor.shape, tensor.offset, tensor.length) == ((2, 2), 8 + len(header), 16)


@pytest.fixture
def supplied(tmp_path: Path) -> dict[str, np.ndarray]:
    reader_weights.write({"layer.weight": MATRIX, "layer.bias": BIAS}, tmp_path / "w.safetensors")
    return reader_weights.read(tmp_path / "w.safetensors")


@pytest.fixture
def layer(supplied: dict[str, np.ndarray], tmp_path: Path) -> Product:
    """Give the layer as onnxruntime computes it."""
    graph = Graph(tensors={}, supplied=supplied)
    graph.add("Identity", [linear(graph, "x", "layer", "tokens-first")], output="y")
    model = onnx_wire.model(
        nodes=graph.nodes,
        tensors=graph.tensor_messages,
        inputs=[onnx_wire.value_info("x", onnx_wire.FLOAT, ["rows", ROWS])],
        outputs=[onnx_wire.value_info("y", onnx_wire.FLOAT, ["rows", COLUMNS])],
    )
    (tmp_path / "layer.onnx").write_bytes(model)
    session = new_session(tmp_path / "layer.onnx", prepack=True, arrays=supplied)
    return lambda tokens: session.run(None, {"x": tokens})[0]


def test_the_product_is_within_two_percent(layer: Product) -> None:
    exact = TOKENS @ MATRIX.T + BIAS
    assert np.abs(layer(TOKENS) - exact).max() < 0.02 * np.abs(exact).max()


def test_a_token_does_not_depend_on_its_companions(layer: Product) -> None:
    loud = TOKENS * np.array([[1], [1000], [1], [1], [1]], dtype=np.float32)
    assert layer(loud)[:1] == pytest.approx(layer(loud[:1]), rel=1e-5, abs=1e-5)
