"""SQuAD 2.0 (Rajpurkar, Jia and Liang 2018, arXiv 1806.03822) to a corpus folder and a question set."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from eval.sentences import SentenceMap
from ingest import read_corpus

ArticleIs = Literal["paragraph", "title"]


class ConvertError(Exception):
    """The file cannot be converted; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written: `corpus/` and `questions.jsonl` in the folder."""

    corpus: Path
    questions: Path
    articles: int
    cases: int
    skipped: int
    """Questions left out: asked twice, without an answer, or whose answer does not stand in the paragraph."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A file of the corpus: its text, and each paragraph's questions with where the paragraph starts."""

    name: str
    text: str
    asked: tuple[tuple[int, str, list[dict[str, Any]]], ...]


def convert_squad(file: Path, out: Path, article: ArticleIs = "paragraph") -> Converted:
    """Write `out`/corpus/*.txt and `out`/questions.jsonl; ConvertError when the file is not SQuAD 2.0.

    With `article="paragraph"` each paragraph is an article of its own, under its page's title; with
    `"title"` a page is one article. The evidence of an answer is the sentence that it was marked in.
    """
    pages = list(_pages(_read(file), article))
    corpus = out / "corpus"
    if corpus.exists() and any(corpus.iterdir()):
        raise ConvertError(f"{corpus} is not empty; name a new folder with --out")
    corpus.mkdir(parents=True, exist_ok=True)
    for page in pages:
        # as bytes, so that no line end is rewritten and the marked places stay right
        (corpus / f"{page.name}.txt").write_bytes(page.text.encode())
    articles = read_corpus(corpus).articles
    ids = {article.file: article.id for article in articles.values()}
    sentences = SentenceMap(articles)
    rows: dict[str, dict[str, Any]] = {}
    total = 0
    for page in pages:
        for offset, context, questions in page.asked:
            total += len(questions)
            for question in questions:
                row = _row(question, ids.get(f"{page.name}.txt"), page.text, offset, context, sentences)
                if row and row["id"] not in rows:
                    rows[row["id"]] = row
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values()]
    questions_file = out / "questions.jsonl"
    questions_file.write_text("".join(lines), encoding="utf-8")
    return Converted(corpus, questions_file, len(articles), len(rows), total - len(rows))


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        pages = json.loads(file.read_text(encoding="utf-8"))["data"]
        for page in pages:
            for paragraph in page["paragraphs"]:
                if not isinstance(page["title"], str) or not isinstance(paragraph["context"], str):
                    raise TypeError("a title or context is not a text")
                for question in paragraph["qas"]:
                    question["id"], question["question"]
    except OSError as error:
        raise ConvertError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ConvertError(
            f"{file} is not SQuAD 2.0 JSON ({type(error).__name__}: {error}); it needs data > paragraphs > "
            "context and qas"
        ) from None
    return pages


def _pages(data: list[dict[str, Any]], article: ArticleIs) -> Iterator[_Page]:
    names: set[str] = set()
    for entry in data:
        title = entry["title"].replace("_", " ").strip() or "Untitled"
        groups = [[p] for p in entry["paragraphs"]] if article == "paragraph" else [entry["paragraphs"]]
        for group in groups:
            text, asked = title + "\n", []
            for paragraph in group:
                text += "\n"
                asked.append((len(text), paragraph["context"], paragraph["qas"]))
                text += paragraph["context"] + "\n"
            if group:
                name = _free_name(_slug(title), names, numbered=article == "paragraph")
                yield _Page(name, text, tuple(asked))


def _slug(title: str) -> str:
    # short, as file systems allow 255 bytes and a letter may take four
    return re.sub(r"[^\w]+", "-", title).strip("-").casefold()[:60] or "page"


def _free_name(slug: str, names: set[str], *, numbered: bool) -> str:
    number = 1
    while (name := f"{slug}-{number:03}" if numbered or number > 1 else slug) in names:
        number += 1
    names.add(name)
    return name


def _row(
    question: Mapping[str, Any],
    article: str | None,
    text: str,
    offset: int,
    context: str,
    sentences: SentenceMap,
) -> dict[str, Any] | None:
    """The case; None when the question cannot be one."""
    row = {"id": str(question["id"]), "question": question["question"].strip()}
    if not row["id"] or not row["question"]:
        return None
    if question.get("is_impossible"):
        return row | {"category": "unanswerable", "answerable": False, "facts": [], "evidence": []}
    forms, quotes = [], []
    for answer in question.get("answers", []):
        form, start = answer["text"].strip(), answer["answer_start"]
        place = context.find(form, start, start + len(answer["text"]) + 1)
        if form and place >= 0 and article:
            start = offset + place
            forms.append(form)
            quotes.append(_quote(sentences, article, text, start, start + len(form)))
    if not forms:
        return None
    evidence = [{"article": article, "quote": quote, "fact": 0} for quote in dict.fromkeys(quotes)]
    return row | {
        "category": "fact",
        "answerable": True,
        "facts": [list(dict.fromkeys(forms))],
        "evidence": evidence,
    }


def _quote(sentences: SentenceMap, article: str, text: str, start: int, end: int) -> str:
    """The words of the sentence or sentences that the answer stands in, at least the answer itself."""
    spans = [(start, end), *sentences.spans(article, start, end)]
    return text[min(a for a, _ in spans) : max(b for _, b in spans)]
