"""Answers written by a language model, every statement checked against the words it cites."""
