"""The judge in torch, for training only: BERT with a head for questions and one for statements."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import BertModel

from training.encoded import Example
from training.reader_weights import HEADS

_PART_TOKENS = 1800
"""Padded tokens that go through the model at once; a step adds up several parts."""
_OUTSIDE = -1e4
"""Logit of a start or an end where no answer can lie."""


class Judgement(NamedTuple):
    """What the judge says of a batch, or of one window of it."""

    start: Tensor
    """(batch, length); position 0 stands for no answer, other positions lie in the window."""
    end: Tensor
    answers: Tensor
    """(batch,): logit that the window answers the question."""
    statement: Tensor
    """(batch, 3): logits that the window says the statement, denies it, leaves it open."""


class Judge(nn.Module):
    """BERT whose word, position and type embeddings are frozen, with two heads of three outputs."""

    def __init__(self, folder: Path) -> None:
        """Start from the encoder of a folder of model files, with new heads."""
        super().__init__()
        self.bert = BertModel.from_pretrained(
            folder,
            attn_implementation="eager",  # the fused one is slower here in bfloat16 on processors
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            add_pooling_layer=False,
        )
        self.bert.embeddings.requires_grad_(False)
        self.head = _new_head(self.bert.config.hidden_size)
        self.statement = _new_head(2 * self.bert.config.hidden_size)

    def take(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        """Replace what is trained by weights as `training.export` names them.

        A head that is not among them stays as it is.

        Raises:
            ValueError: Weights of the body are missing, or some are not of this model.
        """
        named = {
            name if name.startswith(HEADS) else f"bert.{name}": torch.from_numpy(array)
            for name, array in weights.items()
        }
        missing, unknown = self.load_state_dict(named, strict=False)
        kept = ("bert.embeddings.", *HEADS)
        lacked = [name for name in missing if not name.startswith(kept)]
        if unknown or lacked:
            raise ValueError(f"the weights do not fit the model: {unknown or lacked}")

    def parts(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """Return what is trained of the body, and the heads."""
        body = [p for p in self.bert.parameters() if p.requires_grad]
        return body, [*self.head.parameters(), *self.statement.parameters()]

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Judgement:
        """Score a padded batch: token ids, 1 for tokens, 1 for the window; each (batch, length)."""
        out = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types)
        hidden = out.last_hidden_state.float()
        window = (types * mask).float()
        with torch.autocast(ids.device.type, enabled=False):
            start, end, answers = self.head(hidden).unbind(-1)
            mean = (hidden * window[:, :, None]).sum(1) / window.sum(1, keepdim=True).clamp(min=1)
            statement = self.statement(torch.cat([hidden[:, 0], mean], dim=1))
        outside = window == 0
        outside[:, 0] = False
        start, end = start.masked_fill(outside, _OUTSIDE), end.masked_fill(outside, _OUTSIDE)
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
                scores = model(*_tensors([windows[m] for m in part]))
                for row, m in enumerate(part):
                    found[m] = Judgement(*(field[row] for field in scores))
                part = []
            part.append(n)
    return [found[n] for n in range(len(windows))]


def device() -> torch.device:
    """Return the GPU where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def precision() -> torch.dtype:
    """Return bfloat16 where it is fast; a processor without AVX-512 takes 20 times as long."""
    capability = torch.backends.cpu.get_cpu_capability()
    fast = device().type == "cuda" or capability.startswith("AVX512")
    return torch.bfloat16 if fast else torch.float32


def _new_head(size: int) -> nn.Linear:
    """Return a head of three outputs that says nothing yet."""
    head = nn.Linear(size, 3)
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    return head


def _tensors(windows: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids, mask and types of a batch, padded to its longest window."""
    ids = torch.zeros(len(windows), max(len(w.ids) for w in windows), dtype=torch.long)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    for row, window in enumerate(windows):
        size = len(window.ids)
        ids[row, :size] = torch.tensor(window.ids)
        mask[row, :size] = 1
        types[row, window.passage_from : size] = 1
    return ids.to(device()), mask.to(device()), types.to(device())
