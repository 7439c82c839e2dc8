"""The judge in torch, for training only: the reader with a head for statements; and its losses.

A question's windows are learnt one by one and as a choice among them and "none".
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.encoded import Example
from training.judge_items import Group, Step
from training.reader_weights import HEADS
from training.torch_model import TorchReader, device, inside, new_head, precision, tensors

_PART_TOKENS = 1800
"""Padded tokens that go through the model at once; a step adds up several parts."""
_CHOICE = 0.5
_MISS = 0.6
"""Weight of a window beside the answering one, in the losses of single windows."""


class Judgement(NamedTuple):
    """What the judge says of a batch, or of one window of it."""

    start: Tensor
    """(batch, length); position 0 stands for no answer, other positions lie in the window."""
    end: Tensor
    answers: Tensor
    """(batch,): logit that the window answers the question."""
    statement: Tensor
    """(batch, 3): logits that the window says the statement, denies it, leaves it open."""


class Judge(TorchReader):
    """The reader's body and head, with a head for statements; both heads may start new."""

    heads: ClassVar[tuple[str, ...]] = HEADS
    may_lack: ClassVar[tuple[str, ...]] = (".embeddings.", *HEADS)

    def __init__(self, folder: Path) -> None:
        """Start from the encoder of a folder of model files, with new heads."""
        super().__init__(folder)
        self.statement = new_head(2 * self.bert.config.hidden_size)

    def parts(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """Return what is trained of the body, and the heads."""
        body = [p for p in self.bert.parameters() if p.requires_grad]
        return body, [*self.head.parameters(), *self.statement.parameters()]

    def judge(self, ids: Tensor, mask: Tensor, types: Tensor) -> Judgement:
        """Score a padded batch as `forward` does, and as statements."""
        out = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types)
        hidden = out.last_hidden_state.float()
        window = (types * mask).float()
        with torch.autocast(ids.device.type, enabled=False):
            start, end, answers = self.head(hidden).unbind(-1)
            mean = (hidden * window[:, :, None]).sum(1) / window.sum(1, keepdim=True).clamp(min=1)
            statement = self.statement(torch.cat([hidden[:, 0], mean], dim=1))
        start, end = inside(window, start, end)
        return Judgement(start=start, end=end, answers=answers[:, 0], statement=statement)


def scored(
    model: Judge, windows: Sequence[Example], narrow: torch.dtype | None = None
) -> list[Judgement]:
    """Return what is said of each window, in order; short ones go through the model together."""
    order = sorted(range(len(windows)), key=lambda n: len(windows[n].ids))
    narrow = narrow or precision()
    found: dict[int, Judgement] = {}
    part: list[int] = []
    with torch.autocast(device().type, narrow, enabled=narrow != torch.float32):
        for n in [*order, -1]:
            if part and (n < 0 or (len(part) + 1) * len(windows[n].ids) > _PART_TOKENS):
                ids, mask, types, _, _ = tensors([windows[m] for m in part])
                scores = model.judge(ids, mask, types)
                for row, m in enumerate(part):
                    found[m] = Judgement(*(field[row] for field in scores))
                part = []
            part.append(n)
    return [found[n] for n in range(len(windows))]


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
