"""An answer of quotations rewritten by a language model, or left as it is with one line that says why."""

import logging
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from chat.answers import Answer, Progress, Statement, Turn
from chat.checker import Checker
from chat.citing import Cites
from chat.composing import DISAGREE, Choice, source_name
from chat.config import OnFailure
from chat.finding import Scored
from chat.values import agree, find_dates, find_numbers
from chat.writer.condensing import condense
from chat.writer.evidence import Evidence
from chat.writer.models import LanguageModel, ModelFault
from chat.writer.prompts import is_instruction
from chat.writer.verifying import Verifier
from chat.writer.writing import Draft, Writer, to_statements
from index import Searcher
from index.synonyms import parse_synonyms
from ingest import Article, Sentence

log = logging.getLogger(__name__)

SHOWN = 12
"""So many sentences are shown to the model."""

HEARTBEAT = 0.2
"""Seconds between two signs of life."""

OWN_WORDS = "These are the articles' own words."


class Author:
    """Rewrites answers with one language model; close it."""

    def __init__(
        self,
        model: LanguageModel,
        checker: Checker,
        on_failure: OnFailure = "fall-back",
    ):
        self.model = model
        self._checker = checker
        self._on_failure = on_failure
        self._writers: WeakKeyDictionary[Searcher, Writer] = WeakKeyDictionary()

    def close(self) -> None:
        self.model.close()

    def standalone(
        self, question: str, history: Sequence[Turn]
    ) -> Generator[Progress, None, tuple[str, dict[str, Any]]]:
        """A follow-up as a question that stands on its own, or "" when the model gives none; and its trace."""
        if not history:
            return "", {}
        yield Progress("Asking the language model what the question means")
        try:
            # in the trace, and not worth stopping for: there is the way without a model
            standalone, usage = condense(self.model, question, history)
        except ModelFault as fault:
            log.warning("model-fault reason=%r", str(fault))
            return "", {"fault": str(fault)}
        took = {"tokens_in": usage.tokens_in, "tokens_out": usage.tokens_out, "seconds": usage.seconds}
        return standalone, {"question": standalone, **took}

    def rewrite(
        self,
        answer: Answer,
        choice: Choice,
        scored: Iterable[Scored],
        searcher: Searcher,
        scope: AbstractSet[str] | None,
    ) -> Generator[Progress | Answer, None, Answer]:
        """The answer in the model's words; `scored` are the sentences found, best first.

        Yields what stands so far. When the model fails or nothing it writes is supported, it is the answer
        as it was, with a line that says so, or a failed one, as was chosen.
        """
        articles, sentences = searcher.contents.articles, searcher.contents.sentences
        chosen = {item.sentence.id: item.sentence for item in (*choice.items, *scored)}
        usable = [sentence for sentence in chosen.values() if not is_instruction(sentence.text)]
        evidence = [_evidence(sentence, articles) for sentence in usable[:SHOWN]]

        def search(statement: str) -> list[Evidence]:
            found = (sentences[match.id] for match in searcher.search(statement, scope).sentences)
            return [_evidence(sentence, articles) for sentence in found if not is_instruction(sentence.text)]

        said = Progress(f"Writing with {self.model.choice.name}")
        draft = Draft()
        yield said
        try:
            with closing(self._writer(searcher).write(answer.understood, evidence, search)) as drafts:
                shown = time.monotonic()
                for latest in drafts:
                    more = len(latest.statements) > len(draft.statements)
                    draft = latest
                    # now and then also while nothing is new, so that it can be stopped
                    if more or time.monotonic() - shown > HEARTBEAT:
                        yield _written(answer, draft, articles) if draft.statements else said
                        shown = time.monotonic()
        except ModelFault as fault:
            log.warning("model-fault reason=%r", str(fault))
            return self._without(answer, draft, str(fault))
        trace = {"writer": {"model": str(self.model.choice), **draft.trace()}}
        if not draft.statements:
            message = "What the language model wrote is not supported by the articles, so it is not shown."
            return replace(answer, message=_joined(message, OWN_WORDS, answer.message), trace=trace)
        whole = _with_versions(_written(answer, draft, articles), answer, choice, searcher)
        return replace(whole, trace=trace)

    def _writer(self, searcher: Searcher) -> Writer:
        """One for each generation: names have their synonyms from it."""
        writer = self._writers.get(searcher)
        if writer is None:
            groups = parse_synonyms(searcher.contents.synonyms)
            writer = self._writers[searcher] = Writer(self.model, Verifier(self._checker, groups))
        return writer

    def _without(self, answer: Answer, draft: Draft, fault: str) -> Answer:
        trace = {"writer": {"model": str(self.model.choice), **draft.trace(), "kept": 0, "fault": fault}}
        if self._on_failure == "fail":
            return Answer(answer.question, "failed", message=fault, understood=answer.understood, trace=trace)
        return replace(answer, message=_joined(fault, OWN_WORDS, answer.message), trace=trace)


def _written(answer: Answer, draft: Draft, articles: Mapping[str, Article]) -> Answer:
    """The answer with what stands of a draft in place of its quotations."""
    cites = Cites(articles)
    statements = to_statements(draft, cites)
    lines = [answer.message]
    if draft.not_all_covered:
        about = f": {draft.uncovered}" if draft.uncovered else "."
        lines.append(f"The language model found a part of the question not covered{about}")
    if draft.cut:
        lines.append("The language model was stopped before it was done.")
    if draft.removed:
        some = "One statement" if draft.removed == 1 else f"{draft.removed} statements"
        lines.append(f"{some} of the language model, not supported by the articles, left out.")
    in_part = (
        answer.outcome == "partial" or draft.not_all_covered or draft.cut or draft.removed >= len(statements)
    )
    return replace(
        answer,
        outcome="partial" if in_part else "answered",
        statements=statements,
        citations=cites.citations(),
        message=_joined(*lines),
    )


def _with_versions(written: Answer, quoted: Answer, choice: Choice, searcher: Searcher) -> Answer:
    """Where the articles disagree, the versions that the model leaves out are quoted."""
    if not choice.versions:
        return written
    cites = Cites(searcher.contents.articles)
    for citation in written.citations:
        cites.number(citation.article, citation.start, citation.end)
    statements = list(written.statements)
    by_number = {citation.number: citation for citation in quoted.citations}
    said = " ".join(statement.text for statement in statements)
    given = [value.key for value in (*find_dates(said), *find_numbers(said))]
    for version, id in choice.versions.items():
        sentence = searcher.contents.sentences[id]
        if choice.differ == DISAGREE:
            said_it = any(agree(version, value) for value in given)
        else:
            said_it = any(_overlaps(sentence, citation) for citation in written.citations)
        if said_it:
            continue
        for statement in quoted.statements:
            own = [by_number[number] for number in statement.citations]
            if any(_overlaps(sentence, citation) for citation in own):
                numbers = tuple(cites.number(c.article, c.start, c.end) for c in own)
                lead = statement.lead.removeprefix(choice.differ).strip()
                statements.append(replace(statement, citations=numbers, lead=lead))
                break
    first: Statement = replace(statements[0], lead=f"{choice.differ} {statements[0].lead}".strip())
    return replace(written, statements=(first, *statements[1:]), citations=cites.citations())


def _overlaps(sentence: Sentence, citation: Any) -> bool:
    return (
        citation.article == sentence.article
        and citation.start < sentence.end
        and sentence.start < citation.end
    )


def _evidence(sentence: Sentence, articles: Mapping[str, Article]) -> Evidence:
    article = articles[sentence.article]
    context_text = article.slice(*sentence.context) if sentence.context else ""
    context = None if is_instruction(context_text) else sentence.context
    source = source_name(article)
    return Evidence(
        sentence.article,
        sentence.start,
        sentence.end,
        sentence.text,
        f"{source}, {sentence.section}" if sentence.section else source,
        context,
        context_text if context else "",
        context is not None and (sentence.leans or _is_dated_by(context_text, sentence.text)),
    )


def _is_dated_by(before: str, text: str) -> bool:
    """True where the sentence before says when, and the sentence itself does not."""
    return bool(find_dates(before)) and not find_dates(text)


def _joined(*lines: str) -> str:
    return " ".join(line for line in lines if line)
