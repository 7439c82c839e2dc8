"""Writes the few ONNX messages that a graph needs, in protobuf's wire format; knows no model.

Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Written by hand
because the `onnx` package would be one more dependency of 20 MB for about sixty lines.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Final

FLOAT: Final = 1
UINT8: Final = 2
INT64: Final = 7
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_INTS = 1, 2, 7
_EXTERNAL = 1
_IR_VERSION = 9
_OPSETS = {"": 20, "com.microsoft": 1}
"""20 is the first with Gelu; `com.microsoft` has MultiHeadAttention and MatMulNBits."""

Attribute = float | int | Sequence[int]


def node(
    operation: str,
    inputs: Iterable[str],
    *,
    output: str,
    domain: str = "",
    attributes: dict[str, Attribute] | None = None,
) -> bytes:
    """Return a NodeProto with one output."""
    parts = [_text(1, name) for name in inputs]
    parts += [_text(2, output), _text(3, output), _text(4, operation)]
    parts += [_bytes(5, _attribute(name, value)) for name, value in (attributes or {}).items()]
    if domain:
        parts.append(_text(7, domain))
    return b"".join(parts)


def constant(name: str, values: Sequence[int], *, scalar: bool = False) -> bytes:
    """Return a TensorProto of int64 values that are part of the graph."""
    shape = () if scalar else (len(values),)
    data = struct.pack(f"<{len(values)}q", *values)
    return _tensor(name, shape, INT64) + _bytes(9, data)


def external(
    name: str,
    shape: Sequence[int],
    *,
    location: str,
    offset: int,
    length: int,
    element_type: int = FLOAT,
) -> bytes:
    """Return a TensorProto whose values lie in another file, at a byte offset."""
    where = {"location": location, "offset": str(offset), "length": str(length)}
    entries = (_bytes(13, _text(1, key) + _text(2, value)) for key, value in where.items())
    return _tensor(name, shape, element_type) + b"".join(entries) + _integer(14, _EXTERNAL)


def value_info(name: str, element_type: int, shape: Iterable[int | str]) -> bytes:
    """Return a ValueInfoProto; a string in the shape names a size that each run chooses."""
    sizes = (_integer(1, size) if isinstance(size, int) else _text(2, size) for size in shape)
    dimensions = b"".join(_bytes(1, size) for size in sizes)
    tensor_type = _integer(1, element_type) + _bytes(2, dimensions)
    return _text(1, name) + _bytes(2, _bytes(1, tensor_type))


def model(
    *,
    nodes: Iterable[bytes],
    tensors: Iterable[bytes],
    inputs: Iterable[bytes],
    outputs: Iterable[bytes],
) -> bytes:
    """Return a ModelProto of a graph, nodes in running order."""
    graph = b"".join(_bytes(1, item) for item in nodes) + _text(2, "encoder")
    graph += b"".join(_bytes(5, item) for item in tensors)
    graph += b"".join(_bytes(11, info) for info in inputs)
    graph += b"".join(_bytes(12, info) for info in outputs)
    opsets = b"".join(
        _bytes(8, _text(1, domain) + _integer(2, version)) for domain, version in _OPSETS.items()
    )
    return _integer(1, _IR_VERSION) + opsets + _bytes(7, graph)


def varint(number: int) -> bytes:
    """Return protobuf's base-128 form of an int64; a negative one takes ten bytes."""
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _tensor(name: str, shape: Sequence[int], element_type: int) -> bytes:
    sizes = b"".join(_integer(1, size) for size in shape)
    return sizes + _integer(2, element_type) + _text(8, name)


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _float(2, value) + _integer(20, _ATTRIBUTE_FLOAT)
    if isinstance(value, int):
        return _text(1, name) + _integer(3, value) + _integer(20, _ATTRIBUTE_INT)
    numbers = b"".join(_integer(8, number) for number in value)
    return _text(1, name) + numbers + _integer(20, _ATTRIBUTE_INTS)


def _integer(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def _float(field: int, value: float) -> bytes:
    return varint(field << 3 | 5) + struct.pack("<f", value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode("utf-8"))


def _bytes(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value
