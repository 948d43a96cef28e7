"""The checker's network for training: MPNet with low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685)."""

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from chat.checker.base import LONGEST, MPNET
from chat.checker.mpnet import Tokens
from chat.reader.train import Layer, model_name, pack
from index.encoder_graph import DISTANCES

RANK = 16
SCALE = 2.0
"""What the adapters say counts so much more, so that they learn at the heads' rate."""
FROZEN = 3
"""So many of the first layers stay as they are."""


class Adapted(nn.Module):
    """A linear layer that stays as it is, in 16 bits, and what is learned beside it."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, dtype=torch.bfloat16), requires_grad=False)
        self.bias = nn.Parameter(torch.empty(outputs), requires_grad=False)
        self.down = nn.Parameter(torch.randn(RANK, inputs) / math.sqrt(inputs))
        self.up = nn.Parameter(torch.zeros(outputs, RANK))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.bias) + F.linear(F.linear(x, self.down), self.up * SCALE)


class Frozen(nn.Linear):
    """A linear layer that stays as it is, in 16 bits."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.weight.data = self.weight.data.bfloat16()


class Network(nn.Module):
    """The encoder with one head: how surely the evidence says the statement."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(30527, MPNET.hidden), nn.Embedding(514, MPNET.hidden)
        self.after_embedding = nn.LayerNorm(MPNET.hidden, MPNET.epsilon)
        self.layers = nn.ModuleList(
            Layer(MPNET, Frozen if number < FROZEN else Adapted) for number in range(MPNET.layers)
        )
        for frozen in (self.words, self.places, self.after_embedding, *self.layers[:FROZEN]):
            frozen.requires_grad_(False)
        self.register_buffer("distances", torch.zeros(MPNET.heads, 2 * LONGEST - 1))
        self.relevance = nn.Linear(MPNET.hidden, 1)

    def forward(self, batch: Sequence[Tokens]) -> Tensor:
        """Support logits (texts,)."""
        packed = pack([t.ids for t in batch])
        width = packed.shape[1]
        places = torch.arange(width)
        bias = packed.bias + self.distances[:, places - places[:, None] + LONGEST - 1]
        x = self.words(packed.ids) + self.places(packed.place % width + MPNET.first_place)
        x = self.after_embedding(x)
        for layer in self.layers:
            x = layer(x, packed, bias)
        return self.relevance(x[packed.starts])[:, 0].float()

    def fill(self, tensors: Mapping[str, Tensor]) -> None:
        """Takes over the base model's tensors, by BERT's names, or what was learned; others stay as they are."""
        self.distances.copy_(tensors.get(DISTANCES, self.distances))
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                value = tensors.get(_name(name))
                if value is not None:
                    parameter.copy_(value / SCALE if name.endswith(".up") else value)

    def learned(self) -> dict[str, Tensor]:
        """The adapter, as `chat.reader.adapter.merge` reads it."""
        return {
            _name(name): (parameter * SCALE if name.endswith(".up") else parameter).detach().contiguous()
            for name, parameter in self.named_parameters()
            if parameter.requires_grad
        }


def _name(name: str) -> str:
    """A parameter's name in the model's safetensors or in the adapter, which has `NAME.weight.up`."""
    stem, _, end = name.rpartition(".")
    return f"{model_name(f'{stem}.weight')}.{end}" if end in ("up", "down") else model_name(name)
