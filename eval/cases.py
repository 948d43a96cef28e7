"""Question sets: JSON Lines read into cases, each quote and fact checked against the articles."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args

from chat.answers import Turn
from eval.normal import comparable, states
from ingest.articles import Article
from ingest.reading import read_bounded

FILE_MOST = 50_000_000
"""Bytes of a question set."""

Category = Literal[
    "fact",
    "why",
    "how",
    "list",
    "who-said",
    "multi",
    "disagree",
    "paraphrase",
    "misspelt",
    "broad",
    "false-premise",
    "follow-up",
    "unanswerable",
    "off-topic",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)

NEVER_ANSWERABLE: frozenset[Category] = frozenset({"unanswerable", "off-topic"})
EITHER: frozenset[Category] = frozenset({"follow-up", "false-premise"})
"""Categories that hold answerable cases and others; the rest are always answerable."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of an article that by themselves prove one fact of a case."""

    article: str
    quote: str
    """Verbatim; a part of a sentence, a sentence, or several."""
    fact: int
    """Index into the case's facts."""
    spans: tuple[tuple[int, int], ...]
    """Each place where the quote stands in the article, `[start, end)` in code points; one or more."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question, and what a right answer to it states and may rest on."""

    id: str
    question: str
    category: Category
    answerable: bool
    """False when the articles do not hold the answer: the right answer declines."""
    facts: tuple[tuple[str, ...], ...] = ()
    """What a right answer states: each fact as its acceptable forms, one of which must occur."""
    evidence: tuple[Evidence, ...] = ()
    history: tuple[Turn, ...] = ()
    note: str = ""
    split: str = ""
    """The name of the file it stands in, without the ending: "dev", "test"."""


class CaseError(Exception):
    """A question set cannot be used; `problems` has one line for each fault, with file and line."""

    def __init__(self, problems: Sequence[str]):
        more = f" (and {len(problems) - 1} more: `python -m eval check` lists them)" * (len(problems) > 1)
        super().__init__(problems[0] + more)
        self.problems = tuple(problems)


def load_cases(files: Path | Iterable[Path], articles: Mapping[str, Article]) -> list[Case]:
    """The cases of one or more files, in order; CaseError when anything in them is wrong."""
    cases, problems = read_cases([files] if isinstance(files, Path) else files, articles)
    if problems:
        raise CaseError(problems)
    return cases


def read_cases(files: Iterable[Path], articles: Mapping[str, Article]) -> tuple[list[Case], list[str]]:
    """The sound cases of the files, and a line `file:line: what is wrong and what to do` for each fault."""
    cases: list[Case] = []
    problems: list[str] = []
    places: dict[str, str] = {}
    for file in files:
        for number, line in _numbered_lines(file, problems):
            place = f"{file}:{number}"
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                problems.append(f"{place}: not JSON ({error}); each line has to be one JSON object")
                continue
            faults = _shape_faults(row) or _content_faults(row, articles)
            problems += [f"{place}: {fault}" for fault in faults]
            if faults:
                continue
            if row["id"] in places:
                problems.append(
                    f"{place}: the id {row['id']!r} is already used in {places[row['id']]}; give it another"
                )
                continue
            places[row["id"]] = place
            cases.append(_case(row, file.stem, articles))
    problems += [f"{places[b.id]}: {why} ({places[a.id]})" for a, b, why in _facts_in_both_splits(cases)]
    return cases, problems


def _numbered_lines(file: Path, problems: list[str]) -> Iterable[tuple[int, str]]:
    """Each line that is not blank with its number from 1; a file that cannot be read adds a problem."""
    try:
        raw = read_bounded(file, FILE_MOST)
    except OSError as error:
        problems.append(f"{file}: cannot be read ({error.strerror}); name a JSON Lines file of cases")
        return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.append(f"{file}:{line}: not UTF-8 (byte {raw[error.start]:#04x}); save the file as UTF-8")
        return
    # Not splitlines: JSON strings may hold U+2028 and its like, which are not ends of lines here.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


_KEYS = {"id", "question", "category", "answerable", "facts", "evidence", "history", "note"}


def _shape_faults(row: Any) -> list[str]:
    """What is wrong with the keys and types of a row; the content is only looked at when they are right."""
    if not isinstance(row, dict):
        return [f"a case has to be an object in braces, and this is {_kind(row)}"]
    faults = [
        f"unknown key {key!r}; a case has only {', '.join(sorted(_KEYS))}" for key in row if key not in _KEYS
    ]
    for key in ("id", "question", "category"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            faults.append(f"{key!r} has to be a text that is not empty, and is {_shown(row, key)}")
    if not isinstance(row.get("answerable"), bool):
        faults.append(f"'answerable' has to be true or false, and is {_shown(row, 'answerable')}")
    if not isinstance(row.get("note", ""), str):
        faults.append(f"'note' has to be a text, and is {_shown(row, 'note')}")
    facts = row.get("facts", [])
    if not isinstance(facts, list) or not all(_is_list_of_forms(forms) for forms in facts):
        faults.append("'facts' has to be a list of facts, each a list of one or more forms (texts)")
    for key, parts in (
        ("evidence", {"article": str, "quote": str, "fact": int}),
        ("history", {"role": str, "content": str}),
    ):
        entries = row.get(key, [])
        if not isinstance(entries, list) or not all(_is_object_of(entry, parts) for entry in entries):
            wanted = ", ".join(f"{name!r} ({type_.__name__})" for name, type_ in parts.items())
            faults.append(f"{key!r} has to be a list of objects with exactly {wanted}")
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        faults.append("half a character (a lone surrogate) stands in it; write the whole character")
    return faults


def _content_faults(row: dict[str, Any], articles: Mapping[str, Article]) -> list[str]:
    """What is wrong with a row of the right shape."""
    faults = []
    category, answerable = row["category"], row["answerable"]
    facts, evidence = row.get("facts", []), row.get("evidence", [])
    if category not in CATEGORIES:
        faults.append(f"unknown category {category!r}; one of {', '.join(CATEGORIES)}")
    elif category in NEVER_ANSWERABLE and answerable:
        faults.append(f"a case of the category {category} has to have 'answerable': false")
    elif category not in NEVER_ANSWERABLE | EITHER and not answerable:
        faults.append(f"a case of the category {category} is answerable; otherwise it is 'unanswerable'")
    if answerable and not facts:
        faults.append("an answerable case needs a fact: what must a right answer state?")
    if not answerable and (facts or evidence):
        faults.append("a case with 'answerable': false has neither facts nor evidence; empty both lists")
    for turn in row.get("history", []):
        if turn["role"] not in ("user", "assistant"):
            faults.append(f"the role {turn['role']!r} in 'history' has to be 'user' or 'assistant'")
    for entry in evidence:
        faults += _evidence_faults(entry, facts, articles)
    proved = {entry["fact"] for entry in evidence}
    for index, forms in enumerate(facts):
        if index not in proved:
            faults.append(f"fact {index} ({forms[0]!r}) has no evidence; quote the sentence that proves it")
    return faults


def _evidence_faults(
    entry: dict[str, Any], facts: list[list[str]], articles: Mapping[str, Article]
) -> list[str]:
    name, quote, fact = entry["article"], entry["quote"], entry["fact"]
    faults = []
    if name not in articles:
        known = ", ".join(list(articles)[:8]) + (", ..." if len(articles) > 8 else "")
        faults.append(f"the corpus has no article {name!r}; it has {known or 'none at all'}")
    elif not quote.strip():
        faults.append(f"a quote from {name} is empty; copy the sentence that proves fact {fact}")
    elif quote not in articles[name].text:
        nearly = comparable(quote) in comparable(articles[name].text)
        hint = "only quotes, dashes, spaces or case differ" if nearly else "these words do not stand there"
        faults.append(f"this quote is not in {name}, {hint}; copy it letter by letter: {_cut(quote)!r}")
    if not 0 <= fact < len(facts):
        bound = f"0 to {len(facts) - 1}" if facts else "none, as there are no facts"
        faults.append(f"the fact index {fact} of a quote from {name} is out of range ({bound})")
    elif not any(states(quote, form) for form in facts[fact]):
        forms = " | ".join(facts[fact])
        faults.append(
            f"no form of fact {fact} ({forms}) stands in this quote; add the quote's wording as a form, or "
            f"take the quote out: {_cut(quote)!r}"
        )
    return faults


def _case(row: dict[str, Any], split: str, articles: Mapping[str, Article]) -> Case:
    return Case(
        id=row["id"],
        question=row["question"],
        category=row["category"],
        answerable=row["answerable"],
        facts=tuple(tuple(forms) for forms in row.get("facts", [])),
        evidence=tuple(
            Evidence(
                article=entry["article"],
                quote=entry["quote"],
                fact=entry["fact"],
                spans=tuple(_places(entry["quote"], articles[entry["article"]].text)),
            )
            for entry in row.get("evidence", [])
        ),
        history=tuple(Turn(turn["role"], turn["content"]) for turn in row.get("history", [])),
        note=row.get("note", ""),
        split=split,
    )


def _places(quote: str, text: str) -> Iterable[tuple[int, int]]:
    start = text.find(quote)
    while start >= 0:
        yield start, start + len(quote)
        start = text.find(quote, start + len(quote))


def _facts_in_both_splits(cases: Sequence[Case]) -> Iterable[tuple[Case, Case, str]]:
    """Pairs of a dev and a test case that ask for one fact: their evidence overlaps and a form is common.

    Broad cases are let be: the central points of an article are what its other cases ask for, too.
    """
    dev, test = (
        [case for case in cases if case.split == split and case.category != "broad"]
        for split in ("dev", "test")
    )
    for a, b in product(dev, test):
        for one, other in product(a.evidence, b.evidence):
            if one.article == other.article and _overlap(one.spans, other.spans):
                common = _comparable_forms(a, one.fact) & _comparable_forms(b, other.fact)
                if common:
                    yield a, b, f"the fact {min(common)!r} is also asked for by {a.id}; move one of the two"
                    break


def _comparable_forms(case: Case, fact: int) -> set[str]:
    return {comparable(form) for form in case.facts[fact]}


def _overlap(spans: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> bool:
    return any(start < b and a < end for (start, end), (a, b) in product(spans, others))


def _is_list_of_forms(forms: Any) -> bool:
    return isinstance(forms, list) and bool(forms) and all(isinstance(f, str) and f.strip() for f in forms)


def _is_object_of(entry: Any, parts: Mapping[str, type]) -> bool:
    # `type`, not isinstance: JSON's true is an int to Python.
    return (
        isinstance(entry, dict)
        and entry.keys() == parts.keys()
        and all(type(entry[name]) is type_ for name, type_ in parts.items())
    )


def _shown(row: dict[str, Any], key: str) -> str:
    return _kind(row[key]) if key in row else "missing"


def _kind(value: Any) -> str:
    return _cut(json.dumps(value, ensure_ascii=False))


def _cut(text: str, length: int = 90) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
