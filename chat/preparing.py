"""Prepared questions for a corpus, written by a language model and kept only where they find their sentence.

doc2query (Nogueira et al. 2019, arXiv 1904.08375) with a filter after it, as in doc2query−− (Gospodinov
et al. 2023, arXiv 2301.03266).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chat.errors import ChatError
from chat.finding import Finder
from chat.writer import LanguageModel, ModelFault, NoQuestions, ask_for_questions, strange_words
from chat.writer.prompts import is_instruction
from index.synonyms import parse_synonyms
from ingest import Article, Sentence
from ingest.written import WrittenQuestions

MOST_FAULTS = 2
"""So many faults of the model in a row end the run: one may be due to its sentence, more are not."""

MOST_USELESS = 8
"""So many replies in a row without a question end the run."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """What came of one sentence."""

    sentence: Sentence
    kept: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    """Left out: another sentence of the corpus answers them better."""
    strange: tuple[str, ...] = ()
    """Left out: they name what the article does not."""
    fault: str = ""
    """Why nothing was written, in one line; the next run asks for this sentence again."""
    tokens_in: int = 0
    tokens_out: int = 0


def prepare_questions(
    sentences: Sequence[Sentence], model: LanguageModel, finder: Finder, written: WrittenQuestions
) -> Iterator[Wrote]:
    """Has questions written for each sentence, checks them, and keeps them in `written`, one by one.

    `finder` must not use prepared questions. ModelFault and ChatError when it is no use to go on;
    IngestError when the questions cannot be kept. What was written before stays.
    """
    contents = finder.searcher.contents
    groups = parse_synonyms(contents.synonyms)
    synonyms = {term for group in groups for term in (*group.asked, *group.found)}
    by = str(model.choice)
    faults = useless = 0
    for sentence in sentences:
        if is_instruction(sentence.text):
            written.add(sentence, (), by)  # it speaks to a model, and no model is shown it
            yield Wrote(sentence)
            continue
        try:
            wrote = _ask(sentence, model, finder, contents.articles, synonyms)
        except ModelFault as fault:
            faults += 1
            if faults == MOST_FAULTS:
                raise
            yield Wrote(sentence, fault=str(fault))
            continue
        except NoQuestions as fault:
            faults, useless = 0, useless + 1
            if useless == MOST_USELESS:
                raise ChatError(
                    f"{by} gave {useless} replies in a row without a question. Choose a model that follows instructions."
                ) from fault
            yield Wrote(sentence, fault=str(fault))
            continue
        faults = useless = 0
        written.add(sentence, wrote.kept, by)
        yield wrote


def finds_own(question: str, sentence: Sentence, finder: Finder) -> bool:
    """True when search and reader, without prepared questions, rank this sentence of the corpus first."""
    scored = finder.find(question).scored
    return bool(scored) and scored[0].sentence.id == sentence.id


def _ask(
    sentence: Sentence,
    model: LanguageModel,
    finder: Finder,
    articles: Mapping[str, Article],
    synonyms: Collection[str],
) -> Wrote:
    article = articles[sentence.article]
    questions, usage = ask_for_questions(model, article, sentence)
    known = f"{article.title}\n{article.text}"
    strange = [question for question in questions if strange_words(question, known, synonyms)]
    fitting = [question for question in questions if question not in strange]
    kept = [question for question in fitting if finds_own(question, sentence, finder)]
    elsewhere = [question for question in fitting if question not in kept]
    return Wrote(
        sentence,
        tuple(kept),
        tuple(elsewhere),
        tuple(strange),
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
    )
