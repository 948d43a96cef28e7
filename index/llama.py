"""Where the index and LlamaIndex meet: embedders both ways, and passages as nodes in Chroma.

Passages are stored as LlamaIndex nodes in a collection of their own, `dossier-passage`, so that any
LlamaIndex program can open it with `VectorStoreIndex.from_vector_store`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from index.embedder import Embedder
from index.records import Contents, Entry
from index.vectors import Vectors


class DossierEmbedding(BaseEmbedding):
    """Any `Embedder` as a LlamaIndex embedding, for its indexes, retrievers and vector stores."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder, **settings: Any):
        super().__init__(model_name=embedder.name, **settings)
        self._embedder = embedder

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embedder.embed([text])[0].tolist()

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embedder.embed(texts).tolist()

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class LlamaIndexEmbedder:
    """Any LlamaIndex `BaseEmbedding` as an `Embedder`: OpenAI-compatible, FastEmbed, Ollama and so on."""

    def __init__(self, embedding: BaseEmbedding):
        self._embedding = embedding
        self.name = f"{type(embedding).__name__}/{embedding.model_name}"
        self.dimension = len(embedding.get_text_embedding("dimension"))

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.asarray(self._embedding.get_text_embedding_batch(list(texts)), np.float32)
        rows = rows.reshape(len(texts), self.dimension)
        # not every server scales its vectors, and the index takes the dot product for the cosine
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)

    def count_tokens(self, text: str) -> int:
        """An estimate, from above for running English: these models' tokenizers are not at hand."""
        return len(text) // 3 + 2

    def knows_word(self, word: str) -> bool:
        return False


def add_passages(vectors: Vectors, contents: Contents, entries: Sequence[Entry], rows: np.ndarray) -> None:
    """Stores at most BATCH passages as nodes; the i'th row of `rows` belongs to the i'th entry."""
    store = ChromaVectorStore(chroma_collection=vectors.collections["passage"])
    store.add([_node(contents, entry, row) for entry, row in zip(entries, rows, strict=True)])


def _node(contents: Contents, entry: Entry, row: np.ndarray) -> TextNode:
    passage = contents.passages[entry.id.removeprefix("p:")]
    article = contents.articles[passage.article]
    metadata = {
        "kind": entry.kind,
        "article": article.id,
        "title": article.title,
        "section": passage.section,
        "start": passage.start,
        "end": passage.end,
    }
    relationships = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.id)}
    for relation, neighbour in (
        (NodeRelationship.PREVIOUS, passage.before),
        (NodeRelationship.NEXT, passage.after),
    ):
        if neighbour:
            relationships[relation] = RelatedNodeInfo(node_id=f"p:{neighbour}")
    return TextNode(
        id_=entry.id,
        text=passage.text,
        embedding=row.tolist(),
        metadata=metadata,
        # LlamaIndex would put the metadata before the text that a language model reads
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=list(metadata),
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        relationships=relationships,
    )
