"""What a generation holds, as JSON Lines: the articles, and every entry that points into them."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from index.embedder import Embedder
from ingest import Article, Block, Passage, Sentence, split_passages, split_sentences
from ingest.corpus import Corpus
from ingest.passages import MAX_TOKENS
from ingest.questions import Gap, Prepared

EntryKind = Literal["passage", "sentence", "question", "gap"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One vector of the index and what it stands for."""

    id: str
    kind: EntryKind
    article: str
    text: str
    """What is embedded."""
    targets: tuple[str, ...]
    """Ids of the sentences that it points at; for a sentence itself, its own."""
    contrast: str = ""
    """See `Prepared`."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that a generation knows, from which vectors and word lists can be made again."""

    articles: dict[str, Article]
    sentences: dict[str, Sentence]
    passages: dict[str, Passage]
    prepared: tuple[Prepared, ...] = ()
    gaps: tuple[Gap, ...] = ()
    synonyms: str = ""
    examples: tuple[str, ...] = ()

    def entries(self) -> list[Entry]:
        """Every vector's entry; ids are unique."""
        entries = []
        for passage in self.passages.values():
            title = self.articles[passage.article].title
            text = passage.text
            if text != title:
                text = f"{_about(title, passage.section)}. {text}"
            entries.append(Entry(f"p:{passage.id}", "passage", passage.article, text, passage.sentences))
        for sentence in self.sentences.values():
            text = self.sentence_in_context(sentence)
            entries.append(Entry(f"s:{sentence.id}", "sentence", sentence.article, text, (sentence.id,)))
        by_article: dict[str, list[Sentence]] = {name: [] for name in self.articles}
        for sentence in self.sentences.values():
            by_article[sentence.article].append(sentence)
        seen: set[str] = set()
        # those of a contrast first: what is asked elsewhere in the same words must not take their place
        for item in sorted(self.prepared, key=lambda item: not item.contrast):
            targets = tuple(
                sentence.id
                for start, end in item.spans
                for sentence in by_article[item.article]
                if sentence.start < end and start < sentence.end
            )
            for question in item.questions:
                id = f"q:{item.article}:{item.spans[0][0]}:{_digest(question)}"
                if targets and id not in seen:
                    seen.add(id)
                    entries.append(Entry(id, "question", item.article, question, targets, item.contrast))
        for gap in self.gaps:
            targets = tuple(
                sentence.id
                for sentence in by_article[gap.article]
                if sentence.start < gap.end and gap.start < sentence.end
            )
            id = f"g:{gap.article}:{gap.start}:{_digest(gap.question)}"
            if targets and id not in seen:
                seen.add(id)
                entries.append(Entry(id, "gap", gap.article, gap.question, targets))
        return entries

    def sentence_in_context(self, sentence: Sentence) -> str:
        """A sentence with the one that it leans on before it, where it has one."""
        if sentence.context is None:
            return sentence.text
        return f"{self.articles[sentence.article].slice(*sentence.context)} {sentence.text}"


def contents_of(
    corpus: Corpus, prepared: Sequence[Prepared], gaps: Sequence[Gap], embedder: Embedder
) -> Contents:
    """Splits every article of a corpus into sentences, and these into passages the embedder reads whole."""
    sentences: dict[str, Sentence] = {}
    passages: dict[str, Passage] = {}
    for article in corpus.articles.values():
        own = split_sentences(article)
        sentences |= {sentence.id: sentence for sentence in own}
        # room for what is put before a passage when it is embedded
        about = max(embedder.count_tokens(_about(article.title, sentence.section)) for sentence in own)
        for passage in split_passages(article, own, embedder.count_tokens, MAX_TOKENS - about):
            passages[passage.id] = passage
    return Contents(
        dict(corpus.articles),
        sentences,
        passages,
        tuple(prepared),
        tuple(gaps),
        corpus.synonyms,
        corpus.examples,
    )


def write_contents(contents: Contents, file: Path) -> None:
    """One JSON object a line, each with its `type`; texts of spans are left to the articles."""
    with file.open("w", encoding="utf-8") as stream:
        for row in _rows(contents):
            stream.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


def read_contents(file: Path) -> Contents:
    """The contents that `write_contents` wrote; ValueError or KeyError when they are not."""
    contents = Contents({}, {}, {})
    prepared: list[Prepared] = []
    gaps: list[Gap] = []
    extra: dict[str, Any] = {}
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            row = json.loads(line)
            match row.pop("type"):
                case "corpus":
                    extra = {"synonyms": row["synonyms"], "examples": tuple(row["examples"])}
                case "article":
                    row["blocks"] = tuple(Block(*block) for block in row["blocks"])
                    row["authors"] = tuple(row["authors"])
                    contents.articles[row["id"]] = Article(**row)
                case "sentence":
                    row["context"] = tuple(row["context"]) if row["context"] else None
                    text = contents.articles[row["article"]].slice(row["start"], row["end"])
                    sentence = Sentence(text=text, **row)
                    contents.sentences[sentence.id] = sentence
                case "passage":
                    row["sentences"] = tuple(row["sentences"])
                    text = contents.articles[row["article"]].slice(row["start"], row["end"])
                    passage = Passage(text=text, **row)
                    contents.passages[passage.id] = passage
                case "prepared":
                    spans = tuple((start, end) for start, end in row["spans"])
                    questions = tuple(row["questions"])
                    prepared.append(Prepared(row["article"], spans, questions, row["contrast"]))
                case "gap":
                    gaps.append(Gap(**row))
                case other:
                    raise ValueError(f"unknown type {other!r}")
    return Contents(
        contents.articles, contents.sentences, contents.passages, tuple(prepared), tuple(gaps), **extra
    )


def _rows(contents: Contents) -> Iterable[dict[str, Any]]:
    yield {"type": "corpus", "synonyms": contents.synonyms, "examples": contents.examples}
    for article in contents.articles.values():
        row = asdict(article)
        row["blocks"] = [[block.start, block.end, block.kind] for block in article.blocks]
        yield {"type": "article", **row}
    for kind, items in (("sentence", contents.sentences), ("passage", contents.passages)):
        for item in items.values():
            row = asdict(item)
            del row["text"]
            yield {"type": kind, **row}
    for prepared in contents.prepared:
        yield {"type": "prepared", **asdict(prepared)}
    for gap in contents.gaps:
        yield {"type": "gap", **asdict(gap)}


def _about(title: str, section: str) -> str:
    """The article and the heading: what a passage is about when it does not say so itself."""
    return ". ".join(part for part in (title, section) if part)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
