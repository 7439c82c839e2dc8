"""Writes a trained checkpoint as the file that ships: `python -m training.reader_export --help`."""

import argparse
import hashlib
from pathlib import Path

import torch

from training import reader_weights


def main() -> None:
    """Read the command line, write the file and print its sha256."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--mean-with", type=Path, help="a file that ships, to be averaged with the checkpoint"
    )
    options = parser.parse_args()
    state = torch.load(options.checkpoint, weights_only=True)["model"]
    trained = {
        name.removeprefix("bert."): tensor.numpy()
        for name, tensor in state.items()
        if ".embeddings." not in name
    }
    if options.mean_with:
        other = reader_weights.floats(reader_weights.read(options.mean_with))
        trained = {name: (array + other[name]) / 2 for name, array in trained.items()}
    reader_weights.write(trained, options.out)
    print(hashlib.sha256(options.out.read_bytes()).hexdigest())  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
