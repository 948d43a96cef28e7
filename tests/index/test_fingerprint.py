"""Two indexes with the same fingerprint hold the same; whatever decides what is in one is in it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.fingerprint import make_fingerprint
from ingest.corpus import Corpus
from ingest.questions import Gap, Prepared


class Swapped:
    """The embedder with its dimensions in reverse: of the same name and size, and another one."""

    def __init__(self, embedder):
        self.name, self.dimension, self._embedder = embedder.name, embedder.dimension, embedder

    def embed(self, texts) -> np.ndarray:
        return self._embedder.embed(texts)[:, ::-1]


@pytest.fixture
def make(corpus, embedder):
    def make(of: Corpus = corpus, prepared=(), gaps=(), by=embedder) -> str:
        return json.dumps(make_fingerprint(of, prepared, gaps, by))

    return make


def with_article(corpus: Corpus, **changes) -> Corpus:
    article = replace(corpus.articles["russian-nato"], **changes)
    return replace(corpus, articles={**corpus.articles, article.id: article})


def test_unchanged_input_gives_the_same_wherever_the_folder_lies(make, corpus):
    assert make() == make(replace(corpus, folder=Path("elsewhere")))


@pytest.mark.parametrize(
    "changes",
    [{"title": "T"}, {"authors": ("A",)}, {"publisher": "P"}, {"sha256": "0"}, {"id": "n"}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_change_of_an_article_changes_it(make, corpus, changes):
    assert make(with_article(corpus, **changes)) != make()


def test_a_change_of_what_is_selected_changes_it(make, corpus):
    assert make(with_article(corpus, blocks=corpus.articles["russian-nato"].blocks[:-1])) != make()


def test_a_change_of_synonyms_or_examples_changes_it(make, corpus):
    assert make(replace(corpus, synonyms="a, b")) != make()
    assert make(replace(corpus, examples=("Who?",))) != make()


def test_a_change_of_questions_changes_it(make):
    assert make(prepared=(Prepared("a", ((0, 1),), ("q",)),)) != make()
    assert make(gaps=(Gap("a", 0, 1, "q", "x"),)) != make()


def test_another_embedder_of_the_same_name_and_size_changes_it(make, embedder):
    assert make(by=Swapped(embedder)) != make()
