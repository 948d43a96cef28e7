"""Trains the checker: a home of torch, which nothing else needs."""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file as load_arrays
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from chat.checker.base import as_bert, find_pieces, unpacked
from chat.checker.examples import Statements, parted, read_statements
from chat.checker.mpnet import ADAPTER, MPNetChecker, open_checker, pair_tokens
from chat.checker.network import RANK, Network
from chat.checker.rewording import grafted, reworded, spoilt
from chat.reader.measure import auc
from chat.reader.train import Item, Recipe, prepare, train, write_adapter

RECIPE = Recipe(epochs=2, rate=4e-4, seed=1)
APART = 0.5
"""Weight of the loss that sets each right statement apart from each wrong one of the same evidence."""
MADE = 0.4
"""The share of the evidence for which, in each epoch, its own words are reworded by rule, and of these one made wrong."""
SPOILT = 0.4
"""The same for one of its right statements made wrong."""
ELSEWHERE = 0.3
"""The same for a statement that is right about another piece of evidence from the same source."""
FAR = 0.4
"""The same from any source: without these, what has nothing to do with the evidence comes to be half believed."""
GRAFTED = 0.5
"""The same said of somebody or something that the evidence names: that is not yet what it says of them."""


def draw(groups: Sequence[Statements], tokenizer: Tokenizer, chance: random.Random) -> list[Item]:
    """Each evidence with its statements, the right ones first."""
    by_source: dict[str, list[Statements]] = {}
    for group in groups:
        by_source.setdefault(group.source, []).append(group)
    items = []
    for group in groups:
        right, wrong = list(group.right), list(group.wrong)
        near = [other.evidence for other in by_source[group.source]][:20]
        if chance.random() < MADE:
            made = reworded(group.evidence, chance)
            right.append(made)
            wrong.append(spoilt(made, near, chance))
        if chance.random() < SPOILT:
            wrong.append(spoilt(chance.choice(group.right), near, chance))
        other = chance.choice(by_source[group.source])
        if other is not group and chance.random() < ELSEWHERE:
            wrong.append(chance.choice(other.right))
        far = chance.choice(groups)
        if far.source != group.source and chance.random() < FAR:
            wrong.append(chance.choice(far.right))
        other = chance.choice(groups)
        if other.source != group.source and chance.random() < GRAFTED:
            wrong.append(grafted(chance.choice(other.right), group.evidence, chance))
        wrong = [said for said in wrong if said]
        tokens = [pair_tokens(tokenizer, said, [group.evidence])[0] for said in (*right, *wrong)]
        items.append(Item(tokens, len(right), [None] * len(tokens)))
    return items


def support_loss(network: Network, items: Sequence[Item], recipe: Recipe) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch, and its parts: is each supported, and each right one more than each wrong one?"""
    with torch.autocast("cpu", torch.bfloat16):
        logits = network([t for item in items for t in item.tokens])
    binary, apart = [], []
    at = 0
    for item in items:
        scores = logits[at : at + len(item.tokens)]
        labels = (torch.arange(len(scores)) < item.right).float()
        binary.append(F.binary_cross_entropy_with_logits(scores, labels))
        apart.append(F.softplus(scores[item.right :] - scores[: item.right, None]).mean())
        at += len(item.tokens)
    parts = [torch.stack(binary).mean(), torch.stack(apart).mean()]
    total = parts[0] + APART * parts[1]
    return total, dict(zip(("binary", "apart"), (float(p.detach()) for p in parts), strict=True))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `train-checker`."""
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with squad-part.json and nq-passages.jsonl")
    add("--statements", type=Path, default=Path("eval/fitting/statements"), help="folder of statements")
    add("--start", type=Path, help="a state (last.safetensors) to go on from instead of the base model")
    add("--out", type=Path, required=True, help="where weights, states and metrics.json go")
    add("--threads", type=int, default=2)


def main(args: argparse.Namespace) -> int:
    """Trains, measures; all of it is written to `args.out`."""
    _, tokenizer = prepare(args)
    groups = read_statements(args.statements, args.data)
    learned, held = parted(groups)

    torch.manual_seed(RECIPE.seed)
    network = Network()
    with unpacked(find_pieces()) as file:
        base = as_bert(load_arrays(file))
    network.fill({name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in base.items()})
    if args.start:
        network.fill(load_file(args.start))

    def drawn(chance: random.Random) -> list[Item]:
        return draw(learned, tokenizer, chance)

    curve = train(network, drawn, support_loss, RECIPE, args.out)
    adapter = {name: value.numpy().astype(np.float16) for name, value in network.learned().items()}
    write_adapter(adapter, args.out, ADAPTER)
    measured = measure(open_checker(args.out, weights=args.out), held)
    metrics = {
        "statements": sum(len(g.right) + len(g.wrong) for g in learned),
        "recipe": asdict(RECIPE) | {"groups": len(learned), "rank": RANK},
        "curve": curve,
        "held_out": measured,
    }
    (args.out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(measured, indent=1))
    return 0


def measure(checker: MPNetChecker, groups: Sequence[Statements]) -> dict[str, float]:
    """Area under the ROC curve, and how many wrong ones are caught where 5 and 10 % of the right ones are refused."""
    right = np.array([checker.support(said, [group.evidence]) for group in groups for said in group.right])
    wrong = np.array([checker.support(said, [group.evidence]) for group in groups for said in group.wrong])
    return {
        "groups": len(groups),
        "auc": round(auc(right, wrong), 4),
        "caught_at_5": round(float((wrong < np.quantile(right, 0.05)).mean()), 4),
        "caught_at_10": round(float((wrong < np.quantile(right, 0.10)).mean()), 4),
    }
