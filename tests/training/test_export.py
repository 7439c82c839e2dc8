"""What is exported of checkpoints and of files that ship."""

from pathlib import Path

import pytest
import torch

from rag.reader import onnx_reader
from training import export, reader_weights


def test_a_checkpoint_is_exported_as_its_mean_with_a_file_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = reader_weights.floats(onnx_reader.shipped())
    model = {name: torch.from_numpy(array.copy()) for name, array in shipped.items()}
    model["head.bias"] += 2
    checkpoint, before, out = (tmp_path / name for name in ("checkpoint.pt", "before", "out"))
    torch.save({"model": model}, checkpoint)
    reader_weights.write(shipped, before)
    monkeypatch.setattr("sys.argv", ["export", str(checkpoint), str(before), "--out", str(out)])
    export.main()
    bias = reader_weights.floats(reader_weights.read(out))["head.bias"]
    assert bias == pytest.approx(shipped["head.bias"] + 1, abs=1e-3)
