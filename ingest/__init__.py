"""Files to articles, sentences and passages, each an exact span of an untouched text."""

from ingest.articles import Article, Block, Kind, Passage, Sentence
from ingest.corpus import Corpus, make_article, read_corpus
from ingest.errors import IngestError, RefusedFile
from ingest.loaders import Document, load_document, load_folder
from ingest.passages import split_passages
from ingest.sentences import split_sentences

__all__ = [
    "Article",
    "Block",
    "Corpus",
    "Document",
    "IngestError",
    "Kind",
    "Passage",
    "RefusedFile",
    "Sentence",
    "load_document",
    "load_folder",
    "make_article",
    "read_corpus",
    "split_passages",
    "split_sentences",
]
