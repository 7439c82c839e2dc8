import pytest

from training import onnx_wire


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, b"\x00"),
        (127, b"\x7f"),
        (128, b"\x80\x01"),
        (300, b"\xac\x02"),
        (-1, b"\xff" * 9 + b"\x01"),
    ],
)
def test_varint_is_protobufs(number, expected):
    assert onnx_wire.varint(number) == expected


def test_node_names_inputs_output_operation_and_attribute():
    written = onnx_wire.node("Add", ["a", "b"], output="c", attributes={"axis": -1})
    attribute = b"\x0a\x04axis\x18" + b"\xff" * 9 + b"\x01" + b"\xa0\x01\x02"
    assert (
        written
        == b"\x0a\x01a\x0a\x01b\x12\x01c\x1a\x01c\x22\x03Add\x2a"
        + bytes([len(attribute)])
        + attribute
    )


def test_external_tensor_tells_file_offset_and_length():
    written = onnx_wire.external("w", (2, 1), location="f", offset=8, length=4)
    places = [b"\x0a\x08location\x12\x01f", b"\x0a\x06offset\x12\x018", b"\x0a\x06length\x12\x014"]
    entries = b"".join(b"\x6a" + bytes([len(place)]) + place for place in places)
    assert written == b"\x08\x02\x08\x01\x10\x01\x42\x01w" + entries + b"\x70\x01"
