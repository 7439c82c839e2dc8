"""Weights files: close to what was written, after rounding to 8 bits."""

from pathlib import Path

import numpy as np
import pytest

from training import reader_weights


def test_a_matrix_is_stored_in_bytes_to_within_half_a_step_of_its_block(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    matrix = np.zeros((2, 256), dtype=np.float32)
    matrix[0, :2], matrix[0, 128:130], matrix[1, 255] = (1.27, -0.004), (0.0127, 0.00004), -127.0
    reader_weights.write({"layer": matrix, "bias": np.array([0.1], dtype=np.float32)}, path)
    read = reader_weights.read(path)
    assert set(read) == {"layer", "layer.scales", "bias"}
    assert read["layer"].shape == (2, 2, 128)
    assert read["layer.scales"][0] == pytest.approx([0.01, 0.0001])
    steps = read["layer"].astype(np.float32) - 128
    restored = (steps * read["layer.scales"][:, :, None]).reshape(2, 256)
    assert np.abs(restored - matrix).max(axis=1) == pytest.approx([0.004, 0.0], abs=1e-6)
    assert read["bias"] == pytest.approx([0.1])
    floats = reader_weights.floats(read)
    assert set(floats) == {"layer", "bias"}
    assert np.abs(floats["layer"] - matrix).max(axis=1) == pytest.approx([0.004, 0.0], abs=1e-6)
    assert floats["bias"] == pytest.approx([0.1])
