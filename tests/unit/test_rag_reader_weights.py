"""The reader's weights file: small, whole, the one that was measured, and close after rounding."""

from pathlib import Path

import pytest

import rag
from index.errors import EmbeddingError
from rag.reader import onnx_reader

SHIPPED = Path(rag.__file__).parent / "data" / "reader.safetensors"


def test_the_shipped_file_is_the_one_whose_figures_the_model_card_gives() -> None:
    card = (Path(rag.__file__).parent / "reader" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert onnx_reader.SHA256 in card
    assert set(onnx_reader.shipped()) >= {
        "head.weight",
        "statement.weight",
        "encoder.layer.5.output.dense.weight",
    }


def test_the_shipped_file_takes_at_most_15_megabytes() -> None:
    assert SHIPPED.stat().st_size <= 15_000_000


def test_a_damaged_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_reader, "SHA256", "0" * 64)
    with pytest.raises(EmbeddingError, match="damaged: reinstall"):
        onnx_reader.shipped()
