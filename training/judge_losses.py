"""The judge's losses: of single windows, of the choice among a question's, and of statements.

A question's windows are learnt one by one and as a choice among them and "none".
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from training.judge_items import Group, Step
from training.judge_model import Judgement

_CHOICE = 0.5
_MISS = 0.6
"""Weight of a window beside the answering one, in the losses of single windows."""


def losses(step: Step, scores: Sequence[Judgement]) -> dict[str, Tensor]:
    """Return the step's losses by name; their sum is what is made small."""
    found: dict[str, Tensor] = {}
    count = sum(len(group.windows) for group in step.groups)
    if step.groups:
        found |= _windows(step.groups, scores[:count])
        found["choice"] = _choice(step.groups, scores[:count])
    if step.judged:
        logs = torch.stack([s.statement for s in scores[count:]]).log_softmax(dim=1)
        held = torch.zeros_like(logs)
        for row, judged in enumerate(step.judged):
            held[row, list(judged.allowed)] = 1
        found["statement"] = -logs.masked_fill(held == 0, -1e4).logsumexp(dim=1).mean()
    return found


def _windows(groups: Sequence[Group], scores: Sequence[Judgement]) -> dict[str, Tensor]:
    """Return the losses of single windows: where the answer lies, and whether there is one."""
    windows = [window for group in groups for window in group.windows]
    answers = torch.stack([score.answers for score in scores])
    right = answers.new_tensor([float(w.span is not None) for w in windows])
    weight = answers.new_tensor(
        [1.0 if n == 0 else _MISS for g in groups for n in range(len(g.windows))]
    )
    weight = weight / weight.sum()
    spans = [
        functional.cross_entropy(logits, torch.tensor(place, device=logits.device))
        for window, score in zip(windows, scores, strict=True)
        for logits, place in zip((score.start, score.end), window.span or (0, 0), strict=True)
    ]
    single = functional.binary_cross_entropy_with_logits(answers, right, reduction="none")
    return {
        "span": (torch.stack(spans).view(-1, 2).mean(dim=1) * weight).sum() / 2,
        "single": (single * weight).sum() / 2,
    }


def _choice(groups: Sequence[Group], scores: Sequence[Judgement]) -> Tensor:
    """Return the loss of choosing among a question's windows and "none", which scores zero."""
    answers = torch.stack([score.answers for score in scores])
    lists, at = [], 0
    for group in groups:
        logits = torch.cat([answers.new_zeros(1), answers[at : at + len(group.windows)]])
        right = torch.tensor(int(group.answered), device=logits.device)
        lists.append(functional.cross_entropy(logits, right))
        at += len(group.windows)
    return torch.stack(lists).mean() * _CHOICE
