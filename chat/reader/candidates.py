"""Sentences to candidates: what the reader is shown beside the sentence itself."""

from chat.reader import Candidate
from ingest import Article, Sentence


def as_candidate(article: Article, sentence: Sentence) -> Candidate:
    """The sentence, preceded by the article's title, its heading and the sentence that it leans on."""
    parts = [article.title.replace("_", " "), sentence.section]
    if sentence.leans and sentence.context:
        parts.append(article.text[slice(*sentence.context)])
    return Candidate(sentence.text, ". ".join(part for part in parts if part and part != sentence.text))
