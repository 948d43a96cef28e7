"""The faults that chat reports: each names the value, the bound and the remedy."""


class ChatError(Exception):
    """A question cannot be answered as asked; the message is one line for a person."""
