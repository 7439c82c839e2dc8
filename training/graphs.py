"""Writes the ONNX graphs that the wheel holds: `python -m training.graphs` in the checkout.

The weights stay in their files, whose bytes are pinned by sha256, so that the offsets in a graph
hold for every installation. A graph has no mask and no padding: all rows of a batch have the same
length, so a text's vector does not depend on its companions. Mean pooling and L2 normalisation are
part of it.

Each form below was timed against others on the same inputs (onnxruntime 1.31, one thread):
LayerNormalization after Add takes 10 µs a token where SkipLayerNormalization takes 43;
MultiHeadAttention 41 where six operations take 48 to 55; Gelu is the exact one (erf).
External data by file offset (97 MiB, session in 0.04 s) beats initializers given as arrays
(227 MiB, 0.13 s), which onnxruntime copies.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index.embedding import onnx
from index.embedding.onnx import Layout
from rag.reader import onnx_reader
from training import onnx_wire
from training.reader_weights import SCALES

_MEMORY = "memory"
"""Stands for a file where a tensor is handed over in memory."""
_IN_BYTES = 4
"""The level of MatMulNBits at which each token's numbers are rounded to bytes too, each block by a
scale of its own, so that no text depends on its companions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BertShape:
    """The numbers of a model's config.json that shape its graph."""

    hidden: int
    heads: int
    layers: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """Where one float32 tensor lies in the weights file."""

    shape: tuple[int, ...]
    offset: int
    """Bytes from the start of the file."""
    length: int
    """Bytes."""


def main() -> None:
    """Write each graph to its place in the checkout."""
    for path, graph in graphs():
        path.write_bytes(graph)


def graphs() -> Iterator[tuple[Path, bytes]]:
    """Yield the file and the bytes of each graph that the wheel holds."""
    folder = onnx.model_folder()
    shape, tensors = read_shape(folder / "config.json"), read_header(folder / "model.safetensors")
    for layout, path in onnx.GRAPHS.items():
        yield path, encoder(shape, tensors, layout=layout)
    yield onnx_reader.GRAPH, reader(shape, tensors, supplied=onnx_reader.shipped())


def read_shape(path: Path) -> BertShape:
    """Read the numbers of a config.json; it must be that of a BERT with exact GELU."""
    config = json.loads(path.read_text(encoding="utf-8"))
    if (config["model_type"], config["hidden_act"]) != ("bert", "gelu"):
        raise ValueError(f"{path} is not the configuration of a BERT with GELU")
    return BertShape(
        hidden=config["hidden_size"],
        heads=config["num_attention_heads"],
        layers=config["num_hidden_layers"],
        epsilon=config["layer_norm_eps"],
    )


def read_header(path: Path) -> dict[str, Tensor]:
    """Return the float32 tensors of a safetensors file by name.

    The format is eight bytes of little-endian header length, a JSON header whose offsets count
    from the header's end, then the tensors (https://github.com/huggingface/safetensors#format).
    """
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        entries = json.loads(file.read(size))
    entries.pop("__metadata__", None)
    return {
        name: Tensor(
            shape=tuple(entry["shape"]),
            offset=8 + size + entry["data_offsets"][0],
            length=entry["data_offsets"][1] - entry["data_offsets"][0],
        )
        for name, entry in entries.items()
        if entry["dtype"] == "F32"
    }


def encoder(shape: BertShape, tensors: Mapping[str, Tensor], *, layout: Layout) -> bytes:
    """Return the serialised model that makes vectors.

    Input `input_ids`: (batch, length) int64. Output `embedding`: (batch, hidden) float32, rows
    L2-normalised.

    Args:
        shape: The model's numbers.
        tensors: The weights file's tensors by their Hugging Face BERT names.
        layout: How linear layers are computed; the results agree to about 1e-7.
    """
    graph = Graph(tensors=tensors)
    hidden = encode(graph, shape, layout)
    mean = graph.add("ReduceMean", [hidden, graph.constant("length_axis", [1])], keepdims=0)
    graph.add("LpNormalization", [mean], output="embedding", axis=-1, p=2)
    return onnx_wire.model(
        nodes=graph.nodes,
        tensors=graph.tensor_messages,
        inputs=[onnx_wire.value_info("input_ids", onnx_wire.INT64, ["batch", "length"])],
        outputs=[onnx_wire.value_info("embedding", onnx_wire.FLOAT, ["batch", shape.hidden])],
    )


def reader(
    shape: BertShape, tensors: Mapping[str, Tensor], *, supplied: Mapping[str, np.ndarray]
) -> bytes:
    """Return the serialised reader: the encoder with weights of its own, and two heads of three.

    Inputs `input_ids` and `token_types`: (batch, length) int64. Outputs, float32: `scores`,
    (batch, length, 3): start, end, and whether the window answers, which counts at the first
    token; `statement`, (batch, 3): that the window says what stands before it, denies it, leaves
    it open. A run computes only the outputs that it names.

    Args:
        shape: The numbers of the base model.
        tensors: The tensors of the base model's file.
        supplied: The reader's own weights by name, handed over in memory.
    """
    graph = Graph(tensors=tensors, supplied=supplied)
    hidden = encode(graph, shape, "tokens-first", types="token_types")
    rows = graph.add("Reshape", [hidden, "rows"])
    scores = linear(graph, rows, "head", "tokens-first")
    size = graph.add("Shape", ["input_ids"])
    three = graph.add("Concat", [size, graph.constant("three", [3])], axis=0)
    graph.add("Reshape", [scores, three], output="scores")
    _statement(graph, hidden)
    pair = ["batch", "length"]
    return onnx_wire.model(
        nodes=graph.nodes,
        tensors=graph.tensor_messages,
        inputs=[
            onnx_wire.value_info(name, onnx_wire.INT64, pair)
            for name in ("input_ids", "token_types")
        ],
        outputs=[
            onnx_wire.value_info("scores", onnx_wire.FLOAT, [*pair, 3]),
            onnx_wire.value_info("statement", onnx_wire.FLOAT, ["batch", 3]),
        ],
    )


def _statement(graph: "Graph", hidden: str) -> None:
    """Add the head that reads the first token and the mean of the window's."""
    window = graph.add("Cast", ["token_types"], to=onnx_wire.FLOAT)
    window = graph.add("Unsqueeze", [window, graph.constant("last", [-1])])
    length = graph.constant("length", [1])
    total = graph.add("ReduceSum", [graph.add("Mul", [hidden, window]), length], keepdims=0)
    mean = graph.add("Div", [total, graph.add("ReduceSum", [window, length], keepdims=0)])
    first = graph.add("Gather", [hidden, graph.constant("first", [0], scalar=True)], axis=1)
    both = graph.add("Concat", [first, mean], axis=-1)
    weight, bias = graph.weight("statement.weight"), graph.weight("statement.bias")
    graph.add("Gemm", [both, weight, bias], output="statement", transB=1)


def encode(graph: "Graph", shape: BertShape, layout: Layout, *, types: str = "") -> str:
    """Add the encoder over the input `input_ids` and return its output: (batch, length, hidden).

    Args:
        graph: What it is added to.
        shape: The model's numbers.
        layout: How linear layers are computed.
        types: Name of an input of token types, (batch, length) int64; all are 0 without it.
    """
    size = graph.add("Shape", ["input_ids"])
    rows = graph.constant("rows", [-1, shape.hidden])
    batches = graph.add("Concat", [size, graph.constant("hidden", [shape.hidden])], axis=0)
    x = graph.add("Reshape", [_embeddings(graph, shape, size, types), rows])
    for number in range(shape.layers):
        prefix = f"encoder.layer.{number}"
        names = (f"{prefix}.attention.self.{part}" for part in ("query", "key", "value"))
        projected = [linear(graph, x, name, layout) for name in names]
        split = [graph.add("Reshape", [part, batches]) for part in projected]
        context = graph.add(
            "MultiHeadAttention", split, domain="com.microsoft", num_heads=shape.heads
        )
        context = graph.add("Reshape", [context, rows])
        context = linear(graph, context, f"{prefix}.attention.output.dense", layout)
        x = _add_and_norm(graph, shape, [context, x], f"{prefix}.attention.output.LayerNorm")
        inner = graph.add("Gelu", [linear(graph, x, f"{prefix}.intermediate.dense", layout)])
        inner = linear(graph, inner, f"{prefix}.output.dense", layout)
        x = _add_and_norm(graph, shape, [inner, x], f"{prefix}.output.LayerNorm")
    return graph.add("Reshape", [x, batches])


@dataclass(kw_only=True)
class Graph:
    """Collects nodes and tensors; each node gets its output's name from a counter."""

    tensors: Mapping[str, Tensor]
    supplied: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Tensors that are handed to the session in memory, in place of the file's."""
    nodes: list[bytes] = field(default_factory=list)
    tensor_messages: list[bytes] = field(default_factory=list)

    def add(
        self,
        operation: str,
        inputs: Sequence[str],
        *,
        output: str = "",
        domain: str = "",
        **attributes: onnx_wire.Attribute,
    ) -> str:
        """Append a node and return its output's name."""
        output = output or f"v{len(self.nodes)}"
        self.nodes.append(
            onnx_wire.node(operation, inputs, output=output, domain=domain, attributes=attributes)
        )
        return output

    def constant(self, name: str, values: Sequence[int], *, scalar: bool = False) -> str:
        """Append a constant and return its name."""
        self.tensor_messages.append(onnx_wire.constant(name, values, scalar=scalar))
        return name

    def weight(self, name: str, *, column: bool = False) -> str:
        """Append a tensor of the weights file, a vector as a column if asked, and return its name.

        Raises:
            KeyError: The file has no such tensor.
        """
        if name in self.supplied:
            return self._memory(name, self.supplied[name])
        tensor = self.tensors[name]
        self.tensor_messages.append(
            onnx_wire.external(
                name,
                (*tensor.shape, 1) if column else tensor.shape,
                location=onnx.LOCATION,
                offset=tensor.offset,
                length=tensor.length,
            )
        )
        return name

    def _memory(self, name: str, array: np.ndarray) -> str:
        self.tensor_messages.append(
            onnx_wire.external(
                name,
                array.shape,
                location=_MEMORY,
                offset=0,
                length=array.nbytes,
                element_type=onnx_wire.UINT8 if array.dtype.kind == "u" else onnx_wire.FLOAT,
            )
        )
        return name


def _embeddings(graph: Graph, shape: BertShape, size: str, types: str) -> str:
    """Add word, position and type embeddings: (batch, length, hidden)."""
    prefix = "embeddings"
    words = graph.add("Gather", [graph.weight(f"{prefix}.word_embeddings.weight"), "input_ids"])
    zero, one = graph.constant("zero", [0]), graph.constant("one", [1])
    length = graph.add("Gather", [size, one], axis=0)
    table = graph.weight(f"{prefix}.position_embeddings.weight")
    positions = graph.add("Slice", [table, zero, length, zero])
    type_table = graph.weight(f"{prefix}.token_type_embeddings.weight")
    places = graph.add("Add", [positions, graph.add("Gather", [type_table, types or zero])])
    return _add_and_norm(graph, shape, [words, places], f"{prefix}.LayerNorm")


def linear(graph: Graph, x: str, name: str, layout: Layout) -> str:
    """Add a linear layer: (rows, in) to (rows, out); the file's weights are (out, in).

    Weights with scales are in 8 bits, (out, blocks, block), 128 for zero.
    """
    if (scales := f"{name}.weight{SCALES}") in graph.supplied:
        return _linear_of_blocks(graph, x, name, scales)
    weight = graph.weight(f"{name}.weight")
    bias = graph.weight(f"{name}.bias", column=layout == "weights-first")
    if layout == "tokens-first":
        return graph.add("Gemm", [x, weight, bias], transB=1)
    transposed = graph.add("Gemm", [weight, x, bias], transB=1)
    return graph.add("Transpose", [transposed], perm=[1, 0])


def _linear_of_blocks(graph: Graph, x: str, name: str, scales: str) -> str:
    """Add a linear layer whose weights and tokens are multiplied in 8 bits, block by block."""
    out, blocks, block = graph.supplied[f"{name}.weight"].shape
    inputs = [x, graph.weight(f"{name}.weight"), graph.weight(scales), "", ""]
    return graph.add(
        "MatMulNBits",
        [*inputs, graph.weight(f"{name}.bias")],
        domain="com.microsoft",
        K=blocks * block,
        N=out,
        bits=8,
        block_size=block,
        accuracy_level=_IN_BYTES,
    )


def _add_and_norm(graph: Graph, shape: BertShape, terms: Sequence[str], name: str) -> str:
    """Add the sum of two terms, layer-normalised over the last axis."""
    total = graph.add("Add", terms)
    inputs = [total, graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")]
    return graph.add("LayerNormalization", inputs, axis=-1, epsilon=shape.epsilon)


if __name__ == "__main__":
    main()
