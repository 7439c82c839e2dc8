"""The reader in torch, for training only: BERT with heads for the span and for answerability."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from training.encoded import Example

_OUTSIDE = -1e4


class Scores(NamedTuple):
    """What the reader says of a batch."""

    start: Tensor
    """(batch, length); position 0 stands for no answer, other positions lie in the window."""
    end: Tensor
    answers: Tensor
    """(batch,): logit that the window answers the question."""


class TorchReader(nn.Module):
    """BERT whose word, position and type embeddings are frozen, with a head of three outputs."""

    heads: ClassVar[tuple[str, ...]] = ("head.",)
    """How the names of the heads' weights begin."""
    may_lack: ClassVar[tuple[str, ...]] = (".embeddings.",)
    """What is in the names of weights that `take` need not be given."""

    def __init__(self, folder: Path) -> None:
        """Start from the encoder of a folder of model files, with a new head."""
        super().__init__()
        self.bert = BertModel.from_pretrained(
            folder,
            attn_implementation="eager",  # the fused one is slower here in bfloat16 on processors
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            add_pooling_layer=False,
        )
        self.bert.embeddings.requires_grad_(False)
        self.head = new_head(self.bert.config.hidden_size)

    def take(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        """Replace what is trained by weights as `training.export` names them."""
        named = {
            name if name.startswith(self.heads) else f"bert.{name}": torch.from_numpy(array)
            for name, array in weights.items()
        }
        missing, unknown = self.load_state_dict(named, strict=False)
        lacked = [name for name in missing if not any(part in name for part in self.may_lack)]
        if unknown or lacked:
            raise ValueError(f"the weights do not fit the model: {unknown or lacked}")

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Scores:
        """Score a padded batch: token ids, 1 for tokens, 1 for the window; each (batch, length)."""
        hidden = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types)
        start, end, answers = self.head(hidden.last_hidden_state).float().unbind(-1)
        start, end = inside(types * mask, start, end)
        return Scores(start=start, end=end, answers=answers[:, 0])


def new_head(size: int) -> nn.Linear:
    """Return a head of three outputs that says nothing yet."""
    head = nn.Linear(size, 3)
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    return head


def inside(window: Tensor, start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
    """Return the logits of starts and ends, those outside window and first token made hopeless."""
    allowed = window.bool()
    allowed[:, 0] = True
    return start.masked_fill(~allowed, _OUTSIDE), end.masked_fill(~allowed, _OUTSIDE)


def tensors(batch: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return ids, mask, types, starts and ends of a batch, padded to its longest example."""
    length = max(len(example.ids) for example in batch)
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    for row, example in enumerate(batch):
        size = len(example.ids)
        ids[row, :size] = torch.tensor(example.ids)
        mask[row, :size] = 1
        types[row, example.passage_from : size] = 1
    starts, ends = torch.tensor([example.span or (0, 0) for example in batch]).unbind(1)
    found = [tensor.to(device()) for tensor in (ids, mask, types, starts, ends)]
    return found[0], found[1], found[2], found[3], found[4]


def loss_of(scores: Scores, starts: Tensor, ends: Tensor) -> Tensor:
    """Return the mean loss of a batch; start 0 means that there is no answer."""
    span = functional.cross_entropy(scores.start, starts)
    span = span + functional.cross_entropy(scores.end, ends)
    answered = (starts > 0).float()
    return span / 2 + functional.binary_cross_entropy_with_logits(scores.answers, answered) / 2


def device() -> torch.device:
    """Return the GPU where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def precision() -> torch.dtype:
    """Return bfloat16 where it is fast; a processor without AVX-512 takes 20 times as long."""
    capability = torch.backends.cpu.get_cpu_capability()
    fast = device().type == "cuda" or capability.startswith("AVX512")
    return torch.bfloat16 if fast else torch.float32
