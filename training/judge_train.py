"""Trains the judge: `python -m training.judge_train --help`; needs the extra `train`.

One run over drawn items, whose learning rate falls to zero with the last step. It can be stopped
and started again; a file `steps` beside the checkpoint changes while it runs how many it takes.
A second set of weights is their mean over the last steps, about a thousand unless `--mean` says so.
"""

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from index.embedding import load_embedder, onnx
from index.embedding.onnx import load_tokenizer
from training import judge_items, reader_weights
from training.judge_draw import ItemMaker
from training.judge_items import Group, Judged, Step, steps_of
from training.judge_losses import losses
from training.judge_model import Judge, device, scored
from training.judge_rows import FAMILIES, MIX, read_families, read_mix
from training.run import note, optimizer, save, set_rate

_WARM_UP = 0.04
_HEADS = 5
"""Times the rate of the body."""
_NOTED = 20
"""Steps from one line of the log to the next."""


def main() -> None:
    """Read the command line and train."""
    options = _options()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    kept = options.out / "items.npz"
    if not kept.exists():
        judge_items.save(_items(options), kept)
    steps = steps_of(judge_items.load(kept), options.tokens)
    model = Judge(onnx.model_folder())
    if options.start:
        model.take(reader_weights.mean(options.start))
    model.bert.encoder.layer[: options.frozen].requires_grad_(False)
    run = Run(
        options.out,
        model.to(device()),
        steps=options.steps or len(steps),
        rate=options.rate,
        keep=options.mean,
    )
    run.train(steps, seconds_between=options.seconds_between)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--data", type=Path, required=True, help="folder of the mix's files")
    parser.add_argument("--mix", type=Path, default=MIX, help="JSON: names of files with shares")
    parser.add_argument("--families", type=Path, default=FAMILIES, help="set aside")
    parser.add_argument("--sentences", type=int, default=9000, help="drawn as statements, at most")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log")
    parser.add_argument("--start", action="append", default=[], help="weights; of several the mean")
    parser.add_argument("--rate", type=float, default=1e-4, help="of the body; heads five times")
    parser.add_argument("--tokens", type=int, default=6000, help="of a step")
    parser.add_argument("--steps", type=int, default=0, help="else all items once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers left as they are")
    parser.add_argument("--mean", type=float, default=0.999, help="kept of the mean at a step")
    parser.add_argument("--seconds-between", type=float, default=300, help="of checkpoints")
    return parser.parse_args()


def _items(options: argparse.Namespace) -> list[Group | Judged]:
    """Return all that is shown in one run, in order."""
    aside, chance = read_families(options.families), random.Random(options.seed)
    questions, statements = read_mix(options.mix, options.data, aside=aside, chance=chance)
    tokenizer = load_tokenizer(onnx.model_folder() / "tokenizer.json")
    embedder = load_embedder()
    return ItemMaker(
        questions,
        statements,
        tokenizer,
        seed=options.seed,
        embedder=embedder,
        sentences=options.sentences,
    ).items()


class Run:
    """A training run with its checkpoint and its log."""

    def __init__(self, out: Path, model: Judge, *, steps: int, rate: float, keep: float) -> None:
        """Go on from the checkpoint, where there is one.

        Args:
            out: Folder of the checkpoint, the log and the file `steps`.
            model: What is trained, on its device.
            steps: After which the rate is zero.
            rate: Highest one of the body.
            keep: Share of the mean weights that a step leaves, below 1.
        """
        self._checkpoint, self._log, self._plan = (
            out / "checkpoint.pt",
            out / "log.jsonl",
            out / "steps",
        )
        self._steps, self._step, self._model, self._keep = steps, 0, model, keep
        body, heads = model.parts()
        self._trained = [*body, *heads]
        self._optimizer = optimizer(body, heads, rates=(rate, _HEADS * rate))
        self._mean = {n: p.detach().clone() for n, p in self._named()}
        if self._checkpoint.exists():
            self._load()

    def train(self, steps: Sequence[Step], *, seconds_between: float) -> None:
        """Take the remaining steps; note and save now and then, and at the end."""
        saved = since = time.monotonic()
        sums: dict[str, float] = {}
        tokens = 0
        while self._step < min(self._planned(), len(steps)):
            step = steps[self._step]
            for name, value in self._take(step).items():
                sums[name] = sums.get(name, 0.0) + value / _NOTED
            self._step += 1
            tokens += sum(len(window.ids) for window in step.windows)
            now = time.monotonic()
            if self._step % _NOTED == 0:
                where = {"step": self._step, "of": self._steps}
                note({**where, **sums, "tokens_a_second": round(tokens / (now - since))}, self._log)
                sums, tokens, since = {}, 0, now
            if now - saved > seconds_between:
                self._save()
                saved = now
        self._save()

    def _planned(self) -> int:
        if self._plan.exists():
            self._steps = int(self._plan.read_text(encoding="utf-8"))
        return self._steps

    def _take(self, step: Step) -> dict[str, float]:
        """Take one step and return its losses."""
        set_rate(self._optimizer, self._step / self._steps, warm_up=_WARM_UP)
        self._model.train()
        found = losses(step, scored(self._model, step.windows))
        torch.stack(list(found.values())).sum().backward()  # type: ignore[no-untyped-call]  # torch
        nn.utils.clip_grad_norm_(self._trained, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        keep = min(self._keep, (1 + self._step) / (10 + self._step))
        for name, parameter in self._named():
            self._mean[name].lerp_(parameter.detach(), 1 - keep)
        return {name: float(value.detach()) for name, value in found.items()}

    def _named(self) -> list[tuple[str, Tensor]]:
        return [(n, p) for n, p in self._model.named_parameters() if p.requires_grad]

    def _save(self) -> None:
        state = {n: t for n, t in self._model.state_dict().items() if ".embeddings." not in n}
        stored = {
            "model": state,
            "mean": {**state, **self._mean},
            "optimizer": self._optimizer.state_dict(),
            "step": self._step,
        }
        save(stored, self._checkpoint)

    def _load(self) -> None:
        state = torch.load(self._checkpoint, weights_only=True, map_location=device())
        self._model.load_state_dict(state["model"], strict=False)
        self._optimizer.load_state_dict(state["optimizer"])
        self._mean = {n: state["mean"][n] for n, _ in self._named()}
        self._step = state["step"]


if __name__ == "__main__":
    main()
