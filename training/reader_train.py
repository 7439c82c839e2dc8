"""Trains the reader: `python -m training.reader_train --help`; needs the extra `train`.

One run whose learning rate falls to zero when its steps or its minutes are over, whichever comes
first (a budget in time: Izsak et al., "How to Train BERT with an Academic Budget", 2021). It can
be stopped and started again: a checkpoint is written every few minutes.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import nn

from index.embedding import DEFAULT_MODEL, load_embedder, model_files
from index.embedding.onnx import load_tokenizer
from training import reader_weights
from training.encoded import Example
from training.examples import ExampleMaker
from training.rows import Row, drawn, read_rows
from training.run import note, optimizer, save, set_rate
from training.torch_model import TorchReader, device, loss_of, precision, tensors
from training.tuning import evaluate

_BODY_RATE, _HEAD_RATE = 1.5e-4, 6e-4
_WARM_UP = 0.05
_BATCH_TOKENS = 4608
_POOL = 1024
"""Examples sorted by length together, so that batches need little padding."""
_PARTS = 4
"""Of a batch, computed apart and added up."""


def main() -> None:
    """Read the command line and train."""
    options = _parser().parse_args()
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    shares = {name: float(share) for name, share in (s.split("=") for s in options.share)}
    rows = _drawn(options.data, shares, options.passes, options.seed)
    batches = _batches(rows, seed=options.seed, misses=options.misses, alone_share=options.alone)
    model = TorchReader(model_files.model_folder()).to(device())
    if options.start:
        model.take(reader_weights.floats(reader_weights.read(options.start)))
    run = _Run(
        options.out,
        model,
        steps=len(batches),
        minutes=options.minutes,
        threads=options.threads,
        rate=options.rate,
    )
    run.train(batches, tune=read_rows(options.tune), seconds_between=300)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="gzipped JSONL files")
    parser.add_argument(
        "--share",
        action="append",
        default=[],
        metavar="NAME=SHARE",
        help="how often the rows of files whose names start so are drawn in a pass; else once",
    )
    parser.add_argument("--tune", type=Path, required=True, help="a file that is only measured")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log")
    parser.add_argument("--start", type=Path, help="a weights file to go on from; else the base")
    parser.add_argument("--rate", type=float, default=1.0, help="of the usual learning rate")
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--misses", type=float, default=0.5, help="near misses for each answer")
    parser.add_argument(
        "--alone", type=float, default=0.0, help="share of answered rows shown as one sentence"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser


def _drawn(paths: Sequence[Path], shares: dict[str, float], passes: int, seed: int) -> list[Row]:
    """Return the rows of all passes in the order in which they are shown."""
    draw = random.Random(seed)
    rows: list[Row] = []
    for _ in range(passes):
        one: list[Row] = []
        for path in paths:
            stored = read_rows(path)
            share = next((s for n, s in shares.items() if path.name.startswith(n)), 1.0)
            one += drawn(stored, share, draw)
        draw.shuffle(one)
        rows += one
    return rows


def _batches(
    rows: Sequence[Row], *, seed: int, misses: float, alone_share: float
) -> list[list[Example]]:
    """Return batches of about equally long examples, in random order."""
    tokenizer = load_tokenizer(model_files.model_folder() / "tokenizer.json")
    embedder = load_embedder(DEFAULT_MODEL)
    maker = ExampleMaker(
        rows, tokenizer, embedder, seed=seed, misses=misses, alone_share=alone_share
    )
    examples = list(maker.examples())
    draw = random.Random(seed)
    batches: list[list[Example]] = []
    for start in range(0, len(examples), _POOL):
        pool = sorted(examples[start : start + _POOL], key=lambda e: len(e.ids))
        formed = list(_filled(pool))
        draw.shuffle(formed)
        batches += formed
    return batches


def _filled(pool: Sequence[Example]) -> Iterator[list[Example]]:
    batch: list[Example] = []
    for example in pool:
        if batch and (len(batch) + 1) * len(example.ids) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(example)
    if batch:
        yield batch


class _Run:
    """A training run with its checkpoint and its log."""

    def __init__(
        self,
        out: Path,
        model: TorchReader,
        *,
        steps: int,
        minutes: float,
        threads: int,
        rate: float,
    ) -> None:
        self._checkpoint, self._log = out / "checkpoint.pt", out / "log.jsonl"
        self._steps, self._seconds = steps, minutes * 60
        self._model = model
        body = [p for p in self._model.bert.parameters() if p.requires_grad]
        self._trained = [*body, *self._model.head.parameters()]
        rates = (_BODY_RATE * rate, _HEAD_RATE * rate)
        self._optimizer = optimizer(body, self._model.head.parameters(), rates=rates)
        # Each thread takes the next part and computes alone: threads that share each operation
        # wait for the slower one, and nearly stop when another program runs.
        self._workers = ThreadPoolExecutor(
            threads, initializer=torch.set_num_threads, initargs=(1,)
        )
        self._step, self._elapsed = 0, 0.0
        if self._checkpoint.exists():
            self._load()

    def train(
        self, batches: Sequence[Sequence[Example]], *, tune: Sequence[Row], seconds_between: float
    ) -> None:
        """Take the remaining steps; measure and save now and then, and at the end."""
        started, before = time.monotonic(), self._elapsed
        saved, mean = before, 0.0
        while self._progress() < 1:
            loss = self._take(batches[self._step])
            self._step += 1
            self._elapsed = before + time.monotonic() - started
            mean = loss if mean == 0 else 0.98 * mean + 0.02 * loss
            if self._step % 50 == 0:
                self._note(loss=mean)
            if self._elapsed - saved > seconds_between:
                self._save()
                self._note(**evaluate(self._model, tune[::8]))
                saved = self._elapsed
        self._save()
        self._note(**evaluate(self._model, tune))

    def _progress(self) -> float:
        return max(self._step / self._steps, self._elapsed / self._seconds)

    def _take(self, batch: Sequence[Example]) -> float:
        """Take one step and return the batch's loss."""
        set_rate(self._optimizer, self._progress(), warm_up=_WARM_UP)
        self._model.train()
        parts = [part for part in (batch[n::_PARTS] for n in range(_PARTS)) if part]
        done = list(self._workers.map(self._gradients, parts))
        for parameter, *gradients in zip(
            self._trained, *(gradients for _, gradients in done), strict=True
        ):
            parameter.grad = torch.stack(gradients).sum(0) / len(batch)
        nn.utils.clip_grad_norm_(self._trained, 1.0)
        self._optimizer.step()
        return sum(loss for loss, _ in done) / len(batch)

    def _gradients(self, part: Sequence[Example]) -> tuple[float, tuple[torch.Tensor, ...]]:
        """Return the summed loss of a part of a batch and its gradients."""
        ids, mask, types, starts, ends = tensors(part)
        narrow = precision()
        with torch.autocast(device().type, narrow, enabled=narrow != torch.float32):
            scores = self._model(ids, mask, types)
        loss = loss_of(scores, starts, ends) * len(part)
        return float(loss.detach()), torch.autograd.grad(loss, self._trained)

    def _note(self, **figures: float) -> None:
        entry = {"step": self._step, "of": self._steps, "minutes": round(self._elapsed / 60, 2)}
        note(entry | figures, self._log)

    def _save(self) -> None:
        state = {
            "model": self._model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self._step,
            "elapsed": self._elapsed,
        }
        save(state, self._checkpoint)

    def _load(self) -> None:
        state = torch.load(self._checkpoint, weights_only=True)
        self._model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._step, self._elapsed = state["step"], state["elapsed"]


if __name__ == "__main__":
    main()
