"""Whom and what a question names: an article by its title, its authors or its publisher; or what no article names."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

from chat.names import find_names
from index.analyzer import STOP_WORDS, Analyzer
from ingest import Article

_SPEAKS_OF_ONE = re.compile(
    r"\b(?:article|piece|report|essay|text|story|analysis|author|authors|write-up|paper|column|according to|commentary)\b",
    re.IGNORECASE,
)


def named_article(question: str, articles: Mapping[str, Article], analyzer: Analyzer) -> str | None:
    """The id of the one article that a question names; None when it names none or several.

    An author's family name or the publisher is enough; of a title the question must hold a word that no other
    title has, and speak of an article.
    """
    if source := named_source(question, articles):
        return source
    asked = set(analyzer.terms(question, question=True))
    if not _SPEAKS_OF_ONE.search(question):
        return None
    own: dict[str, set[str]] = {}
    for id, article in articles.items():
        own[id] = {t for t in analyzer.terms(f"{article.title} {article.publisher or ''}") if t[0] != "="}
    scores = {}
    for id, terms in own.items():
        others = set().union(*(other for key, other in own.items() if key != id)) if len(own) > 1 else set()
        publisher = set(analyzer.terms(articles[id].publisher or ""))
        named = bool(publisher) and publisher <= asked
        scores[id] = len(asked & (terms - others)) + 2 * named + 0.1 * len(asked & terms)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    best, score = ranked[0]
    runner_up = ranked[1][1] if len(ranked) > 1 else 0.0
    return best if score >= 1 and score >= runner_up + 0.9 else None


def named_source(question: str, articles: Mapping[str, Article]) -> str | None:
    """The id of the one article whose author or publisher a question names; None when there is none, or several."""
    names = {word for name in find_names(question) for word in name.casefold().split()}
    by_source = [id for id, article in articles.items() if _names_source(names, article)]
    return by_source[0] if len(by_source) == 1 else None


def _names_source(names: AbstractSet[str], article: Article) -> bool:
    """True when an author's family name, or the whole name of the publisher, is among the names."""
    families = {author.split()[-1].casefold() for author in article.authors if author.strip()}
    publisher = set((article.publisher or "").casefold().split()) - {"the"}
    return bool(families & names) or bool(publisher and publisher <= names)


LEAST_LETTERS = 3
"""Shorter names are taken for abbreviations, as "DSMs" and "IMF" are: an article may have the whole words."""
IN_ENGLISH = 0.4
"""A name of one word is told by its capital where so many of the words without one are English stop words."""


def unnamed(question: str, mentions: Callable[[str], bool], is_word: Callable[[str], bool]) -> str:
    """The first name in a question that no article has; empty when there is none.

    By its last word, the family name: `mentions` tells whether an article has it, `is_word` whether it is a word of
    common English, of which a capital does not make a name.
    """
    small = [word for word in re.findall(r"[^\W\d_]+", question) if word.islower()]
    is_english = sum(word in STOP_WORDS for word in small) >= max(1, IN_ENGLISH * len(small))
    for name in find_names(question):
        words = [re.sub(r"[’']s?$", "", word) for word in re.split(r"[\s-]+", name)]
        last = words[-1]
        # a capital that begins a sentence tells nothing
        is_told = len(words) > 1 or (is_english and not question.lstrip(" \"“‘'(").startswith(last))
        is_whole = len(last) >= LEAST_LETTERS and last.isalpha() and last[-2:].islower()
        if is_told and is_whole and last[0].isupper() and not mentions(last) and not is_word(last):
            return name
    return ""
