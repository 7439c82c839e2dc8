"""The ONNX graph of a BERT encoder whose weights stay in their safetensors file.

The graph has no mask and no padding: all rows of a batch have the same length, so a text's vector
does not depend on its companions. Mean pooling and L2 normalisation are part of it.

Each form below was timed against others on the same inputs (onnxruntime 1.31, one thread):
LayerNormalization after Add takes 10 µs a token where SkipLayerNormalization takes 43;
MultiHeadAttention 41 where six operations take 48 to 55; Gelu is the exact one (erf).
External data by file offset (97 MiB, session in 0.04 s) beats initializers given as arrays
(227 MiB, 0.13 s), which onnxruntime copies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from index.embedding import onnx_wire
from index.embedding.model_files import Tensor
from index.errors import EmbeddingError

if TYPE_CHECKING:
    import numpy as np

Layout = Literal["weights-first", "tokens-first"]
"""How a linear layer is computed.

`weights-first` computes (W xᵀ)ᵀ: the weights are used as they lie in the file, so the session
starts at once and short texts are fast. `tokens-first` computes x Wᵀ, which is faster for much
text once onnxruntime has packed the weights (about 0.05 s at the start of the session).
"""


SCALES = ".scales"
"""Ends the name of the scales, (out, blocks), of weights in 8 bits."""
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

    @classmethod
    def of(cls, config: Mapping[str, object]) -> "BertShape":
        """Read the numbers from a parsed config.json.

        Raises:
            EmbeddingError: It is not the configuration of a BERT with exact GELU.
        """
        if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
            raise EmbeddingError(
                f"the engine 'onnx' runs BERT models with GELU, not {config.get('model_type')!r} "
                f"with {config.get('hidden_act')!r}: choose the engine 'sentence-transformers'"
            )
        try:
            return cls(
                hidden=int(str(config["hidden_size"])),
                heads=int(str(config["num_attention_heads"])),
                layers=int(str(config["num_hidden_layers"])),
                epsilon=float(str(config["layer_norm_eps"])),
            )
        except (KeyError, ValueError) as error:
            raise EmbeddingError(
                f"the model's config.json has no usable {error}: reinstall the model's package"
            ) from error


def build(
    shape: BertShape, tensors: Mapping[str, Tensor], *, location: str, layout: Layout
) -> bytes:
    """Return the serialised model, about 30 kB.

    Input `input_ids`: (batch, length) int64. Output `embedding`: (batch, hidden) float32, rows
    L2-normalised.

    Args:
        shape: The model's numbers.
        tensors: The weights file's tensors by their Hugging Face BERT names.
        location: File name of the weights, relative to the session's folder of external data.
        layout: How linear layers are computed; the results agree to about 1e-7.

    Raises:
        EmbeddingError: A tensor that the model needs is not in the file.
    """
    graph = Graph(tensors=tensors, location=location)
    hidden = encode(graph, shape, layout)
    mean = graph.add("ReduceMean", [hidden, graph.constant("length_axis", [1])], keepdims=0)
    graph.add("LpNormalization", [mean], output="embedding", axis=-1, p=2)
    return onnx_wire.model(
        nodes=graph.nodes,
        tensors=graph.tensor_messages,
        inputs=[onnx_wire.value_info("input_ids", onnx_wire.INT64, ["batch", "length"])],
        output=onnx_wire.value_info("embedding", onnx_wire.FLOAT, ["batch", shape.hidden]),
    )


def encode(graph: "Graph", shape: BertShape, layout: Layout, *, types: str = "") -> str:
    """Add the encoder over the input `input_ids` and return its output: (batch, length, hidden).

    Args:
        graph: What it is added to.
        shape: The model's numbers.
        layout: How linear layers are computed.
        types: Name of an input of token types, (batch, length) int64; all are 0 without it.

    Raises:
        EmbeddingError: A tensor that the model needs is not in the file.
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
    location: str
    supplied: Mapping[str, "np.ndarray"] = field(default_factory=dict)
    """Tensors that are handed to the session in memory, in place of the file's; see `packed`."""
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
            EmbeddingError: The file has no such tensor.
        """
        if name in self.supplied:
            return self._memory(name, self.supplied[name])
        tensor = self.tensors.get(name)
        if tensor is None:
            raise EmbeddingError(
                f"the embedding model's weights have no tensor {name!r}: "
                "reinstall the model's package"
            )
        self.tensor_messages.append(
            onnx_wire.external(
                name,
                (*tensor.shape, 1) if column else tensor.shape,
                location=self.location,
                offset=tensor.offset,
                length=tensor.length,
            )
        )
        return name

    def _memory(self, name: str, array: "np.ndarray") -> str:
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
