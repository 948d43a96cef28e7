"""What can be measured: the product, and three plain ways of doing the same to measure it against."""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from chat import Answer, Citation, Config, Found, Statement, Turn, open_answerer
from index import open_embedder
from ingest import Article, Sentence, read_corpus, split_sentences

SENTENCES_ANSWERED = 3
"""Sentences in an answer of `bm25` and `dense`."""

NODES_ANSWERED = 2
"""Nodes in an answer of `quickstart`, LlamaIndex's own default."""

RANKED = 10
"""Matches that the baselines report, for hit@k."""


class System(Protocol):
    """What a run needs of a system; chat's answerer is one."""

    articles: Mapping[str, Article]
    fingerprint: Mapping[str, Any]
    """All that decides its answers, as plain JSON values; `compare` shows what differs."""

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer: ...


Opener = Callable[[Config], AbstractContextManager[System]]
"""From the settings that all faces share, of which a baseline needs `corpus` and `home`, to an open system."""


@contextmanager
def open_dossier(config: Config) -> Iterator[System]:
    """The product."""
    with open_answerer(config) as answerer:
        yield answerer


def without(config: Config, *left_out: str) -> Config:
    """The settings without prepared questions, without the reader, or without both."""
    return replace(config, prepared="prepared" not in left_out, reader="reader" not in left_out)


@dataclass(frozen=True)
class Baseline:
    """Ranks spans for the bare question and quotes the first few; it never declines and ignores history."""

    articles: Mapping[str, Article]
    rank: Callable[[str], Sequence[Found]]
    """Best first, up to `RANKED`."""
    quoted: int
    fingerprint: Mapping[str, Any] = field(default_factory=dict)

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The text of the best spans, each cited. Only when nothing at all was found is it a refusal."""
        found = tuple(self.rank(question))
        citations = tuple(
            Citation(number, f.article, f.start, f.end, self.articles[f.article].slice(f.start, f.end))
            for number, f in enumerate(found[: self.quoted], start=1)
        )
        return Answer(
            question=question,
            outcome="answered" if citations else "declined",
            statements=tuple(Statement(" ".join(c.quote.split()), (c.number,)) for c in citations),
            citations=citations,
            understood=question,
            matches=found,
        )


@contextmanager
def open_bm25(config: Config) -> Iterator[System]:
    """The three sentences that BM25 ranks first (bm25s, Lucene's variant, English stems and stop words)."""
    import bm25s
    from Stemmer import Stemmer

    articles = read_corpus(config.corpus, config.strict).articles
    sentences = _all_sentences(articles)
    stem = Stemmer("english")

    def tokens(texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stem, show_progress=False)

    index = bm25s.BM25()
    index.index(tokens([sentence.text for sentence in sentences]), show_progress=False)

    def rank(question: str) -> list[Found]:
        query = tokens([question])
        if not query.vocab:
            return []
        places, scores = index.retrieve(query, k=min(RANKED, len(sentences)), show_progress=False)
        # It fills up to k with sentences that share no word; their score is 0.
        return [
            _found(sentences[place], score)
            for place, score in zip(places[0], scores[0], strict=True)
            if score > 0
        ]

    yield Baseline(
        articles, rank, SENTENCES_ANSWERED, _settings("bm25", articles, sentences=SENTENCES_ANSWERED)
    )


@contextmanager
def open_dense(config: Config) -> Iterator[System]:
    """The three sentences whose embeddings are nearest to the question's (all-MiniLM-L6-v2, cosine)."""
    articles = read_corpus(config.corpus, config.strict).articles
    sentences = _all_sentences(articles)
    embedder = open_embedder(config.home, config.model)
    rows = embedder.embed([sentence.text for sentence in sentences])

    def rank(question: str) -> list[Found]:
        scores = rows @ embedder.embed([question])[0]
        return [
            _found(sentences[place], scores[place]) for place in np.argsort(-scores, kind="stable")[:RANKED]
        ]

    settings = _settings("dense", articles, sentences=SENTENCES_ANSWERED, embedder=embedder.name)
    yield Baseline(articles, rank, SENTENCES_ANSWERED, settings)


@contextmanager
def open_quickstart(config: Config) -> Iterator[System]:
    """LlamaIndex's starter: SentenceSplitter 1024/200, VectorStoreIndex on Chroma, the text of two nodes."""
    import chromadb
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from index.llama import DossierEmbedding
    from index.vectors import ChromaSettings

    articles = read_corpus(config.corpus, config.strict).articles
    embedder = open_embedder(config.home, config.model)
    # Without chunking_tokenizer_fn it loads nltk, which refuses files that were installed as hard links.
    splitter = SentenceSplitter(chunk_size=1024, chunk_overlap=200, chunking_tokenizer_fn=_split_after_stops)
    nodes = splitter.get_nodes_from_documents([Document(text=a.text, id_=a.id) for a in articles.values()])
    client = chromadb.EphemeralClient(ChromaSettings())
    # Ephemeral clients share one store in a process, so each needs a name of its own.
    collection = client.create_collection(f"quickstart-{uuid.uuid4().hex}")
    store = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
    index = VectorStoreIndex(nodes, storage_context=store, embed_model=DossierEmbedding(embedder))
    retriever = index.as_retriever(similarity_top_k=RANKED)

    def rank(question: str) -> list[Found]:
        return [
            Found(hit.node.ref_doc_id, hit.node.start_char_idx, hit.node.end_char_idx, float(hit.score))
            for hit in retriever.retrieve(question)
            if hit.node.start_char_idx is not None
        ]

    try:
        settings = _settings("quickstart", articles, nodes=NODES_ANSWERED, embedder=embedder.name)
        yield Baseline(articles, rank, NODES_ANSWERED, settings)
    finally:
        client.delete_collection(collection.name)


SYSTEMS: Mapping[str, Opener] = {
    "dossier": open_dossier,
    "dossier-plain": lambda config: open_dossier(without(config, "prepared", "reader")),
    "dossier-prepared": lambda config: open_dossier(without(config, "reader")),
    "dossier-reader": lambda config: open_dossier(without(config, "prepared")),
    "quickstart": open_quickstart,
    "bm25": open_bm25,
    "dense": open_dense,
}


def _all_sentences(articles: Mapping[str, Article]) -> list[Sentence]:
    return [sentence for article in articles.values() for sentence in split_sentences(article)]


def _found(sentence: Sentence, score: float) -> Found:
    return Found(sentence.article, sentence.start, sentence.end, float(score))


def _settings(name: str, articles: Mapping[str, Article], **settings: Any) -> dict[str, Any]:
    return {"system": name, "corpus": {a.file: a.sha256 for a in articles.values()}, **settings}


def _split_after_stops(text: str) -> list[str]:
    """Pieces that end after a full stop, question or exclamation mark; joined they are the text again."""
    return re.split(r"(?<=[.!?])(?=\s)", text)
