"""What a training run is made of: its optimizer, its learning rate, its checkpoint and its log."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn


def optimizer(
    body: Iterable[nn.Parameter], heads: Iterable[nn.Parameter], *, rates: tuple[float, float]
) -> torch.optim.AdamW:
    """Return AdamW whose peak rates are those of body and heads; `set_rate` moves them."""
    return torch.optim.AdamW(
        [
            {"params": list(body), "lr": 0.0, "peak": rates[0]},
            {"params": list(heads), "lr": 0.0, "peak": rates[1]},
        ],
        betas=(0.9, 0.98), weight_decay=0.01, fused=True,
    )  # fmt: skip


def set_rate(optimizer: torch.optim.Optimizer, progress: float, *, warm_up: float) -> None:
    """Set the rates at a point of the run, 0 to 1: up in the warm-up, then down to nearly zero."""
    share = min(progress / warm_up, (1 - progress) / (1 - warm_up))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * max(share, 1e-3)


def save(state: Mapping[str, Any], path: Path) -> None:
    """Write a checkpoint; the one before stays until the new one is whole."""
    new = path.with_suffix(".new")
    torch.save(dict(state), new)
    os.replace(new, path)


def note(entry: Mapping[str, Any], log: Path) -> None:
    """Add a line of JSON to a log, figures to four places."""
    rounded = {n: round(v, 4) if isinstance(v, float) else v for n, v in entry.items()}
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(rounded) + "\n")
