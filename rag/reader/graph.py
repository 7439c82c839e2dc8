"""The ONNX graph of the reader: the encoder with its own weights, and a head for three scores."""

from collections.abc import Mapping

import numpy as np

from index.embedding import onnx_wire
from index.embedding.bert_graph import BertShape, Graph, encode, linear
from index.embedding.model_files import Tensor


def build(
    shape: BertShape,
    tensors: Mapping[str, Tensor],
    *,
    location: str,
    supplied: Mapping[str, np.ndarray],
) -> bytes:
    """Return the serialised model, about 30 kB.

    Inputs `input_ids` and `token_types`: (batch, length) int64. Output `scores`: (batch, length,
    3) float32: start, end, and whether the window answers, which counts at the first token.

    Args:
        shape: The numbers of the base model.
        tensors: The tensors of the base model's file.
        location: File name of the base model's weights.
        supplied: The reader's own weights by name, handed over in memory.
    """
    graph = Graph(tensors=tensors, location=location, supplied=supplied)
    hidden = encode(graph, shape, "tokens-first", types="token_types")
    rows = graph.add("Reshape", [hidden, "rows"])
    scores = linear(graph, rows, "head", "tokens-first")
    size = graph.add("Shape", ["input_ids"])
    three = graph.add("Concat", [size, graph.constant("three", [3])], axis=0)
    graph.add("Reshape", [scores, three], output="scores")
    pair = ["batch", "length"]
    return onnx_wire.model(
        nodes=graph.nodes,
        tensors=graph.tensor_messages,
        inputs=[
            onnx_wire.value_info(name, onnx_wire.INT64, pair)
            for name in ("input_ids", "token_types")
        ],
        output=onnx_wire.value_info("scores", onnx_wire.FLOAT, [*pair, 3]),
    )
