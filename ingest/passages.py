"""Sentences to passages: neighbouring paragraphs under one heading, short enough to be embedded whole."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest.articles import Article, Passage, Sentence

MAX_TOKENS = 256
"""What the embedder reads; a passage never has more, unless a single sentence has."""

JOIN_TOKENS = 96
"""Paragraphs shorter than this are joined with the next: news puts one sentence in each."""


def split_passages(
    article: Article,
    sentences: Sequence[Sentence],
    count_tokens: Callable[[str], int],
    max_tokens: int = MAX_TOKENS,
    join_tokens: int = JOIN_TOKENS,
) -> list[Passage]:
    """The passages of an article in reading order; every sentence is in exactly one.

    A passage never crosses a heading or something that was left out. The title, the by-line and the
    headings are passages of their own, so that a question for them finds them.
    """
    groups: list[list[Sentence]] = []
    for sentence in sentences:
        if not groups or not _may_join(article, groups[-1], sentence, count_tokens, max_tokens, join_tokens):
            groups.append([])
        groups[-1].append(sentence)
    passages = [
        Passage(
            article=article.id,
            start=group[0].start,
            end=group[-1].end,
            text=article.slice(group[0].start, group[-1].end),
            section=group[0].section,
            sentences=tuple(sentence.id for sentence in group),
        )
        for group in groups
    ]
    return [
        replace(
            passage,
            before=passages[i - 1].id if i else None,
            after=passages[i + 1].id if i + 1 < len(passages) else None,
        )
        for i, passage in enumerate(passages)
    ]


def _may_join(
    article: Article,
    group: list[Sentence],
    sentence: Sentence,
    count_tokens: Callable[[str], int],
    max_tokens: int,
    join_tokens: int,
) -> bool:
    last = group[-1]
    both = (last.kind, sentence.kind) == ("note", "note")
    prose = {"paragraph", "quotation", "list_item"}
    if not both and not (last.kind in prose and sentence.kind in prose and last.section == sentence.section):
        return False
    between = article.text[last.end : sentence.start]
    if between.strip():
        return False  # something was left out in between
    whole = count_tokens(article.text[group[0].start : sentence.end])
    if whole > max_tokens:
        return False
    same_paragraph = "\n" not in between and "\r" not in between
    return same_paragraph or count_tokens(article.text[group[0].start : last.end]) < join_tokens
