"""Writes trained weights as files: `python -m training.export --help`."""

import argparse
import hashlib
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from training import reader_weights


def main() -> None:
    """Read the command line, write the files and print their sizes and sha256."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("weights", nargs="+", help="checkpoint.pt[:mean] or files; their mean")
    parser.add_argument("--out", type=Path, help="8 bits, as it ships")
    parser.add_argument("--full", type=Path, help="16 bits, to train on from")
    options = parser.parse_args()
    arrays = reader_weights.mean(options.weights)
    if options.out:
        reader_weights.write(arrays, options.out)
    if options.full:
        save_file({n: a.astype(np.float16) for n, a in arrays.items()}, options.full)
    for path in (options.out, options.full):
        if path:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            print(path, path.stat().st_size, digest)  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
