"""A model's answer, statement by statement: checked, cited anew where better evidence is found, or taken out."""

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from chat.answers import Statement
from chat.citing import Cites
from chat.writer.evidence import Evidence
from chat.writer.markers import MarkerParser, Written
from chat.writer.models import LanguageModel, Usage
from chat.writer.prompts import writing_prompt
from chat.writer.verifying import Verdict, Verifier
from index.analyzer import STOP_WORDS

Search = Callable[[str], Sequence[Evidence]]
"""A statement to the sentences of the articles nearest to it, best first."""

MOST_STATEMENTS = 12
"""What a model writes beyond so many is not read; it was asked for six."""

SEARCHED = 4
"""So many of the sentences found for a statement are looked at."""

LESS = 0.1
"""Evidence without which a statement has hardly less support than so adds nothing."""

_LEANS = re.compile(
    r"(?:it|its|they|their|them|he|his|she|her|this|that|these|those|such|both|the (?:former|latter|same)|"
    r"(?:as a result|instead|therefore|thus|hence|consequently|for this reason))\b",
    re.IGNORECASE,
)
_SIGNPOST = re.compile(
    r"(?:the )?(?:sources|articles|accounts|evidence|texts)\b[^,;]{0,20}\b(?:differ|disagree|vary|conflict)\w*\.?"
    r"|(?:here|this) is\b[^,;]{0,40}\.?|based on (?:the|these)\b[^,;]{0,40}\.?",
    re.IGNORECASE,
)
"""A sentence about the answer; where versions differ we say so ourselves."""

_PRONOUN = re.compile(r"(?:it|they|he|she|(?P<owns>its|their|his|her))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Supported:
    """A statement with the evidence that was found to support it."""

    text: str
    evidence: tuple[Evidence, ...]
    recited: bool = False
    """True when the evidence is not what the model cited."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands of a model's answer so far; all of it is supported."""

    statements: tuple[Supported, ...] = ()
    written: int = 0
    """Statements that the model wrote."""
    removed: int = 0
    unknown_markers: int = 0
    uncovered: str = ""
    """The part of the question that the model says is not covered, in the question's own words."""
    not_all_covered: bool = False
    """True when the model says that something is not covered, whatever its words."""
    usage: Usage | None = None
    """None until the model is done."""
    decisions: tuple[dict[str, Any], ...] = ()
    """What became of each statement and why, as plain JSON values."""

    @property
    def recited(self) -> int:
        return sum(statement.recited for statement in self.statements)

    @property
    def cut(self) -> bool:
        """The model was stopped at its limit of tokens before it was done."""
        return self.usage is not None and self.usage.cut

    def trace(self) -> dict[str, Any]:
        """Counts, costs and decisions as plain JSON values."""
        usage = self.usage
        return {
            "written": self.written,
            "kept": len(self.statements),
            "recited": self.recited,
            "removed": self.removed,
            "unknown_markers": self.unknown_markers,
            "cut": self.cut,
            "tokens_in": usage.tokens_in if usage else 0,
            "tokens_out": usage.tokens_out if usage else 0,
            "tokens_counted": usage.counted if usage else False,
            "seconds": usage.seconds if usage else 0.0,
            "statements": list(self.decisions),
        }


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes answers with one model, held to what a verifier lets pass."""

    model: LanguageModel
    verifier: Verifier

    def write(
        self, question: str, evidence: Sequence[Evidence], search: Search
    ) -> Generator[Draft, None, None]:
        """The draft after each statement, and now and then while nothing comes; the last one has its usage.

        ModelFault when the model cannot be asked or breaks off. Close it to cancel the request.
        """
        parser = MarkerParser(len(evidence))
        draft = Draft()
        # whom "it" stands for, whether that was kept, and whether the statement before this one was
        before: Written | None = None
        kept_before = kept_last = True
        with closing(self.model.stream(writing_prompt(question, evidence))) as events:
            for event in events:
                usage = event if isinstance(event, Usage) else None
                if usage is not None:
                    complete = parser.finish(usage.cut)
                else:
                    complete = parser.feed(event) if event else []
                for written in complete:
                    if written.uncovered:
                        own = _in_own_words(written.text, question)
                        draft = replace(draft, uncovered=own, not_all_covered=True)
                        continue
                    if draft.written >= MOST_STATEMENTS or _SIGNPOST.fullmatch(written.text):
                        continue
                    names_nobody = _PRONOUN.match(written.text)
                    if not (kept_before if names_nobody else kept_last or not _LEANS.match(written.text)):
                        statement, decision = None, _removed(written, "it leans on a statement taken out")
                    else:
                        statement, decision = self._decide(written, before, evidence, search)
                    kept_last = statement is not None
                    if not names_nobody:
                        before, kept_before = written, kept_last
                    draft = replace(
                        draft,
                        statements=(*draft.statements, statement) if statement else draft.statements,
                        written=draft.written + 1,
                        removed=draft.removed + (statement is None),
                        unknown_markers=draft.unknown_markers + written.unknown,
                        decisions=(*draft.decisions, decision),
                    )
                    yield draft
                yield replace(draft, usage=usage)

    def _decide(
        self,
        written: Written,
        before: Written | None,
        evidence: Sequence[Evidence],
        search: Search,
    ) -> tuple[Supported | None, dict[str, Any]]:
        """The statement with what supports it, or None; and why."""
        cited = [evidence[number - 1] for number in written.numbers]
        meant = _with_name(written.text, before.text if before else "")
        about = [evidence[n - 1] for n in before.numbers] if before and meant != written.text else []
        first, support = self._support(written.text, meant, cited, about)
        verdict, outcome, against = first, "supported", ()
        if not support:
            against = first.against if first else ("it cites nothing",)
            found = [item for item in search(meant)[:SEARCHED] if item not in cited]
            for item in found:
                verdict, support = self._support(written.text, meant, [item], about)
                if support:
                    break
            if not support and len(found) > 1:
                verdict, support = self._support(written.text, meant, found[:2], about)
            outcome = "recited" if support else "removed"
        decision = _removed(written, *against) | {"outcome": outcome}
        read = verdict if support else first  # of a removed one, what it cited itself
        if read and read.support is not None:
            decision["support"] = round(read.support, 3)
        if not support:
            return None, decision
        return Supported(written.text, support, outcome == "recited"), decision

    def _support(
        self, text: str, meant: str, cited: Sequence[Evidence], about: Sequence[Evidence]
    ) -> tuple[Verdict | None, tuple[Evidence, ...]]:
        """The verdict on a statement, and of what it cites that which supports it; nothing when nothing does.

        What a sentence leans on counts as evidence, and is then cited too. `about` is what the statement
        before rests on: it may say whom "it" stands for, and is not cited again.
        """
        if not cited:
            return None, ()
        # each behind what it leans on
        within = tuple(dict.fromkeys(e for item in cited for e in (_context_of(item), item) if e))
        leans = any(item.leans for item in cited)
        said = [item.text for item in about]
        for support in dict.fromkeys((within, tuple(cited)) if leans else (tuple(cited), within)):
            texts = [item.text for item in support]
            verdict = self.verifier.check(text, texts)
            if verdict.supported and meant != text:
                verdict = self.verifier.check(meant, [*said, *texts])
            if verdict.supported:
                return verdict, self._needed(text, support, verdict)
        return verdict, ()

    def _needed(self, text: str, support: Sequence[Evidence], verdict: Verdict) -> tuple[Evidence, ...]:
        """The evidence without what adds nothing: a marker too many must not look like a source."""
        if len(support) == 1:
            return tuple(support)

        def suffice(some: Sequence[Evidence]) -> bool:
            one = self.verifier.check(text, [item.text for item in some])
            return one.supported and (one.support or 0) >= (verdict.support or 0) - LESS

        alone = [item for item in support if suffice([item])]
        if alone:
            return tuple(alone)
        needed = list(support)
        for item in support:
            rest = [other for other in needed if other is not item]
            if rest and suffice(rest):
                needed = rest
        return tuple(needed)


def _removed(written: Written, *against: str) -> dict[str, Any]:
    return {
        "text": written.text,
        "cited": list(written.numbers),
        "outcome": "removed",
        "against": list(against),
    }


def to_statements(draft: Draft, cites: Cites) -> tuple[Statement, ...]:
    """The statements of a draft, their citations numbered in the order in which they first appear."""
    return tuple(
        Statement(
            statement.text,
            tuple(dict.fromkeys(cites.number(*item.span) for item in statement.evidence)),
            verbatim=False,
        )
        for statement in draft.statements
    )


def _context_of(item: Evidence) -> Evidence | None:
    if item.context is None or not item.context_text:
        return None
    return Evidence(item.article, *item.context, item.context_text, item.source)


def _with_name(text: str, before: str) -> str:
    """The statement with the name that its first pronoun stands for: the first one of the statement before."""
    found = _PRONOUN.match(text)
    name = re.search(
        r"\b(?:the )?((?!The\b|In\b|On\b|At\b|When\b|While\b|After\b|According\b|Since\b|Although\b|As\b)[A-Z][\w.'’-]*(?:(?: of)? [A-Z][\w.'’-]*)*)",
        before,
    )
    if not found or not name:
        return text
    subject = re.sub(r"['’]s$", "", name[1])
    return f"{subject}{'’s' if found['owns'] else ''}{text[found.end() :]}"


def _in_own_words(text: str, question: str) -> str:
    """The text if it says nothing that the question does not; else nothing: it is the model's own word."""
    asked = {word[:5] for word in re.findall(r"\w+", question.casefold())}
    new = [w for w in re.findall(r"\w+", text.casefold()) if w not in STOP_WORDS and w[:5] not in asked]
    return "" if new else " ".join(text.split())[:300]
