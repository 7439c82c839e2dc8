"""The reader's weights file: small, whole, the one that was measured, and close after rounding."""

from pathlib import Path

import numpy as np
import pytest

import rag
from index.errors import EmbeddingError
from rag.reader import weights

SHIPPED = Path(rag.__file__).parent / "data" / "reader.safetensors"


def test_the_shipped_file_is_the_one_whose_figures_the_model_card_gives() -> None:
    card = (Path(rag.__file__).parent / "reader" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert weights.SHA256 in card
    assert set(weights.shipped()) >= {"head.weight", "encoder.layer.5.output.dense.weight"}


def test_the_shipped_file_takes_at_most_15_megabytes() -> None:
    assert SHIPPED.stat().st_size <= 15_000_000


def test_a_matrix_is_stored_in_bytes_to_within_half_a_step_of_its_block(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    matrix = np.zeros((2, 256), dtype=np.float32)
    matrix[0, :2], matrix[0, 128:130], matrix[1, 255] = (1.27, -0.004), (0.0127, 0.00004), -127.0
    weights.write({"layer": matrix, "bias": np.array([0.1], dtype=np.float32)}, path)
    read = weights.read(path)
    assert set(read) == {"layer", "layer.scales", "bias"}
    assert read["layer"].shape == (2, 2, 128)
    assert read["layer.scales"][0] == pytest.approx([0.01, 0.0001])
    steps = read["layer"].astype(np.float32) - 128
    restored = (steps * read["layer.scales"][:, :, None]).reshape(2, 256)
    assert np.abs(restored - matrix).max(axis=1) == pytest.approx([0.004, 0.0], abs=1e-6)
    assert read["bias"] == pytest.approx([0.1])
    floats = weights.floats(read)
    assert set(floats) == {"layer", "bias"}
    assert np.abs(floats["layer"] - matrix).max(axis=1) == pytest.approx([0.004, 0.0], abs=1e-6)
    assert floats["bias"] == pytest.approx([0.1])


def test_a_damaged_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SHA256", "0" * 64)
    with pytest.raises(EmbeddingError, match="damaged: reinstall"):
        weights.shipped()
