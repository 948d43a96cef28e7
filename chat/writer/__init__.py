"""Answers written by a language model, every statement checked against the words it cites."""

from chat.writer.asking import NoQuestions, ask_for_questions, strange_words
from chat.writer.authoring import Author
from chat.writer.condensing import condense
from chat.writer.evidence import Evidence
from chat.writer.models import (
    LanguageModel,
    Limits,
    ModelChoice,
    ModelFault,
    Reached,
    Usage,
    choose_model,
    open_model,
    try_model,
)
from chat.writer.pairs import PAIRS, PairTable, pair_table, read_pairs
from chat.writer.verifying import Verdict, Verifier
from chat.writer.writing import Draft, Supported, Writer, to_statements

__all__ = [
    "PAIRS",
    "Author",
    "Draft",
    "Evidence",
    "LanguageModel",
    "Limits",
    "ModelChoice",
    "ModelFault",
    "NoQuestions",
    "PairTable",
    "Reached",
    "Supported",
    "Usage",
    "Verdict",
    "Verifier",
    "Writer",
    "ask_for_questions",
    "choose_model",
    "condense",
    "open_model",
    "pair_table",
    "read_pairs",
    "strange_words",
    "to_statements",
    "try_model",
]
